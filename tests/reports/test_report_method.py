"""The annexes on the draw and on the data: planned and read, lost and why, and what limits the results."""

import json
from pathlib import Path

import pytest
from release_folder import build_release

from parameters import PROJECT
from reports.number_words import number_words
from reports.partials import partials
from reports.recommendations import Decisions
from reports.release import read_release


@pytest.fixture
def texts(release_folder: Path) -> dict[str, str]:
    return partials(read_release(release_folder), decisions=Decisions())


def row_with(text: str, words: str) -> list[str]:
    (row,) = [line for line in text.splitlines() if words in line]
    return [cell.strip().replace("\\", "") for cell in row.strip("|").split("|")]


def test_strata_show_what_was_planned_beside_what_was_read(texts: dict[str, str]) -> None:
    assert row_with(texts["strata"], "decided by police") == [
        "No further action, decided by police", "24", "9", "8", "3.00",
    ]  # fmt: skip


def test_strata_of_any_two_fields_are_named_in_words(tmp_path: Path) -> None:
    folder = build_release(tmp_path / "release")
    facts = json.loads((folder / "force.json").read_text(encoding="utf-8"))
    facts["design"] |= {"strata": "decision", "crossed_with": "outcome_type"}
    facts["strata"][0]["stratum"] = "police NFA / 16"
    (folder / "force.json").write_text(json.dumps(facts), encoding="utf-8")
    text = partials(read_release(folder), decisions=Decisions())["strata"].replace("\\", "")
    assert "No further action, decided by police / 16: Suspect identified; victim does not support" in text


def test_the_standard_texts_hold_for_every_design_of_a_sample() -> None:
    folder = PROJECT / "reports" / "template" / "standard"
    texts = "".join((folder / name).read_text(encoding="utf-8") for name in ("about.md", "annexes.md"))
    for of_one_design in ("a random sample", "kind of decision", "sample of this size"):
        assert of_one_design not in texts


def test_a_share_near_one_half_is_not_said_to_have_the_word_of_those_that_may_be_on_either_side() -> None:
    assert "Where none fits, the files do not show on which side of one half the share lies" in number_words()


def test_files_that_could_not_be_read_are_counted_by_reason_under_the_rule(texts: dict[str, str]) -> None:
    text = texts["replacements"]
    assert text.startswith("A case file that cannot be read is replaced by the next of its stratum")
    assert row_with(text, "Not found") == ["Not found", "6"]
    assert row_with(text, "Access refused") == ["Access refused", "Suppressed"]
    assert row_with(text, "Any reason") == ["Any reason", "11"]
    assert "a person could be recognised" in text


def test_where_no_file_was_lost_the_report_says_so(release_folder: Path) -> None:
    (release_folder / "replacements.csv").write_text("reason,cases,status\n", encoding="utf-8")
    text = partials(read_release(release_folder), decisions=Decisions())["replacements"]
    assert "Every case file drawn could be read." in text
    assert "|" not in text


def test_dip_samples_are_named_and_said_to_stand_apart(texts: dict[str, str]) -> None:
    assert row_with(texts["dip-samples"], "Victim does")[1] == "4"
    assert "No number in this report counts them" in texts["dip-samples"]


def test_what_limits_the_results_names_the_measures_and_says_why(texts: dict[str, str]) -> None:
    assert row_with(texts["data-limits"], "before") == [
        "Date of closure", "Date of closure before date of report", "6 of 45",
        "Times between date of report and date of closure are wrong in these cases.",
        "Days from report to closure",
    ]  # fmt: skip
    whole = row_with(texts["data-limits"], "whole table")
    assert whole[:3] == ["The whole table of devices and records", "Not held", "Not recorded"]


def test_what_is_noted_keeps_suppressed_apart_from_not_counted(texts: dict[str, str]) -> None:
    assert row_with(texts["data-noted"], "same text")[2] == "Suppressed"
    assert row_with(texts["data-noted"], "without a reference")[2] == "Not counted by case"
    assert "Measures" not in texts["data-noted"]


def test_fields_full_in_every_quarter_get_one_sentence_and_others_a_row(texts: dict[str, str]) -> None:
    text = texts["completeness"]
    assert row_with(text, "Date of arrest") == ["Date of arrest", "None", "All"]
    assert row_with(text, "Date of charge")[1:] == ["90% or more", "Suppressed"]
    assert "in every quarter: who reported the offence; relationship of suspect and victim." in text


def test_the_coding_s_measured_error_is_told_with_whose_coding_it_was_measured_against(
    texts: dict[str, str],
) -> None:
    text = texts["coding-error"]
    assert "1,234 coded units of 40 case files by 7 writers" in text
    assert "two people" in text
    assert row_with(text, "Any victim") == [
        "Any victim-credibility code", "61%", "52%", "0.56 (0.50 to 0.60)", "90",
    ]  # fmt: skip
    assert row_with(text, "disbelief") == ["Overall disbelief", "n/a", "0%", "0.00", "3"]


def test_a_code_that_is_nearly_always_right_is_not_said_to_be_always_right(release_folder: Path) -> None:
    force = release_folder / "force.json"
    facts = json.loads(force.read_text(encoding="utf-8"))
    facts["coding"]["error"]["codes"][1] |= {"precision": 0.997, "recall": 0.004}
    force.write_text(json.dumps(facts), encoding="utf-8")
    text = partials(read_release(release_folder), decisions=Decisions())["coding-error"]
    assert row_with(text, "disbelief")[1:3] == ["99.7%", "0.4%"]


def test_an_error_that_was_not_measured_is_not_told(release_folder: Path) -> None:
    force = release_folder / "force.json"
    facts = json.loads(force.read_text(encoding="utf-8"))
    facts["coding"]["error"] = None
    force.write_text(json.dumps(facts), encoding="utf-8")
    text = partials(read_release(release_folder), decisions=Decisions())["coding-error"]
    assert "has not been measured" in text
    assert "%" not in text
