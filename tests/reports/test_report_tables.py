from __future__ import annotations

import json
import re
import unicodedata
from datetime import date

import pypandoc
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parameters import PROJECT
from parameters.words import load_words
from reports.number_words import number_words
from reports.release import Indicator
from reports.tables import (
    Column,
    attribute,
    escape_note,
    format_base,
    format_date,
    format_number,
    format_result,
    pipe_table,
    status_note,
)

NASTY = [
    "VIC *vague* | {{< meta title >}} @PCSmith ^re^ <unk> `{python} 1` $x$ ~~no~~",
    "1. not a list",
    "# not a heading",
    ": not a caption {#tbl-x}",
    "a---b... 'quoted' \"twice\" \\begin{x} [link](http://x) ![i](j) [^1]",
    "::: {.callout-note}",
    "line one\n\nline two\r\n\tthree\u2028four\u00a0five",
    "- item",
    "(@) example",
    "<!-- gone -->",
    "&amp; &#42;",
]


def plain(text: str) -> str:
    """What a reader should see of a note: its visible characters, white space collapsed."""
    visible = "".join(s for s in " ".join(text.split()) if unicodedata.category(s) not in {"Cc", "Cf", "Cs"})
    return " ".join(visible.split())


def words(inlines: list[dict]) -> str:
    """Text of Pandoc inlines; anything but words and spaces is a failure."""
    assert {inline["t"] for inline in inlines} <= {"Str", "Space"}
    return "".join(inline.get("c", " ") for inline in inlines)


def parse(markdown: str) -> list[dict]:
    return json.loads(pypandoc.convert_text(markdown, "json", format="markdown"))["blocks"]


@settings(max_examples=60)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=12))
@example(NASTY)
def test_quoted_words_come_out_of_pandoc_as_they_went_in(notes: list[str]) -> None:
    notes = [note for note in notes if plain(note)]
    blocks = parse("\n\n".join(f"> {escape_note(note)}\n\n<!-- -->" for note in notes))
    quotes = [block["c"] for block in blocks if block["t"] == "BlockQuote"]
    assert [words(quote[0]["c"]) for quote in quotes] == [plain(note) for note in notes]


@settings(max_examples=60)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=12))
@example(NASTY)
def test_quoted_words_come_out_of_a_table_cell_as_they_went_in(notes: list[str]) -> None:
    table = pipe_table([Column("n", 1), Column("Note", 9)], enumerate(notes), caption="Notes", label="x")
    body = parse(table)[0]["c"][4][0]
    cells = [row[1][1][4] for row in body[3]]
    assert [words(cell[0]["c"]) if cell else "" for cell in cells] == [plain(note) for note in notes]


@settings(max_examples=60)
@given(st.text(max_size=60))
@example(NASTY[0])
@example(NASTY[4])
def test_a_text_alternative_comes_out_as_it_went_in(alt: str) -> None:
    figure = parse(f"![Caption](x.svg){{#fig-x fig-alt={attribute(alt)}}}")[0]
    image = figure["c"][2][0]["c"][0]
    assert dict(image["c"][0][2])["fig-alt"] == plain(alt)


def test_a_note_can_neither_hold_a_quarto_shortcode_nor_code() -> None:
    assert "{{<" not in escape_note("{{< include /etc/passwd >}}")
    assert "`{python}" not in escape_note("`{python} open('x')`")


def row(status: str, **numbers: float | int | str) -> Indicator:
    values = {
        "numerator": None,
        "denominator": None,
        "value": None,
        "low": None,
        "high": None,
        "base": "files",
    }
    return Indicator(
        id="x", label="X", pillar=1, group="force", unit="per cent", interval="Wilson", status=status,
        caveat="", definition="", cases=24, **{**values, **numbers},
    )  # fmt: skip


def test_suppressed_zero_missing_and_not_recorded_are_four_different_words() -> None:
    rows = [
        row("suppressed"),
        row("zero", numerator=0, denominator=24, value=0.0),
        row("missing"),
        row("not recorded"),
    ]
    assert [format_result(each) for each in rows] == ["Suppressed", "0%", "Missing", "Not recorded"]
    notes = [status_note([each.status]) for each in rows]
    assert len(set(notes)) == 4
    assert all(notes)


def test_a_table_of_plain_numbers_needs_no_note() -> None:
    assert status_note(["shown", "shown"]) == ""


def test_a_weighted_share_is_not_shown_as_its_unweighted_count() -> None:
    weighted = row(
        "shown",
        numerator=15,
        denominator=24,
        value=66.9,
        base="24 sampled case files, weighted to the 45 cases of the frame",
    )
    assert format_result(weighted) == "67%"
    assert format_base(weighted) == "15 of 24 sampled case files, weighted to the 45 cases of the frame"


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (62.5, "per cent", "63%"),
        (12.5, "per cent", "13%"),
        (0.47, "per cent", "0.5%"),
        (99.6, "per cent", "99.6%"),
        (0, "per cent", "0%"),
        (100, "per cent", "100%"),
        (-0.21, "balance", "−0.21"),
        (0.5, "balance", "+0.50"),
        (0, "balance", "0.00"),
        (-0.004, "balance", "0.00"),
        (1, "days", "1 day"),
        (1402.4, "days", "1,402 days"),
        (12345, "count", "12,345"),
    ],
)
def test_numbers_are_written_in_their_unit(value: float, unit: str, written: str) -> None:
    assert format_number(value, unit) == written


def test_dates_are_written_in_words() -> None:
    assert format_date(date(2026, 3, 1)) == "1 March 2026"


def test_a_table_has_a_caption_a_label_and_widths_whatever_its_cells_hold() -> None:
    columns = [Column("A", 30), Column("B", 10, numeric=True)]
    table = pypandoc.convert_text(
        pipe_table(columns, [("x", 1)], caption="Caption", label="short"), "html", format="markdown"
    )
    assert '<table id="tbl-short">' in table
    assert "<caption>Caption</caption>" in table
    assert "width: 7" in table
    assert "text-align: right" in table


def test_the_annex_gives_the_words_for_numbers_that_findings_use() -> None:
    assert "_generated/words.md" in (PROJECT / "reports/template/standard/annexes.md").read_text(
        encoding="utf-8"
    )
    printed, words = number_words(), load_words()
    for entry in words.shares:
        assert re.search(rf"^\| {entry.word} \|.*\b{entry.from_ or entry.under}\\%", printed, re.MULTILINE)
        bound = entry.interval_from or entry.interval_up_to
        assert re.search(rf"^\| {entry.word} \|.*\bat (?:least|most) {bound}\\%", printed, re.MULTILINE)
    for strength in words.strength:
        assert f"**{strength.word}** where at least {strength.cases} cases" in printed
    assert f"| {words.otherwise} |" in printed
    assert f"fewer than {words.smallest_base} cases" in printed
