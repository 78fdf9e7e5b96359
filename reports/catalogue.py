"""The catalogue of recommendations usual for a finding, from which a new report is drafted."""

from __future__ import annotations

import calendar
import math
import textwrap
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml.scalarstring import LiteralScalarString

from parameters.fields import PILLARS
from reports.authors_yaml import read_authors_yaml
from reports.release import Release

__all__ = ["Condition", "Draft", "draft_recommendations", "load_catalogue"]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(_Entry):
    """When a finding calls for a draft: its value lies between limits, or the force keeps no record of it.

    The limits only spare an author drafts that are beside the point; they grade nothing.
    """

    above: float = -math.inf
    below: float = math.inf
    recorded: bool = True

    def holds(self, name: str, release: Release) -> bool:
        """Whether the force's finding of this id is such a one."""
        if (finding := release.stands_for(name)) is None:
            return False
        if not self.recorded:
            return release.status(finding) == "not recorded"
        return finding.value is not None and self.above < finding.value < self.below


class Draft(_Entry):
    """One entry of the catalogue; it is drafted when the condition of any of its findings holds.

    ``months`` run from the day of publication.
    """

    when: dict[str, Condition] = Field(min_length=1)
    pillar: int = Field(ge=min(PILLARS), le=max(PILLARS))
    owner: str = Field(min_length=1)
    months: int = Field(ge=1)
    act: str = Field(min_length=1)
    measure: str = Field(min_length=1)

    def findings(self, release: Release) -> list[str]:
        """Return the findings of a force that call for it."""
        held = [name for name, condition in self.when.items() if condition.holds(name, release)]
        return [finding.id for name in held if (finding := release.stands_for(name)) is not None]


class _Catalogue(_Entry):
    drafts: list[Draft]


def load_catalogue(path: Path) -> list[Draft]:
    """Read the catalogue of draft recommendations, ``reports/recommendations.yml``."""
    return _Catalogue.model_validate(read_authors_yaml(path, _Catalogue, remedies={})).drafts


def draft_recommendations(catalogue: list[Draft], *, release: Release) -> list[dict[str, object]]:
    """Return the recommendations usual for the findings made, numbered through, for the author to decide on.

    The wording may name the force as ``{force}``. Deadlines count whole months from the day of publication.
    """
    name, published = release.facts.name, release.facts.published
    usual = [(draft, findings) for draft in catalogue if (findings := draft.findings(release))]
    return [
        {
            "number": number,
            "pillar": draft.pillar,
            "owner": draft.owner.format(force=name),
            "deadline": _month_end(published, draft.months),
            "act": _wrapped(draft.act, force=name),
            "measure": _wrapped(draft.measure, force=name),
            "findings": findings,
            "history": [],
        }
        for number, (draft, findings) in enumerate(usual, 1)
    ]


def _wrapped(text: str, *, force: str) -> LiteralScalarString:
    """Put the force's name into a text and break it into lines that are easy to edit."""
    return LiteralScalarString("\n".join(textwrap.wrap(text.format(force=force), 90)))


def _month_end(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])
