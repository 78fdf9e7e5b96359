from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from project_copy import copy_project
from release_folder import build_release

from reports import RenderedReport, refresh, render

NAMES = {
    "northshire": "Northshire Police",
    "carrowdale": "Carrowdale Constabulary",
    "saltmere": "Saltmere Police",
}


@dataclass(frozen=True)
class Site:
    """A project whose three reports were rendered by the embedded path."""

    root: Path
    folder: Path
    reports: list[RenderedReport]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the forces' texts and nothing generated, in a folder whose name has a space."""
    return copy_project(tmp_path / "my project")


@pytest.fixture
def release_folder(tmp_path: Path) -> Path:
    """A whole release folder of Northshire."""
    return build_release(tmp_path / "release")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The three reports and the home page, rendered once by the embedded path."""
    root = copy_project(tmp_path_factory.mktemp("site") / "project")
    for force, name in NAMES.items():
        refresh(force, build_release(root / "evidence" / force, force=force, name=name), root=root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUARTO_PATH", str(root / "no quarto here"))
        rendered = render(list(NAMES), site_folder=root / "_site", root=root)
    return Site(root, root / "_site", rendered)
