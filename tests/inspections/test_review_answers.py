"""The reviewers' final answers as shares of the sampled case files, and what of them may be released."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from made_material import coded, material

from inspections.disclosure import Policy, decide, part_answers, release_indicators
from inspections.indicators import Material, compute_indicators, dip_answers, review_results
from inspections.intervals import mid_p
from parameters.questions import load_questions

QUESTIONS = load_questions()
OFFERS_ALL, ALWAYS_ARISES = "SU1", "FR1"
FIVE = Policy(threshold=5)


def reviewed(
    answers: list[str], *, question: str = OFFERS_ALL, weights: list[float] | None = None
) -> Material:
    """Sampled files, one for each answer; an empty answer is a file that nobody reviewed."""
    cases = [f"case {n}" for n in range(len(answers))]
    table = pd.DataFrame({"case_id": cases, "question": question, "answer": answers})
    table = table[table["answer"] != ""]
    sample = dict(zip(cases, weights or [300 / len(cases)] * len(cases), strict=True))
    return material(coded(), weights=sample, frame_size=300, further={"reviews": table})


def rows_of(given: Material) -> pd.DataFrame:
    return review_results(given, QUESTIONS).table.set_index("group")


def test_answers_are_shares_of_the_files_in_which_the_question_arises() -> None:
    rows = rows_of(
        reviewed(["yes"] * 4 + ["partly"] * 2 + ["no"] + ["not recorded"] * 3 + ["not applicable"] * 5)
    )
    assert list(rows.index) == ["yes", "partly", "no", "not applicable", "not recorded"]
    assert rows["numerator"].tolist() == [4, 2, 1, 5, 3]
    assert rows["denominator"].tolist() == [10, 10, 10, 15, 10]
    assert rows.loc["yes", "value"] == 40
    assert rows.loc["yes", "low"] < 40 < rows.loc["yes", "high"]
    assert rows.loc["yes", "base"] == "10 sampled case files in which the question arises"
    assert rows.loc["not applicable", "base"] == "15 sampled case files"


def test_a_question_that_always_arises_is_never_not_applicable() -> None:
    rows = rows_of(reviewed(["yes", "no", "not recorded"], question=ALWAYS_ARISES))
    assert "not applicable" not in rows.index
    assert rows["denominator"].eq(3).all()


def test_a_silent_file_is_not_recorded_and_lowers_no_count_of_no() -> None:
    rows = rows_of(reviewed(["no"] * 2 + ["not recorded"] * 8))
    assert rows.loc["no", "numerator"] == 2
    assert rows.loc["not recorded", "numerator"] == 8


def test_files_not_reviewed_and_questions_left_open_are_in_no_base() -> None:
    rows = rows_of(reviewed(["yes", "yes", "no", "not applicable", "not answered", ""]))
    assert rows.loc["yes", ["numerator", "denominator"]].tolist() == [2, 3]
    assert rows.loc["not applicable", "base"] == "4 sampled case files reviewed"


def test_files_not_reviewed_do_not_shorten_the_list_that_a_share_speaks_for() -> None:
    rows = rows_of(reviewed(["yes"] * 6 + ["no"] * 4 + [""] * 30, question=ALWAYS_ARISES))
    expected = mid_p(6, 10, population=300)
    assert rows.loc["yes", ["low", "high"]].tolist() == pytest.approx(
        [100 * expected.low, 100 * expected.high]
    )


def test_reviewed_files_stand_for_those_of_their_stratum_that_were_not() -> None:
    given = reviewed(["yes", "yes", "no", "no", "", ""], question=ALWAYS_ARISES, weights=[10.0] * 6)
    strata = ["short"] * 2 + ["long"] * 4
    sample = given.sample.assign(stratum=strata)
    found = rows_of(replace(given, sample=sample))
    assert found.loc["yes", "value"] == pytest.approx(100 * 20 / 60)


def test_answers_on_files_that_were_not_drawn_are_not_counted() -> None:
    given = reviewed(["yes", "no"])
    more = pd.DataFrame({"case_id": ["elsewhere"], "question": [OFFERS_ALL], "answer": ["yes"]})
    further = {"reviews": pd.concat([given.further["reviews"], more])}
    assert (
        rows_of(material(coded(), weights={"case 0": 3.0, "case 1": 3.0}, further=further)).loc[
            "yes", "numerator"
        ]
        == 1
    )


def test_answers_are_weighted_where_strata_were_read_unequally() -> None:
    rows = rows_of(reviewed(["yes"] * 2 + ["no"] * 2, weights=[100.0, 100.0, 50.0, 50.0]))
    assert rows.loc["yes", "value"] == pytest.approx(100 * 200 / 300)
    assert rows.loc["yes", "numerator"] == 2
    assert rows.loc["yes", "base"].endswith("weighted to the 300 cases of the frame")


def test_every_question_answered_has_its_wording_and_pillar() -> None:
    table = pd.DataFrame(
        [("case 0", question.id, question.answers[0]) for question in QUESTIONS.questions],
        columns=["case_id", "question", "answer"],
    )
    found = review_results(
        material(coded(), weights={"case 0": 2.0}, further={"reviews": table}), QUESTIONS
    ).table
    assert found.drop_duplicates("indicator")["label"].tolist() == [q.wording for q in QUESTIONS.questions]
    assert set(found["pillar"]) == {1, 2, 3, 4, 5, 6}


def test_without_reviews_there_are_no_answers_and_the_indicators_are_as_before() -> None:
    given = material(coded(("a", 1, 1, "sus-digital")))
    results, answers = compute_indicators(given), review_results(given, QUESTIONS)
    assert answers.table.empty
    pd.testing.assert_frame_equal((results + answers).table, results.table)
    kept, released = part_answers(release_indicators(decide(results + answers, FIVE)))
    assert len(kept.table) == len(results.table)
    assert released.table.empty


def test_released_answers_are_parted_from_the_indicators_and_keep_their_order() -> None:
    given = reviewed(["yes"] * 12 + ["no"] * 9)
    measured = compute_indicators(given) + review_results(given, QUESTIONS)
    parts = part_answers(release_indicators(decide(measured, FIVE)))
    indicators, answers = (part.table for part in parts)
    assert not indicators["indicator"].str.startswith("answer-").any()
    assert answers["indicator"].unique().tolist() == [f"answer-{OFFERS_ALL}"]
    assert answers["group"].tolist() == ["yes", "partly", "no", "not applicable", "not recorded"]
    assert answers.set_index("group").loc["yes", "numerator"] == 12
    assert answers.set_index("group").loc["partly", "status"] == "zero"


def possible(answers: pd.DataFrame, files: int) -> list[dict[str, int]]:
    """All ways to deal the files to the answers that agree with what is printed."""
    names = answers["group"].tolist()
    told = {row["group"]: row for row in answers.to_dict("records")}
    found = []
    for counts in product(range(files + 1), repeat=len(names) - 1):
        if sum(counts) > files:
            continue
        dealt = dict(zip(names, (*counts, files - sum(counts)), strict=True))
        arises = files - dealt["not applicable"]
        if all(
            (pd.isna(row["numerator"]) or dealt[name] == row["numerator"])
            and (
                pd.isna(row["denominator"])
                or row["denominator"] == (files if name == "not applicable" else arises)
            )
            for name, row in told.items()
        ):
            found.append(dealt)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_no_small_number_of_files_can_be_worked_out_from_the_other_answers(seed: int) -> None:
    draw = np.random.default_rng(seed)
    offered = QUESTIONS.by_id[OFFERS_ALL].answers
    dealt = dict(zip(offered, draw.multinomial(20, draw.dirichlet(np.full(5, 0.7))), strict=True))
    given = reviewed([answer for answer, times in dealt.items() for _ in range(times)])
    # released together, as the other indicators print how many files were read
    results = compute_indicators(given) + review_results(given, QUESTIONS)
    _, answers = part_answers(release_indicators(decide(results, FIVE)))
    ways = possible(answers.table, 20)
    assert {name: int(times) for name, times in dealt.items()} in ways
    for name, times in dealt.items():
        if FIVE.is_small(times):
            assert max(way[name] for way in ways) >= FIVE.threshold


def test_answers_on_a_dip_sample_are_counted_by_outcome_and_enter_no_share() -> None:
    main = reviewed(["yes"] * 6 + ["no"] * 4)
    others = pd.DataFrame({"case_id": ["dip 1", "dip 2", "dip 3", "dip 4"], "question": OFFERS_ALL})
    others = others.assign(answer=["no", "no", "not recorded", "not answered"])
    both = replace(main, further={"reviews": pd.concat([main.further["reviews"], others])})
    pd.testing.assert_frame_equal(rows_of(both), rows_of(main))
    dips = pd.DataFrame(
        {"case_id": ["dip 1", "dip 2", "case 0", "dip 3", "dip 4"], "outcome": ["16"] * 3 + ["18"] * 2}
    )
    counts = dip_answers(both.further["reviews"], dips, QUESTIONS)
    asked = counts[counts["question"] == OFFERS_ALL].set_index(["outcome", "answer"])
    assert asked.loc[("16", "no"), ["files", "reviewed"]].tolist() == [2, 3]
    assert asked.loc[("16", "yes"), "files"] == 1  # read for the main sample, and drawn for both
    assert asked.loc[("18", "not recorded"), ["files", "reviewed"]].tolist() == [1, 1]
    assert counts.loc[counts["question"] == ALWAYS_ARISES, "reviewed"].eq(0).all()


def test_a_question_answered_on_dip_samples_alone_has_no_share() -> None:
    answers = pd.DataFrame({"case_id": ["dip 1"], "question": [OFFERS_ALL], "answer": ["no"]})
    assert rows_of(replace(reviewed(["yes"]), further={"reviews": answers})).empty
