"""A national release folder as the comparison writes it: two forces, every status, a funnel and a change."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from release_folder import FIGURE

NAMES = {"northshire": "Northshire Police", "saltmere": "Saltmere Police"}
_MEASURE = {
    "measure": "", "group": "force", "source": "indicators", "label": "", "pillar": 1, "unit": "per cent",
    "caveat": "", "definition": "As counted.", "force": "", "name": "", "numerator": "", "denominator": "",
    "value": "", "low": "", "high": "", "interval": "", "base": "sampled case files", "status": "shown",
    "cases": "", "effective": "", "effective_how": "", "low_95": "", "high_95": "", "low_998": "",
    "high_998": "", "standing": "",
}  # fmt: skip
_CHANGE = {
    "measure": "tested", "group": "force", "label": "Files in which the account is tested", "pillar": 1,
    "unit": "per cent", "force": "saltmere", "name": "Saltmere Police", "before": 40, "before_numerator": 12,
    "before_denominator": 30, "before_cases": 30, "before_status": "shown", "now": 75, "now_numerator": 18,
    "now_denominator": 24, "now_cases": 24, "now_status": "shown", "change": 35, "low": 8.4, "high": 55.2,
    "chance": 0.009, "adjusted": 0.02, "method": "Newcombe", "status": "shown", "verdict": "higher",
}  # fmt: skip


def build_national(folder: Path, *, earlier: bool = False, **facts: Any) -> Path:
    """Write the folder and return it."""
    (folder / "figures").mkdir(parents=True)
    funnel = {"low_95": 31.2, "high_95": 78.8, "low_998": 18.1, "high_998": 90.2, "effective": 22.5}
    rows = [
        _row("effort-balance", "Balance of effort", "northshire", unit="balance", value=-0.2, low=-0.4,
             high=0.0),
        _row("effort-balance", "Balance of effort", "saltmere", unit="balance", value=0.31, low=0.1,
             high=0.5),
        _row("tested", "Files in which the account is tested", "northshire", numerator=11, denominator=24,
             cases=24, value=46, low=28, high=65, base="24 sampled case files", standing="within the limits",
             **funnel),
        _row("tested", "Files in which the account is tested", "saltmere", numerator=21, denominator=24,
             cases=24, value=88, low=69, high=96, base="24 sampled case files",
             standing="above the 95% limit", **funnel),
        _row("doubt", "Files with doubt", "northshire", status="suppressed"),
        _row("doubt", "Files with doubt", "saltmere", numerator=3, denominator=8, cases=8, value=38,
             low=12, high=70, base="8 sampled case files"),
        _row("told", "Victims told", "northshire", status="not recorded", pillar=3),
        _row("told", "Victims told", "saltmere", status="missing", pillar=3),
    ]  # fmt: skip
    _write(folder / "measures.csv", rows)
    words = "over-dispersion cannot be estimated from fewer than 10 forces, and the limits allow for none"
    hidden = "a force's share is suppressed, so no figure for all of them is given"
    funnels = [("tested", "shown", words), ("doubt", "not drawn", hidden)]
    _write(
        folder / "funnels.csv",
        [
            {
                "measure": measure,
                "group": "force",
                "label": measure,
                "pillar": 1,
                "status": status,
                "words": text,
            }
            for measure, status, text in funnels
        ],
    )
    if earlier:
        hidden_then = dict.fromkeys(("before", "change", "low", "high", "chance", "adjusted"), "")
        names = {"force": "northshire", "name": "Northshire Police", "verdict": ""}
        told = hidden_then | names | {"before_status": "suppressed", "status": "suppressed then"}
        _write(folder / "changes.csv", [_CHANGE | told, _CHANGE])
    balance = [("saltmere", "C01", -0.5), ("saltmere", "C02", 0.25), ("saltmere", "C03", 0.0)]
    _write(
        folder / "balance.csv",
        [
            {"force": force, "name": NAMES[force], "case": case, "balance": value, "status": "shown"}
            for force, case, value in balance
        ],
    )
    names = ["balance-distribution", "pillar-1-indicators-1", "pillar-1-funnels-1"]
    names += ["pillar-1-change-1"] if earlier else []
    figures = []
    for name in names:
        (folder / "figures" / f"{name}.svg").write_text(FIGURE.format(dots=""), encoding="utf-8")
        words = {"caption": f"Caption of {name}.", "alt": f"What {name} shows, in words."}
        figures.append({"id": name, "file": f"figures/{name}.svg", "pillar": 1, "table": [], **words})
    (folder / "figures.json").write_text(json.dumps(figures), encoding="utf-8")
    (folder / "national.json").write_text(json.dumps(_facts(earlier=earlier) | facts), encoding="utf-8")
    return folder


def _row(measure: str, label: str, force: str, **values: Any) -> dict[str, Any]:
    return _MEASURE | {"measure": measure, "label": label, "force": force, "name": NAMES[force]} | values


def _facts(*, earlier: bool) -> dict[str, Any]:
    forces = [
        {
            "force": force, "name": name, "fictional": True, "frame": 45, "sample": 24,
            "inspection": {"id": "rasso-2026", "name": "Fictional inspection"},
            "period": {"start": "2025-04-01", "end": "2026-03-31"}, "fingerprint": "ab" * 32,
        }
        for force, name in NAMES.items()
    ]  # fmt: skip
    return {
        "inspection": forces[0]["inspection"], "period": forces[0]["period"], "published": "2026-11-12",
        "report": {"publisher": "Fictional Inspectorate", "contact": "nobody@example.org"},
        "codebook": {"version": "0.5.0", "hash": "cd" * 32}, "fictional": True, "threshold": 5,
        "forces": forces, "earlier": forces[1:] if earlier else [], "points": 20, "beyond": 3, "tested": 7,
    }  # fmt: skip


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
