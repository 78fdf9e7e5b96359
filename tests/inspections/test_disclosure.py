import re
from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_material import cases_of, coded, effort, material
from scipy.optimize import linprog

from inspections.case_files import read_case_files
from inspections.completeness import find_gaps
from inspections.disclosure import (
    INDICATOR_COLUMNS,
    Decision,
    Policy,
    Released,
    cover,
    decide,
    refuse_unknown_exceptions,
    release_balances,
    release_codes,
    release_gaps,
    release_indicators,
    release_strata,
)
from inspections.indicators import codes_table, compute_indicators
from inspections.suppression import CountedRow, rows_to_hide
from parameters import PROJECT, InspectionError, load_parameters, models

FIVE = Policy(threshold=5)


def closed_cases(**outcomes: int) -> pd.DataFrame:
    """Cases closed in the period: ``closed_cases(o1=3, o16=9)``."""
    types = [name.removeprefix("o") for name, size in outcomes.items() for _ in range(size)]
    closed_on = pd.to_datetime(["2025-06-01"] * len(types))
    return cases_of(closed_on=closed_on, outcome_type=types, decision=["closed"] * len(types))


def release(cases: pd.DataFrame, *, policy: Policy = FIVE, only: list[str] | None = None) -> Released:
    return release_indicators(decided(cases, policy=policy, only=only))


def decided(cases: pd.DataFrame, *, policy: Policy = FIVE, only: list[str] | None = None) -> Decision:
    given = material(coded(*effort("x", victim=1, suspect=1)), cases=cases)
    return decide(compute_indicators(given, only=only), policy)


def status_of(released: Released, name: str) -> dict[str, str]:
    rows = released.table[released.table["indicator"] == name]
    return dict(zip(rows["group"], rows["status"], strict=True))


def test_a_small_count_is_hidden_and_the_next_smallest_with_it():
    released = release(closed_cases(o1=3, o14=8, o15=30, o16=40), only=["outcomes-closed"])
    assert status_of(released, "outcomes-closed") == {
        "1": "suppressed",
        "14": "suppressed",
        "15": "shown",
        "16": "shown",
        "18": "zero",
    }
    assert released.log.to_dict("records") == [
        {"table": "indicators", "row": "outcomes-closed: 1", "rule": "primary", "why": "fewer than 5 cases"},
        {
            "table": "indicators",
            "row": "outcomes-closed: 14",
            "rule": "secondary",
            "why": "would let a hidden count be worked out",
        },
    ]


def test_a_hidden_row_keeps_its_words_and_no_number():
    released = release(closed_cases(o1=3, o14=8, o15=30, o16=40), only=["outcomes-closed"])
    row = released.table.set_index("group").loc["1"]
    assert row[["numerator", "denominator", "value", "low", "high"]].isna().all()
    assert row["interval"] == ""
    assert row["base"] == "cases closed with an outcome in the period"
    assert not any(character.isdigit() for character in row["base"] + row["caveat"])
    assert list(released.table.columns) == list(INDICATOR_COLUMNS)


def test_a_number_hidden_in_one_table_is_not_left_in_another():
    # withdrawal is 14 and 16 together, so that 16 would give 14 away: the part goes before the sum
    released = release(closed_cases(o1=20, o14=3, o15=30, o16=40))
    assert status_of(released, "withdrawal")["closed"] == "shown"
    assert status_of(released, "outcomes-closed") == {
        "1": "shown",
        "14": "suppressed",
        "15": "shown",
        "16": "suppressed",
        "18": "zero",
    }


def test_of_people_a_small_remainder_is_protected_too():
    # 98 of 100 charged says that 2 were not
    released = release(closed_cases(o1=98, o15=2), only=["charged"])
    assert status_of(released, "charged")["closed"] == "suppressed"


