"""What a newcomer relies on before any code runs: one list of packages, clean notebooks, a true README."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from inspections.cli import app
from inspections.step_keys import NOTEBOOKS
from parameters import PROJECT

IN_ONE_LIST = {"dev", "data", "cluster", "browser"}
CONDA_NAMES = {"matplotlib": "matplotlib-base"}
EVERY_NOTEBOOK = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
DOCUMENTS = sorted(
    path.relative_to(PROJECT).as_posix()
    for where in ("*.md", "inspections/*.md", "nlp/**/*.md", "reports/*.md")
    for path in PROJECT.glob(where)
)


def name_of(requirement: str) -> str:
    return re.split(r"[\s<>=!\[]", requirement)[0].lower()


def test_conda_and_pip_install_the_same_packages() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    environment = YAML(typ="safe").load((PROJECT / "environment.yml").read_text(encoding="utf-8"))
    listed = environment["dependencies"]
    pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    found = {name_of(entry) for entry in [*pip, *(entry for entry in listed if isinstance(entry, str))]}
    names = {name_of(requirement) for requirement in wanted}
    assert {CONDA_NAMES.get(name, name) for name in names} - found == set()


def locked(name: str) -> dict[str, int]:
    """Packages of a list with how many hashes each has; a line that is neither fails."""
    hashes: dict[str, int] = {}
    for line in (PROJECT / name).read_text(encoding="utf-8").splitlines():
        if package := re.match(r"([a-z0-9._-]+)==\S+( ;.*?)? \\$", line):
            hashes[current := _normal(package[1])] = 0
        else:
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), line
            hashes[current] += 1
    return hashes


def test_every_package_is_pinned_with_hashes_and_from_no_named_place() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    project, extras = settings["project"], settings["project"]["optional-dependencies"]
    main = locked("requirements.txt")
    wanted = [
        *settings["build-system"]["requires"],
        *project["dependencies"],
        *(requirement for extra in IN_ONE_LIST for requirement in extras[extra]),
    ]
    assert {_normal(name_of(requirement)) for requirement in wanted} - set(main) == set()
    for extra in extras.keys() - IN_ONE_LIST:
        more = locked(f"requirements-{extra}.txt")
        wanted = {_normal(name_of(requirement)) for requirement in extras[extra]}
        assert wanted - {*main, *more} == set()
        assert set(main) & set(more) == set()
        assert all(more.values())
    assert all(main.values())


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip().lower())


@pytest.mark.parametrize("name", EVERY_NOTEBOOK)
def test_notebooks_are_committed_without_outputs_and_run_on_any_machine(name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert not any(cell.outputs or cell.execution_count for cell in code)


@pytest.mark.parametrize("name", EVERY_NOTEBOOK)
def test_the_parameters_cell_holds_typed_literals_with_a_word_on_each(name: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    for line, node in zip(cell.source.splitlines(), ast.parse(cell.source).body, strict=True):
        assert isinstance(node, ast.AnnAssign)
        ast.literal_eval(node.value)
        assert "  # " in line


def headings_of(page: Path) -> set[str]:
    """Names by which a link can point into a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(document: str) -> None:
    page = PROJECT / document
    for target in re.findall(r"\]\(([^):]+)\)", page.read_text(encoding="utf-8")):
        file, _, heading = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), target
        assert not heading or heading in headings_of(found), target


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_module_and_notebook_a_document_names_is_there(document: str) -> None:
    page = PROJECT / document
    for name in re.findall(r"`([\w/]+\.(?:py|ipynb))\b", page.read_text(encoding="utf-8")):
        assert any((folder / name).is_file() for folder in (page.parent, PROJECT)), name


def test_every_notebook_is_named_where_an_inspector_begins() -> None:
    page = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    assert [name for name in EVERY_NOTEBOOK if f"({name}.ipynb)" not in page] == []


def test_every_test_the_threat_model_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (PROJECT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 15
    for file, test in named:
        assert f"def {test}(" in (PROJECT / file).read_text(encoding="utf-8"), f"{file}::{test}"


def commands_in(document: str) -> list[str]:
    """Commands that a document gives in blocks, as they are to be typed; one that goes on is one line."""
    text = (PROJECT / document).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = re.findall(r"^(?: {4}|\$ )?inspection ([a-z][^#|\n]*)", text, re.MULTILINE)
    return lines + re.findall(r"^\|.*`inspection ([a-z][^`]*)`", text, re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_a_document_gives_is_one_with_these_options(document: str) -> None:
    for line in commands_in(document):
        words, command = line.split(), get_command(app)
        while words and hasattr(command, "commands") and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        assert not hasattr(command, "commands"), line
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= options, line


def leaves(command: Any, path: str = "") -> Iterator[str]:
    """Every command that does something, as it is typed."""
    for name, below in command.commands.items():
        typed = f"{path} {name}".strip()
        yield from leaves(below, typed) if hasattr(below, "commands") else [typed]


def test_every_command_is_given_in_a_document() -> None:
    given = [line for document in DOCUMENTS for line in commands_in(document)]
    assert [
        typed for typed in leaves(get_command(app)) if not any(line.startswith(typed) for line in given)
    ] == []


def test_jupyterlab_saves_no_outputs() -> None:
    from inspections.jupyter_server_config import without_outputs

    cells = [
        {"cell_type": "code", "outputs": [{"text": "24 cases"}], "execution_count": 3, "source": "sample"},
        {"cell_type": "markdown", "source": "# The draw"},
    ]
    without_outputs({"type": "notebook", "content": {"cells": cells}}, path="1_case_sample.ipynb")
    assert cells[0] == {"cell_type": "code", "outputs": [], "execution_count": None, "source": "sample"}
    assert cells[1] == {"cell_type": "markdown", "source": "# The draw"}


ROOMS = {
    "parameters": set(),
    # what a damaged archive raises, writing files whole, long notes of a CSV file, YAML that cannot harm
    "nlp": {f"parameters.{name}" for name in ("archives", "disk", "long_cells", "plain_yaml")},
    "inspections": {"parameters", "nlp"},
    "reports": {"parameters"},
}
"""Which modules of other rooms each may know. The command line, inspections/cli, calls all."""


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_knows_no_other_than_those_it_stands_on(room: str) -> None:
    for path in sorted((PROJECT / room).rglob("*.py")):
        if path.is_relative_to(PROJECT / "inspections" / "cli"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            for module in named:
                owner = module.split(".")[0]
                if owner in ROOMS and owner != room:
                    assert ROOMS[room] & {owner, module}, f"{path.name} imports {module}"
