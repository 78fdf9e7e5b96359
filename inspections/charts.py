"""Charts for a report: one look, words generated from the numbers, the same bytes twice.

Charts read released tables only. White ground, grey #595959 grid, horizontal text, labels at the marks
instead of keys, and no meaning by colour alone: orientation is also told by hatching, fill or place.
Suppressed, zero and missing are written out where a bar would be.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from inspections.indicators.timeliness import STAGES
from inspections.rounding import days, per_cent, signed, whole
from parameters import PROJECT
from parameters.fields import DECISIONS, OUTCOME_TYPES

__all__ = [
    "GREY",
    "LOOKS",
    "WIDTH",
    "Chart",
    "balance_chart",
    "codes_chart",
    "in_print",
    "margins_chart",
    "outcomes_chart",
    "sample_chart",
    "save_chart",
    "settle",
    "theme",
    "timeliness_chart",
]

GREY = "#595959"
LOOKS: Mapping[str, tuple[str, str]] = {
    "victim-credibility": ("#D55E00", "////"),
    "suspect-focus": ("#0072B2", ""),
}
"""Colour and hatching of each orientation; the pair is told apart with any colour vision, and in print."""

WORDS = {"victim-credibility": "testing the victim", "suspect-focus": "investigating the suspect"}
WIDTH = 6.4
"""Inches, a hair more than the text of a page is wide: letters are printed at nearly their own size."""

for _face in sorted((PROJECT / "reports" / "fonts").glob("*.ttf")):  # the reports' own font, on any machine
    font_manager.fontManager.addfont(_face)


@dataclass(frozen=True)
class Chart:
    """A figure with the words and numbers that must travel with it.

    Attributes
    ----------
    caption : str
        What it shows and of how many.
    alt : str
        The same for someone who cannot see it, with the numbers that matter.
    table : DataFrame
        The numbers drawn.
    """

    id: str
    figure: Figure
    caption: str
    alt: str
    pillar: int
    table: pd.DataFrame

    def _repr_svg_(self) -> str:
        """The chart where a notebook shows it."""
        file = StringIO()
        _save(self.figure, file)
        return file.getvalue()

    def _repr_html_(self) -> str:
        """The chart with its caption and its words for someone who cannot see it."""
        alt = html.escape(self.alt, quote=True)
        svg = self._repr_svg_()
        svg = svg[svg.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{alt}" ', 1)
        return f"<figure>{svg}<figcaption>{html.escape(self.caption)}</figcaption></figure>"


@contextmanager
def theme() -> Iterator[None]:
    """The look of every chart; also what makes an SVG file the same bytes twice."""
    settings: dict[Any, Any] = {
        "font.family": "Open Sans",
        "font.size": 10,
        "axes.edgecolor": GREY,
        "grid.color": GREY,
        "grid.alpha": 0.35,
        "grid.linewidth": 0.6,
        "hatch.linewidth": 0.8,
        "svg.fonttype": "path",
        "text.parse_math": False,  # a dollar in a force's own words is a dollar
        "svg.hashsalt": "inspection",
    }
    with mpl.rc_context(), sns.axes_style("whitegrid"), mpl.rc_context(settings):
        yield


def balance_chart(balances: pd.DataFrame) -> Chart | None:
    """Balance of effort in each case file, sorted; None where the table was not released.

    Parameters
    ----------
    balances : DataFrame
        The released ``balance.csv``.
    """
    scored = balances[balances["status"] == "shown"].sort_values(["balance", "case"], ignore_index=True)
    if scored.empty:
        return None
    victim, suspect = int((scored["balance"] < 0).sum()), int((scored["balance"] > 0).sum())
    with theme():
        figure, axes = _canvas(rows=len(scored), per_row=0.15)
        for row, value in enumerate(scored["balance"].astype(float)):
            look = LOOKS["victim-credibility" if value < 0 else "suspect-focus"][0] if value else GREY
            axes.plot([0, value], [row, row], color=look, linewidth=1.6, zorder=2)
            axes.plot(
                value,
                row,
                "o",
                markersize=6,
                markeredgecolor=look,
                markerfacecolor="white" if value < 0 else look,
            )
        axes.axvline(0, color="black", linewidth=1)
        axes.set(xlim=(-1.05, 1.05), ylim=(-0.8, len(scored) + 0.4), yticks=[])
        axes.set_xlabel(
            "Balance of effort: −1 all on testing the victim, +1 all on investigating the suspect"
        )
        axes.set_title(f"More on the victim: {victim}", loc="left", fontsize=10)
        axes.set_title(f"More on the suspect: {suspect}", loc="right", fontsize=10)
        axes.grid(axis="y", visible=False)
        settle(figure)
    few = len(balances) - len(scored)
    left_out = f" {few:,} with fewer than five counted units are left out." if few else ""
    equal = len(scored) - victim - suspect
    return Chart(
        id="balance",
        figure=figure,
        caption=f"Balance of recorded effort in each of {len(scored):,} case files, a mark a file.{left_out}",
        alt=(
            f"One mark for each of {len(scored):,} case files, sorted by balance of effort from "
            f"{_two(scored, 0)} to {_two(scored, -1)}. {victim:,} lie on the side of testing the victim "
            f"(open marks, left of nought), {suspect:,} on the side of investigating the suspect (filled "
            f"marks, right), and {equal:,} on nought.{left_out}"
        ),
        pillar=1,
        table=balances.reset_index(drop=True),
    )


def codes_chart(codes: pd.DataFrame) -> Chart | None:
    """Counted units of every code, by orientation; None where no code may be shown.

    Parameters
    ----------
    codes : DataFrame
        The released ``codes.csv``.
    """
    table = codes.sort_values(
        ["orientation", "units"], ascending=[False, False], na_position="last", kind="stable"
    )
    table = table.reset_index(drop=True)
    if not table["status"].eq("shown").any():
        return None
    with theme():
        starts = table["orientation"].ne(table["orientation"].shift())
        places = [row + groups for row, groups in enumerate(starts.cumsum() - 1)]  # a gap before each group
        figure, axes = _canvas(rows=len(table) + 2, per_row=0.3)
        looks = [LOOKS[orientation] for orientation in table["orientation"]]
        _bars(axes, table, value="units", label="title", looks=looks, places=places)
        for row in table.index[starts]:
            orientation = table.loc[row, "orientation"]
            words = f"{'Hatched' if LOOKS[orientation][1] else 'Plain'}: {WORDS[orientation]}"
            axes.text(0, places[row] - 0.8, words, va="center", weight="bold")
        axes.set_ylim(top=-1.2)
        axes.set_xlabel("Counted units")
        settle(figure)
    shown = table[table["status"] == "shown"]
    tops = [
        f"{WORDS[orientation]}, most often {title} ({int(units):,} units)"
        for orientation, title, units in zip(
            shown["orientation"], shown["title"], shown["units"], strict=True
        )
        if units == shown.loc[shown["orientation"] == orientation, "units"].iloc[0]
    ]
    groups = " and ".join(WORDS[orientation] for orientation in table["orientation"].unique())
    return Chart(
        id="codes",
        figure=figure,
        caption=f"Counted units by code, in two groups: {groups}.",
        alt=(
            f"Horizontal bars of counted units for {len(table)} codes, in two groups: {groups}. Longest "
            f"bars: {'; '.join(tops)}.{_untold(table, 'title')}"
        ),
        pillar=1,
        table=table,
    )


def outcomes_chart(indicators: pd.DataFrame, *, indicator: str = "outcomes-closed") -> Chart | None:
    """Share of each outcome on one count basis; None where no share may be shown.

    Parameters
    ----------
    indicators : DataFrame
        The released indicator table.
    indicator : str
        Which outcome table: ``outcomes-closed``, ``outcomes-recorded`` or an official one.
    """
    table = indicators[(indicators["indicator"] == indicator) & indicators["group"].isin(list(OUTCOME_TYPES))]
    if not table["status"].eq("shown").any():
        return None
    table = table.sort_values("value", ascending=False, na_position="last", kind="stable", ignore_index=True)
    table["outcome"] = [f"{group}: {OUTCOME_TYPES[group]}" for group in table["group"]]
    with theme():
        figure, axes = _canvas(rows=len(table), per_row=0.42)
        _bars(axes, table, value="value", label="outcome", looks=[(GREY, "")] * len(table), write=_percentage)
        axes.set_xlabel("Per cent of cases")
        settle(figure)
    shown = table[table["status"] == "shown"]
    told = "; ".join(
        f"{row['outcome']}, {per_cent(row['value'])} per cent" for row in shown.head(4).to_dict("records")
    )
    base = shown["base"].iloc[0]
    return Chart(
        id=indicator,
        figure=figure,
        caption=f"{table['label'].iloc[0]}, per cent of {base}.",
        alt=f"Horizontal bars of outcomes as per cent of {base}. Largest: {told}.{_untold(table, 'outcome')}",
        pillar=0,
        table=table,
    )


def timeliness_chart(indicators: pd.DataFrame, *, group: str = "force") -> Chart | None:
    """Median days between milestones with their intervals; None where no median may be shown.

    Parameters
    ----------
    indicators : DataFrame
        The released indicator table.
    group : str
        ``force`` for all cases of the frame, ``charged`` for charged cases.
    """
    words = {name: stage for name, _, _, stage in STAGES}
    table = indicators[indicators["indicator"].isin(list(words)) & (indicators["group"] == group)]
    if not table["status"].eq("shown").any():
        return None
    table = table.assign(
        stage=table["indicator"].map(words).str.replace("^report to", "Report to", regex=True)
    )
    table["stage"] = table["stage"].str[:1].str.upper() + table["stage"].str[1:]
    table = table.reset_index(drop=True)
    with theme():
        figure, axes = _canvas(rows=len(table), per_row=0.42)
        longest = float(table[["value", "high"]].astype(float).max().max())
        for row, record in enumerate(table.to_dict("records")):
            if record["status"] != "shown":
                axes.text(0, row, f" {record['status']}", va="center", style="italic", color=GREY)
                continue
            if pd.notna(record["low"]):
                axes.plot([record["low"], record["high"]], [row, row], color=GREY, linewidth=2)
            axes.plot(record["value"], row, "o", color="black", markersize=7)
            near_edge = record["value"] < 0.08 * longest
            axes.annotate(
                days(record["value"]), (record["value"], row), xytext=(-3 if near_edge else 0, 7),
                textcoords="offset points", ha="left" if near_edge else "center",
            )  # fmt: skip
        _rows(axes, table["stage"])
        axes.set_xlim(left=0)
        axes.set_xlabel("Days: median, and 95 per cent interval")
        settle(figure)
    shown = table[table["status"] == "shown"]
    told = "; ".join(f"{row['stage']}, {days(row['value'])}" for row in shown.to_dict("records"))
    cases = "charged cases" if group == "charged" else "all cases that could be drawn"
    return Chart(
        id=f"timeliness-{group}",
        figure=figure,
        caption=f"Median days between milestones, {cases}. Lines are 95 per cent intervals.",
        alt=(
            f"Dots with intervals for median days between milestones, {cases}. {told}."
            f"{_untold(table, 'stage')}"
        ),
        pillar=0,
        table=table,
    )


def sample_chart(strata: pd.DataFrame) -> Chart:
    """How many cases each stratum holds and how many of them are read.

    Parameters
    ----------
    strata : DataFrame
        ``stratum, frame, sample`` of a sample; lengths that were suppressed are blank.
    """
    table = strata.assign(
        status=strata["frame"].isna().map({True: "suppressed", False: "shown"}),
        label=strata["stratum"].map(_in_full),
    )
    with theme():
        figure, axes = _canvas(rows=len(table), per_row=0.42)
        read = [_read_of(drawn, frame) for drawn, frame in zip(table["sample"], table["frame"], strict=True)]
        _bars(axes, table, value="frame", label="label", looks=[("#BFBFBF", "")] * len(table), words=read)
        for row, (frame, drawn) in enumerate(zip(table["frame"], table["sample"], strict=True)):
            if pd.notna(frame) and pd.notna(drawn):
                axes.barh(
                    row, float(drawn), height=0.66, color=GREY, hatch="////", edgecolor="white", linewidth=0
                )
        axes.set_xlabel("Case files to draw from; hatched: read")
        settle(figure)
    told = "; ".join(f"{stratum}, {words}" for stratum, words in zip(table["label"], read, strict=True))
    return Chart(
        id="sample",
        figure=figure,
        caption="Case files to draw from and case files read, by stratum.",
        alt=f"Horizontal bars of case files to draw from, the part read hatched. Read: {told}.",
        pillar=0,
        table=pd.DataFrame(
            {
                "stratum": table["label"],
                "case_files_to_draw_from": table["frame"],
                "case_files_read": table["sample"],
                "status": table["status"].mask(table["sample"].isna(), "suppressed"),
            }
        ),
    )


def save_chart(chart: Chart, folder: Path) -> Path:
    """Write a chart as SVG: no date, no fonts to load, the same bytes for the same numbers.

    Returns
    -------
    Path
        ``<folder>/<id>.svg``.
    """
    path = folder / f"{chart.id}.svg"
    _save(chart.figure, path)
    return path


def _save(figure: Figure, target: Path | StringIO) -> None:
    with theme():
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")


def _canvas(*, rows: int, per_row: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, 1.1 + per_row * max(rows, 3)), layout="constrained")
    axes = figure.subplots()
    sns.despine(ax=axes, left=True)
    axes.grid(axis="y", visible=False)
    return figure, axes


def settle(figure: Figure) -> None:
    """Lay the figure out once: each further pass would move it by a hair, and change the file."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def _rows(axes: Axes, labels: pd.Series, places: Sequence[int] | None = None) -> None:
    places = range(len(labels)) if places is None else places
    axes.set_yticks(places, labels=[textwrap.fill(in_print(label), 40) for label in labels])
    axes.set_ylim(max(places) + 0.6, -0.8)


