"""One force: `parameters/<force>.yml`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from parameters.models.columns import (
    CaseDateName,
    CaseFieldName,
    DeviceDateName,
    DeviceFieldName,
    NoteDateName,
    NoteFieldName,
    OutcomeDateName,
    OutcomeFieldName,
    ReviewDateName,
    ReviewFieldName,
    SuspectDateName,
    SuspectFieldName,
    WorkforceDateName,
    WorkforceFieldName,
)
from parameters.models.sample import SampleOverrides
from parameters.models.source import Source
from parameters.models.values import Slug, Strictly, Words, YesNo, given_twice, rule
from parameters.paths import PROJECT
from parameters.suggestions import listed

RESERVED = frozenset(
    {"national", "inspection", "questions", "words"}
    | {"embedded", "fonts", "gate", "home", "register", "style", "template"}
)
"""Names taken in parameters/, evidence/ and reports/, where each force has a file or folder of its own."""


class CaseSource(Source[CaseFieldName, CaseDateName]):
    """Cases: one row a crime."""

    holds = "cases"


class NoteSource(Source[NoteFieldName, NoteDateName]):
    """Investigation notes: one row an entry in the log of a case."""

    holds = "notes"


class OutcomeSource(Source[OutcomeFieldName, OutcomeDateName]):
    """Official outcome counts of the force: one row an outcome type, or a quarter and an outcome type."""

    holds = "outcomes"


class SuspectSource(Source[SuspectFieldName, SuspectDateName]):
    """Suspects: one row a person suspected in a case, so that a case may have several."""

    holds = "suspects"


class DeviceSource(Source[DeviceFieldName, DeviceDateName]):
    """Devices taken and third-party records asked for: one row each."""

    holds = "devices"


class WorkforceSource(Source[WorkforceFieldName, WorkforceDateName]):
    """Officers who investigate these offences: one row an officer, or a count by role."""

    holds = "workforce"


class ReviewSource(Source[ReviewFieldName, ReviewDateName]):
    """Final answers of the case-file review, as `inspection forms moderate` writes them."""

    holds = "reviews"


class Sources(Strictly):
    """Where the force's extracts are."""

    cases: CaseSource = Field(description="Cases: one row a crime.")
    notes: NoteSource = Field(description="Investigation notes: one row an entry.")
    outcomes: OutcomeSource | None = Field(
        None, description="Official outcome counts, to set beside the sample."
    )
    suspects: SuspectSource | None = Field(
        None,
        description="Suspects: one row a person suspected in a case; else the main suspect of each case.",
    )
    devices: DeviceSource | None = Field(
        None, description="Devices taken and third-party records asked for: one row each."
    )
    workforce: WorkforceSource | None = Field(
        None, description="Officers who investigate: one row an officer, or a count by role."
    )
    reviews: ReviewSource | None = Field(
        None, description="Final answers of the case-file review: one row a case and question."
    )

    def given(self) -> tuple[Source, ...]:
        """The extracts there are, in the order above."""
        return tuple(source for _, source in self if source is not None)


class ApprovedExtract(Strictly):
    """An extract that a person chose for publication, after reading it as released."""

    id: Annotated[str, StringConstraints(pattern=r"^x-[0-9a-f]{6,}$")] = Field(
        description="Id of the extract in the list of candidates, such as x-3f9a1c."
    )
    approved_by: Words = Field(description="Name of the person who approved it.")
    approved_on: date = Field(description="Day of approval, year-month-day.")

    @model_validator(mode="before")
    @classmethod
    def _not_an_id_alone(cls, value: object) -> object:
        if isinstance(value, str):
            raise rule(
                f'is the id "{value}" alone, as parameter files held it before: nobody stands by it.',
                f"Write {{id: {value}, approved_by: <name>, approved_on: <year-month-day>}} for who read it.",
            )
        return value


class SettledAudit(Strictly):
    """A settled round of the audit of this force's coding, by which its balance of effort is put right."""

    round: Words = Field(
        description="Folder of the round, from the folder of this parameter file, such as"
        " ../audits/northshire/main: what inspection audit sample, settle and score have written."
    )
    settled_on: date = Field(description="Day on which it was settled, year-month-day; printed.")

    def files(self) -> tuple[Path, ...]:
        """Files of the round on which findings rest, those that there are.

        `load_parameters` has made the path start at the project root.
        """
        tables = (f"{name}.parquet" for name in ("frame", "coding", "units", "cases"))
        results = ("gold/gold.jsonl", "results/accuracy.csv", "results/agreement.csv")
        wanted = (PROJECT / self.round / name for name in ("round.json", *tables, *results))
        return tuple(path for path in wanted if path.is_file())


class Force(Strictly):
    """One force: `parameters/<force>.yml`."""

    force: Slug = Field(
        description="Short name, the same as this file's name: small letters, digits and hyphens."
    )
    name: Words = Field(description="Name of the force, as printed.")
    fictional: YesNo = Field(False, description="true when the force is made up; printed on every page.")
    sources: Sources = Field(description="Where the force's extracts are, and what its columns mean.")
    sample: SampleOverrides = Field(
        default_factory=SampleOverrides,
        description="What differs from the inspection's sample in this force.",
    )
    audit: SettledAudit | None = Field(
        None, description="A settled round of the audit of the coding, if there is one."
    )
    approved_extracts: tuple[ApprovedExtract, ...] = Field(
        (), description="Extracts from notes that a person approved for publication."
    )

    @field_validator("force")
    @classmethod
    def _free(cls, value: str) -> str:
        if value in RESERVED:
            raise rule(
                f'is "{value}", a name that the toolkit uses for a file or folder of its own.',
                f"Choose another, such as {value}-police, and rename this file.",
            )
        return value

    @field_validator("approved_extracts")
    @classmethod
    def _approved_once(cls, value: tuple[ApprovedExtract, ...]) -> tuple[ApprovedExtract, ...]:
        twice = given_twice(extract.id for extract in value)
        if twice:
            raise rule(f"lists {listed(twice)} more than once.", "Keep one approval for each extract.")
        return value
