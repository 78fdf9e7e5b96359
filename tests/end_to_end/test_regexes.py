"""Every regular expression on texts made to be slow: work grows with the text, not with its square."""

import importlib
import re
import time
from collections.abc import Iterator

import pytest

from parameters import PROJECT

ROOMS = ("parameters", "inspections", "nlp", "reports")
PUMPS = (
    "a", "A", "Aa ", "a ", "1", "1 ", " ", "\n", "\t", "-", "'", "a'", "a-", "a.", ".", "1/", "1,", "1.",
    "(", "[", "[a",
    '"', "#", "{", "{{< ", "<", "<a ", "<!--", "&", "\\", "\\u", "%", ":", "data:", "a@", "a@a.", "http://a",
    "www.", "PC ",
    "07", "+44 ", "a\n", "## a ", "---\n", "! ", "a! ", "12/", "1st of ", "_", "é", "\r", ";", "SUSP (",
    "12 of ",
)  # fmt: skip
SHORT, TIMES = 2_000, 8
BOUNDED = {
    "parameters.explanations.LOGIN.0",  # given at most two thousand signs
    "parameters.models.source.SELECTS.0",  # only matched, from the beginning
    "parameters.spreadsheet_text._FORMULA.0",  # the same
    "inspections.breaches.REFERENCE_LIKE.0",  # the same, of a cell
    "inspections.comparison.effective._OF_UNITS.0",  # of the toolkit's own words
    "inspections.source_tables.NO_NAME.0",  # of at most sixty signs
    "nlp.audit.exchange.reading._NAMED.0",  # only matched, from beginning to end
    "nlp.audit.groups._HER.0",  # only matched, at a place
    # of a report's own text, which its author writes
    "reports.gate.numbers._BASE.0",
    "reports.gate.numbers._NOT_PROSE.0",
    "reports.gate.numbers._NO_MEASURE.0",
    "reports.gate.writing._COMMENT.0",
    "reports.passages._COMMENT.0",
    "inspections.pseudonyms._SENTENCE_END.0",  # of the sixty signs before a word
}


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for room in ROOMS:
        for path in sorted((PROJECT / room).rglob("*.py")):
            if "fictional" in path.parts or "re.compile" not in path.read_text(encoding="utf-8"):
                continue
            name = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
            for words, value in sorted(vars(importlib.import_module(name)).items()):
                several = value if isinstance(value, tuple | list) else [value]
                if isinstance(value, dict):
                    several = list(value.values())
                for number, one in enumerate(several):
                    found = one[0] if isinstance(one, tuple) and one else one
                    if isinstance(found, re.Pattern) and isinstance(found.pattern, str):
                        yield f"{name}.{words}.{number}", found


def seconds(pattern: re.Pattern[str], text: str) -> float:
    started = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - started


def slow(pattern: re.Pattern[str]) -> list[str]:
    """Pumps whose time grew three times as much as the text and more, and is worth a thought."""
    found = []
    for pump in PUMPS:
        short, long = (pump * (SHORT * times // len(pump)) + "\x00" for times in (1, TIMES))
        if (took := seconds(pattern, long)) > 0.02:
            took = min(took, seconds(pattern, long))
            before = min(seconds(pattern, short) for _ in range(3))
            if took > 3 * TIMES * max(before, 0.0005):
                found.append(f"{pump!r}: {before:.4f} s, then {took:.4f} s")
    return found


def test_a_catastrophic_pattern_is_seen() -> None:
    assert slow(re.compile("a*b"))


@pytest.mark.slow
def test_no_pattern_takes_more_than_its_share_of_time() -> None:
    assert {name: told for name, one in patterns() if name not in BOUNDED and (told := slow(one))} == {}
