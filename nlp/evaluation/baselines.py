"""Simple coders to hold the rules and the reader against: they measure, and are no part of what is reported.

The floor searches for plain words. The learned baseline is what spaCy offers for text without more ado: the
words of the unit and a linear classifier, no context and no roles (word pairs, or spaCy's own learning rate,
make it worse). Both give coding tables in which every code counts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import spacy
from spacy.training import Example
from spacy.util import fix_random_seed, minibatch

from nlp.reader.corpus import Corpus
from nlp.reader.matrices import Floats
from nlp.reader.targets import best_threshold
from nlp.scan import whole
from nlp.units import cut_units
from parameters.plain_yaml import load_yaml

__all__ = ["code_by_bag_of_words", "code_by_keywords", "read_keywords"]

KEYWORDS = Path(__file__).parent / "keywords.yml"
_COLUMNS = ["case_id", "entry_no", "unit_no", "start", "end", "code", "counts", "trigger"]
_SEED = 20261122
_EPOCHS = 10
_LEARN_RATE = 0.01
_BATCH = 64
_TUNING = 5
_Codes = list[tuple[str, str]]
_TEXTCAT = {
    "model": {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": False,
        "ngram_size": 1,
        "no_output_layer": False,
        "length": 2**15,
    }
}


def read_keywords(path: Path = KEYWORDS) -> dict[str, list[str]]:
    """The plain words of each code."""
    found = load_yaml(path.read_text(encoding="utf-8"))
    return {str(code): [str(word) for word in words] for code, words in found.items()}


def code_by_keywords(
    notes: pd.DataFrame, keywords: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """Code every unit that holds a code's plain words, whoever they are about and however they are put.

    Parameters
    ----------
    notes
        Columns `case_id`, `entry_no`, `text`.
    keywords
        Words of each code; by default those of `keywords.yml`.
    """
    patterns = {code: _pattern(words) for code, words in (keywords or read_keywords()).items()}

    def read(texts: Sequence[str]) -> list[_Codes]:
        return [
            [(code, found.group()) for code, pattern in patterns.items() if (found := pattern.search(text))]
            for text in texts
        ]

    return _code(notes, read)


def code_by_bag_of_words(corpus: Corpus, *, folds: Sequence[Sequence[str]]) -> pd.DataFrame:
    """Code the notes of some writers by a spaCy text classifier trained on all other writers.

    The score from which a code is given is the one that does best on a fifth of the other writers, whom the
    classifier is not trained on.

    Parameters
    ----------
    corpus
        Corpora that train and that measure.
    folds
        Writers to hold out together, a training each.
    """
    measured = corpus.measured
    tables = []
    for held_out in folds:
        others = [writer for writer in corpus.writers if writer not in held_out]
        tuning = others[::_TUNING]
        train = corpus.of_writers(set(others) - set(tuning))
        read = _train_bag_of_words(train, tuning=corpus.of_writers(tuning))
        tables.append(_code(measured.of_writers(held_out).notes, read))
    return pd.concat(tables, ignore_index=True)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    alternatives = (
        re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words
    )
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


def _code(notes: pd.DataFrame, read: Callable[[Sequence[str]], list[_Codes]]) -> pd.DataFrame:
    """A coding table of the codes, and the words for each, that `read` gives to the texts of units."""
    places, texts = [], []
    for note in notes.to_dict("records"):
        text = whole(note["text"])
        for unit_no, unit in enumerate(cut_units(text).units, start=1):
            places.append((note["case_id"], note["entry_no"], unit_no, unit.start, unit.end))
            texts.append(text[unit.start : unit.end])
    rows = [
        (*place, code, True, trigger)
        for place, codes in zip(places, read(texts), strict=True)
        for code, trigger in codes
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _train_bag_of_words(corpus: Corpus, *, tuning: Corpus) -> Callable[[Sequence[str]], list[_Codes]]:
    fix_random_seed(_SEED)
    nlp = spacy.blank("en")
    classifier: Any = nlp.add_pipe("textcat_multilabel", config=_TEXTCAT)
    codes = sorted({one.code for unit in corpus.units for one in unit.codes if one.counts})
    for code in codes:
        classifier.add_label(code)
    answers = _answers(corpus, codes)
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": dict(zip(codes, cats.tolist(), strict=True))})
        for text, cats in zip(_texts(corpus), answers, strict=True)
    ]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = _LEARN_RATE
    order = random.Random(_SEED)  # noqa: S311 -- shuffles training examples, keeps no secret
    for _ in range(_EPOCHS):
        order.shuffle(examples)
        for batch in minibatch(examples, _BATCH):
            nlp.update(batch, sgd=optimizer)

    def score(texts: Sequence[str]) -> Floats:
        scores = [[doc.cats[code] for code in codes] for doc in nlp.pipe(texts)]
        return np.array(scores, np.float32).reshape(len(texts), len(codes))

    threshold = best_threshold(score(_texts(tuning)).ravel(), (_answers(tuning, codes) > 0).ravel())
    return lambda texts: [
        [(code, "") for code, reached in zip(codes, row, strict=True) if reached]
        for row in score(texts) >= threshold
    ]


def _texts(corpus: Corpus) -> list[str]:
    texts = {(note["case_id"], note["entry_no"]): note["text"] for note in corpus.notes.to_dict("records")}
    return [texts[unit.case_id, unit.entry_no][unit.start : unit.end] for unit in corpus.units]


def _answers(corpus: Corpus, codes: Sequence[str]) -> Floats:
    """Whether each code counts on each gold unit, 0 or 1, shape (units, codes)."""
    counted = [{one.code for one in unit.codes if one.counts} for unit in corpus.units]
    return np.array([[code in here for code in codes] for here in counted], np.float32)
