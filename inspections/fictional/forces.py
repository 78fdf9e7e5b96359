"""Build a fictional force from its YAML file: cases, logs, planted defects, and the bytes of its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from inspections.fictional.answers import answers
from inspections.fictional.casting import Case, cast_case, plan_cases
from inspections.fictional.defects import DEFECTS, plant_defects
from inspections.fictional.extracts import cases_csv, notes_csv, register_csv
from inspections.fictional.journey import Entry, write_log
from inspections.fictional.registers import complete_case_rows, devices, suspects, workforce
from inspections.fictional.wording import Draw, Wording
from parameters.plain_yaml import load_yaml

FOLDER = Path(__file__).parent
FORCES = ("northshire", "carrowdale", "saltmere")
REGISTERS = {
    "suspects": "suspects of cases",
    "devices": "devices taken and records asked for",
    "workforce": "rows of officers",
    "reviews": "answers of a review of every closed case file, after moderation",
}
"""What a row of each register is, for the README."""

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Force:
    """A fictional force with its planted defects (references of the cases, by defect) and its registers."""

    settings: Settings
    cases: list[Case]
    logs: dict[str, list[Entry]]
    planted: dict[str, list[str]]
    registers: dict[str, list[dict[str, Any]]]


@cache
def build_force(name: str) -> Force:
    """Return a fictional force, the same on every call and every machine.

    Parameters
    ----------
    name
        One of :data:`FORCES`.

    Examples
    --------
    >>> build_force("northshire").settings["name"]
    'Northshire Police'
    """
    return build(read_settings(name))


def build(force: Settings) -> Force:
    """Return the fictional force that its settings describe."""
    cases = _cast(force, stories=read_settings("stories"), names=read_settings("names"))
    wording = Wording(force["phrases"], Draw(force["seed"], "wording"))
    logs = {case.ref: write_log(case, force, wording) for case in cases}
    complete_case_rows(cases, force)
    planted = plant_defects(cases, logs, force)
    return Force(force, cases, logs, planted, _registers(cases, force))


def _registers(cases: list[Case], force: Settings) -> dict[str, list[dict[str, Any]]]:
    """Rows of the registers that the force exports, by name."""
    seized = list(devices(cases, force))
    rows: dict[str, list[dict[str, Any]]] = {
        "suspects": list(suspects(cases, force)),
        "devices": seized,
        "workforce": list(workforce(force)),
        "reviews": list(answers(cases, force, devices=seized)),
    }
    return {name: register for name, register in rows.items() if name in force["extract"]}


def force_files(name: str) -> dict[str, bytes]:
    """Return the files of one of :data:`FORCES`; see :func:`files_of`."""
    return files_of(build_force(name))


def files_of(force: Force) -> dict[str, bytes]:
    """Return a force's files by name: ``cases.csv``, ``notes.csv``, its registers and ``README.txt``."""
    entries = [entry for log in force.logs.values() for entry in log]
    return {
        "cases.csv": cases_csv(force.cases, force.settings["extract"]),
        "notes.csv": notes_csv(entries, force.settings["extract"]),
        **{
            f"{register}.csv": register_csv(rows, register, force.settings["extract"])
            for register, rows in force.registers.items()
        },
        "README.txt": _readme(force).encode("utf-8"),
    }


def canaries(name: str) -> dict[str, list[str]]:
    """Return the invented personal details that occur in a force's notes, by kind.

    Kinds are ``name``, ``dob``, ``phone``, ``address`` and ``email``. Search any text meant for release for
    them: none may be there.
    """
    force = build_force(name)
    notes = "\n".join(entry.text for log in force.logs.values() for entry in log)
    kinds: dict[str, set[str]] = {}
    for case in force.cases:
        for kind, details in case.canaries.items():
            kinds.setdefault(kind, set()).update(detail for detail in details if detail in notes)
    return {kind: sorted(details) for kind, details in kinds.items()}


@cache
def read_settings(name: str) -> Settings:
    """Return what a YAML file of this folder holds: a force's settings, the stories or the names."""
    return load_yaml((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))


def _cast(force: Settings, *, stories: Settings, names: Settings) -> list[Case]:
    cases = plan_cases(force)
    groups = {number: group for group, numbers in enumerate(force["same_suspect"]) for number in numbers}
    first_of_group: dict[int, Case] = {}
    for order, case in enumerate(cases):
        case.facts["serial"] = f"{117 + order * 43 + Draw(force['seed'], 'serial', order).whole(0, 40):06d}"
        group = groups.get(case.number) if "suspect_named" in case.dates else None
        earlier = None if group is None else first_of_group.get(group)
        cast_case(case, force, stories=stories, names=names, earlier=earlier)
        if group is not None:
            first_of_group.setdefault(group, case)
    return cases


def _readme(force: Force) -> str:
    settings = force.settings
    notes = sum(len(log) for log in force.logs.values())
    defects = "\n".join(
        f"  {len(refs):>2}  {defect}: {DEFECTS[defect]}" for defect, refs in sorted(force.planted.items())
    )
    registers = "".join(
        f"{f'{register}.csv':<13}  {len(rows)} {REGISTERS[register]}\n"
        for register, rows in force.registers.items()
    )
    return (
        f"{settings['name']} is a fictional police force. Every case, person, place, telephone number and\n"
        "reference in this folder is invented by a program (python -m inspections.fictional); any likeness\n"
        "is chance.\n"
        "The notes are about rape and other sexual offences. They describe no sexual act.\n\n"
        f"{settings['about'].strip()}\n\n"
        f"cases.csv      {len(force.cases)} cases\n"
        f"notes.csv      {notes} log entries\n"
        f"{registers}"
        f"All are {settings['extract']['described']}.\n"
        "What is kept beside the logs was drawn apart from them: a log need not speak of every device.\n\n"
        "Defects put in on purpose, as real extracts have them:\n"
        f"{defects}\n"
    )
