import math
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from made_material import cases_of, coded, effort, material, with_fields

from inspections.checks import MILESTONES_IN_ORDER, check_cases
from inspections.completeness import find_gaps
from inspections.indicators import (
    Material,
    case_balances,
    codes_table,
    compute_indicators,
    definitions,
    outcome_shares,
)
from inspections.indicators.registry import COLUMNS, Indicator, indicator
from inspections.indicators.rows import SampledFiles
from parameters import PROJECT

HOME_OFFICE = PROJECT.parent / "shared" / "data" / "ho_outcomes_2018_19"


def rows_of(name: str, given: Material) -> pd.DataFrame:
    return compute_indicators(given, only=[name]).table.set_index("group")


def row_of(name: str, given: Material, group: str = "force") -> pd.Series:
    return rows_of(name, given).loc[group]


# --- effort ---------------------------------------------------------------------------------------------


def test_a_case_gets_a_balance_only_with_five_counted_units():
    coding = coded(*effort("a", victim=3, suspect=2), *effort("b", victim=2, suspect=2))
    sample = pd.DataFrame({"case_id": ["a", "b", "c"], "stratum": "x"})
    table = case_balances(sample, coding).set_index("case_id")
    assert table.loc["a", "balance"] == pytest.approx(-0.2)
    assert table.loc[["b", "c"], "status"].tolist() == ["too few", "too few"]
    assert table.loc[["b", "c"], "balance"].isna().all()
    assert table.loc["c", "units"] == 0


def test_a_unit_with_two_codes_of_one_orientation_is_one_unit():
    coding = coded(("a", 1, 1, "vic-disbelief"), ("a", 1, 1, "vic-intoxication"), ("a", 1, 1, "sus-digital"))
    table = case_balances(pd.DataFrame({"case_id": ["a"], "stratum": "x"}), coding)
    assert table.loc[0, ["victim_credibility", "suspect_focus"]].tolist() == [1, 1]


def test_units_that_do_not_count_stay_out_of_the_balance():
    not_counted = {"counts": False, "polarity": "rebutted"}
    coding = coded(("a", 1, 1, "vic-disbelief", not_counted), *effort("a", victim=0, suspect=5))
    assert case_balances(pd.DataFrame({"case_id": ["a"], "stratum": "x"}), coding).loc[0, "balance"] == 1


def test_the_force_balance_pools_all_counted_units():
    # 8 on suspects, 12 on victims: (8 - 12) / 20
    coding = coded(*effort("a", victim=10, suspect=2), *effort("b", victim=2, suspect=6))
    row = row_of("effort-balance", material(coding))
    assert row["value"] == pytest.approx(-0.2)
    assert (row["numerator"], row["denominator"]) == (-4, 20)
    # one file drawn again; the weights move towards it by the root of the 0.9 not read
    drawn, other = 1 + 0.9**0.5, 1 - 0.9**0.5
    assert row["low"] == pytest.approx((-8 * drawn + 4 * other) / (12 * drawn + 8 * other))
    assert row["high"] == pytest.approx((4 * drawn - 8 * other) / (8 * drawn + 12 * other))
    assert row["base"] == "20 counted units in 2 sampled case files"


def test_planned_work_is_left_out_of_the_done_only_balance():
    planned = {"status": "planned"}
    coding = coded(*effort("a", victim=2, suspect=1), ("a", 2, 1, "sus-digital", planned))
    assert row_of("effort-balance", material(coding))["value"] == 0
    assert row_of("effort-balance-done", material(coding))["value"] == pytest.approx(-1 / 3)


def test_share_of_files_with_more_on_the_victim_leaves_out_files_with_too_little():
    coding = coded(
        *effort("a", victim=4, suspect=1),
        *effort("b", victim=1, suspect=4),
        *effort("c", victim=3, suspect=3),
        *effort("d", victim=4, suspect=0),
    )
    row = row_of("effort-more-on-victim", material(coding, frame_size=40))
    assert (row["numerator"], row["denominator"]) == (1, 3)
    assert row["value"] == pytest.approx(100 / 3)
    assert row["base"] == "3 sampled case files with at least 5 counted units"
    assert row_of("effort-too-few", material(coding))["value"] == 25


