"""Columns that a force may not hold: read as blank, never guessed."""

from __future__ import annotations

import pandas as pd

__all__ = ["column", "is_kept", "is_true"]


def column(table: pd.DataFrame, name: str) -> pd.Series:
    """A column, or one of nothing where the force does not record it."""
    return table[name] if name in table else pd.Series(None, index=table.index, dtype=object)


def is_kept(table: pd.DataFrame, name: str) -> bool:
    """Whether the force records a field: it is filled in somewhere in the whole table that was sent.

    Asked of the whole table and not of the cases that are counted, so that a step taken in none of these is a
    nought and not a gap.
    """
    return bool(column(table, name).notna().any())


def is_true(flags: pd.Series) -> pd.Series:
    """Flags that are known to be true; unknown is not."""
    return flags.astype("boolean").fillna(False).astype(bool)
