"""What a force keeps beside cases and logs: its registers of suspects and devices, and its list of officers.

Drawn apart from the logs, so that a log does not change when a register does: a log need not speak of every
device or second suspect.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from inspections.fictional.casting import EXTRACTED_ON, Case
from inspections.fictional.wording import Draw

Settings = Mapping[str, Any]
Row = dict[str, str | int | date | datetime | None]


def complete_case_rows(cases: list[Case], force: Settings) -> None:
    """Add to the rows of cases what is decided after their log: a file sent back, and the right to review."""
    rates = force["registers"]["cases"]
    for case in cases:
        draw = Draw(force["seed"], "case row", case.number)
        closed, interviewed = case.dates.get("closed"), case.dates.get("interviewed")
        told, sent_back = draw.chance(rates["review_told"]), draw.chance(rates["sent_back"])
        case.fields |= {"review_told": None, "admin_finalised": None}
        if closed and case.decision in ("police NFA", "CPS NFA") and told:
            case.fields["review_told"] = closed + timedelta(days=draw.whole(0, 9))
        if closed and interviewed and case.decision == "police NFA" and sent_back:
            sent = interviewed + (closed - interviewed) // 3
            case.fields |= {"file_to_cps": sent, "admin_finalised": sent + (closed - sent) // 2}


def suspects(cases: list[Case], force: Settings) -> Iterator[Row]:
    """The register of suspects: the main suspect of each case, and others suspected in it."""
    rates = force["registers"]["suspects"]
    others: dict[int, list[str]] = {}
    for group, numbers in enumerate(rates["also"]):
        reference = f"{Draw(force['seed'], 'also', group).whole(1200, 99999):07d}"
        for number in numbers:
            others.setdefault(number, []).append(reference)
    for case in (case for case in cases if "suspect_named" in case.dates):
        for reference in (case.facts["susp_ref"], *others.get(case.number, ())):
            draw = Draw(force["seed"], "suspect", case.number, reference)
            arrested = case.dates.get("arrested")
            changed = arrested + timedelta(days=draw.whole(0, 3)) if arrested else None
            told = draw.chance(rates["told"])
            late = timedelta(days=draw.whole(*rates["told_after"]))
            yield {
                "ref": case.ref,
                "suspect_ref": reference,
                "disruption": _flag(draw, rates["disruption"], blank=rates["blank"]),
                "bail_changed": changed,
                "victim_told": changed + late if changed and told else None,
            }


def devices(cases: list[Case], force: Settings) -> Iterator[Row]:
    """The register of devices taken and of records that others were asked for."""
    rates = force["registers"]["devices"]
    for case in cases:
        for owner, kind, begins in (
            ("victim", "phone", "reported"),
            ("suspect", "phone", "arrested"),
            ("victim", "third-party records", "reported"),
        ):
            rate = rates[f"{owner} {kind}"]
            draw = Draw(force["seed"], "device", case.number, owner, kind)
            if begins in case.dates and draw.chance(rate["chance"]):
                taken = _at(case.dates[begins] + timedelta(days=draw.whole(*rate["after"])), draw)
                yield {
                    "ref": case.ref,
                    "owner": owner,
                    "kind": kind,
                    "taken": taken,
                    **_fate(taken, rate, last=case.dates.get("closed", EXTRACTED_ON), draw=draw),
                }


def _fate(taken: datetime, rate: Settings, *, last: date, draw: Draw) -> Row:
    """When what was taken was looked at and given back, and whether limits were set; not after the end."""
    examined = _at(taken.date() + timedelta(days=draw.whole(*rate["wait"])), draw)
    returned = _at(examined.date() + timedelta(days=draw.whole(*rate["kept"])), draw)
    if draw.chance(rate["back_in_a_day"]):
        examined, returned = taken + timedelta(hours=2), taken + timedelta(hours=draw.whole(4, 23))
    examined_at = examined if taken < examined and examined.date() <= last else None
    gives_back = rate["kept"] != [0, 0]
    return {
        "examined": examined_at,
        "returned": returned if gives_back and taken < returned and returned.date() <= last else None,
        "limited": _flag(draw, rate["limited"], blank=rate["blank"]),
    }


def workforce(force: Settings) -> Iterator[Row]:
    """Officers who investigate, one by one or counted by role and training, as the force lists them."""
    listed = force["registers"]["workforce"]
    for place, group in enumerate(listed["groups"]):
        draw, vacancies = Draw(force["seed"], "officers", place), group["vacancies"]
        parts = {"yes": group["trained"], "no": group["officers"] - group["trained"]}
        for trained, officers in parts.items():
            cases = [draw.whole(*group["cases"]) for _ in range(officers)]
            rows = [(1, carried) for carried in cases] if listed["one by one"] else [(officers, sum(cases))]
            for count, carried in rows if officers else ():
                yield {
                    "role": group["role"],
                    "officers": count,
                    "qualification": group["qualification"],
                    "trained": trained,
                    "open_cases": carried,
                    "vacancies": vacancies,
                }
                vacancies = None


def _flag(draw: Draw, chance: float, *, blank: float) -> str | None:
    is_so, is_blank = draw.chance(chance), draw.chance(blank)
    return None if is_blank else "yes" if is_so else "no"


def _at(day: date, draw: Draw) -> datetime:
    return datetime.combine(day, time(draw.whole(8, 19), draw.whole(0, 59)))
