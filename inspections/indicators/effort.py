"""Pillar 1: where written investigative effort went, into testing the victim or investigating the suspect.

A *counted unit* is a coding unit with at least one code of an
orientation that counts; a unit with two codes of one orientation is one unit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from inspections.columns import column, is_kept
from inspections.indicators.coded_files import counted_codes, share_of_files, units_by_case
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, SampledFiles, not_recorded
from inspections.intervals import CENSUS, NO_INTERVAL, Interval

__all__ = ["AFTER", "BEFORE", "ENOUGH_UNITS", "SUSPECT", "VICTIM", "case_balances", "codes_table"]

VICTIM, SUSPECT = "victim-credibility", "suspect-focus"
BEFORE, AFTER = "before the interview", "from the interview on"
ENOUGH_UNITS = 5
"""Fewest counted units for a case to be given a balance."""

_OF_BOTH = "drawing of files and checking of units together"
_CODEBOOK = "Codebook of the coding, nlp/codebook"
_WRITTEN = "Measures what was written in the notes, not what was done; some testing of accounts is proper."


def case_balances(sample: pd.DataFrame, coding: pd.DataFrame, *, done_only: bool = False) -> pd.DataFrame:
    """Balance of effort in each sampled case file.

    Parameters
    ----------
    sample : DataFrame
        ``case_id, stratum`` and whatever else; a file without any coded unit keeps its row.
    coding : DataFrame
        Coded units.
    done_only : bool
        Leave out what was only planned.

    Returns
    -------
    DataFrame
        ``case_id, stratum, suspect_focus, victim_credibility, units, balance, status``, one row a case. The
        balance is (suspect focus - victim credibility) / (their sum), from -1 (all on the victim) to +1 (all
        on the suspect); missing, with status "too few", below :data:`ENOUGH_UNITS` counted units.
    """
    counts = coding["counts"].astype(bool)
    if done_only:
        counts &= coding["status"].eq("done")
    table = sample[["case_id", "stratum"]].reset_index(drop=True)
    for name, orientation in (("suspect_focus", SUSPECT), ("victim_credibility", VICTIM)):
        units = units_by_case(coding, counts & coding["orientation"].eq(orientation))
        table[name] = table["case_id"].map(units).fillna(0).astype(int)
    table["units"] = table["suspect_focus"] + table["victim_credibility"]
    enough = table["units"] >= ENOUGH_UNITS
    difference = table["suspect_focus"] - table["victim_credibility"]
    table["balance"] = (difference / table["units"].where(enough)).astype(float)
    table["status"] = enough.map({True: "shown", False: "too few"})
    return table


def codes_table(coding: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Counted units, and case files with any, for every code of the two orientations.

    Parameters
    ----------
    coding : DataFrame
        Coded units.
    codes : DataFrame
        The codebook's ``code, title, orientation``, in its order.

    Returns
    -------
    DataFrame
        ``code, title, orientation, units, cases, status``. Not yet safe to release.
    """
    counted = counted_codes(coding)
    table = codes.loc[codes["orientation"].isin([VICTIM, SUSPECT]), ["code", "title", "orientation"]]
    table = table.reset_index(drop=True)
    table["units"] = table["code"].map(counted.groupby("code").size()).fillna(0).astype(int)
    table["cases"] = table["code"].map(counted.groupby("code")["case_id"].nunique()).fillna(0).astype(int)
    table["status"] = table["cases"].gt(0).map({True: "shown", False: "zero"})
    return table


def _force_balance(material: Material, *, done_only: bool) -> Row:
    files = SampledFiles.of(material.sample, material.frame)
    table = case_balances(material.sample, material.coding, done_only=done_only).set_index("case_id")
    return files.ratio(
        table["suspect_focus"] - table["victim_credibility"],
        table["units"],
        per=1,
        units="counted units",
        counted=table["units"] > 0,
        seed=f"{material.seed} effort-balance {done_only}",
    )


