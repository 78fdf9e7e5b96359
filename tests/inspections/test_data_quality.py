"""The page on a force's data: grades, and the measures that lean on what was found."""

from dataclasses import replace

import pandas as pd
import pytest
from made_material import YEAR, coded

from inspections.case_files import read_case_files
from inspections.completeness import find_gaps
from inspections.data_quality import LEANING, grade_data, quality_sentences
from inspections.indicators import Material, compute_indicators, definitions, rows
from inspections.intervals import NO_INTERVAL
from inspections.sampling import draw
from parameters import PROJECT, load_parameters
from parameters.fields import FIELDS, Table

ABOUT_THE_DATA = {
    "missing-fields",
    "outcome-coding",
    "dates-out-of-order",
    "author-role-missing",
    "recorded-by-next-day",
}
COUNTED = ["indicator", "group", "numerator", "denominator", "value", "status"]


@pytest.fixture(scope="module")
def carrowdale() -> Material:
    """A force that holds nearly every field, with one unit of each orientation in every sampled file."""
    parameters = load_parameters(PROJECT / "parameters" / "carrowdale.yml")
    read = read_case_files(parameters)
    drawn = draw(read.cases, read.notes["case_id"].value_counts(), parameters)
    sample = drawn.sample.cases
    notes = read.notes[read.notes["case_id"].isin(sample["case_id"])]
    notes = notes.astype(dict.fromkeys(notes.select_dtypes("category").columns, "str"))
    first = notes.drop_duplicates("case_id")[["case_id", "entry_no"]].itertuples(index=False, name=None)
    units = [
        (case, entry, number, code)
        for case, entry in first
        for number, code in ((1, "vic-disbelief"), (2, "sus-pattern-linking"))
    ]
    return Material(
        cases=_with_later_fields(read.cases),
        frame=_with_later_fields(drawn.frame.cases),
        sample=_with_later_fields(sample),
        notes=notes,
        coding=coded(*units),
        entries=notes[["case_id", "entry_no"]].assign(units=20),
        period=YEAR,
        seed="quality",
        further=further_tables(list(sample["case_id"])),
    )


def _with_later_fields(cases: pd.DataFrame) -> pd.DataFrame:
    """Fields that no fictional force holds, filled in for every other closed case."""
    dates = cases["closed_on"].where(cases["case_id"].str[-4].isin(list("02468")))
    return cases.assign(admin_finalised_on=dates, review_right_told_on=dates)


def further_tables(ids: list[str]) -> dict[Table, pd.DataFrame]:
    day = pd.to_datetime("2025-06-02 10:00")
    suspects = pd.DataFrame({"case_id": ids, "suspect_id": [f"S{n // 2}" for n in range(len(ids))]})
    some = suspects.index % 3 == 0
    devices = pd.DataFrame({"case_id": ids, "owner": "victim", "taken_at": day})
    kinds = ["phone", "other device", "third-party records"]
    workforce = pd.DataFrame({"role": ["Investigator", "Response"], "officers": [4, 3]})
    return {
        "suspects": suspects.assign(
            disruption_considered=some,
            bail_changed_on=day.normalize(),
            victim_told_on=pd.Series(day.normalize(), index=suspects.index).where(some),
        ),
        "devices": devices.assign(
            kind=[kinds[n % 3] for n in range(len(ids))],
            examined_at=day + pd.Timedelta(days=4),
            returned_at=(day + pd.Timedelta(hours=20)),
            parameters_set=some,
        ),
        "workforce": workforce.assign(
            qualification=["trainee", "fully qualified"],
            specialist_training=[True, False],
            open_cases=[60, 30],
            vacancies=[2, 1],
        ),
    }


def without(given: Material, table: str, field: str) -> Material:
    if table in given.further:
        left = {name: rows for name, rows in given.further.items() if name != table or field}
        return replace(given, further=left | ({table: left[table].drop(columns=field)} if field else {}))
    names = ["notes"] if table == "notes" else ["cases", "frame", "sample"]
    return replace(given, **{name: getattr(given, name).drop(columns=field) for name in names})


