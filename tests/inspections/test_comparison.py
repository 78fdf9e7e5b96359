"""Forces side by side: only what they released, nothing that could give away what they hid."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from released_forces import NAMES, release_force, row, sampled

from inspections.charts import Chart
from inspections.comparison import (
    Comparison,
    balances,
    changes,
    charts,
    funnels,
    measures,
    official,
    open_comparison,
    with_standing,
)
from inspections.comparison.forces import ForceRelease, forces_with_release, read_earlier, read_forces
from inspections.comparison.run import compare_forces
from inspections.manifest import write_failure
from parameters import InspectionError

STATUSES = ("suppressed", "missing", "not recorded")
EARLIER = {"period": {"start": "2023-04-01", "end": "2024-03-31"}}


def rows_of(place: int) -> list[dict]:
    """Measures of one of three forces: one shown in all, one hidden in the first, one of every status."""
    hidden = ({"status": "suppressed"}, {"count": (11, 40)}, {"count": (12, 45)})[place]
    of_each = ({"status": "not recorded"}, {"count": (0, 30), "status": "zero"}, {"status": "missing"})[place]
    files = ((4, 20), (12, 20), (13, 20))[place]
    return [
        row("charged", count=((4, 50), (20, 60), (30, 55))[place]),
        row("withdrawal", group="closed", **hidden),
        row("told", group="force", **of_each),
        sampled(files, (5 * files[0] - 18, 5 * files[0] + 18), measure="tested", group="force"),
        row("effort-balance", group="force", unit="balance", value=(-0.2, 0.1, 0.4)[place],
            ends=((-0.4, 0.0), (-0.1, 0.3), (0.2, 0.6))[place], interval="bootstrap of cases, 2,000 draws",
            base="300 counted units in 20 sampled case files"),
    ]  # fmt: skip


@pytest.fixture
def inspection(tmp_path: Path) -> Path:
    folder = tmp_path / "evidence" / "made-2026"
    for place, force in enumerate(NAMES):
        release_force(folder, force, rows_of(place), balance=[-0.5, 0.02, 0.0, 0.75][: 4 - place])
    return folder


@pytest.fixture
def releases(inspection: Path) -> list[ForceRelease]:
    return read_forces(inspection, list(NAMES))


def all_charts(releases: list[ForceRelease], before: list[ForceRelease] | None = None) -> list[Chart]:
    table = measures(releases)
    drawn = funnels(table)
    placed, changed = with_standing(table, drawn), changes(releases, before or [])
    made = [charts.balance_distribution(balances(releases), table)]
    for pillar in range(7):
        made += charts.measure_charts(placed, pillar=pillar)
        made += charts.funnel_charts(placed, drawn, pillar=pillar)
        made += charts.change_charts(changed, pillar=pillar)
    return [chart for chart in made if chart]


def test_forces_stand_in_the_order_of_the_alphabet_however_they_are_named(inspection: Path) -> None:
    table = measures(read_forces(inspection, ["cedarton", "ashdale", "birchley"]))
    for _, rows in table.groupby(["measure", "group"]):
        assert rows["name"].tolist() == sorted(NAMES.values())


def test_every_number_of_a_force_is_the_one_it_released(releases: list[ForceRelease]) -> None:
    table = measures(releases)
    for release in releases:
        own = release.indicators.set_index(["indicator", "group"])
        rows = table[table["force"] == release.force].set_index(["measure", "group"])
        for name in ("numerator", "denominator", "value", "low", "high"):
            np.testing.assert_array_equal(rows[name].astype(float), own.loc[rows.index, name].astype(float))


def test_suppressed_zero_missing_and_not_recorded_stay_four_things(releases: list[ForceRelease]) -> None:
    table = measures(releases)
    told = table[table["measure"] == "told"].set_index("force")["status"].to_dict()
    assert told == {"ashdale": "not recorded", "birchley": "zero", "cedarton": "missing"}
    (chart,) = charts.measure_charts(table, pillar=1)
    assert (
        "Measure told: 0% in 1 force; missing: Cedarton Constabulary; not recorded: Ashdale Police."
        in chart.alt
    )
    assert "suppressed: Ashdale Police" in chart.alt
    words = [text.get_text().strip() for axes in chart.figure.axes for text in axes.texts]
    assert {*STATUSES, "0%"} <= set(words)


def test_a_force_that_has_no_row_of_a_measure_is_named_as_missing_it(inspection: Path) -> None:
    release_force(inspection, "dunford", [row("charged", count=(7, 35))])
    table = measures(read_forces(inspection, [*NAMES, "dunford"]))
    rows = table[table["force"] == "dunford"].set_index("measure")["status"]
    assert rows["charged"] == "shown"
    assert set(rows.drop("charged")) == {"missing"}


def test_no_figure_for_all_forces_is_given_where_one_hides_its_own(releases: list[ForceRelease]) -> None:
    table = measures(releases)
    drawn = funnels(table).set_index("measure")
    assert drawn.loc["charged", "status"] == "shown"
    hidden = drawn.loc["withdrawal"]
    assert hidden["status"] == "not drawn"
    assert hidden[["centre", "dispersion", "factor"]].isna().all()
    placed = with_standing(table, funnels(table))
    rows = placed[placed["measure"] == "withdrawal"]
    assert rows[["low_95", "high_95", "low_998", "high_998"]].isna().all().all()
    assert set(rows["standing"]) == {""}


def test_nothing_in_the_comparison_changes_with_what_a_force_hid(inspection: Path, tmp_path: Path) -> None:
    """What a force keeps back is not in its release folder, so nothing made from that can depend on it."""
    one = compare_forces("made-2026", [], evidence_root=inspection.parent)
    first = {path.name: path.read_bytes() for path in (one / "release").rglob("*") if path.is_file()}
    (inspection / "ashdale" / "restricted").mkdir()
    (inspection / "ashdale" / "restricted" / "indicators.csv").write_text(
        "withdrawal,3,40\n", encoding="utf-8"
    )
    two = compare_forces("made-2026", [], evidence_root=inspection.parent)
    assert {path.name: path.read_bytes() for path in (two / "release").rglob("*") if path.is_file()} == first
    table = pd.read_csv(one / "release" / "measures.csv", keep_default_na=False)
    rows = table[table["status"].isin(STATUSES)]
    numbers = ["numerator", "denominator", "value", "low", "high", "effective", "low_95", "high_95"]
    assert (rows[numbers] == "").all().all()
    manifest = json.loads((one / "manifest.json").read_text(encoding="utf-8"))
    assert {name.split("/")[2] for name in manifest["inputs"]} == {"release"}


def test_over_dispersion_is_stated_in_words_where_it_cannot_be_estimated(
    releases: list[ForceRelease],
) -> None:
    (chart, *_) = charts.funnel_charts(
        with_standing(measures(releases), funnels(measures(releases))), funnels(measures(releases)), pillar=1
    )
    assert "over-dispersion cannot be estimated from fewer than 10 forces" in chart.caption


def test_the_words_of_a_funnel_agree_with_its_numbers(releases: list[ForceRelease]) -> None:
    table = measures(releases)
    placed = with_standing(table, funnels(table))
    (chart,) = charts.funnel_charts(placed, funnels(table), pillar=1)
    for label, rows in chart.table.groupby("label", sort=False):
        told = re.search(
            rf"{label}[^:]*: all together (\d+)%; (\d+) forces? within the limits(.*?)\.(?: |$)",
            chart.alt,
        )
        assert told is not None
        inside = rows[rows["standing"] != ""]
        within = inside["value"].between(inside["low_95"] - 1e-9, inside["high_95"] + 1e-9)
        assert int(told[2]) == within.sum()
        for name in inside.loc[~within, "name"]:
            assert name in told[3]
        for name in inside.loc[within, "name"]:
            assert name not in told[3]


def test_a_force_beyond_a_limit_is_told_by_the_shape_of_its_mark(releases: list[ForceRelease]) -> None:
    table = measures(releases)
    placed = with_standing(table, funnels(table))
    (chart,) = charts.funnel_charts(placed, funnels(table), pillar=1)
    axes = chart.figure.axes[0]
    drawn = {line.get_ydata()[0]: line.get_marker() for line in axes.lines if line.get_marker() != "None"}
    shapes = {"within the limits": "o", "above the 95% limit": "D", "below the 95% limit": "D",
              "above the 99.8% limit": "s", "below the 99.8% limit": "s"}  # fmt: skip
    rows = placed[placed["measure"] == "charged"]
    assert len(set(rows["standing"])) > 1
    for value, where in zip(rows["value"], rows["standing"], strict=True):
        assert drawn[value] == shapes[where]
    assert {text.get_text() for text in axes.texts} >= {"Ashdale", "Birchley", "Cedarton", "95%", "99.8%"}


def test_the_spread_of_balances_counts_the_files_on_either_side(releases: list[ForceRelease]) -> None:
    chart = charts.balance_distribution(balances(releases), measures(releases))
    assert chart is not None
    assert (
        "Ashdale Police: of 4 files 1 on the side of testing the victim, 2 on that of investigating"
        in chart.alt
    )
    assert "1 on nought, balance of the force -0.20." in chart.alt
    filled = [line for line in chart.figure.axes[0].lines if line.get_marker() == "o"]
    assert all((line.get_markerfacecolor() == "white") == (line.get_xdata()[0] < 0) for line in filled)
    assert 0 < min(line.get_xdata()[0] for line in filled if line.get_xdata()[0] > 0) <= 0.05


def test_every_row_of_a_chart_has_its_force_and_its_number_beside_it(releases: list[ForceRelease]) -> None:
    (chart,) = charts.measure_charts(measures(releases), pillar=1)
    axes = next(axes for axes in chart.figure.axes if axes.get_title(loc="left") == "Measure tested")
    assert [text.get_text() for text in axes.texts] == ["20%", "60%", "65%"]
    named = chart.figure.axes[0].get_yticklabels()
    assert [label.get_text() for label in named] == ["Ashdale", "Birchley", "Cedarton"]


def test_letters_of_every_chart_are_large_enough_to_read_on_paper(releases: list[ForceRelease]) -> None:
    for chart in all_charts(releases):
        printed = 6.22 / chart.figure.get_size_inches()[0]  # the width of the text of a page
        for axes in chart.figure.axes:
            letters = [*axes.texts, *axes.get_yticklabels(), *axes.get_xticklabels(), axes.xaxis.label]
            assert min(text.get_fontsize() for text in letters if text.get_text()) * printed >= 7.5


def test_charts_of_forty_three_forces_fit_a_page(tmp_path: Path) -> None:
    folder = tmp_path / "made-2026"
    forces = [f"force-{number:02}" for number in range(43)]
    for number, force in enumerate(forces):
        release_force(folder, force, [row("charged", count=(2 + number % 9, 40)), row("told", count=(9, 40))])
    releases = read_forces(folder, forces)
    made = all_charts(releases)
    assert all(chart.figure.get_size_inches()[1] <= 8 for chart in made)
    table = measures(releases)
    assert funnels(table)["dispersion"].notna().all()
    (funnel,) = charts.funnel_charts(with_standing(table, funnels(table)), funnels(table), pillar=1)
    assert "over-dispersion estimated at" in funnels(table)["words"].iloc[0]
    assert len(funnel.figure.axes[0].texts) < 43


def test_change_is_told_with_an_interval_and_by_a_test_that_allows_for_the_others(
    inspection: Path, releases: list[ForceRelease]
) -> None:
    before = inspection.with_name("made-2024")
    release_force(before, "cedarton", rows_of(0), **EARLIER)
    table = changes(releases, read_earlier(before, releases)).set_index("measure")
    assert set(table["force"]) == {"cedarton"}
    charged = table.loc["charged"]
    assert charged["change"] == pytest.approx(100 * (30 / 55 - 4 / 50))
    assert charged["low"] < charged["change"] < charged["high"]
    assert charged["adjusted"] >= charged["chance"]
    assert charged["verdict"] == "higher"
    assert table.loc["effort-balance", "method"].startswith("square-and-add")
    assert table.loc["withdrawal", "status"] == "suppressed then"
    assert pd.isna(table.loc["withdrawal", "before"])
    assert table.loc["told", "status"] == "not recorded then"
    made = all_charts(releases, read_earlier(before, releases))
    (chart,) = [chart for chart in made if "change" in chart.id]
    assert "Measure charged (closed in the period): higher: Cedarton Constabulary (+47)." in chart.alt


@pytest.mark.parametrize(
    ("facts", "definition", "why"),
    [
        ({"codebook": {"version": "0.4.0", "hash": "old"}}, "As counted.", "coded otherwise then"),
        ({"frame": {"date_basis": "recorded"}}, "As counted.", "another kind of cases then"),
        ({}, "Counted otherwise.", "defined otherwise then"),
    ],
)
def test_no_change_is_told_of_what_was_not_measured_in_the_same_way(
    facts: dict, definition: str, why: str, inspection: Path, releases: list[ForceRelease]
) -> None:
    before = inspection.with_name("made-2024")
    rows = [{**each, "definition": definition} for each in rows_of(0)]
    release_force(before, "cedarton", rows, **EARLIER, **facts)
    table = changes(releases, read_earlier(before, releases)).set_index("measure")
    assert table.loc["tested", "status"] == why
    assert pd.isna(table.loc["tested", "change"])


def test_no_change_is_told_of_files_coded_otherwise_where_every_file_was_read(tmp_path: Path) -> None:
    now, before = tmp_path / "made-2026", tmp_path / "made-2024"
    counts = {"counts": {"frame": 20, "sample": 20}}
    for folder, facts in ((now, {}), (before, EARLIER | {"codebook": {"version": "0.4.0", "hash": "old"}})):
        for force in ("ashdale", "birchley"):
            read_whole = row("tested", group="force", count=(12, 20), base="sampled case files")
            release_force(folder, force, [row("charged", count=(4, 50)), read_whole], **counts, **facts)
    releases = read_forces(now, ["ashdale", "birchley"])
    table = changes(releases, read_earlier(before, releases))
    assert set(table.loc[table["measure"] == "tested", "status"]) == {"coded otherwise then"}
    assert set(table.loc[table["measure"] == "charged", "status"]) == {"shown"}


def test_an_earlier_inspection_of_the_same_days_is_refused(
    inspection: Path, releases: list[ForceRelease]
) -> None:
    before = inspection.with_name("made-2025")
    release_force(before, "cedarton", rows_of(0), period={"start": "2024-10-01", "end": "2025-09-30"})
    with pytest.raises(InspectionError, match="shares days with the period now"):
        read_earlier(before, releases)


def test_forces_inspected_in_different_ways_are_not_compared(inspection: Path) -> None:
    release_force(inspection, "dunford", rows_of(1), codebook={"version": "0.4.0", "hash": "old"})
    with pytest.raises(InspectionError, match="another codebook"):
        read_forces(inspection, [*NAMES, "dunford"])


def test_what_is_missing_is_named_before_anything_is_written(inspection: Path) -> None:
    with pytest.raises(InspectionError, match="fewer than two"):
        read_forces(inspection, ["ashdale"])
    with pytest.raises(InspectionError, match=r"elmbury/release/force\.json: is not there"):
        read_forces(inspection, ["ashdale", "elmbury"])
    with pytest.raises(InspectionError, match=r"Choose one of: made-2026"):
        compare_forces("made-2031", [], evidence_root=inspection.parent)
    assert not list(inspection.glob("national*"))


def test_an_unfinished_run_is_no_force(inspection: Path) -> None:
    shutil.copytree(inspection / "ashdale", inspection / "ashdale.unfinished")
    assert forces_with_release(inspection) == sorted(NAMES)


def test_a_comparison_waits_until_the_number_of_forces_that_failed_is_typed(inspection: Path) -> None:
    facts = {"name": "Dunford Police", "file": "parameters/dunford.yml"}
    write_failure(inspection / "dunford.unfinished", "1_case_sample", "ValueError", **facts)

    def without(number: int, *named: str) -> Comparison:
        root = inspection.parent
        return open_comparison("made-2026", named, earlier="", evidence_folder=root, without=number)

    told = r"1 force has no whole result.*\n  dunford: failed in 1_case_sample\..* run dunford --evidence "
    for number in (0, 2):
        with pytest.raises(InspectionError, match=told):
            without(number)
    with pytest.raises(InspectionError, match="2 forces have no whole result"):
        without(1, *NAMES, "elmbury")
    compared = without(2, *NAMES, "elmbury")
    assert [release.force for release in compared.now] == sorted(NAMES)
    compared.close({})
    facts = json.loads((inspection / "national" / "release" / "national.json").read_text(encoding="utf-8"))
    assert facts["missing"] == [
        {"force": "dunford", "name": "Dunford Police", "why": "failed"},
        {"force": "elmbury", "name": "elmbury", "why": "not run"},
    ]


def test_a_whole_result_is_not_compared_once_a_later_run_failed(inspection: Path) -> None:
    (inspection / "ashdale.unfinished").mkdir()
    with pytest.raises(InspectionError, match="ashdale: not finished"):
        compare_forces("made-2026", [], evidence_root=inspection.parent)
    opened = open_comparison("made-2026", [], earlier="", evidence_folder=inspection.parent, without=1)
    assert "ashdale" not in {release.force for release in opened.now}


def test_no_number_is_asked_for_where_fewer_than_two_forces_would_be_left(inspection: Path) -> None:
    for force in ("birchley", "cedarton"):
        (inspection / f"{force}.unfinished").mkdir()
    for number in (0, 2):
        with pytest.raises(InspectionError, match="fewer than two are left to compare") as refused:
            compare_forces("made-2026", [], evidence_root=inspection.parent, without=number)
        assert "birchley: not finished" in str(refused.value)
        assert "--without" not in str(refused.value)


def test_no_number_is_typed_where_no_force_is_missing(inspection: Path) -> None:
    with pytest.raises(InspectionError, match="--without is 3, but no force is missing"):
        compare_forces("made-2026", [], evidence_root=inspection.parent, without=3)


def test_official_counts_stand_beside_the_cases_inspected_and_are_not_asked_of_others(
    inspection: Path,
) -> None:
    rows = [row("charged", count=(7, 35)), row("outcomes-closed", group="1", count=(7, 35)),
            row("official-outcomes-closed", group="1", count=(30, 400)),
            row("official-outcomes-closed", group="16", count=(90, 400))]  # fmt: skip
    release_force(inspection, "dunford", rows)
    table = official(read_forces(inspection, [*NAMES, "dunford"])).set_index("outcome")
    assert set(table["force"]) == {"dunford"}
    assert table.loc["1", ["inspected", "official"]].tolist() == [20.0, 7.5]
    assert table.loc["16", "inspected_status"] == "missing"


def test_a_stop_in_the_notebook_says_why_and_leaves_the_last_comparison(inspection: Path) -> None:
    compare_forces("made-2026", [], evidence_root=inspection.parent)
    with pytest.raises(InspectionError, match="holds no release folder of any of these forces"):
        compare_forces("made-2026", [], evidence_root=inspection.parent, earlier="made-1999")
    assert (inspection / "national" / "release" / "national.json").is_file()
