"""Errors are told apart by kind, each kind shown on a small unit."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from nlp.context import DEFAULTS, does_count
from nlp.evaluation.errors import KINDS, count_kinds, examples, find_errors, rules_in_error, with_words
from nlp.reader.corpus import GoldCode, GoldUnit

Codes = dict[str, dict[str, str]]


def _gold(number: int, codes: Codes) -> GoldUnit:
    made = tuple(
        GoldCode(code, {**DEFAULTS, **values}, does_count(code, {**DEFAULTS, **values}))
        for code, values in codes.items()
    )
    return GoldUnit(f"A/1/{number}", "A", 1, number * 10, number * 10 + 9, made)


def _rows(number: int, codes: Codes, *, start: int | None = None, end: int | None = None) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            "case_id": "A",
            "entry_no": 1,
            "start": number * 10 if start is None else start,
            "end": number * 10 + 9 if end is None else end,
            "code": code,
            **DEFAULTS,
            **values,
            "counts": does_count(code, {**DEFAULTS, **values}),
            "rule_id": f"{code}-01",
        }
        for code, values in codes.items()
    ]
    return pd.DataFrame(
        rows, columns=["case_id", "entry_no", "start", "end", "code", "counts", *DEFAULTS, "rule_id"]
    )


PLAIN: dict[str, str] = {}


@pytest.mark.parametrize(
    ("gold", "table", "expected"),
    [
        ({"sus-digital": PLAIN}, {}, [("sus-digital", "missed", "silence", "")]),
        (
            {"sus-digital": PLAIN},
            {"oth-admin": PLAIN},
            [("sus-digital", "missed", "taken for content or care", "oth-admin")],
        ),
        (
            {"vic-disbelief": {"voice": "suspect"}},
            {"vic-disbelief": PLAIN},
            [("vic-disbelief", "wrongly counted", "context: voice", "suspect")],
        ),
        (
            {"sus-digital": PLAIN},
            {"sus-digital": {"polarity": "not-done"}},
            [("sus-digital", "missed", "context: polarity", "not-done")],
        ),
        (
            {"vic-records-trawl": PLAIN},
            {"vic-records-trawl": {"purpose": "limited"}},
            [("vic-records-trawl", "missed", "context: form or limit", "limited")],
        ),
        (
            {"vic-disbelief": PLAIN},
            {"vic-intoxication": PLAIN},
            [
                ("vic-disbelief", "missed", "another code", "vic-intoxication"),
                ("vic-intoxication", "wrongly counted", "another code", "vic-disbelief"),
            ],
        ),
        (
            {"sus-digital": PLAIN, "sus-movements": PLAIN},
            {"sus-digital": PLAIN},
            [("sus-movements", "missed", "one code too few or many", "sus-digital")],
        ),
        (
            {"vic-disbelief": PLAIN},
            {"sus-account-test": PLAIN},
            [
                ("sus-account-test", "wrongly counted", "taken for the other orientation", "vic-disbelief"),
                ("vic-disbelief", "missed", "taken for the other orientation", "sus-account-test"),
            ],
        ),
        (
            {"vic-disbelief": PLAIN, "sus-digital": PLAIN},
            {"sus-digital": PLAIN},
            [("vic-disbelief", "missed", "beside the other orientation", "sus-digital")],
        ),
        (
            {"vic-disbelief": PLAIN},
            {"vic-intoxication": {"polarity": "rebutted"}},
            [("vic-disbelief", "missed", "heard, held not to count", "vic-intoxication")],
        ),
        ({"sus-history-intel": {"frame": "historical"}}, {"sus-history-intel": PLAIN}, []),
    ],
)
def test_each_kind_of_error(gold: Codes, table: Codes, expected: list[tuple[str, ...]]) -> None:
    errors = find_errors([_gold(1, gold)], _rows(1, table))
    found = errors[["code", "side", "kind", "detail"]].itertuples(index=False, name=None)
    assert list(found) == expected
    assert set(errors["kind"]) <= set(KINDS)


def test_a_code_on_a_unit_cut_otherwise_is_an_error_of_boundaries_on_both_sides() -> None:
    gold = [_gold(1, {"sus-digital": PLAIN}), _gold(2, {"oth-admin": PLAIN})]
    table = _rows(2, {"sus-digital": PLAIN}, start=15, end=29)
    errors = find_errors(gold, table)
    assert errors[["unit_id", "side", "kind"]].to_numpy().tolist() == [
        ["A/1/1", "missed", "unit boundary"],
        ["A/1/2", "wrongly counted", "unit boundary"],
    ]


def test_kinds_are_counted_commonest_first_and_their_shares_add_up() -> None:
    gold = [_gold(number, {"sus-digital": PLAIN}) for number in range(3)]
    errors = find_errors(gold, _rows(2, {"sus-movements": PLAIN}))
    counted = count_kinds(errors)
    assert counted[["kind", "missed", "wrongly_counted", "pairs"]].to_numpy().tolist() == [
        ["another code", 1, 1, 2],
        ["silence", 2, 0, 2],
    ]
    assert counted["share"].sum() == 1


def test_no_errors_are_counted_as_none() -> None:
    assert count_kinds(
        find_errors([_gold(1, {"sus-digital": PLAIN})], _rows(1, {"sus-digital": PLAIN}))
    ).empty


def test_an_error_names_the_rule_and_on_request_shows_the_words() -> None:
    errors = find_errors([_gold(1, {"oth-admin": PLAIN})], _rows(1, {"sus-digital": PLAIN}))
    notes = pd.DataFrame({"case_id": ["A"], "entry_no": [1], "text": ["0123456789his phone."]})
    assert errors["rule_id"].tolist() == ["sus-digital-01"]
    assert with_words(errors, notes)["words"].tolist() == ["his phone"]


def test_examples_are_of_every_kind_and_only_of_notes_that_may_be_shown() -> None:
    gold = [_gold(number, {"sus-digital": PLAIN}) for number in range(4)]
    errors = find_errors(gold, _rows(3, {"sus-movements": PLAIN}))
    notes = pd.DataFrame({"case_id": ["A"], "entry_no": [1], "text": ["his phone " * 4]})
    shown = examples(errors, notes, each=2)
    assert shown["kind"].tolist() == ["silence", "silence", "another code", "another code"]
    assert shown["words"].tolist() == ["his phone"] * 4
    assert examples(errors, notes.assign(case_id="B"), each=2).empty


def test_of_two_rules_of_a_code_on_a_unit_the_one_that_counts_is_in_error() -> None:
    held = _rows(1, {"sus-digital": {"polarity": "rebutted"}}, end=14)
    table = pd.concat([held, _rows(1, {"sus-digital": PLAIN}, start=14).assign(rule_id="sus-digital-02")])
    errors = find_errors([_gold(1, {"oth-admin": PLAIN})], table)
    assert errors["rule_id"].tolist() == ["sus-digital-02"]


def test_rules_are_listed_by_how_often_they_count_wrongly() -> None:
    gold = [_gold(1, {"sus-digital": PLAIN}), _gold(2, {"oth-admin": PLAIN}), _gold(3, {"oth-admin": PLAIN})]
    table = pd.concat([_rows(1, {"sus-digital": PLAIN}), _rows(2, {"sus-digital": PLAIN})])
    found = rules_in_error(find_errors(gold, table), table)
    assert found.to_dict("records") == [{"rule_id": "sus-digital-01", "counted": 2, "wrong": 1, "share": 0.5}]
