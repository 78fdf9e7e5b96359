"""Whether the list, or how its cases are grouped, changed after the seed had been used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["changed_after_seed", "earlier_lists"]

_KEPT = ("frame_hash", "strata_hash")


def earlier_lists(last_run: Mapping[str, Any], *, seed: str, **hashes: str) -> list[dict[str, str]]:
    """Lists other than the present one from which whole runs of an inspection drew with the same seed.

    What the last whole run knew of earlier ones is carried on, so that a change stays on record however often
    the run is repeated.

    Parameters
    ----------
    last_run : mapping
        Facts of the last whole run, as `inspections.evidence.EvidenceFolder.last_facts` gives them; empty
        where there is none.
    seed : str
        The inspection's seed. With a new one, what was drawn with another no longer matters.
    **hashes : str
        The present ``frame_hash`` and ``strata_hash``.

    Returns
    -------
    list of dict
        ``frame_hash, strata_hash`` of each, in the order in which they were drawn from.
    """
    if last_run.get("seed") != seed:
        return []
    last = {name: last_run.get(name, hashes[name]) for name in _KEPT}
    known = [*last_run.get("earlier_lists", []), last]
    return [entry for place, entry in enumerate(known) if entry != hashes and entry not in known[:place]]


def changed_after_seed(earlier: list[dict[str, str]], *, frame_hash: str) -> str:
    """Say that the list or its groups changed after the seed was used; nothing where they did not.

    Parameters
    ----------
    earlier : list of dict
        As `earlier_lists` gives it.
    frame_hash : str
        Fingerprint of the present list.
    """
    if not earlier:
        return ""
    what = "strata of its cases" if earlier[-1]["frame_hash"] == frame_hash else "list of cases"
    return (
        f"The {what} changed after the seed was used: an earlier whole run of this inspection drew "
        "otherwise. Say why in the report, or draw anew with a new seed."
    )
