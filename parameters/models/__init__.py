"""What a parameter file may say: the models behind `parameters/*.yml`.

Descriptions feed the JSON Schemas that editors use, and the error messages: a force liaison must follow them.
"""

from __future__ import annotations

import shlex
from pathlib import Path, PurePosixPath

from pydantic import Field

from parameters.models.coding import Coding
from parameters.models.columns import Constant
from parameters.models.disclosure import Disclosure, DisclosureException
from parameters.models.force import (
    ApprovedExtract,
    CaseSource,
    DeviceSource,
    Force,
    NoteSource,
    OutcomeSource,
    ReviewSource,
    SettledAudit,
    Sources,
    SuspectSource,
    WorkforceSource,
)
from parameters.models.inspection import Inspection, ReportDetails
from parameters.models.sample import Frame, Period, Sample, SampleOverrides
from parameters.models.source import Source
from parameters.models.values import Strictly
from parameters.paths import typed

__all__ = [
    "ApprovedExtract",
    "CaseSource",
    "Coding",
    "Constant",
    "DeviceSource",
    "Disclosure",
    "DisclosureException",
    "Force",
    "Frame",
    "Inspection",
    "NoteSource",
    "OutcomeSource",
    "Parameters",
    "Period",
    "ReportDetails",
    "ReviewSource",
    "Sample",
    "SampleOverrides",
    "SettledAudit",
    "Source",
    "Sources",
    "SuspectSource",
    "WorkforceSource",
]


class Parameters(Strictly):
    """All parameters of one force's run: what notebooks receive, as plain JSON values."""

    inspection: Inspection = Field(
        description="Inspection design, with this force's sample overrides applied."
    )
    force: Force = Field(description="The force.")
    file: str = Field(
        default_factory=lambda data: f"parameters/{data['force'].force}.yml" if "force" in data else "",
        description="Parameter file of the force, as named in messages.",
    )

    def source_files(self) -> tuple[Path, ...]:
        """Files of the force's extracts, each once, for hashing and for the list of inputs.

        A database has none: `inspections.case_files.CaseFiles.fingerprints` stands for the rows read from it.
        """
        return tuple(dict.fromkeys(file for source in self.force.sources.given() for file in source.files()))

    @property
    def called(self) -> str:
        """What the command line takes for this force, whatever folder it is given from."""
        return shlex.quote(typed(self.file))

    @property
    def inspection_file(self) -> str:
        """The inspection's file, beside the force's own."""
        return str(PurePosixPath(self.file).with_name("inspection.yml"))

    @property
    def sample_file(self) -> str:
        """The file that sets the sample's size: the force's own, or the inspection's."""
        return self.inspection_file if self.force.sample.size is None else self.file