def changed_by(given: Material, table: str, field: str, before: pd.DataFrame) -> set[str]:
    after = compute_indicators(without(given, table, field)).table
    return {
        str(name)
        for name, own in before.groupby("indicator")
        if not own[COUNTED]
        .reset_index(drop=True)
        .equals(after.loc[after["indicator"] == name, COUNTED].reset_index(drop=True))
    }


def test_the_measures_said_to_lean_on_a_field_are_those_that_change_without_it(
    carrowdale: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bootstrap", "bootstrap_ratio"):  # intervals decide nothing here
        monkeypatch.setattr(rows, name, lambda *_, **__: NO_INTERVAL)
    # the table of suspects stands in for the main suspect of each case where a force has both
    apart = replace(carrowdale, further={})
    before = {True: compute_indicators(carrowdale).table, False: compute_indicators(apart).table}
    fields = {table: [*rows.columns, ""] for table, rows in carrowdale.further.items()}
    fields |= {"cases": list(carrowdale.cases.columns), "notes": ["entered_at", "author_role"]}
    for table, names in fields.items():
        required = {field.name for field in FIELDS[table] if field.required}
        for field in (name for name in names if name not in required):
            given = carrowdale if (further := table in carrowdale.further) else apart
            found = changed_by(given, table, field, before[further]) - ABOUT_THE_DATA
            assert found == set(LEANING[table].get(field, ())), f"{table}.{field} in data_quality.LEANING"


def test_every_measure_named_is_a_measure() -> None:
    named = {name for fields in LEANING.values() for names in fields.values() for name in names}
    assert named <= set(definitions()["id"])


CHECKS = pd.DataFrame(
    [
        (
            "limits",
            "cases",
            "closed_on",
            "closed_on before reported_on",
            2,
            9,
            ("A", "X"),
            "Times are wrong.",
        ),
        ("noted", "notes", "text", "no words", 5, 90, ("B",), "Nothing to code in these entries."),
        ("limits", "cases", "case_id", "rows without a reference, left out", 1, 9, (), "Counted nowhere."),
    ],
    columns=["grade", "table", "field", "found", "count", "of", "cases", "effect"],
)


def graded() -> pd.DataFrame:
    cases = pd.DataFrame({"case_id": ["A", "B"], "reported_on": [pd.Timestamp("2025-05-01"), None]})
    gaps = find_gaps({"cases": cases}, cases=["A", "B"])
    return grade_data(gaps, CHECKS, frame=["A", "B"])


def test_a_gap_limits_results_where_a_measure_leans_on_the_field_and_is_noted_otherwise() -> None:
    gaps = graded().query("table == 'cases' and found in ['empty', 'not held']").set_index("field")
    assert gaps.loc["reported_on", ["grade", "found", "count", "of"]].tolist() == ["limits", "empty", 1, 2]
    assert "Days from report to charge" in gaps.loc["reported_on", "measures"]
    assert gaps.loc["relationship", ["grade", "measures"]].tolist() == ["noted", ""]


def test_a_whole_table_that_is_absent_limits_results() -> None:
    tables = graded().query("field == ''")
    assert set(tables["table"]) == {"suspects", "devices", "workforce", "reviews"}
    assert tables["grade"].eq("limits").all()


def test_of_a_check_the_cases_of_the_frame_are_counted() -> None:
    counted = graded().set_index("found")["in_frame"]
    assert counted["closed_on before reported_on"] == 1
    assert pd.isna(counted["rows without a reference, left out"])


def test_sentences_name_what_was_found_how_often_and_which_measures_lean_on_it() -> None:
    told = quality_sentences(graded(), "limits")
    assert told[0].startswith("closed_on in cases: closed_on before reported_on (2 of 9). Times are wrong.")
    assert "Measures: Cases charged or summonsed; Days from report to closure" in told[0]
    assert quality_sentences(graded(), "noted")[0] == (
        "text in notes: no words (5 of 90). Nothing to code in these entries."
    )
