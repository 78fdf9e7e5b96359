from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from release_folder import build_release
from ruamel.yaml import YAML

from parameters import InspectionError
from reports import refresh
from reports.register import COLUMNS, EARLIER, REGISTER, read_register, still_open


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def add_status(decisions: Path, number: int, **entry: str) -> None:
    yaml = YAML()
    content = yaml.load(decisions.read_text(encoding="utf-8"))
    content["recommendations"][number - 1]["history"].append(entry)
    with decisions.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


def test_the_register_has_a_row_for_each_status_with_day_name_and_reason_and_the_evidence(
    project: Path, release_folder: Path
) -> None:
    decisions = project / "reports/northshire/recommendations.yml"
    add_status(
        decisions, 2, date="2027-03-01", status="completed", by="A. Khan", note="Seen in | the *files*"
    )
    refresh("northshire", release_folder, root=project)
    register = project / "reports/register"
    rows = [row for row in rows_of(register / REGISTER) if row["inspection"] == "rasso-2026"]
    assert [(row["number"], row["status"]) for row in rows[:3]] == [
        ("1", "accepted"),
        ("2", "accepted"),
        ("2", "completed"),
    ]
    assert (rows[2]["date"], rows[2]["by"], rows[2]["note"]) == (
        "2027-03-01",
        "A. Khan",
        "Seen in | the *files*",
    )
    assert rows[0]["findings"].split()[0] == "suspect-account-tested-force"
    assert rows[0]["evidence"].startswith("Case files where the suspect’s account is tested: as measured.")
    page = (register / "_generated/register.md").read_text(encoding="utf-8")
    assert r"Seen in \| the \*files\*" in page
    assert "{#tbl-standing-northshire}" in page
    assert "{#tbl-history-northshire}" in page


def test_a_number_that_a_recommendation_cites_stands_in_the_plan_and_the_register(
    project: Path, release_folder: Path
) -> None:
    folder = project / "reports/northshire"
    yaml = YAML()
    content = yaml.load((folder / "recommendations.yml").read_text(encoding="utf-8"))
    content["recommendations"][0]["act"] = "that more than {{< meta counts.sample >}} files hold a plan"
    with (folder / "recommendations.yml").open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
    refresh("northshire", release_folder, root=project)
    plan = (folder / "_generated/improvement-plan.md").read_text(encoding="utf-8")
    assert "More than 24 files hold a plan" in plan
    rows = rows_of(project / "reports/register" / REGISTER)
    assert "that more than 24 files hold a plan" in {row["act"] for row in rows}


def test_the_next_inspection_starts_from_what_the_register_holds_open(
    project: Path, release_folder: Path
) -> None:
    decisions = project / "reports/northshire/recommendations.yml"
    for number in (1, 3, 4, 5):
        add_status(decisions, number, date="2027-06-01", status="completed", by="A. Khan", note="Seen")
    refresh("northshire", release_folder, root=project)
    register = read_register(project / "reports/register" / REGISTER, force="northshire")
    left = still_open(register, inspection="rasso-2028")
    assert [(entry.inspection, entry.number, entry.status) for entry in left] == [
        ("rasso-2026", 2, "accepted")
    ]
    assert still_open(register, inspection="rasso-2026") == []

    (project / "reports/register" / REGISTER).rename(project / "reports/register" / EARLIER)
    for path in (decisions, decisions.with_name("index.qmd")):
        path.unlink()
    facts = json.loads((release_folder / "force.json").read_text(encoding="utf-8"))
    facts["inspection"]["id"] = "rasso-2028"
    (release_folder / "force.json").write_text(json.dumps(facts), encoding="utf-8")
    refresh("northshire", release_folder, root=project)
    drafted = YAML(typ="safe").load(decisions.read_text(encoding="utf-8"))["earlier"]
    assert drafted == [{"inspection": "rasso-2026", "number": 2, "findings": [], "history": []}]
    told = (project / "reports/northshire/_generated/recommendations.md").read_text(encoding="utf-8")
    assert r"**Recommendation 2 of rasso\-2026.**" in told
    assert "**Not yet followed up:**" in told


def test_what_became_of_earlier_recommendations_goes_on_in_the_register(
    project: Path, tmp_path: Path
) -> None:
    refresh("carrowdale", build_release(tmp_path, force="carrowdale", name="Carrowdale"), root=project)
    rows = rows_of(project / "reports/register" / REGISTER)
    earlier = [row for row in rows if row["inspection"] == "rasso-2023"]
    assert [row["status"] for row in earlier] == ["accepted", "in progress", "in progress"]
    assert earlier[-1]["by"] == "Imran Thackeray"


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("deadline", "soon", 'recommendation 1 of rasso-2023, deadline is "soon"'),
        ("status", "done", 'recommendation 1 of rasso-2023, history.0.status is "done"'),
        ("number", "one", 'recommendation one of rasso-2023, number is "one"'),
    ],
)
def test_what_is_wrong_in_an_earlier_register_is_told_with_its_place(
    column: str, value: str, told: str, project: Path
) -> None:
    path = project / "reports/register" / EARLIER
    rows = rows_of(path)
    rows[0][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(InspectionError) as error:
        read_register(path, force=rows[0]["force"])
    assert told in str(error.value)


def test_an_earlier_register_without_a_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / EARLIER
    path.write_text("inspection,force,number\nrasso-2023,northshire,1\n", encoding="utf-8")
    with pytest.raises(InspectionError, match="has no column force_name, pillar, owner"):
        read_register(path, force="northshire")
    assert read_register(tmp_path / "none.csv", force="northshire") == []
