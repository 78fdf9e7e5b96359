"""Whatever a force's system calls things, the tables that come out are the same, and nothing is guessed."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from force_files import CASE_COLUMNS, CASES, NOTE_COLUMNS, NOTES, force

from inspections.case_files import CaseFiles, decide, read_case_files, read_note_texts
from inspections.completeness import find_gaps
from parameters import PROJECT, InspectionError, Parameters, load_parameters
from parameters.fields import FIELDS

at = datetime.fromisoformat
FICTIONAL = ("northshire", "carrowdale", "saltmere")


def notes_with_texts(parameters: Parameters) -> pd.DataFrame:
    read = read_case_files(parameters)
    return read_note_texts(read, read.cases["case_id"])


@pytest.fixture(scope="module")
def fictional() -> dict[str, CaseFiles]:
    return {
        name: read_case_files(load_parameters(PROJECT / "parameters" / f"{name}.yml")) for name in FICTIONAL
    }


@pytest.mark.parametrize("name", FICTIONAL)
def test_fictional_forces_have_the_same_types_whatever_their_conventions(
    name: str, fictional: dict[str, CaseFiles]
) -> None:
    cases = fictional[name].cases
    notes = read_note_texts(fictional[name], cases["case_id"])
    types = {
        "reference": "str",
        "category": "str",
        "note text": "str",
        "date": "datetime64[us]",
        "time": "datetime64[us]",
        "whole number": "Int64",
        "flag": "boolean",
    }
    for table, frame in (("cases", cases), ("notes", notes)):
        held = [field for field in FIELDS[table] if field.name in frame]
        assert list(frame.columns) == [field.name for field in held]
        assert [str(dtype) for dtype in frame.dtypes] == [types[field.kind] for field in held]
    assert cases["case_id"].is_unique
    assert not notes.duplicated(["case_id", "entry_no"]).any()
    assert set(notes["case_id"]) <= set(cases["case_id"])
    assert len(notes) == len(fictional[name].notes)
    assert set(cases["outcome_type"].dropna()) <= {"1", "10", "14", "15", "16", "18"}
    assert set(cases["victim_gender"].dropna()) == {"female", "male"}
    assert set(cases["decision"]) == {"charged", "police NFA", "CPS NFA", "victim withdrew", "open"}


@pytest.mark.parametrize("name", FICTIONAL)
def test_planted_defects_are_found(name: str, fictional: dict[str, CaseFiles]) -> None:
    from inspections.fictional.forces import build_force

    planted = build_force(name).planted
    checks = fictional[name].checks.set_index("found")
    expected = {
        "closed_on before reported_on": "closed before reported",
        "the same text again in one case": "duplicated notes",
    }
    for found, defect in expected.items():
        assert list(checks.loc[found, "cases"]) == planted[defect]
        assert checks.loc[found, "grade"] == ("limits" if defect.startswith("closed") else "noted")
    assert set(planted["notes after closure"]) <= set(checks.loc["entered after closure", "cases"])
    spaced = checks.loc[["spaces around the value, taken off"], "cases"]
    assert sorted(reference for cases in spaced for reference in cases) == planted["spaces in codes"]


def test_reading_twice_gives_the_same_tables(tmp_path: Path) -> None:
    parameters = force(tmp_path)
    first, second = read_case_files(parameters), read_case_files(parameters)
    pd.testing.assert_frame_equal(first.notes, second.notes)
    pd.testing.assert_frame_equal(first.checks, second.checks)


@pytest.mark.parametrize(
    ("outcome", "cps_decision", "closed", "decision"),
    [
        ("1", "2025-03-01", "2025-03-02", "charged"),
        ("1A", None, "2025-03-02", "charged"),
        ("14", None, "2025-03-02", "victim withdrew"),
        ("16", "2025-03-01", "2025-03-02", "victim withdrew"),
        ("15", "2025-03-01", "2025-03-02", "CPS NFA"),
        ("15", None, "2025-03-02", "police NFA"),
        ("9", None, "2025-03-02", "CPS NFA"),
        ("18", None, None, "police NFA"),
        ("8", None, "2025-03-02", "other closed"),
        ("3", "2025-03-01", "2025-03-02", "other closed"),
        (None, None, "2025-03-02", "other closed"),
        (None, "2025-03-01", None, "open"),
        ("0", None, None, "open"),
        (None, None, None, "open"),
    ],
)
def test_how_a_case_ended(
    outcome: str | None, cps_decision: str | None, closed: str | None, decision: str
) -> None:
    cases = pd.DataFrame(
        {
            "outcome_type": pd.Series([outcome], dtype="str"),
            "cps_decision_on": pd.to_datetime([cps_decision]),
            "closed_on": pd.to_datetime([closed]),
        }
    )
    assert decide(cases).tolist() == [decision]


def test_a_decision_the_force_records_itself_is_taken_over(tmp_path: Path) -> None:
    cases = "Ref,Result\nW/1,Charged\nW/2,NFA by CPS\nW/3,\n"
    source = {
        "columns": {"case_id": "Ref", "decision": "Result"},
        "values": {"decision": {"Charged": "charged", "NFA by CPS": "CPS NFA"}},
    }
    read = read_case_files(force(tmp_path, cases=cases, case_source=source)).cases["decision"]
    assert read.tolist()[:2] == ["charged", "CPS NFA"]
    assert read.isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("written", "dates", "expected"),
    [
        ("2025-05-03", "iso", "2025-05-03"),
        ("2025-05-03 23:59", "iso", "2025-05-03"),
        ("2025-05-03T23:59:10.5Z", "iso", "2025-05-03"),
        ("2011-01-01T01:51:00-06:00", "iso", "2011-01-01"),
        ("2025-05-03T23:51:00+0100", "iso", "2025-05-03"),
        ("2025-05-03T23:51:00-06:00", "%Y-%m-%dT%H:%M:%S%z", "2025-05-03"),
        ("03/05/2025", "%d/%m/%Y", "2025-05-03"),
        ("3/5/2025", "%d/%m/%Y", "2025-05-03"),
        ("03-May-2025", "%d-%b-%Y", "2025-05-03"),
        ("2021-04", "%Y-%m", "2021-04-01"),
        ("1958-02-01", "iso", "1958-02-01"),
    ],
)
def test_dates_are_read_as_written_on_the_force_s_own_clock(
    written: str, dates: str, expected: str, tmp_path: Path
) -> None:
    cases = f"Ref,Reported\nW/1,{written}\nW/2,\nW/3,\n"
    source = {"columns": {"case_id": "Ref", "reported_on": "Reported"}, "dates": dates}
    read = read_case_files(force(tmp_path, cases=cases, case_source=source)).cases
    assert read.loc[0, "reported_on"] == pd.Timestamp(expected)


def test_times_of_notes_keep_the_time_of_day(tmp_path: Path) -> None:
    notes = NOTES.replace("2025-01-10 09:30", "2025-01-10T09:30:00-06:00")
    read = read_case_files(force(tmp_path, notes=notes)).notes
    assert read.loc[0, "entered_at"] == pd.Timestamp("2025-01-10 09:30")


def test_dates_without_a_day_limit_what_days_can_say(tmp_path: Path) -> None:
    cases = "Ref,Month\nW/1,2025-01\nW/2,2025-02\nW/3,\n"
    source = {"columns": {"case_id": "Ref", "reported_on": "Month"}, "dates": "%Y-%m"}
    checks = read_case_files(force(tmp_path, cases=cases, case_source=source)).checks
    found = checks[checks["found"].str.startswith("dates without a day")]
    assert found[["grade", "field", "count", "of"]].values.tolist() == [["limits", "reported_on", 2, 3]]


def test_times_of_summer_in_utc_limit_what_days_can_say(tmp_path: Path) -> None:
    cases = "Ref,Reported\nW/1,2025-06-01T23:00:00Z\nW/2,2025-06-02T00:00:00+01:00\nW/3,2025-01-12T00:00Z\n"
    source = {"columns": {"case_id": "Ref", "reported_on": "Reported"}}
    checks = read_case_files(force(tmp_path, cases=cases, case_source=source)).checks
    found = checks[checks["found"].str.startswith("times of summer in UTC")]
    assert found[["grade", "field", "count", "of"]].values.tolist() == [["limits", "reported_on", 1, 3]]
    assert found["cases"].tolist() == [("W/1",)]


def test_note_text_is_kept_to_the_character(tmp_path: Path) -> None:
    text = '  She said ""no"".\r\nÉléonore; 5 > 3 | *NFA*  '
    notes = f'Ref,Entered,Note\nW/1,2025-01-10 09:30,"{text}"\n'
    read = notes_with_texts(force(tmp_path, notes=notes))
    assert read.loc[0, "text"] == text.replace('""', '"')


def test_entries_without_a_number_are_counted_in_order_of_time(tmp_path: Path) -> None:
    notes = (
        "Ref,Entered,Note\n"
        "W/1,2025-01-12 10:00,second\n"
        "W/2,2025-02-11 11:00,first\n"
        "W/1,2025-01-10 10:00,first\n"
        "W/1,,undated\n"
    )
    read = notes_with_texts(force(tmp_path, notes=notes))
    assert list(zip(read["case_id"], read["entry_no"], read["text"], strict=True)) == [
        ("W/1", 1, "first"),
        ("W/1", 2, "second"),
        ("W/1", 3, "undated"),
        ("W/2", 1, "first"),
    ]


def test_one_table_serves_cases_and_notes(tmp_path: Path) -> None:
    log = (
        "Id,When,Result,What\n"
        "U1,2025-05-01T10:00:00-06:00,Arrest,Man stopped.\n"
        "U2,2025-05-02T11:00:00-06:00,Open,Phone taken.\n"
    )
    source = {"path": str(tmp_path / "cases.csv")}
    parameters = force(
        tmp_path,
        cases=log,
        notes=None,
        case_source={
            "columns": {"case_id": "Id", "recorded_on": "When", "outcome_type": "Result"},
            "values": {"outcome_type": {"Arrest": "1", "Open": None}},
        },
        note_source={
            **source,
            "columns": {"case_id": "Id", "entry_no": {"value": 1}, "entered_at": "When", "text": "What"},
        },
    )
    read = read_case_files(parameters)
    assert read.cases["decision"].tolist() == ["charged", "open"]
    assert read.notes["entry_no"].tolist() == [1, 1]


def test_only_keeps_the_rows_asked_for_and_says_how_many_left(tmp_path: Path) -> None:
    cases = "Force,Ref\nWestmoor,W/1\nWestmoor,W/2\nEastmoor,W/3\n"
    source = {"columns": {"case_id": "Ref"}, "only": {"Force": ["Westmoor"]}}
    read = read_case_files(force(tmp_path, cases=cases, case_source=source))
    assert read.cases["case_id"].tolist() == ["W/1", "W/2"]
    assert read.notes["case_id"].unique().tolist() == ["W/1", "W/2"]
    assert [(step.step, step.rows_in, step.rows_out) for step in read.trail] == [
        ("read cases", 3, 2),
        ("read notes", 4, 4),
        ("notes of cases kept", 4, 3),
    ]


def test_a_case_keeps_its_notes_where_only_takes_one_of_its_rows(tmp_path: Path) -> None:
    cases = "Ref,Offence\nW/1,main\nW/1,further\nW/2,main\nW/3,further\n"
    source = {"columns": {"case_id": "Ref"}, "only": {"Offence": ["main"]}}
    read = read_case_files(force(tmp_path, cases=cases, case_source=source))
    assert read.cases["case_id"].tolist() == ["W/1", "W/2"]
    assert read.notes["case_id"].tolist() == ["W/1", "W/1", "W/2"]
    assert read_note_texts(read, ["W/1"])["entry_no"].tolist() == [1, 2]


def test_a_stray_row_without_a_reference_is_left_out_and_counted(tmp_path: Path) -> None:
    notes = NOTES + "W/1,2025-01-13 10:00,Call made.\n" * 20 + ",2025-01-14 10:00,Whose?\n"
    read = read_case_files(force(tmp_path, notes=notes))
    assert len(read.notes) == 24
    steps = {step.step: (step.rows_in, step.rows_out) for step in read.trail}
    assert steps["notes with a reference"] == (25, 24)
    found = read.checks.set_index("found").loc["rows without a reference, left out"]
    assert (found["grade"], found["table"], found["count"]) == ("limits", "notes", 1)


@pytest.mark.parametrize(
    ("written", "expected"), [("Y", True), ("no", False), ("TRUE", True), ("0", False), ("", None)]
)
def test_flags_read_the_usual_words(written: str, expected: bool | None, tmp_path: Path) -> None:
    cases = f"Ref,Wanted\nW/1,{written}\nW/2,yes\nW/3,no\n"
    source = {"columns": {"case_id": "Ref", "victim_wanted_report": "Wanted"}}
    read = read_case_files(force(tmp_path, cases=cases, case_source=source)).cases["victim_wanted_report"]
    assert (None if read.isna()[0] else bool(read[0])) is expected


def test_a_value_that_means_not_recorded_becomes_missing(tmp_path: Path) -> None:
    cases = CASES.replace("2025-05-01", "Not known")
    source = {"values": {"closed_on": {"Not known": None}}}
    assert read_case_files(force(tmp_path, cases=cases, case_source=source)).cases["closed_on"].isna()[0]


@pytest.mark.parametrize(("written", "read"), [("01", "1"), ("15.0", "15"), (" 1a ", "1A"), ("0", "0")])
def test_outcome_types_are_one_spelling(written: str, read: str, tmp_path: Path) -> None:
    cases = CASES.replace(",15\n", f",{written}\n")
    assert read_case_files(force(tmp_path, cases=cases)).cases["outcome_type"][0] == read


def test_whether_a_suspect_was_named_follows_from_the_dates(tmp_path: Path) -> None:
    cases = "Ref,Named,Arrest\nW/1,2025-01-10,\nW/2,,2025-01-11\nW/3,,\n"
    source = {"columns": {"case_id": "Ref", "suspect_named_on": "Named", "arrested_on": "Arrest"}}
    read = read_case_files(force(tmp_path, cases=cases, case_source=source)).cases
    assert read["suspect_named"].tolist() == [True, True, False]


def test_official_outcomes_are_summed_over_offences(tmp_path: Path) -> None:
    (tmp_path / "official.csv").write_text(
        "Quarter,Type,Recorded,Given\n1,1,4,\n1,1,3,\n1,16,2,5.0\n2,1,1,1\n", encoding="utf-8"
    )
    outcomes = {
        "path": str(tmp_path / "official.csv"),
        "columns": {"outcome_type": "Type", "period": "Quarter", "recorded": "Recorded", "closed": "Given"},
    }
    read = read_case_files(force(tmp_path, outcomes=outcomes)).outcomes
    assert read is not None
    assert read.astype(object).where(read.notna(), None).values.tolist() == [
        ["1", "1", 7, None],
        ["1", "16", 2, 5],
        ["2", "1", 1, 1],
    ]


@pytest.mark.parametrize(
    ("grade", "found", "row", "note"),
    [
        ("limits", "closed_on before reported_on", "W/1,2025-01-10,2025-01-09,15", ""),
        ("limits", "after the day of publication", "W/1,2025-01-10,2035-05-01,15", ""),
        ("limits", "no notes", "W/9,2025-01-10,2025-05-01,15", ""),
        ("noted", "entered before the report", "", "W/1,2024-12-31 23:00,Older incident."),
        ("noted", "entered after closure", "", "W/1,2025-05-02 00:30,Letter sent."),
        ("noted", "no words", "", "W/1,2025-01-13 10:00,   "),
        ("noted", "the same text again in one case", "", "W/1,2025-01-13 10:00,Suspect to be traced."),
        (
            "noted",
            "the same text again in one case, but for digits, spaces and capitals",
            "",
            "W/1,2025-01-13 10:00,suspect to be\u00a0 TRACED. 2",
        ),
        ("noted", "not a Home Office code of a sexual offence", "W/1,2025-01-10,2025-05-01,15,8N", ""),
        ("limits", "an outcome that no sexual offence can have", "W/1,2025-01-10,2025-05-01,7", ""),
        ("limits", "closed, but no outcome", "W/1,2025-01-10,2025-05-01,", ""),
    ],
)
def test_what_contradicts_itself_is_reported_and_left_as_it_is(
    grade: str, found: str, row: str, note: str, tmp_path: Path
) -> None:
    others = [line for line in CASES.splitlines() if not row or line[:3] != row[:3]]
    cases = "\n".join(f"{line}{',' * (4 - line.count(','))}" for line in [*others, row] if line)
    cases = cases.replace("Outcome,", "Outcome,Code")
    source = {"columns": {**CASE_COLUMNS, "offence_code": "Code"}}
    read = read_case_files(force(tmp_path, cases=cases, notes=f"{NOTES}{note}\n", case_source=source))
    check = read.checks.set_index("found").loc[found]
    assert (check["grade"], check["count"], check["cases"]) == (grade, 1, (row[:3] or "W/1",))
    assert len(read.cases) == cases.count("W/")
    assert len(read.notes) == NOTES.count("W/") + bool(note)


def test_numbers_that_contradict_the_clock_are_noted(tmp_path: Path) -> None:
    notes = (
        "Ref,No,Entered,Note\nW/1,1,2025-01-12 10:00,a\nW/1,2,2025-01-10 10:00,b\nW/2,1,2025-02-11 10:00,c\n"
    )
    columns = {**NOTE_COLUMNS, "entry_no": "No"}
    checks = read_case_files(force(tmp_path, notes=notes, note_source={"columns": columns})).checks
    assert checks.set_index("found").loc["numbered out of order of time", "cases"] == ("W/1",)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("W/1,15,2025-05-01,,", "a charge date, but another outcome than charged"),
        ("W/1,1,,,", "outcome charged, but no charge date"),
        (
            "W/1,18,,2025-05-01,",
            "outcome says no suspect identified, but one was named, arrested or interviewed",
        ),
        (
            "W/1,14,,,2025-05-01",
            "outcome says no suspect identified, but one was named, arrested or interviewed",
        ),
        ("W/1,15,,,,no", "outcome says a suspect was identified, but none was named"),
        ("W/1,9,,,,", "outcome says the CPS decided, but there is no CPS decision date"),
    ],
)
def test_outcomes_that_contradict_the_dates_limit_the_results(row: str, found: str, tmp_path: Path) -> None:
    cases = (
        f"Ref,Outcome,Charged,Arrest,Interview,Named,CPS\n{row}\nW/2,1,2025-05-01,,,,2025-04-01\nW/3,,,,,,\n"
    )
    cases = cases.replace(row, row + "," * (6 - row.count(",")))
    columns = {
        "case_id": "Ref",
        "outcome_type": "Outcome",
        "charged_on": "Charged",
        "arrested_on": "Arrest",
        "suspect_interviewed_on": "Interview",
        "suspect_named": "Named",
        "cps_decision_on": "CPS",
    }
    checks = read_case_files(force(tmp_path, cases=cases, case_source={"columns": columns})).checks
    assert checks.set_index("found").loc[found, ["grade", "count"]].tolist() == ["limits", 1]


def test_a_charge_date_that_the_force_never_gives_is_a_gap_and_contradicts_no_charge(tmp_path: Path) -> None:
    cases = "Ref,Outcome,Charged\nW/1,1,\nW/2,1,\nW/3,,\n"
    columns = {"case_id": "Ref", "outcome_type": "Outcome", "charged_on": "Charged"}
    read = read_case_files(force(tmp_path, cases=cases, case_source={"columns": columns}))
    assert read.checks.empty
    gaps = find_gaps(read.tables).set_index("field")["gap"]
    assert gaps["charged_on"] == "never filled in"


def test_nothing_is_found_in_a_clean_force(tmp_path: Path) -> None:
    assert read_case_files(force(tmp_path)).checks.empty


@pytest.mark.parametrize(
    ("grade", "earlier", "later"),
    [
        ("limits", "file_to_cps_on", "cps_decision_on"),
        ("limits", "reported_on", "arrested_on"),
        ("noted", "cps_decision_on", "charged_on"),
        ("noted", "arrested_on", "closed_on"),
    ],
)
def test_dates_in_impossible_or_unusual_order_are_reported(
    grade: str, earlier: str, later: str, tmp_path: Path
) -> None:
    cases = "Ref,First,Then\nW/1,2025-03-02,2025-03-01\nW/2,2025-03-01,2025-03-01\nW/3,,2025-03-01\n"
    source = {"columns": {"case_id": "Ref", earlier: "First", later: "Then"}}
    checks = read_case_files(force(tmp_path, cases=cases, case_source=source)).checks
    found = checks.set_index("found").loc[f"{later} before {earlier}"]
    assert (found["grade"], found["cases"]) == (grade, ("W/1",))


def test_texts_are_read_only_for_the_cases_asked_for(tmp_path: Path) -> None:
    read = read_case_files(force(tmp_path))
    assert read_note_texts(read, ["W/3", "W/1"])["text"].tolist() == [
        "Report taken from the victim.",
        "Suspect to be traced.",
        "CCTV requested.",
    ]
    assert read_note_texts(read, []).empty


@pytest.mark.parametrize(
    "changed",
    [
        NOTES.replace("to be traced", "was traced"),
        NOTES.replace("W/1,2025-01-12 14:00,Suspect to be traced.\n", ""),
        NOTES.replace("W/3", "W/1"),
    ],
    ids=["another text", "one fewer", "another case"],
)
def test_an_extract_that_changed_after_it_was_checked_is_refused(changed: str, tmp_path: Path) -> None:
    read = read_case_files(force(tmp_path))
    force(tmp_path, notes=changed)
    with pytest.raises(InspectionError, match="has changed since it was checked"):
        read_note_texts(read, ["W/1"])


@pytest.mark.parametrize("block_rows", [1, 2, 3])
def test_tables_do_not_depend_on_how_the_extract_is_cut_into_blocks(
    block_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = NOTES + "W/2,2025-02-12 14:00,\nW/1,2025-01-12 14:00,Suspect to be traced.\n,2025-01-01 10:00,x\n"
    notes += "W/3,2025-03-13 10:00,Call made.\n" * 20
    lines = [*CASES.splitlines(), "W/4,2025-03-12,,"]
    cases = "\n".join(f"{line},{force}" for line, force in zip(lines, ["Force", *"WWWE"], strict=True))
    source = {"only": {"Force": ["W"]}}
    whole = read_case_files(force(tmp_path, cases=cases, notes=notes, case_source=source))
    monkeypatch.setattr("inspections.source_tables.BLOCK_ROWS", block_rows)
    cut = read_case_files(whole.parameters)
    for table in ("cases", "notes", "checks"):
        pd.testing.assert_frame_equal(getattr(cut, table), getattr(whole, table))
    assert cut.trail == whole.trail
    texts = [read_note_texts(read, ["W/1"]) for read in (cut, whole)]
    pd.testing.assert_frame_equal(*texts)


def test_showing_case_files_by_accident_shows_sizes_only(tmp_path: Path) -> None:
    assert repr(read_case_files(force(tmp_path))) == "CaseFiles(3 cases, 4 notes)"


def test_fields_not_mapped_are_not_read(tmp_path: Path) -> None:
    cases = CASES.replace("Ref,Reported", "Surname,Ref,Reported").replace("W/", "Canary,W/")
    read = read_case_files(force(tmp_path, cases=cases, case_source={"columns": CASE_COLUMNS}))
    assert not read.cases.isin(["Canary"]).any().any()
