"""What may be published about the sample: strata as planned and as read, and case files lost by reason."""

from __future__ import annotations

import pandas as pd

from inspections.disclosure import Decision, Policy, Released, log_of, release_strata, with_status
from inspections.suppression import Atoms, CountedRow, rows_to_hide
from parameters.models.sample import Allocation

__all__ = ["release_losses", "release_realised"]

_ANY = "any reason"


def release_realised(
    realised: pd.DataFrame, decision: Decision, *, allocation: Allocation, losses: Released
) -> Released:
    """Hide what the numbers planned or read of a stratum would tell about its length, or of files lost.

    What was planned less what was read is a part of the files lost: where their total is hidden, no stratum's
    plan is printed beside what was read. The published design still says how places were dealt.

    Parameters
    ----------
    realised : DataFrame
        As `inspections.sampling.realised_against_planned` gives it.
    decision : Decision
        Made with the cases of every stratum.
    allocation : {"equal", "proportional", "neyman"}
        How places were dealt to the strata.
    losses : Released
        As `release_losses` gives it.

    Returns
    -------
    Released
        ``stratum, frame, wanted, planned, sample, weight, status, read_status``. Losses by stratum are not
        told; where none could be replaced, fewer were read than planned. ``wanted`` and ``planned`` are blank
        where the total lost is suppressed.
    """
    shared = ["stratum", "frame", "wanted"]
    planned = realised[shared].assign(sample=realised["planned"], weight=realised["planned_weight"])
    read = realised[shared].assign(sample=realised["read"], weight=realised["weight"])
    by_plan, by_reading = (
        release_strata(strata, decision, allocation=allocation) for strata in (planned, read)
    )
    table = by_reading.table.assign(planned=by_plan.table["sample"])
    untold = by_plan.table["read_status"].ne("shown") | by_reading.table["read_status"].ne("shown")
    for name in ("wanted", "planned", "sample", "weight"):
        table[name] = table[name].mask(untold)
    table["read_status"] = table["read_status"].mask(untold, "suppressed")
    log = by_reading.log
    if losses.table.set_index("reason")["status"].get(_ANY) == "suppressed":
        table[["wanted", "planned"]] = pd.NA
        log = pd.concat(
            [log, log_of("strata", [("planned", "secondary")], decision.policy)], ignore_index=True
        )
    columns = [*shared, "planned", "sample", "weight", "status", "read_status"]
    return Released(table[columns].astype({"wanted": "Int64", "planned": "Int64"}), log)


def release_losses(losses: pd.DataFrame, policy: Policy) -> Released:
    """Hide reasons for which few case files were lost, and the total where that is small.

    Parameters
    ----------
    losses : DataFrame
        ``reason, cases``, as `inspections.sampling.losses_by_reason` gives it.
    policy : Policy
        Threshold and rounding.

    Returns
    -------
    Released
        ``reason, cases, status``: a row a reason and last "any reason"; no row where nothing was lost. Where
        few were lost in all, that is the only row.
    """
    total = int(losses["cases"].sum())
    whole = pd.DataFrame({"reason": [_ANY], "cases": [total]})
    table = pd.concat([losses, whole], ignore_index=True) if total else losses
    if policy.is_small(total):
        log = log_of("replacements", [(_ANY, "primary")], policy)
        return Released(with_status(whole, ["cases"], hidden=[True], policy=policy), log)
    sizes = dict(zip(losses["reason"], losses["cases"].astype(float), strict=True))
    one: dict[str, Atoms] = {reason: frozenset([reason]) for reason in sizes}
    rows = [CountedRow(("replacements", reason), part, None) for reason, part in one.items()]
    in_all = CountedRow(("replacements", _ANY), frozenset(sizes), None, open=True)
    rules = rows_to_hide([*rows, in_all], sizes, threshold=policy.threshold).rules
    hidden = [("replacements", reason) in rules for reason in table["reason"]]
    log = log_of("replacements", ((reason, rule) for (_, reason), rule in rules.items()), policy)
    return Released(with_status(table, ["cases"], hidden=hidden, policy=policy), log)
