"""The simple coders that the rules and the reader are held against."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from nlp import Codebook
from nlp.evaluation.baselines import code_by_bag_of_words, code_by_keywords, read_keywords
from nlp.reader import Corpus, read_corpora

_SAYINGS = {
    "Phone of the suspect sent for download.": ["sus-digital"],
    "Victim has lied about the bus.": ["vic-disbelief"],
    "File reviewed and noted.": [],
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Six writers who all say the same three things, each with words of their own around them."""
    place = tmp_path_factory.mktemp("corpora") / "made"
    place.mkdir()
    entries, gold = [], []
    for writer in ("ash", "birch", "cedar", "elm", "fir", "oak"):
        for case in range(8):
            case_id, at = f"{writer}-{case}", 0
            texts = [f"{writer.title()}: {saying}" for saying in _SAYINGS]
            for number, (text, codes) in enumerate(zip(texts, _SAYINGS.values(), strict=True), start=1):
                unit = {"unit_id": f"{case_id}/1/{number}", "start": at, "end": at + len(text)}
                gold.append({**unit, "codes": [{"code": code} for code in codes]})
                at += len(text) + 1
            entries.append({"case_id": case_id, "entry_no": 1, "text": "\n".join(texts), "writer": writer})
    for name, lines in (("entries", entries), ("gold", gold)):
        (place / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return read_corpora(place.parent)


def _codes(table: pd.DataFrame) -> list[tuple[int, str]]:
    return list(table[["unit_no", "code"]].itertuples(index=False, name=None))


def test_keywords_are_whole_words_in_any_case_and_may_leave_their_ending_open() -> None:
    notes = pd.DataFrame(
        {"case_id": ["A"], "entry_no": [1], "text": ["ARRESTED today.\nRearrested.\nBail set."]}
    )
    words = {"sus-arrest-interview": ["arrest*"], "sus-risk-disruption": ["bail"]}
    found = code_by_keywords(notes, words)
    assert _codes(found) == [(1, "sus-arrest-interview"), (3, "sus-risk-disruption")]
    assert found["counts"].all()


def test_every_code_that_can_count_has_keywords(codebook: Codebook) -> None:
    can_count = {code.id for code in codebook.codes if not code.id.startswith("oth-")}
    assert set(read_keywords()) == can_count


def test_the_bag_of_words_learns_from_other_writers_what_is_said(corpus: Corpus) -> None:
    found = code_by_bag_of_words(corpus, folds=[["oak"]])
    assert set(found["case_id"]) == {f"oak-{case}" for case in range(8)}
    assert _codes(found[found["case_id"] == "oak-0"]) == [(1, "sus-digital"), (2, "vic-disbelief")]


def test_the_bag_of_words_is_the_same_every_time(corpus: Corpus) -> None:
    once, again = (code_by_bag_of_words(corpus, folds=[["oak"], ["elm"]]) for _ in range(2))
    pd.testing.assert_frame_equal(once, again)
