from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from inspections.sentences import SENTENCES
from parameters import PROJECT, InspectionError
from parameters.fields import PILLARS
from reports.catalogue import Condition, Draft, load_catalogue
from reports.decisions import full_stop, improvement_plan, recommendations
from reports.recommendations import EarlierRecommendation, StatusEntry, load_decisions
from reports.release import CORRECTED, Release, read_release

GOOD = """
judgements:
  - id: effort
    kind: cause of concern
    pillar: 1
    text: Effort goes into the victim.
    reasons: Nobody asks for a plan.
    findings: [effort-balance-force]
    author: Ruth Marlowe
    date: 2026-10-28
recommendations:
  - number: 1
    pillar: 1
    owner: the chief constable
    deadline: 2027-05-31
    act: that every file holds a plan
    measure: a new sample finds a plan in nearly every file
    findings: [effort-balance-force]
    answers: [effort]
    history:
      - {date: 2026-11-02, status: accepted, by: Ruth Marlowe}
"""
EARLIER = EarlierRecommendation(
    inspection="rasso-2023", number=4, pillar=1, owner="the chief constable", deadline=date(2024, 5, 31),
    act="that plans are read", measure="a sample", judgements=[], findings=[], evidence="",
    history=[StatusEntry(date=date(2023, 11, 9), status="accepted", by="Edwin Larch")],
)  # fmt: skip


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


@pytest.mark.parametrize("field", ["owner", "deadline", "act", "measure", "findings"])
def test_a_recommendation_lacking_a_part_is_refused(field: str, tmp_path: Path, release: Release) -> None:
    head, recommendation = GOOD.split("recommendations:")
    lines = [line for line in recommendation.splitlines() if not line.strip().startswith(f"{field}:")]
    told = problems(head + "recommendations:" + "\n".join(lines), folder=tmp_path, release=release)
    assert f"recommendation 1.{field} is missing." in told


@pytest.mark.parametrize("field", ["reasons", "findings", "author", "date", "text"])
def test_a_judgement_lacking_a_part_is_refused(field: str, tmp_path: Path, release: Release) -> None:
    head, recommendation = GOOD.split("recommendations:")
    lines = [line for line in head.splitlines() if not line.strip().startswith(f"{field}:")]
    text = "\n".join([*lines, f"recommendations:{recommendation}"])
    assert f"judgement effort.{field} is missing." in problems(text, folder=tmp_path, release=release)


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
        ("status: accepted", "status: rejected", "says rejected on 2026-11-02 without a reason."),
        (
            "status: accepted",
            "status: completed, note: Seen",
            "begins with completed, before it was accepted.",
        ),
        ("by: Ruth Marlowe", 'by: ""', "recommendation 1.history.0.by is missing."),
        (
            "history:\n      -",
            "status: accepted\n    history:\n      -",
            "Give it as the last line of its history",
        ),
        (
            "      - {date: 2026-11-02, status: accepted, by: Ruth Marlowe}",
            "      - {date: 2026-11-02, status: accepted, by: R}\n"
            "      - {date: 2026-11-01, status: accepted, by: R}",
            "says accepted on 2026-11-01, after what it says of 2026-11-02.",
        ),
        (
            "findings: [effort-balance-force]\n    answers",
            "findings: [no-such-finding]\n    answers",
            'names "no-such-finding", which the inspection did not find.',
        ),
        ("judgements:", "judgements: [", "line 3 is not valid YAML: "),
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
        (GOOD.replace("[effort-balance-force]\n    auth", "[UNTOLD]\n    auth"), "judgement effort.findings"),
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


def test_a_draft_that_its_author_rejected_keeps_its_reason_and_is_neither_numbered_nor_in_the_report(
    tmp_path: Path, release: Release
) -> None:
    path = tmp_path / "recommendations.yml"
    rejected = GOOD.partition("recommendations:\n")[2]
    reason = "status: rejected, by: Ruth Marlowe, note: The first says it already"
    rejected = rejected.replace("status: accepted, by: Ruth Marlowe", reason)
    path.write_text(GOOD + rejected, encoding="utf-8")
    decisions = load_decisions(path, release=release)
    assert [entry.status for entry in decisions.recommendations] == ["accepted", "rejected"]
    assert [entry.number for entry in decisions.published] == [1]


def test_a_recommendation_that_was_made_and_then_rejected_stays_in_the_report(
    tmp_path: Path, release: Release
) -> None:
    path = tmp_path / "recommendations.yml"
    text = GOOD.replace("cause of concern", "area for improvement")
    text += "      - {date: 2027-01-10, status: rejected, by: Ruth Marlowe, note: The law changed}\n"
    path.write_text(text, encoding="utf-8")
    decisions = load_decisions(path, release=release)
    told = recommendations(decisions, release=release)
    assert "**Status:** **Rejected**, 10 January 2027 \\(Ruth Marlowe\\). The law changed." in told


def test_a_recommendation_without_a_history_is_a_draft_that_has_to_be_settled(
    tmp_path: Path, release: Release
) -> None:
    path = tmp_path / "recommendations.yml"
    path.write_text(GOOD.partition("    history:")[0], encoding="utf-8")
    decisions = load_decisions(path, release=release)
    assert [entry.status for entry in decisions.published] == ["draft"]
    (problem,) = decisions.unsettled(file="recommendations.yml")
    assert str(problem).startswith("recommendations.yml: recommendation 1 is still a draft.")


