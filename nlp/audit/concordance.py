"""Concordance: every place of a rule, a code or a phrase in the notes, in the middle of a line."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

from nlp.audit.firing import UNIT
from nlp.scan import fold

__all__ = ["Hidden", "coded_places", "key_word_in_context", "phrase_places"]

Hidden = Callable[[str], Sequence[tuple[int, int, str]]]
"""The stretches of a note that must not be shown, in order, and what stands there instead."""

_PLACES = [*UNIT, "start", "end", "code", "counts", "rule_id"]
LINE = [*UNIT, "left", "key", "right", "code", "counts", "rule_id"]


def coded_places(
    coding: pd.DataFrame, notes: pd.DataFrame, *, rule_id: str = "", code: str = ""
) -> pd.DataFrame:
    """Where the words stand that made a rule or a code fire.

    Parameters
    ----------
    coding
        A coding table.
    notes
        The notes coded: `case_id, entry_no, text`.
    rule_id, code
        What is looked for; nothing given means all codings.

    Returns
    -------
    DataFrame
        A row a coding: `case_id, entry_no, unit_no, start, end` (code points of the note: the words that
        fired; of the reader's codings, the whole unit), `code, counts, rule_id`.
    """
    wanted = pd.Series(True, index=coding.index)
    for column, value in (("rule_id", rule_id), ("code", code)):
        if value:
            wanted &= coding[column] == value
    texts = _texts(notes)
    found = []
    for row in coding[wanted].to_dict("records"):
        start, end, trigger = row["start"], row["end"], row["trigger"]
        if trigger and row["source"] == "rules":
            at = texts[row["case_id"], row["entry_no"]].find(trigger, start, end)
            start, end = (at, at + len(trigger)) if at >= 0 else (start, end)
        found.append({**{name: row[name] for name in _PLACES}, "start": start, "end": end})
    return pd.DataFrame(found, columns=_PLACES)


def phrase_places(phrase: str, notes: pd.DataFrame, coding: pd.DataFrame) -> pd.DataFrame:
    """Where a phrase stands in the notes, coded or not.

    Parameters
    ----------
    phrase
        Words; upper and lower case, kinds of quotation marks and the blanks between words do not matter, and
        a star at the end of a word stands for any letters, and one by itself for any word.
    notes, coding
        As for `coded_places`.

    Returns
    -------
    DataFrame
        As `coded_places` gives it, a row a place: `code` and `rule_id` of the unit around it parted by
        blanks, empty (and `unit_no` 0) where it was not coded; it `counts` if any of them does.
    """
    words = r"\s+".join(map(_word, fold(phrase).split()))
    if not words:
        raise ValueError("a phrase to look for has at least one word")
    pattern = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
    units = {
        key: rows.sort_values("start", kind="stable") for key, rows in coding.groupby(["case_id", "entry_no"])
    }
    found = []
    for (case_id, entry_no), text in _texts(notes).items():
        for match in pattern.finditer(fold(text)):
            place = {"case_id": case_id, "entry_no": entry_no, "start": match.start(), "end": match.end()}
            found.append({**place, **_around(units.get((case_id, entry_no)), match.start())})
    return pd.DataFrame(found, columns=_PLACES)


def _word(written: str) -> str:
    """A word to look for; a star within it is a star, as many of them would take for ever on a long word."""
    stem = written.rstrip("*")
    if not stem:
        return r"\w+"
    return re.escape(stem) + (r"\w*" if stem != written else "")


def _around(rows: pd.DataFrame | None, at: int) -> dict[str, Any]:
    here = rows[(rows["start"] <= at) & (at < rows["end"])] if rows is not None else None
    if here is None or here.empty:
        return {"unit_no": 0, "code": "", "counts": False, "rule_id": ""}
    return {
        "unit_no": int(here["unit_no"].iloc[0]),
        "code": " ".join(here["code"]),
        "counts": bool(here["counts"].any()),
        "rule_id": " ".join(here["rule_id"]),
    }


def key_word_in_context(
    places: pd.DataFrame, notes: pd.DataFrame, *, width: int = 60, hidden: Hidden | None = None
) -> pd.DataFrame:
    """Put every place in the middle of a line.

    Parameters
    ----------
    places
        As `coded_places` or `phrase_places` gives them.
    notes
        `case_id, entry_no, text`.
    width
        Characters shown on either side.
    hidden
        What must not be shown of a note; by default everything is shown.

    Returns
    -------
    DataFrame
        `case_id, entry_no, unit_no, left, key, right, code, counts, rule_id`, in the order of the places.
    """
    texts = _texts(notes)
    spans: dict[Any, Sequence[tuple[int, int, str]]] = {}
    lines = []
    for row in places.to_dict("records"):
        key = row["case_id"], row["entry_no"]
        text = texts[key]
        if key not in spans:
            spans[key] = hidden(text) if hidden else ()
        lines.append(
            {
                **row,
                "left": _shown(text, spans[key], max(row["start"] - width, 0), row["start"]),
                "key": _shown(text, spans[key], row["start"], row["end"]),
                "right": _shown(text, spans[key], row["end"], min(row["end"] + width, len(text))),
            }
        )
    return pd.DataFrame(lines, columns=LINE)


def _texts(notes: pd.DataFrame) -> dict[tuple[Any, Any], str]:
    texts = notes["text"].where(notes["text"].notna(), "").astype(str)
    return dict(zip(zip(notes["case_id"], notes["entry_no"], strict=True), texts, strict=True))


def _shown(text: str, hidden: Sequence[tuple[int, int, str]], start: int, end: int) -> str:
    """A stretch of text on one line; of a hidden stretch that it only touches nothing is shown either."""
    return " ".join("".join(_pieces(text, hidden, start, end)).split())


def _pieces(text: str, hidden: Sequence[tuple[int, int, str]], start: int, end: int) -> Iterator[str]:
    first = bisect_right(hidden, start, key=lambda span: span[1])
    last = bisect_left(hidden, end, key=lambda span: span[0])
    for span_start, span_end, instead in hidden[first:last]:
        yield text[start : max(span_start, start)]
        yield instead
        start = span_end
    yield text[start:end]
