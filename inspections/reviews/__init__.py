"""Case-file review: forms for reviewers, read back strictly, and moderated where two readers differ."""

from __future__ import annotations

from inspections.reviews.agreement import agreement, print_agreement
from inspections.reviews.allotment import (
    Allotment,
    Reading,
    allot,
    dips_to_deal,
    read_allotment,
    write_allotment,
)
from inspections.reviews.forms import make_forms
from inspections.reviews.moderation import (
    disagreements,
    final_answers,
    make_adjudication,
    read_adjudication,
)
from inspections.reviews.reading import Remark, Reviews, read_reviews

__all__ = [
    "Allotment",
    "Reading",
    "Remark",
    "Reviews",
    "agreement",
    "allot",
    "dips_to_deal",
    "disagreements",
    "final_answers",
    "make_adjudication",
    "make_forms",
    "print_agreement",
    "read_adjudication",
    "read_allotment",
    "read_reviews",
    "write_allotment",
]
