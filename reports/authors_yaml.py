"""Read the YAML files that authors write, and say what is wrong with them by the author's own names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from parameters import InspectionError, Problem

__all__ = ["file_name", "read_authors_yaml"]

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
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) or {}
        model.model_validate(content)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        remedy = "Check the indentation, and put text that holds a colon in quotation marks."
        raise InspectionError([Problem(file_name(path), where, "", "is not valid YAML.", remedy)]) from None
    except ValidationError as error:
        raise InspectionError(
            _invalid(detail, content=content, file=file_name(path), remedies=remedies)
            for detail in error.errors()
        ) from None
    return content


def file_name(path: Path) -> str:
    """Name a file of an author the way messages do: ``reports/northshire/recommendations.yml``."""
    return "/".join(path.parts[-3:])


def _invalid(detail: Any, *, content: Any, file: str, remedies: Mapping[str, str]) -> Problem:
    """Say one pydantic error with the entry's own number or id, and a remedy."""
    location = list(detail["loc"])
    where = ".".join(map(str, location))
    if len(location) > 1 and isinstance(content, dict):
        entry = content[location[0]][location[1]]
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
    value = str(detail["input"])
    remedy = remedies.get(field, f"{detail['msg']}.")
    return Problem(file, where, value, f'is "{value}", which cannot be read.', remedy)
