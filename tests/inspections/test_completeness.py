"""Absent, empty and partly filled fields are told apart, and what may rightly be empty is no gap."""

from pathlib import Path

import pandas as pd
import pytest
from force_files import CASES, force
from made_material import cases_of, material

from inspections.case_files import read_case_files
from inspections.completeness import completeness_by_quarter, find_gaps
from inspections.indicators import compute_indicators
from parameters import PROJECT, load_parameters


def gaps_of(tmp_path: Path, **changes: object) -> pd.DataFrame:
    return find_gaps(read_case_files(force(tmp_path, **changes)).tables)  # type: ignore[arg-type]


def test_what_saltmere_does_not_hold_is_a_gap_and_not_a_column() -> None:
    saltmere = read_case_files(load_parameters(PROJECT / "parameters" / "saltmere.yml"))
    gaps = find_gaps(saltmere.tables)
    absent = gaps[(gaps["gap"] == "not held") & (gaps["table"] == "cases")]
    assert {"early_advice_on", "reported_by", "suspect_id", "victim_wanted_report"} <= set(absent["field"])
    assert not set(absent["field"]) & set(saltmere.cases.columns)
    assert absent["status"].eq("not recorded").all()
    assert absent["effect"].str.len().gt(0).all()


def test_gaps_tell_absent_from_empty_and_from_partly_missing(tmp_path: Path) -> None:
    cases = "Ref,Reported,Code,Arrest\nW/1,2025-01-10,,\nW/2,,,\nW/3,2025-01-12,,\n"
    columns = {"case_id": "Ref", "reported_on": "Reported", "offence_code": "Code", "arrested_on": "Arrest"}
    gaps = gaps_of(tmp_path, cases=cases, case_source={"columns": columns})
    found = gaps[gaps["table"] == "cases"].set_index("field")["gap"]
    assert found["reported_on"] == "partly missing"
    assert found["offence_code"] == found["arrested_on"] == "never filled in"
    assert found["charged_on"] == "not held"
    assert "case_id" not in found


def test_a_date_that_has_not_happened_is_no_gap(tmp_path: Path) -> None:
    assert "closed_on" not in set(gaps_of(tmp_path)["field"])
    without_date = gaps_of(tmp_path, cases=CASES.replace("2025-05-01", "")).set_index("field")
    assert without_date.loc["closed_on", ["missing", "of", "among"]].tolist() == [1, 2, "closed cases"]


def test_only_cases_of_the_frame_are_counted_when_it_is_given() -> None:
    cases = cases_of(reported_on=pd.to_datetime(["2025-05-01", None, None]), outcome_type=["1", "15", "16"])
    gaps = find_gaps({"cases": cases}, cases=["case 0", "case 1"]).set_index("field")
    assert gaps.loc["reported_on", ["missing", "of", "among"]].tolist() == [1, 2, "cases in the frame"]


def test_the_indicator_of_empty_fields_counts_what_the_gaps_count() -> None:
    cases = cases_of(
        reported_on=pd.to_datetime(["2025-05-01", None, "2025-06-01", "2025-06-02"]),
        outcome_type=["1", "1", "15", None],
        charged_on=pd.to_datetime(["2025-09-01", None, None, None]),
        closed_on=pd.to_datetime(["2025-09-01", "2025-09-02", "2025-09-03", "2025-09-04"]),
    )
    gaps = find_gaps({"cases": cases}, cases=cases["case_id"])
    gaps = gaps[gaps["table"] == "cases"].set_index("field")
    rows = compute_indicators(material(cases=cases), only=["missing-fields"]).table.set_index("group")
    for field, gap in gaps.iterrows():
        assert rows.loc[field, "status"] == gap["status"]
        if gap["status"] == "shown":
            assert rows.loc[field, ["numerator", "denominator"]].tolist() == [gap["missing"], gap["of"]]
            assert rows.loc[field, "base_unit"] == gap["among"]
    counted = rows[rows["status"] != "zero"].index
    assert set(counted) == set(gaps.index)


def test_completeness_is_counted_by_quarter(tmp_path: Path) -> None:
    cases = (
        "Ref,Reported,Closed,Outcome\nW/1,2025-03-31,2025-05-01,15\n"
        "W/2,2025-04-01,2025-06-02,\nW/3,,2025-06-02,16\n"
    )
    read = read_case_files(force(tmp_path, cases=cases)).cases
    table = completeness_by_quarter(read)
    assert table[table["field"] == "outcome_type"].values.tolist() == [
        ["outcome_type", "2025 Q1", 1, 1, True],
        ["outcome_type", "2025 Q2", 0, 1, True],
        ["outcome_type", "no date", 1, 1, True],
    ]
    assert set(table["field"]) == set(read.columns)
    assert completeness_by_quarter(read, by="closed_on")["quarter"].unique().tolist() == ["2025 Q2"]
    with pytest.raises(ValueError, match="recorded_on"):
        completeness_by_quarter(read[["case_id"]])


def test_a_charge_date_is_looked_for_in_charged_cases_alone() -> None:
    cases = cases_of(
        recorded_on=pd.to_datetime(["2025-04-01"] * 3),
        outcome_type=["1", "15", "16"],
        charged_on=pd.to_datetime([None, None, None]),
        arrested_on=pd.to_datetime(["2025-04-02", None, None]),
    )
    table = completeness_by_quarter(cases).set_index("field")
    assert table.loc["charged_on", ["filled", "of", "expected"]].tolist() == [0, 1, True]
    assert table.loc["arrested_on", ["filled", "of", "expected"]].tolist() == [1, 3, False]


def test_a_gap_is_a_field_empty_where_the_case_implies_it() -> None:
    cases = cases_of(
        reported_on=pd.to_datetime(["2025-01-01", None, "2025-01-01"]),
        outcome_type=["1", "18", "1"],
        charged_on=pd.to_datetime(["2025-02-01", None, None]),
        suspect_named=[True, True, True],
    )
    gaps = find_gaps({"cases": cases}, cases=cases["case_id"]).set_index("field")
    assert gaps.loc["reported_on", ["missing", "of", "among"]].tolist() == [1, 3, "cases in the frame"]
    assert gaps.loc["charged_on", ["missing", "of", "among"]].tolist() == [1, 2, "charged cases in the frame"]
    assert gaps.loc["isva_referral_on", "status"] == "not recorded"
    assert "suspect_named" not in gaps.index
    assert gaps.loc["reported_on", "effect"]