def test_unequally_read_strata_are_weighted_and_the_base_says_so():
    coding = coded(*effort("a", victim=5, suspect=0), *effort("b", victim=0, suspect=5))
    row = row_of("effort-more-on-victim", material(coding, weights={"a": 30.0, "b": 10.0}, frame_size=40))
    assert (row["numerator"], row["denominator"]) == (1, 2)
    assert row["value"] == pytest.approx(75)
    assert row["base"] == "2 sampled case files, weighted to the 40 cases of the frame"
    assert row["weighted_to"] == 40
    balance = row_of("effort-balance", material(coding, weights={"a": 30.0, "b": 10.0}, frame_size=40))
    assert balance["value"] == pytest.approx((5 * 10 - 5 * 30) / (5 * 10 + 5 * 30))


def test_with_every_file_read_no_interval_is_claimed():
    coding = coded(*effort("a", victim=5, suspect=0), *effort("b", victim=0, suspect=5))
    given = material(coding, weights={"a": 1.0, "b": 1.0}, frame_size=2)
    for name in ("effort-more-on-victim", "effort-balance"):
        row = row_of(name, given)
        assert pd.isna(row["low"])
        assert row["interval"] == "every case counted: no sampling error"


def test_units_per_100_have_all_coding_units_beneath_them():
    rows = rows_of(
        "effort-units", material(coded(*effort("a", victim=3, suspect=1), ("b", 1, 1, "oth-admin")))
    )
    assert rows.loc["victim-credibility", "value"] == pytest.approx(100 * 3 / 40)
    assert rows.loc["suspect-focus", "value"] == pytest.approx(100 * 1 / 40)


def test_testing_before_the_interview_goes_by_day_and_leaves_out_cases_without_one():
    coding = coded(
        ("a", 1, 1, "vic-disbelief"),
        ("a", 2, 1, "vic-disbelief"),
        ("a", 3, 1, "vic-disbelief"),
        ("b", 1, 1, "vic-disbelief"),
    )
    given = material(
        coding,
        notes=pd.DataFrame(
            {
                "case_id": ["a", "a", "a", "b"],
                "entry_no": [1, 2, 3, 1],
                "entered_at": pd.to_datetime(
                    ["2025-05-01 23:59", "2025-05-02 08:00", "2025-05-09 08:00", "2025-05-01 08:00"]
                ),
            }
        ),
    )
    given = with_fields(given, suspect_interviewed_on=pd.to_datetime(["2025-05-02", None]))
    row = row_of("effort-before-interview", given)
    assert (row["numerator"], row["denominator"]) == (1, 3)


def test_testing_before_the_interview_is_not_recorded_without_interview_dates():
    row = row_of("effort-before-interview", material(coded(("a", 1, 1, "vic-disbelief"))))
    assert row["status"] == "not recorded"
    assert pd.isna(row["value"])


def test_codes_are_counted_in_units_and_in_case_files():
    twice = [("a", 1, 1, "vic-disbelief"), ("a", 1, 2, "vic-disbelief"), ("b", 1, 1, "vic-disbelief")]
    codes = pd.DataFrame(
        {
            "code": ["oth-admin", "vic-disbelief", "sus-digital"],
            "title": ["Admin", "Disbelief", "Digital"],
            "orientation": ["other", "victim-credibility", "suspect-focus"],
        }
    )
    table = codes_table(coded(*twice, ("b", 1, 2, "oth-admin")), codes)
    assert table["code"].tolist() == ["vic-disbelief", "sus-digital"]
    assert table[["units", "cases", "status"]].to_numpy().tolist() == [[3, 2, "shown"], [0, 0, "zero"]]


