"""Notes that hold secrets in markup that tries to break out: none reaches release/, a page or a message."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from inspections.cli import app
from inspections.runner import run_force
from parameters import PROJECT, load_parameters
from reports import refresh, render
from reports.gate import Checked, Item, release_force

FORCE = "northshire"
CANARIES = {
    "Quarto shortcode": "{{< include ../restricted/notes.md >}} Zebulon Quorthwaite {{< meta seed >}}",
    "raw HTML": "</td></p><script>alert('Ysolde Trevanquist')</script><img src=x onerror=y>",
    "raw block": "```{=html} <b>Xavierine Plumtree-Voss</b> ```",
    "Typst": '#read("/etc/passwd") #text(fill: red)[Wilhelmtje Oxcastle] $ x $',
    "table": "| Peregrine Umberslade | NSFIC/999901/25 |\n|---|---|",
    "citation": "@tbl-gaps @Quenilda.Frostwick [@fig-balance] zzcanary@example.org",
    "link": "[Thaddeora Blinkhorn](https://example.org/zzcanary) <https://example.org/zzcanary>",
    "attribute": "![x](y){onload=alert(1) title=Hepzibaline}",
    "telephone number": "ring 07700 900999 or +44 1632 960999 for Barnabus Wrenfold, DOB 29/02/1988",
    "code": "`{python} open('/x').read()` `=1+1` Ottilexa Grimsdyke",
}
"""Ways out of a text, each with somebody's name or number in it."""

NAMES = (
    "Zebulon Quorthwaite", "Ysolde Trevanquist", "Plumtree-Voss", "Wilhelmtje Oxcastle",
    "Peregrine Umberslade",
    "Frostwick", "Thaddeora Blinkhorn", "Hepzibaline", "Barnabus Wrenfold", "Ottilexa Grimsdyke",
)  # fmt: skip
OTHERS = ("NSFIC/999901/25", "zzcanary", "07700 900999", "1632 960999", "29/02/1988")
PHRASE = "the blue lantern hung crooked above the third stair that night"
"""In every note, beside each canary: more than eight words of a note."""

SUSPECT_WORK = "IP vague and not credible. Interview suspect re consent and check his phone, {}, {}."
"""Makes the coder take notice of the entry, so that it may be proposed as an extract."""


@dataclass(frozen=True)
class Released:
    root: Path
    evidence: Path
    checked: Checked
    page: Path
    package: Path | None


def seed_notes(folder: Path) -> Path:
    """Copy the force with a canary and the phrase in every entry of its notes; return its parameter file."""
    shutil.copytree(PROJECT / "inspections" / "fictional" / FORCE, folder / FORCE)
    notes = folder / FORCE / "notes.csv"
    with notes.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    for number, row in enumerate(rows):
        canary = list(CANARIES.values())[number % len(CANARIES)]
        row[-1] = f"{row[-1]} {SUSPECT_WORK.format(canary, PHRASE)}"
    with notes.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    shutil.copyfile(PROJECT / "parameters" / "inspection.yml", folder / "inspection.yml")
    yaml = YAML()
    settings = yaml.load((PROJECT / "parameters" / f"{FORCE}.yml").read_text(encoding="utf-8"))
    for source in settings["sources"].values():
        source["path"] = str(folder / FORCE / Path(source["path"]).name)
    settings["approved_extracts"] = []
    with (folder / f"{FORCE}.yml").open("w", encoding="utf-8") as file:
        yaml.dump(settings, file)
    return folder / f"{FORCE}.yml"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Released:
    folder = tmp_path_factory.mktemp("canaries")
    result = run_force(load_parameters(seed_notes(folder)), folder / "evidence", tell=lambda _: None)
    assert result.evidence is not None, result.message
    root = folder / "project"
    root.mkdir()
    for name in ("_quarto.yml", "index.qmd"):
        shutil.copyfile(PROJECT / name, root / name)
    made = shutil.ignore_patterns("_generated", "_metadata.yml", "as-read.json", "*.py", "__pycache__")
    shutil.copytree(PROJECT / "reports", root / "reports", ignore=made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUARTO_PATH", str(folder / "quarto"))
        refresh(FORCE, result.evidence / "release", root=root)
        render([FORCE], site_folder=root / "_site", root=root)
        checked, page, package = release_force(
            FORCE, result.evidence, site=root / "_site", to=folder / "out", root=root
        )
    return Released(root, result.evidence, checked, page, package)


def test_the_canaries_are_in_the_sampled_notes_and_the_gate_knows_them(released: Released) -> None:
    notes = "\n".join(pd.read_parquet(released.evidence / "restricted" / "notes.parquet")["text"])
    assert [name for name in NAMES if name not in notes] == []
    listed = pd.read_parquet(released.evidence / "restricted" / "identifiers.parquet")["value"].str.lower()
    words = " ".join(listed)
    assert [name for name in NAMES if name.lower().split()[-1] not in words] == []
    assert [other for other in OTHERS[:4] if other.lower() not in words] == []


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
