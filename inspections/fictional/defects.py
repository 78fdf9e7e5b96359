"""Plant the defects of real extracts, in known number, so that checks of the data have something to find."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from inspections.fictional.casting import Case
from inspections.fictional.journey import MOST, Entry
from inspections.fictional.wording import Draw

Settings = Mapping[str, Any]
Log = list[Entry]
Logs = dict[str, Log]

DEFECTS = {
    "missing dates": "a milestone that was reached has no date in the case row",
    "closed before reported": "the closing date is earlier than the report",
    "outcome not matching log": "the outcome in the case row is not the one the last entries give",
    "spaces in codes": "an offence or outcome code has a space before or after it",
    "duplicated notes": "the last entry was saved twice",
    "out of order": "two entries stand in the wrong order of time",
    "blank roles": "the author's role was not filled in",
    "notes after closure": "an entry was made after the case was closed",
    "very long entries": "the whole log so far was pasted into one entry",
    "odd characters": "a pound sign, accent, curly quote, emoji or tab stands in an entry",
}


def plant_defects(cases: list[Case], logs: Logs, force: Settings) -> dict[str, list[str]]:
    """Change cases and logs in place; return the references changed, by defect.

    A case has at most one defect, so that each can be read on its own.
    """
    draw = Draw(force["seed"], "defects")
    waiting = draw.shuffled(cases)
    planted: dict[str, list[str]] = {}
    for defect, plant in _PLANTERS.items():
        planted[defect] = []
        for case in list(waiting):
            if len(planted[defect]) == force["defects"][defect]:
                break
            if plant(case, logs[case.ref], draw, force):
                planted[defect].append(case.ref)
                waiting.remove(case)
    return {defect: sorted(refs) for defect, refs in planted.items()}


def _blank_date(case: Case, log: Log, draw: Draw, force: Settings) -> bool:
    present = [name for name in ("recorded", "arrested", "interviewed") if case.fields[name]]
    if len(present) < 2:
        return False
    case.fields[draw.pick(present)] = None
    return True


def _close_early(case: Case, log: Log, draw: Draw, force: Settings) -> bool:
    reported = case.fields["reported"]
    if case.decision != "police NFA" or not isinstance(reported, date) or not case.fields["closed"]:
        return False
    case.fields["closed"] = reported - timedelta(days=draw.whole(1, 9))
    return True


def _mistake_outcome(case: Case, log: Log, draw: Draw, force: Settings) -> bool:
    wrong = {
        "16": "15",
        "Evidential difficulties - victim does not support": "Evidential difficulties - victim supports",
    }
    outcome = str(case.fields["outcome"])
    if outcome not in wrong:
        return False
    case.fields["outcome"] = wrong[outcome]
    return True


def _space_code(case: Case, log: Log, draw: Draw, force: Settings) -> bool:
    field = draw.pick(["offence_code", "outcome"])
    if not case.fields[field]:
        return False
    case.fields[field] = draw.pick([" {}", "{} ", "{}  "]).format(case.fields[field])
    return True


def _save_twice(case: Case, log: Log, draw: Draw, force: Settings) -> bool:
    if len(log) == MOST:
        return False
    last = log[-1]
    log.append(
        replace(last, entry_no=last.entry_no + 1, entered=last.entered + timedelta(minutes=draw.whole(1, 4)))
    )
    return True


def _swap_times(case: Case, log: Log, draw: Draw, force: Settings) -> bool:
    place = draw.whole(1, len(log) - 3)
    first, second = log[place], log[place + 1]
    if first.entered.date() == second.entered.date():
        return False
    log[place], log[place + 1] = (
        replace(first, entered=second.entered),
        replace(second, entered=first.entered),
    )
    return True


def _blank_role(case: Case, log: Log, draw: Draw, force: Settings) -> bool:
    place = draw.whole(0, len(log) - 1)
    log[place] = replace(log[place], role="")
    return True


def _enter_late(case: Case, log: Log, draw: Draw, force: Settings) -> bool:
    """Move the last entry but one to after the closing date."""
    if not case.fields["closed"] or len(log) < 7:
        return False
    late = log.pop(-2)
    last = log[-1]
    log[-1] = replace(last, entry_no=late.entry_no)
    later = last.entered + timedelta(days=draw.whole(2, 40), minutes=draw.whole(1, 90))
    log.append(replace(late, entry_no=last.entry_no, entered=later, text=f"Late entry. {late.text}"))
    return True


def _paste_log(case: Case, log: Log, draw: Draw, force: Settings) -> bool:
    if len(log) < 10:
        return False
    pasted = "\n".join(entry.text for entry in log[:-1])
    log[-1] = replace(log[-1], text=f"{log[-1].text}\nLog to date, pasted for the file:\n{pasted}")
    return True


def _add_odd_character(case: Case, log: Log, draw: Draw, force: Settings) -> bool:
    place = draw.whole(0, len(log) - 1)
    oddity = draw.pick(force["odd_characters"])
    log[place] = replace(log[place], text=f"{log[place].text} {oddity}")
    return True


_PLANTERS: dict[str, Callable[[Case, Log, Draw, Settings], bool]] = {
    "closed before reported": _close_early,
    "outcome not matching log": _mistake_outcome,
    "missing dates": _blank_date,
    "spaces in codes": _space_code,
    "duplicated notes": _save_twice,
    "out of order": _swap_times,
    "notes after closure": _enter_late,
    "blank roles": _blank_role,
    "very long entries": _paste_log,
    "odd characters": _add_odd_character,
}
