"""Marked notes show hostile words as words, and every code of a place."""

import pandas as pd

from nlp.audit.highlight import COLOURS, marked_note

TEXT = "é👩 <script>alert(1)</script> IP is <b>lying</b>. SUSP arrested."


def places(*rows: tuple[str, str, bool]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"start": TEXT.find(words), "end": TEXT.find(words) + len(words), "code": code, "counts": counts}
            for words, code, counts in rows
        ],
        columns=["start", "end", "code", "counts"],
    )


def test_markup_in_a_note_is_shown_and_not_run() -> None:
    page = marked_note(TEXT, places(("IP is <b>lying</b>", "vic-disbelief", True)))
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "IP is &lt;b&gt;lying&lt;/b&gt;" in page


def test_colours_tell_orientations_apart_and_what_does_not_count() -> None:
    page = marked_note(
        TEXT, places(("lying", "vic-disbelief", False), ("SUSP arrested", "sus-arrest-interview", True))
    )
    assert COLOURS["suspect-focus"] in page
    assert COLOURS["victim-credibility"] not in page
    assert "vic-disbelief (not counted)" in page


def test_two_codes_of_one_place_are_both_named() -> None:
    page = marked_note(TEXT, places(("lying", "vic-disbelief", True), ("IP is <b>lying", "oth-x", False)))
    assert "vic-disbelief, oth-x (not counted)" in page


def test_a_note_without_codes_is_shown_whole() -> None:
    assert "SUSP arrested." in marked_note(TEXT, places())
