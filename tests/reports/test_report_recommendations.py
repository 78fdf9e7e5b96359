from __future__ import annotations

from pathlib import Path

import pytest

from parameters import PROJECT, InspectionError
from reports.recommendations import load_catalogue, load_decisions
from reports.release import Release, read_release

GOOD = """
judgements:
  - id: effort
    kind: cause of concern
    pillar: 1
    text: Effort goes into the victim.
    findings: [effort-balance-force]
recommendations:
  - number: 1
    pillar: 1
    owner: the chief constable
    deadline: 2027-05-31
    act: that every file holds a plan
    measure: a new sample finds a plan in nearly every file
    findings: [effort-balance-force]
    answers: [effort]
    status: accepted
"""


@pytest.fixture
def release(release_folder: Path) -> Release:
    return read_release(release_folder)


def problems(text: str, *, folder: Path, release: Release) -> str:
    path = folder / "recommendations.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InspectionError) as error:
        load_decisions(path, release=release)
    return str(error.value)


def test_complete_recommendations_are_read(tmp_path: Path, release: Release) -> None:
    path = tmp_path / "recommendations.yml"
    path.write_text(GOOD, encoding="utf-8")
    decisions = load_decisions(path, release=release)
    assert [entry.owner for entry in decisions.published] == ["the chief constable"]


@pytest.mark.parametrize("field", ["owner", "deadline", "act", "measure", "findings", "status"])
def test_a_recommendation_lacking_a_part_is_refused(field: str, tmp_path: Path, release: Release) -> None:
    head, recommendation = GOOD.split("recommendations:")
    lines = [line for line in recommendation.splitlines() if not line.strip().startswith(f"{field}:")]
    told = problems(head + "recommendations:" + "\n".join(lines), folder=tmp_path, release=release)
    assert f"recommendation 1.{field} is missing." in told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("deadline: 2027-05-31", "deadline: by spring", 'recommendation 1.deadline is "by spring"'),
        ("act: that", "action: x\n    act: that", "recommendation 1.action is not a field of this file."),
        ("owner: the chief constable", 'owner: ""', "recommendation 1.owner is missing."),
        ("number: 1", "number: 2", "recommendations are numbered 2"),
        ("answers: [effort]", "answers: [effort, drift]", 'names "drift", which is not a judgement.'),
        ("answers: [effort]", "answers: []", "is a cause of concern without a recommendation."),
        ("status: accepted", "status: rejected", "is a cause of concern without a recommendation."),
        (
            "findings: [effort-balance-force]\n    answers",
            "findings: [no-such-finding]\n    answers",
            'names "no-such-finding", which the inspection did not find.',
        ),
        ("judgements:", "judgements: [", "is not valid YAML."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    old: str, new: str, told: str, tmp_path: Path, release: Release
) -> None:
    assert old in GOOD
    assert told in problems(GOOD.replace(old, new), folder=tmp_path, release=release)


def test_all_problems_are_told_at_once(tmp_path: Path, release: Release) -> None:
    text = GOOD.replace("owner: the chief constable", 'owner: ""').replace("2027-05-31", "soon")
    told = problems(text, folder=tmp_path, release=release)
    assert told.count("reports") == 0
    assert "recommendation 1.owner" in told
    assert "recommendation 1.deadline" in told


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (GOOD.replace("[effort-balance-force]\nrec", "[UNTOLD]\nrec"), "judgement effort.findings"),
        (GOOD.replace("[effort-balance-force]\n    ans", "[UNTOLD]\n    ans"), "recommendation 1.findings"),
        (f"headlines: [UNTOLD]\n{GOOD}", "headlines"),
    ],
)
def test_what_rests_only_on_findings_that_are_not_published_is_refused(
    text: str, where: str, tmp_path: Path, release: Release
) -> None:
    untold = "victim-doubt-rebutted-force"
    told = problems(text.replace("UNTOLD", untold), folder=tmp_path, release=release)
    assert f"{where} rests only on findings that are not published" in told
    assert "Rest it on a finding that is told, or take it out. Told are: " in told
    assert untold not in told.partition("Told are: ")[2]

    path = tmp_path / "recommendations.yml"
    path.write_text(text.replace("UNTOLD", f"{untold}, effort-balance-force"), encoding="utf-8")
    assert load_decisions(path, release=release).judgements


def test_that_a_force_keeps_no_record_is_something_to_rest_a_judgement_on(
    tmp_path: Path, release: Release
) -> None:
    path = tmp_path / "recommendations.yml"
    path.write_text(
        GOOD.replace("effort-balance-force", "withdrawal-reported-by-victim-force"), encoding="utf-8"
    )
    assert load_decisions(path, release=release).judgements


def test_the_catalogue_has_one_usual_recommendation_for_a_finding() -> None:
    drafts = load_catalogue(PROJECT / "reports" / "recommendations.yml")
    assert len({draft.finding for draft in drafts}) == len(drafts)
    assert all(draft.act.startswith("that ") for draft in drafts)
