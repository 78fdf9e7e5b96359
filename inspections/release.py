"""Writing the release folder: the only evidence a report may read, after disclosure control."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from inspections.charts import Chart, save_chart
from inspections.disclosure import Decision, Policy, Released
from inspections.sampling import REPLACEMENT_RULE
from nlp.evaluation.known_error import known_error
from parameters import Parameters
from parameters.fields import OUTCOME_TYPES
from parameters.spreadsheet_text import guarded_table

__all__ = [
    "exceptions_used",
    "force_facts",
    "public_trail",
    "write_charts",
    "write_csv",
    "write_json",
    "write_table",
]

_READING = "1_case_sample"


def write_table(folder: Path, name: str, released: Released) -> None:
    """Write a released table as ``<name>.csv``: UTF-8, the same bytes for the same numbers.

    Raises
    ------
    TypeError
        When a table is given that has not been through disclosure control.
    """
    if not isinstance(released, Released):
        raise TypeError(f"{name} has not been through disclosure control (inspections.disclosure)")
    write_csv(folder, name, released.table)


def write_csv(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write a table as ``<name>.csv``; what a force publishes is written by :func:`write_table`.

    No cell of it becomes a formula in a spreadsheet: `parameters.spreadsheet_text.unguarded` reads it back.
    """
    folder.mkdir(parents=True, exist_ok=True)
    guarded_table(table).to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")


def write_json(folder: Path, name: str, value: Any) -> None:
    """Write released values as ``<name>.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def write_charts(folder: Path, charts: Iterable[tuple[Chart | None, str | None]]) -> None:
    """Write charts as SVG, and what must travel with them as ``figures.json``.

    Parameters
    ----------
    folder : Path
        The release folder.
    charts : iterable of (Chart or None, str or None)
        A chart, or None where disclosure control left nothing to draw; and the released file that already
        holds its numbers, or None to put them in with the chart.
    """
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    described = []
    for chart, file in charts:
        if chart is None:
            continue
        path = save_chart(chart, folder / "figures")
        described.append(
            {
                "id": chart.id,
                "file": path.relative_to(folder).as_posix(),
                "caption": chart.caption,
                "alt": chart.alt,
                "pillar": chart.pillar,
                "table": file or json.loads(chart.table.to_json(orient="records")),
            }
        )
    write_json(folder, "figures", described)


def force_facts(
    parameters: Parameters,
    decision: Decision,
    *,
    known: Mapping[str, Any],
    notes: int,
    strata: Released,
    trail: Iterable[Mapping[str, Any]],
    audit: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Names, dates, counts, design and provenance that a report's cover and annexes print.

    Parameters
    ----------
    parameters : Parameters
        The checked parameters of the run.
    decision : Decision
        What disclosure control decided: how counts are rounded, and which rows a person had published.
    known : mapping
        Facts recorded by the steps: hashes, counts, codebook.
    notes : int
        Notes of the sampled case files.
    strata : Released
        The strata table. Of a dip sample only what was asked for is told: how many cases there
        were could give away a small count of their outcome.
    trail : iterable of mapping
        Row counts as :func:`public_trail` gives them.
    audit : mapping, optional
        What may be told of a settled audit, as `inspections.audit.settled.audit_facts` gives it.
    """
    inspection, force = parameters.inspection, parameters.force
    plain = inspection.model_dump(mode="json")
    counts = {
        "frame": known["frame_cases"],
        "sample": known["sample_cases"],
        "notes": notes,
        "units": known["units"],
    }
    return {
        "force": force.force,
        "name": force.name,
        "fictional": force.fictional,
        "inspection": {"id": inspection.id, "name": inspection.name},
        "period": plain["period"],
        "published": plain["report"]["published"],
        "report": plain["report"],
        "counts": {name: int(decision.policy.rounded(count)) for name, count in counts.items()},
        "frame": plain["frame"],
        "design": plain["sample"],
        "strata": json.loads(strata.table.to_json(orient="records")),
        "replacement_rule": REPLACEMENT_RULE,
        "dip_samples": [
            {"outcome": code, "label": OUTCOME_TYPES[code], "asked": size}
            for code, size in inspection.sample.dip_samples.items()
        ],
        "trail": list(trail),
        "codebook": {"version": known["codebook_version"], "hash": known["codebook_hash"]},
        "coding": {
            **plain["coding"],
            "reader": known["reader"],
            "error": known_error(
                known["codebook_hash"], inspection.coding.combine, inspection.coding.reader_from
            ),
        },
        "audit": audit,
        "seed_hash": hashlib.sha256(inspection.seed.encode("utf-8")).hexdigest(),
        "frame_hash": known["frame_hash"],
        "strata_hash": known["strata_hash"],
        "disclosure": {
            "threshold": inspection.disclosure.threshold,
            "reason": inspection.disclosure.reason or "",
            "rounded_to": decision.policy.base,
            "exceptions": exceptions_used(decision),
        },
    }


def exceptions_used(decision: Decision) -> list[dict[str, Any]]:
    """Rows published by a person's decision that would else have been hidden: which, why and by whom."""
    return [
        {
            "table": table,
            "row": row,
            "reason": exception.reason,
            "approved_by": exception.approved_by,
            "approved_on": exception.approved_on.isoformat(),
        }
        for (table, row), exception in sorted(decision.exempted.items())
    ]


def public_trail(trail: Iterable[Mapping[str, Any]], *, frame: int, policy: Policy) -> list[dict[str, Any]]:
    """Row counts that may be published.

    Why each single case is not on the list could point to it, so the reasons of steps that lose cases are
    joined; a joined loss below the threshold is said in words alone.

    Parameters
    ----------
    trail : iterable of mapping
        ``notebook, step, rows_in, rows_out, why, rows``.
    frame : int
        Cases that could be drawn.
    policy : Policy
        Smallest loss told as a number, and how counts are rounded.
    """
    steps = list(trail)
    of_cases = [step for step in steps if step["notebook"] == _READING and step["rows"] == "cases"]
    received = max((step["rows_in"] for step in of_cases), default=frame)
    lost = [step["why"] for step in of_cases if step["rows_in"] > step["rows_out"]]
    told = frame if policy.is_small(received - frame) else received
    why = "; ".join(dict.fromkeys(lost)) or "none left"
    if told != received:
        why += f" (fewer than {policy.threshold} cases, number not published)"
    of_frame = {"step": "cases that could be drawn", "rows_in": told, "rows_out": frame, "why": why}
    rest = [step for step in steps if step["notebook"] != _READING]
    return [
        {
            "step": step["step"],
            "rows_in": int(policy.rounded(step["rows_in"])),
            "rows_out": int(policy.rounded(step["rows_out"])),
            "why": step["why"],
        }
        for step in (of_frame, *rest)
    ]