def _bars(
    axes: Axes, table: pd.DataFrame, *, value: str, label: str, looks: Sequence[tuple[str, str]],
    places: Sequence[int] | None = None, write: Callable[[float], str] = whole,
    words: Sequence[str] | None = None,
) -> None:  # fmt: skip
    """Horizontal bars labelled at their ends; a word stands where there is no number to draw."""
    places = range(len(table)) if places is None else places
    for row, (record, (colour, hatch)) in enumerate(zip(table.to_dict("records"), looks, strict=True)):
        shown = record["status"] == "shown"
        length = float(record[value]) if shown else 0.0
        if shown:
            axes.barh(
                places[row], length, height=0.66, color=colour, hatch=hatch, edgecolor="white", linewidth=0
            )
        told, style = (write(length), "normal") if shown else (record["status"], "italic")
        if shown and words is not None:
            told = words[row]
        axes.text(length, places[row], f" {told}", va="center", style=style)
    _rows(axes, table[label], places)
    longest = table[value].max()
    drawn = float(longest) if pd.notna(longest) and longest > 0 else 1.0  # of a small force all may be hidden
    axes.set_xlim(0, (1.12 if words is None else 1.3) * drawn)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))


def in_print(words: str) -> str:
    """Words with the quotation marks of print, as the report sets them."""
    return re.sub(r'"([^"]*)"', "“\\1”", words).replace("'", "’")