def test_of_files_only_the_files_counted_are_protected():
    coding = coded(*(unit for n in range(12) for unit in effort(f"c{n}", victim=6 if n else 1, suspect=2)))
    for unit in effort("c0", victim=0, suspect=6):
        coding = pd.concat([coding, coded((*unit[:2], unit[2] + 50, unit[3]))], ignore_index=True)
    results = compute_indicators(material(coding), only=["effort-more-on-victim"])
    assert results.table.loc[0, "numerator"] == 11
    assert release_indicators(decide(results, FIVE)).table.loc[0, "status"] == "shown"
    few = results.cases.assign(counted=[n < 3 for n in range(12)])
    decision = decide(replace(results, cases=few), FIVE)
    assert release_indicators(decision).table.loc[0, "status"] == "suppressed"


def test_of_two_counts_that_would_do_the_one_that_costs_less_is_hidden():
    # charged cases are counted in more rows than the larger outcome 15, so 15 goes
    released = release(closed_cases(o1=16, o15=18, o18=3), only=["outcomes-closed", "charged"])
    assert status_of(released, "charged")["closed"] == "shown"
    assert status_of(released, "outcomes-closed")["15"] == "suppressed"


def test_counts_of_people_take_part_unless_they_are_declared_to_stand_apart():
    # a new indicator counts the 13 cases of outcomes 14 and 16, and nobody thought of what that tells
    given = material(
        coded(*effort("x", victim=1, suspect=1)), cases=closed_cases(o1=6, o14=3, o15=30, o16=10)
    )
    results = compute_indicators(given, only=["outcomes-closed"])
    row = results.table.iloc[[0]].assign(indicator="new", group="force", numerator=13, status="shown")
    behind = results.cases[results.cases["group"] == "1"].assign(indicator="new", group="force")
    outcome = closed_cases(o1=6, o14=3, o15=30, o16=10).set_index("case_id")["outcome_type"]
    behind["counted"] = behind["case_id"].map(outcome).isin(["14", "16"])

    def hidden(apart: str) -> set[str]:
        table = pd.concat([results.table, row.assign(apart=apart)], ignore_index=True)
        cases = pd.concat([results.cases, behind], ignore_index=True)
        return {name for _, name in decide(replace(results, table=table, cases=cases), FIVE).rules}

    assert hidden("") & {"outcomes-closed: 16", "new: force"}
    assert not hidden("something else") & {"outcomes-closed: 16", "new: force"}


INDEPENDENT_BY_DEFINITION = {
    "changes of bail", "dates out of order", "devices of suspect", "devices of victim", "early advice",
    "recorded by the next day", "records about the victim", "referral to an ISVA",
}  # fmt: skip


def test_only_what_is_known_to_be_independent_stands_apart():
    # to add to this list is to say that no reader can work out one from the other; the default is safe
    held = read_case_files(load_parameters(PROJECT / "parameters" / "carrowdale.yml"))
    sample = held.cases.head(5).assign(stratum="all", weight=2.0)
    entries = sample[["case_id"]].assign(entry_no=1, units=9)
    given = material(coded(), cases=held.cases, sample=sample, entries=entries, further=held.further)
    table = compute_indicators(given).table
    apart = set(table.loc[table["about"] == "people", "apart"]) - {""}
    medians, empty = set(table.loc[table["unit"] == "days", "indicator"]), r".* is empty"
    assert {name for name in apart - medians if not re.fullmatch(empty, name)} == INDEPENDENT_BY_DEFINITION


def test_what_is_hidden_for_nothing_is_published_again():
    # outcome 15 goes first for the sake of 18; then 16 must go for the sake of 14, which is enough for both
    sizes = {"14": 2, "15": 9, "16": 12, "18": 3, "1": 40}
    one = {name: frozenset([name]) for name in sizes}
    rows = [CountedRow(("outcomes", name), part, frozenset(sizes)) for name, part in one.items()]
    both = CountedRow(("withdrawal", "closed"), one["14"] | one["16"], frozenset(sizes))
    rules = rows_to_hide([*rows, both], sizes, threshold=5).rules
    assert {name for _, name in rules} >= {"14", "16", "18"}
    for name in [name for name, rule in rules.items() if rule == "secondary"]:
        without = [row for row in [*rows, both] if row.name not in rules or row.name == name]
        assert reader_knows_too_much(without, sizes, [one["14"], one["18"]])


