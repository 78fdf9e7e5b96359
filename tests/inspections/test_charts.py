import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_material import cases_of, coded, effort, material

from inspections.charts import (
    LOOKS,
    Chart,
    balance_chart,
    codes_chart,
    outcomes_chart,
    sample_chart,
    save_chart,
    timeliness_chart,
)
from inspections.disclosure import Policy, decide, release_indicators
from inspections.indicators import compute_indicators
from inspections.rounding import per_cent

BALANCES = pd.DataFrame(
    {
        "case": [f"C{n:02}" for n in range(1, 9)],
        "balance": [-0.8, 0.5, np.nan, 0.0, 0.2, -0.1, 0.9, -0.33],
        "status": ["shown", "shown", "too few", "shown", "shown", "shown", "shown", "shown"],
    }
)
CODES = pd.DataFrame(
    {
        "code": ["vic-a", "vic-b", "vic-c", "sus-a", "sus-b"],
        "title": ["Delay", "Intoxication", "Records", "Phones of the suspect", "Alibi"],
        "orientation": ["victim-credibility"] * 3 + ["suspect-focus"] * 2,
        "units": [40, None, None, 61, 0],
        "cases": [15, None, None, 14, 0],
        "status": ["shown", "suppressed", "suppressed", "shown", "zero"],
    }
)


def indicators() -> pd.DataFrame:
    types = ["1"] * 12 + ["14"] * 3 + ["15"] * 25 + ["16"] * 40
    cases = cases_of(
        outcome_type=types,
        closed_on=pd.to_datetime(["2025-06-01"] * 80),
        reported_on=pd.to_datetime("2025-01-01") - pd.to_timedelta(np.arange(80), unit="D"),
        recorded_on=pd.to_datetime(["2025-01-02"] * 80),
    )
    results = compute_indicators(material(coded(*effort("x", victim=3, suspect=3)), cases=cases))
    return release_indicators(decide(results, Policy(threshold=5))).table


def charts() -> list[Chart]:
    released = indicators()
    made = [
        balance_chart(BALANCES),
        codes_chart(CODES),
        outcomes_chart(released),
        timeliness_chart(released),
        timeliness_chart(released, group="charged"),
    ]
    return [chart for chart in made if chart is not None]


def test_every_chart_is_the_same_bytes_twice_and_loads_nothing(tmp_path: Path):
    for first, again in zip(charts(), charts(), strict=True):
        (tmp_path / "again").mkdir(exist_ok=True)
        one, two = save_chart(first, tmp_path), save_chart(again, tmp_path / "again")
        assert one.read_bytes() == two.read_bytes()
        svg = one.read_text(encoding="utf-8")
        assert "<dc:date>" not in svg
        assert "<text" not in svg  # letters are drawn, so no font is needed
        assert not re.search(r'(href|src)="(?!#)', svg)


def test_saving_twice_gives_the_same_file(tmp_path: Path):
    chart = balance_chart(BALANCES)
    assert save_chart(chart, tmp_path).read_bytes() == save_chart(chart, tmp_path).read_bytes()


def test_every_chart_has_words_made_from_its_numbers():
    made = charts()
    assert [chart.id for chart in made] == [
        "balance",
        "codes",
        "outcomes-closed",
        "timeliness-force",
        "timeliness-charged",
    ]
    for chart in made:
        assert len(chart.alt) > len(chart.caption) > 30
        assert any(character.isdigit() for character in chart.alt)


def test_the_balance_chart_counts_both_sides_and_says_what_is_left_out():
    chart = balance_chart(BALANCES)
    assert chart.alt == (
        "One mark for each of 7 case files, sorted by balance of effort from -0.80 to +0.90. 3 lie on the "
        "side of testing the victim (open marks, left of nought), 3 on the side of investigating the suspect "
        "(filled marks, right), and 1 on nought. 1 with fewer than five counted units are left out."
    )


def test_what_is_suppressed_is_named_in_words_and_has_no_number_anywhere():
    chart = codes_chart(CODES)
    assert chart.alt.endswith(" Suppressed: Intoxication; Records. None: Alibi.")
    assert "13" not in chart.alt
    drawn = [text.get_text() for text in chart.figure.axes[0].texts]
    assert drawn.count(" suppressed") == 2
    assert " zero" in drawn
    assert " 13" not in drawn


def test_orientation_is_told_without_colour():
    assert len({hatch for _, hatch in LOOKS.values()}) == len(LOOKS)
    hatches = {bar.get_hatch() for bar in codes_chart(CODES).figure.axes[0].patches}
    assert hatches == {"////", ""}


def test_outcomes_name_the_base_and_the_largest():
    chart = outcomes_chart(indicators())
    assert chart.caption == (
        "Outcomes given in the period, per cent of 80 cases closed with an outcome in the period."
    )
    assert (
        "Largest: 15: Suspect identified; victim supports; evidential difficulties, 31 per cent;" in chart.alt
    )


def test_charts_and_their_words_round_halves_up_as_findings_do():
    row = {"indicator": "days-report-to-closure", "group": "force", "status": "shown", "value": 132.5}
    chart = timeliness_chart(pd.DataFrame([row | {"low": None, "high": None}]))
    assert "Report to closure, 133 days." in chart.alt
    assert [text.get_text() for text in chart.figure.axes[0].texts] == ["133 days"]


def test_medians_not_recorded_are_said_to_be():
    chart = timeliness_chart(indicators())
    assert "Report to crime record, 41 days" in chart.alt
    assert "Report to the first interview" in chart.alt.split("Not recorded: ")[1]


