"""Extracts of notes that a report may quote: proposed by the tool, pseudonymised, approved by a person.

Nothing here is released by itself. Candidates stay in the restricted folder beside their originals; only
those that a person approved, after reading both, go out. Their ids are made of what is published anyway, the
pseudonymised words and their code: an id made of a case reference could be traced back to it by whoever knows
the seed and tries every reference.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

import pandas as pd

from inspections.hashing import keyed_hash
from inspections.pseudonyms import Found, Vocabulary, pseudonymise, roles_by_name
from parameters import models
from parameters.problems import InspectionError, Problem

__all__ = ["approved", "candidate_extracts", "people_of"]

SHORTEST, LONGEST = 25, 320
"""Characters of a quotable unit: less says nothing, more is a story that identifies."""

_COLUMNS = [
    "id", "case_id", "entry_no", "unit_no", "code", "title", "orientation", "role", "text", "replaced",
    "look_again", "original",
]  # fmt: skip


def candidate_extracts(
    coding: pd.DataFrame,
    notes: pd.DataFrame,
    *,
    titles: pd.Series,
    seed: str,
    per_code: int = 3,
    vocabulary: Vocabulary | None = None,
) -> pd.DataFrame:
    """Propose a few counted units of every code, each from another case, the same ones every time.

    Parameters
    ----------
    coding : DataFrame
        Coded units with their offsets.
    notes : DataFrame
        ``case_id, entry_no, author_role, text``.
    titles : Series
        Title of each code, by code.
    seed : str
        Decides which units are proposed.
    per_code : int
        At most so many of each code. A unit is proposed once, under the first of its
        codes, and no wording twice; of two with one id, the first drawn.
    vocabulary : Vocabulary, optional
        How the notes write their words; by default of these notes alone.

    Returns
    -------
    DataFrame
        ``id, case_id, entry_no, unit_no, code, title, orientation, role, text, replaced, look_again,
        original``: text is pseudonymised, original is not; what was replaced and what to look at again are
        counted by kind, and listed by :func:`inspections.second_look.second_look`. Restricted.
    """
    counted = coding[coding["counts"].astype(bool)]
    roles = notes["author_role"] if "author_role" in notes else pd.Series("", index=notes.index)
    entries = notes.assign(role=roles.fillna(""))[["case_id", "entry_no", "role", "text"]]
    units = counted.merge(entries, on=["case_id", "entry_no"])
    spans = zip(units["text"], units["start"], units["end"], strict=True)
    units["original"] = pd.Series([text[start:end].strip() for text, start, end in spans], dtype=str)
    units = units[units["original"].str.len().between(SHORTEST, LONGEST)]
    places = zip(units["case_id"], units["entry_no"], units["unit_no"], strict=True)
    draws = [keyed_hash(seed, "extract", *place) for place in places]
    units["draw"] = pd.Series(draws, index=units.index, dtype=str)
    units = units.sort_values(["draw", "code"]).drop_duplicates("draw").drop_duplicates(["code", "case_id"])
    units = units.drop_duplicates("original")
    units = units[units.groupby("code").cumcount() < per_code]
    units["title"] = units["code"].map(titles)
    vocabulary = vocabulary or Vocabulary.of(notes["text"].astype(str))
    people = people_of(units["case_id"], notes)
    safe = [
        pseudonymise(original, vocabulary, people=people[case])
        for original, case in zip(units["original"], units["case_id"], strict=True)
    ]
    units["text"] = [found.text for found in safe]
    units["replaced"] = [_by_kind(found.replaced) for found in safe]
    units["look_again"] = [_by_kind(found.look_again) for found in safe]
    ids = [_extract_id(*words) for words in zip(units["text"], units["code"], strict=True)]
    units["id"] = pd.Series(ids, index=units.index, dtype=str)
    units = units.drop_duplicates("id")
    return units.sort_values(["orientation", "code", "id"], ignore_index=True)[_COLUMNS]


def people_of(case_ids: Iterable[str], notes: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Whose the names in the notes of each of these cases are: role by name, by case reference."""
    texts = notes.groupby("case_id")["text"]
    return {case: roles_by_name(texts.get_group(case).astype(str)) for case in set(case_ids)}


def _by_kind(found: Iterable[Found]) -> str:
    """Count what was found of each kind, as in ``date 1; name 2``."""
    return "; ".join(f"{kind} {times}" for kind, times in sorted(Counter(kind for kind, _ in found).items()))


def _extract_id(text: str, code: str) -> str:
    return f"x-{hashlib.sha256(f'{code} {text}'.encode()).hexdigest()[:6]}"


def approved(
    candidates: pd.DataFrame, approvals: Iterable[models.ApprovedExtract], *, file: str
) -> list[dict[str, str]]:
    """The extracts a person approved, without reference or original, ready for release.

    Parameters
    ----------
    candidates : DataFrame
        As :func:`candidate_extracts` gives them.
    approvals : iterable of parameters.models.ApprovedExtract
        Id, who approved it and when.
    file : str
        Parameter file named in an error.

    Returns
    -------
    list of dict
        ``id, text, code, orientation, role, approved_by, approved_on``, in the order of the approvals.

    Raises
    ------
    InspectionError
        When an approved id is not among the candidates: the notes, the rules or the seed have changed since.
    """
    by_id = candidates.set_index("id")
    approvals = list(approvals)
    unknown = [approval.id for approval in approvals if approval.id not in by_id.index]
    if unknown:
        raise InspectionError(
            Problem(
                file,
                "approved_extracts",
                name,
                f"approves {name}, which is not among the extracts proposed now.",
                "The notes, the coding or the seed changed since it was approved. Choose from "
                "restricted/extracts.csv of this unfinished run, read the original, and write its id.",
            )
            for name in unknown
        )
    return [
        {
            "id": approval.id,
            **{name: str(by_id.loc[approval.id, name]) for name in ("text", "code", "orientation", "role")},
            "approved_by": approval.approved_by,
            "approved_on": approval.approved_on.isoformat(),
        }
        for approval in approvals
    ]