_BALANCE = Indicator(
    id="effort-balance",
    label="Balance of effort",
    pillar=1,
    unit="balance",
    definition="How far recorded effort went into the suspect rather than into testing the victim.",
    formula="(suspect-focus units - victim-credibility units) / (their sum), all sampled files together",
    denominator="Counted units of either orientation in the sampled case files.",
    caveat=_WRITTEN,
    source=_CODEBOOK,
    direction="From -1, all on testing the victim, to +1, all on investigating the suspect.",
    about="files",
)


@indicator(_BALANCE)
def _effort_balance(material: Material) -> Iterator[Row]:
    yield _force_balance(material, done_only=False)


@indicator(
    replace(
        _BALANCE,
        id="effort-balance-corrected",
        label="Balance of effort, put right by an audit",
        definition="The balance of effort as people would have coded the notes, estimated from units that "
        "they coded without seeing what the program had counted.",
        formula="As effort-balance, over units counted by people: of every kind of unit by what the program "
        "said of it, the number in all sampled files times the share that people found of either orientation",
        denominator="Units of either orientation in the sampled case files, estimated.",
        caveat=f"{_WRITTEN} People's own errors of coding are not in the interval.",
    )
)
def _corrected_balance(material: Material) -> Iterator[Row]:
    if material.corrected is None:
        return
    counted = _force_balance(material, done_only=False)
    value, low, high = (material.corrected[f"corrected{end}"] for end in ("", "_low", "_high"))
    if math.isnan(value):
        yield replace(counted, numerator=None, value=None, interval=NO_INTERVAL, status="missing")
        return
    yield replace(
        counted,
        numerator=None,
        value=value,
        interval=CENSUS if math.isclose(low, high) else Interval(low, high, _OF_BOTH),
        base=f"{counted.base}, put right by an audit",
        base_unit=f"{counted.base_unit}, put right by an audit",
        status="shown",
    )


@indicator(
    replace(
        _BALANCE,
        id="effort-balance-done",
        label="Balance of effort, finished work only",
        definition="The balance of effort without what was only planned.",
        formula="As effort-balance, over units whose status is done",
    )
)
def _effort_balance_done(material: Material) -> Iterator[Row]:
    yield _force_balance(material, done_only=True)


@indicator(
    Indicator(
        id="effort-more-on-victim",
        label="Case files with more effort on the victim than on the suspect",
        pillar=1,
        unit="per cent",
        definition="Share of case files with more victim-credibility than suspect-focus units.",
        formula="files with more victim-credibility than suspect-focus units / files looked at",
        denominator=f"Sampled case files with at least {ENOUGH_UNITS} counted units.",
        caveat=_WRITTEN,
        source=_CODEBOOK,
        direction="Higher: in more files, testing the victim outweighs investigating the suspect.",
        about="files",
    )
)
def _more_on_victim(material: Material) -> Iterator[Row]:
    table = case_balances(material.sample, material.coding).set_index("case_id")
    enough = table["status"].eq("shown")
    yield SampledFiles.of(material.sample, material.frame).share(
        table["victim_credibility"] > table["suspect_focus"],
        among=enough,
        base="" if enough.all() else f"with at least {ENOUGH_UNITS} counted units",
    )


@indicator(
    Indicator(
        id="effort-too-few",
        label="Case files with too little recorded effort to compare",
        pillar=1,
        unit="per cent",
        definition=f"Share of case files with fewer than {ENOUGH_UNITS} counted units.",
        formula=f"files with fewer than {ENOUGH_UNITS} counted units / sampled files",
        denominator="Sampled case files.",
        caveat="Short or thin notes are no evidence of little work: some forces write elsewhere.",
        source=_CODEBOOK,
        direction="Higher: less can be said about this force.",
        about="method",
    )
)
def _too_few(material: Material) -> Iterator[Row]:
    table = case_balances(material.sample, material.coding).set_index("case_id")
    yield SampledFiles.of(material.sample, material.frame).share(table["status"].eq("too few"))


