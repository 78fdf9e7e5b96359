import pandas as pd
import pytest

from inspections.sampling import Frame, draw_dip_samples, draw_sample, reading_list
from parameters import models


def frame_of(**outcomes: int) -> Frame:
    types = [code.removeprefix("type_") for code, count in outcomes.items() for _ in range(count)]
    cases = pd.DataFrame({"case_id": [f"NS-{n:04}" for n in range(len(types))], "outcome_type": types})
    return Frame(cases.assign(decision="police NFA"), ())


def sample_of(**dips: int | str) -> models.Sample:
    dip_samples = {code.removeprefix("type_"): size for code, size in dips.items()}
    return models.Sample.model_validate({"size": 12, "dip_samples": dip_samples})


def test_dip_samples_do_not_change_the_main_sample():
    frame = frame_of(type_16=40, type_18=20)
    with_dips = draw_sample(frame, sample_of(type_16=10), seed="s")
    pd.testing.assert_frame_equal(with_dips.cases, draw_sample(frame, sample_of(), seed="s").cases)


def test_a_dip_sample_speaks_for_its_outcome_only_and_says_so():
    dip = draw_dip_samples(frame_of(type_16=40, type_18=20), sample_of(type_16=10), seed="s")["16"]
    assert set(dip.cases["outcome_type"]) == {"16"}
    assert set(dip.cases["drawn_for"]) == {"dip sample of outcome 16"}
    assert set(dip.cases["weight"]) == {4.0}
    assert list(dip.cases["order"]) == list(range(1, 11))


def test_being_in_the_main_sample_tells_nothing_about_being_in_a_dip_sample():
    # 12 and 10 of the same 60 share 2 on average; the mean of 60 draws has a standard error of 0.15
    frame = frame_of(type_16=60)
    shared = [
        len(
            set(draw_sample(frame, sample_of(), seed=str(seed)).cases["case_id"])
            & set(draw_dip_samples(frame, sample_of(type_16=10), seed=str(seed))["16"].cases["case_id"])
        )
        for seed in range(60)
    ]
    assert sum(shared) / 60 == pytest.approx(2, abs=0.6)


def test_dip_samples_of_two_outcomes_are_drawn_in_orders_of_their_own():
    frame = frame_of(type_16=30, type_18=30)
    alone = draw_dip_samples(frame, sample_of(type_16=5), seed="s")["16"]
    beside = draw_dip_samples(frame, sample_of(type_18=9, type_16=5), seed="s")
    pd.testing.assert_frame_equal(alone.cases, beside["16"].cases)
    assert alone.effective_seed != beside["18"].effective_seed
    assert alone.frame_hash == beside["18"].frame_hash


def test_an_outcome_with_too_few_cases_gives_all_and_says_so():
    dips = draw_dip_samples(frame_of(type_16=4, type_18=9), sample_of(type_16=10, type_22=3), seed="s")
    assert len(dips["16"].cases) == 4
    assert dips["22"].cases.empty
    assert dips["16"].remarks == (
        "The frame holds 4 cases of outcome 16, fewer than the 10 asked for: all were taken.",
    )
    assert dips["22"].remarks == ("The frame holds no case of outcome 22: its dip sample is empty.",)


def test_all_takes_every_case_of_the_outcome():
    dip = draw_dip_samples(frame_of(type_16=4, type_18=9), sample_of(type_18="all"), seed="s")["18"]
    assert (len(dip.cases), dip.remarks, set(dip.cases["weight"])) == (9, (), {1.0})


def test_a_file_drawn_twice_is_read_once():
    frame = frame_of(type_16=12, type_18=8)
    sample = sample_of(type_16="all", type_18=3)
    main = draw_sample(frame, sample, seed="s")
    dips = draw_dip_samples(frame, sample, seed="s")
    listed = reading_list(main, dips)
    assert listed["case_id"].is_unique
    assert list(listed.loc[listed["main_sample"], "case_id"]) == list(main.cases["case_id"])
    for code, dip in dips.items():
        found = listed.loc[listed["dip_samples"].str.split("; ").map(lambda codes, c=code: c in codes)]
        assert set(found["case_id"]) == set(dip.cases["case_id"])
    assert "weight" not in listed
