import pandas as pd
import pytest

from inspections.sampling import Frame, Sample, draw_sample, realised_against_planned, replace_lost
from parameters import models
from parameters.problems import InspectionError


def drawn(size: int | str = 9, **sizes: int) -> Sample:
    decisions = [name for name, count in (sizes or {"charged": 12, "open": 6}).items() for _ in range(count)]
    cases = pd.DataFrame({"case_id": [f"NS-{n:03}" for n in range(len(decisions))], "decision": decisions})
    return draw_sample(Frame(cases, ()), models.Sample(size=size), seed="s")


def first_of(sample: Sample, stratum: str, count: int) -> list[str]:
    return list(sample.cases.loc[sample.cases["stratum"] == stratum, "case_id"][:count])


def reserve_of(sample: Sample, stratum: str) -> list[str]:
    return list(sample.reserve.loc[sample.reserve["stratum"] == stratum, "case_id"])


def test_sample_and_reserve_together_are_the_frame():
    sample = drawn()
    assert sorted([*sample.cases["case_id"], *sample.reserve["case_id"]]) == [f"NS-{n:03}" for n in range(18)]
    assert set(sample.cases["case_id"]).isdisjoint(sample.reserve["case_id"])


def test_the_reserve_holds_the_cases_that_a_larger_sample_would_have_drawn_next():
    small, large = drawn(4), drawn(8)
    for stratum in ("charged", "open"):
        assert [*first_of(small, stratum, 2), *reserve_of(small, stratum)[:2]] == first_of(large, stratum, 4)
    assert list(small.reserve.loc[small.reserve["stratum"] == "open", "reserve_place"]) == [1, 2, 3, 4]


def test_a_lost_case_gives_its_place_to_the_next_of_its_stratum_and_weights_stay():
    sample = drawn()
    (lost,), (substitute, *_) = first_of(sample, "open", 1), reserve_of(sample, "open")
    after = replace_lost(sample, {lost: " file held by the coroner "})
    assert lost not in set(after.cases["case_id"])
    assert after.cases.iloc[-1][["case_id", "order"]].tolist() == [substitute, 10]
    assert after.cases["weight"].sum() == 18
    pd.testing.assert_frame_equal(after.strata, sample.strata)
    order = sample.cases.set_index("case_id").loc[lost, "order"]
    assert after.lost.to_dict("records") == [
        {
            "case_id": lost,
            "stratum": "open",
            "order": order,
            "reason": "file held by the coroner",
            "replaced_by": substitute,
            "reserve_place": 1,
        }
    ]
    assert substitute not in set(after.reserve["case_id"])
    assert list(sample.cases.columns) == list(after.cases.columns)
    pd.testing.assert_series_equal(sample.cases.dtypes, after.cases.dtypes)


def test_the_order_in_which_losses_are_listed_does_not_matter():
    sample = drawn()
    reasons = dict.fromkeys(first_of(sample, "charged", 3), "not found")
    backwards = dict(reversed(list(reasons.items())))
    once, again = replace_lost(sample, reasons), replace_lost(sample, backwards)
    pd.testing.assert_frame_equal(once.cases, again.cases)
    pd.testing.assert_frame_equal(once.lost, again.lost)


def test_a_replacement_may_be_lost_too_and_no_order_is_given_twice():
    sample = drawn()
    (lost,) = first_of(sample, "charged", 1)
    once = replace_lost(sample, {lost: "not found"})
    twice = replace_lost(once, {once.lost["replaced_by"].iloc[0]: "sealed by the court"})
    assert list(twice.lost["reserve_place"]) == [1, 2]
    assert twice.cases["order"].max() == 11
    assert twice.cases["order"].is_unique
    assert len(twice.cases) == 9


def test_where_the_reserve_runs_out_the_files_left_stand_for_more_cases():
    sample = drawn(9, charged=12, open=5)
    assert len(reserve_of(sample, "open")) == 1
    after = replace_lost(sample, dict.fromkeys(first_of(sample, "open", 3), "not found"))
    table = realised_against_planned(after).set_index("stratum")
    assert table.loc["open", ["frame", "planned", "lost", "replaced", "read"]].tolist() == [5, 4, 3, 1, 2]
    assert (table.loc["open", "planned_weight"], table.loc["open", "weight"]) == (1.25, 2.5)
    assert table.loc["charged", ["planned", "lost", "replaced", "read"]].tolist() == [5, 0, 0, 5]
    assert after.cases["weight"].sum() == pytest.approx(17)
    assert after.remarks[-1] == "Stratum 'open' has no case left to replace 2 lost: the 2 read stand for all."


def test_a_stratum_of_which_nothing_could_be_read_is_stood_for_by_the_others():
    sample = drawn(3, charged=12, open=1)
    after = replace_lost(sample, {first_of(sample, "open", 1)[0]: "not found"})
    assert after.strata.set_index("stratum")["weight"].isna().to_dict() == {"charged": False, "open": True}
    assert after.remarks[-1] == (
        "Stratum 'open' has no case left to replace 1 lost: none of it could be read, and the files of the "
        "other strata stand for it."
    )
    assert after.cases["weight"].sum() == pytest.approx(13)


def test_where_all_the_rest_is_read_a_lost_stratum_still_leaves_a_doubt():
    sample = drawn("all", charged=12, open=2)
    after = replace_lost(sample, dict.fromkeys(first_of(sample, "open", 2), "not found"))
    assert after.cases["weight"].gt(1).all()


def test_before_any_loss_what_is_read_is_what_was_planned():
    table = realised_against_planned(drawn())
    assert (table["planned"] == table["read"]).all()
    assert table[["lost", "replaced"]].to_numpy().sum() == 0


def test_an_unknown_case_and_an_empty_reason_are_refused_together():
    sample = drawn()
    (lost,) = first_of(sample, "open", 1)
    with pytest.raises(InspectionError) as error:
        replace_lost(sample, {"NS-999": "not found", lost: " "}, file="lost.csv")
    assert str(error.value) == (
        "lost.csv: case_id names NS-999, not among the cases to be read.\n"
        "  Check the references against the sample; a case replaced before needs no second entry.\n"
        f"lost.csv: reason of {lost} is empty.\n"
        "  Write why the case file could not be read."
    )


def test_nothing_lost_changes_nothing():
    sample = drawn()
    assert replace_lost(sample, {}) is sample
