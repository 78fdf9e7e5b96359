"""The whole of a force's draw in one step, as its parameters ask for it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from inspections.sampling.draw import Sample, draw_dip_samples, draw_sample, strata_hash
from inspections.sampling.frame import Frame, build_frame
from inspections.sampling.losses import Loss, lost_cases_file, read_losses, replace_losses
from parameters.models import Parameters
from parameters.paths import shown_path

__all__ = ["Drawn", "draw"]


@dataclass(frozen=True)
class Drawn:
    """What is drawn in one force.

    Attributes
    ----------
    frame : Frame
        The frozen list.
    planned : Sample
        The main sample as drawn.
    sample, dips : Sample, dict of str to Sample
        The samples as they are to be read: lost cases replaced.
    losses : tuple of Loss
        The record of lost cases.
    strata_hash : str
        Fingerprint of the groups of the frozen list; that of the list itself is with the samples.
    """

    frame: Frame
    planned: Sample
    sample: Sample
    dips: dict[str, Sample]
    losses: tuple[Loss, ...]
    strata_hash: str


def draw(
    cases: pd.DataFrame, notes_per_case: pd.Series, parameters: Parameters, *, losses: tuple[Loss, ...] = ()
) -> Drawn:
    """Build the frame, draw from it, and replace what is on the record of lost cases.

    Parameters
    ----------
    cases : DataFrame
        The force's cases.
    notes_per_case : Series
        Number of notes by case reference.
    parameters : Parameters
        The force's parameters.
    losses : tuple of Loss
        Losses besides those on record, such as one about to be recorded.

    Raises
    ------
    InspectionError
        When the sample cannot be drawn, or the record names a case that was not to be read.
    """
    inspection = parameters.inspection
    frame = build_frame(
        cases,
        inspection.frame,
        period=inspection.period,
        notes_per_case=notes_per_case,
        minimum_notes=inspection.sample.minimum_notes,
    )
    frozen_strata = strata_hash(frame, inspection.sample, file=parameters.sample_file)
    planned = draw_sample(frame, inspection.sample, seed=inspection.seed, file=parameters.sample_file)
    record = lost_cases_file(parameters)
    losses = (*read_losses(record), *losses)
    sample, dips = replace_losses(
        planned,
        draw_dip_samples(frame, inspection.sample, seed=inspection.seed),
        losses,
        file=shown_path(record),
    )
    return Drawn(frame, planned, sample, dips, losses, frozen_strata)