def reader_knows_too_much(rows: list[CountedRow], sizes: dict[str, int], targets: list[frozenset]) -> bool:
    """Whether a small target is too well known, by trying the printed sizes against every world."""
    names = sorted(sizes)
    printed = list(dict.fromkeys(atoms for row in rows for atoms in row.printed()))
    matrix = np.array([[name in atoms for name in names] for atoms in printed], dtype=float)
    told = matrix @ np.array([sizes[name] for name in names], dtype=float)
    for target in targets:
        wanted = np.array([name in target for name in names], dtype=float)
        found = linprog(-wanted, A_eq=matrix, b_eq=told, bounds=(0, 1e5), method="highs")
        if -found.fun < max(5, sum(sizes[name] for name in target) + 1) - 1e-6:
            return True
    return False


def test_how_unrelated_sets_of_files_happen_to_overlap_hides_nothing():
    # the 2 files with rebutted doubt are among the 3 with too little to compare, which no reader can know
    enough = [unit for n in range(20) for unit in effort(f"c{n:02}", victim=1, suspect=6)]
    little = [unit for n in range(3) for unit in effort(f"d{n}", victim=0, suspect=2)]
    rebutted = [(f"d{n}", 2, 1, "vic-disbelief", {"polarity": "rebutted", "counts": False}) for n in range(2)]
    results = compute_indicators(material(coded(*enough, *little, *rebutted)))
    released = release_indicators(decide(results, FIVE))
    assert status_of(released, "victim-doubt-rebutted")["force"] == "suppressed"
    assert status_of(released, "effort-more-on-victim")["force"] == "zero"


def test_zero_missing_and_not_recorded_are_left_as_they_are():
    statuses = set(release(closed_cases(o1=50, o15=50)).table["status"])
    assert {"zero", "not recorded", "shown"} <= statuses


def excepted(indicator: str, group: str | None = None) -> Policy:
    exception = models.DisclosureException(
        indicator=indicator,
        group=group,
        reason="published by the force",
        approved_by="Head of inspection",
        approved_on=date(2026, 10, 30),
    )
    return Policy(threshold=5, exceptions=(exception,))


def test_an_exception_is_published_with_its_reason_and_its_author_in_the_log():
    decision = decided(closed_cases(o1=3, o15=30), policy=excepted("charged"), only=["charged"])
    released = release_indicators(decision)
    assert status_of(released, "charged")["closed"] == "shown"
    assert released.log.to_dict("records") == [
        {
            "table": "indicators",
            "row": "charged: closed",
            "rule": "exception",
            "why": "published by the force (approved by Head of inspection, 30 October 2026)",
        }
    ]
    assert [name for name, _ in decision.exempted.items()] == [("indicators", "charged: closed")]


def test_an_exception_covers_its_own_group_alone():
    cases = closed_cases(o1=3, o14=4, o15=30, o16=40)
    released = release(cases, policy=excepted("outcomes-closed", "1"), only=["outcomes-closed"])
    statuses = status_of(released, "outcomes-closed")
    assert (statuses["1"], statuses["14"]) == ("shown", "suppressed")


def test_an_exception_that_changes_nothing_is_not_told_as_one():
    decision = decided(closed_cases(o1=30, o15=30), policy=excepted("charged"), only=["charged"])
    assert decision.exempted == {}


def test_a_small_count_that_exceptions_give_away_is_told_to_whoever_signs():
    # all 43 less 3 and 36, which the exceptions keep in print, are the 4 of outcome 14
    exceptions = [excepted("outcomes-closed", group).exceptions[0] for group in ("1", "15")]
    policy = Policy(threshold=5, exceptions=tuple(exceptions))
    released = release(closed_cases(o1=3, o14=4, o15=36), policy=policy, only=["outcomes-closed"])
    exposed = released.log[released.log["rule"] == "exposed"]
    assert exposed["row"].tolist() == ["outcomes-closed: 14"]
    assert status_of(released, "outcomes-closed")["14"] == "suppressed"


