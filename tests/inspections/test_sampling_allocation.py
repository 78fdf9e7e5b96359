from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.sampling import Frame, draw_sample
from inspections.sampling.allocation import allot
from parameters import models
from parameters.problems import InspectionError

SIZES = {"CPS NFA": 30, "charged": 10, "police NFA": 60}


def sample_of(size: int | str, **changes: object) -> models.Sample:
    return models.Sample.model_validate({"size": size, **changes})


def places(sizes: dict[str, int], sample: models.Sample) -> dict[str, int]:
    strata = allot(sizes, sample)
    return dict(zip(strata["stratum"], strata["sample"], strict=True))


@given(
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from([0.05, 0.2, 0.5, 0.9])), min_size=3, max_size=3),
    st.integers(3, 14),
)
def test_neyman_allocation_has_the_least_variance_of_all_allocations(groups, size):
    sizes = {name: count for name, (count, _) in zip("abc", groups, strict=True)}
    shares = {name: share for name, (_, share) in zip("abc", groups, strict=True)}
    size = min(size, sum(sizes.values()))

    def variance(read) -> float:
        return sum(
            sizes[name] ** 2 * shares[name] * (1 - shares[name]) * (1 / n - 1 / sizes[name])
            for name, n in zip("abc", read, strict=True)
        )

    every = [read for read in product(*(range(1, sizes[name] + 1) for name in "abc")) if sum(read) == size]
    found = places(sizes, sample_of(size, allocation="neyman", expected_shares=shares))
    assert variance([found[name] for name in "abc"]) == pytest.approx(min(map(variance, every)))


def test_neyman_with_the_same_share_everywhere_reads_larger_groups_more():
    shares = dict.fromkeys(SIZES, 0.3)
    found = places(SIZES, sample_of(20, allocation="neyman", expected_shares=shares))
    assert found == {"CPS NFA": 6, "charged": 2, "police NFA": 12}


def test_a_group_in_which_no_file_is_expected_to_differ_gets_only_the_minimum():
    shares = {"CPS NFA": 0.0, "charged": 0.5, "police NFA": 1.0}
    found = places(SIZES, sample_of(10, allocation="neyman", expected_shares=shares, minimum_per_stratum=2))
    assert found == {"CPS NFA": 2, "charged": 6, "police NFA": 2}


def test_names_that_meet_no_case_and_groups_without_an_expected_share_are_told():
    frame = frame_by(decision=["charged"] * 5 + ["open"] * 5)
    sample = sample_of(
        6, allocation="neyman", expected_shares={"chargd": 0.1, "open": 0.2}, certainty=["closed"]
    )
    assert draw_sample(frame, sample, seed="s").remarks == (
        "sample.certainty names 'closed', a stratum without a case in the frame.",
        "sample.expected_shares names 'chargd', a stratum without a case in the frame.",
        "No share is expected for stratum 'charged': 0.5 was used, which asks for most files.",
    )


def test_a_group_of_which_a_single_file_is_read_is_told_unless_it_holds_no_other() -> None:
    frame = frame_by(decision=["charged"] + ["open"] * 5 + ["CPS NFA"] * 40)
    (remark,) = draw_sample(frame, sample_of(6, allocation="proportional"), seed="s").remarks
    assert remark.startswith("Of stratum 'open' a single file of 5 is read")
    assert "minimum_per_stratum: 2" in remark


def test_every_file_of_a_group_of_certainty_is_read_and_stands_for_itself():
    strata = allot(SIZES, sample_of(24, certainty=["charged"])).set_index("stratum")
    assert dict(strata["sample"]) == {"CPS NFA": 7, "charged": 10, "police NFA": 7}
    assert strata.loc["charged", "weight"] == 1
    assert (strata["wanted"] == strata["sample"]).all()


def test_every_group_gets_its_minimum_or_all_it_holds():
    sizes = {"charged": 3, "police NFA": 97}
    assert places(sizes, sample_of(12, allocation="proportional")) == {"charged": 1, "police NFA": 11}
    at_least_four = sample_of(12, allocation="proportional", minimum_per_stratum=4)
    assert places(sizes, at_least_four) == {"charged": 3, "police NFA": 9}


def test_a_sample_too_small_for_its_certainties_and_minimum_is_refused_with_the_sum():
    with pytest.raises(InspectionError) as error:
        allot(SIZES, sample_of(12, certainty=["charged"], minimum_per_stratum=5), file="parameters/a.yml")
    assert str(error.value) == (
        "parameters/a.yml: sample.size is 12, but 20 case files must be read at least: all 10 of charged, "
        "5 of every other stratum.\n"
        "  Raise it to 20 or more, or ask for less in certainty or minimum_per_stratum."
    )


def frame_by(**columns: list[str | None]) -> Frame:
    cases = pd.DataFrame(columns)
    return Frame(cases.assign(case_id=[f"NS-{n:03}" for n in range(len(cases))]), ())


def test_crossed_fields_make_a_group_of_every_combination_there_is():
    frame = frame_by(
        decision=["charged", "charged", "open", "open", "open"],
        victim_gender=["female", "male", "female", "female", None],
    )
    drawn = draw_sample(frame, sample_of(4, crossed_with="victim_gender"), seed="s")
    assert dict(zip(drawn.strata["stratum"], drawn.strata["frame"], strict=True)) == {
        "charged / female": 1,
        "charged / male": 1,
        "open / female": 2,
        "open / not recorded": 1,
    }
    assert drawn.cases["weight"].sum() == 5


@pytest.mark.parametrize("columns", [{}, {"victim_gender": [None, None]}])
def test_strata_are_not_crossed_with_a_field_that_says_nothing(columns):
    frame = frame_by(decision=["charged", "open"], **columns)
    with pytest.raises(InspectionError, match='crossed_with is "victim_gender", which is empty in every'):
        draw_sample(frame, sample_of(2, crossed_with="victim_gender"), seed="s")


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 30), min_size=1),
    st.data(),
    st.sampled_from(["equal", "proportional", "neyman"]),
    st.integers(1, 4),
    st.sets(st.sampled_from("abcdef"), max_size=2),
)
def test_whatever_is_asked_the_places_add_up_and_no_group_is_short(sizes, data, allocation, minimum, certain):
    least = {name: n if name in certain else min(n, minimum) for name, n in sizes.items()}
    size = data.draw(st.integers(sum(least.values()), sum(sizes.values())))
    sample = sample_of(
        size, allocation=allocation, expected_shares={"a": 0.1, "b": 0.4},
        minimum_per_stratum=minimum, certainty=sorted(certain),
    )  # fmt: skip
    found = places(sizes, sample)
    assert sum(found.values()) == size
    assert all(least[name] <= found[name] <= sizes[name] for name in sizes)
    assert all(found[name] == sizes[name] for name in certain & set(sizes))
