"""``release.yml`` of a force: who audited, checked and signed, and what a named person lets pass and why.

It belongs to the author like the texts beside it. The toolkit makes it once, with every field explained.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from parameters import InspectionError, Problem

__all__ = ["REQUIRED_SIGNATURES", "Override", "ReleaseFile", "Signature", "load_release_file"]

REQUIRED_SIGNATURES = {
    "coding audit": "how well the notes were coded was looked at by a person",
    "disclosure": "no number and no word of it points to a person",
    "factual accuracy": "the force has read it and its corrections were dealt with",
    "release": "it may be published",
}
"""What somebody has to have signed before a report goes out, and what the signature says."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Signature(_Entry):
    """Who stands for what, when and why; ``pages`` is the fingerprint of what was signed."""

    for_: str = Field(alias="for", min_length=1)
    by: str = ""
    role: str = ""
    date: datetime.date | None = None
    why: str = ""
    pages: str = ""

    def missing(self) -> Iterator[str]:
        """Give the fields that are still empty."""
        yield from (name for name in ("by", "role", "date", "why") if not getattr(self, name))


class Override(_Entry):
    """A person's decision to release although an item, or one thing found in it, fails."""

    item: str = Field(min_length=1)
    reason: str = Field(min_length=10)
    by: str = Field(min_length=1)
    date: datetime.date


class ReleaseFile(_Entry):
    """All of ``release.yml``."""

    author: str = ""
    people_named: list[str] = []
    words_allowed: list[str] = []
    signatures: list[Signature] = []
    overrides: list[Override] = []

    @property
    def may_be_printed(self) -> list[str]:
        """Names that a report prints with their owners' knowledge, and words that are nobody's name in it."""
        signers = [entry.by for entry in self.signatures if entry.by]
        return [*filter(None, [self.author]), *self.people_named, *self.words_allowed, *signers]


def load_release_file(path: Path) -> ReleaseFile:
    """Read ``reports/<force>/release.yml``.

    Raises
    ------
    InspectionError
        When it is not there, is not YAML, or a field is unknown or cannot be read: all at once.
    """
    name = "/".join(path.parts[-3:])
    if not path.is_file():
        remedy = "Make it from the template: inspection report " + path.parent.name
        raise InspectionError([Problem(name, "", "", "is not there.", remedy)])
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) or {}
        return ReleaseFile.model_validate(content)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        remedy = "Check the indentation, and put text that holds a colon in quotation marks."
        raise InspectionError([Problem(name, where, "", "is not valid YAML.", remedy)]) from None
    except ValidationError as error:
        raise InspectionError(_problem(detail, name) for detail in error.errors()) from None


def _problem(detail: Any, file: str) -> Problem:
    where = ".".join(map(str, detail["loc"]))
    if detail["type"] == "extra_forbidden":
        return Problem(file, where, "", "is not a field of this file.", "Correct its spelling or remove it.")
    if detail["type"] in ("missing", "string_too_short"):
        remedy = "An override says item, reason (in a sentence), by and date; a signature says for."
        return Problem(file, where, "", "is missing or too short.", remedy)
    remedy = f"{detail['msg']}. reports/template/force/release.yml explains the fields."
    return Problem(file, where, str(detail["input"]), "cannot be read.", remedy)
