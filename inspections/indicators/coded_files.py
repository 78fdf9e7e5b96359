"""What the sampled case files hold, asked of the coding in the same way for every pillar."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from inspections.indicators.registry import Compute, Material
from inspections.indicators.rows import Row, SampledFiles

__all__ = [
    "acted",
    "counted",
    "counted_codes",
    "files_with_acted",
    "files_with_counted",
    "files_with_not_done",
    "share_of_files",
    "units_by_case",
]

_UNIT = ["case_id", "entry_no", "unit_no"]


def units_by_case(coding: pd.DataFrame, chosen: pd.Series) -> pd.Series:
    """Coding units with at least one chosen row, by case reference.

    Parameters
    ----------
    coding : DataFrame
        Coded units, one row a code.
    chosen : Series of bool
        The rows that matter, such as counted ones of one orientation.
    """
    return coding.loc[chosen.to_numpy(dtype=bool), _UNIT].drop_duplicates().groupby("case_id").size()


def counted(coding: pd.DataFrame, *codes: str) -> pd.Series:
    """Rows of the coding with one of these codes, where they count as effort."""
    return coding["counts"].astype(bool) & coding["code"].isin(codes)


def counted_codes(coding: pd.DataFrame) -> pd.DataFrame:
    """Codings that count as effort, a row for each code of each unit."""
    return coding[coding["counts"].astype(bool)].drop_duplicates([*_UNIT, "code"])


def acted(coding: pd.DataFrame, code: str) -> pd.Series:
    """Rows in which police do or plan what a code describes, in this case and not in a template.

    For codes and purposes that never count as effort, such as the care of victims.
    """
    return (
        coding["code"].eq(code)
        & coding["polarity"].eq("affirmed")
        & coding["voice"].eq("police")
        & coding["status"].isin(["done", "planned"])
        & coding["frame"].eq("current")
        & ~coding["flags"].astype(str).str.contains("boilerplate", regex=False)
    )


def share_of_files(
    material: Material, chosen: pd.Series, *, among: pd.Series | None = None, base: str = ""
) -> Row:
    """Share of the sampled case files with at least one chosen row of the coding.

    Parameters
    ----------
    material : Material
        One force's cases, sample and coding.
    chosen : Series of bool
        Rows of the coding.
    among, base
        As for :meth:`SampledFiles.share`.
    """
    present = units_by_case(material.coding, chosen) > 0
    return SampledFiles.of(material.sample, material.frame).share(present, among=among, base=base)


def files_with_counted(*codes: str) -> Compute:
    """Compute the share of sampled case files with any counted unit of these codes."""

    def compute(material: Material) -> Iterator[Row]:
        yield share_of_files(material, counted(material.coding, *codes))

    return compute


def files_with_acted(code: str) -> Compute:
    """Compute the share of sampled case files in which police do or plan what a code describes."""

    def compute(material: Material) -> Iterator[Row]:
        yield share_of_files(material, acted(material.coding, code))

    return compute


def files_with_not_done(code: str) -> Compute:
    """Compute the share of sampled case files in which what a code describes is noted as not done."""

    def compute(material: Material) -> Iterator[Row]:
        coding = material.coding
        yield share_of_files(material, coding["code"].eq(code) & coding["polarity"].eq("not-done"))

    return compute
