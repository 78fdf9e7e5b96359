"""Pillar 1: whether the suspect was investigated at all, one share of case files a kind of work."""

from __future__ import annotations

from dataclasses import replace

from inspections.indicators.coded_files import files_with_counted
from inspections.indicators.registry import Indicator, indicator

_NO_SUSPECT = (
    "Planned work counts as finished work does. Files in which no suspect was ever found are in the base, "
    "where some of this work could not be done."
)

_RESEARCHED = Indicator(
    id="suspect-researched",
    label="Case files with research into the suspect",
    pillar=1,
    unit="per cent",
    definition="Share of case files in which police look into the suspect's record, intelligence or earlier "
    "contact with police, or assess it. A search that finds nothing counts.",
    formula="files with a counted unit of sus-history-intel / sampled files",
    denominator="Sampled case files.",
    caveat=_NO_SUSPECT,
    source="Codebook, code sus-history-intel; Operation Soteria Year One Report, summary of findings",
    direction="Higher: in more files, the suspect's history was looked into.",
    about="files",
)

indicator(_RESEARCHED)(files_with_counted("sus-history-intel"))

indicator(
    replace(
        _RESEARCHED,
        id="suspect-account-tested",
        label="Case files where the suspect's account is tested",
        definition="Share of case files in which police challenge, check or compare what the suspect says.",
        formula="files with a counted unit of sus-account-test / sampled files",
        caveat=f"{_NO_SUSPECT} A suspect who says nothing leaves no account to test.",
        source="Codebook, code sus-account-test",
        direction="Higher: in more files, the suspect's account was tested.",
    )
)(files_with_counted("sus-account-test"))

indicator(
    replace(
        _RESEARCHED,
        id="suspect-devices-sought",
        label="Case files where the suspect's devices are sought",
        definition="Share of case files in which police seek or examine the suspect's devices, accounts or "
        "messages.",
        formula="files with a counted unit of sus-digital / sampled files",
        caveat=f"{_NO_SUSPECT} A limited search of another's device for the suspect's conduct counts too.",
        source="Codebook, code sus-digital",
        direction="Higher: in more files, the suspect's devices or accounts were sought.",
    )
)(files_with_counted("sus-digital"))

indicator(
    replace(
        _RESEARCHED,
        id="suspect-movements-traced",
        label="Case files where the suspect's movements are traced",
        definition="Share of case files in which police trace what the suspect did, where and when.",
        formula="files with a counted unit of sus-movements / sampled files",
        source="Codebook, code sus-movements",
        direction="Higher: in more files, the suspect's movements were traced.",
    )
)(files_with_counted("sus-movements"))
