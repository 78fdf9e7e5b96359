"""What suspects, devices and workforce tables tell, worked out by hand on small tables."""

import pandas as pd
import pytest
from made_material import cases_of, coded, effort, material, with_fields

from inspections.disclosure import Policy, decide, release_indicators
from inspections.findings import write_findings
from inspections.indicators import Material, compute_indicators
from inspections.indicators.workforce import officers_one_by_one


def rows_of(name: str, given: Material) -> pd.DataFrame:
    return compute_indicators(given, only=[name]).table.set_index("group")


def counts_of(name: str, given: Material, *, group: str = "force") -> list[float]:
    return rows_of(name, given).loc[group, ["numerator", "denominator"]].tolist()


def with_table(name: str, table: pd.DataFrame, *, cases: pd.DataFrame | None = None) -> Material:
    return material(coded(*effort("case 0", victim=1, suspect=1)), cases=cases, further={name: table})


# --- suspects -------------------------------------------------------------------------------------------

SUSPECTS = pd.DataFrame(
    {
        "case_id": ["case 0", "case 0", "case 1", "case 2", "case 3", "case 3"],
        "suspect_id": ["p", "q", "p", "r", "q", None],
        "disruption_considered": pd.array([True, False, None, True, None, True], dtype="boolean"),
        "bail_changed_on": pd.to_datetime(["2025-05-01"] * 3 + [None, "2025-06-01", "2025-06-02"]),
        "victim_told_on": pd.to_datetime(
            ["2025-05-02", None, "2025-05-01", None, "2025-06-01", "2025-06-04"]
        ),
    }
)


def test_suspects_are_counted_over_all_the_cases_they_are_suspected_in() -> None:
    given = with_table("suspects", SUSPECTS)
    assert counts_of("repeat-suspects", given) == [2, 3]  # p and q, of p, q and r


def test_a_case_with_two_repeat_suspects_is_one_case() -> None:
    given = with_table("suspects", SUSPECTS)
    assert counts_of("repeat-suspect-cases", given) == [3, 4]  # cases 0, 1 and 3


def test_the_table_of_suspects_takes_the_place_of_the_main_suspect_of_each_case() -> None:
    given = with_table("suspects", SUSPECTS, cases=cases_of(suspect_id=["x", "x", "x", "x"]))
    assert counts_of("repeat-suspects", given) == [2, 3]


def test_a_table_of_suspects_without_references_leaves_the_main_suspects() -> None:
    nameless = SUSPECTS.drop(columns="suspect_id")
    given = with_table("suspects", nameless, cases=cases_of(suspect_id=["x", "x", "y", None]))
    assert counts_of("repeat-suspects", given) == [1, 2]


def test_a_second_suspect_of_a_sampled_file_is_looked_for_too() -> None:
    given = material(
        coded(("case 3", 1, 1, "sus-pattern-linking")),
        weights={"case 2": 2.0, "case 3": 2.0},
        further={"suspects": SUSPECTS},
    )
    assert counts_of("repeat-suspect-response", given) == [1, 1]


def test_whose_disruption_was_considered_cannot_be_told_without_references() -> None:
    given = with_table("suspects", SUSPECTS.drop(columns="suspect_id"))
    assert rows_of("repeat-suspect-disruption", given)["status"].tolist() == ["not recorded"]


def test_disruption_counts_for_a_suspect_considered_in_any_of_their_cases() -> None:
    assert counts_of("repeat-suspect-disruption", with_table("suspects", SUSPECTS)) == [1, 2]


def test_repeat_suspects_for_whom_disruption_is_not_recorded_are_left_out() -> None:
    unknown = SUSPECTS.assign(
        disruption_considered=SUSPECTS["disruption_considered"].mask(SUSPECTS["suspect_id"] == "q")
    )
    assert counts_of("repeat-suspect-disruption", with_table("suspects", unknown)) == [1, 1]


def test_the_victim_counts_as_told_only_when_told_about_every_suspect() -> None:
    assert counts_of("bail-changes-told", with_table("suspects", SUSPECTS)) == [2, 3]


@pytest.mark.parametrize("field", ["bail_changed_on", "victim_told_on"])
def test_what_victims_were_told_is_not_recorded_without_both_dates(field: str) -> None:
    results = compute_indicators(with_table("suspects", SUSPECTS.drop(columns=field)))
    told = results.table.set_index("indicator").loc["bail-changes-told"]
    assert told["status"] == "not recorded"


