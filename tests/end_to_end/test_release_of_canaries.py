"""Notes that hold secrets in markup that tries to break out: none reaches release/, a page or a message."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from project_copy import copy_project
from seeded_notes import CANARIES, FORCE, NAMES, OTHERS, PHRASE, Machine, secret_in, seed_notes
from typer.testing import CliRunner

from inspections.cli import app
from inspections.confidential import secluded
from reports import refresh, render
from reports.gate import Checked, Item, release_force


@dataclass(frozen=True)
class Released:
    root: Path
    evidence: Path
    checked: Checked
    page: Path
    package: Path | None


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine on which the force was run, its evidence on another disk, and again, killed half-way."""
    machine = Machine(tmp_path_factory.mktemp("canaries"))
    (machine.folder / "encrypted").mkdir(mode=0o700)
    (machine.folder / "evidence").symlink_to(machine.folder / "encrypted")
    given, killed = seed_notes(machine.sources), machine.folder / "killed"
    assert machine.inspection("run", given, "--evidence", machine.folder / "evidence") == 0, machine.seen
    coding = killed / "rasso-2026" / f"{FORCE}.unfinished" / "restricted" / "notes.parquet"
    assert machine.inspection("run", given, "--evidence", killed, stop_when=coding.is_file) < 0
    return machine


@pytest.fixture(scope="module")
def released(machine: Machine) -> Released:
    folder = machine.folder
    evidence = folder / "evidence" / "rasso-2026" / FORCE
    root = copy_project(folder / "project")
    with pytest.MonkeyPatch.context() as patch, secluded():
        patch.setenv("QUARTO_PATH", str(folder / "quarto"))
        refresh(FORCE, evidence / "release", root=root)
        render([FORCE], site_folder=root / "_site", root=root)
        checked, page, package = release_force(
            FORCE, evidence, site=root / "_site", to=folder / "out", root=root
        )
    return Released(root, evidence, checked, page, package)


def test_the_canaries_are_in_the_sampled_notes_and_the_gate_knows_them(released: Released) -> None:
    notes = "\n".join(pd.read_parquet(released.evidence / "restricted" / "notes.parquet")["text"])
    assert [name for name in NAMES if name not in notes] == []
    listed = pd.read_parquet(released.evidence / "restricted" / "identifiers.parquet")["value"].str.lower()
    words = " ".join(listed)
    assert [name for name in NAMES if name.lower().split()[-1] not in words] == []
    assert [other for other in OTHERS[:4] if other.lower() not in words] == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_what_a_run_writes_is_its_users_alone_also_when_it_is_killed(machine: Machine) -> None:
    assert machine.open_to_others(machine.folder / "evidence", machine.folder / "killed") == []


def test_no_canary_is_said_or_left_anywhere_outside_restricted(machine: Machine, released: Released) -> None:
    assert len(machine.seen) > 20
    assert secret_in((released.evidence / "restricted" / "notes.parquet").read_bytes())
    assert secret_in((released.evidence / "restricted" / "reading_list.xlsx").read_bytes()) is False
    assert machine.places_of_secrets(machine.sources) == []


def test_no_canary_reaches_release_or_a_page(released: Released) -> None:
    secret = [*NAMES, *OTHERS, PHRASE]
    files = [
        path
        for folder in (released.evidence / "release", released.root / "_site", released.root / "reports")
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in {".csv", ".json", ".md", ".yml", ".html", ".svg", ".qmd"}
    ]
    assert len(files) > 50
    texts = [path.read_text(encoding="utf-8") for path in files]
    assert [word for word in secret if any(word in text for text in texts)] == []


def test_the_gate_lets_the_report_pass_and_shows_no_canary(released: Released) -> None:
    failing = {
        item.id: [found.place for found in item.found]
        for item in released.checked.items
        if item.grade == "fail"
    }
    assert failing == {}
    assert released.package is not None
    assert (released.package / "manifest.json").is_file()


def test_canaries_that_an_author_copies_into_a_page_are_caught_and_never_printed(
    released: Released, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Path(shutil.copytree(released.root / "_site", tmp_path / "_site"))
    page = site / "reports" / FORCE / "index.html"
    copied = "".join(f"<p>{canary}, {PHRASE}</p>" for canary in CANARIES.values())
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", f"{copied}</main>"), encoding="utf-8")
    monkeypatch.setattr("inspections.cli.releasing.whole_evidence", lambda *_: released.evidence)
    monkeypatch.setattr("reports.gate.check.made_anew", lambda *_, **__: Item("made-anew", ""))
    monkeypatch.setattr("reports.gate.release_force", partial(release_force, root=released.root))
    arguments = ["release", FORCE, "--site", str(site), "--to", str(tmp_path / "out")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1, result.output
    assert not (tmp_path / "out").exists()
    for title in ("No name from the case files", "No telephone number", "No 8 words in a row of a note"):
        assert re.search(f"fail +{title}", result.output)
    assert [word for word in (*NAMES, *OTHERS, PHRASE) if word.lower() in result.output.lower()] == []
    to_sign = released.page.read_text(encoding="utf-8").lower()
    assert [name for name in NAMES if name.lower().split()[-1] not in to_sign] == []
    assert "<script" not in to_sign
