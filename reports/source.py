"""An author's text before rendering: partials and numbers put in, and every mistake found at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from parameters import InspectionError, Problem
from parameters.disk import whole_file
from parameters.plain_yaml import load_yaml
from reports.authors_yaml import not_yaml, read_authors_text

__all__ = [
    "Source",
    "cited_values",
    "included_file",
    "quoted",
    "read_source",
    "with_values",
    "write_metadata",
]

_INCLUDE = re.compile(r"^\s*\{\{<\s*include\s+(\S+)\s*>\}\}\s*$")
_META = re.compile(r"\{\{<\s*meta\s+([\w.-]+)\s*>\}\}")
_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_LABEL = re.compile(r"\{#((?:fig|tbl)-[\w-]+)")
_ANCHOR = re.compile(r"\{#([\w-]+)")
_REFERENCE = re.compile(r"(?<![\\\w])@((?:fig|tbl|sec)-[\w-]*\w)")
_LINK = re.compile(r"\]\(#([\w-]+)\)")
_FIGURE = re.compile(r"^!\[.*\]\([^)]*\)(\{.*\})?\s*$")


@dataclass(frozen=True)
class Source:
    """A ``.qmd`` file ready for Pandoc.

    Parameters
    ----------
    text : str
        The file with its partials included and its metadata values put in, front matter first.
    metadata : dict
        The folder's ``_metadata.yml`` overlaid by the file's own front matter.
    """

    text: str
    metadata: dict[str, Any]


def read_source(path: Path) -> Source:
    """Put partials and numbers into an author's text, the way Quarto would.

    Parameters
    ----------
    path : Path
        A ``.qmd`` file.

    Raises
    ------
    InspectionError
        When an included file or a cited value is not there, a reference or link inside the report leads
        nowhere, or a figure has no text alternative: every such place, with its line.
    """
    metadata = _metadata(path)
    problems: list[Problem] = []
    expanded = [
        (number, text)
        for number, line in enumerate(read_authors_text(path).splitlines(), 1)
        for text in _expand(line, path=path, number=number, problems=problems)
    ]
    filled = [(number, _fill(line, metadata)) for number, line in expanded]
    problems += _problems(path, expanded, metadata=metadata)
    if problems:
        raise InspectionError(problems)
    return Source("\n".join(line for _, line in filled) + "\n", metadata)


def cited_values(text: str) -> list[str]:
    """Return the names of the values a text cites, such as ``indicator.effort-balance.value``."""
    return _META.findall(text)


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Put the values that a text cites in their places, by dotted names; what is not there stays cited.

    Examples
    --------
    >>> with_values("in {{< meta counts.sample >}} of {{< meta counts.all >}}", {"counts.sample": "36"})
    'in 36 of {{< meta counts.all >}}'
    """
    return _META.sub(lambda found: values.get(found[1], found[0]), text)


def write_metadata(folder: Path, metadata: Mapping[str, Any], *, by: str = "") -> None:
    """Write ``_metadata.yml``: the names and numbers that texts of a folder may cite.

    Parameters
    ----------
    folder : Path
        Folder of the texts.
    metadata : mapping
        What may be cited; see :func:`quoted` for numbers.
    by : str
        Command by which it is made from a release folder, to be told to whoever opens the file.
    """
    with whole_file(folder / "_metadata.yml") as beside, beside.open("w", encoding="utf-8") as file:
        if by:
            file.write(f"# Written by `{by}` from the release folder; changes here are lost.\n")
        YAML().dump(dict(metadata), file)


def quoted(value: Any) -> Any:
    """Return metadata of which every value stays the text that it is, also one such as ``1.10`` or ``no``."""
    if isinstance(value, dict):
        return {key: quoted(entry) for key, entry in value.items()}
    return DoubleQuotedScalarString(value)


def included_file(line: str) -> str:
    """Return the file a line includes; empty when it includes none."""
    found = _INCLUDE.match(line)
    return found[1] if found else ""


def _expand(
    line: str, *, path: Path, number: int, problems: list[Problem], within: tuple[str, ...] = ()
) -> Iterator[str]:
    """Put in the file a line includes, and those it includes; all paths start at the folder of the text."""
    if not (name := included_file(line)):
        yield line
    elif name not in within and _is_file(partial := path.parent / name):
        for text in read_authors_text(partial).splitlines():
            yield from _expand(text, path=path, number=number, problems=problems, within=(*within, name))
    else:
        remedy = "Correct the name, or refresh the report so that it is written again."
        message = f"includes {name}, which {'includes itself' if name in within else 'is not there'}."
        problems.append(Problem(_name(path), f"line {number}", name, message, remedy))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _metadata(path: Path) -> dict[str, Any]:
    """Merge metadata as Quarto does: of the folder, of ``metadata-files``, of the file itself."""
    front = _FRONT.match(read_authors_text(path))
    own = _yaml(front[1], path, first_line=2) if front else {}
    names = own.get("metadata-files") or []
    more = names if isinstance(names, list) else [names]
    merged: dict[str, Any] = {}
    for file in [path.parent / "_metadata.yml", *(path.parent / str(name) for name in more)]:
        if _is_file(file):
            merged |= _yaml(read_authors_text(file), file)
    return merged | own


def _yaml(text: str, path: Path, *, first_line: int = 1) -> dict[str, Any]:
    try:
        found = load_yaml(text) or {}
    except YAMLError as error:
        raise InspectionError([not_yaml(error, _name(path), first_line=first_line)]) from None
    if not isinstance(found, dict):
        message, remedy = (
            "must begin with names and values, such as title: A title.",
            "Correct its beginning.",
        )
        raise InspectionError([Problem(_name(path), f"line {first_line}", "", message, remedy)])
    return found


def _look_up(metadata: dict[str, Any], key: str) -> str | None:
    value: Any = metadata
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return None if value is None or isinstance(value, dict) else str(value)


def _fill(line: str, metadata: dict[str, Any]) -> str:
    return _META.sub(lambda found: _look_up(metadata, found[1]) or "", line)


def _problems(path: Path, lines: list[tuple[int, str]], *, metadata: dict[str, Any]) -> Iterator[Problem]:
    text = "\n".join(line for _, line in lines)
    labels, anchors = set(_LABEL.findall(text)), set(_ANCHOR.findall(text))
    for number, line in lines:
        where = f"line {number}"
        for key in cited_values(line):
            if _look_up(metadata, key) is None:
                remedy = "Use a name from the _metadata.yml beside this file."
                yield Problem(
                    _name(path), where, key, f'cites the value "{key}", which is not there.', remedy
                )
        for label in _REFERENCE.findall(line):
            if label not in labels:
                remedy = (
                    "Include the partial that holds it. Sections have no numbers: link to [their words](#id)."
                )
                yield Problem(
                    _name(path), where, label, f"refers to @{label}, which is not in this report.", remedy
                )
        for anchor in _LINK.findall(line):
            if anchor not in anchors:
                remedy = "Give the heading it means an id, such as {#" + anchor + "}, or correct the link."
                yield Problem(
                    _name(path), where, anchor, f"links to #{anchor}, which is not in this report.", remedy
                )
        if _FIGURE.match(line) and "fig-alt=" not in line:
            remedy = 'Add what the figure shows in words: {#fig-name fig-alt="..."}.'
            yield Problem(_name(path), where, "", "shows a figure without a text alternative.", remedy)


def _name(path: Path) -> str:
    return "/".join(path.parts[-3:]) if path.parent.parent.name == "reports" else path.name
