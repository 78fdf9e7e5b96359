"""Whom errors fall on: accuracy by group, and whether the gender of the words changes a coding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nlp.audit.accuracy import accuracy
from nlp.audit.agreement import FEWEST_CASES
from nlp.audit.codebooks import find_moves
from nlp.coder import Coder
from nlp.combine import LEAST_PROBABILITY, Combination, read_twice
from nlp.evaluation.scores import ORIENTATIONS, evaluate
from nlp.reader.corpus import GoldUnit

__all__ = ["GenderSwap", "accuracy_by_group", "errors_by_group", "length_bands", "swap_gender", "swap_test"]

ENTRY = ["case_id", "entry_no"]
BANDS = {"up to 25 words": 25, "26 to 75 words": 75, "76 to 150 words": 150}
LONGEST = "over 150 words"
_ENOUGH = 20
"""Gold units that count, of an orientation, from which on a group is given a figure."""

_PAIRS = (
    ("he", "she"), ("himself", "herself"), ("male", "female"), ("man", "woman"), ("men", "women"),
    ("boy", "girl"), ("boys", "girls"), ("lad", "lass"), ("boyfriend", "girlfriend"),
    ("husband", "wife"), ("father", "mother"), ("dad", "mum"), ("brother", "sister"), ("son", "daughter"),
    ("uncle", "aunt"), ("nephew", "niece"), ("grandfather", "grandmother"), ("mr", "mrs"), ("him", "her"),
)  # fmt: skip
_SWAP = {
    **{one: other for pair in _PAIRS for one, other in (pair, pair[::-1])},
    "his": "her",
    "hers": "his",
    "ms": "mr",
}
_AFTER_OBJECT = re.compile(
    r"(?:to|in|on|at|for|with|by|from|of|into|up|out|off|about|and|or|but|as|that|when|while|after|before|if|so|"
    r"because|why|how|what|whether|nothing|who|again|over|down|away|this|last|was|is|were|had|has)$"
)
_WORD = re.compile(r"[^\W\d_]+(?:[’'](?=[^\W\d_]))?")
_HER = re.compile(r"\s+([^\W\d_]+)")


@dataclass(frozen=True)
class GenderSwap:
    """What happened when every word that has a gender was given the other.

    Attributes
    ----------
    notes, changed_notes, words
        Notes, those in which a word was swapped, and words swapped.
    units, counted
        Units coded, and units that count for a code.
    moves
        The units that count for other codes then, as `find_moves` gives them.
    """

    notes: int
    changed_notes: int
    words: int
    units: int
    counted: int
    moves: pd.DataFrame


def length_bands(notes: pd.DataFrame) -> pd.Series:
    """How long each note is, in words, as one of four bands."""
    words = notes["text"].fillna("").astype(str).map(lambda text: len(text.split()))
    edges = [-1, *BANDS.values(), float("inf")]
    return pd.cut(words, edges, labels=[*BANDS, LONGEST]).astype(str)


def errors_by_group(
    gold: Sequence[GoldUnit], table: pd.DataFrame, notes: pd.DataFrame, *, by: str, draws: int = 1000
) -> pd.DataFrame:
    """Precision and recall of what counts, in each group of notes.

    Parameters
    ----------
    gold
        Units that others coded.
    table
        A coding table of the same notes.
    notes
        `case_id, entry_no` and a column of the groups.
    by
        That column: the author's role, the force, the victim's gender, the band of length. A note without
        a value is of the group "not recorded".
    draws
        Bootstrap samples of case files.

    Returns
    -------
    DataFrame
        A row a group and orientation: `by, group, orientation`, its `notes`, `gold` and `found` units,
        `precision`, `recall`, `f1`, `low`, `high` (of the F1, 95%). Missing where the gold has fewer than
        20 units of it; the interval also where they are of fewer than 10 case files, as drawing so few again
        looks surer than it is.
    """
    groups = (
        notes[by].astype("object").where(notes[by].notna() & (notes[by] != ""), "not recorded").astype(str)
    )
    of_entry = dict(zip(zip(notes["case_id"], notes["entry_no"], strict=True), groups, strict=True))
    of_row = pd.Series(
        [of_entry.get(key) for key in table[ENTRY].itertuples(index=False, name=None)], index=table.index
    )
    rows = []
    for group in sorted(set(groups)):
        mine = [unit for unit in gold if of_entry.get((unit.case_id, unit.entry_no)) == group]
        if not mine:
            continue
        several = len({unit.case_id for unit in mine}) >= FEWEST_CASES
        codes = evaluate(mine, table[of_row == group], draws=draws if several else 0).codes
        codes = codes[(codes["view"] == "counted") & codes["code"].isin(ORIENTATIONS.values())]
        figures = ["precision", "recall", "f1", "low", "high"]
        for found in codes.to_dict("records"):
            enough = found["gold"] >= _ENOUGH
            rows.append(
                {
                    "by": by,
                    "group": group,
                    "orientation": found["code"].lower(),
                    "notes": int((groups == group).sum()),
                }
                | {"gold": int(found["gold"]), "found": int(found["predicted"])}
                | {name: float(found[name]) if enough else float("nan") for name in figures}
            )
    columns = [
        "by",
        "group",
        "orientation",
        "notes",
        "gold",
        "found",
        "precision",
        "recall",
        "f1",
        "low",
        "high",
    ]
    return pd.DataFrame(rows, columns=columns)


def accuracy_by_group(
    frame: pd.DataFrame,
    coding: pd.DataFrame,
    judged: pd.DataFrame,
    gold: pd.DataFrame,
    groups: pd.Series,
) -> pd.DataFrame:
    """Weighted precision and recall of what counts, in each group of the units of a settled audit.

    Units of an audit are drawn unequally, hits more often than silent ones: counted alike, as
    `errors_by_group` does, they would show too few misses. Here each stands for as many as it was drawn of.

    Parameters
    ----------
    frame, coding, judged, gold : DataFrame
        As for `nlp.audit.accuracy.accuracy`.
    groups : Series
        The group of each unit, by `unit_id`; its name is what the groups are of. A unit without a value is of
        the group "not recorded".

    Returns
    -------
    DataFrame
        A row a group and orientation: `by, group, orientation, judged` (units people coded), `gold` (those of
        them with the orientation), then `precision, recall, f1`, each with `_low` and `_high` (95%). Missing
        where the gold has fewer than 20 units of it.
    """
    named = groups.astype("object").where(groups.notna() & (groups != ""), "not recorded").astype(str)
    rows = []
    for group in sorted(set(named.reindex(judged["unit_id"]).dropna())):
        units = named.index[named == group]
        whole, read = (table[table["unit_id"].isin(units)] for table in (frame, judged))
        found = accuracy(
            whole,
            coding[coding["unit_id"].isin(units)],
            read,
            gold[gold["unit_id"].isin(read["unit_id"])],
            codes=(),
        )
        figures = [f"{name}{end}" for name in ("precision", "recall", "f1") for end in ("", "_low", "_high")]
        found[figures] = found[figures].where(found["gold"] >= _ENOUGH)
        head = {"by": groups.name, "group": group}
        for row in found.to_dict("records"):
            counts = {"orientation": row["name"], "judged": len(read), "gold": row["gold"]}
            rows.append(head | counts | {name: row[name] for name in figures})
    return pd.DataFrame(rows)


def swap_gender(text: str) -> tuple[str, int]:
    """Give every word of a text that has a gender the other one, and say how many there were.

    "Her" is "him" at the end of a clause or before a word that no noun stands before, else "his". First names
    stay: which gender they are of is not known here.

    >>> swap_gender("He asked her why SHE left her phone.")
    ('She asked him why HE left his phone.', 4)
    """
    count = 0

    def other(match: re.Match[str]) -> str:
        nonlocal count
        word = match.group()
        swapped = _SWAP.get(word.lower())
        if swapped is None:
            return word
        count += 1
        if word.lower() == "her":
            after = _HER.match(text, match.end())
            swapped = "his" if after and not _AFTER_OBJECT.match(after.group(1).lower()) else "him"
        if word.isupper() and len(word) > 1:
            return swapped.upper()
        return swapped.capitalize() if word[0].isupper() else swapped

    return _WORD.sub(other, text), count


def swap_test(
    notes: pd.DataFrame, coder: Coder, *, how: Combination = "either", least: float = LEAST_PROBABILITY
) -> GenderSwap:
    """Code notes as they are and with every gender swapped, and list the units that count otherwise.

    A coding that does not depend on gender has no such unit, but for a "her" that was swapped wrongly.
    """
    texts = notes["text"].fillna("").astype(str)
    swapped = [swap_gender(text) for text in texts]
    other = notes.assign(text=[text for text, _ in swapped])
    as_is, then = (read_twice(read, coder, how=how, least=least).table for read in (notes, other))
    counted = as_is[as_is["counts"].astype(bool)]
    then = _with_places(then, as_is)
    units = ["case_id", "entry_no", "unit_no"]
    return GenderSwap(
        notes=len(notes),
        changed_notes=sum(count > 0 for _, count in swapped),
        words=sum(count for _, count in swapped),
        units=len(as_is[units].drop_duplicates()),
        counted=len(counted[units].drop_duplicates()),
        moves=find_moves(as_is, then),
    )


def _with_places(table: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """A table with the offsets of another's units, as swapped words are of another length."""
    units = ["case_id", "entry_no", "unit_no"]
    places = like[[*units, "start", "end"]].drop_duplicates(units)
    joined = table.merge(places, on=units, how="left", suffixes=("", "_like"))
    for name in ("start", "end"):
        joined[name] = joined[f"{name}_like"].fillna(joined[name]).astype(int)
    return joined[list(table.columns)]