def test_a_small_count_that_the_length_of_the_frame_shows_is_told_to_whoever_signs():
    # five cases in all: none of two hidden counts can be five
    released = release(closed_cases(o15=1, o16=4), only=["outcomes-closed"])
    assert "shown" not in status_of(released, "outcomes-closed").values()
    exposed = released.log[released.log["rule"] == "exposed"]
    assert exposed["row"].tolist() == ["outcomes-closed: 15", "outcomes-closed: 16"]


def test_an_exception_for_what_is_not_there_is_a_mistake():
    charged, codes, answers, unknown = (
        models.Disclosure(exceptions=excepted(name).exceptions)
        for name in ("charged", "codes", "answer-SU1", "chargde")
    )
    for known in (charged, codes, answers):
        refuse_unknown_exceptions(known, file="inspection.yml")
    with pytest.raises(InspectionError, match=r'names "chargde", which is no indicator\.\n.*"charged"'):
        refuse_unknown_exceptions(unknown, file="inspection.yml")


def test_a_median_outlives_a_small_number_of_missing_dates_but_loses_its_count():
    cases = cases_of(
        reported_on=pd.to_datetime(["2025-01-01"] * 30),
        closed_on=pd.to_datetime(["2025-01-11"] * 28 + [None] * 2),
    )
    row = release(cases, only=["days-report-to-closure"]).table.set_index("group").loc["force"]
    assert (row["status"], row["value"]) == ("shown", 10)
    assert row[["numerator", "denominator"]].isna().all()
    assert row["base"] == "cases in the frame with both dates, number suppressed"
    few = cases_of(
        reported_on=pd.to_datetime(["2025-01-01"] * 30),
        closed_on=pd.to_datetime(["2025-01-11"] * 3 + [None] * 27),
    )
    assert status_of(release(few, only=["days-report-to-closure"]), "days-report-to-closure")["force"] == (
        "suppressed"
    )


def test_requests_by_purpose_cannot_be_had_from_their_total():
    trawl = "vic-records-trawl"
    units = [(f"c{n}", 1, 1, trawl, {"purpose": "unstated"}) for n in range(9)]
    units += [(f"c{n}", 1, 2, trawl, {"purpose": "credibility"}) for n in range(6)]
    units += [("c1", 1, 3, trawl, {"purpose": "limited", "counts": False})]
    results = compute_indicators(material(coded(*units)), only=["records-requests-purpose"])
    statuses = status_of(release_indicators(decide(results, FIVE)), "records-requests-purpose")
    assert statuses == {"credibility": "suppressed", "unstated": "shown", "limited": "suppressed"}


# --- nothing hidden can be worked out -------------------------------------------------------------------


def possible_values(sizes: list[int], shown: list[bool], total: int, at_least: int) -> list[set[int]]:
    """By trying them all: what each part could be, given the shown ones and the total."""
    gone = [place for place, seen in enumerate(shown) if not seen]
    left = total - sum(size for size, seen in zip(sizes, shown, strict=True) if seen)
    found: list[set[int]] = [set() for _ in gone]
    for guess in product(range(at_least, left + 1), repeat=len(gone) - 1):
        last = left - sum(guess)
        if last >= at_least:
            for values, value in zip(found, (*guess, last), strict=True):
                values.add(value)
    return found


@settings(max_examples=60)
@given(st.lists(st.integers(0, 14), min_size=1, max_size=5), st.sampled_from([3, 5]))
def test_no_part_of_a_printed_total_can_be_recovered_by_subtraction(sizes: list[int], threshold: int):
    parts = [frozenset([n]) for n in range(len(sizes))]
    total = frozenset(range(len(sizes)))
    small = [part for part, size in zip(parts, sizes, strict=True) if 0 < size < threshold]
    rows = [CountedRow(("table", str(n)), part, total) for n, part in enumerate(parts)]
    rules = rows_to_hide(rows, dict(enumerate(sizes)), threshold=threshold).rules
    shown = [row.name not in rules for row in rows]
    if not any(shown) or not small:
        return
    hidden_sizes = [size for size, seen in zip(sizes, shown, strict=True) if not seen]
    for size, values in zip(hidden_sizes, possible_values(sizes, shown, sum(sizes), 1), strict=True):
        assert size in values
        if size < threshold:
            assert len(values) > 1
            assert max(values) >= threshold


