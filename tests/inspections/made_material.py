"""Small case tables, samples and codings, made by hand for the tests of indicators and disclosure control."""

from dataclasses import replace
from datetime import date

import pandas as pd

from inspections.indicators import Material
from parameters import models

YEAR = models.Period(start=date(2025, 4, 1), end=date(2026, 3, 31))


def cases_of(**columns: list) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    return pd.DataFrame({"case_id": [f"case {n}" for n in range(size)]} | columns)


def coded(*units: tuple) -> pd.DataFrame:
    """Coded units from (case, entry, unit, code) and, where not the default, other attributes."""
    rows = []
    for case, entry, unit, code, *changes in units:
        row = {
            "case_id": case,
            "entry_no": entry,
            "unit_no": unit,
            "code": code,
            "orientation": {"vic": "victim-credibility", "sus": "suspect-focus"}.get(code[:3], "other"),
            "polarity": "affirmed",
            "voice": "police",
            "status": "done",
            "frame": "current",
            "purpose": None,
            "flags": "",
            "counts": code[:3] != "oth",
        }
        rows.append(row | (changes[0] if changes else {}))
    columns = ["case_id", "entry_no", "unit_no", "code", "orientation", "polarity", "voice", "status"]
    return pd.DataFrame(rows, columns=[*columns, "frame", "purpose", "flags", "counts"])


def effort(case: str, *, victim: int, suspect: int) -> list[tuple]:
    units = ["vic-disbelief"] * victim + ["sus-digital"] * suspect
    return [(case, 1, number, code) for number, code in enumerate(units, start=1)]


def material(
    coding: pd.DataFrame | None = None,
    *,
    cases: pd.DataFrame | None = None,
    weights: dict[str, float] | None = None,
    frame_size: int = 100,
    **more: pd.DataFrame | None,
) -> Material:
    coding = coded() if coding is None else coding
    weights = weights or dict.fromkeys(sorted(coding["case_id"].unique()), 10.0)
    sample = pd.DataFrame({"case_id": list(weights), "weight": list(weights.values())})
    sample["stratum"] = sample["weight"].map(str)
    frame = pd.DataFrame({"case_id": [f"case {n}" for n in range(frame_size)]}) if cases is None else cases
    parts = {
        "cases": frame,
        "frame": frame,
        "sample": sample,
        "notes": pd.DataFrame({"case_id": [], "entry_no": []}),
        "coding": coding,
        "entries": pd.DataFrame({"case_id": list(weights), "entry_no": 1, "units": 20}),
    }
    return Material(**(parts | more), period=YEAR, seed="autumn")


def with_fields(given: Material, **columns: object) -> Material:
    """The same with further fields of the sampled cases, which the force then keeps."""
    sample = given.sample.assign(**columns)
    return replace(given, sample=sample, cases=sample)