def test_few_repeat_suspects_stay_hidden_however_their_disruption_is_counted() -> None:
    many = pd.DataFrame(
        {
            "case_id": [f"case {n}" for n in range(40)],
            "suspect_id": ["p", "q", "r"] * 3 + [f"once {n}" for n in range(31)],
            "disruption_considered": pd.array([True] * 20 + [False] * 20, dtype="boolean"),
        }
    )
    results = compute_indicators(with_table("suspects", many))
    released = release_indicators(decide(results, Policy(threshold=5))).table.set_index("indicator")
    hidden = released.loc[["repeat-suspects", "repeat-suspect-cases", "repeat-suspect-disruption"]]
    assert hidden["status"].eq("suppressed").all()
    assert hidden[["numerator", "denominator", "value", "cases"]].isna().all().all()


# --- devices --------------------------------------------------------------------------------------------

at = pd.to_datetime
DEVICES = pd.DataFrame(
    [
        ("case 0", "victim", "phone", "2025-05-01 10:00", "2025-05-01 12:00", "2025-05-02 10:00", True),
        ("case 1", "victim", "phone", "2025-05-01 10:00", "2025-05-04 09:00", "2025-05-02 10:01", False),
        ("case 2", "victim", "phone", "2025-05-01 10:00", None, "2025-05-01 18:00", None),
        ("case 2", "victim", "other device", "2025-05-01 10:00", None, None, None),
        ("case 0", "suspect", "phone", "2025-05-01 10:00", "2025-05-11 11:00", None, True),
        ("case 0", "suspect", "other device", "2025-05-01 10:00", "2025-05-21 11:00", None, None),
        ("case 3", "suspect", "phone", "2025-05-01 10:00", "2025-04-30 11:00", None, True),
        ("case 0", "victim", "third-party records", "2025-05-01 10:00", None, None, True),
        ("case 4", "victim", "third-party records", "2025-05-01 10:00", None, None, True),
        ("case 4", "victim", "third-party records", "2025-05-09 10:00", None, None, False),
        ("elsewhere", "victim", "phone", "2025-05-01 10:00", None, "2025-05-01 11:00", True),
    ],
    columns=["case_id", "owner", "kind", "taken_at", "examined_at", "returned_at", "parameters_set"],
).astype({"parameters_set": "boolean"})
DEVICES[["taken_at", "examined_at", "returned_at"]] = DEVICES[
    ["taken_at", "examined_at", "returned_at"]
].apply(at)


def test_a_victim_has_devices_back_in_time_at_24_hours_and_with_the_last_of_them() -> None:
    assert counts_of("devices-returned-in-a-day", with_table("devices", DEVICES)) == [1, 3]


def test_an_examination_is_limited_when_every_device_examined_was() -> None:
    given = with_table("devices", DEVICES)
    assert counts_of("devices-limited", given, group="victim") == [1, 2]
    assert counts_of("devices-limited", given, group="suspect") == [1, 2]


def test_requests_for_records_are_limited_when_every_one_was() -> None:
    assert counts_of("third-party-limited", with_table("devices", DEVICES)) == [1, 2]


def test_the_wait_for_an_examination_is_that_of_the_last_device_in_whole_days() -> None:
    rows = rows_of("days-device-examined", with_table("devices", DEVICES))
    assert rows.loc["victim", ["numerator", "denominator", "value"]].tolist() == [2, 3, 1.0]  # 0 and 2 days
    assert rows.loc["suspect", ["numerator", "denominator", "value"]].tolist() == [1, 2, 20.0]


def test_without_kinds_every_row_is_a_device_and_nothing_is_said_of_records() -> None:
    given = with_table("devices", DEVICES[DEVICES["kind"] != "third-party records"].drop(columns="kind"))
    assert rows_of("third-party-limited", given).loc["force", "status"] == "not recorded"
    assert counts_of("devices-returned-in-a-day", given) == [1, 3]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("devices-returned-in-a-day", "returned_at"),
        ("devices-limited", "parameters_set"),
        ("third-party-limited", "parameters_set"),
        ("days-device-examined", "examined_at"),
    ],
)
def test_a_field_that_the_force_never_fills_in_is_not_recorded_and_never_nought(
    name: str, field: str
) -> None:
    empty = DEVICES.assign(**{field: DEVICES[field].iloc[:0].reindex(DEVICES.index)})
    for table in (DEVICES.drop(columns=field), empty):
        assert rows_of(name, with_table("devices", table))["status"].eq("not recorded").all()


