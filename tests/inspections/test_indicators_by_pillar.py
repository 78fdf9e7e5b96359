import pandas as pd
import pytest
from made_material import cases_of, coded, effort, material, with_fields

from inspections.disclosure import Policy, decide, release_indicators
from inspections.findings import Finding, write_findings
from inspections.indicators import Material, compute_indicators
from inspections.indicators.supervision import is_supervisor

NOT_DONE = {"polarity": "not-done", "counts": False}


def row_of(name: str, given: Material) -> pd.Series:
    return compute_indicators(given, only=[name]).table.set_index("group").loc["force"]


def counts_of(name: str, given: Material) -> list[float]:
    return row_of(name, given)[["numerator", "denominator"]].tolist()


# --- shares of files with a kind of work ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("suspect-researched", "sus-history-intel"),
        ("suspect-account-tested", "sus-account-test"),
        ("suspect-devices-sought", "sus-digital"),
        ("suspect-movements-traced", "sus-movements"),
        ("pattern-linking", "sus-pattern-linking"),
        ("risk-disruption", "sus-risk-disruption"),
        ("victim-cooperation-doubt", "vic-cooperation-doubt"),
        ("records-requests-files", "vic-records-trawl"),
    ],
)
def test_a_file_with_any_counted_unit_of_the_code_is_counted_once(name: str, code: str) -> None:
    coding = coded(
        ("a", 1, 1, code),
        ("a", 1, 2, code),
        ("b", 1, 1, code, {"status": "planned"}),
        ("c", 1, 1, code, NOT_DONE),
        ("d", 1, 1, "sus-grooming-targeting"),
    )
    row = row_of(name, material(coding))
    assert row[["numerator", "denominator", "value"]].tolist() == [2, 4, 50]
    assert row["low"] < 50 < row["high"]


@pytest.mark.parametrize("code", ["sus-pattern-linking", "sus-risk-disruption"])
def test_a_gap_is_counted_in_files_only_where_someone_wrote_it_down(code: str) -> None:
    coding = coded(("a", 1, 1, code, NOT_DONE), ("a", 1, 2, code, NOT_DONE), ("b", 1, 1, code))
    name = f"{code.removeprefix('sus-')}-not-done"
    assert counts_of(name, material(coding)) == [1, 2]


def test_a_limited_request_is_counted_in_files_apart_from_the_others() -> None:
    limited = {"purpose": "limited", "counts": False}
    coding = coded(
        ("a", 1, 1, "vic-records-trawl", {"purpose": "unstated"}),
        ("a", 1, 2, "vic-records-trawl", limited),
        ("b", 1, 1, "vic-records-trawl", limited | {"voice": "cps"}),
        ("c", 1, 1, "vic-records-trawl", limited | {"flags": "boilerplate"}),
    )
    assert counts_of("records-requests-files", material(coding)) == [1, 3]
    assert counts_of("records-requests-limited-files", material(coding)) == [1, 3]


def test_victim_care_is_a_share_of_all_units_and_leaves_out_templates() -> None:
    care = "oth-victim-care"
    coding = coded(
        ("a", 1, 1, care),
        ("a", 1, 2, care, {"status": "planned"}),
        ("a", 1, 3, care, {"flags": "boilerplate"}),
        ("b", 1, 1, care, {"polarity": "not-done"}),
    )
    assert counts_of("victim-care-units", material(coding)) == [2, 40]


# --- repeat suspects ------------------------------------------------------------------------------------


def with_suspects(*suspects: str | None, sampled: int) -> Material:
    """Cases by suspect; the first so many are in the sample, and work on a pattern is in case 0 only."""
    cases = cases_of(suspect_id=list(suspects))
    weights = {case: 2.0 for case in cases["case_id"].head(sampled)}
    given = material(coded(("case 0", 1, 1, "sus-pattern-linking")), cases=cases, weights=weights)
    given.sample["suspect_id"] = list(suspects[:sampled])
    return given


def test_a_repeat_suspect_is_in_two_or_more_of_the_forces_cases() -> None:
    given = with_suspects("p", "q", "p", "r", None, "p", sampled=4)
    assert counts_of("repeat-suspects", given) == [1, 3]
    assert counts_of("repeat-suspect-cases", given) == [3, 5]


def test_work_on_repeat_suspects_is_looked_for_in_their_sampled_files_alone() -> None:
    given = with_suspects("p", "q", "p", "r", None, "p", sampled=4)
    row = row_of("repeat-suspect-response", given)
    assert row[["numerator", "denominator"]].tolist() == [1, 2]
    assert row["base"] == "2 sampled case files with a suspect linked to two or more reports"


def test_without_references_nothing_is_said_of_repeat_suspects() -> None:
    given = with_suspects(None, None, sampled=2)
    for name in ("repeat-suspects", "repeat-suspect-cases", "repeat-suspect-response"):
        assert row_of(name, given)["status"] == "not recorded"


def test_with_no_repeat_suspect_there_are_no_files_to_look_at() -> None:
    given = with_suspects("p", "q", sampled=2)
    assert row_of("repeat-suspects", given)["status"] == "zero"
    assert row_of("repeat-suspect-response", given)["status"] == "missing"


def test_few_repeat_suspects_are_hidden_however_many_their_cases_are() -> None:
    given = with_suspects(*["p"] * 6, *["q"] * 6, *[f"once {n}" for n in range(20)], sampled=4)
    released = release_indicators(decide(compute_indicators(given), Policy(threshold=5))).table
    hidden = released.set_index("indicator").loc[["repeat-suspects", "repeat-suspect-cases"]]
    assert hidden["status"].tolist() == ["suppressed", "suppressed"]
    assert hidden[["numerator", "denominator", "cases", "value"]].isna().all().all()


