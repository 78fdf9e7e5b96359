"""The trained reader: what it learns from a made corpus, how it shows its evidence, the shipped corpus."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from nlp import Coder
from nlp.coder import CodedUnit
from nlp.context import does_count
from nlp.evaluation import evaluate
from nlp.reader import (
    Corpus,
    CorpusError,
    Reader,
    load_reader,
    read_corpora,
    readers_without,
    train_reader,
)
from nlp.reader.corpus import GoldUnit
from nlp.reader.matrices import Halves
from nlp.reader.plain import plain
from nlp.reader.ridge import UNITS_AT_ONCE, learn_likeness, solve
from nlp.reader.targets import fit_scale, targets_of
from nlp.reader.views import views_of_corpus, views_of_note
from nlp.units import Unit, cut_units

_SAYINGS = {
    "IP has lied about this before.": [{"code": "vic-disbelief"}],
    "I find the victim hard to believe.": [{"code": "vic-disbelief"}],
    "I do believe the victim.": [{"code": "vic-disbelief", "polarity": "rebutted"}],
    "SUSP phone seized and sent for download.": [{"code": "sus-digital"}],
    "Download of the suspect's phone to be chased.": [{"code": "sus-digital", "status": "planned"}],
    "Victim updated by phone and well supported.": [{"code": "oth-victim-care"}],
    "File reviewed, log updated.": [{"code": "oth-admin"}],
}
_OPENINGS = ("", "Today: ", "Further to that, ", "OIC notes ", "Briefly, ", "Again ")


def _write_corpus(folder: Path, name: str = "made") -> Path:
    """Three writers with four cases each; every note holds all the sayings, put a little differently."""
    entries, gold = [], []
    for writer in ("north", "south", "west"):
        for case in range(4):
            case_id = f"{writer}-{case}"
            opening = _OPENINGS[(case + len(writer)) % len(_OPENINGS)]
            texts = [f"{opening}{saying}" for saying in _SAYINGS]
            at = 0
            for number, (text, codes) in enumerate(zip(texts, _SAYINGS.values(), strict=True), start=1):
                unit = {
                    "unit_id": f"{case_id}/1/{number}",
                    "start": at,
                    "end": at + len(text),
                    "codes": codes,
                }
                gold.append(unit)
                at += len(text) + 1
            entry = {"case_id": case_id, "entry_no": 1, "author_role": "OIC", "entry_type": "UPDATE"}
            entries.append({**entry, "text": "\n".join(texts), "writer": writer})
    place = folder / name
    place.mkdir(parents=True)
    for file, lines in (("entries.jsonl", entries), ("gold.jsonl", gold)):
        (place / file).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write_corpus(tmp_path_factory.mktemp("corpora"))


@pytest.fixture(scope="module")
def corpus(corpora: Path) -> Corpus:
    return read_corpora(corpora)


@pytest.fixture(scope="module")
def reader(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return load_reader(corpora, tmp_path_factory.mktemp("weights") / "weights.npz")


def _notes(*texts: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"case_id": "N", "entry_no": range(1, len(texts) + 1), "text": texts, "author_role": "OIC"}
    )


def test_it_codes_new_wording_as_the_like_wording_was_coded(reader: Reader) -> None:
    table = reader.read(_notes("The victim has lied before.\nPhone of suspect seized."))
    assert table.query("counts")["code"].tolist() == ["vic-disbelief", "sus-digital"]
    assert table["orientation"].tolist()[:2] == ["victim-credibility", "suspect-focus"]


def test_it_sets_the_context_it_learnt(reader: Reader) -> None:
    table = reader.read(_notes("I do believe the victim.\nDownload of the suspect's phone to be chased."))
    rebutted, planned = table.to_dict("records")
    assert (rebutted["polarity"], rebutted["counts"]) == ("rebutted", False)
    assert (planned["status"], planned["counts"]) == ("planned", True)


def test_its_table_has_the_columns_of_the_rules_table(reader: Reader, coder: Coder) -> None:
    notes = _notes("Victim lied.\n😀 SUSP’s phone seized. File reviewed.", "")
    ours, theirs = reader.read(notes, codebook_version="9"), coder.code_notes(notes).table
    assert list(ours.columns) == list(theirs.columns) == list(CodedUnit._fields)
    assert set(ours["source"]) == {"model"}
    assert set(ours["rule_id"]) == {reader.id}
    assert set(ours["confidence"]) <= {"high", "low"}
    assert set(ours["codebook_version"]) == {"9"}
    assert reader.read(_notes()).columns.tolist() == list(CodedUnit._fields)


def test_every_unit_is_coded_at_its_exact_place(reader: Reader) -> None:
    text = "IP lied 😀 about it.\n- SUSP’s phone seized.\n[ ] Victim’s statement taken"
    table = reader.read(_notes(text))
    wanted = [(unit.start, unit.end) for unit in cut_units(text).units]
    assert sorted(set(zip(table["start"], table["end"], strict=True))) == wanted
    assert table.iloc[-1]["flags"] == "boilerplate"


def test_counts_always_follow_from_the_context_columns(reader: Reader, corpus: Corpus) -> None:
    for row in reader.read(corpus.notes).to_dict("records"):
        assert row["counts"] == does_count(row["code"], {**row, "boilerplate": row["flags"] == "boilerplate"})


def test_the_words_that_moved_a_decision_are_shown(reader: Reader) -> None:
    row = reader.read(_notes("Frankly the victim has lied.")).iloc[0]
    assert row["code"] == "vic-disbelief"
    assert row["cues"].startswith("probability 0.")
    assert "lied" in row["cues"]
    assert "xvictim" not in row["cues"]


def test_the_shares_of_words_and_context_add_up_to_the_score(reader: Reader) -> None:
    text = "The victim has lied. Phone seized from the suspect."
    units = cut_units(text).units
    blocks = reader.likeness.blocks(list(views_of_note({"author_role": "OIC"}, text, units)))
    weighed = reader.solution.weigh(blocks)
    unit, target = np.indices(weighed.scores.shape).reshape(2, -1).tolist()
    shares = weighed.shares(unit, target)
    parts = shares.wording.sum(axis=1) + shares.context + shares.constant
    np.testing.assert_allclose(parts, weighed.scores[unit, target], atol=1e-4)


def test_products_in_two_halves_are_those_of_the_whole_matrices() -> None:
    chance = np.random.default_rng(7)
    likely = np.array(
        [0.9, 0.5, 0.2, 0.02, 0.01, 0.0]
    )  # the first three columns are common, the last is empty
    dense, rows = (
        (chance.random((size, len(likely))) * (chance.random((size, len(likely))) < likely)).astype(
            np.float32
        )
        for size in (400, 9)
    )
    rows[:, 3:] += 1
    rows[4] = 0
    weights = chance.random((9, 400), np.float32)
    halves = Halves.of(sparse.csr_array(dense))
    np.testing.assert_allclose(halves.times(sparse.csr_array(rows)), rows @ dense.T, rtol=1e-5)
    sums = halves.sums(sparse.csr_array(rows), weights)
    np.testing.assert_allclose(sums.toarray(), (weights @ dense) * (rows != 0), rtol=1e-5)


def test_scores_without_a_writer_are_those_of_training_without_them(corpus: Corpus) -> None:
    targets = targets_of(corpus.units)
    answers = targets.answers(corpus.units)
    blocks = learn_likeness(views_of_corpus(corpus)).blocks(views_of_corpus(corpus))
    writers = np.array([unit.case_id.split("-")[0] for unit in corpus.units])
    solved = solve(blocks, answers, writers.tolist())
    north = np.flatnonzero(writers == "north")  # the cases stand in the order of their writers
    rest = blocks.rows(north[-1] + 1, len(writers))
    anew = solve(rest, answers[north[-1] + 1 :], writers[north[-1] + 1 :].tolist())
    expected = anew.solution.scores(blocks.rows(0, north[-1] + 1))
    np.testing.assert_allclose(solved.unseen[north], expected, atol=1e-3)
    without = solved.without("north")
    found = without.solution.scores(blocks.rows(0, north[-1] + 1))
    np.testing.assert_allclose(found, expected, atol=1e-3)
    np.testing.assert_allclose(without.unseen[north[-1] + 1 :], anew.unseen, atol=1e-3)


def test_a_reader_without_a_writer_does_not_know_how_their_units_were_coded(corpus: Corpus) -> None:
    def turned(unit: GoldUnit) -> GoldUnit:
        north = unit.case_id.startswith("north")
        return replace(unit, codes=corpus.units[-1].codes) if north else unit

    other = Corpus(corpus.notes, tuple(turned(unit) for unit in corpus.units))
    notes = corpus.of_writers(["north"]).notes
    one, same = (next(readers_without(made, ["north"])).read(notes) for made in (corpus, other))
    columns = ["entry_no", "unit_no", "code", "counts"]
    pd.testing.assert_frame_equal(one[columns], same[columns])


def test_how_often_a_code_stands_is_learnt_where_case_files_are_measured(corpus: Corpus) -> None:
    west = corpus.notes["writer"] == "west"
    named = corpus.notes.assign(corpus=west.map({True: "training-west", False: "made"}))
    targets = targets_of(corpus.units)
    answers = targets.answers(corpus.units)
    writers = [unit.case_id.split("-")[0] for unit in corpus.units]
    views = views_of_corpus(corpus)
    unseen = solve(learn_likeness(views).blocks(views), answers, writers).unseen
    usual = np.array(writers) != "west"
    for notes, rows in ((named, usual), (corpus.notes.assign(corpus="training"), slice(None))):
        made = train_reader(Corpus(notes, corpus.units)).scale
        expected = fit_scale(targets, unseen[rows], answers[rows])
        np.testing.assert_array_equal(made.thresholds, expected.thresholds)
        np.testing.assert_array_equal(made.slopes, expected.slopes)


def test_a_long_note_is_read_as_its_parts_are(reader: Reader) -> None:
    lines = [f"{opening}{saying}" for opening in _OPENINGS for saying in _SAYINGS] * 15
    whole = reader.read(_notes("\n".join(lines)))
    assert whole["unit_no"].nunique() > 2 * UNITS_AT_ONCE
    first = reader.read(_notes("\n".join(lines[:50])))
    columns = ["unit_no", "start", "end", "code", "polarity", "status", "counts"]
    pd.testing.assert_frame_equal(whole[columns].head(len(first)), first[columns])


def test_a_unit_is_read_without_anything_that_stands_later() -> None:
    text = "First line.\nSecond line.\nThird line."
    units = cut_units(text).units
    whole = list(views_of_note({}, text, units))
    assert whole[1] == list(views_of_note({}, text, units[:2]))[1]
    assert (whole[0].before, whole[2].before) == ("", whole[1].wording)


def test_the_same_corpus_gives_the_same_weights_and_a_stored_reader_reads_the_same(
    corpora: Path, corpus: Corpus, reader: Reader, tmp_path: Path
) -> None:
    again = load_reader(corpora, tmp_path / "weights.npz")
    stored = load_reader(corpora, tmp_path / "weights.npz")
    assert reader.hash == again.hash == stored.hash
    expected = reader.read(corpus.notes)
    pd.testing.assert_frame_equal(again.read(corpus.notes), expected)
    pd.testing.assert_frame_equal(stored.read(corpus.notes), expected)


def test_a_changed_corpus_or_a_broken_file_of_weights_means_training_anew(tmp_path: Path) -> None:
    corpora, weights = _write_corpus(tmp_path / "corpora"), tmp_path / "weights.npz"
    first = load_reader(corpora, weights)
    with (corpora / "made" / "gold.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n")
    second = load_reader(corpora, weights)
    assert second.hash != first.hash
    weights.write_bytes(b"not weights")
    assert load_reader(corpora, weights).hash == second.hash


def test_probabilities_are_given_for_every_unit_and_target(reader: Reader) -> None:
    found = reader.probabilities(_notes("Victim lied. Suspect's phone seized."))
    assert found["counted vic-"].iloc[0] > found["counted vic-"].iloc[1]
    assert found["counted sus-digital"].between(0, 1).all()
    assert len(found) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("He told his mother.", "She told her father."),
        ("Male seen with her.", "Female seen with him."),
        ("The victim's phone", "IP's phone"),
        ("SUSP was seen 12/03 at 0410", "The suspect was seen 2 Apr at 22:15"),
        ("wit stmt didnt help", "witness statement didn't help"),
    ],
)
def test_gender_tags_and_shorthand_leave_no_trace(one: str, other: str) -> None:
    assert plain(one).removeprefix("the ") == plain(other).removeprefix("the ")


@settings(max_examples=60)
@given(text=st.text(max_size=300))
def test_no_text_breaks_it(reader: Reader, text: str) -> None:
    table = reader.read(_notes(text))
    assert not table.duplicated(["unit_no", "code"]).any()


def test_missing_text_role_and_type_are_read_as_nothing(reader: Reader) -> None:
    notes = pd.DataFrame({"case_id": ["N", "N"], "entry_no": [1, 2], "text": [None, "IP lied."]})
    assert reader.read(notes.assign(author_role=None))["entry_no"].unique().tolist() == [2]


def test_two_corpora_may_not_share_a_case(tmp_path: Path) -> None:
    _write_corpus(tmp_path, "one")
    _write_corpus(tmp_path, "two")
    with pytest.raises(CorpusError, match="two: another corpus already has case"):
        read_corpora(tmp_path)


def test_a_folder_without_a_corpus_says_what_a_corpus_is(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"holds no corpus.*entries\.jsonl and gold\.jsonl"):
        read_corpora(tmp_path)


def test_an_entry_no_note_has_is_named(tmp_path: Path) -> None:
    place = _write_corpus(tmp_path) / "made"
    with (place / "gold.jsonl").open("a", encoding="utf-8") as file:
        file.write('\n{"unit_id": "lost/1/1", "start": 0, "end": 1, "codes": []}')
    with pytest.raises(CorpusError, match="codes entry lost/1"):
        read_corpora(tmp_path)


def test_on_the_shipped_corpus_it_hears_unseen_writers_better_than_the_published_floor() -> None:
    """Five of fifteen writers held out; floors: words and letters with logistic regression, fifteen writers.

    The corpora that only train are left out here: they make the figures better and the test long.
    """
    corpus = read_corpora().measured
    unseen = ["w3", "w6", "w8", "w14", "w18"]
    seen = set(corpus.writers) - set(unseen)
    held_out = corpus.of_writers(unseen)
    reader = train_reader(corpus.of_writers(seen))
    found = evaluate(held_out.units, reader.read(held_out.notes), draws=0)
    assert found.value("vc_f1") > 0.49
    assert found.value("sf_f1") > 0.68
    assert found.outside == 0
    expected = reader.probabilities(held_out.notes)[["counted vic-", "counted sus-"]].mean()
    counted = reader.targets.answers(held_out.units)[:, :2].mean(axis=0)
    np.testing.assert_allclose(expected, counted, atol=0.06)


def test_views_need_no_more_than_units() -> None:
    assert [view.wording for view in views_of_note({}, "abc def", [Unit(0, 3), Unit(4, 7)])] == ["abc", "def"]
