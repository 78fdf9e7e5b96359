from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from release_folder import build_release, indicator, indicators

from parameters import InspectionError
from reports.partials import partials
from reports.recommendations import Decisions
from reports.release import read_release

ASKED = "Was the suspect's account checked against evidence that does not come from the victim?"
WHY = "Reviewers looked for checks in files with an account. The notes count any effort, in every file."


def answers() -> list[dict[str, Any]]:
    base = "20 sampled case files in which the question arises"
    rows = [("yes", 4, 20.0, (8.1, 41.6)), ("partly", 5, 25.0, (11, 47)), ("no", 11, 55.0, (34, 74))]
    rows += [("not recorded", 0, 0.0, (0, 14)), ("not applicable", 4, 17.0, (7, 36))]
    return [
        indicator("answer-SU6", ASKED, 1, group=group, count=(count, 20), value=value,
                  interval=(*ends, "hypergeometric, mid-p"), base=base)
        for group, count, value, ends in rows
    ]  # fmt: skip


def strand(verdict: str, says: str, **changes: str) -> list[dict[str, Any]]:
    against = {
        "strand": "notes",
        "indicator": "suspect-account-tested",
        "group": "force",
        "verdict": verdict,
        "says": says,
    }
    about = {"id": "suspect-account", "pillar": 1, "title": "Testing the suspect's account", "apart": WHY}
    return [about | {"question": "SU6", "answer": "yes", "others": [against | changes]}]


def shown(folder: Path, compared: list[dict[str, Any]]) -> str:
    build_release(folder, rows=indicators(), answers=answers())
    (folder / "strands.json").write_text(json.dumps(compared), encoding="utf-8")
    return partials(read_release(folder), decisions=Decisions())["pillar-1-indicators"]


def test_reviewers_and_notes_stand_in_one_row_with_both_intervals_and_bases(tmp_path: Path) -> None:
    text = shown(tmp_path, strand("differ", "They differ: reviewers found it in a smaller share."))
    [row] = [line for line in text.splitlines() if line.startswith("| Testing the suspect")]
    assert r"SU6\, yes\: 20\% \(95\% interval 8\% to 42\%\; 4 of 20 sampled case files" in row
    assert r"Notes\: 46\% \(95\% interval 28\% to 65\%\; 11 of 24 sampled case files\)" in row
    assert "They differ" in row
    assert "{#tbl-strands-1}" in text
    assert r"Reviewers looked for checks in files with an account\." in text


def test_a_finding_leads_to_its_units_its_quotes_and_what_reviewers_found(tmp_path: Path) -> None:
    build_release(tmp_path, rows=indicators(), answers=answers())
    (tmp_path / "strands.json").write_text(json.dumps(strand("open", "Open.")), encoding="utf-8")
    findings = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    tied = next(entry for entry in findings if entry["id"] == "suspect-account-tested-force")
    tied |= {"codes": ["sus-movements"], "questions": ["SU6"]}
    (tmp_path / "findings.json").write_text(json.dumps(findings), encoding="utf-8")
    texts = partials(read_release(tmp_path), decisions=Decisions())
    assert "**Coded units:** Suspect’s movements and conduct" in texts["pillar-1-findings"]
    assert "**Reviewers:** [question SU6](#strands-1)." in texts["pillar-1-findings"]
    assert "(#finding-suspect-account-tested-force)." in texts["extracts-suspect-focus"]
    assert "#finding" not in texts["extracts-victim-credibility"]


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [("not published", "one of the two numbers is not published"), ("few cases", "rests on too few cases")],
)
def test_what_is_not_compared_is_named_with_the_reason_and_without_a_number(
    tmp_path: Path, verdict: str, reason: str
) -> None:
    below = shown(tmp_path, strand(verdict, "")).partition("{#strands-1}")[2]
    assert reason in below
    assert not any(sign.isdigit() for sign in below)


def test_without_a_review_nothing_is_set_side_by_side(tmp_path: Path) -> None:
    build_release(tmp_path)
    text = partials(read_release(tmp_path), decisions=Decisions())["pillar-1-indicators"]
    assert "beside notes and records" not in text


def test_a_comparison_with_a_row_that_is_not_released_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InspectionError, match='compares "suspect-aura", which is not there'):
        shown(tmp_path, strand("differ", "They differ.", indicator="suspect-aura"))