def test_rebutted_doubt_gaps_and_prosecutors_doubt_are_counted_in_files():
    coding = coded(
        ("a", 1, 1, "vic-disbelief", {"polarity": "rebutted", "counts": False}),
        ("a", 1, 2, "vic-disbelief", {"polarity": "rebutted", "counts": False}),
        ("b", 1, 1, "sus-history-intel", {"polarity": "not-done", "counts": False}),
        ("c", 1, 1, "vic-disbelief", {"voice": "cps", "counts": False}),
        ("d", 1, 1, "oth-admin"),
    )
    for name in ("victim-doubt-rebutted", "suspect-gaps-noted", "victim-doubt-cps"):
        row = row_of(name, material(coding))
        assert (row["numerator"], row["denominator"], row["value"]) == (1, 4, 25)


def test_records_requests_are_divided_by_purpose_and_leave_out_what_was_refused():
    trawl = "vic-records-trawl"
    coding = coded(
        ("a", 1, 1, trawl, {"purpose": "unstated"}),
        ("a", 1, 2, trawl, {"purpose": "unstated", "status": "planned"}),
        ("b", 1, 1, trawl, {"purpose": "limited", "counts": False}),
        ("b", 1, 2, trawl, {"purpose": "credibility", "polarity": "not-done", "counts": False}),
        ("b", 1, 3, trawl, {"purpose": "credibility", "flags": "boilerplate", "counts": False}),
    )
    rows = rows_of("records-requests-purpose", material(coding))
    assert rows["numerator"].to_dict() == {"credibility": 0, "unstated": 2, "limited": 1}
    assert set(rows["denominator"]) == {3}
    assert rows.loc["credibility", "status"] == "zero"


# --- outcomes and withdrawal ----------------------------------------------------------------------------


OUTCOMES = cases_of(
    recorded_on=pd.to_datetime(["2025-05-01", "2025-06-01", "2024-01-01", "2025-07-01", "2025-08-01"]),
    closed_on=pd.to_datetime(["2025-09-01", "2026-05-01", "2025-10-01", None, "2025-11-01"]),
    outcome_type=["1", "16", "14", None, "16"],
    reported_by=["victim", "victim", "third party", "police", "victim"],
    victim_wanted_report=pd.array([True, True, False, None, None], dtype="boolean"),
)


def test_outcomes_are_shared_on_two_bases_that_are_never_mixed():
    given = material(coded(*effort("x", victim=1, suspect=1)), cases=OUTCOMES)
    recorded, closed = rows_of("outcomes-recorded", given), rows_of("outcomes-closed", given)
    assert recorded.loc["16", ["numerator", "denominator"]].tolist() == [2, 4]
    assert recorded.loc["0", "numerator"] == 1
    assert closed.loc["16", ["numerator", "denominator"]].tolist() == [1, 3]
    assert "0" not in closed.index
    assert recorded.loc["15", "status"] == "zero"
    assert rows_of("charged", given)["value"].to_dict() == {"recorded": 25, "closed": pytest.approx(100 / 3)}


def test_withdrawal_comes_with_how_many_were_the_victims_own_reports():
    given = material(coded(*effort("x", victim=1, suspect=1)), cases=OUTCOMES)
    assert row_of("withdrawal", given, "closed")[["numerator", "denominator"]].tolist() == [2, 3]
    assert row_of("withdrawal", given, "recorded")[["numerator", "denominator"]].tolist() == [2, 4]
    by_victim = row_of("withdrawal-reported-by-victim", given)
    assert by_victim[["numerator", "denominator"]].tolist() == [1, 2]
    wanted = row_of("withdrawal-victim-wanted-report", given)
    assert wanted[["numerator", "denominator", "status"]].tolist() == [0, 1, "zero"]
    assert "The field is empty in some of these cases." in wanted["caveat"]
    own = row_of("withdrawal-victim-reports", given)
    assert own[["numerator", "denominator"]].tolist() == [1, 2]


def test_withdrawal_without_the_reporters_field_is_not_recorded_rather_than_nought():
    given = material(coded(*effort("x", victim=1, suspect=1)), cases=OUTCOMES.drop(columns="reported_by"))
    for name in ("withdrawal-reported-by-victim", "withdrawal-victim-reports"):
        assert row_of(name, given)["status"] == "not recorded"


