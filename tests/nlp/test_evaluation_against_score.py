"""The evaluation gives the very figures of the yardstick script that the coding frame comes with."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from nlp import Coder
from nlp.evaluation import Evaluation, evaluate, evaluate_coders
from nlp.evaluation.baselines import code_by_keywords
from nlp.reader import read_corpora, read_gold
from nlp.reader.corpus import CORPORA

YARDSTICK = Path(__file__).parents[3] / "shared" / "coding" / "score.py"
DEVELOPMENT = CORPORA / "development"
pytestmark = pytest.mark.skipif(
    not YARDSTICK.is_file(), reason="the yardstick script is not beside the project"
)


@pytest.fixture(scope="module")
def yardstick() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", YARDSTICK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _notes() -> pd.DataFrame:
    notes = read_corpora().notes
    return notes[notes["corpus"] == DEVELOPMENT.name]


def _check(ours: Evaluation, expected: dict[str, Any]) -> None:
    assert (ours.units, ours.cases) == (expected["units"], expected["cases"])
    for row in ours.headlines.to_dict("records"):
        figure = expected[row["view"]][row["measure"]]
        wanted = [figure["value"], figure.get("low", math.nan), figure.get("high", math.nan)]
        assert [row["value"], row["low"], row["high"]] == pytest.approx(wanted, nan_ok=True)
    for row in ours.codes.to_dict("records"):
        figure = expected[row["view"]]["codes"][row["code"]]
        names = ("precision", "recall", "f1", "gold", "predicted")
        assert [row[name] for name in names] == pytest.approx([figure[name] for name in names], nan_ok=True)
    for row in ours.context.to_dict("records"):
        figure = expected["context"][row["attribute"]]
        names = ("agree", "n", "agree_where_not_default", "n_not_default")
        assert [row[name] for name in names] == pytest.approx([figure[name] for name in names])
    balance = expected["cases_balance"]
    assert ours.balance.spearman == pytest.approx(balance["spearman"])
    assert ours.balance.mean_absolute_error == pytest.approx(balance["mean_absolute_error"])


def test_coding_tables_score_the_same(yardstick: ModuleType, coder: Coder) -> None:
    notes = _notes()
    units = yardstick.read_gold(str(DEVELOPMENT / "gold.jsonl"))
    floor = code_by_keywords(notes).assign(polarity="affirmed", voice="police", status="done")
    for table in (coder.code_notes(notes).table, floor):
        found, outside = yardstick.predicted(units, table.to_dict("records"))
        ours = evaluate(read_gold(DEVELOPMENT / "gold.jsonl"), table)
        _check(ours, yardstick.score(units, found))
        assert ours.outside == outside


def test_one_coder_scores_the_same_against_the_other(yardstick: ModuleType) -> None:
    first, second = (DEVELOPMENT / f"coder-{name}.jsonl" for name in "ab")
    both = set(yardstick.read_gold(str(second)))
    units = {name: unit for name, unit in yardstick.read_gold(str(first)).items() if name in both}
    found = yardstick.from_coder(str(second))
    _check(evaluate_coders(first, second), yardstick.score(units, found))
