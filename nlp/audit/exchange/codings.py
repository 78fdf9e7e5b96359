"""The table of codings that every road in and out shares: who gave which words which code.

Columns ``case_id, entry_no, start, end, code, coder, memo``; ``start`` and ``end`` are code points of the
note's text, the end not included. A machine's coder name begins with `MACHINE`, so that its rows are told
from people's wherever the table has been.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

__all__ = [
    "CODINGS",
    "MACHINE",
    "ExchangeError",
    "check_codings",
    "coder_names",
    "is_machine",
    "machine_codings",
]

CODINGS = ("case_id", "entry_no", "start", "end", "code", "coder", "memo")
MACHINE = "machine: "
_SPAN = ["case_id", "entry_no", "start", "end", "code", "coder"]
_CONTEXT = ("polarity", "voice", "status", "frame", "purpose", "origin", "flags")
_MOST_TOLD = 10


class ExchangeError(Exception):
    """A file that cannot be exchanged; says where and why and what to do, and quotes no note."""


def machine_codings(table: pd.DataFrame, says: Mapping[str, str]) -> pd.DataFrame:
    """Codings of the rules and of the trained reader, each under their own name.

    Parameters
    ----------
    table : DataFrame
        The coding table of `nlp.coder`, or of `nlp.combine.read_twice`.
    says : mapping
        Rule id -> what the rule says, in words.

    Returns
    -------
    DataFrame
        Columns `CODINGS`. The memo holds the rule, the words that fired it, the cues and what they set.
    """
    memos = [_memo(row, says) for row in table.to_dict("records")]
    return table.assign(coder=coder_names(table), memo=memos)[list(CODINGS)].reset_index(drop=True)


def coder_names(table: pd.DataFrame) -> pd.Series:
    """Who gave each row of a coding table: "machine: rules 0.3.0", or "machine: reader" and its name."""
    by_rules = table["source"] == "rules"
    return MACHINE + ("rules " + table["codebook_version"]).where(by_rules, "reader " + table["rule_id"])


def is_machine(coder: pd.Series) -> pd.Series:
    """Whether a coder is the rules or the trained reader, and not a person."""
    return coder.str.startswith(MACHINE)


def check_codings(codings: pd.DataFrame, notes: pd.DataFrame, *, file: str) -> pd.DataFrame:
    """Codings in order and each once, checked against the notes they are about.

    Two codings of the same words with the same code by the same coder become one, with both memos; other
    software would keep only the first.

    Parameters
    ----------
    codings : DataFrame
        Columns `CODINGS`; ``memo`` may be missing.
    notes : DataFrame
        ``case_id, entry_no, text``.
    file : str
        What the codings are called in a message.

    Raises
    ------
    ExchangeError
        When a column is missing, or a coding has no code, no coder, no note, or a place outside its note.
    """
    if missing := [name for name in _SPAN if name not in codings]:
        raise ExchangeError(
            f"{file}: has no column {' and no column '.join(missing)}. A table of codings needs "
            f"{', '.join(_SPAN)}."
        )
    if notes.duplicated(["case_id", "entry_no"]).any():
        doubled = notes[notes.duplicated(["case_id", "entry_no"])].iloc[0]
        raise ExchangeError(
            f"the notes: case {doubled['case_id']} has entry {doubled['entry_no']} twice. Number its entries."
        )
    tidy = codings.assign(memo=codings["memo"].fillna("") if "memo" in codings else "")[list(CODINGS)]
    lengths = zip(notes["case_id"], notes["entry_no"], notes["text"].str.len(), strict=True)
    length = {(str(case_id), int(entry_no)): int(size) for case_id, entry_no, size in lengths}
    wrong = list(_mistakes(tidy, length))
    if wrong:
        more = f"\n  and {len(wrong) - _MOST_TOLD} more" if len(wrong) > _MOST_TOLD else ""
        raise ExchangeError(
            f"{file}: {len(wrong)} codings cannot be used.\n  " + "\n  ".join(wrong[:_MOST_TOLD]) + more
        )
    whole = tidy.astype({"entry_no": int, "start": int, "end": int})
    return whole.groupby(_SPAN, sort=True, as_index=False).agg({"memo": _joined})[list(CODINGS)]


def _mistakes(codings: pd.DataFrame, length: Mapping[tuple[str, int], int]) -> Iterator[str]:
    for row in codings.to_dict("records"):
        note = (row["case_id"], row["entry_no"])
        start, end = row["start"], row["end"]
        where = f"case {note[0]}, entry {note[1]}"
        if pd.isna(row["code"]) or not str(row["code"]).strip():
            yield f"{where}: a coding has no code. Give it one, or delete the row."
        elif pd.isna(row["coder"]) or not str(row["coder"]).strip():
            yield f"{where}: a coding says not who coded. Fill in the coder."
        elif note not in length:
            yield f"{where}: is not among the notes. Check that codings and notes belong together."
        elif pd.isna(start) or pd.isna(end):
            yield f"{where}: a coding has no start or no end. Fill it in, or delete the row."
        elif not 0 <= start < end <= length[note]:
            yield (
                f"{where}: a coding from {start} to {end} does not lie within the note of "
                f"{length[note]} characters. Check that it is of these notes."
            )


def _joined(memos: pd.Series) -> str:
    return "\n\n".join(dict.fromkeys(memo for memo in memos if memo))


def _memo(row: Mapping[Any, Any], says: Mapping[str, str]) -> str:
    rule = str(row["rule_id"])
    context = "; ".join(f"{name} {row[name]}" for name in _CONTEXT if row[name])
    lines = {
        "rule" if row["source"] == "rules" else "reader": f"{rule} ({says[rule]})" if rule in says else rule,
        "words": row["trigger"],
        "cues": row["cues"],
        "context": context,
        "counts": "yes" if row["counts"] else "no",
        "confidence": row["confidence"],
        "codebook": row["codebook_version"],
    }
    return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)
