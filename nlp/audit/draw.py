"""Which units people code: a random draw in strata of what the machine said of them, weights kept.

Recall can only be known if units on which the machine was silent are read too, and rare codes only if units
the machine gave them are drawn more often than others. Both is done here; every unit keeps how many it
stands for.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from nlp.codebook import FOCUS
from nlp.units import cut_units

__all__ = [
    "KINDS",
    "SHARES",
    "DrawError",
    "draw_units",
    "frame_of",
    "in_order",
    "machine_marks",
    "stratified",
]

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "rules": "A rule gave a code that counts.",
        "reader": "Only the trained reader gave a code that counts.",
        "near": "A victim-credibility or suspect-focus code was given; its context keeps it from counting.",
        "silent": "No victim-credibility or suspect-focus code was given.",
    }
)
"""What the machine said of a unit. The first that fits."""
SHARES: Mapping[str, float] = MappingProxyType({"hits": 0.4, "near": 0.2, "silent": 0.4})
"""Parts of a draw that go to units with a counted code, to near hits and to silent units."""
SMALLEST_STRATUM = 10
"""Smaller strata of a force and kind are joined: of a few units too few would be read to show any spread."""
OTHERS, NOT_STATED = "others", "not stated"
_UNIT = ["case_id", "entry_no", "unit_no"]
_FEWEST = 2


class DrawError(Exception):
    """A draw that cannot be made; the message says why and what to do."""


@dataclass
class _Stratum:
    kind: str
    size: int
    left: list[str]


def frame_of(notes: pd.DataFrame, coding: pd.DataFrame, *, force: str) -> pd.DataFrame:
    """Every coding unit of some notes, and the stratum the machine's coding puts it into.

    Parameters
    ----------
    notes : DataFrame
        `case_id, entry_no, text` (one without text has no units), and `author_role` where known.
    coding : DataFrame
        The coding table of the same notes.
    force : str
        Name of the force; it is a part of the stratum.

    Returns
    -------
    DataFrame
        A row a unit: `unit_id` (case/entry/unit), `force, case_id, entry_no, unit_no, start, end,
        author_role, kind` (of `KINDS`), `stratum`, `stratum_units`. A stratum is a force, a kind, and the
        code (of a unit with several the rarest) or, where the machine was silent, the author's role.

    Raises
    ------
    DrawError
        When the coding names units that these notes do not have.
    """
    roles = notes["author_role"] if "author_role" in notes else pd.Series("", index=notes.index)
    texts = notes["text"].fillna("").astype(str)
    places = zip(notes["case_id"], notes["entry_no"], texts, roles.fillna(""), strict=True)
    frame = pd.DataFrame(
        [
            (
                f"{case}/{int(entry)}/{number}",
                case,
                int(entry),
                number,
                unit.start,
                unit.end,
                role or NOT_STATED,
            )
            for case, entry, text, role in places
            for number, unit in enumerate(cut_units(text).units, start=1)
        ],
        columns=["unit_id", *_UNIT, "start", "end", "author_role"],
    )
    frame.insert(1, "force", force)
    _refuse_other_units(frame, coding)
    return stratified(frame, coding)


def stratified(frame: pd.DataFrame, coding: pd.DataFrame) -> pd.DataFrame:
    """Put units into strata by what the machine said of them.

    Parameters
    ----------
    frame : DataFrame
        `unit_id, force, case_id, entry_no, unit_no, author_role`.
    coding : DataFrame
        The coding table of these units.

    Returns
    -------
    DataFrame
        The frame with `kind, stratum, stratum_units`.
    """
    marks = machine_marks(frame, coding)
    kind = marks["kind"]
    group = marks["code"].where(kind != "silent", frame["author_role"])
    sizes = group.groupby([frame["force"], kind, group]).transform("size")
    group = group.where(sizes >= SMALLEST_STRATUM, OTHERS)
    stratum = frame["force"] + " | " + kind + " | " + group
    return frame.assign(
        kind=kind, stratum=stratum, stratum_units=stratum.groupby(stratum).transform("size").astype("int64")
    )


def machine_marks(frame: pd.DataFrame, coding: pd.DataFrame) -> pd.DataFrame:
    """What the machine said of each unit of a frame: its `kind`, and the rarest `code` that made it so."""
    focus = coding[coding["code"].str.startswith(FOCUS)].copy()
    counts = focus["counts"].astype(bool)
    by_rules = focus["source"].eq("rules") if "source" in focus else pd.Series(True, index=focus.index)
    order = pd.Series("near", index=focus.index).mask(counts, "reader").mask(counts & by_rules, "rules")
    ranks = {kind: at for at, kind in enumerate(KINDS)}
    focus["rank"] = order.map(ranks)
    focus["frequency"] = focus.groupby(["rank", "code"])["code"].transform("size")
    best = focus.sort_values(["rank", "frequency", "code"]).drop_duplicates(_UNIT)
    joined = frame[_UNIT].merge(best[[*_UNIT, "rank", "code"]], on=_UNIT, how="left", validate="one_to_one")
    kinds = pd.to_numeric(joined["rank"]).fillna(ranks["silent"]).map(dict(enumerate(KINDS)))
    marks = pd.DataFrame({"kind": kinds, "code": joined["code"].fillna("")})
    return marks.set_index(frame.index)


def draw_units(
    frame: pd.DataFrame, size: int, *, seed: str, without: Collection[str] = (), sparing: bool = False
) -> pd.DataFrame:
    """Draw units for people to code, in strata, at random by a hash of seed and reference.

    Hits and near hits are shared out by the square root of their strata's sizes, so that rare codes are seen
    (Bankier 1988); silent units by size, so that their weights are alike and recall as sure as it can be.

    Parameters
    ----------
    frame : DataFrame
        From `frame_of`, of one force or several together.
    size : int
        Units to draw.
    seed : str
        Any text; the draw depends on it and the references alone.
    without : collection of str
        References drawn in earlier rounds. What is left of a stratum is still a random part of it.
    sparing : bool
        Take at most half of what is left of a stratum, so that a later round finds enough.

    Returns
    -------
    DataFrame
        The drawn rows of the frame with `drawn_of_stratum` and `weight`: units of the frame each stands for.

    Raises
    ------
    DrawError
        When the size is too small to draw two of every stratum, or nothing is left.
    """
    strata = _strata(frame, set(without), seed=seed, sparing=sparing)
    wanted = _allocate(strata, size)
    drawn = {
        unit: (count, stratum.size / count)
        for name, stratum in strata.items()
        if (count := wanted[name])
        for unit in stratum.left[:count]
    }
    rows = frame[frame["unit_id"].isin(drawn)].reset_index(drop=True)
    rows["drawn_of_stratum"] = [drawn[unit][0] for unit in rows["unit_id"]]
    rows["weight"] = [drawn[unit][1] for unit in rows["unit_id"]]
    return rows


def in_order(names: Sequence[str], seed: str) -> list[str]:
    """Names in an order that depends on the seed and the names alone."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).hexdigest())


