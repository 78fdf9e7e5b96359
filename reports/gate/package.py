"""The release package: what the gate let pass, in one folder, with a list of every file's hash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.gate.items import Item, worst
from reports.gate.publication import Publication, digest
from reports.gate.release_file import ReleaseFile
from reports.release import Release

__all__ = ["write_package"]


def write_package(
    folder: Path,
    publication: Publication,
    *,
    release: Release,
    file: ReleaseFile,
    items: Sequence[Item],
    summary: str,
    packages: Mapping[str, Any],
) -> None:
    """Write the package and give it its name in one move; an earlier one of that name is replaced.

    The bytes written are those that were checked.

    Parameters
    ----------
    folder : Path
        Of the package.
    publication : Publication
        Pages and data.
    release : Release
        Whose provenance the manifest repeats.
    file : ReleaseFile
        Whose signatures it repeats.
    items : sequence of Item
        What was checked, with results.
    summary : str
        The gate's page without the values found.
    packages : mapping
        Names and versions of what the evidence was made with.
    """
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    contents = {**publication.released, "summary.html": summary.encode("utf-8")}
    for path, data in contents.items():
        target = beside / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    manifest = _manifest(contents, publication, release=release, file=file, items=items, packages=packages)
    (beside / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    previous = folder.with_name(f".{folder.name}.previous")
    shutil.rmtree(previous, ignore_errors=True)
    if folder.exists():
        folder.rename(previous)
    beside.rename(folder)
    shutil.rmtree(previous, ignore_errors=True)


def _manifest(
    contents: Mapping[str, bytes],
    publication: Publication,
    *,
    release: Release,
    file: ReleaseFile,
    items: Sequence[Item],
    packages: Mapping[str, Any],
) -> dict[str, Any]:
    facts = release.facts
    return {
        "force": facts.force,
        "name": facts.name,
        "fictional": facts.fictional,
        "inspection": facts.inspection.model_dump(),
        "published": facts.published.isoformat(),
        "pages": publication.fingerprint,
        "gate": {
            "result": worst(item.grade for item in items),
            "items": {item.id: item.grade for item in items},
        },
        "author": file.author,
        "signatures": [entry.model_dump(mode="json", by_alias=True) for entry in file.signatures],
        "overrides": [entry.model_dump(mode="json") for entry in file.overrides],
        "codebook": facts.codebook.model_dump(),
        "frame_hash": facts.frame_hash,
        "packages": dict(packages),
        "files": {
            path: {"sha256": digest(data), "bytes": len(data)} for path, data in sorted(contents.items())
        },
    }
