"""The project's texts in a folder of a test's own, so that it never touches the working tree."""

from __future__ import annotations

import shutil
from pathlib import Path

from parameters import PROJECT

__all__ = ["copy_project"]

_LEFT_OUT = ("_generated", "_metadata.yml", "as-read.json", "*.py", "__pycache__", "home")


def copy_project(target: Path) -> Path:
    """Copy what reports are rendered from, as it is in git: the authors' texts, template, fonts, style."""
    target.mkdir(parents=True, exist_ok=True)
    for name in ("_quarto.yml", "index.qmd"):
        shutil.copyfile(PROJECT / name, target / name)
    ignored = shutil.ignore_patterns(*_LEFT_OUT)
    shutil.copytree(PROJECT / "reports", target / "reports", ignore=ignored)
    return target
