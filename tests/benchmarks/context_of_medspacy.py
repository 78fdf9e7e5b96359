"""What the context of medspaCy (ConText with its own English rules) would make of the same words.

Twice: for plain keywords, a second floor; and for the very words that our own rules found, so that only the
context differs. A coding counts unless ConText calls its words negated, hypothetical, historical or a
relative's. ConText has no speakers and no plans. medspaCy is no dependency of this project: run this in
an environment that has it beside what pyproject.toml asks for.

    python tests/benchmarks/context_of_medspacy.py
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd
import spacy
from medspacy.context import ConText
from spacy.tokens import Doc

from nlp import Coder, load_codebook
from nlp.evaluation import evaluate
from nlp.evaluation.baselines import code_by_keywords
from nlp.reader import Corpus, read_corpora

CODEBOOK = Path(__file__).parents[2] / "nlp" / "codebook"
HELD_BACK = ("is_negated", "is_hypothetical", "is_historical", "is_family")
MEASURES = ["vc_f1", "sf_f1", "micro_f1", "macro_f1"]


def main() -> None:
    """Print the headline figures of each coder on the corpora that measure."""
    corpus = read_corpora().measured
    rules = Coder(load_codebook(CODEBOOK)).code_notes(corpus.notes).table
    keywords = code_by_keywords(corpus.notes)
    context = _Context(corpus)
    tables = {
        "keywords, every one counts": keywords,
        "keywords, context by medspaCy": context.decide(keywords),
        "words of our rules, every one counts": rules.assign(counts=~rules["code"].str.startswith("oth-")),
        "words of our rules, context by medspaCy": context.decide(rules),
        "words of our rules, our context": rules,
    }
    found = {name: _headlines(corpus, table) for name, table in tables.items()}
    try:
        print(f"medspaCy {version('medspacy')}, {len(context.rules)} rules of its own")
    except PackageNotFoundError:
        print(f"medspaCy, {len(context.rules)} rules of its own")
    print(pd.DataFrame(found).T.round(3).to_string())


class _Context:
    """ConText over the units of a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self._nlp = spacy.blank("en")
        self._context = ConText(self._nlp)
        self._texts = corpus.notes.set_index(["case_id", "entry_no"])["text"].to_dict()
        if not Doc.has_extension("words"):
            Doc.set_extension("words", default=[])

    @property
    def rules(self) -> Sequence[Any]:
        return self._context.rules

    def decide(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table with `counts` as ConText has it."""
        counts = [
            not row["code"].startswith("oth-") and self._stands(row) for row in table.to_dict("records")
        ]
        return table.assign(counts=counts)

    def _stands(self, row: dict[Any, Any]) -> bool:
        text = self._texts[row["case_id"], row["entry_no"]][row["start"] : row["end"]]
        doc = self._nlp(" ".join(text.split()))
        for token in doc:
            token.is_sent_start = token.i == 0
        words = " ".join(row["trigger"].split())
        start = doc.text.index(words)
        target = doc.char_span(start, start + len(words), alignment_mode="expand")
        doc._.words = [target]
        self._context(doc, "words")
        return not any(getattr(target._, name) for name in HELD_BACK)


def _headlines(corpus: Corpus, table: pd.DataFrame) -> dict[str, float]:
    found = evaluate(corpus.units, table, draws=0)
    return {name: found.value(name) for name in MEASURES}


if __name__ == "__main__":
    main()
