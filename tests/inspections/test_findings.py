import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_material import coded, effort, material

from inspections.disclosure import Policy, decide, release_indicators
from inspections.findings import Finding, as_records, quantifier, strength, write_findings
from inspections.indicators import compute_indicators, definitions
from inspections.sentences import SENTENCES, Sentence
from parameters import PROJECT
from parameters.words import load_words


def released(**changes: object) -> pd.DataFrame:
    row = {
        "indicator": "effort-more-on-victim",
        "group": "force",
        "pillar": 1,
        "unit": "per cent",
        "numerator": 17,
        "denominator": 24,
        "cases": 24,
        "value": 100 * 17 / 24,
        "low": 56.4,
        "high": 85.1,
        "interval": "Wilson",
        "base": "24 sampled case files",
        "status": "shown",
        "weighted_to": None,
    }
    return pd.DataFrame([row | changes])


def finding(**changes: object) -> Finding:
    [only] = write_findings(released(**changes), force="Northshire Police")
    return only


def test_a_share_is_told_with_its_base_its_interval_and_a_word():
    told = finding()
    assert told.statement == (
        "In most of the case files we examined, officers recorded more effort on testing the victim's "
        "account than on investigating the suspect (17 of 24, or 71 per cent; 95 per cent interval 56 to 85)."
    )
    assert told.title == (
        "In most case files, officers recorded more effort on testing the victim's account than on "
        "investigating the suspect"
    )
    assert (told.quantifier, told.strength, told.pillar) == ("most", "moderate", 1)


def test_a_weighted_share_keeps_the_count_and_the_estimate_apart():
    told = finding(value=80.0, low=55.0, high=93.0, weighted_to=212)
    assert told.statement.endswith(
        "than on investigating the suspect. Weighted to the 212 cases they were drawn from, that is most of "
        "them: 80 per cent (95 per cent interval 55 to 93)."
    )


def test_where_every_case_was_counted_no_interval_is_told():
    told = finding(low=None, high=None, interval="every case counted: no sampling error")
    assert told.statement.endswith("(17 of 24, or 71 per cent; every case counted).")


def test_units_from_few_case_files_are_told_in_counts_alone():
    told = finding(
        indicator="records-requests-purpose", group="unstated", pillar=6, numerator=18, denominator=18,
        cases=8, value=100.0,
        low=None, high=None, interval="no interval: the cases do not differ",
        base="18 units about the victim's records in 8 sampled case files",
    )  # fmt: skip
    assert told.statement == (
        "Of the units about seeking or reading the victim's records, all 18 gave no purpose (18 units "
        "about the victim's records in 8 sampled case files)."
    )
    assert (told.quantifier, told.strength) == ("", "indicative")


def test_files_with_too_little_to_compare_are_not_passed_off_as_examined():
    told = finding(base="24 sampled case files with at least 5 counted units, weighted to the 212 cases")
    assert told.statement.startswith(
        "In most of the case files we examined with at least 5 counted units, officers recorded"
    )


@pytest.mark.parametrize(
    ("value", "low", "high", "opening"),
    [(50.0, 40, 60, "In about half of the case files,"),
     (60.0, 51, 69, "In more than half of the case files,"),
     (30.0, 21, 41, "In fewer than half of the case files,"), (95.0, 84, 99, "In nearly all case files,"),
     (100.0, 86, 100, "In all case files we examined,"), (12.0, 6, 21, "In few case files,"),
     (62.0, 46, 76, "In some case files,")],
)  # fmt: skip
def test_titles_read_as_sentences(value: float, low: float, high: float, opening: str):
    assert finding(value=value, low=low, high=high).title.startswith(opening)


def test_a_tiny_base_is_told_in_counts_alone():
    told = finding(numerator=3, denominator=8, cases=8, value=37.5)
    assert "In 3 of the 8 case files" in told.statement
    assert "per cent" not in told.statement
    assert told.quantifier == ""
    assert told.title == "Effort on the victim's account and on the suspect"


def test_none_and_all_are_told_as_such():
    none = finding(numerator=0, value=0.0, low=0.0, high=13.8, status="zero")
    assert none.statement.startswith("We found none among the 24 case files we examined in which officers")
    assert none.quantifier == "none"
    every = finding(numerator=24, value=100.0, low=86.2, high=100.0)
    assert every.statement.startswith("In all 24 case files we examined, officers")


def test_a_share_close_to_none_or_all_is_not_rounded_into_it():
    nearly, hardly = dict(value=99.9, low=99, high=100), dict(value=0.1, low=0, high=1)
    assert "or more than 99 per cent;" in finding(numerator=999, denominator=1000, **nearly).statement
    assert "or less than 1 per cent;" in finding(numerator=1, denominator=1000, **hardly).statement


