"""What would be published of a force: its pages and its data, as bytes that no longer change."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parameters import InspectionError, Problem
from reports.gate.items import Found, Item

__all__ = ["Publication", "digest", "made_anew", "read_publication", "release_untouched"]


_WHEN = re.compile(
    rb"\(D:\d{14}[^)]*\)|\d{4}-\d\d-\d\dT[\d:]+(?:Z|[+-]\d\d:\d\d)?|/ID ?\[.*?\]|"
    rb"<xmpMM:(\w+)>[^<]*</xmpMM:\1>",
    re.DOTALL,
)
"""When a PDF was made, and the numbers that are made from it."""


@dataclass(frozen=True)
class Publication:
    """Files by path.

    Parameters
    ----------
    force : str
        Name of the force.
    pages : mapping of str to bytes
        Everything on the site that is about the force alone, below ``reports/<force>/``.
    data : mapping of str to bytes
        The release folder, below ``data/``.
    beside : mapping of str to bytes
        What else is on the site and about no other force alone, such as the home page: looked through, not
        released with this force.
    """

    force: str
    pages: Mapping[str, bytes]
    data: Mapping[str, bytes]
    beside: Mapping[str, bytes]

    @property
    def released(self) -> dict[str, bytes]:
        """Pages and data, in the order of their paths."""
        return dict(sorted({**self.pages, **self.data}.items()))

    @property
    def fingerprint(self) -> str:
        """Sixteen digits that change with any byte of what is released: what a person signs for."""
        lines = "".join(f"{digest(data)}  {path}\n" for path, data in self.released.items())
        return digest(lines.encode("utf-8"))[:16]

    def pdf(self) -> dict[str, bytes]:
        """PDF files of the force."""
        return {path: data for path, data in self.pages.items() if path.endswith(".pdf")}


def read_publication(force: str, *, site: Path, release_folder: Path, root: Path) -> Publication:
    """Read everything that would be published.

    Raises
    ------
    InspectionError
        When the force has no rendered report on the site.
    """
    own = site / "reports" / force
    if not (own / "index.html").is_file():
        remedy = f"Render it first: inspection report {force}"
        raise InspectionError(
            [Problem(f"{site.name}/reports/{force}", "", "", "has no rendered report.", remedy)]
        )
    others = [site / "reports" / name for name in _other_forces(root / "reports", but=force)]
    return Publication(
        force=force,
        pages=_files(own, f"reports/{force}/"),
        data=_files(release_folder, "data/"),
        beside={
            path: data
            for path, data in _files(site, "").items()
            if not any((site / path).is_relative_to(folder) for folder in (own, *others))
        },
    )


def _files(folder: Path, prefix: str) -> dict[str, bytes]:
    return {
        f"{prefix}{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def release_untouched(publication: Publication, manifest: Mapping[str, Any]) -> Item:
    """Check that the release folder is, file by file, what the run wrote."""
    wrote = {
        name.removeprefix("release/"): written
        for step in manifest["steps"]
        for name, written in step["outputs"].items()
        if name.startswith("release/")
    }
    has = {path.removeprefix("data/"): digest(data) for path, data in publication.data.items()}
    found = [
        *(
            Found("fail", "a file that the run wrote is gone", f"release/{name}")
            for name in sorted(wrote.keys() - has)
        ),
        *(
            Found("fail", "a file that no run wrote", f"release/{name}")
            for name in sorted(has.keys() - wrote)
        ),
        *(
            Found("fail", "a file that was changed after the run", f"release/{name}")
            for name in sorted(wrote.keys() & has.keys())
            if wrote[name] != has[name]
        ),
    ]
    return Item(
        "release-untouched", "The release folder is what the run wrote", f"{len(has)} files", tuple(found)
    )


def made_anew(publication: Publication, *, release_folder: Path, root: Path) -> Item:
    """Render the report anew from the author's texts and the release folder, and compare every byte.

    Parameters
    ----------
    publication : Publication
        The pages that would go out.
    release_folder : Path
        ``evidence/<inspection>/<force>/release``.
    root : Path
        The project's folder; nothing in it is changed.
    """
    from reports.render import render
    from reports.scaffold import refresh

    force = publication.force
    with tempfile.TemporaryDirectory(prefix="gate-") as temporary:
        copy = Path(temporary)
        _copy_project(root, copy, force)
        refresh(force, release_folder, root=copy)
        (report,) = render([force], site_folder=copy / "_site", root=copy)
        anew = _files(copy / "_site" / "reports" / force, f"reports/{force}/")
    found = [
        Found("fail", says, path)
        for says, paths in (
            ("is not made by the toolkit", publication.pages.keys() - anew.keys()),
            ("is missing", anew.keys() - publication.pages.keys()),
            (
                "is not what texts and evidence give now; render it again, with the same renderer",
                (
                    path
                    for path in anew.keys() & publication.pages
                    if _unlike(anew[path], publication.pages[path])
                ),
            ),
        )
        for path in sorted(paths)
    ]
    looked_at = f"{len(anew)} files, rendered again by {report.renderer}"
    return Item("made-anew", "The pages are what the texts and the evidence give", looked_at, tuple(found))


def _unlike(one: bytes, other: bytes) -> bool:
    """Whether two files differ in more than when they were made, which Quarto writes into a PDF."""
    if one.startswith(b"%PDF") and other.startswith(b"%PDF"):
        return _WHEN.sub(b"", one) != _WHEN.sub(b"", other)
    return one != other


def _copy_project(root: Path, copy: Path, force: str) -> None:
    for name in ("_quarto.yml", "index.qmd"):
        shutil.copyfile(root / name, copy / name)
    others = _other_forces(root / "reports", but=force)
    ignored = shutil.ignore_patterns("*.py", "__pycache__", "_generated", "_metadata.yml", *others)
    shutil.copytree(root / "reports", copy / "reports", ignore=ignored)


def _other_forces(reports: Path, *, but: str) -> Iterable[str]:
    return [path.name for path in reports.iterdir() if (path / "release.yml").is_file() and path.name != but]
