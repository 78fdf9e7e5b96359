"""Answers of a fictional case-file review, after moderation: every closed case, whichever are drawn."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from inspections.fictional.casting import Case
from inspections.fictional.wording import Draw
from parameters.questions import load_questions

Settings = Mapping[str, Any]

ARISES_WITH: Mapping[str, str] = {
    **dict.fromkeys(("SG4", "IP2", "SU1", "SU3", "SU4", "SU7", "CP1", "LD2"), "suspect_named"),
    **dict.fromkeys(("SU5", "SU6"), "interviewed"),
    **dict.fromkeys(("DG2", "DG3", "DG4", "DG5"), "victim phone"),
    **dict.fromkeys(("TP1", "TP2"), "victim third-party records"),
    **dict.fromkeys(("CP2", "CP3", "CP4"), "sent to the CPS"),
    **dict.fromkeys(("VC6", "VC7", "OC3"), "not charged"),
    **dict.fromkeys(("WD3", "WD4", "WD5"), "victim withdrew"),
    "VC4": "arrested",
    "LD1": "suspect not charged",
    "FR2": "first filed as a report",
}
"""Question -> the fact with which it arises; the others arise in every case."""

ORIGINS = (*["read once"] * 8, "readers agreed", "adjudicated")


def answers(
    cases: list[Case], force: Settings, *, devices: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, str]]:
    """One row a closed case and question: the answer, and how it was reached.

    Parameters
    ----------
    cases
        The force's cases.
    force
        Its settings, with how often each answer is given, by pillar.
    devices
        Its register of devices, which some questions are about.
    """
    seized: dict[str, set[str]] = {}
    for device in devices:
        seized.setdefault(device["ref"], set()).add(f"{device['owner']} {device['kind']}")
    questions = load_questions().questions
    for case in (case for case in cases if "closed" in case.dates):
        facts = _facts(case) | seized.get(case.ref, set())
        for question in questions:
            draw = Draw(force["seed"], "answer", case.number, question.id)
            often = force["registers"]["answers"][question.pillar]
            given = draw.pick([answer for answer, times in often.items() for _ in range(times)])
            arises = ARISES_WITH.get(question.id, "closed") in facts
            yield {
                "ref": case.ref,
                "question": question.id,
                "answer": given if arises else "not applicable",
                "origin": draw.pick(ORIGINS),
            }


def _facts(case: Case) -> set[str]:
    """What questions ask of a case before they arise."""
    facts = {*case.dates, case.decision}
    if case.decision != "charged":
        facts |= {"not charged"} | ({"suspect not charged"} if "suspect_named" in case.dates else set())
    if case.fields["file_to_cps"]:
        facts.add("sent to the CPS")
    if case.number % 9 == 0:
        facts.add("first filed as a report")
    return facts
