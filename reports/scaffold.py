"""Give a force a report folder once; from then on its text belongs to the author."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml import YAML

from parameters import PROJECT
from parameters.disk import copy_whole, whole_file
from reports.catalogue import draft_recommendations, load_catalogue
from reports.changes import find_flags, flat, write_changes
from reports.home import refreshed_reports, write_home
from reports.partials import metadata, write_generated
from reports.passages import passages
from reports.recommendations import EarlierRecommendation, load_decisions
from reports.register import EARLIER, keep_register, read_register, still_open, write_register
from reports.release import Release, read_release

__all__ = ["refresh", "scaffold"]


def scaffold(
    force: str, release: Release, *, earlier: Sequence[EarlierRecommendation] = (), root: Path = PROJECT
) -> list[Path]:
    """Make what is not yet there of ``reports/<force>/``; a file that exists is never touched.

    Judgements are the author's alone: none is drafted.

    Parameters
    ----------
    force : str
        Name of the force, as in ``parameters/<force>.yml``.
    release : Release
        Its findings decide which recommendations of the catalogue are drafted.
    earlier : sequence of EarlierRecommendation
        Those of the last inspection that were open; each gets a line to be followed up.
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
        copy_whole(template / "index.qmd", index)
        written.append(index)
    if not (signatures := folder / "release.yml").exists():
        copy_whole(template / "release.yml", signatures)
        written.append(signatures)
    if not (decisions := folder / "recommendations.yml").exists():
        heading = (template / "recommendations.yml").read_text(encoding="utf-8")
        catalogue = load_catalogue(root / "reports" / "recommendations.yml")
        drafts = {
            "judgements": [],
            "recommendations": draft_recommendations(catalogue, release=release),
            "earlier": [
                {"inspection": entry.inspection, "number": entry.number, "findings": [], "history": []}
                for entry in earlier
            ],
        }
        with whole_file(decisions) as beside, beside.open("w", encoding="utf-8") as file:
            file.write(heading)
            _yaml().dump(drafts, file)
        written.append(decisions)
    return written


def refresh(force: str, release_folder: Path, *, root: Path = PROJECT) -> None:
    """Bring a force's report up to date with its evidence, without touching the author's texts.

    ``_generated/changes.csv`` then lists the author's passages that lean on what has changed since the author
    read them, with the id that clears each. Recommendations that were open in the register of the last
    inspection, ``reports/register/earlier.csv``, are carried over where there is one.

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
        When the release folder is not whole, a judgement or recommendation lacks what it needs, or a
        recommendation of the last inspection is not followed up.
    """
    release = read_release(release_folder)
    earlier = still_open(
        read_register(root / "reports" / "register" / EARLIER, force=force),
        inspection=release.facts.inspection.id,
    )
    scaffold(force, release, earlier=earlier, root=root)
    folder = root / "reports" / force
    decisions = load_decisions(folder / "recommendations.yml", release=release, earlier=earlier)
    numbers = flat(metadata(release))
    flags, as_read = find_flags(folder, passages(folder, decisions=decisions, release=release), numbers)
    write_generated(folder, release=release, decisions=decisions, earlier=earlier, flags=flags)
    keep_register(folder / "_generated", decisions.with_values(numbers), release=release, earlier=earlier)
    write_changes(folder, flags, as_read, numbers)
    forces = refreshed_reports(root)
    write_home(root, forces)
    write_register(root, forces)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
