"""How a run of many forces is watched: by a table that fits the terminal, or line by line without one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from inspections.cli.shared import err

if TYPE_CHECKING:
    from inspections.runner import Progress, Tell

__all__ = ["Picture", "progress"]

_MARGIN = 5
"""Lines of the terminal that are not rows: counts, heading, rule, what is left out, and the cursor's."""


class Picture:
    """What of a run is shown: counts, the forces at work with their step, and those that failed.

    Parameters
    ----------
    forces : sequence of str
        All forces of the run.
    """

    def __init__(self, forces: Sequence[str]) -> None:
        self.forces = forces
        self.began = time.monotonic()
        self.at_work: dict[str, tuple[str, float]] = {}
        self.failed: dict[str, str] = {}
        self.whole = 0

    def take(self, news: Progress) -> None:
        """Take in that a step or a force has begun or ended."""
        if news.state == "running":
            self.at_work[news.force] = (news.step, time.monotonic())
        elif news.state == "failed":
            step = self.at_work.pop(news.force, ("", 0.0))[0]
            self.failed.setdefault(news.force, step)
        elif news.state == "whole":
            self.at_work.pop(news.force, None)
            self.whole += 1

    def draw(self, height: int) -> Group:
        """Counts and as many rows as the height allows: forces at work first, then those that failed."""
        now = time.monotonic()
        rows = [(force, step, _clock(now - since)) for force, (step, since) in self.at_work.items()]
        rows += [
            (force, f"failed in {step}" if step else "failed", "") for force, step in self.failed.items()
        ]
        shown = rows[: max(1, height - _MARGIN)]
        table = Table("force", "step", "time in it", box=None, pad_edge=False)
        for force, step, elapsed in shown:
            table.add_row(force, step, elapsed, style="red" if force in self.failed else "")
        waiting = len(self.forces) - self.whole - len(self.at_work) - len(self.failed)
        counts = (
            f"{self.whole} of {len(self.forces)} forces whole, {len(self.failed)} failed, "
            f"{len(self.at_work)} at work, {waiting} waiting; {_clock(now - self.began)}"
        )
        more = len(rows) - len(shown)
        return Group(Text(counts), table, *([Text(f"and {more} more")] if more else []))


@contextmanager
def progress(forces: Sequence[str], console: Console = err) -> Iterator[Tell]:
    """A live table on a terminal, a line a finished step elsewhere."""
    if not console.is_terminal:
        yield _say
        return
    picture = Picture(forces)

    def draw() -> Group:
        return picture.draw(console.size.height)

    with Live(console=console, get_renderable=draw, refresh_per_second=2, transient=True):
        yield picture.take


def _say(news: Progress) -> None:
    if news.state != "running":
        what = news.step or "the force"
        err.print(f"{news.force}  {what}  {news.state}  {news.seconds:.1f} s")


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=int(seconds)))
