"""What is published of a force's data hides small counts, and what would give them away."""

import pandas as pd
from made_material import cases_of, material

from inspections.completeness import find_gaps
from inspections.data_quality import COLUMNS
from inspections.disclosure import Policy, decide
from inspections.indicators import compute_indicators
from inspections.released_quality import (
    found_in_cases,
    release_completeness,
    release_data_gaps,
    release_quality,
)

FIVE = Policy(threshold=5)
IDS = [f"case {number}" for number in range(30)]


def check(found: str, cases: list[str], *, field: str = "closed_on") -> dict[str, object]:
    row = dict.fromkeys(COLUMNS, "") | {"grade": "limits", "table": "cases", "field": field, "found": found}
    return row | {"count": len(cases), "of": 90, "in_frame": len(cases) if cases else pd.NA, "cases": cases}


def released(*rows: dict[str, object], **columns: list[object]) -> pd.DataFrame:
    cases = cases_of(**(columns or {"relationship": ["partner"] * 30}))
    results = compute_indicators(
        material(cases=cases), only=["missing-fields", "outcome-coding", "dates-out-of-order"]
    )
    quality = pd.DataFrame(rows, columns=COLUMNS)
    found = found_in_cases(quality, cases["case_id"])
    decision = decide(results, FIVE, further={"data_quality": found})
    gaps = release_data_gaps(find_gaps({"cases": cases}, cases=IDS), decision)
    return release_quality(quality, gaps, decision, frame=cases["case_id"]).table.set_index("found")


def test_a_count_of_cases_is_told_and_a_small_one_is_not() -> None:
    table = released(check("late", IDS[:8]), check("early", IDS[8:10]))
    assert table.loc["late", ["cases", "of", "status"]].tolist() == [8, 30, "shown"]
    assert table.loc["early", "status"] == "suppressed"
    assert pd.isna(table.loc["early", "cases"])


def test_a_count_that_leaves_out_few_cases_is_not_told() -> None:
    assert released(check("late", IDS[:27])).loc["late", "status"] == "suppressed"


def test_what_no_case_of_the_frame_shows_is_not_listed_and_what_names_no_case_has_no_number() -> None:
    outside = check("late", ["case 99"]) | {"in_frame": 0}
    table = released(outside, check("rows left out", []))
    assert "late" not in table.index
    assert table.loc["rows left out", "status"] == "not counted"


def test_a_count_is_hidden_where_the_indicator_of_the_same_cases_is() -> None:
    # seven closed cases lack an outcome: the indicator is hidden, as only three closed cases have one
    outcome = ["15"] * 3 + [None] * 7 + [None] * 20
    closed = pd.to_datetime(["2025-06-01"] * 10 + [None] * 20)
    table = released(
        check("closed, but no outcome", IDS[3:10], field="outcome_type"),
        outcome_type=outcome,
        closed_on=closed,
    )
    assert table.loc["closed, but no outcome", "status"] == "suppressed"


def test_gaps_take_over_the_counts_that_are_released_of_them() -> None:
    gap = dict.fromkeys(COLUMNS, "") | {
        "grade": "limits", "table": "cases", "field": "reported_on", "found": "empty", "count": 7, "of": 30,
        "in_frame": pd.NA, "cases": [],
    }  # fmt: skip
    dates = pd.to_datetime(["2025-06-01"] * 23 + [None] * 7)
    assert released(gap, reported_on=dates).loc["empty", ["cases", "of", "status"]].tolist() == [
        7,
        30,
        "shown",
    ]
    few = pd.to_datetime(["2025-06-01"] * 28 + [None] * 2)
    assert released(gap, reported_on=few).loc["empty", "status"] == "suppressed"


def test_a_small_gap_in_another_table_is_hidden() -> None:
    cases = cases_of(relationship=["partner"] * 30)
    notes = pd.DataFrame({"case_id": IDS, "entry_no": 1, "author_role": ["OIC"] * 28 + [None] * 2})
    decision = decide(compute_indicators(material(cases=cases), only=["missing-fields"]), FIVE)
    gaps = find_gaps({"cases": cases, "notes": notes}, cases=IDS)
    table = release_data_gaps(gaps, decision).table.set_index(["table", "field"])
    assert table.loc[("notes", "author_role"), "status"] == "suppressed"
    assert pd.isna(table.loc[("notes", "author_role"), "missing"])


def quarter(field: str, filled: int, of: int, *, expected: bool = True) -> dict[str, object]:
    return {"field": field, "quarter": "2025 Q2", "filled": filled, "of": of, "expected": expected}


def completeness(rows: list[dict[str, object]], cases: pd.DataFrame | None = None) -> pd.DataFrame:
    cases = cases_of(relationship=["partner"] * 30) if cases is None else cases
    decision = decide(compute_indicators(material(cases=cases), only=["missing-fields"]), FIVE)
    return release_completeness(pd.DataFrame(rows), decision).table.set_index("field")


def test_shares_by_quarter_are_ranges_and_small_counts_on_either_side_hide_them() -> None:
    rows = [
        quarter("a", 20, 20), quarter("b", 0, 20), quarter("c", 60, 65), quarter("d", 10, 20),
        quarter("e", 5, 20), quarter("f", 3, 20), quarter("g", 17, 20), quarter("h", 0, 0),
        quarter("i", 20, 20, expected=False), quarter("case_id", 20, 20),
    ]  # fmt: skip
    table = completeness(rows)
    shown = table.loc[table["status"] == "shown", "filled"].to_dict()
    assert shown == {"a": "all", "b": "none", "c": "90% or more", "d": "half to under 90%", "e": "under half"}
    assert table.loc[["f", "g", "h"], "status"].tolist() == ["suppressed", "suppressed", "missing"]
    assert set(table.loc[["f", "g", "h"], "filled"]) == {""}
    assert {"i", "case_id"}.isdisjoint(table.index)


def test_a_quarter_of_few_cases_looks_like_any_other_that_is_full_or_empty() -> None:
    table = completeness([quarter("a", 2, 2), quarter("b", 0, 3)])
    assert table["filled"].to_dict() == {"a": "all", "b": "none"}
    assert table["status"].eq("shown").all()


def test_no_quarter_is_told_of_a_field_of_which_the_number_empty_is_hidden() -> None:
    # 3 of 30 are empty, all in one quarter: that the others are full would tell that so few are
    cases = cases_of(relationship=["partner"] * 27 + [None] * 3)
    rows = [quarter("relationship", filled, 10) for filled in (10, 10, 7)]
    table = completeness(rows, cases)
    assert table["status"].eq("suppressed").all()
    assert table["filled"].eq("").all()
