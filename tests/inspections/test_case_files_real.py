"""Real public extracts are read by mapping alone: no code knows them."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from inspections.case_files import CaseFiles, read_case_files, read_note_texts
from inspections.completeness import find_gaps
from parameters import PROJECT, InspectionError, load_parameters

MAPPINGS = Path(__file__).parent / "real"
DATA = PROJECT.parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="real public material is not on this machine")


@pytest.fixture(scope="module")
def sussex() -> CaseFiles:
    return read_case_files(load_parameters(MAPPINGS / "sussex.yml"))


def test_summaries_of_one_force(sussex: CaseFiles) -> None:
    assert len(sussex.cases) == len(sussex.notes) == 30
    assert sussex.cases["case_id"].tolist() == sussex.notes["case_id"].tolist()
    assert sussex.cases["recorded_on"].dt.day.dropna().eq(1).all()
    assert read_note_texts(sussex, sussex.cases["case_id"])["text"].str.len().min() > 40
    assert sussex.trail[0].rows_in == 1305


def test_summaries_say_what_they_lack(sussex: CaseFiles) -> None:
    gaps = find_gaps(sussex.tables).set_index("field")
    assert gaps.loc["recorded_on", ["gap", "missing", "of"]].tolist() == ["partly missing", 2, 30]
    assert gaps.loc["charged_on", "gap"] == "not held"
    months = sussex.checks[sussex.checks["found"].str.startswith("dates without a day")]
    assert months["grade"].tolist() == ["limits", "limits"]


def test_official_outcomes_add_up_to_the_published_table(sussex: CaseFiles) -> None:
    with open(DATA / "ho_outcomes_2018_19" / "check_rape_by_force_2018_19.csv", encoding="utf-8") as file:
        published = next(row for row in csv.DictReader(file) if row["force_name"] == "Sussex")
    assert sussex.outcomes is not None
    recorded = sussex.outcomes.groupby("outcome_type")["recorded"].sum()
    for column, count in published.items():
        if column.startswith("outcome_"):
            assert recorded.get(str(int(column.removeprefix("outcome_"))), 0) == int(count), column
    assert recorded.sum() == int(published["rape_offences_recorded_total"])


def test_an_outcome_not_yet_assigned_has_no_closing_count(sussex: CaseFiles) -> None:
    assert sussex.outcomes is not None
    unassigned = sussex.outcomes["outcome_type"] == "0"
    assert sussex.outcomes.loc[unassigned, "closed"].isna().all()
    assert sussex.outcomes.loc[~unassigned, "closed"].notna().any()


def test_an_incident_log_is_both_cases_and_notes() -> None:
    log = read_case_files(load_parameters(MAPPINGS / "ucpd.yml"))
    assert len(log.cases) == len(log.notes) == 310 + 292 + 157 + 174 + 6 - 1
    assert log.checks.set_index("found").loc["rows without a reference, left out", "count"].tolist() == [1, 1]
    assert log.cases["decision"].value_counts().to_dict() == {
        "charged": 310,
        "open": 292,
        "victim withdrew": 174,
        "police NFA": 162,
    }
    first = log.notes.set_index("case_id").loc["X0001", "entered_at"]
    assert first == pd.Timestamp("2011-01-01 01:51")


def test_dispositions_left_without_an_outcome_type_are_listed(tmp_path: Path) -> None:
    (tmp_path / "inspection.yml").write_bytes((MAPPINGS / "inspection.yml").read_bytes())
    mapping = (MAPPINGS / "ucpd.yml").read_text(encoding="utf-8")
    mapping = mapping.replace("../../../../shared/data", DATA.as_posix()).replace("Unfounded: ", "Founded: ")
    (tmp_path / "ucpd.yml").write_text(mapping, encoding="utf-8")
    with pytest.raises(InspectionError) as error:
        read_case_files(load_parameters(tmp_path / "ucpd.yml"))
    (problem,) = error.value.problems
    assert problem.value == "Unfounded"
    assert '{"Unfounded": ...}' in problem.remedy
