"""All checks of a force's report, in the order in which a person reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from parameters import PROJECT, InspectionError, Problem
from parameters.disk import write_whole
from reports.gate import access, numbers, suppression, writing
from reports.gate.html_page import Page, read_page
from reports.gate.items import Grade, Item, override, worst
from reports.gate.package import write_package
from reports.gate.page import result_page
from reports.gate.pieces import Contents, read_file
from reports.gate.publication import Publication, made_anew, read_publication, release_untouched
from reports.gate.release_file import RELEASE_FILE, ReleaseFile, load_release_file
from reports.gate.restricted import read_restricted, restricted_items
from reports.recommendations import Decisions, load_decisions
from reports.register import EARLIER, read_register, still_open
from reports.release import Release, read_release

__all__ = ["Checked", "check_release", "release_force"]

RESULT_PAGE = "release_gate.html"


@dataclass(frozen=True)
class Checked:
    """What the gate looked at and found.

    Parameters
    ----------
    items : list of Item
        With overrides put in.
    publication : Publication
        What was checked, byte for byte.
    release : Release
        The release folder.
    file : ReleaseFile
        ``release.yml`` of the force.
    manifest : mapping
        Of the run behind the release folder.
    """

    items: list[Item]
    publication: Publication
    release: Release
    file: ReleaseFile
    manifest: Mapping[str, Any]

    @property
    def grade(self) -> Grade:
        """The worst of all items."""
        return worst(item.grade for item in self.items)

    def page(self, *, restricted: bool) -> str:
        """The result as a page, with or without the values found."""
        return result_page(
            self.items,
            self.release,
            self.file,
            fingerprint=self.publication.fingerprint,
            restricted=restricted,
        )


def release_force(
    force: str, evidence: Path, *, site: Path, to: Path, axe: Path | None = None, root: Path = PROJECT
) -> tuple[Checked, Path, Path | None]:
    """Check a force's report, keep the result in ``restricted/``, and write the package if nothing fails.

    Parameters
    ----------
    force : str
        Name of the force.
    evidence : Path
        ``evidence/<inspection>/<force>`` of a finished run.
    site : Path
        Folder of the rendered site.
    to : Path
        Folder in which the package gets a folder of its own.
    axe : Path, optional
        Result of axe-core.
    root : Path
        The project's folder.

    Returns
    -------
    tuple of (Checked, Path, Path or None)
        What was found, the page to sign, and the package, or None where something fails.
    """
    checked = check_release(force, evidence, site=site, axe=axe, root=root)
    page = evidence / "restricted" / RESULT_PAGE
    write_whole(page, checked.page(restricted=True))
    if checked.grade == "fail":
        return checked, page, None
    package = to / f"{checked.release.facts.inspection.id}-{force}"
    write_package(
        package,
        checked.publication,
        release=checked.release,
        file=checked.file,
        items=checked.items,
        summary=checked.page(restricted=False),
        packages=checked.manifest["packages"],
    )
    return checked, page, package


def check_release(
    force: str, evidence: Path, *, site: Path, axe: Path | None = None, root: Path = PROJECT
) -> Checked:
    """Look through everything that would be published of a force.

    Raises
    ------
    InspectionError
        When something to look at is not there or cannot be read.
    """
    if not (evidence / "restricted" / "identifiers.parquet").is_file():
        message = "has no list of identifiers, so nothing can be looked for."
        remedy = f"Run the force again: inspection run {force}"
        raise InspectionError(
            [Problem(f"evidence of {force}", "restricted/identifiers", "", message, remedy)]
        )
    matter = _gather(force, evidence, site=site, axe=axe, root=root)
    items = [*_of_words(matter), *_of_numbers(matter), *_of_people(matter), *_of_pages(matter)]
    return Checked(
        override(items, matter.file.overrides),
        matter.publication,
        matter.release,
        matter.file,
        matter.manifest,
    )


@dataclass(frozen=True)
class _Matter:
    """All that is looked at, read once."""

    root: Path
    evidence: Path
    axe: Path | None
    publication: Publication
    release: Release
    file: ReleaseFile
    manifest: Mapping[str, Any]
    decisions: Decisions
    contents: Mapping[str, Contents]
    pages: Mapping[str, Page]

    @property
    def folder(self) -> Path:
        """The author's texts."""
        return self.root / "reports" / self.publication.force