def test_a_suppressed_number_gives_a_finding_without_any_number():
    blank = dict.fromkeys(["numerator", "denominator", "cases", "value", "low", "high"], pd.NA)
    told = finding(status="suppressed", base="sampled case files", **blank)
    assert not any(character.isdigit() for character in told.statement + told.title + told.id)
    assert "not published" in told.statement
    assert (told.value, told.numerator, told.quantifier, told.strength) == (None, None, "", "")


def test_what_a_force_does_not_record_is_said_of_the_force():
    blank = dict.fromkeys(["numerator", "denominator", "cases", "value", "low", "high"], None)
    assert finding(status="not recorded", **blank).statement == (
        "Effort on the victim's account and on the suspect: Northshire Police does not record what is needed "
        "to say."
    )


def test_a_balance_put_right_tells_what_the_program_counted_beside_it() -> None:
    both = pd.concat(
        [
            released(indicator="effort-balance", unit="balance", value=-0.2, low=-0.4, high=0.0),
            released(indicator="effort-balance-corrected", unit="balance", value=-0.1, low=-0.5, high=0.3),
        ]
    )
    put_right, counted = write_findings(both, force="Northshire Police")
    assert put_right.id == "effort-balance-corrected-force"
    assert "Had people coded every note" in put_right.statement
    assert "95 per cent interval -0.50 to +0.30" in put_right.statement
    own = "By the program's own count the balance is -0.20 (95 per cent interval -0.40 to 0.00)."
    assert put_right.statement.endswith(own)
    assert counted.statement.startswith("By the program's count")


def test_a_balance_is_told_as_units_in_a_hundred():
    told = finding(
        indicator="effort-balance", unit="balance", numerator=-51, denominator=203, value=-0.2512,
        low=-0.4, high=0.049, base="203 counted units in 24 sampled case files",
    )  # fmt: skip
    assert told.statement == (
        "By the program's count, of all effort recorded in the case files we examined, 63 units in 100 went "
        "on testing the victim's account and 37 on investigating the suspect (balance -0.25 between -1 and "
        "+1; 95 per cent interval -0.40 to +0.05; 203 counted units in 24 sampled case files)."
    )


def test_a_median_is_told_in_whole_days_rounded_half_up():
    told = finding(
        indicator="days-report-to-closure", pillar=0, unit="days", numerator=118, denominator=212, cases=118,
        value=312.5, low=280, high=401, base="118 of 212 cases in the frame with both dates",
    )  # fmt: skip
    assert told.statement == (
        "The median time from the report to closure of the case was 313 days (95 per cent interval 280 to "
        "401; 118 of 212 cases in the frame with both dates)."
    )


def test_a_median_of_nought_with_a_long_interval_is_not_taken_for_sure():
    told = finding(indicator="days-report-to-arrest", unit="days", cases=60, value=0, low=0, high=21)
    assert told.strength == "indicative"


def test_a_share_of_units_names_the_units():
    told = finding(
        indicator="records-requests-purpose", group="unstated", pillar=6, numerator=20, denominator=33,
        value=60.6, low=40.1, high=77.7, base="33 units about the victim's records in 15 sampled case files",
    )  # fmt: skip
    assert told.statement == (
        "Of the units about seeking or reading the victim's records, some (61 per cent) gave no purpose (95 "
        "per cent interval 40 to 78; 20 of 33 units about the victim's records in 15 sampled case files)."
    )


def shares() -> st.SearchStrategy[tuple[float, float, float]]:
    return st.tuples(*[st.floats(0, 100)] * 3).map(lambda ends: (sorted(ends)[1], min(ends), max(ends)))


@given(shares())
def test_no_word_claims_more_than_the_share_and_its_interval_bear_out(told: tuple[float, float, float]):
    share, low, high = told
    word = quantifier(share, low, high)
    if word in ("nearly all", "most", "more than half"):
        assert share >= 54.5
        assert low >= 49.5
    elif word in ("very few", "few", "fewer than half"):
        assert share < 44.5
        assert high < 50.5
    elif word == "about half":
        assert 39.5 <= share < 60
        assert low >= 24.5
        assert high < 75.5
    else:
        assert word in ("none", "all", "some")


