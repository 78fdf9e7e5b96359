"""The home page of the site: every force's report, and measures behind findings side by side, unranked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from parameters.fields import PILLARS
from reports.release import Release
from reports.tables import (
    Column,
    escape_note,
    format_base,
    format_date,
    format_interval,
    format_result,
    note_below,
    pipe_table,
    status_note,
)

__all__ = ["refreshed_forces", "site_metadata", "write_headline", "write_national"]

_HEADLINE = "headline.json"
_MADE_UP = r" \(fictional\)"


def write_headline(generated: Path, release: Release) -> None:
    """Keep beside a force's partials what the national table shows of it."""
    behind_findings = {name for finding in release.findings for name in finding.indicators}
    facts = release.facts
    headline = {
        "force": facts.force,
        "name": facts.name,
        "fictional": facts.fictional,
        "published": facts.published.isoformat(),
        "publisher": facts.report.publisher,
        "contact": facts.report.contact,
        "sample": facts.counts.sample,
        "measures": [
            {
                "id": row.id,
                "label": row.label,
                "pillar": row.pillar,
                "result": format_result(row),
                "interval": format_interval(row),
                "base": format_base(row),
                "status": row.status,
            }
            for row in release.indicators
            if row.whole_force and row.id in behind_findings
        ],
    }
    (generated / _HEADLINE).write_text(
        json.dumps(headline, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def refreshed_forces(root: Path) -> list[str]:
    """Return the forces whose partials have been generated, in the order of the alphabet."""
    return sorted(path.parents[1].name for path in root.glob(f"reports/*/_generated/{_HEADLINE}"))


def write_national(root: Path, forces: Sequence[str]) -> None:
    """Write the partials and the metadata of the home page from the forces' headlines.

    Parameters
    ----------
    root : Path
        The project's folder.
    forces : sequence of str
        Forces whose reports are on the site; they appear in the order of the alphabet.
    """
    headlines = _headlines(root, forces)
    folder = root / "reports" / "national"
    (folder / "_generated").mkdir(parents=True, exist_ok=True)
    (folder / "_generated" / "forces.md").write_text(_forces(headlines), encoding="utf-8")
    (folder / "_generated" / "measures.md").write_text(_measures(headlines), encoding="utf-8")
    with (folder / "_metadata.yml").open("w", encoding="utf-8") as file:
        YAML().dump(_metadata(headlines), file)


def site_metadata(root: Path, forces: Iterable[str]) -> dict[str, str]:
    """Return the metadata of a page about all these forces: publisher, date, and which forces are made up."""
    return _metadata(_headlines(root, forces))


def _headlines(root: Path, forces: Iterable[str]) -> list[dict[str, Any]]:
    return [
        json.loads((root / "reports" / force / "_generated" / _HEADLINE).read_text(encoding="utf-8"))
        for force in sorted(forces)
    ]


def _metadata(headlines: list[dict[str, Any]]) -> dict[str, str]:
    latest = max(headlines, key=lambda headline: headline["published"])
    values = {
        "lang": "en-GB",
        "publisher": escape_note(latest["publisher"]),
        "contact": escape_note(latest["contact"]),
        "published": format_date(date.fromisoformat(latest["published"])),
        "published-iso": latest["published"],
    }
    if notice := _fictional(headlines):
        values["fictional"] = notice
    return values


def _fictional(headlines: list[dict[str, Any]]) -> str:
    """Say which forces are made up; nothing when all of them are real."""
    made_up = [escape_note(headline["name"]) for headline in headlines if headline["fictional"]]
    if made_up and len(made_up) == len(headlines):
        return "Every force on this page is fictional"
    return f"Fictional on this page: {', '.join(made_up)}" if made_up else ""


def _forces(headlines: list[dict[str, Any]]) -> str:
    return "".join(
        f"- [{escape_note(headline['name'])}](reports/{headline['force']}/index.html)"
        f"{_MADE_UP if headline['fictional'] else ''}, published "
        f"{format_date(date.fromisoformat(headline['published']))}, on {headline['sample']:,} case files "
        f"\\([PDF](reports/{headline['force']}/{headline['force']}-report.pdf)\\)\n"
        for headline in headlines
    )


def _measures(headlines: list[dict[str, Any]]) -> str:
    measures = {
        measure["id"]: measure
        for headline in headlines
        for measure in headline["measures"]
        if measure["pillar"]
    }
    parts = []
    for pillar, name in PILLARS.items():
        here = [measure for measure in measures.values() if measure["pillar"] == pillar]
        if here:
            parts.append(f"### {escape_note(name)}\n")
        parts += [_measure(measure, headlines) for measure in here]
    return "\n".join(parts)


def _measure(measure: dict[str, Any], headlines: list[dict[str, Any]]) -> str:
    rows = []
    for headline in headlines:
        own = next((entry for entry in headline["measures"] if entry["id"] == measure["id"]), None)
        rows.append((headline["name"], own))
    table = pipe_table(
        (Column("Force", 26), Column("Result", 28), Column("95% interval", 20), Column("Base", 26)),
        (
            (name, own["result"], own["interval"], own["base"])
            if own
            else (name, "Not a finding here", "\N{EN DASH} none", "\N{EN DASH} none")
            for name, own in rows
        ),
        caption=measure["label"],
        label=f"national-{measure['id']}",
    )
    note = status_note(own["status"] for _, own in rows if own)
    return f"{table}\n{note_below([note])}" if note else table
