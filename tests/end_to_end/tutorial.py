"""Plays the audit tutorial: its commands as they stand there, with coders made up where people would code.

The fenced blocks of `nlp/audit/TUTORIAL.md` are all there is to it. In a ``console`` block a line with "$ "
is a command and what follows is its output; a ``diff`` block changes a file of the reader's own folder;
a comment ``<!-- people: ... -->`` stands where people work. After a change of codebook, coder or tutorial

    python tests/end_to_end/tutorial.py

plays it all, with Saltmere's evidence in `evidence/`, and writes the output that was printed into it.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from click import Group
from openpyxl import load_workbook
from typer.main import get_command
from typer.testing import CliRunner

from inspections.audit import Round, open_round
from inspections.audit.adjudication import DECIDED_BY, LAYOUT
from inspections.audit.workbooks import HEAD, UNITS, Layout, unit_order, workbook_path
from inspections.cli import app
from parameters import PROJECT

TUTORIAL = PROJECT / "nlp" / "audit" / "TUTORIAL.md"
TOOLKIT, YOURS = "../toolkit", "/home/you/my-audit"
BAD_RULE = "sus-movements-03"
_PARTS = re.compile(r"^```(console|diff)\n(.*?)^```$|^<!-- people: (\w+) -->$", re.DOTALL | re.MULTILINE)
Answers = dict[str, list[Mapping[str, str]]]
_ADMIN = {"code": "oth-admin"}
_OF_FORCES = ("audit sample", "audit rules", "audit concordance", "run")


@dataclass(frozen=True)
class Command:
    """A command of the tutorial, what the tutorial says it prints, and what it printed."""

    line: str
    told: str
    printed: str


def play(
    folder: Path, evidence: Path, *, wanted: Callable[[str], bool] = lambda line: True
) -> Iterator[Command]:
    """Do what the tutorial says in an empty folder; of commands not wanted, see that they could be given.

    Parameters
    ----------
    folder : Path
        The reader's own folder; the working directory.
    evidence : Path
        Evidence that holds Saltmere's.
    """
    for part in _PARTS.finditer(TUTORIAL.read_text(encoding="utf-8")):
        kind, body, people = part.groups()
        if people:
            _PEOPLE[people](open_round(folder / "audit" / "training"))
        elif kind == "diff":
            _change(folder, body)
        else:
            for step in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                line, _, told = step.partition("\n")
                if wanted(line):
                    yield Command(line, told, _give(line, evidence))
                else:
                    _parse(line)


def _words(line: str) -> list[str]:
    return shlex.split(line.partition(" | ")[0].replace(TOOLKIT, str(PROJECT)))


def _parse(line: str) -> None:
    """Read a command as its program does, without doing anything; a mistake in it is raised."""
    command, arguments = get_command(app), _words(line)[1:]
    context = command.make_context("inspection", arguments, resilient_parsing=False)
    while isinstance(command, Group):
        rest = [*context.protected_args, *context.args]
        name, command, rest = command.resolve_command(context, rest)
        assert name
        context = command.make_context(name, rest, parent=context)


def _give(line: str, evidence: Path) -> str:
    arguments, part = _words(line), line.partition(" | ")[2]
    if arguments[0] == "cp":
        shutil.copytree(*arguments[-2:])
        return ""
    if arguments[0] == "sed":
        _substitute(line)
        return ""
    name = " ".join(arguments[1:3])
    if "--evidence" not in arguments and (name.startswith(_OF_FORCES) or "--force" in arguments):
        arguments += ["--evidence", str(evidence)]
    result = CliRunner().invoke(app, arguments[1:])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    printed = result.output
    for place, shown in ((evidence, f"{TOOLKIT}/evidence"), (PROJECT, TOOLKIT), (Path.cwd(), YOURS)):
        printed = printed.replace(str(place), shown)
    if not part:
        return printed
    which, count = part.split(" -")
    lines = printed.rstrip().splitlines(keepends=True)
    return "".join(lines[: int(count)] if which == "head" else lines[-int(count) :])


def _substitute(line: str) -> None:
    """What sed does with a plain pattern, from a file of the toolkit into one of the reader's."""
    (_, pattern, new), source, target = line.split("'")[1].split("#")[:3], *line.split("'")[2].split(" > ")
    pattern, new = pattern.replace("[.]", "."), new.replace("../my-audit", str(Path.cwd()))
    text = Path(source.strip().replace(TOOLKIT, str(PROJECT))).read_text(encoding="utf-8")
    Path(target).write_text(
        text.replace(pattern, new.replace(TOOLKIT, str(PROJECT))), encoding="utf-8", newline="\n"
    )


