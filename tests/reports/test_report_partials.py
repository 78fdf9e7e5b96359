from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from release_folder import build_release, indicator, indicators
from ruamel.yaml import YAML

from parameters import InspectionError
from parameters.fields import PILLARS
from reports import refresh
from reports.partials import metadata, partials
from reports.recommendations import Decisions, Judgement
from reports.release import read_release


def test_refreshing_writes_partials_and_leaves_the_authors_files_alone(
    project: Path, release_folder: Path
) -> None:
    folder = project / "reports" / "northshire"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    refresh("northshire", release_folder, root=project)
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert (folder / "_generated" / "headlines.md").is_file()
    assert (folder / "_generated" / "figures" / "balance.svg").is_file()


def test_a_new_force_is_scaffolded_with_drafts_for_its_findings_only(
    project: Path, release_folder: Path
) -> None:
    folder = project / "reports" / "northshire"
    shutil.rmtree(folder)
    refresh("northshire", release_folder, root=project)
    drafts = YAML(typ="safe").load((folder / "recommendations.yml").read_text(encoding="utf-8"))
    assert drafts["judgements"] == []
    rests_on = [entry["findings"] for entry in drafts["recommendations"]]
    assert rests_on[0] == ["effort-balance-force", "effort-more-on-victim-force"]
    assert ["withdrawal-closed"] in rests_on
    assert ["withdrawal-reported-by-victim-force"] in rests_on
    found = {entry.id for entry in read_release(release_folder).findings}
    assert {name for names in rests_on for name in names} <= found
    numbers = [entry["number"] for entry in drafts["recommendations"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [entry["history"] for entry in drafts["recommendations"]] == [[]] * len(drafts["recommendations"])
    assert [(entry["inspection"], entry["number"]) for entry in drafts["earlier"]] == [
        ("rasso-2023", 1),
        ("rasso-2023", 2),
    ]
    assert "the chief constable of Northshire Police" in drafts["recommendations"][0]["owner"]
    generated = (folder / "_generated" / "recommendations.md").read_text(encoding="utf-8")
    assert generated.count("*Draft, not yet a recommendation: for the author to accept") == len(numbers)


def test_a_new_text_says_in_every_chapter_what_its_author_is_to_write(
    project: Path, release_folder: Path
) -> None:
    folder = project / "reports" / "northshire"
    shutil.rmtree(folder)
    refresh("northshire", release_folder, root=project)
    chapters = (folder / "index.qmd").read_text(encoding="utf-8").split("\n## ")[1:]
    told = [text.partition("\n")[0] for text in chapters if r"\[The author is to write here" in text]
    assert {"Foreword", "Headline findings", *PILLARS.values()} <= set(told)


def test_a_judgement_in_draft_is_marked_as_one(release_folder: Path) -> None:
    judgement = Judgement(
        id="plan", kind="area for improvement", pillar=1, text="No plan.", reasons="Nobody asks for one.",
        findings=["effort-balance-force"], author="Ruth Marlowe", date=date(2026, 10, 28), status="draft",
    )  # fmt: skip
    text = partials(read_release(release_folder), decisions=Decisions(judgements=[judgement]))
    assert "*Draft, not yet a judgement: for the author" in text["pillar-1-judgements"]


def test_a_second_refresh_writes_the_same_bytes(project: Path, release_folder: Path) -> None:
    folder = project / "reports" / "northshire"

    def generated() -> dict[str, bytes]:
        refresh("northshire", release_folder, root=project)
        files = [*folder.glob("_generated/**/*.*"), folder / "_metadata.yml"]
        return {str(path): path.read_bytes() for path in files}

    assert generated() == generated()


def test_every_number_a_text_may_cite_is_a_string(project: Path, release_folder: Path) -> None:
    refresh("northshire", release_folder, root=project)
    text = (project / "reports/northshire/_metadata.yml").read_text(encoding="utf-8")
    values = YAML(typ="safe").load(text)
    del values["format"]

    def leaves(value: object) -> list[object]:
        return (
            [leaf for inner in value.values() for leaf in leaves(inner)]
            if isinstance(value, dict)
            else [value]
        )

    assert all(isinstance(leaf, str) for leaf in leaves(values))
    assert values["counts"]["sample"] == "24"


def test_a_cited_value_says_in_words_why_there_is_no_number(release_folder: Path) -> None:
    values = metadata(read_release(release_folder))["indicator"]
    assert values["pattern-linking"]["value"] == "suppressed"
    assert values["supervision"]["value"] == "missing"
    assert values["isva-referral"]["value"] == "not recorded"
    assert values["suspect-history"]["value"] == r"0\%"


def test_a_finding_says_how_strong_it_is_and_in_which_table_its_numbers_are(release_folder: Path) -> None:
    text = partials(read_release(release_folder), decisions=Decisions())["pillar-1-findings"]
    assert "{#finding-effort-more-on-victim-force}" in text
    assert r"In 15 of the 24 case files\, more units tested the victim" in text
    assert (
        "**Strength of evidence:** moderate. "
        "**Measure:** Case files with more effort on the victim than on the suspect (@tbl-pillar-1)." in text
    )


def test_what_cannot_be_told_is_listed_below_the_findings_and_leads_no_report(release_folder: Path) -> None:
    texts = partials(
        read_release(release_folder), decisions=Decisions(headlines=["victim-doubt-rebutted-force"])
    )
    below = texts["pillar-1-findings"].partition("**What we cannot say**")[2]
    assert (
        "somebody’s anonymity would be at risk: [Doubt about the victim answered]{#finding-victim-" in below
    )
    assert "{#headline-victim-doubt-rebutted-force}" not in texts["headlines"]


def test_a_chosen_headline_that_cannot_be_told_is_named_as_such(release_folder: Path) -> None:
    chosen = ["victim-doubt-rebutted-force", "effort-balance-force", "withdrawal-reported-by-victim-force"]
    text = partials(read_release(release_folder), decisions=Decisions(headlines=chosen))["headlines"]
    assert re.findall(r"{#headline-(.+?)}", text) == [*chosen[1:], "untold"]
    assert (
        "No number is given for: [Doubt about the victim answered](#finding-victim-doubt-rebutted-force)."
        in text
    )


def test_the_author_chooses_the_headlines_and_their_order(release_folder: Path) -> None:
    chosen = ["withdrawal-closed", "effort-balance-force"]
    text = partials(read_release(release_folder), decisions=Decisions(headlines=chosen))["headlines"]
    assert re.findall(r"{#headline-(.+?)}", text) == chosen


def test_a_measure_of_many_groups_has_a_table_of_its_own_with_outcome_types_by_name(
    release_folder: Path,
) -> None:
    text = partials(read_release(release_folder), decisions=Decisions())["background-indicators"]
    assert "{#tbl-outcomes-closed}" in text
    assert (
        r"| 16\: Suspect identified\; victim does not support further action | 24\% "
        r"| 11 of 45 cases closed with an outcome in the period |" in text
    )


def test_weights_are_explained_once_below_a_table_and_not_in_every_row(release_folder: Path) -> None:
    text = partials(read_release(release_folder), decisions=Decisions())["pillar-1-indicators"]
    assert "| 67\\% | 46\\% to 82\\% | 15 of 24 sampled case files |" in text
    assert text.count("weighted to the 45 cases of the frame") == 1


def test_a_suppressed_value_is_in_no_partial(tmp_path: Path) -> None:
    rows = [
        indicator("effort-balance", "Balance", 1, unit="balance", value=0.1, status="shown"),
        indicator("effort-more-on-victim", "More on victim", 1, status="suppressed", base="case files"),
    ]
    release = read_release(build_release(tmp_path, rows=rows))
    text = partials(release, decisions=Decisions())["pillar-1-indicators"]
    assert "| More on victim | Suppressed | case files |" in text


def test_an_empty_pillar_still_has_partials_to_include(tmp_path: Path) -> None:
    unmeasured = "supervision"
    rows = [row for row in indicators() if row["pillar"] != 4 or row["indicator"] == unmeasured]
    texts = partials(read_release(build_release(tmp_path, rows=rows)), decisions=Decisions())
    assert texts["pillar-4-findings"] == "No finding here rests on a number.\n"
    assert texts["extracts-other"] == ""


def test_without_approved_words_there_is_neither_a_heading_for_them_nor_a_word_about_them(
    tmp_path: Path,
) -> None:
    folder = build_release(tmp_path)
    assert "### In officers' words" in partials(read_release(folder), decisions=Decisions())["extracts"]
    (folder / "extracts.json").write_text("[]", encoding="utf-8")
    texts = partials(read_release(folder), decisions=Decisions())
    assert texts["extracts"] == texts["about-quotes"] == ""


def test_findings_untold_for_one_reason_share_one_sentence(release_folder: Path) -> None:
    text = partials(read_release(release_folder), decisions=Decisions())["pillar-3-findings"]
    assert re.findall(r"#finding-[\w-]+", text.partition("**What we cannot say**")[2]) == [
        "#finding-withdrawal-reported-by-victim-force",
        "#finding-withdrawal-victim-wanted-report-force",
    ]
    assert "Northshire Police does not record what is needed to say: [Of those" in text


def test_a_caveat_says_which_measures_it_is_about(release_folder: Path) -> None:
    text = partials(read_release(release_folder), decisions=Decisions())["pillar-1-indicators"]
    both = "Balance of effort\\; Case files with more effort on the victim than on the suspect"
    assert f"- **{both}:** Measures what was written" in text


def test_few_cases_are_given_in_counts_alone_and_groups_in_words(release_folder: Path) -> None:
    text = partials(read_release(release_folder), decisions=Decisions())["pillar-1-indicators"]
    label = "Case files with more effort on the victim than on the suspect"
    assert f"| {label}\\: Charged or summonsed | 6 of 8 | – too few cases | 8 sampled case files |" in text
    assert f"| {label}\\: No further action\\, decided by police | Suppressed | – not given |" in text


def test_gaps_tell_a_field_never_kept_from_a_field_left_empty(release_folder: Path) -> None:
    text = partials(read_release(release_folder), decisions=Decisions())["gaps"]
    assert "1 of 8 charged cases in the frame" in text
    assert "| Date of early advice from the CPS | Date of early advice\\. | Not recorded |" in text


def test_numbers_behind_a_figure_are_given_once(tmp_path: Path) -> None:
    folder = build_release(tmp_path)
    drawn = [{"indicator": "outcomes-closed", "value": 17.8}, {"indicator": "charged", "value": 17.8}]
    break_json(folder, "figures.json", {"table": drawn})
    text = partials(read_release(folder), decisions=Decisions())["figure-data"]
    assert "The numbers in @fig-balance are in @tbl-outcomes-closed and @tbl-pillar-0." in text


def test_a_case_with_too_little_to_compare_is_shown_as_such(tmp_path: Path) -> None:
    folder = build_release(tmp_path)
    rows = [
        {"case": "C01", "balance": "-0.3333333", "status": "shown"},
        {"case": "C02", "balance": "", "status": "too few"},
    ]
    break_json(folder, "figures.json", {"table": rows})
    text = partials(read_release(folder), decisions=Decisions())["figure-data"]
    assert "| C01 | −0\\.33 |" in text
    assert "| C02 | Too few |" in text


def break_json(folder: Path, name: str, change: dict[str, object]) -> None:
    path = folder / name
    entries = json.loads(path.read_text(encoding="utf-8"))
    entries[0].update(change)
    path.write_text(json.dumps(entries), encoding="utf-8")


def test_every_fault_of_a_release_folder_is_told_at_once(tmp_path: Path) -> None:
    rows = indicators()
    rows[0]["status"] = "hidden"
    leaking = next(row for row in rows if row["status"] == "suppressed")
    leaking["numerator"] = 3
    folder = build_release(tmp_path, rows=rows)
    break_json(folder, "figures.json", {"alt": " "})
    break_json(folder, "findings.json", {"indicators": ["effort-balanse"]})
    with pytest.raises(InspectionError) as error:
        read_release(folder)
    messages = [problem.message for problem in error.value.problems]
    assert messages == [
        'has the status "hidden", which is not one of: shown, suppressed, zero, missing, not recorded.',
        "is suppressed, yet the row carries a number.",
        'rests on the indicator "effort-balanse", which is not there.',
        "has no text alternative.",
    ]
    assert "3" not in error.value.problems[1].value


def test_a_percentage_without_a_base_is_refused(tmp_path: Path) -> None:
    rows = [*indicators(), indicator("naked", "Naked share", 1, value=50)]
    with pytest.raises(InspectionError, match="is a percentage without a base"):
        read_release(build_release(tmp_path, rows=rows))


def test_a_release_folder_that_is_not_there_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(InspectionError, match="inspection run"):
        read_release(tmp_path / "nothing")


# --- what reviewers found -------------------------------------------------------------------------------

WORDING = "Was the suspect's history searched?"
ARISES = "20 sampled case files in which the question arises, weighted to the 45 cases of the frame"


def answered(tmp_path: Path, *rows: dict[str, Any]) -> str:
    """The measures of pillar 2 in a release with these answers of reviewers."""
    folder = build_release(tmp_path / "release", answers=list(rows))
    return partials(read_release(folder), decisions=Decisions())["pillar-2-indicators"]


def answer(group: str, files: int, of: int, value: float | str = "", **more: Any) -> dict[str, Any]:
    status = "shown" if files else "zero"
    given = {"count": (files, of), "value": value, "status": status, "base": ARISES} | more
    return indicator("answer-SU1", WORDING, 2, group=group, **given)


def test_what_reviewers_found_stands_beside_what_the_notes_show(tmp_path: Path) -> None:
    text = answered(
        tmp_path,
        answer("yes", 11, 20, 52.4, interval=(31.0, 73.2, "Wilson")),
        answer("partly", 6, 20, 30.1),
        answer("no", 0, 20, 0),
        answer("not applicable", 4, 24, 16.7, base="24 sampled case files"),
        answer("not recorded", 3, 20, 17.5),
    )
    notes, reviewers = (
        text.index(f"### {title}") for title in ("What the notes and records show", "What reviewers found")
    )
    assert notes < text.index("tbl-pillar-2") < reviewers < text.index("tbl-answers-2")
    (row,) = [line for line in text.splitlines() if "SU1" in line]
    cells = [cell.strip().replace("\\", "") for cell in row.strip("| ").split(" | ")]
    assert cells[1:] == ["11 (52%, 31% to 73%)", "6 (30%)", "0 (0%)", "3 (18%)", "4"]
    assert text.count("weighted to the 45 cases of the frame") == 1


def test_without_a_review_a_chapter_is_as_it_was(release_folder: Path) -> None:
    text = partials(read_release(release_folder), decisions=Decisions())["pillar-2-indicators"]
    assert "What reviewers found" not in text
    assert "What the notes and records show" not in text


def test_a_hidden_answer_shows_no_number_and_one_from_few_files_no_share(tmp_path: Path) -> None:
    text = answered(
        tmp_path,
        answer("yes", 3, 7, 42.9, interval=(15.8, 75.0, "Wilson"), base="7 sampled case files"),
        answer("partly", 0, 7, status="suppressed", count=("", "")),
        answer("no", 0, 7, status="suppressed", count=("", "")),
        answer("not recorded", 4, 7, 57.1),
    )
    (row,) = [line for line in text.splitlines() if "SU1" in line]
    cells = [cell.strip() for cell in row.strip("| ").split(" | ")]
    assert cells[1:] == ["3 of 7", "Suppressed", "Suppressed", "4 of 7", "\N{EN DASH}"]
    assert "**Suppressed** means" in text


def test_a_question_of_which_every_answer_is_hidden_is_named_below_the_table_once(tmp_path: Path) -> None:
    hidden = {"status": "suppressed", "count": ("", "")}
    text = answered(
        tmp_path, *(answer(group, 0, 7, **hidden) for group in ("yes", "partly", "no", "not recorded"))
    )
    assert "tbl-answers-2" not in text
    assert "**Every answer suppressed:** SU1: Was the suspect" in text.replace("\\", "")


def test_a_hidden_answer_with_a_number_is_refused(tmp_path: Path) -> None:
    folder = build_release(tmp_path, answers=[answer("yes", 3, 7, 42.9, status="suppressed")])
    with pytest.raises(InspectionError, match=r"answers\.csv: answer-SU1, yes is suppressed, yet"):
        read_release(folder)


def test_small_numbers_published_by_decision_are_listed_with_the_reason_and_the_name(tmp_path: Path) -> None:
    folder = build_release(tmp_path)
    facts = json.loads((folder / "force.json").read_text(encoding="utf-8"))
    facts["disclosure"] |= {
        "rounded_to": 5,
        "exceptions": [
            {
                "table": "indicators",
                "row": "charged: closed",
                "reason": "published by the force | itself",
                "approved_by": "Ruth Marlowe",
                "approved_on": "2026-10-30",
            }
        ],
    }
    (folder / "force.json").write_text(json.dumps(facts), encoding="utf-8")
    text = partials(read_release(folder), decisions=Decisions())["disclosure"]
    assert "rounded to the nearest 5" in text
    assert re.search(r"published by the force \\\| itself \| Ruth Marlowe\\?, 30 October 2026", text)


def test_without_a_decision_to_publish_there_is_no_table_of_them(release_folder: Path) -> None:
    text = partials(read_release(release_folder), decisions=Decisions())["disclosure"]
    assert "1 to 4 cases" in text
    assert "tbl-exceptions" not in text
    assert "rounded" not in text
