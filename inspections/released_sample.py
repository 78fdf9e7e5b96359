"""What may be published about the sample: strata as planned and as read, and case files lost by reason."""

from __future__ import annotations

import numpy as np
import pandas as pd

from inspections.disclosure import Policy, Released, release_strata
from inspections.suppression import Atoms, sets_to_hide

__all__ = ["release_losses", "release_realised"]

_LOG = ["table", "row", "rule", "why"]


def release_realised(realised: pd.DataFrame, indicators: Released, *, policy: Policy) -> Released:
    """Hide what the numbers planned or read of a stratum would tell about its length.

    Parameters
    ----------
    realised : DataFrame
        As `inspections.sampling.realised_against_planned` gives it.
    indicators : Released
        The released indicators.
    policy : Policy
        Threshold.

    Returns
    -------
    Released
        ``stratum, frame, wanted, planned, sample, weight, status``. Losses by stratum are not told; where
        none could be replaced, fewer were read than planned.
    """
    shared = ["stratum", "frame", "wanted"]
    planned = realised[shared].assign(sample=realised["planned"], weight=realised["planned_weight"])
    read = realised[shared].assign(sample=realised["read"], weight=realised["weight"])
    by_plan, by_reading = (release_strata(strata, indicators, policy=policy) for strata in (planned, read))
    table = by_reading.table.assign(planned=by_plan.table["sample"])
    untold = by_plan.table["sample"].isna() | by_reading.table["sample"].isna()
    for name in ("wanted", "planned", "sample", "weight"):
        table[name] = table[name].mask(untold)
    columns = [*shared, "planned", "sample", "weight", "status"]
    log = pd.concat([by_plan.log, by_reading.log]).drop_duplicates(ignore_index=True)
    return Released(table[columns], log)


def release_losses(losses: pd.DataFrame, policy: Policy) -> Released:
    """Hide reasons for which few case files were lost, and the total where that is small.

    Parameters
    ----------
    losses : DataFrame
        ``reason, cases``, as `inspections.sampling.losses_by_reason` gives it.
    policy : Policy
        Threshold.

    Returns
    -------
    Released
        ``reason, cases, status``: a row a reason and last "any reason"; no row where nothing was lost.
    """
    total = int(losses["cases"].sum())
    if policy.is_small(total):
        table = pd.DataFrame({"reason": ["any reason"], "cases": [pd.NA], "status": ["suppressed"]})
        log = [("replacements", "any reason", "primary", f"fewer than {policy.threshold} cases")]
        return Released(table.astype({"cases": "Int64"}), pd.DataFrame(log, columns=_LOG))
    sizes = dict(zip(losses["reason"], losses["cases"].astype(float), strict=True))
    one: dict[str, Atoms] = {reason: frozenset([reason]) for reason in sizes}
    whole: Atoms = frozenset(sizes)
    small = [reason for reason, cases in sizes.items() if policy.is_small(cases)]
    away = sets_to_hide(
        [*one.values(), whole],
        dict(sizes),
        hidden=[one[reason] for reason in small],
        protected=[one[reason] for reason in small],
        threshold=policy.threshold,
        fixed=[whole],
    )
    hidden = {reason: "primary" if reason in small else "secondary" for reason in sizes
              if reason in small or one[reason] in away}  # fmt: skip
    whole_row = pd.DataFrame({"reason": ["any reason"], "cases": [total]})
    table = (pd.concat([losses, whole_row], ignore_index=True) if total else losses).astype(
        {"cases": "Int64"}
    )
    gone = table["reason"].isin(list(hidden))
    table = table.assign(cases=table["cases"].mask(gone), status=np.where(gone, "suppressed", "shown"))
    why = {
        "primary": f"fewer than {policy.threshold} cases",
        "secondary": "would let a hidden count be worked out",
    }
    log = [("replacements", reason, rule, why[rule]) for reason, rule in hidden.items()]
    return Released(table, pd.DataFrame(log, columns=_LOG))
