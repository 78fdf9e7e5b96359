"""Forces side by side, from what they released alone: funnels, intervals, and change since last time."""

from __future__ import annotations

from inspections.comparison.folder import NOTEBOOK, Comparison, open_comparison
from inspections.comparison.forces import NATIONAL, ForceRelease, forces_with_release
from inspections.comparison.measures import balances, changes, funnels, measures, official, with_standing

__all__ = [
    "NATIONAL",
    "NOTEBOOK",
    "Comparison",
    "ForceRelease",
    "balances",
    "changes",
    "forces_with_release",
    "funnels",
    "measures",
    "official",
    "open_comparison",
    "with_standing",
]
