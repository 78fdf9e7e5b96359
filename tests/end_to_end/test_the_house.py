"""What a newcomer relies on before any code runs: one list of packages, clean notebooks, a true README."""

import ast
import re
import tomllib

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


def test_every_file_the_readme_points_to_is_there() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (PROJECT / target).exists(), target


def test_every_test_the_threat_model_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (PROJECT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 15
    for file, test in named:
        assert f"def {test}(" in (PROJECT / file).read_text(encoding="utf-8"), f"{file}::{test}"


@pytest.mark.parametrize("name", ["README.md", "reports/README.md"])
def test_every_command_a_readme_gives_is_one_with_these_options(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8")
    given = re.findall(r"^    inspection ([a-z][^#\n]*)", text, re.MULTILINE)
    assert given
    for line in given:
        words, command = line.split(), get_command(app)
        while words and hasattr(command, "commands") and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        assert not hasattr(command, "commands"), line
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= options, line


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
    "nlp": {"parameters.disk", "parameters.plain_yaml"},  # writing files whole, reading YAML that cannot harm
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
