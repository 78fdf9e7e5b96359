"""The inspection design, the same for every force: `parameters/inspection.yml`."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from parameters.models.coding import Coding
from parameters.models.disclosure import Disclosure
from parameters.models.sample import Frame, Period, Sample
from parameters.models.values import Slug, Strictly, Words, YesNo, rule


class ReportDetails(Strictly):
    """What stands on the cover of the report."""

    title: Words = Field(description="Title of the report; the force's name is added.")
    subtitle: Words | None = Field(None, description="Line under the title.")
    publisher: Words = Field(description="Body that publishes the report.")
    author: Words = Field(description="Author or team, as printed.")
    published: date = Field(
        description="Date of publication, year-month-day; printed, and used in every file."
    )
    contact: Words = Field(description="Where a reader can write.")
    licence: Words | None = Field(None, description="Licence of the published text, as printed.")


class Inspection(Strictly):
    """The inspection design, the same for every force: `parameters/inspection.yml`."""

    id: Slug = Field(description="Short name for folders: small letters, digits and hyphens.")
    name: Words = Field(description="Name of the inspection, as printed.")
    fictional: YesNo = Field(False, description="true when the data are made up; printed on every page.")
    period: Period = Field(description="First and last day of the inspection period.")
    frame: Frame = Field(default_factory=Frame, description="Which cases the sample is drawn from.")
    sample: Sample = Field(description="How many case files to read, and how they are chosen.")
    seed: Words = Field(
        description="Any words, in quotes. Decides which files are drawn: choose it after the lists are in."
    )
    codebook: Words = Field("nlp/codebook", description="Folder of the codebook, from the project root.")
    coding: Coding = Field(default_factory=Coding, description="Who codes the notes: rules, reader or both.")
    disclosure: Disclosure = Field(
        default_factory=Disclosure,
        description="When a count is too small to publish.",
    )
    report: ReportDetails = Field(description="What stands on the cover of the report.")

    @model_validator(mode="after")
    def _published_after_the_period(self) -> Self:
        if self.report.published < self.period.end:
            raise rule(
                f"is {self.report.published}, before the period ends on {self.period.end}.",
                "Give the date the report will be published.",
                field="report.published",
            )
        return self