# --- support of victims, supervision, prosecutors -------------------------------------------------------


def test_referral_for_support_is_a_share_of_cases_and_a_median_of_days() -> None:
    cases = cases_of(
        reported_on=pd.to_datetime(["2025-05-01"] * 4),
        isva_referral_on=pd.to_datetime(["2025-05-03", "2025-05-09", "2025-04-01", None]),
    )
    given = material(coded(*effort("x", victim=1, suspect=1)), cases=cases)
    assert counts_of("isva-referral", given) == [3, 4]
    days = row_of("days-report-to-isva", given)
    assert days[["value", "numerator", "denominator"]].tolist() == [5, 2, 4]


def test_roles_are_read_by_their_words() -> None:
    roles = pd.Series(["DS", "A/DI", "Supervisor (DS)", "Det Sgt", "reviewing DCI", "PS 4 - cover"])
    assert is_supervisor(roles).all()
    others = pd.Series(
        ["OIC", "Investigator (DC)", "Civilian investigator", "SOLO", "CPS (pasted)", "", None]
    )
    assert not is_supervisor(others).any()


def supervised(**changes: list) -> Material:
    notes = {
        "case_id": ["a", "a", "b", "c", "c"],
        "entry_no": [1, 2, 1, 1, 2],
        "entered_at": pd.to_datetime(
            ["2025-05-01 09:00", "2025-05-29 23:00", "2025-05-30 00:10", "2025-04-30 09:00", None]
        ),
        "author_role": ["OIC", "DS", "DS", "DS", None],
    }
    given = material(
        coded(*(("abcd"[n], 1, 1, "oth-admin") for n in range(4))), notes=pd.DataFrame(notes | changes)
    )
    return with_fields(given, reported_on=pd.to_datetime(["2025-05-01", "2025-05-01", "2025-05-01", None]))


def test_a_supervisors_entry_counts_on_the_twenty_eighth_day_and_not_after_or_before_the_report() -> None:
    row = row_of("supervisor-entry", supervised())
    assert row[["numerator", "denominator"]].tolist() == [1, 3]
    assert row["base"] == "3 sampled case files with a date of report"


def test_notes_without_a_role_are_counted_among_all_notes() -> None:
    assert counts_of("author-role-missing", supervised()) == [1, 5]


def test_where_no_role_is_kept_supervision_is_not_recorded() -> None:
    given = supervised(author_role=[None] * 5)
    for name in ("supervisor-entry", "author-role-missing"):
        assert row_of(name, given)["status"] == "not recorded"


def test_cases_reach_the_prosecutor_and_are_charged_out_of_those_decided() -> None:
    sent = pd.to_datetime(["2025-05-01", "2025-05-01", "2025-05-01", None, None])
    decided = pd.to_datetime(["2025-06-01", "2025-06-01", None, None, None])
    cases = cases_of(
        early_advice_on=pd.to_datetime(["2025-04-01", None, None, None, None]),
        file_to_cps_on=sent,
        cps_decision_on=decided,
        outcome_type=["1A", "15", None, "16", "1"],
    )
    given = material(coded(*effort("x", victim=1, suspect=1)), cases=cases)
    assert counts_of("cps-early-advice", given) == [1, 5]
    assert counts_of("cps-referred", given) == [3, 5]
    assert counts_of("cps-charged", given) == [1, 2]


def test_prosecutors_charges_do_not_give_away_a_hidden_number_of_refusals() -> None:
    outcome = ["1"] * 16 + ["15"] * 3 + ["18"] * 20
    decision = ["charged"] * 16 + ["CPS NFA"] * 3 + ["police NFA"] * 20
    day = pd.to_datetime("2025-06-01")
    cases = cases_of(
        cps_decision_on=pd.to_datetime([day] * 19 + [None] * 20), outcome_type=outcome, decision=decision
    )
    results = compute_indicators(
        material(coded(*effort("x", victim=1, suspect=1)), cases=cases), only=["cps-charged", "decisions"]
    )
    released = release_indicators(decide(results, Policy(threshold=5))).table.set_index(
        ["indicator", "group"]
    )
    assert released.loc[("cps-charged", "force"), "status"] == "suppressed"
    assert released.loc[("decisions", "CPS NFA"), "status"] == "suppressed"


# --- what they say --------------------------------------------------------------------------------------


def told(name: str, given: Material) -> Finding:
    [only] = write_findings(compute_indicators(given, only=[name]).table, force="Northshire Police")
    return only


def files(code: str, *, found: int, of: int) -> Material:
    units = [(f"f{n}", 1, 1, code if n < found else "oth-admin") for n in range(of)]
    return material(coded(*units), frame_size=120)


@pytest.mark.parametrize(
    ("found", "opening"),
    [
        (0, "We found none among the 12 case files we examined in which officers recorded effort to trace"),
        (1, "In few of the case files we examined, officers recorded effort to trace"),
        (12, "In all 12 case files we examined, officers recorded effort to trace"),
    ],
)
def test_none_one_and_all_read_as_english(found: int, opening: str) -> None:
    finding = told("suspect-movements-traced", files("sus-movements", found=found, of=12))
    assert finding.statement.startswith(f"{opening} the suspect's movements")


@pytest.mark.parametrize(("repeat", "share"), [(0, "none of the 6"), (1, "1 of the 6"), (6, "all 6")])
def test_a_sentence_on_suspects_holds_for_any_number(repeat: int, share: str) -> None:
    suspects = [f"s{n}" for n in range(6)] + [f"s{n}" for n in range(repeat)]
    statement = told("repeat-suspects", with_suspects(*suspects, sampled=2)).statement
    assert statement.startswith(
        f"Of all suspects with a reference in the force's cases, {share} had a link to two or more reports"
    )
