"""How many case files of each stratum are read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import pandas as pd

from parameters import models
from parameters.problems import InspectionError, Problem

__all__ = ["UNKNOWN_SHARE", "allot", "allotment_remarks", "weigh"]

UNKNOWN_SHARE = 0.5
"""Share expected where nothing is known: the one that asks for most files."""

Sizes = Mapping[str, int]
Claim = Callable[[str, int], tuple[float, ...]]


def allot(sizes: Sizes, sample: models.Sample, *, file: str = "parameters/inspection.yml") -> pd.DataFrame:
    """Share the places of a sample out among the strata.

    Strata of certainty get a place for every case, every other stratum its minimum (or all it holds). The
    places left are dealt one at a time, so a stratum too short for its share passes the rest on:

    - equal: to the stratum with fewest places;
    - proportional: to the one whose cases are most thinly covered (Webster's rule);
    - neyman: to the one where another file takes most off the variance of the overall share, which among
      whole numbers is the best there is: N s / sqrt(n (n + 1)), with s = sqrt(p (1 - p)) at the share p
      expected (Wright, "The equivalence of Neyman optimum allocation for sampling and equal proportions for
      apportioning the U.S. House of Representatives", The American Statistician 66, 2012).

    Parameters
    ----------
    sizes : mapping
        Stratum -> number of its cases in the frame.
    sample : parameters.models.Sample
        Size, allocation, expected shares, strata of certainty, minimum per stratum.
    file : str
        Parameter file named in an error.

    Returns
    -------
    DataFrame
        One row a stratum, by name: ``stratum, frame, wanted, sample, weight``. ``wanted`` is the share of a
        stratum had it been long enough.

    Raises
    ------
    InspectionError
        When the sample is larger than the frame, or too small for what every stratum must get.

    Examples
    --------
    >>> from parameters.models import Sample
    >>> allot({"charged": 10, "police NFA": 60}, Sample(size=12))["sample"].tolist()
    [6, 6]
    """
    sizes = dict(sorted(sizes.items()))
    size = sum(sizes.values()) if isinstance(sample.size, str) else sample.size
    start = {
        name: count if name in sample.certainty else min(sample.minimum_per_stratum, count)
        for name, count in sizes.items()
    }
    _check_size(size, sizes, start, sample=sample, file=file)
    if sample.size == "all":
        wanted = drawn = sizes
    else:
        claim = _claim(sizes, sample)
        unlimited = {name: sizes[name] if name in sample.certainty else size for name in sizes}
        wanted = _deal_places(size, start, room=unlimited, claim=claim)
        drawn = _deal_places(size, start, room=sizes, claim=claim)
    strata = pd.DataFrame({"frame": sizes, "wanted": wanted, "sample": drawn}, dtype="int64")
    return weigh(strata.rename_axis("stratum").reset_index())


def weigh(strata: pd.DataFrame) -> pd.DataFrame:
    """Add to every stratum the cases that one of its files stands for; blank where none is read.

    Cases of a stratum of which no file could be read are stood for by the files of all others, in proportion,
    so that weights always add up to the frame and a sample with such a hole never passes for the whole list.
    """
    read = strata["sample"] > 0
    of_strata_read = max(strata.loc[read, "frame"].sum(), 1)  # a dip sample may find no case at all
    stood_for = strata["frame"] * (strata["frame"].sum() / of_strata_read)
    return strata.assign(weight=stood_for / strata["sample"].where(read))


def allotment_remarks(strata: pd.DataFrame, sample: models.Sample) -> tuple[str, ...]:
    """What a reader must know of an allotment: strata that ran out or are read once, names without a case."""
    places = list(zip(strata["stratum"], strata["frame"], strata["wanted"], strata["sample"], strict=True))
    ran_out = [
        f"Stratum '{stratum}' holds {frame} cases, {wanted - drawn} fewer than its share of {wanted}: all "
        "were taken and the places left went to the other strata."
        for stratum, frame, wanted, drawn in places
        if drawn < wanted
    ]
    names = set(strata["stratum"])
    unmet = [
        f"sample.{field} names '{name}', a stratum without a case in the frame."
        for field, given in (("certainty", sample.certainty), ("expected_shares", sample.expected_shares))
        for name in given
        if name not in names and sample.size != "all"
    ]
    unknown = [
        f"No share is expected for stratum '{name}': {UNKNOWN_SHARE} was used, which asks for most files."
        for name in strata["stratum"]
        if sample.allocation == "neyman"
        and sample.size != "all"
        and name not in sample.expected_shares
        and name not in sample.certainty
    ]
    read_once = [
        f"Of stratum '{stratum}' a single file of {frame} is read, which shows no spread: intervals around "
        "balances, units and medians are too short by its part. minimum_per_stratum: 2 mends it."
        for stratum, frame, _, drawn in places
        if drawn == 1 < frame
    ]
    return (*ran_out, *unmet, *unknown, *read_once)


def _claim(sizes: Sizes, sample: models.Sample) -> Claim:
    """How strongly a stratum that has some places claims the next one; ties go by name."""
    if sample.allocation == "equal":
        return lambda name, places: (-places, sizes[name])
    if sample.allocation == "proportional":
        return lambda name, places: (sizes[name] / (2 * places + 1),)
    spread = {name: _spread(sample.expected_shares.get(name, UNKNOWN_SHARE)) for name in sizes}
    return lambda name, places: (
        sizes[name] * spread[name] / math.sqrt(places * (places + 1)),
        sizes[name] / (2 * places + 1),  # decides only where no file is expected to differ
    )


def _spread(share: float) -> float:
    return math.sqrt(share * (1 - share))


def _deal_places(size: int, start: Sizes, *, room: Sizes, claim: Claim) -> dict[str, int]:
    places = dict(start)
    for _ in range(size - sum(places.values())):
        open_strata = [name for name in places if places[name] < room[name]]
        places[max(open_strata, key=lambda name: claim(name, places[name]))] += 1
    return places


def _check_size(size: int, sizes: Sizes, start: Sizes, *, sample: models.Sample, file: str) -> None:
    available, needed = sum(sizes.values()), sum(start.values())
    if available == 0:
        message = "cannot be met: the frame holds no case."
        remedy = "No case passed the frame's rules. Check the period, the offence codes and the date columns."
    elif size > available:
        message = f"is {size}, but the frame holds {available} cases."
        remedy = f'Lower it to {available} or fewer, or write "all".'
    elif size < len(sizes):
        message = f"is {size}, but the frame has {len(sizes)} strata: {', '.join(sizes)}."
        remedy = f"Raise it to {len(sizes)} or more, so that no stratum goes unread, or use design: simple."
    elif size < needed:
        whole = [f"all {sizes[name]} of {name}" for name in sizes if name in sample.certainty]
        least = f"{sample.minimum_per_stratum} of every other stratum" if whole else ""
        asked = ", ".join([*whole, least or f"{sample.minimum_per_stratum} of every stratum"])
        message = f"is {size}, but {needed} case files must be read at least: {asked}."
        remedy = f"Raise it to {needed} or more, or ask for less in certainty or minimum_per_stratum."
    else:
        return
    raise InspectionError([Problem(file, "sample.size", str(size), message, remedy)])
