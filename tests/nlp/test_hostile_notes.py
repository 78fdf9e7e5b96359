"""No text, however odd or long, stops the coder, takes more than its share of time or is lost."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import Coder
from nlp import coder as coding
from nlp.scan import whole

WORDS = (
    "IP is not credible",
    "SUSP arrested",
    "he",
    "her",
    "says",
    "was",
    "Marcus TILLBROOK (26)",
    "PC 4418",
)
MARKS = ("(", ")", "[", "[ ]", "☐", "'", '"', "’", "“", ";", ":", ",", ".", "...", "-", "—", "_", "/", "=")
LISTS = ("1. ", "(2) ", "(a) ", "b) ", "- ", "• ", "Y/N", "12", "٣", "12/03/2024 10:00", "Supervisor: ")
BREAKS = ("\n", "\r\n", "\n\n", "\u2028", "\x85", "\x0b", "\t", " ", "\u00a0", "\u3000", "\u200b", "\ufeff")
LETTERS = (
    "\x00",
    "\ud800",
    "\udfff",
    "\u202e",
    "\u2066",
    "e\u0301",
    "\u0301",
    "犯",
    "ß",
    "İ",
    "ﬁ",
    "\U0010ffff",
)
EMOJI = ("👩\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈")
PIECES = st.one_of(
    *(st.sampled_from(kind) for kind in (WORDS, MARKS, LISTS, BREAKS, LETTERS, EMOJI)),
    st.text(st.characters(), max_size=4),
)
RUNS = st.tuples(PIECES, st.sampled_from(("", " ")), st.integers(1, 30))
NOTES = st.lists(RUNS.map(lambda run: (run[0] + run[1]) * run[2]), max_size=40).map("".join)


@settings(max_examples=300)
@given(text=NOTES, role=PIECES, kind=PIECES)
def test_any_text_is_coded_and_every_row_points_into_it(
    coder: Coder, text: str, role: str, kind: str
) -> None:
    note = {"case_id": "A", "entry_no": 1, "text": text, "author_role": role, "entry_type": kind}
    coded = next(coder.code_stream([note]))
    assert coded.entry.words == len(whole(text).split())
    for row in coded.rows:
        assert 1 <= row.unit_no <= coded.entry.units
        assert 0 <= row.start < row.end <= len(text)
        assert row.trigger in whole(text)[row.start : row.end]
        ",".join(map(str, row)).encode("utf-8")


@pytest.mark.parametrize(
    "text", [None, float("nan"), 7, "", " ", "\x00", "\ud800", "(" * 100_000, "\n" * 100_000]
)
def test_what_has_no_words_is_counted_and_has_no_rows(coder: Coder, text: object) -> None:
    coded = next(coder.code_stream([{"case_id": "A", "entry_no": 1, "text": text}]))
    assert coded.rows == []
    assert coded.entry.units == 0


HOSTILE = {
    "prose": "IP is not credible and SUSP was arrested, he saw her. ",
    "no full stop": "IP is not credible and SUSP was arrested but he saw her with him ",
    "one word": "a",
    "brackets": "(",
    "opened brackets": "SUSP (",
    "quotation marks": "'",
    "quoted words": "'a \"b ",
    "digits": "1234567890 ",
    "ages": "Cole, 26, was arrested ( 26 ) ",
    "checkboxes": "[ ] ",
    "yes and no": "Y/N ",
    "list numbers": "1. ",
    "counted items": " ".join(f"({number}) see IP" for number in range(1, 60)) + " ",
    "semicolons": "; ",
    "clauses": "IP was seen; ",
    "labels": "SUSPECT:\n- phone seized\n",
    "pronouns": "he ",
    "speech": "SUSP says he said ",
    "others": "the male said " + "police officer " * 25,
    "combining marks": "\u0301",
    "emoji": "👩‍👩‍👧 ",
    "surrogates": "\ud800",
    "zeros": "IP\x00is ",
    "line ends": "a\r\n",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_work_grows_with_length_not_with_its_square(coder: Coder, piece: str) -> None:
    def seconds(length: int) -> float:
        started = time.process_time()
        coder.code_text(piece * (length // len(piece)))
        return time.process_time() - started

    seconds(90_000)
    short, long = (min(seconds(length) for _ in range(3)) for length in (11_250, 90_000))
    assert long < 8 * 3 * max(short, 0.001)  # eight times the text; its square would take 64 times


@pytest.mark.parametrize("piece", ["IP is not credible. ", "IP is not credible and SUSP was arrested "])
def test_the_end_of_an_endless_line_is_coded_too(coder: Coder, piece: str) -> None:
    text = piece * (500_000 // len(piece))
    table = coder.code_text(text)
    assert table["end"].max() > len(text) - 2 * len(piece)
    assert set(table["code"]) >= {"vic-disbelief"}


def test_a_long_note_read_in_stretches_is_coded_as_in_one(
    coder: Coder, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = "IP is not credible. SUSP arrested on day {}; he says she lied. PND checked. "
    text = "VIC PHONE:\n" + "".join(map(day.format, range(300)))
    in_one = coder.code_text(text)
    monkeypatch.setattr(coding, "_STRETCH", 1_000)
    pd.testing.assert_frame_equal(coder.code_text(text), in_one)
