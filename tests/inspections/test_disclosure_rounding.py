"""Counts rounded for publication give nothing back: not in a share, an interval, a base or another table."""

import re

import numpy as np
import pandas as pd
import pytest
from made_material import cases_of, coded, effort, material

from inspections.disclosure import (
    Policy,
    decide,
    release_balances,
    release_codes,
    release_indicators,
    release_strata,
)
from inspections.indicators import case_balances, codes_table, compute_indicators

FIVES = Policy(threshold=5, base=5)


def closed(**outcomes: int) -> pd.DataFrame:
    types = [name.removeprefix("o") for name, size in outcomes.items() for _ in range(size)]
    days = pd.to_datetime(["2025-06-01"] * len(types))
    return cases_of(closed_on=days, reported_on=days - pd.Timedelta(days=30), outcome_type=types)


def of_people(cases: pd.DataFrame, *only: str) -> pd.DataFrame:
    given = material(coded(*effort("x", victim=1, suspect=1)), cases=cases)
    results = compute_indicators(given, only=list(only))
    return release_indicators(decide(results, FIVES)).table.set_index("group")


def of_files(leaning: int, files: int, *, weights: list[float] | None = None, base: int = 5) -> pd.DataFrame:
    """Files of which the first so many hold more effort on the victim."""
    units = [
        unit for n in range(files) for unit in effort(f"c{n:02}", victim=6 if n < leaning else 1, suspect=5)
    ]
    given = material(
        coded(*units),
        weights={f"c{n:02}": (weights or [4.0] * files)[n] for n in range(files)},
        frame_size=int(sum(weights or [4.0] * files)),
    )
    results = compute_indicators(given)
    return release_indicators(decide(results, Policy(threshold=5, base=base))).table.set_index("indicator")


def test_every_count_and_every_number_in_a_base_is_a_multiple_of_five():
    table = of_files(8, 23, weights=[2.0] * 10 + [6.0] * 13).reset_index()
    told = table[table["status"].isin(["shown", "zero"])]
    for name in ("numerator", "denominator", "cases", "weighted_to"):
        assert (told[name].dropna().astype(float) % 5 == 0).all(), name
    for base in told["base"].str.replace("at least 5 counted", "").str.replace("28 days", ""):
        assert all(int(number.replace(",", "")) % 5 == 0 for number in re.findall(r"\d[\d,]*", base)), base


@pytest.mark.parametrize("exact", [28, 29, 30, 31, 32])
def test_what_is_published_of_people_is_the_same_for_every_count_that_rounds_alike(exact: int):
    row = of_people(closed(o1=exact, o15=100 - exact), "charged").loc["closed"]
    assert row[["numerator", "denominator", "value"]].tolist() == [30, 100, 30]
    assert row["base"] == "100 cases closed with an outcome in the period"


def test_what_is_published_of_files_is_the_same_for_every_count_that_rounds_alike():
    columns = ["numerator", "denominator", "value", "low", "high", "base", "status"]
    rows = [of_files(leaning, 24).loc["effort-more-on-victim", columns] for leaning in (8, 9, 10, 11, 12)]
    for row in rows[1:]:
        pd.testing.assert_series_equal(row, rows[0])
    assert rows[0].tolist()[:3] == [10, 25, 40]


def test_a_weighted_share_and_its_interval_are_those_of_the_rounded_count():
    weights = [2.0] * 10 + [6.0] * 14
    exact, rounded = (
        of_files(8, 24, weights=weights, base=base).loc["effort-more-on-victim"] for base in (1, 5)
    )
    # 8 of 24 files become 10 of 25, and the share grows in proportion
    assert rounded["value"] == pytest.approx(exact["value"] * (10 / 25) / (8 / 24), abs=1)
    assert rounded["low"] < rounded["value"] < rounded["high"]


def test_a_ratio_of_units_follows_its_rounded_counts():
    row = of_files(8, 24).loc["effort-balance"]
    assert row["value"] == pytest.approx(row["numerator"] / row["denominator"], abs=0.005)


def test_a_balance_put_right_by_an_audit_is_published_beside_rounded_counts():
    units = [unit for n in range(23) for unit in effort(f"c{n:02}", victim=1, suspect=5)]
    balance = {"corrected": 0.21, "corrected_low": 0.1, "corrected_high": 0.3}
    results = compute_indicators(material(coded(*units), corrected=balance))
    row = (
        release_indicators(decide(results, FIVES))
        .table.set_index("indicator")
        .loc["effort-balance-corrected"]
    )
    assert row[["value", "low", "high", "denominator", "cases"]].tolist() == [0.21, 0.1, 0.3, 140, 25]
    assert row["base"] == "140 counted units in 25 sampled case files, put right by an audit"


def test_what_is_not_none_or_all_is_never_rounded_to_it():
    table = of_people(closed(o1=98, o15=6, o16=6), "outcomes-closed")
    assert table.loc["18", ["numerator", "status"]].tolist() == [0, "zero"]
    nearly = of_files(23, 24).loc["effort-more-on-victim"]
    assert (nearly["numerator"], nearly["denominator"]) == (25, 25)
    assert nearly["value"] == 99.9


def test_a_median_stays_and_loses_its_exact_counts():
    row = of_people(closed(o1=43, o15=40), "days-report-to-closure").loc["force"]
    assert (row["value"], row["numerator"], row["denominator"]) == (30, 85, 85)
    assert row["base"] == "85 of 85 cases in the frame with both dates"


def test_codes_and_strata_are_rounded_and_balances_are_not_released():
    units = [unit for n in range(23) for unit in effort(f"case {n}", victim=2, suspect=5)]
    cases = cases_of(decision=["charged"] * 13 + ["open"] * 28)
    coding = coded(*units)
    given = material(coding, cases=cases)
    by_stratum = cases.groupby("decision")["case_id"].agg(frozenset).to_dict()
    decision = decide(compute_indicators(given), FIVES, coding=coding, further={"strata": by_stratum})
    book = coding[["code", "orientation"]].drop_duplicates().assign(title="t")
    codes = release_codes(codes_table(coding, book), decision).table
    assert codes[["units", "cases"]].to_numpy().tolist() == [[45, 25], [115, 25]]
    strata = pd.DataFrame(
        {"stratum": ["charged", "open"], "frame": [13, 28], "wanted": [12, 12], "sample": [11, 12],
         "weight": [13 / 11, 28 / 12]}
    )  # fmt: skip
    released = release_strata(strata, decision).table
    assert released[["frame", "wanted", "sample", "weight"]].to_numpy().tolist() == [
        [15, 10, 10, 1.5],
        [30, 10, 10, 3],
    ]
    indicators = release_indicators(decision).table
    balances = case_balances(given.sample, coding)
    assert release_balances(balances, indicators, policy=FIVES).table.empty
    assert len(release_balances(balances, indicators, policy=Policy(threshold=5)).table) == 23


def test_without_rounding_nothing_is_changed():
    exact = of_files(8, 23, base=1).loc["effort-more-on-victim"]
    assert (exact["numerator"], exact["denominator"]) == (8, 23)
    assert np.isclose(exact["value"], 35)
