"""The frame and the sample: which of a force's cases may be read, how many are, and how they are chosen."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from parameters.fields import OUTCOME_TYPES
from parameters.models.values import SampleSize, Selection, Share, Strictly, Words, rule
from parameters.suggestions import listed


class Period(Strictly):
    """Inspection period, both days included."""

    start: date = Field(description="First day of the period, year-month-day.")
    end: date = Field(description="Last day of the period, year-month-day.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise rule(
                f"is {self.end}, before the period starts on {self.start}.",
                "Give an end on or after the start.",
                field="end",
            )
        return self


class Frame(Strictly):
    """Which of a force's cases the sample is drawn from."""

    date_basis: Literal["closed", "recorded"] = Field(
        "closed", description="Date that must fall in the period: closed or recorded."
    )
    offence_codes: Selection = Field(
        "all", description='Home Office offence codes to include, each in quotes, or "all".'
    )
    outcome_types: Selection = Field("all", description='Outcome types to include, each in quotes, or "all".')

    @field_validator("outcome_types")
    @classmethod
    def _known_outcome_types(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        unknown = [code for code in value if code not in OUTCOME_TYPES] if value != "all" else []
        if unknown:
            raise rule(
                f"lists {listed(unknown)}, not among the Home Office outcome types.",
                f"Known types: {', '.join(OUTCOME_TYPES)}.",
            )
        return value


StrataField = Literal[
    "decision", "outcome_type", "offence_code", "relationship", "victim_age_group", "victim_gender"
]
SecondStrataField = StrataField | Literal["none"]
Allocation = Literal["equal", "proportional", "neyman"]


def _known_outcomes(value: dict[str, int | str]) -> dict[str, int | str]:
    unknown = [code for code in value if code not in OUTCOME_TYPES]
    if unknown:
        raise rule(
            f"names {listed(unknown)}, not among the Home Office outcome types.",
            f"Known types: {', '.join(OUTCOME_TYPES)}.",
        )
    return value


ExpectedShares = dict[Words, Share]
DipSamples = Annotated[dict[str, SampleSize], AfterValidator(_known_outcomes)]


class Sample(Strictly):
    """How many case files to read, and how they are chosen."""

    design: Literal["stratified", "simple"] = Field(
        "stratified", description="stratified: some files from every group; simple: all files in one draw."
    )
    strata: StrataField = Field(
        "decision", description="Field whose values are the groups of a stratified sample."
    )
    crossed_with: SecondStrataField = Field(
        "none",
        description="Second field: every combination is a group, such as charged / female. none: one field.",
    )
    allocation: Allocation = Field(
        "equal",
        description="equal: the same number of files from each group; proportional: by its size; neyman: by "
        "its size and how much its files are expected to differ (needs expected_shares).",
    )
    expected_shares: ExpectedShares = Field(
        default_factory=dict,
        description="For neyman: group -> share of its files expected to show what is looked for, 0 to 1. A "
        "group left out counts as 0.5.",
    )
    certainty: tuple[Words, ...] = Field(
        (), description="Groups whose every file is read, such as [charged]; they count towards size."
    )
    minimum_per_stratum: Annotated[int, Field(strict=True, ge=1)] = Field(
        1, description="Files read from each group at least, or all of a group that holds fewer."
    )
    size: SampleSize = Field(
        description='Number of case files to read, or "all" for every case in the frame.'
    )
    minimum_notes: Annotated[int, Field(strict=True, ge=0)] = Field(
        1, description="A case with fewer notes than this cannot be read and is left out of the frame."
    )
    dip_samples: DipSamples = Field(
        default_factory=dict,
        description="Outcome type -> number of its files to read beside the sample, or all. Drawn apart and "
        "never pooled with it.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.crossed_with == self.strata:
            raise rule(
                f'is "{self.crossed_with}", the same as strata.',
                "Name another field, or write none.",
                field="crossed_with",
            )
        if self.allocation == "neyman" and not self.expected_shares:
            raise rule(
                "is missing, and allocation: neyman needs it.",
                "Write what an earlier inspection or pilot found, such as {charged: 0.2, police NFA: 0.5}.",
                field="expected_shares",
            )
        return self


class SampleOverrides(Strictly):
    """What differs from the inspection's sample in this force; everything else is taken over."""

    design: Literal["stratified", "simple"] | None = Field(None, description="See the inspection's sample.")
    strata: StrataField | None = Field(None, description="See the inspection's sample.")
    crossed_with: SecondStrataField | None = Field(None, description="See the inspection's sample.")
    allocation: Allocation | None = Field(None, description="See the inspection's sample.")
    expected_shares: ExpectedShares | None = Field(None, description="See the inspection's sample.")
    certainty: tuple[Words, ...] | None = Field(None, description="See the inspection's sample.")
    minimum_per_stratum: Annotated[int, Field(strict=True, ge=1)] | None = Field(
        None, description="See the inspection's sample."
    )
    size: SampleSize | None = Field(None, description="See the inspection's sample.")
    minimum_notes: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        None, description="See the inspection's sample."
    )
    dip_samples: DipSamples | None = Field(None, description="See the inspection's sample.")
