"""Who reads which case file, and which files are read twice by people who do not know it."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from inspections.hashing import keyed_hash
from parameters import InspectionError, Parameters, Problem, shown_path
from parameters.disk import write_whole
from parameters.suggestions import listed

__all__ = ["Allotment", "Reading", "allot", "dips_to_deal", "read_allotment", "slug", "write_allotment"]

REVIEWER = re.compile(r"\w[\w .'’-]{0,39}")


@dataclass(frozen=True)
class Reading:
    """One case file given to one reviewer.

    Attributes
    ----------
    case_id : str
        Reference of the case.
    reader : {"first", "second"}
        Whether the reading counts, or checks the one that counts. Never shown to a reviewer.
    reviewer : str
        Name of the reviewer.
    place : int
        Where the case comes in the reviewer's form, from 1.
    outcome : str
        Outcome type of the dip sample that the case was drawn for; empty in the main sample.
    """

    case_id: str
    reader: str
    reviewer: str
    place: int
    outcome: str = ""


@dataclass(frozen=True)
class Allotment:
    """Which reviewer reads which case files of one force. Holds references: restricted.

    Attributes
    ----------
    inspection, inspection_name, force, force_name : str
        Short and printed names.
    dated : date
        Date written into every form, so that making it again gives the same bytes.
    readings : tuple of Reading
        Ordered by reviewer and place. Every case has one first reading and at most one second.
    """

    inspection: str
    inspection_name: str
    force: str
    force_name: str
    dated: date
    readings: tuple[Reading, ...]

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Names of the reviewers who have something to read."""
        return tuple(dict.fromkeys(reading.reviewer for reading in self.readings))

    @property
    def outcomes(self) -> dict[str, str]:
        """Outcome type by case, of an allotment of dip samples; empty for the main sample."""
        return {reading.case_id: reading.outcome for reading in self.readings if reading.outcome}

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the whole allotment; every form carries it."""
        text = json.dumps(_as_json(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def cases_of(self, reviewer: str) -> tuple[str, ...]:
        """Cases of one reviewer, in the order of the form."""
        return tuple(reading.case_id for reading in self.readings if reading.reviewer == reviewer)


def slug(reviewer: str) -> str:
    """A reviewer's name as it stands in a file name: ``A. Khan`` becomes ``a-khan``."""
    return re.sub(r"[^\w]+", "-", reviewer.casefold()).strip("-")


def dips_to_deal(dips: pd.DataFrame, sample: pd.DataFrame) -> pd.DataFrame:
    """Dip-sample files that are not read for the main sample already: a file drawn for both is read once.

    Parameters
    ----------
    dips : DataFrame
        Cases of the dip samples, with ``outcome``.
    sample : DataFrame
        Cases of the main sample.
    """
    return dips[~dips["case_id"].isin(sample["case_id"])].reset_index(drop=True)


def allot(
    sample: pd.DataFrame,
    reviewers: Sequence[str],
    *,
    parameters: Parameters,
    seed: str,
    second_share: float = 0.10,
) -> Allotment:
    """Give every sampled case to a first reader, and some to a second reader who cannot tell.

    Cases are dealt out by a hash of the seed and their reference, stratum by stratum, so that everybody gets
    a like mix and the deal can be made again. Cases read twice are spread over the first readers; the second
    reader is the other person with the least to read. Each form lists its cases in an order of its own,
    first and second readings mixed.

    Parameters
    ----------
    sample : DataFrame
        Sampled cases: ``case_id``, and ``stratum`` where the sample has one; those of dip samples, which are
        dealt apart from the main sample, with ``outcome``.
    reviewers : sequence of str
        Names, each once. The order does not matter.
    parameters : Parameters
        Names of inspection and force, and the date of the forms.
    seed : str
        Seed of the draw, such as ``Sample.effective_seed``.
    second_share : float
        Share of cases read twice, 0 to 1; rounded up to whole cases.

    Raises
    ------
    InspectionError
        When names are unusable, or nobody is left to read second.
    """
    _check(sample, reviewers, second_share)
    ranks = {case: keyed_hash(seed, "allot", case) for case in sample["case_id"]}
    strata = sample["stratum"] if "stratum" in sample else pd.Series("", index=sample.index)
    stratum_of = dict(zip(sample["case_id"], strata.astype(str), strict=True))
    outcome_of = dict(zip(sample["case_id"], sample["outcome"], strict=True)) if "outcome" in sample else {}
    order = sorted(ranks, key=lambda case: (stratum_of[case], ranks[case]))
    dealt = sorted(reviewers, key=lambda name: keyed_hash(seed, "reviewer", name))
    first = {case: dealt[place % len(dealt)] for place, case in enumerate(order)}
    second = _second_readers(first, dealt, ranks, count=math.ceil(round(second_share * len(first), 9)))
    readings: list[Reading] = []
    for reviewer in sorted(reviewers):
        mine = [(case, "first") for case, name in first.items() if name == reviewer]
        mine += [(case, "second") for case, name in second.items() if name == reviewer]
        mine.sort(key=lambda reading: keyed_hash(seed, "place", reviewer, reading[0]))
        readings += [
            Reading(case, reader, reviewer, place, outcome=outcome_of.get(case, ""))
            for place, (case, reader) in enumerate(mine, 1)
        ]
    return Allotment(
        inspection=parameters.inspection.id,
        inspection_name=parameters.inspection.name,
        force=parameters.force.force,
        force_name=parameters.force.name,
        dated=parameters.inspection.report.published,
        readings=tuple(readings),
    )


