"""The log of one fictional case: which entries it has, when they were made, and what they say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from inspections.fictional.casting import EXTRACTED_ON, MILESTONES, Case
from inspections.fictional.wording import Draw, Wording

Settings = Mapping[str, Any]
FEWEST, MOST = 6, 12


@dataclass(frozen=True)
class Entry:
    """One entry of a log, as the force's system holds it."""

    ref: str
    entry_no: int
    entered: datetime
    role: str
    kind: str
    text: str


def write_log(case: Case, force: Settings, wording: Wording) -> list[Entry]:
    """Return the entries of a case in order of time, following the force's ``journey``.

    The entries know only what has happened by their date: an earlier entry's number (``{e_plan}``) or date
    (``{on_plan}``), and the milestones passed (``{d_arrested}``).
    """
    draw = Draw(force["seed"], "log", case.number)
    entries: list[Entry] = []
    said: set[str] = set()
    for stage, entered in _timetable(case, force, wording, draw):
        facts = _facts_on(case, force, entries, entered)
        entry = write_entry(
            case, force, wording, stage=stage, entered=entered, facts=facts, said=said, draw=draw
        )
        if entry is None:
            continue
        entry = replace(entry, entry_no=len(entries) + 1)
        entries.append(entry)
        case.facts.setdefault(f"e_{_slot(stage)}", str(entry.entry_no))
        case.facts.setdefault(f"on_{_slot(stage)}", entered.strftime(force["short_date"]))
    return entries


def write_entry(
    case: Case,
    force: Settings,
    wording: Wording,
    *,
    stage: str,
    entered: datetime,
    facts: Mapping[str, str],
    said: set[str],
    draw: Draw,
) -> Entry | None:
    """Return one entry of a stage, or None when no template of the stage fits the case."""
    authors = {template: group for group in force["stages"][stage] for template in group["entries"]}
    unsaid = [template for template in authors if template not in said]
    template = wording.choose(unsaid, facts, tags=case.tags, said=said)
    if template is None:
        return None
    group = authors[template]
    text = wording.write(template, facts, tags=case.tags, said=said)
    return Entry(
        ref=case.ref,
        entry_no=0,
        entered=entered,
        role=draw.pick(group["role"]),
        kind=draw.pick(group["type"]),
        text=_type_it(text, force, draw),
    )


def _slot(stage: str) -> str:
    return stage.replace(" ", "_")


def _facts_on(case: Case, force: Settings, entries: list[Entry], entered: datetime) -> dict[str, str]:
    passed = {
        f"d_{name}": case.dates[name].strftime(force["short_date"])
        for name in MILESTONES
        if name in case.dates and case.dates[name] <= entered.date()
    }
    weeks = max(1, (entered.date() - case.dates["reported"]).days // 7)
    return case.facts | passed | {"weeks": str(weeks), "last_entry": str(len(entries))}


def _timetable(case: Case, force: Settings, wording: Wording, draw: Draw) -> list[tuple[str, datetime]]:
    steps = _choose_steps(case, force, wording, draw)
    dates = [case.dates.get(step.get("dated", "")) for step in steps]
    days = _spread(dates, case.dates.get("closed", EXTRACTED_ON), force["haste"], draw)
    timetable = []
    for day, same_day in groupby(zip(days, steps, strict=True), key=lambda pair: pair[0]):
        stages = [step["stage"] for _, step in same_day]
        minutes = sorted(draw.shuffled(range(7 * 60 + 30, 21 * 60))[: len(stages)])
        timetable += [
            (stage, datetime.combine(day, time(minute // 60, minute % 60)))
            for stage, minute in zip(stages, minutes, strict=True)
        ]
    return timetable


def _choose_steps(case: Case, force: Settings, wording: Wording, draw: Draw) -> list[Settings]:
    """Keep the steps this case has: the milestones it passed, and a draw of the others."""
    facts = _facts_on(case, force, [], datetime.combine(case.dates.get("closed", EXTRACTED_ON), time(23)))
    possible = [
        step
        for step in force["journey"]
        if ("dated" not in step or step["dated"] in case.dates)
        and any(
            wording.choose(group["entries"], facts, tags=case.tags, said=set())
            for group in force["stages"][step["stage"]]
        )
    ]
    kept = {n for n, step in enumerate(possible) if "chance" not in step}
    # The likelier an entry is, the less easily a short log leaves it out.
    places = {n: draw.share() ** (1 / step["chance"]) for n, step in enumerate(possible) if "chance" in step}
    most = draw.whole(FEWEST + 1, MOST)
    for n in sorted(places, key=places.__getitem__, reverse=True):
        if len(kept) < FEWEST or (len(kept) < most and draw.chance(possible[n]["chance"])):
            kept.add(n)
    return [possible[n] for n in sorted(kept)]


def _spread(dates: list[date | None], last: date, haste: float, draw: Draw) -> list[date]:
    """Date the undated entries between the milestones around them; ``haste`` above 1 puts them early."""
    spread: list[date] = []
    for n, fixed in enumerate(dates):
        if fixed is not None:
            spread.append(fixed)
            continue
        following = next((later for later in dates[n:] if later is not None), last)
        to_come = next((k for k, later in enumerate(dates[n:]) if later is not None), len(dates) - n)
        before = spread[-1] if spread else following
        share = draw.between(0.5, 1.1) / (to_come + 1)
        spread.append(before + timedelta(days=int((following - before).days * share**haste)))
    return spread


def _type_it(text: str, force: Settings, draw: Draw) -> str:
    """Add the slips of a tired typist, from the force's own list."""

    def slip(word: re.Match[str]) -> str:
        typed, rate = force["typing"].get(word[0], (word[0], 0))
        return typed if draw.chance(rate) else word[0]

    return re.sub(r"[A-Za-z']+", slip, text.strip())
