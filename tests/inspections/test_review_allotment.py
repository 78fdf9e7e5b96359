"""Who reads what is dealt evenly, repeatably, and without telling anyone who reads second."""

import json
import math
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_files import CASES, REVIEWERS, SAMPLE, allotment, parameters

from inspections.reviews import allot, dips_to_deal, read_allotment, write_allotment
from parameters import InspectionError

PARAMETERS = parameters()


def sample_of(size: int) -> pd.DataFrame:
    strata = [("charged", "police NFA", "CPS NFA")[number % 3] for number in range(size)]
    return pd.DataFrame({"case_id": [f"W/{number}" for number in range(size)], "stratum": strata})


@given(st.integers(1, 60), st.integers(2, 7), st.floats(0, 1))
def test_every_case_has_one_first_reader_the_asked_share_a_second_and_loads_are_even(size, people, share):
    names = [f"Reader {number}" for number in range(people)]
    dealt = allot(sample_of(size), names, parameters=PARAMETERS, seed="s", second_share=share)
    first = Counter(reading.case_id for reading in dealt.readings if reading.reader == "first")
    second = Counter(reading.case_id for reading in dealt.readings if reading.reader == "second")
    assert set(first.values()) == {1}
    assert len(first) == size
    assert second.total() == len(second) == math.ceil(round(share * size, 9))
    loads = Counter({name: 0 for name in names})
    loads.update(reading.reviewer for reading in dealt.readings)
    assert max(loads.values()) - min(loads.values()) <= (1 if share <= 0.5 else 2)
    assert len({(reading.case_id, reading.reviewer) for reading in dealt.readings}) == len(dealt.readings)


@given(st.permutations(range(12)), st.permutations(["A", "B", "C"]))
def test_the_deal_depends_on_references_names_and_seed_alone(order, names):
    sample = sample_of(12)
    deal = allot(sample, ["A", "B", "C"], parameters=PARAMETERS, seed="s")
    assert allot(sample.iloc[order], names, parameters=PARAMETERS, seed="s") == deal


def test_another_seed_deals_otherwise():
    deals = {allot(sample_of(12), ["A", "B"], parameters=PARAMETERS, seed=seed).readings for seed in "abc"}
    assert len(deals) == 3


def test_every_reviewer_gets_files_of_every_stratum():
    dealt = allot(sample_of(18), ["A", "B", "C"], parameters=PARAMETERS, seed="s", second_share=0)
    strata = sample_of(18).set_index("case_id")["stratum"]
    for reviewer in dealt.reviewers:
        assert set(Counter(strata[list(dealt.cases_of(reviewer))]).values()) == {2}


def test_a_file_of_a_dip_sample_is_dealt_apart_with_its_outcome_unless_the_main_sample_holds_it():
    sample = sample_of(6)
    dips = pd.DataFrame({"case_id": ["W/1", "W/20", "W/21"], "outcome": ["16", "16", "18"]})
    dealt = allot(
        dips_to_deal(dips, sample), ["A", "B"], parameters=PARAMETERS, seed="s dip samples", second_share=0.5
    )
    assert dealt.outcomes == {"W/20": "16", "W/21": "18"}
    assert allot(sample, ["A", "B"], parameters=PARAMETERS, seed="s").outcomes == {}


def test_an_allotment_of_dip_samples_is_read_back_whole(tmp_path: Path):
    dips = pd.DataFrame({"case_id": ["W/20", "W/21"], "outcome": ["16", "18"]})
    dealt = allot(dips, ["A", "B"], parameters=PARAMETERS, seed="s")
    write_allotment(dealt, tmp_path / "allotment.json")
    assert read_allotment(tmp_path / "allotment.json") == dealt


def test_second_readings_are_mixed_among_the_first_in_a_form():
    dealt = allot(sample_of(60), ["A", "B"], parameters=PARAMETERS, seed="s", second_share=0.5)
    of_a = [reading.reader for reading in dealt.readings if reading.reviewer == "A"]
    assert [reading.place for reading in dealt.readings if reading.reviewer == "A"] == list(range(1, 46))
    assert "second" in of_a[:22]
    assert "second" in of_a[23:]


@pytest.mark.parametrize(
    ("reviewers", "share", "told"),
    [
        ([], 0.1, "reviewers are missing"),
        (["A. Khan", "a khan"], 0.1, "whose forms would have the same name"),
        (["A/B", "C"], 0.1, "cannot be the name of a form"),
        (["=cmd", "C"], 0.1, "cannot be the name of a form"),
        (["A"], 0.1, "there is one reviewer only"),
        (["A", "B"], 10, "must be a share from 0 to 1"),
    ],
)
def test_names_and_shares_that_cannot_work_are_refused(reviewers, share, told):
    with pytest.raises(InspectionError, match=told):
        allot(SAMPLE, reviewers, parameters=PARAMETERS, seed="s", second_share=share)


def test_one_reviewer_may_read_everything_once():
    dealt = allot(SAMPLE, ["A"], parameters=PARAMETERS, seed="s", second_share=0)
    assert sorted(dealt.cases_of("A")) == sorted(CASES)


def test_an_allotment_is_kept_and_read_back(tmp_path: Path):
    write_allotment(allotment(), tmp_path / "allotment.json")
    again = read_allotment(tmp_path / "allotment.json")
    assert again == allotment()
    assert again.fingerprint == allotment().fingerprint


def test_an_allotment_is_not_written_over_one_whose_forms_are_out(tmp_path: Path):
    path = tmp_path / "forms" / "allotment.json"
    write_allotment(allotment(), path)
    write_allotment(allotment(), path)
    others = allot(SAMPLE, ["C. Roe", "D. Moss"], parameters=PARAMETERS, seed="s")
    with pytest.raises(InspectionError, match="is there already, with other readings"):
        write_allotment(others, path)
    assert read_allotment(path) == allotment()


def test_an_allotment_changed_by_hand_is_refused(tmp_path: Path):
    path = tmp_path / "allotment.json"
    write_allotment(allotment(), path)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["readings"][0]["reviewer"] = REVIEWERS[1]
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InspectionError, match="was changed after it was written"):
        read_allotment(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"fingerprint": "x", "readings": [{"a": 1}]}'])
def test_another_file_is_no_allotment(content: str, tmp_path: Path):
    (tmp_path / "allotment.json").write_text(content, encoding="utf-8")
    with pytest.raises(InspectionError, match="is not an allotment"):
        read_allotment(tmp_path / "allotment.json")
