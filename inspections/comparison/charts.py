"""Charts of forces side by side: always in the order of the alphabet, always with what the doubt is.

The look is that of every chart (`inspections.charts.theme`). Each panel is one measure. Where a force has no
number, the word that says why stands in its row. A force's standing in a funnel is told by the shape of its
mark and its name beside it, never by colour alone.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox

from inspections.charts import GREY, LOOKS, WIDTH, Chart, in_print, settle, theme
from inspections.comparison.funnel import LEVELS, binomial_limits
from inspections.comparison.measures import KEY, TOLD
from inspections.rounding import days, per_cent, signed, whole
from parameters.fields import DECISIONS, PILLARS
from parameters.words import load_words

__all__ = ["balance_distribution", "change_charts", "funnel_charts", "measure_charts"]

_COLUMNS = 2
_TALLEST = 7.3
"""Inches that a figure may take of a page, with room for its caption."""

_SMALL = 9
_DIRECTLY_NAMED = 12
"""Forces up to which each mark of a funnel is named; of more, those beyond a limit."""

_SIDES = {"indicators": "measures", "answers": "what reviewers found"}
_GROUPS = {**DECISIONS, "closed": "closed in the period", "recorded": "recorded in the period"}
_LOOK: Mapping[str, Mapping[str, Any]] = {
    "within": {"marker": "o", "markerfacecolor": "white", "markeredgecolor": "black", "markersize": 6},
    "95%": {"marker": "D", "markerfacecolor": "#0072B2", "markeredgecolor": "#0072B2", "markersize": 6},
    "99.8%": {"marker": "s", "markerfacecolor": "#D55E00", "markeredgecolor": "#D55E00", "markersize": 7.5},
}


@dataclass(frozen=True)
class _Unit:
    """How a unit is drawn and written."""

    axis: str
    write: Callable[[float], str]
    tick: Callable[[float], str]
    ends: Callable[[pd.DataFrame], tuple[float, float]]


def _with_sign(value: float) -> str:
    return f"{value:+g}".replace("-", "−") if value else "0"


def _to_longest(rows: pd.DataFrame) -> tuple[float, float]:
    longest = rows[["value", "high"]].astype(float).max().max()
    return 0.0, 1.08 * float(longest if longest > 0 else 1.0)


_UNITS = {
    "per cent": _Unit(
        "", lambda value: f"{per_cent(value)}%", lambda value: f"{value:g}%", lambda _: (0, 100)
    ),
    "days": _Unit("days", days, lambda value: f"{value:g}", _to_longest),
    "count": _Unit("", whole, lambda value: f"{value:g}", _to_longest),
    "balance": _Unit("", signed, _with_sign, lambda _: (-1, 1)),
}


def measure_charts(table: pd.DataFrame, *, pillar: int) -> list[Chart]:
    """Small multiples of a pillar's measures: each force's value with its interval, a panel a measure.

    Parameters
    ----------
    table : DataFrame
        As `inspections.comparison.measures.measures` gives it.
    pillar : int
        1 to 6, or 0 for context.

    Returns
    -------
    list of Chart
        As many as pages need; measures of which no force has a number are in none of them, but in the tables.
    """
    made = []
    for source, words in _SIDES.items():
        rows = table[(table["pillar"] == pillar) & (table["source"] == source)]
        panels = [part for _, part in rows.groupby(KEY, sort=False) if part["status"].isin(TOLD).any()]
        for number, chunk in enumerate(_pages(panels), 1):
            made.append(
                _measures_figure(chunk, pillar=pillar, words=words, id=f"pillar-{pillar}-{source}-{number}")
            )
    return made


def _measures_figure(panels: Sequence[pd.DataFrame], *, pillar: int, words: str, id: str) -> Chart:
    return _chart_of_panels(
        panels,
        id=id,
        figure=_rows_figure(panels, _draw_measure),
        pillar=pillar,
        caption=f"{words} in each force, with 95% intervals.",
        seen="panels of dots with intervals, a row a force",
        tell=_told_measure,
        columns=["label", "unit", "name", "value", "low", "high", "status"],
    )


def _draw_measure(axes: Axes, rows: pd.DataFrame, *, named: bool) -> None:
    unit = _UNITS[rows["unit"].iloc[0]]
    low, high = unit.ends(rows)
    for place, row in enumerate(rows.to_dict("records")):
        if row["status"] not in TOLD:
            _word(axes, low, place, row["status"])
            continue
        if pd.notna(row["low"]):
            axes.plot(
                [row["low"], row["high"]], [place, place], color=GREY, linewidth=2, solid_capstyle="butt"
            )
        axes.plot(row["value"], place, "o", color="black", markersize=5, clip_on=False, zorder=3)
        _beside(axes, place, _written(row))
    axes.set_xlim(low, high)
    if rows["unit"].iloc[0] == "balance":
        axes.axvline(0, color="black", linewidth=1)
    _settle_panel(axes, rows, unit.tick, named=named)


def _told_measure(rows: pd.DataFrame) -> str:
    """The least and the most, and who has no number and why; the numbers of all are in the table."""
    unit = _UNITS[rows["unit"].iloc[0]]
    told = rows[rows["status"].isin(TOLD)]
    few = pd.Series([_is_small(row) for row in told.to_dict("records")], index=told.index, dtype=bool)
    values = told.loc[~few, "value"].astype(float)
    words = []
    if values.nunique() == 1:
        words.append(f"{unit.write(values.iloc[0])} in {_forces(len(values))}")
    elif len(values):
        ends = (unit.write(values.min()), unit.write(values.max()))
        words.append(f"from {ends[0]} to {ends[1]} in {_forces(len(values))}")
    words += [f"{_written(row)} in {row['name']}" for row in told[few].to_dict("records")]
    return "; ".join([*words, *_untold(rows)])


def _is_small(row: Mapping[Any, Any]) -> bool:
    return bool(row["unit"] == "per cent" and row["cases"] < load_words().smallest_base)


def _written(row: Mapping[Any, Any]) -> str:
    """A result as findings and tables write it: of few cases in counts alone."""
    if _is_small(row):
        return f"{whole(row['numerator'])} of {whole(row['denominator'])}"
    return _UNITS[row["unit"]].write(float(row["value"]))


def _untold(rows: pd.DataFrame) -> Iterator[str]:
    for status, names in rows[~rows["status"].isin(TOLD)].groupby("status", sort=True)["name"]:
        yield f"{status}: {', '.join(names)}"


def funnel_charts(table: pd.DataFrame, drawn: pd.DataFrame, *, pillar: int) -> list[Chart]:
    """Funnel plots of a pillar's shares, a panel a measure.

    Parameters
    ----------
    table, drawn : DataFrame
        As `inspections.comparison.measures.with_standing` and ``funnels`` give them.
    pillar : int
        1 to 6, or 0 for context.
    """
    shown = drawn[(drawn["pillar"] == pillar) & (drawn["status"] == "shown")]
    panels = []
    for funnel in shown.to_dict("records"):
        rows = table[(table["measure"] == funnel["measure"]) & (table["group"] == funnel["group"])]
        panels.append(rows.assign(centre=funnel["centre"], factor=funnel["factor"], words=funnel["words"]))
    return [
        _funnels_figure(chunk, pillar=pillar, id=f"pillar-{pillar}-funnels-{number}")
        for number, chunk in enumerate(_groups(panels, 3 * _COLUMNS), 1)
    ]


def _funnels_figure(panels: Sequence[pd.DataFrame], *, pillar: int, id: str) -> Chart:
    with theme():
        figure, grid = _grid(len(panels), height=2.4, margin=0.1)
        names = [_draw_funnel(axes, rows) for axes, rows in zip(grid, panels, strict=False)]
        figure.draw_without_rendering()
        for axes, texts in zip(grid, names, strict=False):
            _place(axes, texts)
        settle(figure)
    spreads = list(dict.fromkeys(rows["words"].iloc[0] for rows in panels))
    spread = f"; {spreads[0]}" if len(spreads) == 1 else ""
    return _chart_of_panels(
        panels,
        id=id,
        figure=figure,
        pillar=pillar,
        caption=(
            "funnel plots. Dashed: 95% limits, diamonds lie beyond them; solid: 99.8% limits, squares lie "
            f"beyond them{spread}."
        ),
        seen="funnel plots, a mark a force, by the cases behind its share",
        tell=_told_funnel,
        columns=[
            "label", "name", "value", "effective", "low_95", "high_95", "low_998", "high_998", "standing",
            "status",
        ],
    )  # fmt: skip


def _draw_funnel(axes: Axes, rows: pd.DataFrame) -> list[Text]:
    points = rows[rows["standing"].ne("")]
    numbers = points["effective"].astype(float)
    least, most = 0.75 * float(numbers.min()), 1.15 * float(numbers.max())
    centre, factor = float(rows["centre"].iloc[0]), float(rows["factor"].iloc[0])
    steps = np.linspace(least, most, 80)
    axes.axhline(centre, color="black", linewidth=1)
    highest, ends_at = [centre], [centre]
    for level, style in zip(LEVELS, ("--", "-"), strict=True):
        ends = [binomial_limits(centre / 100, number, level=level, factor=factor) for number in steps]
        for end in ("low", "high"):
            curve = [100 * getattr(limits, end) for limits in ends]
            axes.plot(steps, curve, linestyle=style, color=GREY, linewidth=1)
            highest.append(max(curve))
        ends_at.append(100 * ends[-1].high)
    top = min(100, 25 * math.ceil((max(*highest, float(points["value"].max())) + 2) / 25))
    names = [f"{per_cent(centre)}%", *(f"{100 * level:g}%" for level in LEVELS)]
    for words, at in zip(names, _apart(ends_at, 0.075 * top), strict=True):
        axes.annotate(
            words, (most, at), xytext=(3, 0), textcoords="offset points", va="center",
            fontsize=_SMALL - 1, annotation_clip=False,
        )  # fmt: skip
    texts = []
    for row in points.to_dict("records"):
        look = next((look for word, look in _LOOK.items() if word in row["standing"]))
        axes.plot(row["effective"], row["value"], linestyle="", clip_on=False, zorder=3, **look)
        if len(points) <= _DIRECTLY_NAMED or "within" not in row["standing"]:
            texts.append(axes.text(row["effective"], row["value"], _short(row["name"]), fontsize=_SMALL - 1))
            texts[-1].set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85})
    axes.set_xlim(least, most)
    axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}%"))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.set_xlabel("Cases behind the share", fontsize=_SMALL)
    _head(axes, rows)
    sns.despine(ax=axes)
    return texts


def _apart(places: Sequence[float], least: float) -> list[float]:
    """Rising places, moved up where two would be closer than the least."""
    moved = [places[0]]
    for place in places[1:]:
        moved.append(max(place, moved[-1] + least))
    return moved


def _place(axes: Axes, texts: Sequence[Text]) -> None:
    """Put each name where it meets no mark and no other name: right, left, above or below its mark."""
    places = [axes.transData.transform(text.get_position()) for text in texts]
    taken = [Bbox.from_extents(x - 5, y - 5, x + 5, y + 5) for x, y in places]
    inside = axes.get_window_extent()
    for (x, y), text in zip(places, texts, strict=True):
        size = text.get_window_extent()
        width, height = size.width, size.height
        corners = [
            (x + 9, y - height / 2), (x - 9 - width, y - height / 2),
            (x - width / 2, y + 8), (x - width / 2, y - 8 - height),
            (x + 6, y + 7), (x + 6, y - 7 - height), (x - 6 - width, y + 7), (x - 6 - width, y - 7 - height),
        ]  # fmt: skip
        boxes = [Bbox.from_bounds(left, bottom, width, height) for left, bottom in corners]
        free = next((box for box in boxes if _fits(box, inside) and not box.count_overlaps(taken)), boxes[0])
        taken.append(free)
        text.set_position(tuple(axes.transData.inverted().transform((free.x0, free.y0))))
        text.set_verticalalignment("bottom")


def _fits(box: Bbox, inside: Bbox) -> bool:
    return box.x0 >= inside.x0 and box.x1 <= inside.x1 and box.y0 >= inside.y0 and box.y1 <= inside.y1


def _told_funnel(rows: pd.DataFrame) -> str:
    points = rows[rows["standing"].ne("")]
    within = int(points["standing"].eq("within the limits").sum())
    words = [
        f"all together {per_cent(float(rows['centre'].iloc[0]))}%",
        f"{_forces(within)} within the limits",
    ]
    beyond = points[points["standing"].ne("within the limits")]
    for standing, names in beyond.groupby("standing", sort=True)["name"]:
        words.append(f"{standing}: {', '.join(names)}")
    unplaced = rows[rows["standing"].eq("") & rows["status"].isin(TOLD)]["name"]
    if len(unplaced):
        words.append(f"with no interval to go by: {', '.join(unplaced)}")
    return "; ".join([*words, *_untold(rows)])


def change_charts(table: pd.DataFrame, *, pillar: int) -> list[Chart]:
    """Change of a pillar's measures since the earlier inspection, a panel a measure.

    Parameters
    ----------
    table : DataFrame
        As `inspections.comparison.measures.changes` gives it.
    pillar : int
        1 to 6, or 0 for context.
    """
    panels = [
        rows
        for _, rows in table[table["pillar"] == pillar].groupby(KEY, sort=False)
        if rows["status"].eq("shown").any()
    ]
    return [
        _changes_figure(chunk, pillar=pillar, id=f"pillar-{pillar}-change-{number}")
        for number, chunk in enumerate(_pages(panels), 1)
    ]


def _changes_figure(panels: Sequence[pd.DataFrame], *, pillar: int, id: str) -> Chart:
    return _chart_of_panels(
        panels,
        id=id,
        figure=_rows_figure(panels, _draw_change),
        pillar=pillar,
        caption=(
            "change since the earlier inspection, with 95% intervals. A filled mark is a change that stands "
            "when all tests of the force are allowed for."
        ),
        seen="panels of differences with intervals, a row a force",
        tell=_told_change,
        columns=["label", "unit", "name", "before", "now", "change", "low", "high", "verdict", "status"],
    )


def _draw_change(axes: Axes, rows: pd.DataFrame, *, named: bool) -> None:
    unit = rows["unit"].iloc[0]
    reach = float(rows[["low", "high"]].abs().max().max()) * 1.1
    for place, row in enumerate(rows.to_dict("records")):
        if row["status"] != "shown":
            _word(axes, -reach, place, row["status"])
            continue
        axes.plot([row["low"], row["high"]], [place, place], color=GREY, linewidth=2, solid_capstyle="butt")
        face = "black" if row["verdict"] in ("higher", "lower") else "white"
        axes.plot(row["change"], place, "o", color="black", markerfacecolor=face, markersize=5.5, zorder=3)
        _beside(axes, place, _difference(row["change"], unit))
    axes.axvline(0, color="black", linewidth=1)
    axes.set_xlim(-reach, reach)
    _settle_panel(axes, rows, _with_sign, named=named)
    axes.set_xlabel({"per cent": "points", "days": "days"}.get(unit, ""), fontsize=_SMALL)


def _difference(value: float, unit: str) -> str:
    if unit == "balance":
        return signed(value).replace("-", "−")
    rounded = whole(value)
    return "0" if rounded in ("0", "-0") else f"{'+' if value > 0 else ''}{rounded}".replace("-", "−")


def _told_change(rows: pd.DataFrame) -> str:
    words = []
    for verdict, part in rows[rows["status"] == "shown"].groupby("verdict", sort=True):
        names = [
            f"{row['name']} ({_difference(row['change'], row['unit'])})" for row in part.to_dict("records")
        ]
        words.append(f"{verdict}: {', '.join(names)}")
    return "; ".join([*words, *_untold(rows)])


def balance_distribution(cases: pd.DataFrame, table: pd.DataFrame) -> Chart | None:
    """How the balance of effort of single case files is spread in each force; None where none was released.

    Parameters
    ----------
    cases : DataFrame
        As `inspections.comparison.measures.balances` gives it.
    table : DataFrame
        All measures, of which the force's own balance is drawn below its files.
    """
    overall = table[table["measure"] == "effort-balance"]
    scored = cases[cases["status"] == "shown"]
    if scored.empty:
        return None
    with theme():
        figure = Figure(figsize=(WIDTH, min(1.1 + 0.95 * len(overall), _TALLEST)), layout="constrained")
        axes = figure.subplots()
        for place, row in enumerate(overall.to_dict("records")):
            _draw_balances(axes, place, scored.loc[scored["force"] == row["force"], "balance"], row)
        axes.axvline(0, color="black", linewidth=1)
        axes.set_xlim(-1.05, 1.05)
        _settle_panel(axes, overall, _UNITS["balance"].tick, named=True, title="")
        axes.set_ylim(len(overall) - 0.5, -0.65)
        axes.set_xlabel(
            "Balance of effort: −1 all on testing the victim, +1 all on investigating the suspect"
        )
        settle(figure)
    told = [_told_balances(row, cases[cases["force"] == row["force"]]) for row in overall.to_dict("records")]
    return Chart(
        id="balance-distribution",
        figure=figure,
        caption=(
            "Balance of recorded effort in single case files, force by force: a mark a file, open on the "
            "side of testing the victim. Below them, the force's own balance with its 95% interval."
        ),
        alt=f"A row of marks for each force, a mark a case file. {' '.join(told)}",
        pillar=1,
        table=cases.reset_index(drop=True),
    )


def _draw_balances(axes: Axes, place: int, values: pd.Series, row: Mapping[Any, Any]) -> None:
    if values.empty:
        _word(axes, -1.05, place, "single case files not released")
    balance = values.to_numpy(dtype=np.float64)
    rounded = np.sign(balance) * np.maximum(np.round(np.abs(balance) * 20), 1) / 20  # never onto nought
    places, counts = np.unique(rounded, return_counts=True)
    tallest = max(int(counts.max(initial=0)), 6)
    for centre, count in zip(places, counts, strict=True):
        look = LOOKS["victim-credibility" if centre < 0 else "suspect-focus"][0] if centre else GREY
        heights = place + 0.18 - 0.62 * np.arange(count) / tallest
        axes.plot(
            np.full(count, centre), heights, "o", markersize=5, linestyle="", markeredgecolor=look,
            markerfacecolor="white" if centre < 0 else look, zorder=3,
        )  # fmt: skip
    if row["status"] not in TOLD:
        _beside(axes, place, row["status"], style="italic")
        return
    if pd.notna(row["low"]):
        axes.plot([row["low"], row["high"]], [place + 0.34, place + 0.34], color="black", linewidth=2)
    axes.plot(row["value"], place + 0.34, "D", color="black", markersize=6, zorder=3)
    _beside(axes, place + 0.34, signed(row["value"]).replace("-", "−"))


def _told_balances(row: Mapping[Any, Any], cases: pd.DataFrame) -> str:
    values = cases.loc[cases["status"] == "shown", "balance"].astype(float)
    own = signed(row["value"]) if row["status"] in TOLD else row["status"]
    if values.empty:
        return f"{row['name']}: single case files not released, balance of the force {own}."
    few = len(cases) - len(values)
    left_out = f", {few} with too few units left out" if few else ""
    return (
        f"{row['name']}: of {len(values)} files {int((values < 0).sum())} on the side of testing the victim, "
        f"{int((values > 0).sum())} on that of investigating the suspect, {int((values == 0).sum())} "
        f"on nought{left_out}, balance of the force {own}."
    )


def _pages(panels: Sequence[pd.DataFrame]) -> Iterator[Sequence[pd.DataFrame]]:
    """Panels in as many groups as pages need."""
    if panels:
        lines = max(1, int(_TALLEST // _height(panels)))
        yield from _groups(panels, lines * _COLUMNS)


def _groups(panels: Sequence[pd.DataFrame], size: int) -> Iterator[Sequence[pd.DataFrame]]:
    for start in range(0, len(panels), size):
        yield panels[start : start + size]


def _height(panels: Sequence[pd.DataFrame]) -> float:
    return min(0.95 + 0.24 * max(len(rows) for rows in panels), _TALLEST)


def _grid(panels: int, *, height: float, margin: float = 0.0) -> tuple[Figure, list[Axes]]:
    """A figure of so many panels, each of this height in inches."""
    lines = -(-panels // _COLUMNS)
    figure = Figure(figsize=(WIDTH, lines * height + margin), layout="constrained")
    grid = list(figure.subplots(lines, _COLUMNS, squeeze=False).ravel())
    for axes in grid[panels:]:
        axes.set_visible(False)
    return figure, grid


def _rows_figure(panels: Sequence[pd.DataFrame], draw: Callable[..., None]) -> Figure:
    """A figure of panels with a row a force, named beside the first panel of each line alone."""
    with theme():
        figure, grid = _grid(len(panels), height=_height(panels))
        for place, (axes, rows) in enumerate(zip(grid, panels, strict=False)):
            draw(axes, rows, named=place % _COLUMNS == 0)
        settle(figure)
    return figure


def _chart_of_panels(
    panels: Sequence[pd.DataFrame], *, id: str, figure: Figure, pillar: int, caption: str, seen: str,
    tell: Callable[[pd.DataFrame], str], columns: Sequence[str],
) -> Chart:  # fmt: skip
    told = [f"{_title(rows)}: {tell(rows)}." for rows in panels]
    return Chart(
        id=id,
        figure=figure,
        caption=f"{PILLARS.get(pillar, 'Outcomes and timeliness')}: {caption}",
        alt=f"{len(panels)} {seen}. {' '.join(told)}",
        pillar=pillar,
        table=pd.concat(panels, ignore_index=True)[[*KEY, *columns]],
    )


def _settle_panel(
    axes: Axes, rows: pd.DataFrame, tick: Callable[[float], str], *, named: bool, title: str | None = None
) -> None:
    axes.set_yticks(
        range(len(rows)), labels=[_short(name) for name in rows["name"]] if named else [""] * len(rows)
    )
    axes.tick_params(labelsize=_SMALL)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axes.grid(axis="y", visible=False)
    sns.despine(ax=axes, left=True)
    if title is None:
        _head(axes, rows)


def _head(axes: Axes, rows: pd.DataFrame) -> None:
    axes.set_title(textwrap.fill(in_print(_title(rows)), 40), loc="left", fontsize=_SMALL, weight="bold")
    axes.tick_params(labelsize=_SMALL)


def _title(rows: pd.DataFrame) -> str:
    """The measure's own name, and its group where it is one of several."""
    label, group = str(rows["label"].iloc[0]), str(rows["group"].iloc[0])
    return label if group in ("force", "yes") else f"{label} ({_GROUPS.get(group, group)})"


def _short(name: str) -> str:
    """A force's name without what it shares with the others."""
    for word in (" Constabulary", " Police"):
        name = name.removesuffix(word)
    return name


def _word(axes: Axes, left: float, place: float, word: str) -> None:
    axes.text(left, place, f" {word}", va="center", style="italic", color=GREY, fontsize=_SMALL)


def _beside(axes: Axes, place: float, words: str, *, style: str = "normal") -> None:
    """A number in the margin beside its row."""
    axes.annotate(
        words, (1, place), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
        va="center", fontsize=_SMALL, style=style, annotation_clip=False,
    )  # fmt: skip


def _forces(number: int) -> str:
    return f"{number} force{'' if number == 1 else 's'}"
