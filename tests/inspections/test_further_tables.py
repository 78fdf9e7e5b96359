"""Suspects, devices, workforce and review answers are read like cases, and missed aloud where absent."""

from pathlib import Path

import pandas as pd
import pytest
from force_files import force

from inspections.case_files import read_case_files
from inspections.completeness import find_gaps
from inspections.data_quality import grade_data, quality_sentences
from inspections.reviews.moderation import FINAL_COLUMNS
from parameters import InspectionError, Parameters
from parameters.fields import FURTHER_TABLES, fields_of

SUSPECTS = """\
case_id,suspect_id,disruption_considered,bail_changed_on,victim_told_on
W/1,P1,yes,2025-02-01,2025-02-02
W/1,P2,,,
W/2,P1,no,2025-03-05,2025-03-01
"""
DEVICES = """\
case_id,owner,kind,taken_at,examined_at,returned_at,parameters_set
W/1,victim,phone,2025-01-12 10:00,2025-01-12 15:00,2025-01-13 09:00,yes
W/2,suspect,other device,2025-02-20 08:15,,,no
X/9,victim,phone,2025-01-02 08:00,,,
"""
WORKFORCE = """\
role,officers,qualification,specialist_training,open_cases,vacancies
Investigator,4,fully qualified,yes,60,2
Investigator,3,trainee,no,51,
"""
REVIEWS = """\
case_id,question,answer,origin
W/1,SU1,yes,adjudicated
W/2,SU1,not recorded,read once
"""
ALL = {"suspects": SUSPECTS, "devices": DEVICES, "workforce": WORKFORCE, "reviews": REVIEWS}


def problems(parameters: Parameters) -> str:
    with pytest.raises(InspectionError) as error:
        read_case_files(parameters)
    return str(error.value)


def test_every_field_gets_the_type_of_its_kind(tmp_path: Path) -> None:
    read = read_case_files(force(tmp_path, further=ALL)).further
    assert list(read) == list(FURTHER_TABLES)
    types = {"reference": "str", "category": "str", "date": "datetime64[us]", "time": "datetime64[us]"}
    types |= {"whole number": "Int64", "flag": "boolean"}
    for name, table in read.items():
        assert list(table) == [field for field in fields_of(name) if field in table]
        kinds = [types[fields_of(name)[str(field)].kind] for field in table]
        assert [str(dtype) for dtype in table.dtypes] == kinds
    assert read["devices"].loc[0, "returned_at"] == pd.Timestamp("2025-01-13 09:00")
    assert read["workforce"]["officers"].tolist() == [4, 3]
    assert read["workforce"]["vacancies"].isna().tolist() == [False, True]


def test_a_case_may_have_several_suspects_and_a_suspect_several_cases(tmp_path: Path) -> None:
    suspects = read_case_files(force(tmp_path, further={"suspects": SUSPECTS})).further["suspects"]
    assert suspects.groupby("case_id")["suspect_id"].nunique().tolist() == [2, 1]
    assert suspects.groupby("suspect_id")["case_id"].nunique().tolist() == [2, 1]


def test_a_table_that_is_not_there_is_a_gap_and_says_what_is_lost(tmp_path: Path) -> None:
    read = read_case_files(force(tmp_path, further={"devices": DEVICES}))
    gaps = find_gaps(read.tables)
    absent = gaps[gaps["field"] == ""]
    assert absent["table"].tolist() == ["suspects", "workforce", "reviews"]
    assert absent["gap"].eq("not held").all()
    assert absent["effect"].str.len().gt(0).all()
    told = quality_sentences(grade_data(gaps, read.checks, frame=read.cases["case_id"]), "limits")
    assert any("the table workforce: not held" in sentence for sentence in told)
    assert "workforce" not in read.further


def test_a_field_left_out_or_empty_in_a_further_table_is_a_gap_too(tmp_path: Path) -> None:
    devices = "case_id,owner,taken_at\nW/1,victim,2025-01-12 10:00\nW/2,victim,\n"
    gaps = find_gaps(read_case_files(force(tmp_path, further={"devices": devices})).tables)
    of_devices = gaps[gaps["table"] == "devices"].set_index("field")
    assert of_devices.loc["parameters_set", "gap"] == "not held"
    assert of_devices.loc["taken_at", ["gap", "missing", "of"]].tolist() == ["partly missing", 1, 2]


