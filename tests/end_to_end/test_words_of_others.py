"""Words of others in what the toolkit writes and prints: seen as words, and doing nothing."""

import io
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from rich.table import Table
from rich.text import Text

from inspections.audit.coding_tables import write_table
from inspections.cli.shared import Terminal, visible
from inspections.pseudonyms import Vocabulary
from inspections.release import write_csv
from inspections.reviews.workbooks import put
from nlp.audit.concordance import phrase_places
from parameters import InspectionError, Problem, load_parameters
from parameters.spreadsheet_text import guarded, unguarded
from reports.release import read_rows

ESCAPES = "\x1b[2J\x1b]0;title\x07\x9b31m\r\x08\u202egpj\u2066\u200b\ufeff\ud800[red]x[/red][/]"
FORMULAS = ("=1+1", "+cmd|'/C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@x")


def printed(what: Any, **options: Any) -> str:
    file = io.StringIO()
    Terminal(file=file, markup=False, emoji=False, soft_wrap=True, **options).print(what)
    return file.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_nothing_in_a_message_reaches_the_terminal_but_words(terminal: bool) -> None:
    problem = Problem(f"{ESCAPES}.csv", f"column {ESCAPES}", ESCAPES, f"is {ESCAPES}.", ESCAPES)
    table = Table(f"force {ESCAPES}")
    table.add_row(ESCAPES)
    for what in (str(InspectionError([problem])), table, Text(ESCAPES), ESCAPES):
        told = printed(what, force_terminal=False, width=400)
        assert told.isprintable() or set(told) <= {*filter(str.isprintable, told), "\n"}
        assert r"\x1b[2J" in told
        assert r"\u202eg" in told
        assert what is table or "[red]x[/red][/]" in told
    styled = printed(Text(ESCAPES, style="bold"), force_terminal=terminal, width=400)
    assert ("\x1b[1m" in styled) is terminal
    assert "\x1b[2J" not in styled


@given(st.text())
def test_a_printed_text_is_printable_and_tells_what_was_there(text: str) -> None:
    shown = visible(text)
    unseen = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert all(sign in "\t\n" or unicodedata.category(sign) not in unseen for sign in shown)
    shown.encode("utf-8")


@pytest.mark.parametrize("name", [r"\e[31mNorthshire", r"North\u202eshire", r"North\u200bshire"])
def test_a_name_with_what_cannot_be_seen_is_refused(name: str, tmp_path: Path) -> None:
    from parameters import PROJECT

    for file in ("northshire.yml", "inspection.yml"):
        text = (PROJECT / "parameters" / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(
            text.replace("name: Northshire Police", f'name: "{name}"'), encoding="utf-8"
        )
    with pytest.raises(InspectionError, match="name holds a character that cannot be seen"):
        load_parameters(tmp_path / "northshire.yml")


@settings(max_examples=200)
@given(st.one_of(st.text(), st.sampled_from(FORMULAS).flatmap(lambda start: st.text().map(start.__add__))))
def test_a_guarded_cell_is_no_formula_and_is_read_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "@", "\t", "\r", "\n"))


def test_numbers_stay_numbers() -> None:
    assert [guarded(text) for text in ("-0.2", "+3", "-1,234.5", "-12%", "-1e-3")] == [
        "-0.2", "+3", "-1,234.5", "-12%", "-1e-3",
    ]  # fmt: skip


def test_a_csv_file_that_people_open_holds_no_formula_and_loses_nothing(tmp_path: Path) -> None:
    table = pd.DataFrame({"=head": FORMULAS, "number": range(-4, 4)})
    write_csv(tmp_path, "table", table)
    raw = pd.read_csv(tmp_path / "table.csv", dtype=str, keep_default_na=False)
    assert not raw["'=head"].str.startswith(("=", "+", "-", "@", "\t", "\r")).any()
    assert raw["number"].tolist() == [str(number) for number in range(-4, 4)]
    read = [row["'=head"] for row in read_rows(tmp_path / "table.csv")]
    assert read == [text.replace("\r", "\n") for text in FORMULAS]


def test_no_cell_of_a_workbook_is_a_formula_or_breaks_it(tmp_path: Path) -> None:
    words = [*FORMULAS[:4], f"note {ESCAPES}", "\x00", "a" * 40_000]
    book = Workbook()
    sheet: Any = book.active
    for row, text in enumerate(words, start=1):
        put(sheet, f"A{row}", text)
    book.save(tmp_path / "put.xlsx")
    write_table(tmp_path / "table.xlsx", pd.DataFrame({"words": words}, dtype=object))
    for name, first in (("put.xlsx", 1), ("table.xlsx", 2)):
        read: Any = load_workbook(tmp_path / name).worksheets[0]
        cells = [read[f"A{row}"] for row in range(first, first + len(words))]
        assert {cell.data_type for cell in cells} == {"s"}
        assert [cell.value for cell in cells[:4]] == words[:4]
        assert all(cell.quotePrefix for cell in cells[:4])


def test_stars_in_a_phrase_do_not_take_for_ever() -> None:
    notes = pd.DataFrame({"case_id": ["A"], "entry_no": [1], "text": ["a" * 100_000 + "! arrested"]})
    coding = pd.DataFrame(
        columns=["case_id", "entry_no", "unit_no", "start", "end", "code", "counts", "rule_id"]
    )
    assert phrase_places("a*a*a*a*a*b*", notes, coding).empty
    assert len(phrase_places("arrest***", notes, coding)) == 1


def test_names_are_looked_for_in_a_note_without_end() -> None:
    for note in ("a" * 300_000, "Marcus " * 40_000, "\n" * 300_000, "a@" * 150_000):
        Vocabulary.of([note])