@given(shares(), st.floats(0, 100))
def test_a_wider_interval_never_makes_a_word_claim_more(told: tuple[float, float, float], wider: float):
    share, low, high = told
    claims = ["some", "about half", "more than half", "most", "nearly all"]
    claims_few = ["some", "about half", "fewer than half", "few", "very few"]
    sure, unsure = quantifier(share, low, high), quantifier(share, min(low, wider), max(high, wider))
    for order in (claims, claims_few):
        if sure in order and unsure in order:
            assert order.index(unsure) <= order.index(sure)


@pytest.mark.parametrize(
    ("per_cent", "word"),
    [(0.01, "very few"), (10, "few"), (24.6, "fewer than half"), (24.4, "few"), (45, "about half"),
     (54.4, "about half"), (54.5, "more than half"), (70, "most"), (90, "nearly all"), (99.99, "nearly all")],
)  # fmt: skip
def test_words_fit_the_whole_per_cent_beside_them(per_cent: float, word: str):
    assert quantifier(per_cent, per_cent, per_cent) == word


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(75, 99, "nearly all"), (74.4, 99, "most"), (54.4, 99, "more than half"), (49.4, 99, "some")],
)  # fmt: skip
def test_the_next_word_stands_where_the_interval_reaches_too_far(low: float, high: float, word: str):
    assert quantifier(92, low, high) == word


@pytest.mark.parametrize("hidden", ["numerator", "denominator", "value", "cases"])
def test_no_word_is_given_where_a_count_behind_it_is_not_published(hidden: str):
    told = finding(**{hidden: None})
    assert told.quantifier == ""
    assert told.title == "Effort on the victim's account and on the suspect"


@given(
    st.sampled_from(["suppressed", "missing", "not recorded"]),
    st.sampled_from([sentence for sentence in SENTENCES if sentence.kind in ("share", "units")]),
)
def test_what_may_not_be_told_is_told_by_no_word_either(status: str, sentence: Sentence):
    blank = dict.fromkeys(["numerator", "denominator", "cases", "value", "low", "high"], None)
    told = finding(
        indicator=sentence.indicator, group=sentence.group, status=status, base="sampled case files", **blank
    )
    assert (told.quantifier, told.title) == ("", sentence.title)
    words = {entry.word for entry in load_words().shares} | {"none", "all"}
    assert not any(f" {word} of the " in told.statement or f"In {word} " in told.statement for word in words)


@pytest.mark.parametrize(
    ("cases", "width", "word"),
    [(30, 20, "strong"), (29, 20, "moderate"), (30, 20.1, "moderate"), (14, 5, "indicative"),
     (100, 41, "indicative"), (30, 0, "strong"), (None, 0, "indicative")],
)  # fmt: skip
def test_strength_of_evidence_follows_the_rule(cases: float | None, width: float, word: str):
    assert strength(cases, width) == word


def test_findings_never_judge():
    words = " ".join(f"{sentence.title} {sentence.says}".lower() for sentence in SENTENCES)
    for judgement in ("good", "poor", "inadequate", "outstanding", "should have", "failed", "unacceptable"):
        assert judgement not in words


def test_an_id_can_be_linked_to_and_cited_whatever_the_group_is_called():
    told = finding(
        indicator="effort-balance-by-interview", group="before the interview", unit="balance", value=-0.2
    )
    assert told.id == "effort-balance-by-interview-before-the-interview"


def test_every_sentence_is_of_an_indicator_and_of_codes_that_exist():
    assert {sentence.indicator for sentence in SENTENCES} <= set(definitions()["id"])
    book = {file.stem for file in (PROJECT / "nlp" / "codebook").glob("*.yml")}
    assert {code for sentence in SENTENCES for code in sentence.codes} <= book


def test_a_finding_names_the_codes_it_counts_and_the_questions_set_beside_it():
    row = {"indicator": "suspect-account-tested", "group": "force"}
    answers = {"indicator": "answer-SU6", "group": "yes"}
    both = pd.concat([released(**row), released(**answers)], ignore_index=True)
    [told] = write_findings(both, force="Northshire Police")
    assert (told.codes, told.questions) == (("sus-account-test",), ("SU6",))
    assert finding(**row).questions == ()


def test_findings_of_a_whole_run_are_in_the_order_of_the_pillars_and_plain_values():
    coding = coded(*(unit for n in range(12) for unit in effort(f"c{n}", victim=6, suspect=2)))
    results = compute_indicators(material(coding))
    told = write_findings(
        release_indicators(decide(results, Policy(threshold=5))).table, force="Northshire Police"
    )
    assert [one.pillar for one in told] == sorted(one.pillar for one in told)
    assert len({one.id for one in told}) == len(told)
    assert json.loads(json.dumps(as_records(told)))[0]["indicators"]
