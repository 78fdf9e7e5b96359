"""People code blind what the machine coded: rounds, workbooks, reading them back, settling differences."""

from __future__ import annotations

from inspections.audit.adjudication import Settled, read_settled, settle
from inspections.audit.projects import bring_in, export_round
from inspections.audit.reading import Coded, read_coded
from inspections.audit.rounds import ForceNotes, Round, make_round, open_round, rounds_in
from inspections.audit.scoring import Score, score
from inspections.audit.workbooks import make_workbooks

__all__ = [
    "Coded",
    "ForceNotes",
    "Round",
    "Score",
    "Settled",
    "bring_in",
    "export_round",
    "make_round",
    "make_workbooks",
    "open_round",
    "read_coded",
    "read_settled",
    "rounds_in",
    "score",
    "settle",
]
