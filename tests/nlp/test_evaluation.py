"""Evaluation against gold: each figure worked out by hand on two small cases."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nlp.evaluation import Evaluation, coding_of_gold, evaluate, held_out, read_held_out
from nlp.reader import About, Corpus, CorpusError, read_about, read_corpora, read_gold


def _gold_line(
    unit_id: str, start: int, end: int, *codes: dict[str, str], flags: tuple[str, ...] = ()
) -> str:
    return json.dumps({"unit_id": unit_id, "start": start, "end": end, "codes": codes, "flags": flags})


def _row(
    case_id: str, start: int, end: int, code: str, *, counts: bool = True, **context: str
) -> dict[str, Any]:
    values = {"polarity": "affirmed", "voice": "police", "status": "done", **context}
    return {
        "case_id": case_id,
        "entry_no": 1,
        "start": start,
        "end": end,
        "code": code,
        "counts": counts,
        **values,
    }


GOLD = [
    _gold_line("A/1/1", 0, 10, {"code": "vic-disbelief"}),
    _gold_line("A/1/2", 11, 20, {"code": "vic-disbelief", "polarity": "rebutted"}),
    _gold_line("A/1/3", 21, 40, {"code": "sus-digital", "status": "planned"}, {"code": "sus-movements"}),
    _gold_line("B/1/1", 0, 30, {"code": "sus-digital"}, flags=("boilerplate",)),
    _gold_line("B/1/2", 31, 60, {"code": "vic-records-trawl", "purpose": "limited"}),
    _gold_line("B/1/3", 61, 90, {"code": "oth-admin"}),
]
TABLE = pd.DataFrame(
    [
        _row("A", 0, 10, "vic-disbelief"),
        _row("A", 11, 20, "vic-disbelief", counts=False, polarity="not-done"),
        _row("A", 18, 40, "sus-digital", status="planned"),
        _row("A", 21, 40, "vic-intoxication"),
        _row("B", 61, 90, "sus-movements"),
        _row("B", 95, 99, "sus-movements"),
    ]
)


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(GOLD), encoding="utf-8")
    return evaluate(read_gold(path), TABLE)


def test_what_counts_follows_polarity_boilerplate_and_purpose(evaluation: Evaluation) -> None:
    counted = evaluation.codes.query("view == 'counted'").set_index("code")
    assert counted["gold"].to_dict() == {
        "SUSPECT-FOCUS": 1,
        "VICTIM-CREDIBILITY": 1,
        "sus-digital": 1,
        "sus-movements": 1,
        "vic-disbelief": 1,
        "vic-intoxication": 0,
    }


def test_an_orientation_is_right_where_any_of_its_codes_is(evaluation: Evaluation) -> None:
    assert evaluation.value("vc_f1") == pytest.approx(2 / 3)  # one right, one wrong
    assert evaluation.value("sf_f1") == pytest.approx(2 / 3)  # one right, one wrong
    assert evaluation.value("micro_f1") == pytest.approx(4 / 7)  # two right, two wrong, one missed


def test_mentions_are_scored_whatever_their_context(evaluation: Evaluation) -> None:
    mentioned = evaluation.codes.query("view == 'mentioned'").set_index("code")
    assert mentioned.loc["vic-disbelief", "f1"] == 1
    assert mentioned.loc["sus-digital", ["precision", "recall"]].tolist() == [1, 0.5]


def test_rare_codes_stay_out_of_the_macro_average(evaluation: Evaluation) -> None:
    assert math.isnan(evaluation.value("macro_f1"))


def test_context_is_compared_where_both_gave_the_code(evaluation: Evaluation) -> None:
    context = evaluation.context.set_index("attribute")
    assert context.loc["polarity", ["agree", "n", "agree_where_not_default"]].tolist() == [2 / 3, 3, 0]
    assert context.loc["status", ["agree", "n_not_default"]].tolist() == [1, 1]


def test_each_value_of_an_attribute_is_scored_where_both_gave_the_code(evaluation: Evaluation) -> None:
    values = evaluation.attributes.set_index(["attribute", "value"])
    scores = ["precision", "recall", "f1", "gold", "predicted", "right"]
    assert values.loc[("polarity", "affirmed"), scores].tolist() == [1, 1, 1, 2, 2, 2]
    assert values.loc[("polarity", "rebutted"), ["recall", "f1", "gold", "right"]].tolist() == [0, 0, 1, 0]
    assert values.loc[("polarity", "not-done"), ["precision", "predicted"]].tolist() == [0, 1]
    assert values.loc[("status", "planned"), "f1"] == 1


def test_a_row_belongs_to_the_unit_it_overlaps_most_and_strays_are_counted(evaluation: Evaluation) -> None:
    assert evaluation.outside == 1
    assert (evaluation.units, evaluation.cases) == (6, 2)


def test_intervals_come_from_drawing_whole_cases(evaluation: Evaluation) -> None:
    # Draws of two cases: A alone has F1 1 for victim credibility, B alone nothing to find, both together 2/3.
    codes = evaluation.codes.set_index(["view", "code"])
    low, high = codes.loc[("counted", "sus-digital"), ["low", "high"]]
    assert (low, high) == (1, 1)
    low, high = codes.loc[("counted", "sus-movements"), ["low", "high"]]
    assert (low, high) == (0, 0)


def test_gold_agrees_with_itself(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(GOLD), encoding="utf-8")
    gold = read_gold(path)
    itself = evaluate(gold, coding_of_gold(gold), draws=0)
    assert {itself.value(name) for name in ("vc_f1", "sf_f1", "micro_f1")} == {1.0}
    assert itself.context["agree"].tolist() == [1, 1, 1]


def test_case_balances_are_compared_where_gold_has_enough(tmp_path: Path) -> None:
    focus = {"A": (5, 0), "B": (3, 2), "C": (1, 4), "D": (1, 1)}  # suspect and victim units; D has too few
    lines, rows = [], []
    for case_id, (suspect, victim) in focus.items():
        codes = ["sus-digital"] * suspect + ["vic-disbelief"] * victim
        for number, code in enumerate(codes):
            lines.append(_gold_line(f"{case_id}/1/{number}", number * 10, number * 10 + 9, {"code": code}))
            rows.append(_row(case_id, number * 10, number * 10 + 9, code))
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    only_suspect = pd.DataFrame(rows).query("code == 'sus-digital' or case_id != 'C'")
    balance = evaluate(read_gold(path), only_suspect, draws=0).balance
    assert (balance.cases, balance.spearman) == (3, pytest.approx(0))
    assert balance.mean_absolute_error == pytest.approx(1.6 / 3)  # C is 1 instead of -0.6


def test_an_empty_table_finds_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(GOLD), encoding="utf-8")
    nothing = evaluate(read_gold(path), TABLE.head(0), draws=10)
    assert nothing.value("micro_f1") == 0
    assert nothing.codes["predicted"].sum() == 0


def test_a_broken_gold_line_is_named_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(GOLD[0] + "\n{", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"gold\.jsonl, line 2: not valid JSON"):
        read_gold(path)
    path.write_text('{"unit_id": "A/1/1", "start": 0, "codes": []}', encoding="utf-8")
    with pytest.raises(CorpusError, match="line 1: has no end"):
        read_gold(path)


def _write_corpus(folder: Path, name: str, writers: tuple[str, ...]) -> None:
    (folder / name).mkdir(parents=True)
    entries = [
        {"case_id": f"{name}-{writer}", "entry_no": 1, "text": "IP lied.", "writer": writer}
        for writer in writers
    ]
    gold = [_gold_line(f"{name}-{writer}/1/1", 0, 8, {"code": "vic-disbelief"}) for writer in writers]
    (folder / name / "entries.jsonl").write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    (folder / name / "gold.jsonl").write_text("\n".join(gold), encoding="utf-8")


def test_corpora_named_training_are_in_every_training_and_never_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_corpus(tmp_path, "training-more", ("w8", "w9"))
    _write_corpus(tmp_path, "city", ("w1", "w2"))
    trained_on = []

    class Recording:
        def read(self, notes: pd.DataFrame) -> pd.DataFrame:
            return notes[["case_id"]]

    def train(corpus: Corpus) -> Recording:
        trained_on.append(corpus.writers)
        return Recording()

    monkeypatch.setattr(held_out, "train_reader", train)
    read = read_held_out(read_corpora(tmp_path), anew=True)
    assert trained_on == [["w2", "w8", "w9"], ["w1", "w8", "w9"]]
    assert read["case_id"].tolist() == ["city-w1", "city-w2"]


def test_where_every_corpus_only_trains_measuring_is_refused(tmp_path: Path) -> None:
    _write_corpus(tmp_path, "training-more", ("w8", "w9"))
    with pytest.raises(CorpusError, match="every corpus only trains"):
        _ = read_corpora(tmp_path).measured


def test_a_corpus_says_who_coded_it_and_whether_its_words_may_be_shown(tmp_path: Path) -> None:
    _write_corpus(tmp_path, "city", ("w1",))
    _write_corpus(tmp_path, "county", ("w2",))
    about = "coded_by: two researchers\nfictional: true\n"
    (tmp_path / "city" / "corpus.yml").write_text(about, encoding="utf-8")
    assert read_about(tmp_path) == {"city": About("two researchers", fictional=True), "county": About()}


@pytest.mark.parametrize("text", ["fictional: perhaps", "fictonal: true", "- true", "a: [", "coded_by: 3"])
def test_a_corpus_that_says_anything_else_of_itself_is_refused(tmp_path: Path, text: str) -> None:
    _write_corpus(tmp_path, "city", ("w1",))
    (tmp_path / "city" / "corpus.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"corpus\.yml: "):
        read_about(tmp_path)
