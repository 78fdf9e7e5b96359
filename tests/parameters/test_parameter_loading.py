"""A parameter file is read whole, or refused with every reason at once."""

import json
from datetime import date
from pathlib import Path

import pytest
from parameter_files import FORCE, INSPECTION, write

from parameters import PROJECT, InspectionError, Parameters, load_parameters
from parameters.models.force import RESERVED

FORCES = ("northshire", "carrowdale", "saltmere")


@pytest.mark.parametrize("force", FORCES)
def test_parameters_survive_the_way_to_a_notebook_and_back(force: str) -> None:
    parameters = load_parameters(PROJECT / "parameters" / f"{force}.yml")
    plain = json.loads(json.dumps(parameters.model_dump(mode="json")))
    assert Parameters.model_validate(plain) == parameters


@pytest.mark.parametrize("force", FORCES)
def test_a_force_is_named_after_its_file_and_its_extracts_exist(force: str) -> None:
    parameters = load_parameters(PROJECT / "parameters" / f"{force}.yml")
    assert parameters.force.force == force
    assert parameters.file == f"parameters/{force}.yml"
    files = parameters.source_files()
    assert len(files) == len(parameters.force.sources.given())
    assert all(path.is_file() for path in files)


def test_no_force_has_the_name_of_a_file_or_folder_of_the_toolkits_own(tmp_path: Path) -> None:
    reports = [path for path in (PROJECT / "reports").glob("[a-z]*") if path.is_dir()]
    folders = {path.name for path in reports if not (path / "recommendations.yml").is_file()}
    taken = {path.stem for path in (PROJECT / "parameters").glob("*.yml")} | folders
    assert not taken - RESERVED - set(FORCES)
    own = write(tmp_path, force=FORCE.replace("force: westmoor", "force: national"), name="national.yml")
    with pytest.raises(InspectionError, match='force is "national", a name that the toolkit uses'):
        load_parameters(own)


def test_defaults_are_the_careful_ones(tmp_path: Path) -> None:
    inspection = load_parameters(write(tmp_path)).inspection
    assert inspection.disclosure.threshold == 10
    assert inspection.sample.minimum_notes == 1
    assert inspection.frame.offence_codes == "all"
    assert not inspection.fictional


def test_paths_start_at_the_parameter_file(tmp_path: Path) -> None:
    force = FORCE.replace("path: cases.csv", "path: ../extract/cases.csv")
    (tmp_path / "settings").mkdir()
    cases = load_parameters(write(tmp_path / "settings", force=force)).force.sources.cases
    assert cases.files() == (tmp_path / "extract" / "cases.csv",)


@pytest.mark.parametrize(
    "path", ["extract\n    format: csv", "extract/2025-*.csv"], ids=["folder", "pattern"]
)
def test_a_folder_or_pattern_stands_for_its_files_in_order(path: str, tmp_path: Path) -> None:
    (tmp_path / "extract").mkdir()
    for name in ("2025-05.csv", "2025-04.csv", "letter.txt", ".2025-06.csv", "~$2025-04.csv", "2025-04.xlsx"):
        (tmp_path / "extract" / name).touch()
    parameters = load_parameters(write(tmp_path, force=FORCE.replace("path: cases.csv", f"path: {path}")))
    assert [file.name for file in parameters.source_files()] == ["2025-04.csv", "2025-05.csv", "notes.csv"]


def test_an_audit_starts_at_the_parameter_file_and_is_settled_before_the_report(tmp_path: Path) -> None:
    audited = FORCE + "audit: {round: audits/westmoor/main, settled_on: 2026-05-04}\n"
    audit = load_parameters(write(tmp_path, force=audited)).force.audit
    assert audit is not None
    assert Path(audit.round) == tmp_path / "audits" / "westmoor" / "main"
    assert audit.files() == ()
    late = audited.replace("2026-05-04", "2026-11-13")
    with pytest.raises(InspectionError, match="after the report is published"):
        load_parameters(write(tmp_path, force=late))


def test_a_database_has_no_files_to_hash(tmp_path: Path) -> None:
    force = FORCE.replace("path: cases.csv", "url_from: WESTMOOR_DATABASE_URL\n    table: crime.cases")
    parameters = load_parameters(write(tmp_path, force=force))
    assert parameters.source_files() == (tmp_path / "notes.csv",)
    assert Parameters.model_validate(json.loads(parameters.model_dump_json())) == parameters


@pytest.mark.parametrize("key", ["path", "url", "url_from", "table", "password"])
def test_an_address_with_a_password_is_refused_and_never_repeated(key: str, tmp_path: Path) -> None:
    address = f"{key}: postgresql://reader:Zuleika7@db.example/crime"
    path = write(tmp_path, force=FORCE.replace("path: cases.csv", address))
    with pytest.raises(InspectionError) as error:
        load_parameters(path)
    (problem,) = error.value.problems
    assert problem.field == f"sources.cases.{key}"
    assert "environment variable" in problem.remedy
    assert "Zuleika7" not in repr(error.value.problems) + str(error.value)


def test_one_file_that_serves_cases_and_notes_is_listed_once(tmp_path: Path) -> None:
    force = FORCE.replace("path: notes.csv", "path: cases.csv")
    assert load_parameters(write(tmp_path, force=force)).source_files() == (tmp_path / "cases.csv",)


def test_a_force_may_change_its_own_sample_only(tmp_path: Path) -> None:
    force = FORCE + "sample: {size: all, design: simple}\n"
    sample = load_parameters(write(tmp_path, force=force)).inspection.sample
    assert (sample.size, sample.design, sample.allocation) == ("all", "simple", "equal")


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(FORCE, encoding="utf-8-sig")
    assert load_parameters(path).force.name == "Westmoor Police"


def test_parameters_cannot_be_changed_after_they_are_read(tmp_path: Path) -> None:
    parameters = load_parameters(write(tmp_path))
    with pytest.raises(ValueError, match="frozen"):
        parameters.inspection.period.start = date(2020, 1, 1)


def test_problems_of_both_files_come_together(tmp_path: Path) -> None:
    path = write(
        tmp_path, force=FORCE.replace("name:", "nmae:"), inspection=INSPECTION.replace("size: 12", "size: -3")
    )
    with pytest.raises(InspectionError) as error:
        load_parameters(path)
    assert [(Path(problem.file).name, problem.field) for problem in error.value.problems] == [
        ("westmoor.yml", "nmae"),
        ("westmoor.yml", "name"),
        ("inspection.yml", "sample.size"),
    ]


def test_python_objects_in_a_parameter_file_are_never_made(tmp_path: Path) -> None:
    path = write(tmp_path, force=FORCE.replace("Westmoor Police", "!!python/object/apply:os.getcwd []"))
    with pytest.raises(InspectionError, match="line 2 cannot be read as YAML"):
        load_parameters(path)
