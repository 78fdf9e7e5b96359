"""Which cases are inspected: the frame, and a sample that anyone can draw again.

The frame is the list of cases that could have been chosen. It is frozen first, with the strata of its cases,
and hashes of both are kept; the order of the draw comes from the seed *and* the hash of the list, so nobody
who knew the seed beforehand could have steered the list, and nobody who has both can draw a different sample.
"""

from inspections.sampling.draw import (
    NOT_RECORDED,
    Sample,
    cases_by_stratum,
    draw_dip_samples,
    draw_sample,
    reading_list,
    reserve_list,
    strata_hash,
)
from inspections.sampling.frame import Frame, TrailStep, build_frame, frame_hash, select_offences
from inspections.sampling.frozen import changed_after_seed, earlier_lists
from inspections.sampling.losses import (
    Loss,
    LossReason,
    losses_by_reason,
    losses_table,
    lost_cases_file,
    read_losses,
    record_loss,
    replace_losses,
)
from inspections.sampling.replacement import REPLACEMENT_RULE, realised_against_planned, replace_lost
from inspections.sampling.whole import Drawn, draw

__all__ = [
    "NOT_RECORDED",
    "REPLACEMENT_RULE",
    "Drawn",
    "Frame",
    "Loss",
    "LossReason",
    "Sample",
    "TrailStep",
    "build_frame",
    "cases_by_stratum",
    "changed_after_seed",
    "draw",
    "draw_dip_samples",
    "draw_sample",
    "earlier_lists",
    "frame_hash",
    "losses_by_reason",
    "losses_table",
    "lost_cases_file",
    "read_losses",
    "reading_list",
    "realised_against_planned",
    "record_loss",
    "replace_losses",
    "replace_lost",
    "reserve_list",
    "select_offences",
    "strata_hash",
]
