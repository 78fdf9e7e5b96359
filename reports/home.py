"""The home page of the site: the national report, where there is one, and every force's report, unranked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from parameters.disk import write_whole
from reports.release import ForceFacts
from reports.source import write_metadata
from reports.tables import escape_note, format_date

__all__ = [
    "HEADLINE",
    "NATIONAL",
    "keep_headline",
    "refreshed_reports",
    "site_metadata",
    "write_headline",
    "write_home",
]

NATIONAL = "national"
"""Folder of the report on all forces together, beside those of the forces."""

HEADLINE = "headline.json"
_MADE_UP = r" \(fictional\)"


def write_headline(generated: Path, facts: ForceFacts) -> None:
    """Keep beside a force's partials what the home page says of its report."""
    headline = {
        "force": facts.force,
        "name": facts.name,
        "fictional": facts.fictional,
        "published": facts.published.isoformat(),
        "publisher": facts.report.publisher,
        "contact": facts.report.contact,
        "about": f"on {facts.counts.sample:,} case files",
    }
    keep_headline(generated, headline)


def keep_headline(generated: Path, headline: dict[str, Any]) -> None:
    """Write what the home page says of a report: ``force, name, fictional, published, about`` and by whom."""
    text = json.dumps(headline, ensure_ascii=False, indent=1)
    write_whole(generated / HEADLINE, f"{text}\n")


def refreshed_reports(root: Path) -> list[str]:
    """Return the reports whose partials have been generated, in the order of the alphabet."""
    return sorted(path.parents[1].name for path in root.glob(f"reports/*/_generated/{HEADLINE}"))


def write_home(root: Path, reports: Sequence[str]) -> None:
    """Write the list of reports and the metadata of the home page.

    Parameters
    ----------
    root : Path
        The project's folder.
    reports : sequence of str
        Reports that are on the site. The national one comes first, forces in the order of the alphabet.
    """
    headlines = sorted(_headlines(root, reports), key=lambda headline: headline["force"] != NATIONAL)
    folder = root / "reports" / "home"
    (folder / "_generated").mkdir(parents=True, exist_ok=True)
    write_whole(folder / "_generated" / "reports.md", "".join(map(_line, headlines)))
    write_metadata(folder, _metadata(headlines))


def site_metadata(root: Path, reports: Iterable[str]) -> dict[str, str]:
    """Return the metadata of a page about all these reports: publisher, date, which forces are made up."""
    return _metadata(_headlines(root, reports))


def _headlines(root: Path, reports: Iterable[str]) -> list[dict[str, Any]]:
    return [
        json.loads((root / "reports" / report / "_generated" / HEADLINE).read_text(encoding="utf-8"))
        for report in sorted(reports)
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
    forces = [headline for headline in headlines if headline["force"] != NATIONAL] or headlines
    made_up = [escape_note(headline["name"]) for headline in forces if headline["fictional"]]
    if made_up and len(made_up) == len(forces):
        return "Every force on this page is fictional"
    return f"Fictional on this page: {', '.join(made_up)}" if made_up else ""


def _line(headline: dict[str, Any]) -> str:
    address = f"reports/{headline['force']}"
    return (
        f"- [{escape_note(headline['name'])}]({address}/index.html)"
        f"{_MADE_UP if headline['fictional'] else ''}, published "
        f"{format_date(date.fromisoformat(headline['published']))}, {escape_note(headline['about'])} "
        f"\\([PDF]({address}/{headline['force']}-report.pdf)\\)\n"
    )