@pytest.mark.parametrize("absent", ["closed_on", "outcome_type"])
def test_what_is_known_of_withdrawals_is_not_recorded_where_withdrawals_are_not(absent: str):
    given = material(coded(*effort("x", victim=1, suspect=1)), cases=OUTCOMES.drop(columns=absent))
    for name in ("withdrawal-reported-by-victim", "withdrawal-victim-wanted-report"):
        assert row_of(name, given)["status"] == "not recorded"


def test_official_counts_of_one_basis_alone_are_told_and_the_other_is_not_recorded():
    one = pd.DataFrame({"outcome_type": ["0", "1"], "recorded": [5, 3]})
    for official in (one, one.assign(closed=None)):
        given = material(coded(*effort("x", victim=1, suspect=1)), outcomes=official)
        assert rows_of("official-outcomes-recorded", given).loc["charged", "value"] == 37.5
        assert row_of("official-outcomes-closed", given)["status"] == "not recorded"


def test_official_counts_leave_type_0_out_of_outcomes_given_but_not_out_of_offences_recorded():
    official = pd.DataFrame(
        {"outcome_type": ["0", "1", "1", "16"], "recorded": [5, 2, 1, 2], "closed": [None, 3, 1, 4]}
    )
    given = material(coded(*effort("x", victim=1, suspect=1)), outcomes=official)
    recorded, closed = (
        rows_of("official-outcomes-recorded", given),
        rows_of("official-outcomes-closed", given),
    )
    assert recorded.loc["charged", ["numerator", "denominator"]].tolist() == [3, 10]
    assert closed.loc["charged", ["numerator", "denominator", "value"]].tolist() == [4, 8, 50]
    assert recorded.loc["0", "numerator"] == 5
    assert "0" not in closed.index


@pytest.mark.skipif(
    not HOME_OFFICE.is_dir(), reason="the Home Office outcome tables are not beside this repository"
)
def test_outcome_shares_reproduce_the_published_table_of_every_force():
    published = pd.read_csv(HOME_OFFICE / "check_rape_by_force_2018_19.csv", encoding="utf-8")
    counts = pd.read_csv(HOME_OFFICE / "ho_outcomes_rape_2018_19.csv", encoding="utf-8").rename(
        columns={
            "force_outcomes_for_offences_recorded_in_quarter": "recorded",
            "force_outcomes_recorded_in_quarter": "closed",
        }
    )
    assert len(published) == 44
    for expected in published.to_dict("records"):
        shares = outcome_shares(counts[counts["force_name"] == expected["force_name"]])
        found = shares[shares["basis"] == "recorded"].set_index("outcome")
        types = {name: int(name.removeprefix("outcome_")) for name in expected if name.startswith("outcome_")}
        for name, outcome_type in types.items():
            assert found["number"].get(str(outcome_type), 0) == expected[name]
        assert found["of"].iloc[0] == expected["rape_offences_recorded_total"]
        assert round(found.loc["charged", "share"], 1) == expected["charged_pct"]
        assert round(found.loc["victim does not support", "share"], 1) == expected["victim_not_support_pct"]
        assert found.loc["charged", "number"] == expected["outcome_01"]


# --- timeliness and gaps --------------------------------------------------------------------------------


def test_medians_are_of_whole_days_over_cases_with_both_dates_in_order():
    cases = cases_of(
        reported_on=pd.to_datetime(["2025-01-01"] * 5),
        charged_on=pd.to_datetime(["2025-01-11", "2025-01-31", "2025-02-10", "2024-12-31", None]),
        outcome_type=["1", "1", "1A", "1", "18"],
    )
    rows = rows_of("days-report-to-charge", material(coded(*effort("x", victim=1, suspect=1)), cases=cases))
    assert rows.loc["force", ["value", "numerator", "denominator"]].tolist() == [30, 3, 5]
    assert rows.loc["force", "base"] == "3 of 5 cases in the frame with both dates"
    assert rows.loc["charged", ["value", "numerator", "denominator"]].tolist() == [30, 3, 4]
    assert rows.loc["force", "low"] == 10
    assert rows.loc["force", "high"] == 40


