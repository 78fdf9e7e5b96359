"""A step is done again when any code changes that it imports: found here from the notebooks' own imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from inspections.step_keys import CODE_BEHIND, NOTEBOOKS, STEPS
from parameters import PROJECT

ROOMS = {"inspections", "nlp", "parameters", "reports"}


def imported(source: str) -> Iterator[str]:
    """Names of modules that a source imports, wherever in it; of `from a import b` also a.b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute in this project"
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)


def files_of(module: str) -> Iterator[Path]:
    """Files that an import of a module of ours runs: its own, and the packages it is in."""
    parts = module.split(".")
    if parts[0] not in ROOMS:
        return
    for end in range(1, len(parts) + 1):
        place = PROJECT.joinpath(*parts[:end])
        yield from (path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file())


def all_behind(step: str) -> set[Path]:
    notebook = nbformat.read(NOTEBOOKS / f"{step}.ipynb", as_version=4)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    found: set[Path] = set()
    while sources:
        new = {path for module in imported(sources.pop()) for path in files_of(module)} - found
        found |= new
        sources += [path.read_text(encoding="utf-8") for path in new]
    return found


@pytest.mark.parametrize("step", STEPS)
def test_all_that_a_step_imports_decides_whether_it_is_done_again(step: str) -> None:
    earlier = STEPS[: STEPS.index(step) + 1]
    named = {path for name in earlier for pattern in CODE_BEHIND[name] for path in PROJECT.glob(pattern)}
    behind = all_behind(step)
    assert PROJECT / "inspections" / "evidence.py" in behind
    assert [str(path.relative_to(PROJECT)) for path in sorted(behind - named)] == []


def test_every_pattern_of_code_names_files() -> None:
    assert [p for patterns in CODE_BEHIND.values() for p in patterns if not any(PROJECT.glob(p))] == []
