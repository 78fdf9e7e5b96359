"""Codings by readers that never saw the writer; how to join them to the rules, chosen on other writers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nlp.combine import COMBINATIONS, Combination, combine
from nlp.evaluation.scores import ORIENTATIONS, evaluate
from nlp.reader.corpus import CORPORA, Corpus, read_corpora
from nlp.reader.reader import WEIGHTS, fingerprint_of, readers_without, train_reader
from parameters.disk import whole_file

__all__ = ["Choice", "choose_combination", "load_held_out", "read_held_out"]

HELD_OUT = WEIGHTS.with_name("held_out.parquet")
PROBABILITIES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
"""From which probability the reader may speak when it is joined to the rules."""
_ALONE = ("rules", "reader")
_TALLY = ["gold", "predicted", "right"]
_HEADINGS = dict(zip(ORIENTATIONS.values(), ("vc_f1", "sf_f1"), strict=True))


def read_held_out(
    corpus: Corpus, *, writers: Sequence[str] | None = None, anew: bool = False
) -> pd.DataFrame:
    """Code the notes that measure by readers that never learnt from their writers.

    Corpora that only train (`Corpus.measured`) are in every training and are not read.

    Parameters
    ----------
    writers
        Whom to hold out and read, one at a time; by default every writer of the corpora that measure.
    anew
        Train once for each writer, instead of taking each writer out of one training (`readers_without`):
        the time of one training for each, for figures that differ in the third decimal.
    """
    measured = corpus.measured
    held_out = measured.writers if writers is None else writers
    readers = (
        (train_reader(corpus.of_writers(set(corpus.writers) - {writer})) for writer in held_out)
        if anew
        else readers_without(corpus, held_out)
    )
    return pd.concat(
        [
            reader.read(measured.of_writers([writer]).notes)
            for writer, reader in zip(held_out, readers, strict=True)
        ],
        ignore_index=True,
    )


def load_held_out(corpora: Path = CORPORA, store: Path = HELD_OUT) -> pd.DataFrame:
    """What `read_held_out` gives for the corpora as they are now; made, and kept, if missing or stale.

    Like the reader's weights the kept table holds words of the corpora and is as confidential as they are.
    """
    fingerprint = fingerprint_of(corpora)
    kept = _read_kept(store)
    if kept is not None and kept.attrs.get("fingerprint") == fingerprint:
        return kept
    table = read_held_out(read_corpora(corpora))
    table.attrs["fingerprint"] = fingerprint
    with whole_file(store) as beside:
        table.to_parquet(beside, index=False)
    return table


def _read_kept(store: Path) -> pd.DataFrame | None:
    try:
        return pd.read_parquet(store)
    except (OSError, ValueError):
        return None


@dataclass(frozen=True)
class Choice:
    """Which way of joining rules and reader does best, and how well choosing so does.

    Attributes
    ----------
    ways
        A row a way: `how`, `least` (probability), `precision`, `recall`, `f1` over (unit, code) pairs that
        count, `vc_f1`, `sf_f1` over units of an orientation, on all writers; best `f1` first.
    by_writer
        A row a writer: the way that does best on all the *other* writers, and its `f1` on this one.
    table
        Every writer's notes, joined in the way chosen without them: its evaluation is free of the choice.
    """

    ways: pd.DataFrame
    by_writer: pd.DataFrame
    table: pd.DataFrame

    @property
    def best(self) -> tuple[Combination, float]:
        """The way that does best on all writers, and its probability."""
        return _best(self.ways)


def choose_combination(corpus: Corpus, rules: pd.DataFrame, reader: pd.DataFrame) -> Choice:
    """Choose how to join the rules' table and a held-out reader's, by what it gets wrong on other writers.

    Parameters
    ----------
    corpus
        The corpora that measure.
    rules, reader
        Their coding tables of the corpus's notes; the reader's as `read_held_out` gives it.
    """
    writer_of = dict(zip(corpus.notes["case_id"], corpus.notes["writer"], strict=True))
    tables = {(how, least): combine(rules, reader, how=how, least=least) for how, least in _ways()}
    counts = pd.concat(
        [
            _counts(corpus, table, writer_of).assign(how=how, least=least)
            for (how, least), table in tables.items()
        ]
    )
    chosen, parts = [], []
    for writer in corpus.writers:
        how, least = _best(_scored(counts[counts["writer"] != writer]))
        mine = _scored(counts[counts["writer"] == writer]).set_index(["how", "least"])
        chosen.append({"writer": writer, "how": how, "least": least, "f1": mine["f1"].loc[how, least]})
        table = tables[how, least]
        parts.append(table[table["case_id"].map(writer_of) == writer])
    return Choice(_scored(counts), pd.DataFrame(chosen), pd.concat(parts, ignore_index=True))


def _best(ways: pd.DataFrame) -> tuple[Combination, float]:
    how, least = ways[["how", "least"]].iloc[0]
    return next(known for known in COMBINATIONS if known == how), float(least)


def _ways() -> Iterator[tuple[Combination, float]]:
    for how in COMBINATIONS:
        for least in (0.0,) if how in _ALONE else PROBABILITIES:
            yield how, least


def _counts(corpus: Corpus, table: pd.DataFrame, writer_of: Mapping[str, str]) -> pd.DataFrame:
    """By writer how many (unit, code) pairs, and units of an orientation, count in gold, table and both.

    A row a writer and what is counted: `writer, of, gold, predicted, right`.
    """
    parts = []
    for writer in corpus.writers:
        mine = table[table["case_id"].map(writer_of) == writer]
        codes = evaluate(corpus.of_writers([writer]).units, mine, draws=0).codes
        counted = codes[codes["view"] == "counted"]
        of = counted["code"].map(_HEADINGS)
        of = of.mask(counted["code"].str.startswith(tuple(ORIENTATIONS)), "f1")
        parts.append(counted.groupby(of.rename("of"))[_TALLY].sum().reset_index().assign(writer=writer))
    return pd.concat(parts, ignore_index=True)


def _scored(counts: pd.DataFrame) -> pd.DataFrame:
    """A row a way, best first; of two as good the one listed first."""
    total = counts.groupby(["how", "least", "of"], sort=False)[_TALLY].sum()
    f1 = (2 * total["right"] / (total["gold"] + total["predicted"])).unstack("of")
    pairs = total.xs("f1", level="of")
    scored = f1.assign(
        precision=pairs["right"] / pairs["predicted"], recall=pairs["right"] / pairs["gold"]
    ).reindex(columns=["precision", "recall", "f1", *_HEADINGS.values()])
    order = pd.MultiIndex.from_tuples([way for way in _ways() if way in scored.index], names=["how", "least"])
    return scored.loc[order].sort_values("f1", ascending=False, kind="stable").reset_index()
