"""Turn pydantic's errors into problems a person can act on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, to_jsonable_python

from parameters.models.values import is_union_tag
from parameters.problems import Problem
from parameters.suggestions import did_you_mean

__all__ = ["explain"]

LONGEST_SHOWN = 60
LONGEST_READ = 2_000
LOGIN = re.compile(r"://[^\s\"']*@")
Location = tuple[int | str, ...]


def explain(
    error: ValidationError, model: type[BaseModel], values: Mapping[str, Any], file: str
) -> list[Problem]:
    """Every problem of one parameter file, in the order of the file's keys.

    Parameters
    ----------
    error : ValidationError
        What pydantic found.
    model : type of BaseModel
        Model of the file; its JSON Schema knows the keys and their descriptions.
    values : mapping
        What the file held.
    file : str
        File, as named to the reader.
    """
    schema = model.model_json_schema()
    found = sorted(error.errors(include_url=False), key=lambda details: _position(details["loc"], values))
    return [_problem(details, schema, file) for details in found]


def _position(location: Location, values: Any) -> tuple[int, ...]:
    """Order of a location in the file; a missing key comes after those present."""
    position = []
    for step in _keys(location):
        keys = list(values) if isinstance(values, Mapping) else list(range(len(values or ())))
        position.append(keys.index(step) if step in keys else len(keys))
        values = values[step] if step in keys else {}
        values = values if isinstance(values, Mapping | list) else {}
    return tuple(position)


def _problem(details: ErrorDetails, schema: Mapping[str, Any], file: str) -> Problem:
    location = _keys(details["loc"])
    message, remedy = _words(details, schema, location)
    inner = details.get("ctx", {}).get("field", "")
    field = ".".join(part for part in (_dotted(location), inner) if part)
    value = "" if details["type"] in ("missing", "extra_forbidden") else _shown(details["input"])
    return Problem(file, field, value, message, remedy)


def _words(details: ErrorDetails, schema: Mapping[str, Any], location: Location) -> tuple[str, str]:
    """What is wrong, and the remedy."""
    value, context = _shown(details["input"]), details.get("ctx", {})
    match details["type"]:
        case "rule":
            message = str(context["message"])
            return (f"is {value}, but {message}" if message.startswith("must ") else message), context[
                "remedy"
            ]
        case "missing":
            return "is missing.", f"Add it. {_description(schema, location)}"
        case "extra_forbidden":
            key = details["loc"][-1]
            return "is not a known key.", did_you_mean(str(key), _known_keys(schema, location[:-1]))
        case "literal_error":
            return (
                f"is {value}, which is not one of the choices.",
                f"Write {context['expected'].replace(chr(39), '')}.",
            )
        case "string_type":
            return _not_text(details["input"], value)
        case "string_too_short" | "too_short":
            return "is empty.", f"Fill it in. {_description(schema, location)}"
        case "string_pattern_mismatch":
            return f"is {value}, which has the wrong form.", _description(schema, location)
        case kind if kind.startswith("date"):
            return (
                f"is {value}, which is not a date.",
                "Write year-month-day without quotes, such as 2025-04-01.",
            )
        case "bool_type":
            return f"is {value}, which is neither true nor false.", "Write true or false, without quotes."
        case "int_type":
            return f"is {value}, which is not a whole number.", "Write a whole number without quotes."
        case "model_type" | "dict_type" | "model_attributes_type":
            given = "empty" if details["input"] is None else value
            return f"is {given}, but must hold keys of its own.", _description(schema, location)
        case "tuple_type":
            return f"is {value}, but must be a list.", "Put it in square brackets: [first, second]."
        case _:
            return f"is {value}: {details['msg'][0].lower()}{details['msg'][1:]}.", _description(
                schema, location
            )


def _not_text(given: object, shown: str) -> tuple[str, str]:
    if isinstance(given, dict | list):
        return f"is {shown}, but must be text.", "Write one text."
    if given is None:
        return "is empty.", "Fill it in, or delete the key if it is optional."
    return f"is {shown}, which YAML does not read as text.", f'Put it in quotes: "{shown}".'


def _keys(location: Location) -> Location:
    """Location in the file, without pydantic's names for union arms and dictionary keys."""
    return tuple(step for step in location if not is_union_tag(step) and step != "[key]")


def _dotted(location: Location) -> str:
    steps = [f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in location]
    return "".join(steps).removeprefix(".")


def _shown(value: object) -> str:
    """A value as written in YAML, cut short and without the login of an address."""
    if isinstance(value, str | bool | list | dict) or value is None:
        text = json.dumps(to_jsonable_python(value, fallback=str), ensure_ascii=False)
    else:
        text = str(value)
    text = LOGIN.sub("://***@", text[:LONGEST_READ])
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _known_keys(schema: Mapping[str, Any], location: Location) -> list[str]:
    found = _subschema(schema, location)
    return list(found.get("properties", {})) or list(found.get("propertyNames", {}).get("enum", []))


def _description(schema: Mapping[str, Any], location: Location) -> str:
    return str(_subschema(schema, location).get("description", ""))


def _subschema(schema: Mapping[str, Any], location: Location) -> Mapping[str, Any]:
    """Part of a JSON Schema that describes one location; empty where the location is unknown."""
    part: Mapping[str, Any] = schema
    for step in location:
        part = _resolved(part, schema)
        if isinstance(step, int):
            part = part.get("items", {})
        else:
            part = part.get("properties", {}).get(step) or part.get("additionalProperties") or {}
        part = part if isinstance(part, Mapping) else {}
    described = part.get("description")
    resolved = _resolved(part, schema)
    return {**resolved, "description": described} if described else resolved


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references, and the arm of a union that has keys or items of its own."""
    if "$ref" in part:
        return _resolved(schema["$defs"][part["$ref"].rsplit("/", 1)[-1]], schema)
    for arm in [*part.get("anyOf", []), *part.get("oneOf", [])]:
        resolved = _resolved(arm, schema)
        if resolved.keys() & {"properties", "additionalProperties", "items"}:
            return resolved
    return part
