"""Reviewers' answers beside the notes and records: what differs, what agrees, and what may not be told."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.indicators import definitions
from inspections.strands import MATTERS, compare_strands, files_apart
from parameters.questions import load_questions

BY_CASE = pd.DataFrame(
    [
        ("answer-SU6", "yes", "c1", True),
        ("answer-SU6", "yes", "c2", False),
        ("answer-SU6", "yes", "c3", False),
        ("answer-SU6", "no", "c2", True),
        ("suspect-account-tested", "force", "c1", True),
        ("suspect-account-tested", "force", "c2", True),
        ("suspect-account-tested", "force", "c3", False),
        ("suspect-account-tested", "force", "c4", True),
    ],
    columns=["indicator", "group", "case_id", "counted"],
)


def row(indicator: str, group: str, low: float | None, high: float | None, **changes: object) -> dict:
    value = None if low is None or high is None else (low + high) / 2
    return {
        "indicator": indicator,
        "group": group,
        "pillar": 1,
        "value": value,
        "low": low,
        "high": high,
        "cases": 40,
        "interval": "hypergeometric, mid-p",
        "status": "shown",
    } | changes


def compared(reviewers: dict, other: dict) -> dict:
    [entry] = compare_strands(pd.DataFrame([reviewers, other]))
    [against] = entry["others"]
    return against


def reviewers(low: float | None, high: float | None, **changes: object) -> dict:
    return row("answer-SU6", "yes", low, high, **changes)


def notes(low: float | None, high: float | None, **changes: object) -> dict:
    return row("suspect-account-tested", "force", low, high, **changes)


def test_strands_differ_only_where_their_intervals_do_not_meet():
    told = compared(reviewers(10, 30), notes(31, 60))
    assert told["verdict"] == "differ"
    assert told["says"] == "They differ: reviewers answered yes in a smaller share than the notes show."
    assert "a larger share than" in compared(reviewers(61, 80), notes(31, 60))["says"]


@pytest.mark.parametrize(
    ("partly", "told"),
    [((0, 9), 'show, even if "partly" is added.'),
     ((5, 25), 'show; if "partly" is added, no difference is shown.'),
     ((None, None), "show.")],
)  # fmt: skip
def test_what_partly_would_make_up_for_is_said_where_it_is_published(partly: tuple, told: str):
    rows = [reviewers(10, 30), notes(40, 60), row("answer-SU6", "partly", *partly, status="suppressed")]
    [entry] = compare_strands(pd.DataFrame(rows))
    assert entry["others"][0]["says"].endswith(told)


def test_strands_agree_only_where_neither_could_be_far_from_the_other():
    told = compared(reviewers(40, 55), notes(45, 60))
    assert (told["verdict"], told["says"]) == (
        "agree",
        "They agree: both intervals lie within 40 to 60 per cent.",
    )


def test_strands_with_wide_intervals_that_meet_are_left_open():
    told = compared(reviewers(20, 55), notes(45, 70))
    assert (told["verdict"], told["says"]) == (
        "open",
        "No difference is shown, and no agreement: the intervals meet and together span 20 to 70 per cent.",
    )


def test_a_share_of_every_case_is_held_against_the_interval_of_the_other():
    census = {"interval": "every case counted: no sampling error", "value": 25.0}
    inside, outside = reviewers(20, 39), reviewers(26, 39)
    assert compared(inside, notes(None, None, **census))["verdict"] == "agree"
    assert compared(outside, notes(None, None, **census))["verdict"] == "differ"


def test_a_share_of_unknown_doubt_is_never_said_to_differ():
    unsure = {"interval": "no interval: the cases do not differ", "value": 100.0}
    assert compared(reviewers(10, 20), notes(None, None, **unsure))["verdict"] == "open"


@pytest.mark.parametrize(
    ("status", "verdict"), [("suppressed", "not published"), ("not recorded", "not recorded"),
                            ("missing", "not recorded")],
)  # fmt: skip
def test_nothing_is_said_of_a_number_that_is_not_told(status: str, verdict: str):
    for pair in [
        (reviewers(None, None, status=status, cases=None), notes(10, 20)),
        (reviewers(10, 20), notes(None, None, status=status, cases=None)),
    ]:
        assert compared(*pair) == {
            "strand": "notes",
            "indicator": "suspect-account-tested",
            "group": "force",
            "verdict": verdict,
            "says": "",
        }


def test_shares_of_few_cases_are_not_compared():
    assert compared(reviewers(10, 20, cases=9), notes(50, 60))["verdict"] == "few cases"
    assert compared(reviewers(10, 20), notes(50, 60, cases=None))["verdict"] == "few cases"


def test_a_matter_is_left_out_where_one_side_was_never_asked():
    assert compare_strands(pd.DataFrame([reviewers(10, 20)])) == []
    assert compare_strands(pd.DataFrame([notes(10, 20)])) == []


ENDS = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted)


@given(ENDS, ENDS)
def test_the_order_of_the_two_changes_no_verdict(first: list[int], second: list[int]):
    one, other = compared(reviewers(*first), notes(*second)), compared(reviewers(*second), notes(*first))
    assert one["verdict"] == other["verdict"]
    assert (one["verdict"] == "differ") == (first[1] < second[0] or second[1] < first[0])


def test_every_matter_is_of_a_question_and_of_measures_that_exist():
    questions, known = load_questions().by_id, set(definitions()["id"])
    for matter in MATTERS:
        assert matter.answer in questions[matter.question].answers
        assert {indicator for _, indicator, _ in matter.others} <= known
    assert len({matter.id for matter in MATTERS}) == len(MATTERS)


def test_what_is_said_of_a_force_is_plain_values():
    told = compare_strands(pd.DataFrame([reviewers(10, 30), notes(31, 60)]))
    assert json.loads(json.dumps(told)) == told


def test_files_in_which_the_strands_differ_are_listed_to_be_read_again():
    apart = files_apart(BY_CASE)
    assert apart.to_dict("records") == [
        {"matter": "Testing the suspect's account", "case_id": "c2", "question": "SU6",
         "reviewers": "not yes", "strand": "notes", "indicator": "suspect-account-tested", "shows": "yes"},
    ]  # fmt: skip


def test_without_a_review_no_file_is_listed():
    assert files_apart(BY_CASE[BY_CASE["indicator"] == "suspect-account-tested"]).empty
