"""Agreement: published worked examples to the printed digit, degenerate tables, and tables of codings."""

import math

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from nlp.audit.agreement import (
    Tally,
    agreement,
    agreement_over_rounds,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
    positive_agreement,
    print_agreement,
)


def ratings(*coders: str) -> pd.DataFrame:
    """A column a coder, a character a unit; a full stop is a value missing."""
    return pd.DataFrame(
        {at: [None if mark == "." else mark for mark in row] for at, row in enumerate(coders)}
    )


def table(counts: list[list[int]]) -> pd.DataFrame:
    """Ratings of two coders that give this table."""
    pairs = [
        pair for i, row in enumerate(counts) for j, n in enumerate(row) for pair in [(str(i), str(j))] * n
    ]
    return pd.DataFrame(pairs)


def total(found: pd.DataFrame, categories: list[str] | None = None) -> Tally:
    return Tally.of(found, categories).total()


# Krippendorff 2011, sections A, B and C: two observers, two observers with five values, four observers
# with values missing. The last is also Gwet's example for four raters. Where each was seen in print stands in
# nlp/audit/README.md; SKEWED was not, and is checked by hand:
# kappa = (.944 - .94528) / (1 - .94528), AC1 = (.944 - .054432) / (1 - .054432).
MEG_AND_OWEN = ratings("0100000010", "1110010000")
BEN_AND_GERRY = ratings("aabbdcccedda", "babbbccceddd")
FOUR_OBSERVERS = ratings("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
SKEWED = [[118, 5], [2, 0]]


@pytest.mark.parametrize(
    ("found", "printed"), [(MEG_AND_OWEN, 0.095), (BEN_AND_GERRY, 0.692), (FOUR_OBSERVERS, 0.743)]
)
def test_alpha_is_what_krippendorff_prints(found: pd.DataFrame, printed: float) -> None:
    assert round(float(krippendorff_alpha(total(found))), 3) == printed


def test_alpha_of_the_four_observers_by_hand() -> None:
    # his matrix of observed coincidences: 40 pairable values, 9 + 13 + 10 + 5 + 3, of which
    # 7 + 10 + 8 + 4 + 3 lie on the diagonal; the value that stands alone in its unit is not pairable
    tally = total(FOUR_OBSERVERS)
    assert tally.coincidences.sum(axis=1).tolist() == pytest.approx([9, 13, 10, 5, 3])
    assert np.diag(tally.coincidences).tolist() == pytest.approx([7, 10, 8, 4, 3])
    chance = 9 * 8 + 13 * 12 + 10 * 9 + 5 * 4 + 3 * 2
    assert float(krippendorff_alpha(tally)) == pytest.approx((39 * 32 - chance) / (40 * 39 - chance))


def test_ac1_is_what_gwet_prints() -> None:
    assert float(gwet_ac1(total(FOUR_OBSERVERS))) == pytest.approx(0.77544, abs=5e-6)
    assert float(gwet_ac1(total(table(ABSTRACTORS)))) == pytest.approx(0.8493, abs=5e-5)
    assert float(gwet_ac1(total(table(SKEWED)))) == pytest.approx(0.9408, abs=5e-5)


def test_kappa_of_nearly_one_sided_tables_is_below_nothing_though_coders_agree() -> None:
    tally = total(table(SKEWED))
    assert float(percent_agreement(tally)) == pytest.approx(0.944)
    assert float(cohen_kappa(tally)) == pytest.approx(-0.0234, abs=5e-5)


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_that_of_statsmodels(seed: int) -> None:
    counts = np.random.default_rng(seed).integers(0, 20, size=(3, 3))
    ours = float(cohen_kappa(total(table(counts.tolist()), ["0", "1", "2"])))
    assert ours == pytest.approx(cohens_kappa(counts).kappa)


def test_positive_agreement_is_the_f1_of_one_coder_against_the_other() -> None:
    assert float(positive_agreement(total(table([[6, 2], [4, 88]])))) == pytest.approx(12 / (12 + 2 + 4))


def test_what_is_undefined_is_not_a_number() -> None:
    alone = total(ratings("ab", ".."))
    same = total(ratings("aaa", "aaa"), ["a", "b"])
    for tally in (alone, same):
        assert math.isnan(krippendorff_alpha(tally))
        assert math.isnan(cohen_kappa(tally))
    assert math.isnan(gwet_ac1(alone))
    assert math.isnan(percent_agreement(alone))
    assert float(percent_agreement(same)) == 1


def test_perfect_and_opposite_coders() -> None:
    perfect, opposite = total(ratings("abab", "abab")), total(ratings("abab", "baba"))
    for measure in (krippendorff_alpha, cohen_kappa, gwet_ac1):
        assert float(measure(perfect)) == pytest.approx(1)
        assert float(measure(opposite)) < 0


def codings(*given: tuple[str, str, str, str]) -> pd.DataFrame:
    found = pd.DataFrame(given, columns=["unit_id", "coder", "code", "polarity"])
    counts = found["code"].str.startswith(("vic-", "sus-")) & found["polarity"].eq("affirmed")
    return found.assign(counts=counts)


CODES = ("vic-disbelief", "sus-digital", "oth-admin")
POLARITY = {"polarity": ("affirmed", "rebutted", "not-done")}


def audited(cases: int = 12) -> tuple[pd.DataFrame, pd.DataFrame]:
    units = pd.DataFrame(
        [(f"{case}/{unit}", str(case), who) for case in range(cases) for unit in range(3) for who in "AB"],
        columns=["unit_id", "case_id", "coder"],
    )
    given = []
    for case in range(cases):
        given += [(f"{case}/0", who, "vic-disbelief", "affirmed") for who in "AB"]
        given += [(f"{case}/1", "A", "vic-disbelief", "rebutted")]
        given += [(f"{case}/1", "B", "oth-admin", "affirmed")]
        given += [(f"{case}/2", who, "oth-admin", "affirmed") for who in "AB"]
    return units, codings(*given)


def test_agreement_is_told_for_orientations_codes_and_attributes() -> None:
    found = agreement(*audited(), codes=CODES, attributes=POLARITY, seed="s", draws=200)
    rows = found.set_index("name")
    assert list(found["about"]) == ["orientation"] * 2 + ["code"] * 3 + ["attribute"]
    assert rows.loc["victim-credibility", "alpha"] == 1  # the code they differ on counts for neither
    assert rows.loc["vic-disbelief", "percent"] == pytest.approx(2 / 3)
    assert rows.loc["vic-disbelief", "positive"] == pytest.approx(2 / 3)
    assert rows.loc["polarity", "units"] == 12  # only where both gave the code


def test_agreement_that_rests_on_one_case_is_not_called_reliable() -> None:
    units, _ = audited(cases=20)
    alike = [("0/0", who, "vic-disbelief", "affirmed") for who in "AB"]
    alike += [(f"{case}/0", who, "sus-digital", "affirmed") for case in range(10) for who in "AB"]
    apart = [("1/0", "A", "vic-disbelief", "affirmed"), ("0/1", "A", "vic-disbelief", "affirmed")]
    apart += [("0/1", "B", "vic-disbelief", "affirmed")]
    found = agreement(units, codings(*alike, *apart), codes=CODES, attributes={}, seed="s", draws=500)
    assert found.set_index("name").loc[["vic-disbelief", "sus-digital"], "verdict"].tolist() == [
        "unsure",
        "reliable",
    ]


def test_a_code_that_nobody_gave_is_undefined_and_printed_so() -> None:
    found = agreement(*audited(), codes=CODES, attributes=POLARITY, seed="s", draws=50)
    shown = print_agreement(found).set_index("name").loc["sus-digital"]
    assert list(shown[["alpha", "kappa", "ac1", "positive", "verdict"]]) == ["n/a"] * 5
    assert shown["percent"].startswith("1.00")


def test_a_unit_one_coder_left_open_is_no_disagreement() -> None:
    units, given = audited()
    later = units[~((units["coder"] == "B") & units["unit_id"].str.endswith("/1"))]
    found = agreement(
        later, given[given["unit_id"].isin(later["unit_id"])], codes=CODES, attributes={}, seed="s"
    )
    rows = found.set_index("name")
    assert rows.loc["vic-disbelief", "units"] == 24
    assert rows.loc["vic-disbelief", "percent"] == 1


def test_few_cases_give_no_interval_and_draws_repeat() -> None:
    few = agreement(*audited(cases=9), codes=CODES, attributes={}, seed="s").set_index("name")
    assert math.isnan(few.loc["vic-disbelief", "alpha_low"])
    first, again = (agreement(*audited(), codes=CODES, attributes={}, seed="s", draws=99) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)


def test_a_fall_of_alpha_between_rounds_is_called_drift() -> None:
    rounds = {
        name: pd.DataFrame({"about": "code", "name": ["vic-disbelief", "sus-digital"], "alpha": alphas})
        for name, alphas in {"pilot": [0.8, 0.8], "main": [0.69, 0.71]}.items()
    }
    assert agreement_over_rounds(rounds)["drifted"].tolist() == [True, False]
