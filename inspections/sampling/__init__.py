"""Which cases are inspected: the frame, and a sample that anyone can draw again.

The frame is the list of cases that could have been chosen. It is frozen first and its hash kept; the order of
the draw comes from the seed *and* that hash, so nobody who knew the seed beforehand could have steered the
list, and nobody who has both can draw a different sample.
"""

from inspections.sampling.draw import NOT_RECORDED, Sample, draw_dip_samples, draw_sample, reading_list
from inspections.sampling.frame import Frame, TrailStep, build_frame, frame_hash, select_offences
from inspections.sampling.replacement import REPLACEMENT_RULE, realised_against_planned, replace_lost

__all__ = [
    "NOT_RECORDED",
    "REPLACEMENT_RULE",
    "Frame",
    "Sample",
    "TrailStep",
    "build_frame",
    "draw_dip_samples",
    "draw_sample",
    "frame_hash",
    "reading_list",
    "realised_against_planned",
    "replace_lost",
    "select_offences",
]