_UNTOLD = {
    "suppressed": "Suppressed",
    "zero": "None",
    "missing": "Nothing to count",
    "not recorded": "Not recorded",
}


def _untold(table: pd.DataFrame, label: str) -> str:
    """What is not drawn and why, in words."""
    found = []
    for status, words in _UNTOLD.items():
        names = list(table.loc[table["status"] == status, label])
        if names:
            found.append(f" {words}: {'; '.join(names)}.")
    return "".join(found)


def _in_full(stratum: str) -> str:
    """A stratum in words that need no explaining."""
    return DECISIONS.get(stratum, stratum)


def _read_of(drawn: int, frame: int) -> str:
    if pd.isna(frame):
        return "suppressed"
    return f"suppressed, of {frame:,}" if pd.isna(drawn) else f"{drawn:,} of {frame:,}"


def _percentage(value: float) -> str:
    return f"{per_cent(value)}%"


def _two(scored: pd.DataFrame, place: int) -> str:
    return signed(float(scored["balance"].iloc[place]))


def margins_chart(margins: pd.DataFrame) -> Chart:
    """Margin that the case files read buy in each stratum and overall, for planning; not for release.

    Parameters
    ----------
    margins : DataFrame
        ``stratum, frame, sample, margin`` of `inspections.planning.margins_bought`; margins are shares.
    """
    table = margins.reset_index(drop=True)
    labels = table["stratum"].map(_in_full)
    with theme():
        figure, axes = _canvas(rows=len(table), per_row=0.5)
        for row, record in enumerate(table.to_dict("records")):
            words = _margin_words(record)
            if pd.isna(record["margin"]):
                axes.text(0, row, f" {words}", va="center", style="italic", color=GREY)
                continue
            points = 100 * float(record["margin"])
            axes.plot([-points, points], [row, row], color=GREY, linewidth=2)
            axes.plot([-points, points], [row, row], "|", color=GREY, markersize=9, markeredgewidth=2)
            axes.annotate(
                words, (0, row), xytext=(0, 6), textcoords="offset points", ha="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )  # fmt: skip
        widest = 100 * float(table["margin"].max()) if table["margin"].notna().any() else 1.0
        axes.axvline(0, color="black", linewidth=1)
        axes.set_xlim(-1.1 * max(widest, 1.0), 1.1 * max(widest, 1.0))
        _rows(axes, labels)
        axes.set_xlabel("Percentage points either side of the share found: 95 per cent interval")
        settle(figure)
    margins_told = map(_margin_words, table.to_dict("records"))
    told = "; ".join(f"{label}, {margin}" for label, margin in zip(labels, margins_told, strict=True))
    return Chart(
        id="margins",
        figure=figure,
        caption="How far the share found may be from that of all cases, by stratum and overall.",
        alt=f"Lines either side of nought, as long as the margin of a share in each stratum. {told}.",
        pillar=0,
        table=table,
    )


def _margin_words(record: Mapping[Any, Any]) -> str:
    read = f"{record['sample']:,} of {record['frame']:,} read"
    if pd.isna(record["margin"]):
        return f"{read}: nothing to go by"
    if record["margin"] == 0:
        return f"{read}: exact"
    return f"{read}: ±{100 * record['margin']:.0f} points"