def _gather(force: str, evidence: Path, *, site: Path, axe: Path | None, root: Path) -> _Matter:
    release = read_release(evidence / "release")
    publication = read_publication(force, site=site, release_folder=evidence / "release", root=root)
    folder = root / "reports" / force
    file = load_release_file(folder / RELEASE_FILE)
    register = read_register(root / "reports" / "register" / EARLIER, force=force)
    earlier = still_open(register, inspection=release.facts.inspection.id)
    everything = {**publication.released, **publication.beside}
    signed = {f"reports/{force}/{RELEASE_FILE}": (folder / RELEASE_FILE).read_bytes()}
    return _Matter(
        root=root,
        evidence=evidence,
        axe=axe,
        publication=publication,
        release=release,
        file=file,
        manifest=json.loads((evidence / "manifest.json").read_text(encoding="utf-8")),
        decisions=load_decisions(folder / "recommendations.yml", release=release, earlier=earlier),
        contents={path: read_file(path, data) for path, data in {**everything, **signed}.items()},
        pages={
            path: read_page(data.decode("utf-8", errors="replace"))
            for path, data in everything.items()
            if path.endswith((".html", ".htm"))
        },
    )


def _of_words(matter: _Matter) -> Iterator[Item]:
    restricted = read_restricted(
        matter.evidence,
        approved=[extract["text"] for extract in matter.release.extracts],
        allowed=[*matter.file.may_be_printed, *_public_names(matter.release)],
        ordinary=[path.read_text(encoding="utf-8") for path in _own_texts(matter.root)],
    )
    yield from restricted_items(restricted, matter.contents.values())


def _public_names(release: Release) -> Iterator[str]:
    """Names that the release folder prints by design: of the force, the publisher, and who approved."""
    facts = release.facts
    yield from (facts.name, facts.force, facts.report.publisher, facts.report.contact, facts.inspection.name)
    yield from (str(extract.get("approved_by", "")) for extract in release.extracts)
    yield from (decision.approved_by for decision in facts.disclosure.exceptions)


def _own_texts(root: Path) -> list[Path]:
    """The toolkit's own words, which are nobody's name."""
    reports = root / "reports"
    parameters = [PROJECT / "parameters" / name for name in ("questions.yml", "words.yml")]
    return [*sorted((reports / "template").rglob("*.*")), reports / "recommendations.yml", *parameters]


def _of_numbers(matter: _Matter) -> Iterator[Item]:
    own = {path: page for path, page in matter.pages.items() if path in matter.publication.pages}
    others = [contents for path, contents in matter.contents.items() if path not in matter.pages]
    pdfs = {path: matter.contents[path] for path in matter.publication.pdf()}
    measured = pd.read_parquet(matter.evidence / "restricted" / "indicators.parquet")
    yield suppression.release_hides(matter.publication.data)
    yield suppression.tables_agree(matter.folder, own)
    yield suppression.hidden_stays_hidden(matter.release, measured, matter.pages, others)
    yield release_untouched(matter.publication, matter.manifest)
    yield numbers.numbers_trace(matter.folder, own, pdfs)
    yield numbers.typed_numbers(matter.folder, matter.decisions)
    yield numbers.percentages_have_bases(own)


def _of_people(matter: _Matter) -> Iterator[Item]:
    yield writing.recommendations_decided(matter.decisions, matter.release)
    yield writing.no_placeholders(matter.folder, matter.decisions)
    yield writing.no_passages_to_read_again(matter.folder)
    yield writing.extracts_approved(matter.release, matter.manifest, matter.evidence / "restricted")
    yield writing.signed(matter.file, matter.release, fingerprint=matter.publication.fingerprint)


def _of_pages(matter: _Matter) -> Iterator[Item]:
    own = {path: page for path, page in matter.pages.items() if path in matter.publication.pages}
    yield access.pages_accessible(own)
    yield access.pdfs_accessible(matter.publication.pdf())
    yield access.nothing_from_outside(own)
    yield access.axe_result(matter.axe, {path: matter.publication.pages[path] for path in own})
    yield made_anew(matter.publication, release_folder=matter.evidence / "release", root=matter.root)
