from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.sampling import (
    Frame,
    build_frame,
    changed_after_seed,
    draw_sample,
    earlier_lists,
    frame_hash,
    reserve_list,
    strata_hash,
)
from parameters import models
from parameters.problems import InspectionError

YEAR = models.Period(start=date(2025, 4, 1), end=date(2026, 3, 31))


def frame_of(**sizes: int) -> Frame:
    decisions = [name.replace("_", " ") for name, size in sizes.items() for _ in range(size)]
    cases = pd.DataFrame({"case_id": [f"NS-{n:03}" for n in range(len(decisions))], "decision": decisions})
    return Frame(cases, ())


def sample_of(size: int | str, **changes: object) -> models.Sample:
    return models.Sample.model_validate({"size": size, **changes})


def test_every_case_that_is_not_in_the_frame_is_accounted_for():
    cases = pd.DataFrame(
        {
            "case_id": ["e", "d", "c", "b", "a", "f"],
            "closed_on": pd.to_datetime(
                ["2025-04-01", "2026-03-31", "2026-04-01", None, "2025-06-01", "2025-06-01"]
            ),
            "offence_code": ["19C", "19C", "19C", "19C", "105A", "19C"],
        }
    )
    frame = build_frame(
        cases,
        models.Frame(offence_codes=("19C",)),
        period=YEAR,
        notes_per_case=pd.Series({"d": 3, "e": 1}),
        minimum_notes=1,
    )
    assert list(frame.cases["case_id"]) == ["d", "e"]
    assert [(step.rows_in, step.rows_out, step.why) for step in frame.trail] == [
        (6, 5, "no closed date"),
        (5, 4, "closed before 1 April 2025 or after 31 March 2026"),
        (4, 3, "another offence code, or none recorded"),
        (3, 2, "fewer than 1 investigation notes"),
    ]


def test_a_field_the_force_does_not_record_empties_the_frame_and_says_so():
    frame = build_frame(pd.DataFrame({"case_id": ["a"]}), models.Frame(), period=YEAR)
    assert frame.trail[0].rows_out == 0
    with pytest.raises(InspectionError, match="No case passed the frame's rules"):
        draw_sample(frame, sample_of("all"), seed="s")


def test_the_hash_of_the_frame_is_of_its_references_alone():
    frame = frame_of(charged=3)
    shuffled = Frame(frame.cases.iloc[::-1].assign(decision="open"), ())
    assert frame_hash(frame) == frame_hash(shuffled)
    assert frame_hash(frame) != frame_hash(frame_of(charged=4))


def test_the_hash_of_the_strata_changes_when_a_case_is_moved_and_with_nothing_else():
    frame, sample = frame_of(charged=3, police_NFA=3), sample_of(4)
    same = Frame(frame.cases.iloc[::-1].assign(reported_on=None), ())
    moved = Frame(frame.cases.assign(decision=["open", *frame.cases["decision"][1:]]), ())
    assert strata_hash(frame, sample) == strata_hash(same, sample)
    assert strata_hash(frame, sample) != strata_hash(moved, sample)
    assert frame_hash(frame) == frame_hash(moved)


def test_an_outcome_changed_for_the_sake_of_a_dip_sample_shows_in_the_hash_of_the_strata():
    outcomes = frame_of(charged=2).cases.assign(outcome_type=["16", "18"])
    frame, changed = Frame(outcomes, ()), Frame(outcomes.assign(outcome_type="16"), ())
    with_dips = sample_of("all").model_copy(update={"dip_samples": {"16": 1}})
    assert strata_hash(frame, with_dips) != strata_hash(changed, with_dips)
    assert strata_hash(frame, sample_of("all")) == strata_hash(changed, sample_of("all"))


def facts_after(*lists: tuple[str, str], seed: str = "s") -> dict[str, object]:
    """Facts of the last of several whole runs, each of a list and strata."""
    facts: dict[str, object] = {}
    for frame, strata in lists:
        earlier = earlier_lists(facts, seed=seed, frame_hash=frame, strata_hash=strata)
        facts = {"seed": seed, "frame_hash": frame, "strata_hash": strata, "earlier_lists": earlier}
    return facts


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([("a", "1")], ""),
        ([("a", "1"), ("a", "1")], ""),
        ([("a", "1"), ("b", "2")], "The list of cases changed after the seed was used"),
        ([("a", "1"), ("a", "2")], "The strata of its cases changed after the seed was used"),
    ],
)
def test_a_list_or_strata_changed_after_the_seed_was_used_are_told_and_stay_told(runs, told):
    first, again = facts_after(*runs), facts_after(*runs, runs[-1])
    assert first == again
    assert changed_after_seed(first["earlier_lists"], frame_hash=runs[-1][0]).startswith(told)
    assert bool(first["earlier_lists"]) == bool(told)


def test_a_list_put_back_as_it_was_leaves_the_other_on_record():
    facts = facts_after(("a", "1"), ("b", "2"), ("a", "1"))
    assert facts["earlier_lists"] == [{"frame_hash": "b", "strata_hash": "2"}]


def test_a_new_seed_starts_anew():
    used = facts_after(("a", "1"))
    assert earlier_lists(used, seed="another", frame_hash="b", strata_hash="2") == []


