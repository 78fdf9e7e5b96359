"""A round of the audit from draw to gold: workbooks made, filled in as people would, read back, settled."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from inspections.audit import (
    ForceNotes,
    Round,
    make_round,
    make_workbooks,
    open_round,
    read_coded,
    read_settled,
    rounds_in,
    score,
    settle,
)
from inspections.audit.adjudication import LAYOUT
from inspections.audit.projects import FINISHED, TO_CODE, bring_in, brought_path, export_round
from inspections.audit.workbooks import FLAGS, HEAD, UNITS, Layout, unit_order, workbook_path
from inspections.cli import app
from nlp import Coder, load_codebook
from nlp.audit.exchange import CODINGS, project_codes, read_project, write_project
from nlp.codebook import Codebook
from nlp.evaluation import evaluate
from nlp.reader.corpus import read_corpora
from parameters import PROJECT, InspectionError

CODERS = ("Ann Able", "Zoë Lund")
CANARY = "Zuleika said she froze"
SENTENCES = (
    "SUSP arrested and interviewed.",
    "I have concerns about IP's credibility.",
    "No concerns re IP's credibility.",
    f"{CANARY}.",
    "=cmd in the log, café and 🙂.",
    "Diary set for the next review.",
)
GIVEN = (
    "sus-arrest-interview",
    "vic-disbelief",
    "vic-disbelief",
    "oth-account-content",
    "oth-admin",
    "oth-admin",
)
PLACE = Layout().column


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return load_codebook(PROJECT / "nlp" / "codebook")


@pytest.fixture(scope="module")
def material(codebook: Codebook) -> ForceNotes:
    notes = pd.DataFrame(
        [(f"FIC/{case:02}/24", entry, "OIC", "\n".join(SENTENCES)) for case in range(12) for entry in (1, 2)],
        columns=["case_id", "entry_no", "author_role", "text"],
    )
    coding = Coder(codebook).code_notes(notes).table
    cases = pd.DataFrame({"case_id": sorted(set(notes["case_id"])), "weight": 4.0, "stratum": "all"})
    return ForceNotes("madeforce", notes, coding, cases)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, material: ForceNotes, codebook: Codebook) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "audit"
    held = make_round(folder, "pilot", [material], CODERS, codebook=codebook, seed="s", size=30)
    make_workbooks(held, codebook)
    return folder


@pytest.fixture
def held(tmp_path: Path, drawn: Path) -> Round:
    return open_round(Path(shutil.copytree(drawn, tmp_path / "audit")) / "pilot")


def edit(path: Path, change: Callable[[Worksheet], None]) -> None:
    workbook = load_workbook(path)
    change(workbook[UNITS])
    workbook.save(path)


def fill(held: Round, coder: str, *, until: int = 10_000, wrong: str = "") -> None:
    """Code as the sentences are meant; `wrong` replaces the code of the doubting sentence."""

    def change(sheet: Worksheet) -> None:
        for row, unit in enumerate(unit_order(held, coder).head(until).to_dict("records"), start=HEAD + 1):
            at = unit["unit_no"] - 1
            code = wrong if wrong and at == 1 else GIVEN[at]
            sheet[f"{PLACE['Code 1']}{row}"] = code
            if at == 2:
                sheet[f"{PLACE['polarity 1']}{row}"] = "rebutted"
            if at == 3:
                sheet[f"{PLACE['voice 1']}{row}"] = "Victim "

    edit(workbook_path(held, coder), change)


def problems_of(held: Round, codebook: Codebook) -> str:
    with pytest.raises(InspectionError) as caught:
        read_coded(held, codebook)
    assert CANARY not in str(caught.value)
    return " ".join(str(caught.value).split())


def test_workbooks_hold_unit_note_above_and_guidance_but_nothing_of_the_machine(
    held: Round, material: ForceNotes
) -> None:
    workbook = load_workbook(workbook_path(held, CODERS[0]))
    order = unit_order(held, CODERS[0])
    for row, unit in enumerate(order.to_dict("records"), start=HEAD + 1):
        above, text = (workbook[UNITS][f"{letter}{row}"].value or "" for letter in "CD")
        assert text == SENTENCES[unit["unit_no"] - 1]
        assert above == "\n".join(SENTENCES[: unit["unit_no"] - 1])
    cells = [
        str(cell.value)
        for sheet in workbook.worksheets
        for line in sheet.iter_rows()
        for cell in line
        if cell.value is not None
    ]
    told = "\n".join(cells)
    for secret in (*material.coding["rule_id"].unique(), "silent", "near |", "stratum", "weight"):
        assert secret not in told
    assert workbook["Codebook"]["A5"].value == "oth-account-content"


def test_both_coders_code_the_same_units_in_orders_of_their_own(held: Round) -> None:
    first, second = (unit_order(held, coder)["unit_id"] for coder in CODERS)
    assert set(first) == set(second)
    assert list(first) != list(second)


def test_the_same_draw_gives_the_same_bytes(
    held: Round, tmp_path: Path, material: ForceNotes, codebook: Codebook
) -> None:
    again = make_round(tmp_path / "again", "pilot", [material], CODERS, codebook=codebook, seed="s", size=30)
    make_workbooks(again, codebook)
    for coder in CODERS:
        assert workbook_path(held, coder).read_bytes() == workbook_path(again, coder).read_bytes()


def test_a_coder_resumes_and_a_coder_joins_without_a_new_draw(
    held: Round, material: ForceNotes, codebook: Codebook
) -> None:
    fill(held, CODERS[0], until=7)
    before = workbook_path(held, CODERS[0]).read_bytes()
    joined = make_round(held.folder.parent, "pilot", [material], ["Cy Cole"], codebook=codebook, seed="s")
    written, left = make_workbooks(joined, codebook)
    assert [path.name for path in written] == ["pilot-cy-cole.xlsx"]
    assert len(left) == 2
    assert workbook_path(held, CODERS[0]).read_bytes() == before
    progress = read_coded(open_round(held.folder), codebook).progress.set_index("coder")
    assert progress.loc[CODERS[0], ["coded", "next_row"]].tolist() == [7, HEAD + 8]
    assert progress.loc["Cy Cole", "coded"] == 0
    assert score(joined, codebook).accuracy is None


def test_another_round_draws_other_units_and_rounds_come_in_order(
    held: Round, material: ForceNotes, codebook: Codebook
) -> None:
    folder = held.folder.parent
    later = make_round(folder, "main", [material], CODERS, codebook=codebook, seed="s", size=30)
    training = make_round(folder, "training", [material], CODERS, codebook=codebook, seed="s", size=10)
    assert set(held.units["unit_id"]).isdisjoint(later.units["unit_id"])
    assert set(training.units["unit_id"]).isdisjoint(later.units["unit_id"])
    assert [path.name for path in rounds_in(folder)] == ["training", "pilot", "main"]


def test_a_round_is_not_drawn_anew_with_other_settings(
    held: Round, material: ForceNotes, codebook: Codebook
) -> None:
    with pytest.raises(InspectionError, match="other seed and units"):
        make_round(held.folder.parent, "pilot", [material], CODERS, codebook=codebook, seed="t", size=50)
    with pytest.raises(InspectionError, match="audit round main: 3 units are too few: two of each"):
        make_round(held.folder.parent, "main", [material], CODERS, codebook=codebook, seed="s", size=3)
    with pytest.raises(InspectionError, match="not the name of a round"):
        make_round(held.folder.parent, "final", [material], CODERS, codebook=codebook, seed="t")


SLIPS = (
    ({"Code 1": CANARY}, "Code 1", "not a code"),
    ({"Code 1": "vic-disbelief", "polarity 1": CANARY}, "polarity 1", "a value that is not offered"),
    ({"polarity 1": "rebutted"}, "polarity 1", "to a code that was not given"),
    ({"Code 2": "vic-disbelief"}, "Code 2", "a place for a code before it is empty"),
    ({"Code 1": "vic-disbelief", "Code 2": "vic-disbelief"}, "Code 2", "a code that it has already"),
    ({"Code 1": "vic-disbelief", "purpose 1": "limited"}, "purpose 1", "Only vic-records-trawl"),
    ({"Code 1": "oth-admin", "status 1": "planned"}, "status 1", "context to a code that takes none"),
    ({"Code 1": "oth-admin", "Code 2": "oth-cps-liaison"}, "Code 1", "stand alone"),
    ({"Code 1": "sus-digital", "role-unclear": "yes"}, "Code 1", "though role-unclear is set"),
    ({"Code 1": "sus-digital", "quote": "maybe"}, "quote", "something other than yes"),
    ({"Code 1": "=1+1"}, "Code 1", "a formula"),
)


def test_every_slip_is_told_by_its_cell(held: Round, codebook: Codebook) -> None:
    def change(sheet: Worksheet) -> None:
        for row, (cells, _, _) in enumerate(SLIPS, start=HEAD + 1):
            for head, value in cells.items():
                sheet[f"{PLACE[head]}{row}"] = value

    edit(workbook_path(held, CODERS[0]), change)
    found = problems_of(held, codebook)
    for row, (_, head, told) in enumerate(SLIPS, start=HEAD + 1):
        assert f"Units, {PLACE[head]}{row} " in found
        assert told in found


def test_a_changed_unit_a_swapped_workbook_and_a_stranger_are_refused(
    held: Round, codebook: Codebook
) -> None:
    first, second = (workbook_path(held, coder) for coder in CODERS)
    edit(first, lambda sheet: sheet.__setitem__(f"D{HEAD + 2}", CANARY + "!"))
    assert f"Units, D{HEAD + 2} no longer holds" in problems_of(held, codebook)
    first.write_bytes(second.read_bytes())
    assert "of another coder, round or draw" in problems_of(held, codebook)
    first.rename(first.with_name("copy.xlsx"))
    assert "the workbook of no coder" in problems_of(held, codebook)


def test_differences_are_settled_by_a_third_person_and_become_gold(
    held: Round, codebook: Codebook, material: ForceNotes
) -> None:
    fill(held, CODERS[0])
    fill(held, CODERS[1], wrong="oth-victim-care")
    coded = read_coded(held, codebook)
    agreed = score(held, codebook).agreement
    assert agreed is not None
    assert agreed.set_index("name").loc["sus-arrest-interview", "alpha"] == 1
    assert agreed.set_index("name").loc["oth-victim-care", "positive"] == 0
    path = settle(held, coded, codebook)
    assert path is not None
    doubting = int((held.units["unit_no"] == 2).sum())
    rows = range(HEAD + 1, HEAD + 1 + doubting)
    assert settle(held, coded, codebook) is None  # there already, and left as it is
    with pytest.raises(InspectionError, match="not decided") as caught:
        read_settled(held, coded, codebook)
    assert "B3 names nobody" in str(caught.value)

    def decide(sheet: Worksheet, by: str = "Cy Cole") -> None:
        said = sheet[f"{LAYOUT.column['What the coders said']}{HEAD + 1}"].value
        assert said == "oth-victim-care\nvic-disbelief"
        assert sheet.max_row == rows[-1]
        sheet["B3"] = by
        for row in rows:
            sheet[f"{LAYOUT.column['Code 1']}{row}"] = "vic-disbelief"
            sheet[f"{LAYOUT.column['Why']}{row}"] = f"{CANARY}."

    edit(path, lambda sheet: decide(sheet, by=CODERS[0].upper()))
    with pytest.raises(InspectionError, match="names nobody, or a coder"):
        read_settled(held, coded, codebook)
    edit(path, decide)
    settled = read_settled(held, coded, codebook)
    assert settled.units["coding"].value_counts()["adjudicated"] == doubting
    assert settled.coded_by == "Ann Able and Zoë Lund, settled by Cy Cole"

    corpus = read_corpora(held.folder)  # the folder gold is a corpus like any other
    assert len(corpus.units) == len(held.units)
    assert corpus.writers == ["madeforce"]
    assert evaluate(corpus.units, material.coding, draws=0).value("vc_f1") > 0.9
    found = score(held, codebook)
    assert found.accuracy is not None
    assert found.balance is not None
    assert found.accuracy.set_index("name").loc["suspect-focus", "recall"] > 0.9
    assert found.balance.loc[0, "corrected_low"] <= found.balance.loc[0, "corrected"]


def test_changed_codings_make_decisions_void(held: Round, codebook: Codebook) -> None:
    fill(held, CODERS[0])
    fill(held, CODERS[1], wrong="oth-victim-care")
    settle(held, read_coded(held, codebook), codebook)
    fill(held, CODERS[1], wrong="vic-intoxication")
    with pytest.raises(InspectionError, match="other codings"):
        read_settled(held, read_coded(held, codebook), codebook)


def test_flags_are_kept_with_the_gold(held: Round, codebook: Codebook) -> None:
    alone = replace(held, coders=CODERS[:1])
    workbook_path(held, CODERS[1]).unlink()
    fill(alone, CODERS[0])
    flag = PLACE[FLAGS[0]]
    edit(workbook_path(alone, CODERS[0]), lambda sheet: sheet.__setitem__(f"{flag}{HEAD + 1}", "Yes"))
    settled = read_settled(alone, read_coded(alone, codebook), codebook)
    assert settled.units["flags"].tolist().count("boilerplate") == 1
    assert set(settled.units["coding"]) == {"one coder"}


def test_the_commands_sample_score_and_settle(tmp_path: Path, material: ForceNotes) -> None:
    for name in ("notes", "coding"):
        getattr(material, name).to_parquet(tmp_path / f"{name}.parquet")
    folder = str(tmp_path / "audit")
    tables = ["--coding", str(tmp_path / "coding.parquet"), "--notes", str(tmp_path / "notes.parquet")]

    def said(*arguments: str, expect: int = 0) -> str:
        result = CliRunner().invoke(app, ["audit", *arguments])
        assert result.exit_code == expect, result.output
        assert CANARY not in result.output
        return " ".join(result.output.split())

    drawn = ["sample", *tables, "--to", folder, "--coder", CODERS[0], "--coder", CODERS[1], "--units", "30"]
    assert "training: 30 of 144 units" in said(*drawn)
    assert "there already, left as it is" in said(*drawn)
    assert "0 of 30 units coded, goes on in row 5" in said("score", folder)
    assert "did not code yet" in said("settle", folder, expect=2)
    held = open_round(Path(folder) / "training")
    fill(held, CODERS[0])
    project = str(tmp_path / "zoe.qdpx")
    assert "30 units to code" in said("export", folder, "--for", CODERS[1], "-o", project)
    back = str(coded_elsewhere(held, load_codebook(PROJECT / "nlp" / "codebook"), tmp_path, units=held.units))
    assert "30 of 30 units coded" in said("import", back, "--into", folder, "--coder", CODERS[1])
    assert "Give --output for a table" in said("import", back, "--into", folder, expect=2)
    assert "30 agreed" in said("settle", folder)
    told = said("score", folder)
    assert "Ann Able: 30 of 30 units coded." in told
    assert "The machine against the settled coding" in told
    assert "holds no round main" in said("score", folder, "--round", "main", expect=2)
    assert "must name forces, or a coding table" in said("sample", "--to", folder, "--coder", "A", expect=2)


def coded_elsewhere(
    held: Round,
    codebook: Codebook,
    folder: Path,
    *,
    units: pd.DataFrame,
    by: str = "default",
    more: tuple = (),
) -> Path:
    """A project in which a coder gave units their codes, as another program would hand it back."""
    rows = []
    for unit in units.to_dict("records"):
        codes = [GIVEN[unit["unit_no"] - 1]]
        codes += {3: ["polarity-rebutted"], 4: ["voice-victim"]}.get(unit["unit_no"], [])
        place = (unit["case_id"], unit["entry_no"], unit["start"] + 1, unit["end"])  # marked by hand
        rows += [(*place, code, by, "") for code in codes]
    path = folder / "back.qdpx"
    codings = pd.DataFrame([*rows, *more], columns=list(CODINGS))
    write_project(path, held.notes, codings, project_codes(codebook), name="back", people=[by])
    return path


def test_a_round_goes_out_as_a_project_with_its_units_marked_and_nothing_of_the_machine(
    held: Round, codebook: Codebook, tmp_path: Path
) -> None:
    path = tmp_path / "round.qdpx"
    assert export_round(held, codebook, "zoë lund", path) == len(held.notes)
    found = read_project(path)
    assert set(found.codings["code"]) == {TO_CODE}
    assert len(found.codings) == len(held.units)
    assert found.users[0] == "Zoë Lund"
    last = held.units.groupby(["case_id", "entry_no"])["end"].max()
    for case_id, entry_no, text in found.texts.itertuples(index=False):
        assert len(text) == last[case_id, entry_no]  # nothing below what is to be coded
    with pytest.raises(InspectionError, match="is not of this round"):
        export_round(held, codebook, "Cy Cole", path)


def test_coding_in_another_program_joins_the_round_as_a_workbook_would(
    held: Round, codebook: Codebook, tmp_path: Path
) -> None:
    for coder in CODERS:
        fill(held, coder)
    by_workbook = read_coded(held, codebook)
    workbook_path(held, CODERS[1]).unlink()
    back = read_project(coded_elsewhere(held, codebook, tmp_path, units=held.units))
    brought = bring_in(held, codebook, CODERS[1], back)
    assert (brought.coded, brought.units) == (30, 30)
    by_project = read_coded(held, codebook)
    assert by_project.finished
    order = ["coder", "unit_id", "code"]
    for one, other in (
        (by_project.codings, by_workbook.codings),
        (by_project.units.assign(code=""), by_workbook.units.assign(code="")),
    ):
        pd.testing.assert_frame_equal(*(t.sort_values(order, ignore_index=True) for t in (one, other)))
    fill_again = make_workbooks(held, codebook)[0]
    assert len(fill_again) == 1
    fill(held, CODERS[1], until=1)
    assert "brought in from another program as well" in problems_of(held, codebook)


def test_a_unit_left_uncoded_is_silent_only_where_its_note_is_said_to_be_finished(
    held: Round, codebook: Codebook, tmp_path: Path
) -> None:
    note = held.units[["case_id", "entry_no"]].iloc[0]
    here = (held.units[["case_id", "entry_no"]] == note).all(axis=1)
    few = held.units[~here]
    bring_in(held, codebook, CODERS[1], read_project(coded_elsewhere(held, codebook, tmp_path, units=few)))
    progress = read_coded(held, codebook).progress.set_index("coder")
    assert progress.loc[CODERS[1]].tolist() == [len(few), 30, 0]
    said = (note["case_id"], note["entry_no"], 0, 5, FINISHED, "default", "")
    back = coded_elsewhere(held, codebook, tmp_path, units=few, more=(said,))
    bring_in(held, codebook, CODERS[1], read_project(back))
    coded = read_coded(held, codebook)
    assert coded.progress.set_index("coder").loc[CODERS[1], "coded"] == 30
    silent = set(held.units.loc[here, "unit_id"])
    assert silent.isdisjoint(coded.codings["unit_id"])
    assert silent < set(coded.units["unit_id"])


def test_what_no_workbook_would_take_is_told_by_unit_and_nothing_is_kept(
    held: Round, codebook: Codebook, tmp_path: Path
) -> None:
    unit = held.units[held.units["unit_no"] == 2].iloc[0]
    place = (unit["case_id"], unit["entry_no"], unit["start"], unit["end"])
    more = tuple(
        (*place, code, "default", "") for code in ("role-unclear", "polarity-rebutted", "polarity-not-done")
    )
    back = read_project(coded_elsewhere(held, codebook, tmp_path, units=held.units, more=more))
    with pytest.raises(InspectionError) as caught:
        bring_in(held, codebook, CODERS[1], back)
    told = str(caught.value)
    assert f"case {unit['case_id']}, entry {unit['entry_no']}, unit 2 gives vic-disbelief 2 values" in told
    assert "is role-unclear and has a victim or suspect code" in told
    assert not brought_path(held, CODERS[1]).exists()
    stranger = ((*place, "oth-admin", "Bo", ""),)
    back = read_project(coded_elsewhere(held, codebook, tmp_path, units=held.units, more=stranger))
    with pytest.raises(InspectionError, match="coding of 2 people, none of them"):
        bring_in(held, codebook, CODERS[1], back)
