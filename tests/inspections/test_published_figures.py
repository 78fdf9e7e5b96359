"""Figures of published reports on rape investigations, worked out again with the toolkit's own arithmetic.

The last group holds figures that were printed wrong or on another base: ours must differ from them.
"""

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest

from inspections.indicators.rows import SampledFiles, share_of_counts
from inspections.intervals import wilson


def rounded(value: float, decimals: int) -> float:
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def percent(part: int, of: int) -> float:
    numbers = pd.Series({"these": part, "others": of - part})
    counted = pd.Series({"these": True, "others": False})
    return share_of_counts(numbers, counted, "offences", group="force").value


def ratio(top: float, bottom: float, *, per: float) -> float:
    once = pd.Series({"published": 1.0})
    files = SampledFiles(weight=once, stratum=once.map(str), population=1)
    return files.ratio(top * once, bottom * once, seed="any", units="offences", per=per).value


def change(now: float, before: float) -> float:
    return ratio(now - before, before, per=100)


@pytest.mark.parametrize(
    ("part", "of", "printed", "decimals"),
    [
        pytest.param(43, 59, 72.88, 2, id="smallest action rate, Iliuta and others 2025"),
        pytest.param(1_130, 70_633, 1.6, 1, id="rapes charged, year to September 2022"),
        pytest.param(6_368, 199_021, 3.2, 1, id="sexual offences charged, year to September 2022"),
        pytest.param(1_109, 52_207, 2.1, 1, id="rape convictions, year to March 2021"),
    ],
)
def test_published_shares(part: int, of: int, printed: float, decimals: int) -> None:
    assert rounded(percent(part, of), decimals) == printed


@pytest.mark.parametrize(
    ("now", "before", "printed", "decimals"),
    [
        pytest.param(999, 461, 117, 0, id="police referrals, Q3 2022 on 2019"),
        pytest.param(473, 244, 94, 0, id="CPS charges, Q3 2022 on 2019"),
        pytest.param(467, 231, 102, 0, id="Crown Court receipts, Q3 2022 on 2019"),
        pytest.param(532, 323, 65, 0, id="convictions, first comparison"),
        pytest.param(532, 377, 41, 0, id="convictions, second comparison"),
        pytest.param(757, 666, 13.7, 1, id="CPS rape charges, Q1 to Q2 2022-23"),
        pytest.param(309, 174, 78, 0, id="days in freedom of information answers, first"),
        pytest.param(46, 16, 188, 0, id="days in freedom of information answers, second: 187.5 goes up"),
    ],
)
def test_published_changes(now: int, before: int, printed: float, decimals: int) -> None:
    assert rounded(change(now, before), decimals) == printed


def test_published_mean_of_cases_a_force() -> None:
    assert rounded(ratio(149, 8, per=1), 1) == 18.6


def test_one_sexual_offence_in_thirty_is_charged() -> None:
    assert rounded(ratio(199_021, 6_368, per=1), -1) == 30


@pytest.mark.parametrize(
    ("n", "per_cent", "printed"),
    [
        pytest.param(1_142, 93.0, 1.48, id="Surrey 2018"),
        pytest.param(1_574, 81.2, 1.93, id="Lincolnshire 2018"),
        pytest.param(700, 72.7, 3.30, id="Lincolnshire 2018, violent crime"),
        pytest.param(1_492, 91.3, 1.43, id="Hampshire 2018"),
    ],
)
def test_audited_recording_rates_have_the_published_interval(n: int, per_cent: float, printed: float) -> None:
    # n was worked back from the printed margin of the normal approximation; Wilson's is a hair narrower
    interval = wilson(n * per_cent / 100, n)
    assert 100 * (interval.high - interval.low) / 2 == pytest.approx(printed, abs=0.01)


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        pytest.param({"phase one": 502, "phase two": 54}, 556, id="joint inspection, both phases"),
        pytest.param({"sent back": 200, "charged": 125, "CPS NFA": 125}, 450, id="HMCPSI 2019"),
    ],
)
def test_published_numbers_of_files_are_the_sum_of_their_parts(parts: dict[str, int], total: int) -> None:
    numbers = pd.Series(parts)
    assert share_of_counts(numbers, numbers > 0, "files", group="force").denominator == total


# --- figures that were printed wrong, or on another base ------------------------------------------------


def test_a_share_printed_of_400_was_taken_of_396() -> None:
    assert rounded(percent(280, 400), 1) == 70.0
    assert rounded(percent(280, 396), 1) == 70.7


def test_a_change_printed_as_16_8_rounds_to_16_9() -> None:
    assert rounded(change(3_813, 3_263), 2) == 16.86
    assert rounded(change(3_813, 3_263), 1) == 16.9


def test_unrecorded_crimes_printed_as_285_000_come_to_291_000_from_the_printed_inputs() -> None:
    recorded, rate = 5_300_000, 0.948
    every_crime = ratio(recorded, rate, per=1)
    assert rounded(every_crime - recorded, -3) == 291_000