def test_a_list_read_whole_has_no_reserve():
    cases = frame_of(charged=3, open=2).cases.astype("str")
    listed = reserve_list(draw_sample(Frame(cases, ()), sample_of("all"), seed="s"), {})
    assert listed.empty
    assert list(listed.columns) == ["drawn_for", "stratum", "reserve_place", "case_id"]


@given(st.permutations(range(12)))
def test_the_draw_does_not_depend_on_the_order_of_the_rows(order: list[int]):
    frame = frame_of(charged=6, police_NFA=6)
    shuffled = Frame(frame.cases.iloc[order].reset_index(drop=True), ())
    first = draw_sample(frame, sample_of(5), seed="autumn")
    again = draw_sample(shuffled, sample_of(5), seed="autumn")
    pd.testing.assert_frame_equal(first.cases, again.cases)


def test_the_draw_is_the_same_on_every_machine_and_with_every_version():
    drawn = draw_sample(frame_of(charged=10), sample_of(4), seed="autumn 2026")
    assert list(drawn.cases["case_id"]) == ["NS-001", "NS-000", "NS-005", "NS-004"]


def test_a_longer_frame_or_another_seed_draws_in_another_order():
    frame, size = frame_of(charged=40), sample_of(10)
    by_seed = {tuple(draw_sample(frame, size, seed=seed).cases["case_id"]) for seed in ("a", "b", "c")}
    assert len(by_seed) == 3
    longer = draw_sample(frame_of(charged=41), size, seed="a")
    assert tuple(longer.cases["case_id"]) not in by_seed


def test_equal_allocation_reads_as_many_files_of_each_decision_and_weights_make_up_for_it():
    drawn = draw_sample(frame_of(charged=10, CPS_NFA=30, police_NFA=60), sample_of(12), seed="s")
    assert dict(drawn.cases["stratum"].value_counts()) == {"charged": 4, "CPS NFA": 4, "police NFA": 4}
    assert dict(zip(drawn.strata["stratum"], drawn.strata["weight"], strict=True)) == {
        "charged": 2.5,
        "CPS NFA": 7.5,
        "police NFA": 15.0,
    }
    assert sorted(drawn.cases["order"]) == list(range(1, 13))


def test_a_stratum_that_runs_out_passes_its_places_on_and_the_draw_says_so():
    drawn = draw_sample(frame_of(charged=2, CPS_NFA=30, police_NFA=60), sample_of(12), seed="s")
    assert dict(zip(drawn.strata["stratum"], drawn.strata["sample"], strict=True)) == {
        "charged": 2,
        "CPS NFA": 5,
        "police NFA": 5,
    }
    assert drawn.remarks == (
        "Stratum 'charged' holds 2 cases, 2 fewer than its share of 4: all were taken and the places left "
        "went to the other strata.",
    )


def test_proportional_allocation_follows_the_frame_but_leaves_no_stratum_unread():
    sample = sample_of(20, allocation="proportional")
    drawn = draw_sample(frame_of(charged=1, CPS_NFA=30, police_NFA=69), sample, seed="s")
    assert dict(zip(drawn.strata["stratum"], drawn.strata["sample"], strict=True)) == {
        "charged": 1,
        "CPS NFA": 6,
        "police NFA": 13,
    }


def test_cases_without_a_value_are_a_stratum_of_their_own():
    frame = frame_of(charged=4)
    frame.cases.loc[0, "decision"] = None
    drawn = draw_sample(frame, sample_of(2), seed="s")
    assert set(drawn.cases["stratum"]) == {"charged", "not recorded"}


def test_all_takes_every_case_with_weight_one():
    drawn = draw_sample(frame_of(charged=2, police_NFA=3), sample_of("all"), seed="s")
    assert len(drawn.cases) == 5
    assert set(drawn.cases["weight"]) == {1.0}
    assert drawn.remarks == ()


def test_a_sample_larger_than_the_frame_is_refused_with_a_remedy():
    with pytest.raises(InspectionError) as error:
        draw_sample(frame_of(charged=5), sample_of(6), seed="s", file="parameters/northshire.yml")
    assert str(error.value) == (
        "parameters/northshire.yml: sample.size is 6, but the frame holds 5 cases.\n"
        '  Lower it to 5 or fewer, or write "all".'
    )


def test_a_sample_too_small_to_reach_every_stratum_is_refused():
    with pytest.raises(InspectionError, match="has 3 strata: CPS NFA, charged, police NFA"):
        draw_sample(frame_of(charged=5, CPS_NFA=5, police_NFA=5), sample_of(2), seed="s")


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 30), min_size=1),
    st.data(),
    st.sampled_from(["equal", "proportional"]),
)
def test_a_sample_has_the_size_asked_for_and_its_weights_add_up_to_the_frame(sizes, data, allocation):
    size = data.draw(st.integers(len(sizes), sum(sizes.values())))
    frame = frame_of(**sizes)
    drawn = draw_sample(frame, sample_of(size, allocation=allocation), seed="s")
    assert len(drawn.cases) == drawn.cases["case_id"].nunique() == size
    assert drawn.cases["weight"].sum() == pytest.approx(len(frame.cases))
    assert drawn.strata["sample"].ge(1).all()