def _strata(frame: pd.DataFrame, without: set[str], *, seed: str, sparing: bool) -> dict[str, _Stratum]:
    strata = {}
    for name, group in frame.groupby("stratum", sort=True):
        left = in_order([unit for unit in group["unit_id"] if unit not in without], f"{seed} draw")
        if sparing:
            left = left[: math.ceil(len(left) / 2)]
        strata[str(name)] = _Stratum(str(group["kind"].iloc[0]), len(group), left)
    if not any(stratum.left for stratum in strata.values()):
        raise DrawError("no unit is left to draw. Code the notes of more case files, or of another force.")
    return strata


def _allocate(strata: Mapping[str, _Stratum], size: int) -> dict[str, int]:
    """Units to draw by stratum: the fewest of each first, then the shares of the kinds."""
    wanted = {name: min(_FEWEST, len(stratum.left)) for name, stratum in strata.items()}
    if sum(wanted.values()) > size:
        raise DrawError(
            f"{size} units are too few: two of each of {len(strata)} strata are needed to tell how sure "
            f"anything is. Draw at least {sum(wanted.values())}, or fewer forces at a time."
        )
    claims = _claims(strata)
    queue = [(-claims[name] / (count + 1), name) for name, count in wanted.items()]
    heapq.heapify(queue)
    while queue and sum(wanted.values()) < size:
        _, name = heapq.heappop(queue)
        if wanted[name] < len(strata[name].left):
            wanted[name] += 1
            heapq.heappush(queue, (-claims[name] / (wanted[name] + 1), name))
    return wanted


def _claims(strata: Mapping[str, _Stratum]) -> dict[str, float]:
    """The part of the draw that each stratum would have if it had enough units."""
    measures = {
        name: stratum.size if stratum.kind == "silent" else math.sqrt(stratum.size)
        for name, stratum in strata.items()
    }
    totals = dict.fromkeys(SHARES, 0.0)
    for name, measure in measures.items():
        totals[_part(strata[name])] += measure
    return {
        name: SHARES[_part(strata[name])] * m / totals[_part(strata[name])] for name, m in measures.items()
    }


def _part(stratum: _Stratum) -> str:
    return stratum.kind if stratum.kind in SHARES else "hits"


def _refuse_other_units(frame: pd.DataFrame, coding: pd.DataFrame) -> None:
    """A coding of other notes, or of notes cut in another way, would be compared with the wrong words."""
    known = pd.MultiIndex.from_frame(frame[[*_UNIT, "start", "end"]])
    strangers = coding[~pd.MultiIndex.from_frame(coding[[*_UNIT, "start", "end"]]).isin(known)]
    if len(strangers):
        row = strangers.iloc[0]
        raise DrawError(
            f"{len(strangers)} rows of the coding are of units that the notes do not have, the first of case "
            f"{row['case_id']}, entry {row['entry_no']}. Take notes and coding of one run."
        )
    if frame["unit_id"].duplicated().any():
        twice = frame.loc[frame["unit_id"].duplicated(), "case_id"].iloc[0]
        raise DrawError(f"two entries of case {twice} have the same number. Number the entries of a case.")
