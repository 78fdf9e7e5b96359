"""The transparency card and the tables it is made of."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from nlp import Coder
from nlp.evaluation import card as cards
from nlp.evaluation import evaluate
from nlp.evaluation.card import Measured, measure, write_card
from nlp.evaluation.tables import code_table, figure, side_by_side, writer_table
from nlp.reader import read_corpora
from nlp.reader.reader import fingerprint_of

_TEXTS = {
    "I do not find IP to be a credible witness.": "vic-disbelief",
    "PNC checked on SUSP.": "sus-history-intel",
    "Weather was bad.": "sus-movements",  # nothing in it to find
}


def _write(folder: Path, name: str, about: str = "") -> None:
    place = folder / name
    place.mkdir(parents=True)
    entries, gold = [], []
    for case in range(4):
        at = 0
        for number, (text, code) in enumerate(_TEXTS.items(), start=1):
            unit = {"unit_id": f"{name}-{case}/1/{number}", "start": at, "end": at + len(text)}
            gold.append({**unit, "codes": [{"code": code}]})
            at += len(text) + 1
        entries.append(
            {"case_id": f"{name}-{case}", "entry_no": 1, "text": "\n".join(_TEXTS), "writer": name}
        )
    for file, lines in (("entries.jsonl", entries), ("gold.jsonl", gold)):
        (place / file).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    if about:
        (place / "corpus.yml").write_text(about, encoding="utf-8")


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    _write(tmp_path, "city", "coded_by: two researchers\n")
    _write(tmp_path, "training-more", "coded_by: language models\n")
    return tmp_path


@pytest.fixture
def measured(corpora: Path, coder: Coder) -> Measured:
    return measure(coder, how="rules", corpora=corpora)


def test_only_corpora_that_measure_are_measured_on(measured: Measured) -> None:
    assert measured.corpora["corpus"].tolist() == ["city"]
    assert (measured.standing.units, measured.standing.cases) == (12, 4)
    assert list(measured.coders) == ["rules", "floor: plain keywords"]


def test_with_the_reader_the_joined_coding_stands_and_every_corpus_is_named(
    corpora: Path, coder: Coder, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = read_corpora(corpora).measured
    monkeypatch.setattr(
        cards,
        "load_held_out",
        lambda folder: coder.code_notes(corpus.notes).table.assign(cues="probability 0.90", source="model"),
    )
    found = measure(coder, how="either", least=0.3, corpora=corpora)
    assert list(found.coders) == ["rules and reader", "reader", "rules", "floor: plain keywords"]
    card = write_card(found)
    assert fingerprint_of(corpora)[:12] in card
    assert "either; the reader is heard from probability 0.3" in card
    assert "| training-more | trains |" in card


def test_the_card_says_who_coded_the_gold(measured: Measured, corpora: Path, coder: Coder) -> None:
    assert "Measured against units coded by: two researchers." in write_card(measured)
    assert "Model-coded" not in write_card(measured)
    (corpora / "city" / "corpus.yml").write_text(
        "coded_by: language models\nfictional: true", encoding="utf-8"
    )
    card = write_card(measure(coder, how="rules", corpora=corpora))
    assert "**Model-coded. Measured against units coded by: language models." in card
    assert "The notes measured on are fictional" in card


def test_the_card_carries_versions_figures_and_limits(measured: Measured) -> None:
    card = write_card(measured)
    assert f"version {measured.codebook.version}, `{measured.codebook.hash[:12]}`" in card
    assert "| vic-disbelief | 1.00 | 1.00 | 1.00 (1.00 to 1.00) | 4 | 4 |" in card
    assert "Suspect-focus.** Of 100 units that should count 50 are missed" in card
    assert "to score a code by itself: " in card
    assert "$" not in card


def test_a_coding_that_finds_nothing_has_a_card(measured: Measured, corpora: Path, coder: Coder) -> None:
    corpus = read_corpora(corpora).measured
    nothing = evaluate(corpus.units, coder.code_notes(corpus.notes).table.head(0), draws=0)
    card = write_card(replace(measured, coders={"rules": nothing}))
    assert "Suspect-focus.** Of 100 units that should count 100 are missed. Totals" in card


def test_the_same_measurement_writes_the_same_card(measured: Measured, corpora: Path, coder: Coder) -> None:
    assert write_card(measured) == write_card(measure(coder, how="rules", corpora=corpora))


def test_codes_stand_below_their_orientation_with_gold_and_found(measured: Measured) -> None:
    table = code_table(measured.standing, measured.codebook)
    assert table["code"].tolist() == [
        "VICTIM-CREDIBILITY",
        "vic-disbelief",
        "SUSPECT-FOCUS",
        "sus-history-intel",
        "sus-movements",
    ]
    assert table.set_index("code").loc["SUSPECT-FOCUS", ["gold", "found"]].tolist() == [8, 4]


def test_coders_are_set_side_by_side(measured: Measured, corpora: Path, coder: Coder) -> None:
    corpus = read_corpora(corpora).measured
    nothing = coder.code_notes(corpus.notes).table.head(0)
    evaluations = {"rules": measured.standing, "nothing": evaluate(corpus.units, nothing, draws=0)}
    table = side_by_side(evaluations)
    assert table.loc["rules", "victim credibility"] == "1.00 (1.00 to 1.00)"
    assert table.loc["nothing", "victim credibility"] == "0.00"


def test_a_figure_without_anything_to_measure_is_not_a_number() -> None:
    assert figure(math.nan) == "n/a"
    assert (figure(0.556), figure(0.5, 0.4, 0.6)) == ("0.56", "0.50 (0.40 to 0.60)")


def test_coders_are_compared_writer_by_writer_worst_first(corpora: Path, coder: Coder) -> None:
    _write(corpora, "county")
    corpus = read_corpora(corpora).measured
    rules = coder.code_notes(corpus.notes).table
    found = writer_table(corpus, {"rules": rules[rules["case_id"] != "county-0"]}, measure="vc_f1")
    assert found["rules"].round(3).to_dict() == {"county": 0.857, "city": 1.0}
    assert found.index.tolist() == ["county", "city"]
