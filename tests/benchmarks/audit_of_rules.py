"""How long the audit takes over as many coded units as a large inspection has.

On fictional notes, those of the development corpus over and over. The rules stand in for the trained reader's
own table, so that two readings are joined as in a report without the minutes the reader takes.

    python tests/benchmarks/audit_of_rules.py [--units 50000]

Prints seconds and, as a machine's speed is no property of the audit, each as a multiple of coding the notes
by the rules once.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from coder_speed import fictional_notes

from inspections.pseudonyms import Vocabulary, identifying_spans
from nlp import Coder, load_codebook
from nlp.audit.codebooks import code_by, find_moves
from nlp.audit.concordance import coded_places, key_word_in_context
from nlp.audit.firing import changes, leave_one_out, read_firing
from nlp.combine import combine

CODEBOOK = Path(__file__).parents[2] / "nlp" / "codebook"
UNIT = ["case_id", "entry_no", "unit_no"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=50_000, help="coded units to reach")
    wanted = parser.parse_args().units
    codebook = load_codebook(CODEBOOK)
    coder = Coder(codebook)
    per_note = _coded_units(coder, 1270) / 1270
    notes = pd.DataFrame(fictional_notes(round(wanted / per_note) + 1))
    table, once = _timed(lambda: coder.code_notes(notes).table)
    print(f"{len(notes)} notes, {len(table[UNIT].drop_duplicates())} coded units, {len(table)} codings")
    print(f"{'coding by the rules':<34}{once:8.1f} s   1.0")
    reader = table.iloc[::2].assign(source="model", cues="probability 0.60")

    def concordance() -> pd.DataFrame:
        vocabulary = Vocabulary.of(notes["text"])
        places = coded_places(table, notes)
        return key_word_in_context(places, notes, hidden=lambda text: identifying_spans(text, vocabulary))

    def diff() -> pd.DataFrame:
        tables = [combine(code_by(codebook, notes, jobs=2), reader) for _ in range(2)]
        return find_moves(*tables)

    def left_out() -> pd.DataFrame:
        return changes(leave_one_out(read_firing(notes, coder), reader, by="rule_id"))

    tasks: dict[str, Callable[[], Any]] = {
        "concordance, every line hidden": concordance,
        "diff of two codebooks": diff,
        "every rule left out once": left_out,
    }
    for name, task in tasks.items():
        _, seconds = _timed(task)
        print(f"{name:<34}{seconds:8.1f} s {seconds / once:5.1f}")


def _coded_units(coder: Coder, count: int) -> int:
    notes = pd.DataFrame(fictional_notes(count))
    return len(coder.code_notes(notes).table[UNIT].drop_duplicates())


def _timed(task: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    made = task()
    return made, time.perf_counter() - started


if __name__ == "__main__":
    main()