@settings(max_examples=40)
@given(st.fixed_dictionaries({name: st.integers(0, 9) for name in ("o1", "o14", "o15", "o16")}))
def test_no_outcome_can_be_recovered_across_the_released_tables(outcomes: dict[str, int]):
    assume(sum(outcomes.values()) >= 9)  # the length of a shorter frame would itself say that parts are small
    everywhere = ["outcomes-closed", "withdrawal", "charged"]
    released = release(closed_cases(**outcomes), only=everywhere).table
    closed = released[released["indicator"] == "outcomes-closed"].set_index("group")
    printed = closed["denominator"].dropna()
    if printed.empty:
        return
    # the reader tries every world: shown shares hold, none is none, hidden is at least one, and sums agree
    choices = []
    for name in outcomes:
        count = closed.loc[name.removeprefix("o"), "numerator"]
        choices.append(np.arange(1, printed.iloc[0] + 1) if pd.isna(count) else np.array([int(count)]))
    worlds = dict(zip(outcomes, (axis.ravel() for axis in np.meshgrid(*choices)), strict=True))
    agree = sum(worlds.values()) == printed.iloc[0]
    for name, parts in (("withdrawal", ("o14", "o16")), ("charged", ("o1",))):
        count = released.loc[
            (released["indicator"] == name) & (released["group"] == "closed"), "numerator"
        ].iloc[0]
        if pd.notna(count):
            agree &= sum(worlds[part] for part in parts) == int(count)
    for name, size in outcomes.items():
        values = set(worlds[name][agree])
        assert size in values
        if 0 < size < 5:
            assert len(values) > 1
            assert max(values) >= 5


# --- the other tables -----------------------------------------------------------------------------------


def coded_files(**files: int) -> pd.DataFrame:
    """Codings: ``coded_files(vic_a=12)`` is code vic-a in 12 files, two units in each."""
    return coded(
        *(
            (f"c{file:02}", entry, number, name.replace("_", "-"))
            for number, (name, size) in enumerate(files.items(), start=1)
            for file in range(size)
            for entry in (1, 2)
        )
    )


def released_codes(coding: pd.DataFrame, codes: list[str], *, only: list[str]) -> dict[str, str]:
    results = compute_indicators(material(coding), only=only)
    book = pd.DataFrame({"code": codes, "title": "t", "orientation": "victim-credibility"})
    table = release_codes(codes_table(coding, book), decide(results, FIVE, coding=coding)).table
    assert table.loc[table["status"] == "suppressed", ["units", "cases"]].isna().all().all()
    return dict(zip(table["code"], table["status"], strict=True))


def test_a_code_in_few_files_is_hidden_with_another_so_the_total_of_units_does_not_show_it():
    coding = coded_files(vic_a=20, vic_b=2, vic_c=9)
    statuses = released_codes(coding, ["vic-a", "vic-b", "vic-c", "vic-d"], only=[])
    assert statuses == {"vic-a": "shown", "vic-b": "suppressed", "vic-c": "suppressed", "vic-d": "zero"}


def test_an_excepted_code_stays_though_it_would_show_the_units_of_another():
    coding = coded_files(vic_a=20, vic_b=2, vic_c=9)
    policy = excepted("codes", "vic-c")
    decision = decide(compute_indicators(material(coding), only=[]), policy, coding=coding)
    assert ("codes", "vic-b") in decision.rules
    assert ("codes", "vic-c") not in decision.rules


def test_a_code_does_not_print_what_its_indicator_hides():
    # of all 25 files 22 hold doubt about cooperation; asked of people, the 3 others would be protected
    coding = coded_files(vic_a=25, vic_cooperation_doubt=22)
    results = compute_indicators(material(coding), only=["victim-cooperation-doubt"])
    of_people = replace(results, table=results.table.assign(about="people"))
    decision = decide(of_people, FIVE, coding=coding)
    assert ("indicators", "victim-cooperation-doubt: force") in decision.rules
    assert ("codes", "vic-cooperation-doubt") in decision.rules


