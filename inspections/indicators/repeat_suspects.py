"""Pillar 2: suspects reported more than once, and whether police looked for patterns and acted on risk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from inspections.columns import column, is_kept, is_true
from inspections.indicators.coded_files import (
    counted,
    files_with_counted,
    files_with_not_done,
    share_of_files,
)
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, not_recorded, share_of_cases, share_of_counts

__all__ = ["cases_by_suspect", "suspects_of_cases"]

_LINKING, _DISRUPTION = "sus-pattern-linking", "sus-risk-disruption"

_ONLY_WHAT_WE_HOLD = (
    "Sees only reports in the force's own list, and only the main suspect of a case where the force keeps no "
    "table of suspects. It is not the national definition of a repeat suspect. A reference used for unknown "
    "suspects would look like a person reported often."
)
_WRITTEN = "Planned work counts as finished work does; work recorded elsewhere is not seen."
_REFERENCED = "suspects with a reference"
_OF_REPEAT = "with a suspect linked to two or more reports"


def suspects_of_cases(material: Material) -> pd.DataFrame:
    """Which suspect is suspected in which case, once each: ``case_id, suspect_id``.

    Read off the force's table of suspects where it has one with references, so that a case may have several;
    else off the main suspect of each case. Only the force's cases of the offences inspected, whatever their
    dates; empty where no reference is kept.
    """
    suspects = material.further.get("suspects")
    if suspects is None or not is_kept(suspects, "suspect_id"):
        suspects = material.cases
    links = pd.DataFrame({"case_id": suspects["case_id"], "suspect_id": column(suspects, "suspect_id")})
    links = links.dropna().drop_duplicates()
    return links[links["case_id"].isin(material.cases["case_id"])].reset_index(drop=True)


def cases_by_suspect(links: pd.DataFrame) -> pd.Series:
    """How many cases each suspect is in, most first.

    Parameters
    ----------
    links : DataFrame
        As :func:`suspects_of_cases` gives them.
    """
    return links["suspect_id"].value_counts()


_PATTERN = Indicator(
    id="pattern-linking",
    label="Case files where a pattern or other offences are looked for",
    pillar=2,
    unit="per cent",
    definition="Share of case files in which police look for, or assess, other offences by the suspect: "
    "against others, or repeated against this victim.",
    formula=f"files with a counted unit of {_LINKING} / sampled files",
    denominator="Sampled case files.",
    caveat=_WRITTEN,
    source=f"Codebook, code {_LINKING}; Operation Soteria Year One Report, summary of findings",
    direction="Higher: in more files, police looked for other offences by the suspect.",
    about="files",
)

indicator(_PATTERN)(files_with_counted(_LINKING))

indicator(
    replace(
        _PATTERN,
        id="risk-disruption",
        label="Case files where the suspect's risk is managed or disrupted",
        definition="Share of case files in which police consider or take a step against the suspect's risk, "
        "such as bail conditions, an order or a notification.",
        formula=f"files with a counted unit of {_DISRUPTION} / sampled files",
        source=f"Codebook, code {_DISRUPTION}",
        direction="Higher: in more files, police acted, or planned to act, on the suspect's risk.",
    )
)(files_with_counted(_DISRUPTION))

_PATTERN_GAP = replace(
    _PATTERN,
    id="pattern-linking-not-done",
    label="Case files where looking for a pattern is noted as not done",
    definition="Share of case files in which it is noted that no other offences were looked for.",
    formula=f"files with {_LINKING} as not done / sampled files",
    caveat="Counts gaps that someone wrote down, often a supervisor. Gaps nobody noticed leave no trace.",
    source=f"Codebook, code {_LINKING} and section 9",
    direction="Higher: more files in which this gap is written down.",
)

indicator(_PATTERN_GAP)(files_with_not_done(_LINKING))

indicator(
    replace(
        _PATTERN_GAP,
        id="risk-disruption-not-done",
        label="Case files where acting on the suspect's risk is noted as not done",
        definition="Share of case files in which it is noted that a step against the risk was not taken.",
        formula=f"files with {_DISRUPTION} as not done / sampled files",
        source=f"Codebook, code {_DISRUPTION} and section 9",
    )
)(files_with_not_done(_DISRUPTION))


_REPEAT_SUSPECTS = Indicator(
    id="repeat-suspects",
    label="Suspects linked to two or more reports",
    pillar=2,
    unit="per cent",
    definition="Share of suspects with a reference who are the suspect in two or more of the force's cases.",
    formula="suspects whose reference is in two or more cases / suspects with a reference",
    denominator="Suspects with a reference in any of the force's cases of these offences, whatever the date.",
    caveat=_ONLY_WHAT_WE_HOLD,
    source="The force's case files; Operation Soteria Year One Report, summary of findings",
    direction="Higher: more of the suspects were reported more than once.",
    about="people",
)


@indicator(_REPEAT_SUSPECTS)
def _repeat_suspects(material: Material) -> Iterator[Row]:
    cases = cases_by_suspect(suspects_of_cases(material)).rename(_as_suspect)
    if cases.empty:
        yield not_recorded(_REFERENCED)
        return
    yield share_of_cases(cases > 1, _REFERENCED)


def _as_suspect(reference: str) -> str:
    return f"suspect {reference}"


@indicator(
    replace(
        _REPEAT_SUSPECTS,
        id="repeat-suspect-disruption",
        label="Repeat suspects whose disruption was considered",
        definition="Of suspects linked to two or more reports, the share for whom police considered ways to "
        "stop them offending, such as an order, in any of these cases.",
        formula="repeat suspects with disruption_considered / repeat suspects for whom that is recorded",
        denominator="Suspects in two or more of the force's cases, where it is recorded.",
        caveat=f"{_ONLY_WHAT_WE_HOLD} Says that disruption was considered, not that it was done.",
        source="The force's table of suspects; Operation Soteria Bluestone, pillar 2",
        direction="Higher: for more of the repeat suspects, disruption was considered.",
    )
)
def _disruption_of_repeat_suspects(material: Material) -> Iterator[Row]:
    base = "suspects linked to two or more reports where it is recorded"
    suspects = material.further.get("suspects")
    needed = ("suspect_id", "disruption_considered")
    if suspects is None or not all(is_kept(suspects, name) for name in needed):
        yield not_recorded(base)
        return
    cases = cases_by_suspect(suspects_of_cases(material))
    known = suspects[suspects["suspect_id"].isin(cases.index[cases > 1])].dropna(
        subset="disruption_considered"
    )
    considered = is_true(known["disruption_considered"]).groupby(known["suspect_id"]).any()
    yield share_of_cases(considered.rename(_as_suspect), base)


@indicator(
    replace(
        _REPEAT_SUSPECTS,
        id="repeat-suspect-cases",
        label="Cases of suspects linked to two or more reports",
        definition="Share of cases with a suspect's reference whose suspect is in another of the cases too.",
        formula="cases of suspects in two or more cases / cases with a suspect's reference",
        denominator="The force's cases of these offences with a suspect's reference, whatever the date.",
        direction="Higher: more of the cases are of suspects reported more than once.",
    )
)
def _repeat_suspect_cases(material: Material) -> Iterator[Row]:
    links, base = suspects_of_cases(material), "cases with a suspect's reference"
    if links.empty:
        yield not_recorded(base)
        return
    # suspects stand where cases would: a handful of them must stay hidden however many their cases are;
    # a case of several suspects is put down to the one with most cases, so that it is counted once
    cases = cases_by_suspect(links)
    order = links.assign(cases=links["suspect_id"].map(cases)).sort_values(
        ["cases", "suspect_id"], ascending=[False, True]
    )
    once = cases_by_suspect(order.drop_duplicates("case_id"))
    repeat = cases.reindex(once.index) > 1
    row = share_of_counts(once.rename(_as_suspect), repeat.rename(_as_suspect), base, group="force")
    yield replace(row, counts="units")


@indicator(
    replace(
        _PATTERN,
        id="repeat-suspect-response",
        label="Case files of repeat suspects with work on pattern or risk",
        definition="Of case files whose suspect is linked to two or more reports, the share in which police "
        "look for a pattern or act on the risk.",
        formula=f"files with a counted unit of {_LINKING} or {_DISRUPTION} / sampled files of such suspects",
        denominator="Sampled case files whose suspect is in two or more of the force's cases.",
        caveat=_ONLY_WHAT_WE_HOLD,
        source=f"Codebook, codes {_LINKING} and {_DISRUPTION}; the force's case files",
        direction="Higher: in more files of repeat suspects, police looked for a pattern or acted on risk.",
    )
)
def _response_to_repeat_suspects(material: Material) -> Iterator[Row]:
    links = suspects_of_cases(material)
    if links.empty:
        yield not_recorded(f"sampled case files {_OF_REPEAT}")
        return
    cases = cases_by_suspect(links)
    of_repeat = links.loc[links["suspect_id"].isin(cases.index[cases > 1]), "case_id"]
    repeat = material.sample["case_id"].isin(of_repeat).set_axis(material.sample["case_id"])
    yield share_of_files(
        material, counted(material.coding, _LINKING, _DISRUPTION), among=repeat, base=_OF_REPEAT
    )