def test_the_final_answers_of_the_forms_are_read_as_they_are_written(tmp_path: Path) -> None:
    final = pd.DataFrame(
        {
            "case_id": ["W/1", "W/2"],
            "question": ["SU1", "SU1"],
            "stage": "Suspect",
            "pillar": 2,
            "answer": ["partly", "not answered"],
            "evidence": ["2", ""],
            "origin": ["adjudicated", "read once"],
        }
    )
    assert tuple(final) == FINAL_COLUMNS
    final.to_parquet(tmp_path / "final_answers.parquet", index=False)
    given = force(tmp_path).model_dump(mode="json")
    given["force"]["sources"]["reviews"] = {
        "path": str(tmp_path / "final_answers.parquet"),
        "columns": {name: name for name in fields_of("reviews")},
    }
    reviews = read_case_files(Parameters.model_validate(given)).further["reviews"]
    assert reviews["answer"].tolist() == ["partly", "not answered"]
    assert reviews["origin"].tolist() == ["adjudicated", "read once"]


def test_rows_of_cases_that_were_not_sent_are_left_out_and_counted(tmp_path: Path) -> None:
    read = read_case_files(force(tmp_path, further={"devices": DEVICES}))
    assert read.further["devices"]["case_id"].tolist() == ["W/1", "W/2"]
    (step,) = [step for step in read.trail if step.step == "devices of cases sent"]
    assert (step.rows_in, step.rows_out) == (3, 2)
    checks = read.checks.set_index("found")
    assert checks.loc["rows of cases that were not sent, left out", ["count", "of"]].tolist() == [1, 3]


def test_a_register_none_of_whose_cases_was_sent_stops_the_reading(tmp_path: Path) -> None:
    told = problems(force(tmp_path, further={"suspects": "case_id,suspect_id\n0001,P1\n0002,P2\n"}))
    assert "names no case of sources.cases in row 2 (0001) and row 3 (0002)" in told
    assert "sources.suspects.columns.case_id" in told


def test_one_answer_on_a_case_that_was_not_sent_stops_the_reading(tmp_path: Path) -> None:
    told = problems(force(tmp_path, further={"reviews": REVIEWS + "X/9,SU1,no,read once\n"}))
    assert "names no case of sources.cases in row 4 (X/9)" in told


@pytest.mark.parametrize(
    ("table", "row", "told"),
    [
        ("suspects", "W/1,P1,yes,,", "is the same for two rows of one case"),
        ("suspects", "W/3,P4,perhaps,,", "is neither yes nor no"),
        ("devices", "W/3,witness,phone,2025-01-12 10:00,,,", "is not a known value"),
        ("devices", "W/3,victim,phone,soon,,,", "is not a date written as"),
        ("workforce", "Investigator,four,trainee,no,10,", "is not a whole number"),
        ("workforce", "Investigator,\uff14,trainee,no,10,", "is not a whole number"),
        ("workforce", ",1,trainee,no,10,", "is empty"),
        ("reviews", "W/1,SU1,no,read once", "is the same for two rows of one case"),
        ("reviews", "W/1,SU2,maybe,read once", "is not a known value"),
        ("reviews", "W/1,ZZ9,yes,read once", "is no question of parameters/questions.yml in row 4"),
    ],
)
def test_a_row_that_cannot_be_meant_stops_the_reading(
    table: str, row: str, told: str, tmp_path: Path
) -> None:
    found = problems(force(tmp_path, further={table: f"{ALL[table]}{row}\n"}))
    assert told in found
    assert f"{table}.csv" in found


def test_several_suspects_without_a_reference_are_not_taken_for_one_person(tmp_path: Path) -> None:
    suspects = read_case_files(
        force(tmp_path, further={"suspects": "case_id,suspect_id\nW/1,\nW/1,\nW/2,P1\n"})
    ).further["suspects"]
    assert suspects["suspect_id"].isna().sum() == 2


@pytest.mark.parametrize(
    ("table", "found", "effect"),
    [
        ("suspects", "victim_told_on before bail_changed_on", "counts as told of the change all the same"),
        ("devices", "returned_at before taken_at", "count as not back within 24 hours"),
    ],
)
def test_dates_of_a_row_that_contradict_each_other_limit_the_results(
    table: str, found: str, effect: str, tmp_path: Path
) -> None:
    early = "W/3,victim,phone,2025-01-12 10:00,,2025-01-11 10:00,\n"
    read = read_case_files(force(tmp_path, further=ALL | {"devices": DEVICES + early}))
    checks = read.checks[read.checks["table"] == table].set_index("found")
    assert checks.loc[found, "grade"] == "limits"
    assert checks.loc[found, "count"] == 1
    assert effect in checks.loc[found, "effect"]


@pytest.mark.parametrize("blank", ["0", ""])
def test_rows_that_count_no_officer_limit_the_results_whether_nought_is_written_or_left_out(
    blank: str, tmp_path: Path
) -> None:
    read = read_case_files(force(tmp_path, further={"workforce": WORKFORCE + f"Analyst,{blank},,,,1\n"}))
    check = read.checks[read.checks["table"] == "workforce"].squeeze()
    assert (check["grade"], check["count"], check["of"]) == ("limits", 1, 3)
    assert "They stand for nobody" in check["effect"]
