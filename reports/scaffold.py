"""Give a force a report folder once; from then on its text belongs to the author."""

from __future__ import annotations

import calendar
import shutil
import textwrap
from datetime import date
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from parameters import PROJECT
from reports.changes import keep_baseline, write_changes
from reports.national import refreshed_forces, write_national
from reports.partials import metadata, write_generated
from reports.recommendations import Draft, load_catalogue, load_decisions
from reports.release import Release, read_release

__all__ = ["refresh", "scaffold"]


def scaffold(force: str, release: Release, *, root: Path = PROJECT) -> list[Path]:
    """Make what is not yet there of ``reports/<force>/``; a file that exists is never touched.

    Parameters
    ----------
    force : str
        Name of the force, as in ``parameters/<force>.yml``.
    release : Release
        Its findings decide which recommendations of the catalogue are drafted.
    root : Path
        The project's folder.

    Returns
    -------
    list of Path
        The files written.
    """
    folder, template = root / "reports" / force, root / "reports" / "template" / "force"
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    if not (index := folder / "index.qmd").exists():
        shutil.copyfile(template / "index.qmd", index)
        written.append(index)
    if not (decisions := folder / "recommendations.yml").exists():
        heading = (template / "recommendations.yml").read_text(encoding="utf-8")
        drafts = draft_recommendations(
            load_catalogue(root / "reports" / "recommendations.yml"), release=release
        )
        with decisions.open("w", encoding="utf-8") as file:
            file.write(heading)
            _yaml().dump(drafts, file)
        written.append(decisions)
    return written


def refresh(force: str, release_folder: Path, *, root: Path = PROJECT) -> None:
    """Bring a force's report up to date with its evidence, without touching the author's files.

    ``_generated/changes.csv`` then lists the author's sentences that cite a number which has changed since.

    Parameters
    ----------
    force : str
        Name of the force, as in ``parameters/<force>.yml``.
    release_folder : Path
        ``evidence/<inspection>/<force>/release``.
    root : Path
        The project's folder.

    Raises
    ------
    InspectionError
        When the release folder is not whole, or a recommendation lacks what it needs.
    """
    release = read_release(release_folder)
    scaffold(force, release, root=root)
    folder = root / "reports" / force
    decisions = load_decisions(folder / "recommendations.yml", release=release)
    numbers = metadata(release)
    baseline = keep_baseline(folder, numbers)
    write_generated(folder, release=release, decisions=decisions)
    write_changes(folder, baseline, numbers)
    write_national(root, refreshed_forces(root))


def draft_recommendations(catalogue: list[Draft], *, release: Release) -> dict[str, list[dict[str, object]]]:
    """Return the recommendations usual for the findings made, for the author to decide on.

    Judgements are the author's alone: none is drafted. The wording may name the force as ``{force}``.
    Deadlines count whole months from the day of publication.
    """
    name, published = release.facts.name, release.facts.published
    usual = [draft for draft in catalogue if draft.suits(release.finding(draft.finding))]
    recommendations: list[dict[str, object]] = [
        {
            "number": number,
            "pillar": draft.pillar,
            "owner": draft.owner.format(force=name),
            "deadline": _month_end(published, draft.months),
            "act": _wrapped(draft.act, force=name),
            "measure": _wrapped(draft.measure, force=name),
            "findings": [draft.finding],
            "status": "draft",
        }
        for number, draft in enumerate(usual, 1)
    ]
    return {"judgements": [], "recommendations": recommendations}


def _wrapped(text: str, *, force: str) -> LiteralScalarString:
    """Put the force's name into a text and break it into lines that are easy to edit."""
    return LiteralScalarString("\n".join(textwrap.wrap(text.format(force=force), 90)))


def _month_end(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def _yaml() -> YAML:
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