@indicator(
    Indicator(
        id="effort-units",
        label="Counted units per 100 coding units",
        pillar=1,
        unit="per cent",
        definition="How much of the notes is effort of each orientation.",
        formula="100 x counted units of the orientation / coding units",
        denominator="All coding units of the sampled case files, coded or not.",
        caveat=_WRITTEN,
        source=_CODEBOOK,
        direction="Higher: more of the notes is of this orientation.",
        about="files",
    )
)
def _units_per_100(material: Material) -> Iterator[Row]:
    files = SampledFiles.of(material.sample, material.frame)
    all_units = material.entries.groupby("case_id")["units"].sum()
    for orientation in (VICTIM, SUSPECT):
        chosen = material.coding["counts"].astype(bool) & material.coding["orientation"].eq(orientation)
        yield files.ratio(
            units_by_case(material.coding, chosen),
            all_units,
            units="coding units",
            group=orientation,
            seed=f"{material.seed} effort-units {orientation}",
        )


@indicator(
    Indicator(
        id="effort-before-interview",
        label="Testing of the victim before the suspect's interview",
        pillar=1,
        unit="per cent",
        definition="Share of counted victim-credibility units written before the suspect was interviewed.",
        formula="victim-credibility units entered before the day of interview / all such units",
        denominator="Counted victim-credibility units with a date, in sampled files with an interview date.",
        caveat="Entries of the day itself count as not before. Files without an interview date are left out.",
        source=_CODEBOOK,
        direction="Higher: more of the testing came before police had heard the suspect.",
        about="files",
    )
)
def _before_interview(material: Material) -> Iterator[Row]:
    units = "dated victim-credibility units"
    dated = _around_the_interview(material)
    if dated is None:
        yield not_recorded(f"{units} in sampled case files")
        return
    testing = dated["orientation"].eq(VICTIM)
    yield SampledFiles.of(material.sample, material.frame).ratio(
        units_by_case(dated, testing & dated["before"]),
        units_by_case(dated, testing),
        units=units,
        seed=f"{material.seed} effort-before-interview",
    )


def _around_the_interview(material: Material) -> pd.DataFrame | None:
    """Counted units of known day in files with an interview, and whether they came ``before`` that day.

    None where the force dates neither entries nor interviews.
    """
    if not (is_kept(material.notes, "entered_at") and material.keeps("suspect_interviewed_on")):
        return None
    interviews = pd.to_datetime(column(material.sample.set_index("case_id"), "suspect_interviewed_on"))
    entered = pd.to_datetime(material.notes.set_index(["case_id", "entry_no"])["entered_at"]).dt.normalize()
    coding = material.coding.join(entered, on=["case_id", "entry_no"])
    interviewed_on = pd.to_datetime(coding["case_id"].map(interviews))
    dated = coding["counts"].astype(bool) & coding["entered_at"].notna() & interviewed_on.notna()
    return coding.assign(before=coding["entered_at"] < interviewed_on)[dated]


@indicator(
    replace(
        _BALANCE,
        id="effort-balance-by-interview",
        label="Balance of effort before and after the suspect's interview",
        definition="The balance of effort in what was written before the day the suspect was interviewed, "
        "and in what was written from that day on.",
        formula="As effort-balance, over units entered before the day of interview, and over the others",
        denominator="Counted units with a date, in sampled files with an interview date.",
        caveat=f"{_WRITTEN} Files without an interview date are left out.",
    )
)
def _balance_by_interview(material: Material) -> Iterator[Row]:
    dated = _around_the_interview(material)
    for group in (BEFORE, AFTER):
        if dated is None:
            yield not_recorded("dated units in sampled case files", group=group)
            continue
        chosen = dated["before"] == (group == BEFORE)
        suspect, victim = (
            units_by_case(dated, chosen & dated["orientation"].eq(side)) for side in (SUSPECT, VICTIM)
        )
        total = suspect.add(victim, fill_value=0)
        yield SampledFiles.of(material.sample, material.frame).ratio(
            suspect.sub(victim, fill_value=0),
            total,
            per=1,
            units="dated counted units",
            counted=total > 0,
            group=group,
            seed=f"{material.seed} effort-balance-by-interview {group}",
        )


