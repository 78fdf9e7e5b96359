"""Disclosure control: when a count is too small to publish."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from parameters.models.values import Strictly, Words, given_twice, rule
from parameters.suggestions import listed

LOWEST_THRESHOLD = 3
USUAL_THRESHOLD = 10


class DisclosureException(Strictly):
    """A decision to publish a row whatever its counts, and who took it."""

    indicator: Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z0-9_-]*$")] = Field(
        description="Id of an indicator, as in indicators.csv; or codes, strata or data_quality, for a row "
        "of that table."
    )
    group: Words | None = Field(
        None, description="Which of its rows: a group, a code or a stratum. Left out: every row."
    )
    reason: Words = Field(description="Why these counts may be published; printed in the report.")
    approved_by: Words = Field(description="Name of the person who decided it; printed in the report.")
    approved_on: date = Field(description="Day of the decision, year-month-day.")

    @property
    def name(self) -> str:
        """The rows it covers, in words."""
        return self.indicator if self.group is None else f"{self.indicator}: {self.group}"

    @property
    def in_words(self) -> str:
        """The decision in one sentence."""
        day = f"{self.approved_on.day} {self.approved_on:%B %Y}"
        return f"{self.reason} (approved by {self.approved_by}, {day})"

    def covers(self, indicator: str, group: str) -> bool:
        """Whether a row is published because of it."""
        return indicator == self.indicator and self.group in (None, group)


class Disclosure(Strictly):
    """When a count is too small to publish, and how published counts are rounded."""

    threshold: Annotated[int, Field(strict=True)] = Field(
        USUAL_THRESHOLD,
        description="Counts below this number, other than zero, are hidden in what is released.",
    )
    reason: Words | None = Field(
        None, description=f"Why this threshold; needed when it is below {USUAL_THRESHOLD}."
    )

    rounding: Literal["none", 5] = Field(
        "none",
        description="5: published counts are rounded to multiples of 5, and shares worked out from those.",
    )
    exceptions: tuple[DisclosureException, ...] = Field(
        (), description="Rows that a named person decided to publish whatever their counts, and why."
    )

    @property
    def base(self) -> int:
        """Published counts are multiples of this."""
        return 1 if self.rounding == "none" else self.rounding

    @field_validator("exceptions")
    @classmethod
    def _excepted_once(cls, value: tuple[DisclosureException, ...]) -> tuple[DisclosureException, ...]:
        twice = given_twice(found.name for found in value)
        if twice:
            raise rule(f"lists {listed(twice)} more than once.", "Keep one decision for each row.")
        return value

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.threshold < LOWEST_THRESHOLD:
            raise rule(
                f"is {self.threshold}, below the lowest allowed, {LOWEST_THRESHOLD}.",
                f"Counts under {LOWEST_THRESHOLD} can point to one person. Write {LOWEST_THRESHOLD} or more.",
                field="threshold",
            )
        if self.threshold < USUAL_THRESHOLD and not self.reason:
            raise rule(
                f"is missing, and the threshold {self.threshold} is below the usual {USUAL_THRESHOLD}.",
                "Write why smaller counts may be published, and who agreed.",
                field="reason",
            )
        return self