def balances(**strata: int) -> pd.DataFrame:
    names = [name for name, size in strata.items() for _ in range(size)]
    return pd.DataFrame(
        {
            "case_id": [f"NS-{n}" for n in range(len(names))],
            "stratum": names,
            "suspect_focus": range(len(names)),
            "victim_credibility": 3,
            "units": range(3, len(names) + 3),
            "balance": 0.1,
            "status": "shown",
        }
    )


LEANING = pd.DataFrame({"indicator": ["effort-more-on-victim"], "status": ["shown"]})


def test_balances_are_released_as_a_sorted_list_and_nothing_else():
    made = balances(charged=6, NFA=6)
    made["balance"] = [0.125, -1 / 3, None, 1.0, -0.005, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    made.loc[2, "status"] = "too few"
    released = release_balances(made, LEANING, policy=FIVE).table
    assert list(released.columns) == ["case", "balance", "status"]
    assert released["case"].tolist() == [f"C{n:02}" for n in range(1, 13)]
    assert released["balance"].tolist()[:4] == [-0.33, -0.01, 0.13, 0.2]
    assert released["status"].tolist() == ["shown"] * 11 + ["too few"]


def test_the_released_balances_do_not_depend_on_references_strata_or_order():
    made = balances(charged=6, NFA=6)
    other = made.assign(case_id=made["case_id"].iloc[::-1].to_numpy(), stratum="one").sample(
        frac=1, random_state=1
    )
    first, second = (release_balances(table, LEANING, policy=FIVE).table for table in (made, other))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize("status", ["suppressed", "missing"])
def test_balances_are_withheld_where_they_would_show_a_hidden_count(status: str):
    released = release_balances(balances(charged=20), LEANING.assign(status=status), policy=FIVE)
    assert released.table.empty
    assert released.log["rule"].tolist() == ["secondary"]


def test_gaps_agree_with_the_released_indicators_and_log_the_same_rule():
    cases = cases_of(
        reported_on=pd.to_datetime(["2025-01-01"] * 20 + [None] * 2),
        relationship=["partner"] * 22,
        reported_by=["victim"] * 15 + [None] * 7,
    )
    gaps = find_gaps({"cases": cases}, cases=cases["case_id"])
    released = release_gaps(gaps, decided(cases))
    table = released.table.set_index("field")
    assert table.loc["reported_on", "status"] == "suppressed"
    assert pd.isna(table.loc["reported_on", "missing"])
    assert table.loc["reported_by", ["status", "missing", "of"]].tolist() == ["shown", 7, 22]
    assert table.loc["victim_gender", "status"] == "not recorded"
    assert released.log[["row", "rule"]].to_numpy().tolist() == [["reported_on", "primary"]]


def strata_of(**sizes: tuple[int, int]) -> pd.DataFrame:
    rows = [
        {"stratum": name, "frame": frame, "wanted": 4, "sample": sample, "weight": frame / sample}
        for name, (frame, sample) in sizes.items()
    ]
    return pd.DataFrame(rows)


def of_strata(strata: dict[str, int], *, only: list[str], decisions: list[str] | None = None) -> Decision:
    """Decision on a frame in strata: the decisions that ended its cases, unless others are given."""
    names = [name for name, size in strata.items() for _ in range(size)]
    cases = cases_of(decision=decisions or names)
    by_stratum = {
        name: frozenset(cases.loc[[stratum == name for stratum in names], "case_id"]) for name in strata
    }
    given = material(coded(*effort("x", victim=1, suspect=1)), cases=cases)
    return decide(compute_indicators(given, only=only), FIVE, further={"strata": by_stratum})


def test_strata_are_hidden_and_shown_as_the_decisions_are():
    decision = of_strata({"charged": 3, "CPS": 30, "NFA": 60}, only=["decisions"])
    released = release_strata(strata_of(charged=(3, 2), CPS=(30, 5), NFA=(60, 5)), decision)
    indicators = release_indicators(decision).table.set_index("group")["status"]
    assert released.table.set_index("stratum")["status"].to_dict() == indicators.to_dict()
    assert released.table["frame"].isna().tolist() == [True, True, False]
    assert released.table["sample"].tolist() == [2, 5, 5]
    assert dict(released.log[["row", "rule"]].to_numpy()) == {"charged": "primary", "CPS": "secondary"}


def test_strata_that_add_up_to_a_hidden_decision_do_not_give_it_away():
    # charged is hidden, and NFA with it; its two strata may not both stay
    strata = {"charged": 3, "NFA / adult": 30, "NFA / child": 20, "CPS": 40}
    decisions = ["charged"] * 3 + ["NFA"] * 50 + ["CPS"] * 40
    decision = of_strata(strata, only=["decisions"], decisions=decisions)
    rules = {**decision.of("strata"), **decision.of("indicators")}
    assert "charged" in rules
    shown = sum(size for name, size in strata.items() if name not in rules)
    assert shown < 90


def test_no_number_read_is_told_where_a_hidden_stratum_was_read_whole():
    # as the total read is printed, 3 would be left over for the stratum whose number alone is blank
    decision = of_strata({"charged": 3, "CPS": 30, "NFA": 60}, only=["decisions"])
    released = release_strata(strata_of(charged=(3, 3), CPS=(30, 4), NFA=(60, 5)), decision).table
    assert released[["wanted", "sample", "weight"]].isna().all().all()
    assert released["read_status"].tolist() == ["suppressed"] * 3
    assert released["status"].tolist() == ["suppressed", "suppressed", "shown"]


def test_a_short_stratum_that_is_no_decision_is_hidden_with_another():
    decision = of_strata({"north": 3, "south": 30, "east": 60}, only=[])
    released = release_strata(strata_of(north=(3, 2), south=(30, 4), east=(60, 4)), decision)
    assert released.table["status"].tolist() == ["suppressed", "suppressed", "shown"]
    assert released.log["rule"].tolist() == ["primary", "secondary"]


def test_shares_go_out_in_whole_per_cent():
    coding = coded(
        *(unit for n in range(24) for unit in effort(f"c{n:02}", victim=6 if n < 7 else 1, suspect=3))
    )
    weights = {f"c{n:02}": 1.37 if n % 3 else 2.91 for n in range(24)}
    results = compute_indicators(material(coding, weights=weights))
    row = release_indicators(decide(results, FIVE)).table.set_index("indicator").loc["effort-more-on-victim"]
    assert row["numerator"] == 7
    for name in ("value", "low", "high"):
        assert row[name] == round(row[name])
    exact = results.table.set_index("indicator").loc["effort-more-on-victim", "value"]
    assert abs(row["value"] - exact) <= 0.5


def test_a_share_that_is_neither_none_nor_all_is_never_rounded_to_it():
    cases = cases_of(
        closed_on=pd.to_datetime(["2025-06-01"] * 20_010),
        outcome_type=["1"] * 8 + ["16"] * 20_002,
        decision=["closed"] * 20_010,
    )
    released = release(cases, only=["outcomes-closed"]).table.set_index("group")
    assert released.loc[["1", "16", "18"], "value"].tolist() == [0.1, 99.9, 0]


def test_cover_says_how_much_of_each_indicator_is_out():
    released = release(closed_cases(o1=3, o14=8, o15=30, o16=40), only=["outcomes-closed", "decisions"])
    assert cover(released.table).to_dict("records") == [
        {"indicator": "outcomes-closed", "rows": 5, "shown": 3, "per_cent": 60},
        {"indicator": "decisions", "rows": 1, "shown": 1, "per_cent": 100},
    ]


def test_the_log_never_holds_a_hidden_number():
    released = release(closed_cases(o1=3, o14=8, o15=37, o16=41))
    words = " ".join(released.log["row"] + " " + released.log["why"])
    assert not {"3", "8", "37", "41", "89"} & set(words.replace(":", " ").split())