def _change(folder: Path, diff: str) -> None:
    """Make a change as `patch` would: the lines of a hunk stand in the file once."""
    head, *hunks = re.split(r"^@@.*\n", diff, flags=re.MULTILINE)
    path = folder / head.split()[-1]
    text = "\n" + path.read_text(encoding="utf-8")
    for hunk in hunks:
        lines = hunk.splitlines(keepends=True)
        before, after = ("\n" + "".join(line[1:] for line in lines if line[0] in f" {mark}") for mark in "-+")
        if text.count(before) != 1:
            raise ValueError(f"{path.name} holds the lines of a change {text.count(before)} times:\n{before}")
        text = text.replace(before, after)
    path.write_text(text[1:], encoding="utf-8", newline="\n")


def _answers(held: Round) -> Answers:
    """What a made-up coder says of each unit: what the machine says, but for one rule."""
    told = held.coding[held.coding["rule_id"] != BAD_RULE].fillna("").astype(str)
    return {str(unit): rows.to_dict("records") for unit, rows in told.groupby("unit_id")}


def _fill(
    path: Path, layout: Layout, units: pd.DataFrame, answers: Mapping[str, list[Mapping[str, str]]]
) -> None:
    workbook = load_workbook(path)
    sheet = workbook[UNITS]
    for row, unit in enumerate(units["unit_id"], start=HEAD + 1):
        given = answers.get(unit) or [{"code": "oth-account-content"}]
        for (column, context), one in zip(layout.codes(), given, strict=False):
            sheet[f"{column}{row}"] = one["code"]
            for name, place in context.items():
                takes = name != "purpose" if one["code"].startswith(("vic-", "sus-")) else False
                if one.get(name) and (takes or (name, one["code"]) == ("purpose", "vic-records-trawl")):
                    sheet[f"{place}{row}"] = one[name]
        if layout.settling:
            sheet[f"{layout.column['Why']}{row}"] = "As the codebook says."
    if layout.settling:
        sheet[DECIDED_BY] = "C. Cole"
    workbook.save(path)


def _code(held: Round) -> None:
    """Two coders; the second sees nothing but an administrative line in every ninth unit."""
    answers = _answers(held)
    slips = {unit: [_ADMIN] for unit in sorted(held.units["unit_id"])[::9]}
    for coder, given in zip(held.coders, (answers, answers | slips), strict=True):
        _fill(workbook_path(held, coder), Layout(), unit_order(held, coder), given)


def _settle(held: Round) -> None:
    """A third person who finds the first coder right."""
    answers = _answers(held)
    differing = [
        unit
        for unit in sorted(held.units["unit_id"])[::9]
        if [one["code"] for one in answers.get(unit, [])] != ["oth-admin"]
    ]
    units = held.units[held.units["unit_id"].isin(differing)]
    units = units.sort_values(["case_id", "entry_no", "unit_no"], ignore_index=True)
    _fill(held.folder / f"{held.name}-settling.xlsx", LAYOUT, units, answers)


_PEOPLE: Mapping[str, Callable[[Round], None]] = {"code": _code, "settle": _settle}


def _rewrite() -> None:
    """Play the tutorial whole, and put what each command printed below it."""
    text = TUTORIAL.read_text(encoding="utf-8")
    printed = []
    with TemporaryDirectory() as place:
        os.chdir(place)
        for command in play(Path(place), PROJECT / "evidence"):
            sys.stdout.write(f"$ {command.line}\n{command.printed}")
            printed.append(f"$ {command.line}\n{tidy(command.printed)}")
    waiting = iter(printed)

    def block(part: re.Match[str]) -> str:
        if part[1] != "console":
            return part[0]
        return f"```console\n{''.join(next(waiting) for _ in re.findall('^[$] ', part[2], re.MULTILINE))}```"

    TUTORIAL.write_text(_PARTS.sub(block, text), encoding="utf-8", newline="\n")


def tidy(printed: str) -> str:
    """Output as the tutorial shows it: no blanks at the end of lines, nor empty lines at its end."""
    return "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())


if __name__ == "__main__":
    _rewrite()
