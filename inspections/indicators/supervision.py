"""Pillar 4: what these tables show of it, which is only whether a supervisor wrote in the file early on.

What officers are taught, how much work they carry and how they fare is in no case file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from inspections.columns import column, is_kept
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, SampledFiles, not_recorded

__all__ = ["FIRST_REVIEW_DAYS", "SUPERVISOR_WORDS", "is_supervisor"]

FIRST_REVIEW_DAYS = 28
"""Days from report within which a supervisor's first entry is looked for."""

SUPERVISOR_WORDS = frozenset(
    {
        "sergeant", "sgt", "ps", "ds",
        "inspector", "insp", "di", "dci",
        "superintendent", "supt", "dsu",
        "supervisor", "reviewer",
    }
)  # fmt: skip
"""Words of a role, in lower case, any of which makes its holder a supervisor; matched as whole words."""


def is_supervisor(roles: pd.Series) -> pd.Series:
    """Whether each author's role is a supervisor's, by :data:`SUPERVISOR_WORDS`; an empty role is not.

    Examples
    --------
    >>> is_supervisor(pd.Series(["T/DS", "Supervisor (DI)", "Civilian investigator", None])).tolist()
    [True, True, False, False]
    """
    words = roles.fillna("").astype(str).str.lower().map(lambda role: re.findall(r"[a-z]+", role))
    return words.map(lambda found: not SUPERVISOR_WORDS.isdisjoint(found)).astype(bool)


@indicator(
    Indicator(
        id="supervisor-entry",
        label=f"Case files with a supervisor's entry within {FIRST_REVIEW_DAYS} days",
        pillar=4,
        unit="per cent",
        definition="Share of case files in which someone with a supervisor's role wrote an entry within "
        f"{FIRST_REVIEW_DAYS} days of the report.",
        formula=f"files with a supervisor's entry 0 to {FIRST_REVIEW_DAYS} days after the report / files",
        denominator="Sampled case files with a date of report.",
        caveat="All the notes show of this pillar: nothing on learning, workload or wellbeing. Shows that a "
        f"supervisor wrote, not what the entry was worth. The {FIRST_REVIEW_DAYS} days are ours, not a "
        "published standard. An entry without a role or a date cannot count.",
        source="The author's role in the notes",
        direction="Higher: in more files, a supervisor wrote early on.",
        about="files",
    )
)
def _supervisor_entry(material: Material) -> Iterator[Row]:
    reported = pd.to_datetime(column(material.sample.set_index("case_id"), "reported_on")).dropna()
    notes = material.notes
    entered = pd.to_datetime(column(notes, "entered_at"))
    if not (is_kept(notes, "author_role") and is_kept(notes, "entered_at") and material.keeps("reported_on")):
        yield not_recorded("sampled case files")
        return
    days = (entered.dt.normalize() - notes["case_id"].map(reported)).dt.days
    early = is_supervisor(notes["author_role"]) & days.between(0, FIRST_REVIEW_DAYS)
    dated = pd.Series(True, index=reported.index)
    yield SampledFiles.of(material.sample, material.frame).share(
        early.groupby(notes["case_id"]).any(),
        among=dated,
        base="" if len(dated) == len(material.sample) else "with a date of report",
    )


@indicator(
    Indicator(
        id="author-role-missing",
        label="Notes without the author's role",
        pillar=4,
        unit="per cent",
        definition="Share of the notes read in which the author's role is empty.",
        formula="notes with an empty author_role / notes",
        denominator="Notes of the sampled case files.",
        caveat="A supervisor's entry without a role is not seen as one.",
        source="The author's role in the notes",
        direction="Higher: less can be said about supervision in this force.",
        about="method",
    )
)
def _author_role_missing(material: Material) -> Iterator[Row]:
    notes = material.notes
    if not is_kept(notes, "author_role"):
        yield not_recorded("notes in sampled case files")
        return
    yield SampledFiles.of(material.sample, material.frame).ratio(
        notes["author_role"].isna().groupby(notes["case_id"]).sum(),
        notes.groupby("case_id").size(),
        units="notes",
        seed=f"{material.seed} author-role-missing",
    )