# --- workforce ------------------------------------------------------------------------------------------

BY_ROLE = pd.DataFrame(
    {
        "role": ["Investigator", "Investigator", "Response", "Analyst"],
        "officers": pd.array([4, 3, 2, None], dtype="Int64"),
        "qualification": ["fully qualified", "trainee", "student officer", None],
        "specialist_training": pd.array([True, False, None, None], dtype="boolean"),
        "open_cases": pd.array([60, 51, None, None], dtype="Int64"),
        "vacancies": pd.array([2, None, 1, None], dtype="Int64"),
    }
)
ONE_BY_ONE = pd.DataFrame(
    {
        "role": ["Investigator"] * 7 + ["Response"] * 2,
        "qualification": ["fully qualified"] * 4 + ["trainee"] * 3 + ["student officer"] * 2,
        "specialist_training": pd.array([True] * 4 + [False] * 3 + [None] * 2, dtype="boolean"),
        "open_cases": pd.array([20, 10, 15, 15, 17, 17, 17, None, None], dtype="Int64"),
        "vacancies": pd.array([2] + [None] * 7 + [1], dtype="Int64"),
    }
)


@pytest.mark.parametrize("workforce", [BY_ROLE, ONE_BY_ONE], ids=["counted by role", "one row an officer"])
def test_counts_by_role_and_single_officers_tell_the_same(workforce: pd.DataFrame) -> None:
    given = with_table("workforce", workforce)
    assert counts_of("workforce-trainees", given) == [5, 9]
    assert counts_of("workforce-specialist-training", given) == [4, 7]
    assert counts_of("workforce-vacancies", given) == [3, 12]
    caseload = rows_of("workforce-caseload", given).loc["force"]
    assert caseload[["numerator", "denominator"]].tolist() == [111, 7]
    assert caseload["value"] == pytest.approx(111 / 7)


def test_each_officer_has_a_row_of_their_own() -> None:
    each = officers_one_by_one(BY_ROLE)
    assert len(each) == 9
    assert each.index.is_unique
    assert each["open_cases"].dropna().tolist() == [15.0] * 4 + [17.0] * 3


def test_a_mean_of_cases_is_told_with_the_officers_it_is_over() -> None:
    given = with_table("workforce", BY_ROLE)
    [finding] = write_findings(
        compute_indicators(given, only=["workforce-caseload"]).table, force="Northshire Police"
    )
    assert finding.statement == (
        "There were on average 16 open cases for each officer listed as investigating these offences "
        "(all counted; 7 officers whose open cases are recorded)."
    )


def test_few_trainees_are_hidden_as_few_cases_are() -> None:
    few = BY_ROLE.assign(officers=pd.array([40, 2, 0, 0], dtype="Int64"))
    results = compute_indicators(with_table("workforce", few), only=["workforce-trainees"])
    row = release_indicators(decide(results, Policy(threshold=5))).table.iloc[0]
    assert row["status"] == "suppressed"
    assert pd.isna(row["numerator"])


# --- where there is no table ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "repeat-suspect-disruption", "bail-changes-told", "devices-returned-in-a-day", "devices-limited",
        "third-party-limited", "days-device-examined", "workforce-trainees",
        "workforce-specialist-training", "workforce-caseload", "workforce-vacancies",
    ],
)  # fmt: skip
def test_without_its_table_an_indicator_is_not_recorded(name: str) -> None:
    assert rows_of(name, material())["status"].eq("not recorded").all()


# --- fields of the cases and of the coding that came with them ------------------------------------------


def test_the_right_to_review_is_asked_of_decisions_against_a_charge_alone() -> None:
    cases = cases_of(
        decision=["police NFA", "CPS NFA", "police NFA", "charged", "victim withdrew"],
        review_right_told_on=at(["2025-05-01", None, None, "2025-05-02", None]),
    )
    assert counts_of("review-right-told", material(cases=cases, coding=coded(("x", 1, 1, "oth-admin")))) == [
        1,
        3,
    ]


def test_cases_sent_back_by_the_cps_are_a_share_of_those_sent_to_it() -> None:
    cases = cases_of(
        file_to_cps_on=at(["2025-05-01", "2025-05-02", "2025-05-03", None]),
        admin_finalised_on=at(["2025-06-01", None, None, None]),
    )
    assert counts_of(
        "cps-admin-finalised", material(cases=cases, coding=coded(("x", 1, 1, "oth-admin")))
    ) == [1, 3]


