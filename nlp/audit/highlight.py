"""A note with its coded words marked, for the restricted audit notebook."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import pandas as pd
from spacy import displacy

__all__ = ["COLOURS", "marked_note"]

COLOURS: Mapping[str, str] = {
    "victim-credibility": "#f5c6a5",
    "suspect-focus": "#a9d3e8",
    "other": "#e3e3e3",
}
"""By orientation; a coding that does not count is marked in the last colour, and says so."""


def marked_note(text: str, places: pd.DataFrame) -> str:
    """A note as HTML in which every coded place is marked with its code.

    Parameters
    ----------
    text
        The note. It is shown as text, whatever markup it holds.
    places
        Of this note, as `coded_places` gives them. Where two overlap, the one that counts is marked, and of
        two that do the first; the other codes are named beside it.
    """
    chosen: list[dict[str, Any]] = []
    rows = places.assign(not_counted=~places["counts"].astype(bool))
    for row in rows.sort_values(["not_counted", "start", "end"], kind="stable").to_dict("records"):
        start, end = int(row["start"]), int(row["end"])
        label = row["code"] if row["counts"] else f"{row['code']} (not counted)"
        over = next(
            (one for one in chosen if start < int(str(one["end"])) and int(str(one["start"])) < end), None
        )
        if over is not None:
            over["label"] = f"{over['label']}, {label}"
        elif start < end:
            chosen.append({"start": start, "end": end, "label": label})
    # displaCy escapes the words but not the labels, which come from the codebook
    ents = [{**one, "label": html.escape(one["label"])} for one in chosen]
    ents.sort(key=lambda one: one["start"])
    colours = {one["label"].upper(): _colour(one["label"]) for one in ents}
    page = {"text": text, "ents": ents, "title": None}
    return str(displacy.render([page], style="ent", manual=True, options={"colors": colours}, jupyter=False))


def _colour(label: str) -> str:
    first = label.split(",")[0]
    if first.endswith("(not counted)"):
        return COLOURS["other"]
    side = {"vic": "victim-credibility", "sus": "suspect-focus"}.get(first[:3], "other")
    return COLOURS[side]
