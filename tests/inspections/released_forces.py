"""Release folders of made-up forces, as their inspections write them, for the tests of comparisons."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

CENSUS = "every case counted: no sampling error"
WILSON = "Wilson, weighted by stratum of a finite list"
STRATA = [
    {"stratum": "charged", "frame": 20, "sample": 10, "status": "shown"},
    {"stratum": "police NFA", "frame": 80, "sample": 10, "status": "shown"},
]
NAMES = {"ashdale": "Ashdale Police", "birchley": "Birchley Police", "cedarton": "Cedarton Constabulary"}
_BLANK = dict.fromkeys(("numerator", "denominator", "value", "low", "high", "interval", "cases"))


def row(
    measure: str = "charged", *, group: str = "closed", count: tuple[float, float] | None = None,
    value: float | None = None, ends: tuple[float, float] | None = None, interval: str = CENSUS,
    status: str = "shown", base: str = "cases closed in the period", unit: str = "per cent",
    definition: str = "As counted.", pillar: int = 1,
) -> dict[str, Any]:  # fmt: skip
    """A row of ``indicators.csv``: of a list read whole, or with ``ends`` of a sample."""
    made = _BLANK | {
        "indicator": measure, "label": f"Measure {measure}", "pillar": pillar, "group": group, "unit": unit,
        "base": base, "status": status, "caveat": "", "definition": definition, "weighted_to": None,
    }  # fmt: skip
    if status not in ("shown", "zero"):
        return made
    if count is not None:
        made |= {
            "numerator": count[0],
            "denominator": count[1],
            "cases": count[1],
            "base": f"{count[1]} {base}",
        }
        made["value"] = 100 * count[0] / count[1] if value is None else value
    else:
        made["value"] = value
    low, high = ends or (None, None)
    return made | {"low": low, "high": high, "interval": interval}


def sampled(count: tuple[float, float], ends: tuple[float, float], **more: Any) -> dict[str, Any]:
    """A share of sampled case files."""
    return row(count=count, ends=ends, interval=WILSON, base="sampled case files", **more)


def release_force(
    inspection: Path, force: str, rows: Iterable[Mapping[str, Any]], *,
    answers: Iterable[Mapping[str, Any]] = (), balance: Iterable[float] = (), **facts: Any,
) -> Path:  # fmt: skip
    """Write the release folder of a force, with a finding on every row, and return it."""
    folder = inspection / force / "release"
    folder.mkdir(parents=True)
    table = pd.DataFrame(list(rows))
    table.to_csv(folder / "indicators.csv", index=False)
    pd.DataFrame(list(answers), columns=table.columns).to_csv(folder / "answers.csv", index=False)
    balances = [(f"C{n:02}", value, "shown") for n, value in enumerate(balance, 1)]
    pd.DataFrame(balances, columns=["case", "balance", "status"]).to_csv(folder / "balance.csv", index=False)
    ids = [f"{r['indicator']}-{r['group']}".replace(" ", "-") for r in table.to_dict("records")]
    (folder / "findings.json").write_text(json.dumps([{"id": name} for name in ids]), encoding="utf-8")
    known = {
        "force": force,
        "name": NAMES.get(force, force.title()),
        "fictional": True,
        "inspection": {"id": inspection.name, "name": "Made-up inspection"},
        "period": {"start": "2025-04-01", "end": "2026-03-31"},
        "published": "2026-11-12",
        "report": {"publisher": "Made-up Inspectorate", "contact": "nobody@example.org"},
        "counts": {"frame": 100, "sample": 20, "notes": 200, "units": 900},
        "frame": {"date_basis": "closed", "offence_codes": "all", "outcome_types": "all"},
        "strata": STRATA,
        "codebook": {"version": "0.5.0", "hash": "abc"},
        "coding": {"combine": "rules"},
        "disclosure": {"threshold": 5},
    }
    (folder / "force.json").write_text(json.dumps(known | facts), encoding="utf-8")
    return folder
