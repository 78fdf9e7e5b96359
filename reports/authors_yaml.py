"""Read the YAML files that authors write, and say what is wrong with them by the author's own names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml.error import YAMLError

from parameters import InspectionError, Problem
from parameters.plain_yaml import load_yaml

__all__ = ["file_name", "not_yaml", "read_authors_text", "read_authors_yaml"]

_LONGEST_SHOWN = 60
_MISSING = ("missing", "string_too_short", "too_short")


def read_authors_yaml(path: Path, model: type[BaseModel], *, remedies: Mapping[str, str]) -> Any:
    """Return the content of a file that the model accepts.

    Parameters
    ----------
    path : Path
        The file.
    model : type
        What its content must be.
    remedies : mapping
        What to do about a wrong or missing field, by its name.

    Raises
    ------
    InspectionError
        When it is not YAML, or not what the model asks for: every place at once, named by the number or the
        id of the entry.
    """
    try:
        content = load_yaml(read_authors_text(path)) or {}
        model.model_validate(content)
    except YAMLError as error:
        raise InspectionError([not_yaml(error, file_name(path))]) from None
    except ValidationError as error:
        raise InspectionError(
            _invalid(detail, content=content, file=file_name(path), remedies=remedies)
            for detail in error.errors()
        ) from None
    return content


def not_yaml(error: YAMLError, file: str, *, first_line: int = 1) -> Problem:
    """Say why a text is not the YAML that authors write, and in which line of the file."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    where = f"line {mark.line + first_line}" if mark else ""
    message = f"is not valid YAML: {problem}." if problem and mark else "is not valid YAML."
    remedy = "Check the indentation, and put text that holds a colon in quotation marks."
    return Problem(file, where, "", message, remedy)


def read_authors_text(path: Path) -> str:
    """Return the text of an author's file.

    Raises
    ------
    InspectionError
        When it cannot be opened or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError:
        remedy = "Check that it is there, and that you may read it."
        raise InspectionError([Problem(file_name(path), "", "", "cannot be opened.", remedy)]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        remedy = "Save the file as UTF-8; in Notepad: Save as, Encoding, UTF-8."
        raise InspectionError(
            [Problem(file_name(path), f"line {line}", "", "is not UTF-8 text.", remedy)]
        ) from None


def file_name(path: Path) -> str:
    """Name a file of an author the way messages do: ``reports/northshire/recommendations.yml``."""
    return "/".join(path.parts[-3:])


def _invalid(detail: Any, *, content: Any, file: str, remedies: Mapping[str, str]) -> Problem:
    """Say one pydantic error with the entry's own number or id, and a remedy."""
    location = list(detail["loc"])
    where = ".".join(map(str, location))
    if len(location) > 1 and isinstance(content, dict):
        entry = _within(content, location[:2])
        position = location[1] + 1 if isinstance(location[1], int) else location[1]
        named = isinstance(entry, dict)
        name = entry.get("number", entry.get("id", position)) if named else position
        where = ".".join(map(str, [f"{str(location[0]).rstrip('s')} {name}", *location[2:]]))
    field = next((str(part) for part in reversed(location) if isinstance(part, str)), where)
    if detail["type"] in _MISSING:
        return Problem(file, where, "", "is missing.", remedies.get(field, "Add it."))
    if detail["type"] == "extra_forbidden":
        remedy = remedies.get(field, "Correct its spelling or remove it.")
        return Problem(file, where, "", "is not a field of this file.", remedy)
    value = str(detail["input"])[:_LONGEST_SHOWN]
    remedy = remedies.get(field, f"{detail['msg']}.")
    return Problem(file, where, value, f'is "{value}", which cannot be read.', remedy)


def _within(content: Any, location: Sequence[int | str]) -> Any:
    """What stands at a place of the file; None where nothing can stand there."""
    for step in location:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return None
    return content