def test_time_to_a_milestone_the_force_never_dates_is_not_recorded():
    cases = cases_of(reported_on=pd.to_datetime(["2025-01-01"]))
    row = row_of("days-report-to-cps", material(coded(*effort("x", victim=1, suspect=1)), cases=cases))
    assert (row["status"], pd.isna(row["value"])) == ("not recorded", True)


def test_outcomes_that_contradict_the_file_are_found():
    cases = cases_of(
        outcome_type=["1", "1", "18", "15", "16", "14", None, "16"],
        charged_on=pd.to_datetime(["2025-02-01", None, None, None, "2025-02-01", None, None, None]),
        suspect_named=pd.array([True, True, True, False, True, False, True, None], dtype="boolean"),
        closed_on=pd.to_datetime(["2025-05-01"] * 8),
    )
    row = row_of("outcome-coding", material(coded(*effort("x", victim=1, suspect=1)), cases=cases))
    # right: charged with a date; 14 without a suspect; 16 where it is not known whether one was named
    assert (row["numerator"], row["denominator"]) == (5, 8)


def test_the_indicator_counts_the_closed_cases_in_which_a_check_finds_a_contradiction():
    day = pd.Timestamp("2025-05-01")
    cases = cases_of(
        outcome_type=["19", "9", "9", "18", "15", None],
        cps_decision_on=[None, None, day, None, None, None],
        arrested_on=[None, None, None, day, None, None],
        closed_on=[*[day] * 5, None],
    )
    cases = cases.astype(dict.fromkeys(("cps_decision_on", "arrested_on", "closed_on"), "datetime64[ns]"))
    found = [check.cases for check in check_cases(cases, published=date(2026, 1, 1))]
    assert sorted(found) == [("case 0",), ("case 1",), ("case 3",)]
    row = row_of("outcome-coding", material(coded(*effort("x", victim=1, suspect=1)), cases=cases))
    assert (row["numerator"], row["denominator"]) == (3, 5)


@pytest.mark.parametrize("elsewhere", [True, False])
@pytest.mark.parametrize(
    ("indicator", "field"),
    [
        ("isva-referral", "isva_referral_on"),
        ("cps-early-advice", "early_advice_on"),
        ("cps-referred", "file_to_cps_on"),
        ("cps-admin-finalised", "admin_finalised_on"),
        ("review-right-told", "review_right_told_on"),
    ],
)
def test_a_step_taken_in_no_case_of_the_frame_is_nought_where_another_case_shows_that_it_is_kept(
    indicator: str, field: str, elsewhere: bool
):
    day = pd.Timestamp("2025-05-01")
    cases = cases_of(decision=["police NFA", "CPS NFA", "charged"], file_to_cps_on=[day, day, day])
    cases[field] = pd.Series([None, None, day if elsewhere else None], dtype="datetime64[ns]")
    frame = cases.iloc[:2]
    given = material(coded(*effort("x", victim=1, suspect=1)), cases=cases, frame=frame)
    row = row_of(indicator, given)
    gaps = find_gaps({"cases": cases}, cases=frame["case_id"]).set_index("field")["gap"]
    if elsewhere:
        assert (row["status"], row["numerator"], row["denominator"]) == ("zero", 0, 2)
        assert field not in gaps.index or gaps[field] == "partly missing"
    else:
        assert row["status"] == "not recorded"
        assert gaps[field] == "never filled in"


def test_milestones_out_of_order_are_found():
    cases = cases_of(
        reported_on=pd.to_datetime(["2025-01-02", "2025-01-02", "2025-01-02"]),
        suspect_interviewed_on=pd.to_datetime(["2025-01-01", "2025-01-02", None]),
        closed_on=pd.to_datetime(["2025-03-01", None, "2025-01-01"]),
    )
    row = row_of("dates-out-of-order", material(coded(*effort("x", victim=1, suspect=1)), cases=cases))
    assert (row["numerator"], row["denominator"]) == (2, 3)


