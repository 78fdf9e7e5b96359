import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspections.charts import margins_chart, save_chart
from inspections.intervals import hypergeometric, mid_p, wilson_stratified
from inspections.planning import (
    EVERY_STRATUM,
    OVERALL,
    cases_for_margins,
    cases_needed,
    margin,
    margins_bought,
)

STRATA = pd.DataFrame(
    {"stratum": ["charged", "open", "police NFA"], "frame": [8, 30, 60], "sample": [8, 8, 8]}
)


@pytest.mark.parametrize(
    ("n", "points"), [(10, 31), (15, 25), (20, 22), (54, 13), (90, 10), (149, 8), (250, 6), (450, 5)]
)
def test_of_a_very_long_list_margins_are_the_well_known_ones_or_a_little_wider(n, points):
    # 98 / sqrt(n) points: the normal margin at one half; the exact interval is wider by about 1 / (2n)
    exact = 100 * margin(n, 50_000)
    assert points - 0.5 <= exact <= points + 0.5 + 100 / n


def test_the_margin_is_half_the_exact_interval():
    interval = hypergeometric(10, 20, population=200)
    assert margin(20, 200) == (interval.high - interval.low) / 2


def test_where_the_share_makes_no_whole_count_the_worse_one_is_planned_for():
    assert margin(7, 40, expected_share=0.5) == max(
        (interval.high - interval.low) / 2
        for interval in (hypergeometric(3, 7, population=40), hypergeometric(4, 7, population=40))
    )


def test_a_list_read_whole_has_no_margin():
    assert margin(12, 12) == 0


@settings(max_examples=25)
@given(
    st.integers(1, 80), st.sampled_from([0.02, 0.1, 0.25]), st.sampled_from([0.0, 0.03, 0.2, 0.5, 0.77, 1.0])
)
def test_the_cases_needed_keep_the_margin_and_one_fewer_may_not(population, wanted, share):
    needed = cases_needed(wanted, population, expected_share=share)
    kept = [margin(n, population, expected_share=share) <= wanted + 1e-12 for n in range(1, population + 1)]
    assert all(kept[needed - 1 :])
    assert needed == 1 or not kept[needed - 2]


def test_a_short_list_needs_fewer_files_for_the_same_margin():
    assert cases_needed(0.1, 60) < cases_needed(0.1, 200) < cases_needed(0.1, 20_000)


@pytest.mark.parametrize(("wanted", "population"), [(0, 10), (0.1, 0)])
def test_impossible_plans_are_refused(wanted, population):
    with pytest.raises(ValueError, match="above 0"):
        cases_needed(wanted, population)
    with pytest.raises(ValueError, match="1 <= n <= population"):
        margin(0, 10)


def test_margins_of_a_sample_by_stratum_and_overall():
    table = margins_bought(STRATA, expected_shares={"open": 0.25}).set_index("stratum")
    assert table.loc["charged", ["margin", "method"]].tolist() == [
        0.0,
        "every case counted: no sampling error",
    ]
    assert table.loc["open", "margin"] == margin(8, 30, expected_share=0.25)
    assert table.loc["police NFA", "margin"] == margin(8, 60)
    assert table.loc[OVERALL, ["frame", "sample"]].tolist() == [98, 24]
    assert table.loc[OVERALL, "method"] == "Wilson, weighted by stratum of a finite list"


def test_the_overall_margin_is_the_one_a_finding_at_that_share_would_print():
    strata = STRATA.assign(sample=[2, 4, 4])
    found = margins_bought(strata).set_index("stratum").loc[OVERALL, "margin"]
    printed = wilson_stratified(np.array([1.0, 2, 2]), np.array([2.0, 4, 4]), np.array([8.0, 30, 60]))
    assert found == pytest.approx((printed.high - printed.low) / 2)


def test_where_every_file_stands_for_as_many_the_whole_is_planned_as_it_is_printed():
    strata = pd.DataFrame({"stratum": ["a", "b"], "frame": [20, 40], "sample": [5, 10]})
    row = margins_bought(strata).set_index("stratum").loc[OVERALL]
    printed = [mid_p(count, 15, population=60) for count in (7, 8)]
    assert row["margin"] == max((interval.high - interval.low) / 2 for interval in printed)
    assert row["method"] == "hypergeometric, mid-p"
    assert row["margin"] < margin(15, 60)


def test_strata_read_whole_leave_the_doubt_of_the_others_alone():
    both = pd.DataFrame({"stratum": ["small", "large"], "frame": [20, 80], "sample": [20, 10]})
    found = margins_bought(both).set_index("stratum")
    alone = wilson_stratified(np.array([5.0]), np.array([10.0]), np.array([80.0]))
    assert found.loc["small", "margin"] == 0
    assert found.loc[OVERALL, "margin"] == pytest.approx(0.8 * (alone.high - alone.low) / 2)


def test_a_list_read_whole_in_every_stratum_has_no_margin_overall():
    found = margins_bought(STRATA.assign(sample=STRATA["frame"])).set_index("stratum")
    assert found.loc[OVERALL, ["margin", "method"]].tolist() == [0, "every case counted: no sampling error"]


def test_a_stratum_of_which_nothing_was_read_has_no_margin():
    table = margins_bought(STRATA.assign(sample=[0, 8, 8])).set_index("stratum")
    assert np.isnan(table.loc["charged", "margin"])
    assert "nothing to go by" in margins_chart(table.reset_index()).alt


def test_what_margins_cost_by_stratum_together_and_for_the_whole():
    table = cases_for_margins({"charged": 8, "open": 30, "police NFA": 60}, wanted=[0.1, 0.2])
    costs = table.pivot(index="stratum", columns="wanted_margin", values="cases")
    assert costs.loc["open", 0.1] == cases_needed(0.1, 30)
    assert costs.loc[EVERY_STRATUM, 0.2] == sum(cases_needed(0.2, size) for size in (8, 30, 60))
    assert costs.loc[OVERALL, 0.2] == cases_needed(0.2, 98) < costs.loc[EVERY_STRATUM, 0.2]


def test_the_chart_tells_every_margin_in_words_and_is_the_same_bytes_twice(tmp_path):
    table = margins_bought(STRATA)
    chart = margins_chart(table)
    for stratum, read in (
        ("Charged or summonsed", "8 of 8 read: exact"),
        ("No further action, decided by police", "8 of 60 read: ±32 points"),
    ):
        assert f"{stratum}, {read}" in chart.alt
    (tmp_path / "again").mkdir()
    first, second = save_chart(chart, tmp_path), save_chart(margins_chart(table), tmp_path / "again")
    assert first.read_bytes() == second.read_bytes()
