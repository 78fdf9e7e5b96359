"""Unseen writers: what is kept, and how the way of joining rules and reader is chosen."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from nlp.evaluation import choose_combination, evaluate, held_out, load_held_out
from nlp.reader import Corpus, read_corpora

WRITERS = ("ash", "birch", "cedar")


def _corpora(folder: Path) -> Path:
    """Three writers with a case each: units 1 and 2 are suspect-focused, unit 3 is not."""
    place = folder / "made"
    place.mkdir(parents=True)
    texts = ["Phone seized.", "Suspect arrested.", "File noted."]
    codes = [[{"code": "sus-digital"}], [{"code": "sus-arrest-interview"}], [{"code": "oth-admin"}]]
    entries, gold = [], []
    for writer in WRITERS:
        entries.append({"case_id": writer, "entry_no": 1, "text": "\n".join(texts), "writer": writer})
        at = 0
        for number, (text, given) in enumerate(zip(texts, codes, strict=True), start=1):
            unit = {"unit_id": f"{writer}/1/{number}", "start": at, "end": at + len(text), "codes": given}
            gold.append(unit)
            at += len(text) + 1
    for name, lines in (("entries", entries), ("gold", gold)):
        (place / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


def _table(corpus: Corpus, given: dict[tuple[str, int], tuple[str, float]], source: str) -> pd.DataFrame:
    """Rows for (writer, unit): the code and how likely the reader thinks it."""
    units = {unit.unit_id: unit for unit in corpus.units}
    return pd.DataFrame(
        [
            {
                "case_id": writer,
                "entry_no": 1,
                "unit_no": number,
                "start": units[f"{writer}/1/{number}"].start,
                "end": units[f"{writer}/1/{number}"].end,
                "code": code,
                "orientation": "suspect-focus",
                "counts": True,
                "cues": f"probability {chance:.2f}",
                "source": source,
            }
            for (writer, number), (code, chance) in given.items()
        ]
    )


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return read_corpora(_corpora(tmp_path))


def test_the_way_chosen_for_a_writer_is_the_best_on_all_the_others(corpus: Corpus) -> None:
    # The rules find every phone. The reader finds arrests, and is wrong on the admin of ash only.
    rules = _table(corpus, {(writer, 1): ("sus-digital", 1) for writer in WRITERS}, "rules")
    found = {(writer, 2): ("sus-arrest-interview", 0.45) for writer in WRITERS}
    reader = _table(corpus, {**found, ("ash", 3): ("sus-movements", 0.25)}, "model")
    choice = choose_combination(corpus, rules, reader)
    assert choice.best == ("either", 0.3)
    chosen = {row.writer: (row.how, row.least) for row in choice.by_writer.itertuples()}
    assert chosen == {"ash": ("either", 0.0), "birch": ("either", 0.3), "cedar": ("either", 0.3)}
    assert choice.by_writer.set_index("writer")["f1"].to_dict() == {"ash": 0.8, "birch": 1, "cedar": 1}


def test_what_is_joined_as_chosen_for_each_writer_is_scored_without_the_choice(corpus: Corpus) -> None:
    rules = _table(corpus, {(writer, 1): ("sus-digital", 1) for writer in WRITERS}, "rules")
    found = {(writer, 2): ("sus-arrest-interview", 0.45) for writer in WRITERS}
    reader = _table(corpus, {**found, ("ash", 3): ("sus-movements", 0.25)}, "model")
    choice = choose_combination(corpus, rules, reader)
    free = evaluate(corpus.units, choice.table, draws=0).value("micro_f1")
    assert choice.ways["f1"].iloc[0] == 1
    assert free == pytest.approx(2 * 6 / (6 + 7))


def test_held_out_readings_are_kept_until_a_corpus_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpora, store, made = _corpora(tmp_path / "corpora"), tmp_path / "held_out.parquet", []

    def read(corpus: Corpus) -> pd.DataFrame:
        made.append(corpus)
        return corpus.notes[["case_id"]]

    monkeypatch.setattr(held_out, "read_held_out", read)
    first, again = load_held_out(corpora, store), load_held_out(corpora, store)
    assert len(made) == 1
    pd.testing.assert_frame_equal(first, again)
    with (corpora / "made" / "gold.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n")
    load_held_out(corpora, store)
    assert len(made) == 2
    store.write_bytes(b"not a table")
    load_held_out(corpora, store)
    assert len(made) == 3
