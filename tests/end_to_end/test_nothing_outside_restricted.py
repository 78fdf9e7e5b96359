"""Every command that handles case material, on a machine searched to the last byte: minutes, not seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from seeded_notes import FORCE, Machine, secret_in, seed_notes

from parameters import PROJECT

pytestmark = pytest.mark.slow

_NOT_COPIED = (
    ".*",
    "tests",
    "evidence",
    "_site",
    "_release",
    "wheelhouse",
    "_generated",
    "__pycache__",
    "*.egg-info",
)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine on which everything was done once, one notebook made to stumble over the words of notes."""
    folder = tmp_path_factory.mktemp("everything")
    project = Path(shutil.copytree(PROJECT, folder / "project", ignore=shutil.ignore_patterns(*_NOT_COPIED)))
    machine = Machine(folder, project)
    given, kept = seed_notes(machine.sources), folder / "restricted"
    kept.mkdir(mode=0o700)
    evidence, reviewers = (
        ("--evidence", folder / "evidence"),
        ("--reviewer", "A. Khan", "--reviewer", "B. Lee"),
    )
    table = folder / "evidence" / "rasso-2026" / FORCE / "restricted" / "notes.parquet"
    for command in (
        ("check", given),
        ("run", given, project / "parameters" / "saltmere.yml", "--jobs", 2, *evidence),
        ("report", given, *evidence),
        ("compare", *evidence),
        ("code", table, "-o", kept / "coding.jsonl", "--combine", "rules", "--jobs", 2),
        ("forms", "make", given, *reviewers, "--to", kept / "forms", *evidence),
        ("audit", "sample", given, "--to", kept / "audit", "--coder", "Ann", "--units", 100, *evidence),
        ("audit", "rules", given, *evidence),
        ("audit", "concordance", given, "--phrase", "credib*", "-o", kept / "lines.xlsx", *evidence),
        ("audit", "export", given, "-o", kept / "coding.xlsx", *evidence),
        ("audit", "export", given, "-o", kept / "coding.qdpx", *evidence),
    ):
        assert machine.inspection(*command) == 0, machine.seen
    _stumble(project / "inspections" / "3_findings.ipynb")
    assert machine.inspection("run", given, *evidence) != 0
    return machine


def _stumble(notebook: Path) -> None:
    node = nbformat.read(notebook, as_version=4)
    node.cells.insert(4, new_code_cell('print(notes["text"]); raise ValueError(" ".join(notes["text"]))'))
    nbformat.write(node, notebook)


def test_no_canary_is_said_or_left_anywhere_outside_restricted(machine: Machine) -> None:
    assert machine.places_of_secrets(machine.sources) == []


def test_what_restricted_work_left_is_its_users_alone(machine: Machine) -> None:
    assert machine.open_to_others(machine.folder / "evidence", machine.folder / "restricted") == []


def test_the_search_finds_what_stands_in_every_kind_of_file(machine: Machine) -> None:
    kept = machine.folder / "restricted"
    for name in ("coding.xlsx", "coding.qdpx"):
        assert secret_in((kept / name).read_bytes()), name
    assert secret_in("Ysolde Trevanquist".encode("utf-16-le"))
