"""Disclosure control: when a count is too small to publish."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from parameters.models.values import Strictly, Words, rule

LOWEST_THRESHOLD = 3
USUAL_THRESHOLD = 10


class Disclosure(Strictly):
    """When a count is too small to publish."""

    threshold: Annotated[int, Field(strict=True)] = Field(
        USUAL_THRESHOLD,
        description="Counts below this number, other than zero, are hidden in what is released.",
    )
    reason: Words | None = Field(
        None, description=f"Why this threshold; needed when it is below {USUAL_THRESHOLD}."
    )

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
