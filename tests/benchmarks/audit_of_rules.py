"""How long the audit takes over as many coded units as a large inspection has.

On fictional notes, those of the development corpus over and over. The rules stand in for the trained reader's
own table, so that two readings are joined as in a report without the minutes the reader takes.

    python tests/benchmarks/audit_of_rules.py [--units 50000]

Prints seconds by the clock and of processor time, children included, as the clock of a busy machine tells
little. The bar is a minute by the clock on two quiet cores, of which the diff alone uses both.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from coder_speed import fictional_notes

from inspections.pseudonyms import Vocabulary, identifying_spans
from nlp import Coder, load_codebook
from nlp.audit.codebooks import code_by_both, find_moves
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
    table = coder.code_notes(notes).table
    print(f"{len(notes)} notes, {len(table[UNIT].drop_duplicates())} coded units, {len(table)} codings")
    reader = table.iloc[::2].assign(source="model", cues="probability 0.60")
    other = replace(codebook, version=f"{codebook.version} changed")

    def concordance() -> pd.DataFrame:
        vocabulary = Vocabulary.of(notes["text"])
        places = coded_places(table, notes)
        return key_word_in_context(places, notes, hidden=lambda text: identifying_spans(text, vocabulary))

    def diff() -> pd.DataFrame:
        tables = code_by_both(codebook, other, notes, jobs=2)
        return find_moves(*(combine(each, reader) for each in tables))

    def left_out() -> pd.DataFrame:
        return changes(leave_one_out(read_firing(notes, coder), reader, by="rule_id"))

    tasks: dict[str, Callable[[], Any]] = {
        "coding by the rules": lambda: coder.code_notes(notes),
        "concordance, every line hidden": concordance,
        "diff of two codebooks": diff,
        "every rule left out once": left_out,
    }
    print(f"{'':<34}{'clock':>8} {'processor':>10}")
    for name, task in tasks.items():
        clock, processor = time.perf_counter(), _processor_seconds()
        task()
        print(
            f"{name:<34}{time.perf_counter() - clock:6.1f} s {_processor_seconds() - processor:8.1f} s",
            flush=True,
        )


def _coded_units(coder: Coder, count: int) -> int:
    notes = pd.DataFrame(fictional_notes(count))
    return len(coder.code_notes(notes).table[UNIT].drop_duplicates())


def _processor_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


if __name__ == "__main__":
    main()
