"""The draw of units: strata by what the machine said, weights that add up, nothing drawn twice."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from nlp.audit.accuracy import accuracy, corrected_balance, print_accuracy
from nlp.audit.draw import DrawError, draw_units, frame_of, stratified
from nlp.audit.groups import accuracy_by_group
from nlp.audit.shares import effective_number, ratio_interval, share_of

ROWS = ["case_id", "entry_no", "unit_no", "start", "end", "code", "counts", "source"]


def made(silent: int = 200, hits: int = 40) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Units of one force in cases of twenty, and the machine's rows on the first of them."""
    number = silent + hits + 30
    frame = pd.DataFrame(
        {
            "unit_id": [f"c{at // 20}/1/{at % 20}" for at in range(number)],
            "force": "f",
            "case_id": [f"c{at // 20}" for at in range(number)],
            "entry_no": 1,
            "unit_no": [at % 20 for at in range(number)],
            "author_role": ["OIC", "DS"] * (number // 2),
        }
    )
    given = [
        ("sus-digital", True, "rules"),
        ("vic-disbelief", False, "rules"),
        ("sus-movements", True, "model"),
    ]
    codes = [given[0]] * hits + [given[1]] * 15 + [given[2]] * 15
    coding = frame.head(len(codes)).assign(
        code=[code for code, _, _ in codes],
        counts=[counts for _, counts, _ in codes],
        source=[source for _, _, source in codes],
    )
    return stratified(frame, coding), coding


def test_strata_are_force_kind_and_code_or_role() -> None:
    frame, _ = made()
    assert set(frame["stratum"]) == {
        "f | rules | sus-digital",
        "f | near | vic-disbelief",
        "f | reader | sus-movements",
        "f | silent | OIC",
        "f | silent | DS",
    }


def test_a_unit_with_several_codes_lies_with_the_rarest_and_one_that_counts_goes_first() -> None:
    frame, coding = made()
    more = coding.head(12).assign(code="vic-disbelief", counts=True)
    beside = coding.head(1).assign(code="vic-mental-health", counts=False)
    again = stratified(frame[frame.columns[:6]], pd.concat([coding, more, beside]))
    assert again["stratum"].iloc[0] == "f | rules | vic-disbelief"


def test_small_strata_of_a_kind_are_joined() -> None:
    frame, _ = made(hits=4)
    assert "f | rules | others" in set(frame["stratum"])


def test_weights_of_a_stratum_add_up_to_its_units_and_no_unit_comes_twice() -> None:
    frame, _ = made()
    first = draw_units(frame, 60, seed="s", sparing=True)
    second = draw_units(frame, 60, seed="t", without=set(first["unit_id"]))
    for drawn in (first, second):
        assert len(drawn) == 60
        sums = drawn.groupby("stratum")["weight"].sum()
        assert sums.to_dict() == pytest.approx(frame["stratum"].value_counts().to_dict())
    assert set(first["unit_id"]).isdisjoint(second["unit_id"])


def test_a_draw_depends_on_seed_and_references_alone() -> None:
    frame, _ = made()
    shuffled = frame.sample(frac=1, random_state=1)
    assert set(draw_units(frame, 50, seed="s")["unit_id"]) == set(
        draw_units(shuffled, 50, seed="s")["unit_id"]
    )
    assert set(draw_units(frame, 50, seed="s")["unit_id"]) != set(draw_units(frame, 50, seed="t")["unit_id"])


def test_silent_units_are_a_large_part_and_a_draw_of_all_takes_all() -> None:
    frame, _ = made()
    kinds = draw_units(frame, 60, seed="s")["kind"].value_counts()
    assert kinds["silent"] >= 20
    everything = draw_units(frame, 10_000, seed="s")
    assert len(everything) == len(frame)
    assert set(everything["weight"]) == {1.0}


def test_too_small_a_draw_and_notes_of_another_run_are_refused() -> None:
    frame, _ = made()
    with pytest.raises(DrawError, match="at least 10"):
        draw_units(frame, 9, seed="s")
    notes = pd.DataFrame({"case_id": ["c0"], "entry_no": [1], "text": ["IP seen. SUSP arrested."]})
    rows = pd.DataFrame([("c0", 1, 1, 0, 999, "sus-digital", True, "rules")], columns=ROWS)
    with pytest.raises(DrawError, match="notes do not have"):
        frame_of(notes, rows, force="f")
    empty = pd.concat([notes, notes.assign(case_id="c9", text=None)])
    for table in (notes, empty):
        assert list(frame_of(table, rows.head(0), force="f")["unit_id"]) == ["c0/1/1", "c0/1/2"]


def judged(frame: pd.DataFrame, true: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    gold = pd.DataFrame({"unit_id": true, "code": "sus-digital", "counts": True})
    return frame.assign(weight=1.0), gold


def test_where_every_unit_is_read_precision_and_recall_are_known_for_sure() -> None:
    frame, coding = made()
    units = list(frame["unit_id"])
    # 30 of the 40 it gave, and 10 on units where the machine was silent
    everything, gold = judged(frame, units[:30] + units[-10:])
    row = accuracy(frame, coding, everything, gold, codes=["sus-digital"]).set_index("name")
    found = row.loc["sus-digital"]
    assert found[["precision", "precision_low", "precision_high"]].tolist() == pytest.approx([0.75] * 3)
    assert found[["recall", "recall_low", "recall_high"]].tolist() == pytest.approx([0.75] * 3)
    assert (found["machine"], found["missed"], found["missed_silent"]) == (40, 10, 10)


def test_a_code_is_not_taken_for_one_whose_name_goes_on() -> None:
    frame, coding = made()
    split = pd.concat([coding.iloc[10:], coding.head(10).assign(code="sus-digital-cloud")])
    everything, gold = judged(frame, list(frame["unit_id"][:40]))
    found = accuracy(frame, split, everything, gold, codes=["sus-digital"]).set_index("name")
    assert found.loc["sus-digital", ["machine", "missed"]].tolist() == [30, 10]
    assert found.loc["suspect-focus", "machine"] == 55


def test_units_stand_for_others_by_their_weight() -> None:
    frame, coding = made()
    drawn = frame.iloc[[0, 1, 40, 55, -1, -2]].assign(weight=[20, 20, 15, 15, 100, 100])
    gold = pd.DataFrame({"unit_id": drawn["unit_id"].iloc[[0, 1, 4]], "code": "sus-digital", "counts": True})
    found = accuracy(frame, coding, drawn, gold, codes=["sus-digital"]).set_index("name")
    assert found.loc["sus-digital", "missed_silent"] == pytest.approx(100)
    assert found.loc["sus-digital", "recall"] == pytest.approx(40 / 140)


def test_finding_nothing_missed_is_no_proof_that_nothing_is() -> None:
    frame, coding = made()
    drawn = draw_units(frame, 100, seed="s")
    gold = coding.loc[coding["code"].eq("sus-digital"), ["unit_id", "code", "counts"]]
    found = accuracy(frame, coding, drawn, gold, codes=["sus-digital"]).set_index("name")
    assert found.loc["sus-digital", "recall"] == 1
    assert found.loc["sus-digital", "recall_low"] < 0.99


def test_a_code_nobody_gave_is_undefined_and_printed_so() -> None:
    frame, coding = made()
    table = accuracy(frame, coding, *judged(frame, []), codes=["vic-records-trawl"])
    shown = print_accuracy(table).set_index("name").loc["vic-records-trawl"]
    assert list(shown[["precision", "recall", "f1"]]) == ["n/a"] * 3


def test_errors_by_group_are_weighted_and_of_all_units_together_those_of_the_audit() -> None:
    frame, coding = made(silent=600)
    drawn = draw_units(frame, 200, seed="s")
    truly = coding.loc[coding["code"].eq("sus-digital"), "unit_id"]
    missed = frame.loc[frame["kind"].eq("silent"), "unit_id"].iloc[::6]
    gold = pd.DataFrame({"unit_id": [*truly, *missed], "code": "sus-digital", "counts": True})
    gold = gold[gold["unit_id"].isin(drawn["unit_id"])]
    whole = accuracy(frame, coding, drawn, gold, codes=()).set_index("name").loc["suspect-focus"]
    groups = pd.Series("all", index=frame["unit_id"], name="force")
    found = accuracy_by_group(frame, coding, drawn, gold, groups).set_index("orientation")
    assert found.loc["suspect-focus", "recall"] == pytest.approx(whole["recall"])
    assert whole["recall"] < 0.6 < len(truly) / (len(truly) + gold["unit_id"].isin(missed).sum())
    assert math.isnan(found.loc["victim-credibility", "recall"])


def test_effective_number_is_that_of_a_simple_draw() -> None:
    assert effective_number(np.full(50, 1e9)) == pytest.approx(50)
    assert math.isinf(effective_number(np.ones(50)))
    assert effective_number(np.array([1e6, 1e6, 1e9])) < 2


def test_the_balance_is_put_right_by_what_people_found() -> None:
    frame, coding = made()
    units = list(frame["unit_id"])
    everything, suspect = judged(frame, units[:40])
    victim = pd.DataFrame({"unit_id": units[-60:], "code": "vic-disbelief", "counts": True})
    cases = pd.DataFrame({"case_id": sorted(set(frame["case_id"])), "weight": 1.0, "stratum": "all"})
    found = corrected_balance(frame, coding, everything, pd.concat([suspect, victim]), cases)
    assert found["machine"] == 1
    assert found["corrected"] == pytest.approx((40 - 60) / 100)
    assert found["corrected_low"] == found["corrected_high"] == pytest.approx(found["corrected"])


def test_a_share_has_the_mid_p_interval_and_a_ratio_of_one_share_the_same() -> None:
    share = share_of(np.arange(60) < 6, np.full(60, 1e9), number=60.0)
    assert share.estimate == pytest.approx(0.1)
    for end, tail in ((share.low, binom.sf), (share.high, lambda count, n, p: binom.cdf(count - 1, n, p))):
        assert tail(6, 60, end) + binom.pmf(6, 60, end) / 2 == pytest.approx(0.025)
    ratio = ratio_interval(np.array([50.0]), np.array([0.0]), [share], known=(0.0, 50.0))
    assert ratio == pytest.approx((share.estimate, share.low, share.high))


def test_a_balance_without_any_victim_credibility_seen_keeps_its_doubt() -> None:
    frame, coding = made()
    drawn = draw_units(frame, 100, seed="s")
    gold = coding.loc[coding["counts"], ["unit_id", "code", "counts"]]
    gold = gold[gold["unit_id"].isin(drawn["unit_id"])]
    cases = pd.DataFrame({"case_id": sorted(set(frame["case_id"])), "weight": 3.0, "stratum": "all"})
    found = corrected_balance(frame, coding, drawn, gold, cases)
    assert (found["corrected"], found["corrected_high"]) == (1, 1)
    assert found["corrected_low"] < 0.95