@pytest.mark.parametrize(("earlier", "later"), MILESTONES_IN_ORDER)
def test_the_indicator_finds_whatever_the_check_of_the_case_files_finds(earlier: str, later: str):
    cases = cases_of(
        **{earlier: pd.to_datetime(["2025-01-02"] * 2), later: pd.to_datetime(["2025-01-01", None])}
    )
    row = row_of("dates-out-of-order", material(coded(*effort("x", victim=1, suspect=1)), cases=cases))
    assert row["numerator"] == 1


# --- published worked values ----------------------------------------------------------------------------


def test_a_weighted_ratio_is_the_published_mean_of_a_stratified_sample():
    # data set fpc of the R package survey: 5 of 15 and 3 of 12 read, mean 5.448148
    values = pd.Series([2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2])
    files = SampledFiles(
        weight=pd.Series([3.0] * 5 + [4.0] * 3), stratum=pd.Series(list("aaaaabbb")), population=27
    )
    row = files.ratio(values, pd.Series([1] * 8), seed="s", units="cases", per=1)
    assert row.value == pytest.approx(5.448148, abs=5e-7)
    assert row.interval.low < row.value < row.interval.high


# --- the list of indicators -----------------------------------------------------------------------------


def everything() -> Material:
    coding = coded(*effort("case 0", victim=4, suspect=2), *effort("case 1", victim=1, suspect=6))
    return material(coding, cases=OUTCOMES)


def test_every_indicator_gives_rows_even_for_the_barest_case_table():
    bare = material(coded(), cases=cases_of(offence_code=["19C"]), weights={"case 0": 1.0})
    nothing = dict.fromkeys(("corrected", "corrected_low", "corrected_high"), math.nan)
    table = compute_indicators(replace(bare, corrected=nothing)).table
    assert set(table["indicator"]) == set(definitions()["id"])
    assert list(table.columns) == list(COLUMNS)


def test_a_balance_put_right_is_of_the_same_files_and_there_only_with_an_audit() -> None:
    given = replace(everything(), corrected={"corrected": 0.25, "corrected_low": -0.1, "corrected_high": 0.5})
    found, counted = row_of("effort-balance-corrected", given), row_of("effort-balance", given)
    assert (found["value"], found["low"], found["high"]) == (0.25, -0.1, 0.5)
    assert (found["denominator"], found["cases"]) == (counted["denominator"], counted["cases"])
    assert counted["value"] == row_of("effort-balance", everything())["value"]
    assert rows_of("effort-balance-corrected", everything()).empty


def test_every_row_has_the_numbers_its_status_promises():
    table = compute_indicators(everything()).table
    counted = table["status"].isin(["shown", "zero"])
    assert table.loc[counted, ["numerator", "denominator", "value"]].notna().all().all()
    assert table.loc[~counted, "value"].isna().all()
    assert table.loc[table["status"] == "zero", "numerator"].eq(0).all()


def test_every_number_can_be_walked_back_to_its_cases():
    results = compute_indicators(everything())
    behind = results.cases.groupby(["indicator", "group"])[["numerator", "denominator"]].sum()
    table = results.table.set_index(["indicator", "group"])
    walked = table.loc[table.index.isin(behind.index) & table["status"].isin(["shown", "zero"])]
    assert len(walked) > 20
    pd.testing.assert_frame_equal(
        walked[["numerator", "denominator"]].astype(float),
        behind.loc[walked.index].astype(float),
        check_names=False,
    )


def test_indicators_are_the_same_twice():
    first, again = compute_indicators(everything()), compute_indicators(everything())
    pd.testing.assert_frame_equal(first.table, again.table)


def test_every_indicator_explains_itself():
    words = definitions()[["label", "definition", "formula", "denominator", "caveat", "source", "direction"]]
    assert words.map(lambda text: len(text) > 10).all().all()
    assert definitions()["pillar"].between(0, 6).all()


def test_two_indicators_cannot_share_a_name():
    known = Indicator(
        id="charged", label="", pillar=0, unit="count", definition="", formula="", denominator="", caveat="",
        source="", direction="", about="people",
    )  # fmt: skip
    with pytest.raises(ValueError, match="two indicators are called charged"):
        indicator(known)(lambda material: [])
