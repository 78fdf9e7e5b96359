"""``release.yml`` of a force: who audited, checked and signed, and what a named person lets pass and why.

It belongs to the author like the texts beside it. The toolkit makes it once, with every field explained.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from parameters import InspectionError, Problem
from reports.authors_yaml import file_name, read_authors_yaml

__all__ = ["RELEASE_FILE", "REQUIRED_SIGNATURES", "Override", "ReleaseFile", "Signature", "load_release_file"]

RELEASE_FILE = "release.yml"

REQUIRED_SIGNATURES = {
    "coding audit": "how well the notes were coded was looked at by a person",
    "disclosure": "no number and no word of it points to a person",
    "factual accuracy": "the force has read it and its corrections were dealt with",
    "release": "it may be published",
}
"""What somebody has to have signed before a report goes out, and what the signature says."""

_REMEDIES = {
    "for": f"Say what is signed: {', '.join(REQUIRED_SIGNATURES)}.",
    "item": "Name an item, as sign-offs, or one thing found, as names/3f9a1c2b; the gate's page tells both.",
    "reason": "Say in a sentence why it may go out all the same; never write what was found.",
    "by": "Name the person who decided.",
    "date": "Give the day, for example: 2026-11-02.",
}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


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
    if not path.is_file():
        remedy = f"Make it from the template: inspection report {path.parent.name}"
        raise InspectionError([Problem(file_name(path), "", "", "is not there.", remedy)])
    return ReleaseFile.model_validate(read_authors_yaml(path, ReleaseFile, remedies=_REMEDIES))
