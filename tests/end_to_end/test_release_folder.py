"""The release folder of a whole run: statuses that stay apart in every table, chart, finding and file."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from inspections.runner import run_force
from parameters import PROJECT, load_parameters, models

STATUSES = {"shown", "zero", "suppressed", "missing", "not recorded"}
OF_ONE_TABLE = {"balance": {"too few"}, "data_quality": {"not counted"}}
COUNTS = {
    "indicators": ["numerator", "denominator", "cases"],
    "answers": ["numerator", "denominator", "cases"],
    "codes": ["units", "cases"],
    "gaps": ["missing", "of"],
    "data_quality": ["cases", "of"],
    "replacements": ["cases"],
}
WORDS = {
    "suppressed": "Suppressed",
    "zero": "None",
    "missing": "Nothing to count",
    "not recorded": "Not recorded",
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fictional force with counts rounded, and one small count published by decision."""
    parameters = load_parameters(PROJECT / "parameters" / "northshire.yml")
    exception = models.DisclosureException(
        indicator="charged",
        group="recorded",
        reason="The force has published it itself.",
        approved_by="Ruth Marlowe",
        approved_on=date(2026, 10, 30),
    )
    disclosure = models.Disclosure(
        threshold=5, reason="Fictional force.", rounding=5, exceptions=(exception,)
    )
    inspection = parameters.inspection.model_copy(update={"disclosure": disclosure})
    force = parameters.force.model_copy(update={"approved_extracts": ()})
    asked = parameters.model_copy(update={"inspection": inspection, "force": force})
    result = run_force(asked, tmp_path_factory.mktemp("evidence"), tell=lambda _: None)
    assert result.evidence is not None, result.message
    return result.evidence / "release"


def table(release: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(release / f"{name}.csv", keep_default_na=False, na_values=[""])


def read(release: Path, name: str) -> Any:
    return json.loads((release / f"{name}.json").read_text(encoding="utf-8"))


def test_every_table_of_the_folder_is_known_here_and_has_only_known_statuses(release: Path) -> None:
    names = {path.stem for path in release.glob("*.csv")}
    assert names == {*COUNTS, "balance", "completeness"}
    for name in names:
        assert set(table(release, name)["status"]) <= STATUSES | OF_ONE_TABLE.get(name, set()), name


def test_all_statuses_occur_and_say_the_same_of_every_number_in_their_row(release: Path) -> None:
    found = set()
    for name, counts in COUNTS.items():
        rows = table(release, name)
        found |= set(rows["status"])
        told = rows.get("counts_status", rows["status"]).isin(["shown", "zero"])
        for count in counts:
            assert rows[count].notna().equals(told), f"{name}.{count}"
        nought = rows[counts[0]].eq(0)
        assert nought[rows["status"] == "zero"].all(), name
        if name in ("codes", "answers"):
            assert (rows.loc[nought, "status"] == "zero").all(), name
    quarters = table(release, "completeness")
    found |= set(quarters["status"])
    assert quarters["filled"].notna().equals(quarters["status"] == "shown")
    assert found >= STATUSES


def test_values_and_intervals_are_blank_where_the_row_is_not_told(release: Path) -> None:
    for name in ("indicators", "answers"):
        rows = table(release, name)
        told = rows["status"].isin(["shown", "zero"])
        assert rows["value"].notna().equals(told)
        assert rows.loc[~told, ["low", "high"]].isna().all().all()
        assert not rows.loc[rows["status"] == "suppressed", "base"].str.contains(r"^\d").any()


def test_a_finding_without_a_number_has_the_status_that_says_why(release: Path) -> None:
    rows = table(release, "indicators")
    status = rows.set_index(rows["indicator"] + "-" + rows["group"].str.replace(" ", "-"))["status"]
    found = read(release, "findings")
    assert {"shown", "suppressed", "not recorded"} <= {finding["status"] for finding in found}
    for finding in found:
        assert finding["status"] == status[finding["id"]]
        assert (finding["value"] is None) == (finding["status"] not in ("shown", "zero"))


def test_the_words_of_a_chart_name_what_it_does_not_draw_by_status(release: Path) -> None:
    checked = set()
    for figure in read(release, "figures"):
        rows = figure["table"]
        rows = table(release, rows.removesuffix(".csv")).to_dict("records") if isinstance(rows, str) else rows
        for row in rows:
            label = row.get("title") or row.get("outcome") or row.get("stage")
            if label and row["status"] != "shown":
                listed = re.search(rf" {WORDS[row['status']]}: ([^.]*)\.", figure["alt"])
                assert listed is not None, figure["id"]
                assert label in listed[1], figure["id"]
                checked.add(row["status"])
    assert {"suppressed", "zero"} <= checked


def test_a_stratum_says_of_its_length_and_of_its_files_whether_they_are_told(release: Path) -> None:
    for stratum in read(release, "force")["strata"]:
        assert (stratum["frame"] is None) == (stratum["status"] == "suppressed")
        assert (stratum["sample"] is None) == (stratum["read_status"] == "suppressed")


def test_every_published_count_is_rounded(release: Path) -> None:
    for name, counts in COUNTS.items():
        rows = table(release, name)
        for count in counts:
            assert (rows[count].dropna().astype(float) % 5 == 0).all(), f"{name}.{count}"
    facts = read(release, "force")
    numbers = [*facts["counts"].values()]
    numbers += [step[name] for step in facts["trail"] for name in ("rows_in", "rows_out")]
    numbers += [stratum[name] or 0 for stratum in facts["strata"] for name in ("frame", "planned", "sample")]
    assert all(number % 5 == 0 for number in numbers)
    assert len(table(release, "balance")) == 0


def test_what_was_published_by_decision_travels_with_the_release(release: Path) -> None:
    assert read(release, "force")["disclosure"] == {
        "threshold": 5,
        "reason": "Fictional force.",
        "rounded_to": 5,
        "exceptions": [
            {
                "table": "indicators",
                "row": "charged: recorded",
                "reason": "The force has published it itself.",
                "approved_by": "Ruth Marlowe",
                "approved_on": "2026-10-30",
            }
        ],
    }
    rows = table(release, "indicators").set_index(["indicator", "group"])
    assert rows.loc[("charged", "recorded"), "status"] == "shown"
