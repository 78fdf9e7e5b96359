"""Two readings side by side: which rows stand, and which units people are asked to look at."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

import parameters.models
from nlp import Coder, load_codebook
from nlp.combine import COMBINATIONS, Combination, combine, differences, read_twice

CODEBOOK = Path(__file__).parents[2] / "nlp" / "codebook"


def _table(source: str, *rows: tuple[int, str, bool, str]) -> pd.DataFrame:
    orientation = {"vic": "victim-credibility", "sus": "suspect-focus", "oth": "other"}
    return pd.DataFrame(
        [
            {
                "case_id": "A",
                "entry_no": 1,
                "unit_no": unit_no,
                "start": unit_no * 10,
                "end": unit_no * 10 + 9,
                "code": code,
                "orientation": orientation[code[:3]],
                "counts": counts,
                "source": source,
                "confidence": confidence,
                "cues": f"probability {0.9 if confidence == 'high' else 0.3:.2f}; words +0.10",
            }
            for unit_no, code, counts, confidence in rows
        ]
    )


RULES = _table(
    "rules",
    (1, "vic-disbelief", True, "high"),
    (2, "sus-digital", False, "high"),
    (3, "oth-admin", False, "high"),
    (4, "sus-movements", True, "high"),
)
READER = _table(
    "model",
    (1, "vic-disbelief", True, "high"),
    (2, "sus-digital", True, "low"),
    (3, "sus-account-test", True, "high"),
    (4, "sus-digital", True, "low"),
    (5, "oth-admin", False, "high"),
)


def _rows(how: Combination) -> list[tuple[int, str, str, bool]]:
    table = combine(RULES, READER, how=how)
    return list(table[["unit_no", "code", "source", "counts"]].itertuples(index=False, name=None))


def test_either_keeps_the_rules_row_unless_only_the_readers_counts() -> None:
    assert _rows("either") == [
        (1, "vic-disbelief", "rules", True),
        (2, "sus-digital", "model", True),
        (3, "sus-account-test", "model", True),
        (4, "sus-digital", "model", True),
        (4, "sus-movements", "rules", True),
        (5, "oth-admin", "model", False),
    ]


def test_both_drops_what_counts_for_one_alone() -> None:
    assert _rows("both") == [
        (1, "vic-disbelief", "rules", True),
        (2, "sus-digital", "rules", False),
        (3, "oth-admin", "rules", False),
    ]


def test_rules_first_lets_the_reader_speak_only_where_rules_found_no_focus() -> None:
    assert _rows("rules-first") == [
        (1, "vic-disbelief", "rules", True),
        (2, "sus-digital", "rules", False),
        (3, "sus-account-test", "model", True),
        (4, "sus-movements", "rules", True),
        (5, "oth-admin", "model", False),
    ]


def test_what_the_reader_thinks_unlikely_is_left_out() -> None:
    table = combine(RULES, READER, how="either", least=0.5)
    rows = list(table[["unit_no", "code", "source", "counts"]].itertuples(index=False, name=None))
    assert rows == [
        (1, "vic-disbelief", "rules", True),
        (2, "sus-digital", "rules", False),
        (3, "sus-account-test", "model", True),
        (4, "sus-movements", "rules", True),
        (5, "oth-admin", "model", False),
    ]


def test_the_reader_alone_is_left_as_it_reads() -> None:
    pd.testing.assert_frame_equal(combine(RULES, READER, how="reader", least=0.5), READER)
    pd.testing.assert_frame_equal(combine(RULES, READER, how="rules"), RULES)


def test_reader_first_keeps_the_readers_codes_with_the_rules_context() -> None:
    assert _rows("reader-first") == [
        (1, "vic-disbelief", "rules", True),
        (2, "sus-digital", "rules", False),
        (3, "sus-account-test", "model", True),
        (4, "sus-digital", "model", True),
        (5, "oth-admin", "model", False),
    ]


@pytest.mark.parametrize("how", COMBINATIONS)
def test_no_unit_has_a_code_twice_or_a_residual_beside_another(how: Combination) -> None:
    table = combine(RULES, READER, how=how)
    assert not table.duplicated(["case_id", "entry_no", "unit_no", "code"]).any()
    residual = table["code"] == "oth-admin"
    units = table.groupby(["case_id", "entry_no", "unit_no"])["code"].transform("size")
    assert (units[residual] == 1).all()
    assert list(table.columns) == list(RULES.columns)


def test_an_unknown_way_is_refused_with_the_ways_there_are() -> None:
    with pytest.raises(ValueError, match=r"'vote' .* rules, reader, either"):
        combine(RULES, READER, how="vote")  # type: ignore[arg-type]


def test_differences_put_orientation_first_and_the_surer_before_the_less_sure() -> None:
    found = differences(RULES, READER)
    columns = ["unit_no", "differ_on", "rules", "reader", "confidence"]
    assert list(found[columns].itertuples(index=False, name=None)) == [
        (3, "orientation", "", "sus-account-test", "high"),
        (2, "orientation", "", "sus-digital", "low"),
        (4, "code", "sus-movements", "sus-digital", "low"),
    ]


def test_like_readings_leave_nothing_to_look_at() -> None:
    assert differences(RULES, RULES).empty
    assert differences(RULES.head(0), READER.head(0)).empty


def test_the_rules_alone_are_read_without_a_trained_reader() -> None:
    notes = pd.DataFrame(
        [{"case_id": "A", "entry_no": 1, "text": "Suspect arrested. Doubts over her account."}]
    )
    coder = Coder(load_codebook(CODEBOOK))
    alone = read_twice(notes, coder, how="rules")
    assert alone.reader == ""
    assert alone.differences.empty
    pd.testing.assert_frame_equal(alone.table, coder.code_notes(notes).table)


def test_notes_read_twice_keep_what_each_found_and_name_the_reader() -> None:
    notes = pd.DataFrame(
        [
            {
                "case_id": "A",
                "entry_no": 1,
                "text": "Suspect arrested and interviewed. Phone seized from him.",
            },
            {
                "case_id": "A",
                "entry_no": 2,
                "text": "Not sure I buy this. She never said so to the first officer.",
            },
        ]
    )
    coder = Coder(load_codebook(CODEBOOK))
    readings = read_twice(notes, coder)
    assert readings.reader.startswith("reader-")
    rules = coder.code_notes(notes).table
    kept = readings.table[readings.table["source"] == "rules"]
    assert set(rules.loc[rules["counts"], "rule_id"]) <= set(kept["rule_id"])
    assert set(readings.table["source"]) == {"rules", "model"}


def test_an_inspection_may_ask_for_every_combination_and_no_other() -> None:
    asked = get_args(parameters.models.Coding.model_fields["combine"].annotation)
    assert asked == COMBINATIONS
