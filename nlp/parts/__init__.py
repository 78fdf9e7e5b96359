"""Coding more notes than one process should: by partitions, each exactly once, by any number of workers."""

from nlp.parts.cluster import on_cluster
from nlp.parts.engines import Engine, in_processes, in_turn
from nlp.parts.folder import check_whole, coding_hash
from nlp.parts.job import Job, code_parts
from nlp.parts.tasks import Outcome, Task

__all__ = [
    "Engine",
    "Job",
    "Outcome",
    "Task",
    "check_whole",
    "code_parts",
    "coding_hash",
    "in_processes",
    "in_turn",
    "on_cluster",
]