def _second_readers(
    first: dict[str, str], reviewers: Sequence[str], ranks: dict[str, str], *, count: int
) -> dict[str, str]:
    """Second readers by case: each time the person with the least to read takes a case of somebody else."""
    loads, read_again = Counter(first.values()), Counter[str]()
    second: dict[str, str] = {}
    for _ in range(count):
        left = [case for case in first if case not in second]
        able = [name for name in reviewers if any(first[case] != name for case in left)]
        reader = min(able, key=lambda name: loads[name])
        others = [case for case in left if first[case] != reader]
        case = min(others, key=lambda case: (read_again[first[case]], ranks[case]))
        second[case] = reader
        read_again[first[case]] += 1
        loads[reader] += 1
    return second


def _check(sample: pd.DataFrame, reviewers: Sequence[str], second_share: float) -> None:
    problems = []

    def refuse(field: str, value: str, message: str, remedy: str) -> None:
        problems.append(Problem("allotment of case files", field, value, message, remedy))

    if not reviewers:
        refuse("reviewers", "", "are missing.", "Name at least one reviewer.")
    for name in reviewers:
        if not REVIEWER.fullmatch(name) or name != name.strip():
            remedy = "Write up to 40 letters, digits, spaces, full stops, apostrophes and hyphens."
            refuse("reviewers", name, f'hold "{name}", which cannot be the name of a form.', remedy)
    slugs = Counter(map(slug, reviewers))
    twice = listed(f'"{name}"' for name in reviewers if slugs[slug(name)] > 1)
    if twice:
        remedy = "Name each person once; two of one name need letters or digits that tell them apart."
        refuse("reviewers", twice, f"hold {twice}, whose forms would have the same name.", remedy)
    if not 0 <= second_share <= 1:
        message = f"is {second_share}, but must be a share from 0 to 1."
        refuse("second share", str(second_share), message, "Write 0.1 for one case in ten.")
    elif second_share > 0 and len(reviewers) == 1:
        message = f"is {second_share}, but there is one reviewer only."
        remedy = "Name a second reviewer, or have no case read twice: --second-share 0."
        refuse("second share", str(second_share), message, remedy)
    odd = sum(not str(case).isprintable() for case in sample["case_id"])
    if odd:
        message = f"holds characters that cannot be printed in {odd} references."
        refuse("case_id", "", message, "Ask the force for an extract without them.")
    if problems:
        raise InspectionError(problems)


def _as_json(allotment: Allotment) -> dict[str, object]:
    return {**asdict(allotment), "dated": allotment.dated.isoformat()}


def write_allotment(allotment: Allotment, path: Path) -> None:
    """Keep an allotment as JSON, beside its forms; the folder is made if absent.

    Raises
    ------
    InspectionError
        When another allotment is there: the forms made from it could not be read any more.
    """
    if path.exists() and read_allotment(path) != allotment:
        remedy = "Its forms may hold answers. Move them away together, or make these in another folder."
        message = "is there already, with other readings."
        raise InspectionError([Problem(shown_path(path), "", "", message, remedy)])
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {**_as_json(allotment), "fingerprint": allotment.fingerprint}
    write_whole(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_allotment(path: Path) -> Allotment:
    """Read an allotment back.

    Raises
    ------
    InspectionError
        When the file is missing, is something else, or was changed after it was written.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        fingerprint = content.pop("fingerprint")
        readings = tuple(Reading(**reading) for reading in content.pop("readings"))
        allotment = Allotment(**{**content, "dated": date.fromisoformat(content["dated"])}, readings=readings)
        unchanged = allotment.fingerprint == fingerprint
    except OSError:
        remedy = "Make the forms first: they and the allotment are written together."
        raise InspectionError([Problem(shown_path(path), "", "", "cannot be opened.", remedy)]) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        remedy = "Name the allotment.json that was written with the forms."
        raise InspectionError([Problem(shown_path(path), "", "", "is not an allotment.", remedy)]) from None
    if not unchanged:
        remedy = "Restore it from the evidence, or make allotment and forms anew."
        message = "was changed after it was written."
        raise InspectionError([Problem(shown_path(path), "fingerprint", "", message, remedy)])
    return allotment