def test_the_sample_chart_of_a_force_whose_every_stratum_is_hidden_says_so() -> None:
    hidden = pd.array([pd.NA, pd.NA], dtype="Int64")
    strata = pd.DataFrame({"stratum": ["charged", "police NFA"], "frame": hidden, "sample": hidden})
    drawn = [text.get_text() for text in sample_chart(strata).figure.axes[0].texts]
    assert drawn == [" suppressed", " suppressed"]


def test_the_sample_chart_says_how_many_of_each_stratum_are_read():
    strata = pd.DataFrame({"stratum": ["charged", "police NFA"], "frame": [30, None], "sample": [6, None]})
    chart = sample_chart(strata.astype({"frame": "Int64", "sample": "Int64"}))
    assert chart.alt.endswith(
        "Read: Charged or summonsed, 6 of 30; No further action, decided by police, suppressed."
    )
    unread = sample_chart(strata.assign(sample=None).astype({"frame": "Int64", "sample": "Int64"}))
    assert unread.alt.endswith(
        "Read: Charged or summonsed, suppressed, of 30; No further action, decided by police, suppressed."
    )
    assert unread.table["status"].tolist() == ["suppressed", "suppressed"]
    assert not unread.table["stratum"].str.contains("NFA").any()


def told_numbers(alt: str) -> list[str]:
    return re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?", alt)


def test_the_words_of_every_chart_agree_with_the_table_behind_it():
    """Each number told of a row is that of the row; each row without a number is named by its status."""
    by_id = {chart.id: chart for chart in charts()}
    outcomes, codes = by_id["outcomes-closed"], by_id["codes"]
    largest = outcomes.table[outcomes.table["status"] == "shown"].nlargest(4, "value")
    for name, value in zip(largest["outcome"], largest["value"], strict=True):
        assert f"{name}, {per_cent(value)} per cent" in outcomes.alt
    shown = codes.table[codes.table["status"] == "shown"]
    for _, rows in shown.groupby("orientation"):
        longest = rows.loc[rows["units"].astype(int).idxmax()]
        assert f"most often {longest['title']} ({int(longest['units'])} units)" in codes.alt
    for name in ("timeliness-force", "timeliness-charged"):
        rows = by_id[name].table
        for row in rows[rows["status"] == "shown"].to_dict("records"):
            assert re.search(rf"{re.escape(row['stage'])}, {int(row['value'])} days?[;.]", by_id[name].alt)
        told = told_numbers(by_id[name].alt)
        assert len(told) == rows["status"].eq("shown").sum()
    for chart in (outcomes, codes):
        rows = chart.table
        label = "outcome" if "outcome" in rows else "title"
        for status, words in (("suppressed", "Suppressed"), ("zero", "None")):
            names = list(rows.loc[rows["status"] == status, label])
            assert (f" {words}: {'; '.join(names)}." in chart.alt) == bool(names)


def test_the_words_of_a_chart_change_with_its_numbers():
    before, more = balance_chart(BALANCES).alt, BALANCES.assign(balance=BALANCES["balance"].abs())
    assert "0 lie on the side of testing the victim" in balance_chart(more).alt != before
    swapped = CODES.assign(units=[40, None, None, 61, 90], status=["shown", *CODES["status"][1:4], "shown"])
    assert "most often Alibi (90 units)" in codes_chart(swapped).alt
    rows = indicators()
    fewer = rows.assign(value=rows["value"].where(rows["indicator"] != "outcomes-closed", rows["value"] / 2))
    assert told_numbers(outcomes_chart(fewer).alt) != told_numbers(outcomes_chart(rows).alt)


def test_the_part_of_a_stratum_that_is_read_is_written_beside_its_bar():
    strata = pd.DataFrame({"stratum": ["charged", "police NFA"], "frame": [30, 60], "sample": [6, 12]})
    drawn = [text.get_text() for text in sample_chart(strata).figure.axes[0].texts]
    assert drawn == [" 6 of 30", " 12 of 60"]


def test_dollars_in_a_force_s_own_words_are_drawn_as_they_are(tmp_path: Path):
    strata = pd.DataFrame({"stratum": ["$9, 5% or $20"], "frame": [30], "sample": [6]})
    assert save_chart(sample_chart(strata), tmp_path).is_file()


def test_letters_are_large_enough_to_read_on_paper():
    for chart in charts():
        axes = chart.figure.axes[0]
        printed = 6.22 / chart.figure.get_size_inches()[0]  # the width of the text of a page
        letters = [*axes.texts, *axes.get_yticklabels(), *axes.get_xticklabels(), axes.xaxis.label]
        assert min(text.get_fontsize() for text in letters) * printed >= 8


def test_text_is_horizontal():
    for chart in charts():
        chart.figure.draw_without_rendering()
        axes = chart.figure.axes[0]
        assert {text.get_rotation() for text in [*axes.get_yticklabels(), *axes.texts]} <= {0.0}


@pytest.mark.parametrize("make", [balance_chart, codes_chart, outcomes_chart, timeliness_chart])
def test_nothing_released_gives_no_chart(make):
    columns = ["case", "balance", "status", "orientation", "units", "title", "indicator", "group", "value"]
    assert make(pd.DataFrame(columns=columns)) is None


def test_charts_leave_the_settings_of_the_notebook_alone():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    charts()
    assert dict(mpl.rcParams) == before
