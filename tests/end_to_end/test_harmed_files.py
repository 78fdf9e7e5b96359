"""Harmed files: every reader takes them or refuses them in the project's own words, and repeats no note.

The same for an hour, with other files: ``python tests/benchmarks/fuzz_readers.py --minutes 60``.
"""

from random import Random

import pytest
from harmed_files import CANARY, harmed
from hypothesis import given, settings
from hypothesis import strategies as st
from readers_of_files import READERS, Reader, open_reader

SLOW = {"coding workbook", "settling workbook", "audit round", "audit round units"}
SLOW |= {"code", "word classes", "context cues", "roles", "notes as Excel under two headings"}
"""A second a file: for the hour alone."""
FILES = 8


@pytest.mark.parametrize("reader", [one for one in READERS if one.name not in SLOW], ids=lambda one: one.name)
@settings(max_examples=FILES, derandomize=True, database=None)
@given(number=st.integers(0, 2**32))
def test_a_harmed_file_is_read_or_refused_without_a_word_of_it(reader: Reader, number: int) -> None:
    opened = open_reader(reader)
    assert CANARY not in opened.read(harmed(opened.valid, reader.kind, Random(number)))


@pytest.mark.parametrize(
    "reader",
    [pytest.param(one, marks=[pytest.mark.slow] if one.name in SLOW else []) for one in READERS],
    ids=lambda one: one.name,
)
def test_a_valid_file_is_read_and_nothing_is_told(reader: Reader) -> None:
    opened = open_reader(reader)
    assert opened.read(opened.valid) == ""
