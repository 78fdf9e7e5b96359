"""CSV cells of any length: Python's reader refuses those over 128 kB, and a note may be longer."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["long_cells_allowed"]


@contextmanager
def long_cells_allowed() -> Iterator[None]:
    """Let the `csv` module read cells of any length meanwhile; the limit is one for the whole process."""
    usual = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(usual)