@indicator(
    Indicator(
        id="effort-victim-first",
        label="Case files in which testing the victim came first",
        pillar=1,
        unit="per cent",
        definition="Share of case files in which the first effort written down tests the victim, before any "
        "on the suspect.",
        formula="files whose first counted unit is of victim credibility / files with a counted unit",
        denominator="Sampled case files with a counted unit of either orientation.",
        caveat=f"{_WRITTEN} A first unit with codes of both orientations is not counted.",
        source=_CODEBOOK,
        direction="Higher: in more files, police turned to testing the victim first.",
        about="files",
    )
)
def _victim_first(material: Material) -> Iterator[Row]:
    counted = material.coding[material.coding["counts"].astype(bool)]
    places = list(zip(counted["entry_no"], counted["unit_no"], strict=True))
    counted = counted.assign(place=pd.Series(places, index=counted.index, dtype=object))
    first = (
        counted.groupby(["case_id", "orientation"])["place"]
        .min()
        .unstack()
        .reindex(columns=[VICTIM, SUSPECT])
    )
    victim_first = pd.Series(
        [
            not pd.isna(victim) and (pd.isna(suspect) or victim < suspect)
            for victim, suspect in zip(first[VICTIM], first[SUSPECT], strict=True)
        ],
        index=first.index,
        dtype=bool,
    )
    any_effort = pd.Series(True, index=first.index)
    among = len(first) < len(material.sample)
    yield SampledFiles.of(material.sample, material.frame).share(
        victim_first, among=any_effort, base="with any counted unit" if among else ""
    )


_REBUTTED = Indicator(
    id="victim-doubt-rebutted",
    label="Case files where doubt about the victim is answered",
    pillar=1,
    unit="per cent",
    definition="Share of case files in which police reject, at least once, a reason to doubt the victim.",
    formula="files with a victim-credibility code that is rebutted / sampled files",
    denominator="Sampled case files.",
    caveat="Reported beside the balance of effort, never inside it.",
    source=_CODEBOOK,
    direction="Higher: more files hold a reasoned answer to doubt.",
    about="files",
)


@indicator(_REBUTTED)
def _rebutted(material: Material) -> Iterator[Row]:
    coding = material.coding
    yield share_of_files(material, coding["orientation"].eq(VICTIM) & coding["polarity"].eq("rebutted"))


@indicator(
    replace(
        _REBUTTED,
        id="suspect-gaps-noted",
        label="Case files where work on the suspect is noted as not done",
        definition="Share of case files in which work on the suspect is, at least once, noted as not done.",
        formula="files with a suspect-focus code that is not done / sampled files",
        caveat="Counts gaps that someone wrote down, often a supervisor. Gaps nobody noticed leave no trace.",
        direction="Higher: more files in which a gap is written down.",
    )
)
def _suspect_gaps(material: Material) -> Iterator[Row]:
    coding = material.coding
    yield share_of_files(material, coding["orientation"].eq(SUSPECT) & coding["polarity"].eq("not-done"))


@indicator(
    replace(
        _REBUTTED,
        id="victim-doubt-cps",
        label="Case files where the CPS voices doubt about the victim",
        definition="Share of case files in which the prosecutor voices doubt about the victim.",
        formula="files with a victim-credibility code in the voice of the CPS / sampled files",
        caveat="What police wrote down of the prosecutor's view, which may be partial.",
        direction="Higher: doubt from the prosecutor is on record in more files.",
    )
)
def _cps_doubt(material: Material) -> Iterator[Row]:
    coding = material.coding
    doubt = coding["orientation"].eq(VICTIM) & coding["polarity"].eq("affirmed")
    yield share_of_files(material, doubt & coding["voice"].eq("cps"))
