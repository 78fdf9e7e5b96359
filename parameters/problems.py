"""User mistakes, told the way a person can act on them: file, field, value, what is wrong, remedy.

Every room that reads something a person wrote raises :class:`InspectionError` with all the problems it found,
so that one run is enough to put a file right.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["InspectionError", "Problem", "as_written"]


@dataclass(frozen=True)
class Problem:
    """One thing a person has to put right.

    Parameters
    ----------
    file : str
        File as the reader knows it, such as ``parameters/northshire.yml``.
    field : str
        Dotted path inside the file, such as ``sample.size``; empty when the whole file is meant.
    value : str
        The offending value as written; empty when it is absent, or when it must not be repeated. Text from
        an investigation note is never put here.
    message : str
        What is wrong, read after the field: ``is 400, but the frame holds 212 cases.``
    remedy : str
        What to do about it, as one or more sentences.
    """

    file: str
    field: str
    value: str
    message: str
    remedy: str

    def __str__(self) -> str:
        subject = (
            f"{self.file}: {self.field} {self.message}" if self.field else f"{self.file}: {self.message}"
        )
        indented = "\n".join(f"  {line}" for line in self.remedy.splitlines())
        return f"{subject}\n{indented}" if indented else subject


class InspectionError(Exception):
    """One or more mistakes in what a person supplied; printed without a traceback by the command line.

    Parameters
    ----------
    problems : iterable of Problem
        Everything found, in reading order. At least one.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        if not self.problems:
            raise ValueError("InspectionError needs at least one Problem")
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InspectionError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


@contextmanager
def as_written(file: str, *, remedy: str) -> Iterator[None]:
    """Refuse a file of a known form that is cut off, damaged or changed by hand; nothing in it is repeated.

    Raises
    ------
    InspectionError
        In the place of what breaks when such a file is taken apart.
    """
    try:
        yield
    except OSError:
        raise InspectionError([Problem(file, "", "", "cannot be opened.", remedy)]) from None
    except (
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        RecursionError,
        OverflowError,
        csv.Error,
    ):
        raise InspectionError(
            [Problem(file, "", "", "is damaged, or not as it was written.", remedy)]
        ) from None