def test_numbers_may_have_gaps_while_there_are_drafts_and_are_never_used_twice(
    tmp_path: Path, release: Release
) -> None:
    path = tmp_path / "recommendations.yml"
    draft = GOOD.partition("recommendations:\n")[2].partition("    history:")[0]
    path.write_text(GOOD + draft.replace("number: 1", "number: 7"), encoding="utf-8")
    decisions = load_decisions(path, release=release)
    assert [entry.number for entry in decisions.published] == [1, 7]
    assert "numbered 1, 1: a number is used twice." in problems(
        GOOD + draft, folder=tmp_path, release=release
    )


def test_every_open_recommendation_of_the_last_inspection_has_to_be_followed_up(
    tmp_path: Path, release: Release
) -> None:
    path = tmp_path / "recommendations.yml"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(InspectionError, match="earlier rasso-2023 4 was open") as error:
        load_decisions(path, release=release, earlier=[EARLIER])
    line = "- {inspection: rasso-2023, number: 4, history: []}"
    assert line in str(error.value)

    path.write_text(f"{GOOD}earlier:\n  {line}\n", encoding="utf-8")
    decisions = load_decisions(path, release=release, earlier=[EARLIER])
    assert [problem.field for problem in decisions.unsettled(file="x")] == ["earlier rasso-2023 4"]
    told = recommendations(decisions, release=release, earlier=[EARLIER])
    assert "Not yet followed up" in told
    with pytest.raises(InspectionError, match="was not open in the register of the last inspection"):
        load_decisions(path, release=release, earlier=[])


def test_the_improvement_plan_is_in_order_of_date_and_holds_what_is_still_open_of_earlier_ones(
    tmp_path: Path, release: Release
) -> None:
    path = tmp_path / "recommendations.yml"
    second = GOOD.partition("recommendations:\n")[2].replace("number: 1", "number: 2")
    second = second.replace("2027-05-31", "2027-02-28").replace("holds a plan", "holds a reason")
    follow_up = "{inspection: rasso-2023, number: 4, history: []}"
    path.write_text(f"{GOOD}{second}earlier:\n  - {follow_up}\n", encoding="utf-8")
    decisions = load_decisions(path, release=release, earlier=[EARLIER])
    plan = improvement_plan(decisions, release=release, earlier=[EARLIER])
    rows = [line.split(" | ") for line in plan.splitlines()[2:] if line.startswith("|")]
    assert [row[-1].strip("| ").replace("\\", "") for row in rows] == ["4 of rasso-2023", "2", "1"]
    assert rows[0][0].replace("\\", "") == "| 31 May 2024 (overdue)"
    assert rows[1][2] == "Every file holds a reason"

    done = "{date: 2026-11-02, status: completed, by: Ruth Marlowe, note: Seen in the files}"
    path.write_text(path.read_text(encoding="utf-8").replace("history: []", f"history: [{done}]"), "utf-8")
    decisions = load_decisions(path, release=release, earlier=[EARLIER])
    assert "rasso" not in improvement_plan(decisions, release=release, earlier=[EARLIER])


def test_a_recommendation_says_in_which_chapter_the_judgement_stands_that_it_answers(
    tmp_path: Path, release: Release
) -> None:
    path = tmp_path / "recommendations.yml"
    path.write_text(GOOD, encoding="utf-8")
    told = recommendations(load_decisions(path, release=release), release=release).replace("\\", "")
    assert "**Answers:** [cause of concern (suspect-focused investigation)](#judgement-effort)." in told


@pytest.mark.parametrize(
    ("text", "ended"),
    [("It was done", "It was done."), ("It was “done.”", "It was “done.”"), ("(Done.)", "(Done.)")],
)
def test_a_sentence_has_one_full_stop(text: str, ended: str) -> None:
    assert full_stop(text) == ended


# --- the catalogue ----------------------------------------------------------------------------------------


def catalogue() -> list[Draft]:
    return load_catalogue(PROJECT / "reports" / "recommendations.yml")


def test_the_catalogue_has_a_usual_recommendation_for_every_finding_a_force_can_have() -> None:
    possible = {f"{entry.indicator}-{entry.group.replace(' ', '-')}" for entry in SENTENCES}
    possible.discard(f"{CORRECTED}-force")  # it calls for what the program's own balance would
    drafted = {name for draft in catalogue() for name, condition in draft.when.items() if condition.recorded}
    assert possible - drafted == set()
    assert {name for draft in catalogue() for name in draft.when} - possible == set()


def test_the_catalogue_says_everything_so_that_it_can_be_read_after_should_make_sure() -> None:
    assert all(draft.act.startswith("that ") for draft in catalogue())
    assert {draft.pillar for draft in catalogue()} == set(PILLARS)


def test_a_finding_calls_for_a_draft_between_its_limits_and_another_when_nothing_is_recorded(
    release: Release,
) -> None:
    assert Condition(below=0).holds("effort-balance-force", release)
    assert not Condition(above=0).holds("effort-balance-force", release)
    assert not Condition(below=100).holds("withdrawal-reported-by-victim-force", release)
    assert Condition(recorded=False).holds("withdrawal-reported-by-victim-force", release)
    assert not Condition(recorded=False).holds("effort-balance-force", release)
    assert not Condition().holds("no-such-finding", release)
