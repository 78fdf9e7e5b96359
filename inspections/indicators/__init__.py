"""Indicators of how a force investigates, one module a theme."""

from inspections.indicators import (
    devices,
    effort,
    gaps,
    outcomes,
    prosecutors,
    records,
    repeat_suspects,
    supervision,
    suspects,
    timeliness,
    victims,
    workforce,
)
from inspections.indicators.effort import case_balances, codes_table
from inspections.indicators.outcomes import outcome_shares
from inspections.indicators.registry import (
    Indicator,
    Material,
    Results,
    compute_indicators,
    definitions,
    indicator,
)
from inspections.indicators.reviewers import dip_answers, review_results

__all__ = [
    "Indicator",
    "Material",
    "Results",
    "case_balances",
    "codes_table",
    "compute_indicators",
    "definitions",
    "devices",
    "dip_answers",
    "effort",
    "gaps",
    "indicator",
    "outcome_shares",
    "outcomes",
    "prosecutors",
    "records",
    "repeat_suspects",
    "review_results",
    "supervision",
    "suspects",
    "timeliness",
    "victims",
    "workforce",
]
