"""Who codes the partitions on this machine: this process, or several side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from nlp.parts.tasks import Outcome, Task
from nlp.parts.worker import code_partition
from nlp.processes import Processes, WorkerLostError

__all__ = ["LOST_TWICE", "Engine", "in_processes", "in_turn"]

Engine = Callable[[Sequence[Task]], Iterator[Outcome]]
"""Does tasks in any order by `code_partition` and gives back each outcome once."""

LOST_TWICE = (
    "the process that coded these notes was ended from outside, and so was the one that tried again. "
    "Give fewer jobs, so that each has more memory, and the same command again: parts done are kept."
)

_TRIES = 2


def in_turn(tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Code partitions in this process, one after another."""
    yield from map(code_partition, tasks)


def in_processes(jobs: int) -> Engine:
    """Code partitions side by side in processes of this machine; one that is lost is tried once more."""

    def engine(tasks: Sequence[Task]) -> Iterator[Outcome]:
        waiting = deque(tasks)
        tried = {task.number: 0 for task in tasks}
        of = {task.number: task for task in tasks}
        with Processes(jobs, _start) as processes:
            while waiting or processes.busy:
                try:
                    while waiting and processes.free:
                        task = waiting.popleft()
                        tried[task.number] += 1
                        processes.give(task.number, task)
                    _, outcome = processes.take()
                except WorkerLostError as lost:
                    if tried[lost.number] < _TRIES:
                        waiting.appendleft(of[lost.number])
                        continue
                    outcome = Outcome(lost.number, problem=LOST_TWICE)
                yield outcome

    return engine


def _start() -> Callable[[Task], Outcome]:
    return code_partition