def test_recording_is_in_time_on_the_day_after_and_not_before_the_report() -> None:
    cases = cases_of(
        reported_on=at(["2025-05-01"] * 5),
        recorded_on=at(["2025-05-01", "2025-05-02", "2025-05-03", "2025-04-30", None]),
    )
    assert counts_of(
        "recorded-by-next-day", material(cases=cases, coding=coded(("x", 1, 1, "oth-admin")))
    ) == [2, 5]


def test_the_first_counted_unit_says_what_came_first() -> None:
    victim, suspect = "vic-disbelief", "sus-digital"
    coding = coded(
        ("a", 2, 1, suspect), ("a", 10, 1, victim),  # entry 10 comes after entry 2
        ("b", 1, 1, victim), ("b", 1, 2, suspect),
        ("c", 1, 1, victim, {"counts": False}), ("c", 2, 1, suspect),
        ("d", 1, 3, victim), ("d", 1, 3, suspect),
        ("e", 4, 1, victim),
        ("f", 1, 1, "oth-admin"),
    )  # fmt: skip
    row = rows_of("effort-victim-first", material(coding)).loc["force"]
    assert row[["numerator", "denominator"]].tolist() == [2, 5]
    assert row["base"] == "5 sampled case files with any counted unit"


def test_the_balance_is_given_before_the_day_of_the_interview_and_from_it_on() -> None:
    coding = coded(
        ("a", 1, 1, "vic-disbelief"), ("a", 1, 2, "vic-disbelief"), ("a", 1, 3, "sus-digital"),
        ("a", 2, 1, "sus-digital"),
        ("b", 1, 1, "vic-disbelief"),
    )  # fmt: skip
    given = material(
        coding,
        notes=pd.DataFrame(
            {
                "case_id": ["a", "a", "b"],
                "entry_no": [1, 2, 1],
                "entered_at": at(["2025-05-01 23:00", "2025-05-02 00:10", "2025-05-01 10:00"]),
            }
        ),
    )
    given = with_fields(given, suspect_interviewed_on=at(["2025-05-02", None]))
    rows = rows_of("effort-balance-by-interview", given)
    assert rows.loc["before the interview", ["numerator", "denominator"]].tolist() == [-1, 3]
    assert rows.loc["from the interview on", ["numerator", "denominator", "value"]].tolist() == [1, 1, 1.0]
    assert rows.loc["before the interview", "value"] == pytest.approx(-1 / 3)


def with_contact(*days: str, weight: float = 2.0) -> Material:
    """One file of 2025-05-01 to 2025-06-30 with contact on these days, and one of ten days without any."""
    entries = range(1, len(days) + 1)
    coding = coded(*(("a", number, 1, "oth-victim-care") for number in entries), ("b", 1, 1, "oth-admin"))
    notes = pd.DataFrame(
        {
            "case_id": ["a"] * len(days) + ["b"],
            "entry_no": [*entries, 1],
            "entered_at": at([*days, "2025-05-03"], format="ISO8601"),
        }
    )
    given = material(coding, notes=notes, weights={"a": weight, "b": 2.0})
    return with_fields(given, reported_on=at("2025-05-01"), closed_on=at(["2025-06-30", "2025-05-11"]))


def test_the_longest_stretch_without_contact_runs_between_report_entries_and_closure() -> None:
    row = rows_of("days-without-contact", with_contact("2025-05-11 09:00", "2025-06-15 23:59")).loc["force"]
    assert row["value"] == (35 + 10) / 2  # 11 May to 15 June; and ten days in the other file
    assert row["base"] == "2 of 2 sampled case files with both dates"


def test_entries_before_the_report_and_after_closure_break_no_stretch() -> None:
    row = rows_of("days-without-contact", with_contact("2025-04-20", "2025-08-01")).loc["force"]
    assert row["value"] == (60 + 10) / 2


def test_the_median_stretch_is_weighted_where_strata_were_read_unequally() -> None:
    row = rows_of("days-without-contact", with_contact("2025-05-11", weight=30.0)).loc["force"]
    assert row["value"] == 50  # the long file stands for thirty cases, the short one for two
    assert row["base"].endswith("weighted to the 100 cases of the frame")


def test_contact_with_the_victim_is_counted_once_a_file() -> None:
    care = "oth-victim-care"
    coding = coded(("a", 1, 1, care), ("a", 2, 1, care), ("b", 1, 1, care, {"polarity": "not-done"}))
    assert counts_of("victim-contact-files", material(coding)) == [1, 2]
