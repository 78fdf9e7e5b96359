"""Words a reader knows for the names that tables of evidence use inside."""

from __future__ import annotations

import re
from collections.abc import Iterable

from parameters.fields import DECISIONS, OUTCOME_TYPES

__all__ = [
    "coding_label",
    "field_label",
    "group_label",
    "lower_first",
    "method_label",
    "place_label",
    "short_forms",
    "typeset",
    "with_labels",
]

_FIELDS = {
    "case_id": "Case reference",
    "offence_code": "Offence code",
    "reported_on": "Date of report",
    "recorded_on": "Date recorded as a crime",
    "offence_from": "Date of the offence",
    "suspect_named_on": "Date a suspect was named",
    "arrested_on": "Date of arrest",
    "suspect_interviewed_on": "Date of the suspect's first interview",
    "early_advice_on": "Date of early advice from the CPS",
    "file_to_cps_on": "Date the file went to the CPS",
    "cps_decision_on": "Date of the CPS decision",
    "charged_on": "Date of charge or summons",
    "closed_on": "Date of closure",
    "outcome_type": "Outcome type",
    "decision": "Kind of decision",
    "suspect_id": "Reference of the suspect",
    "suspect_named": "Whether a suspect was named",
    "relationship": "Relationship of suspect and victim",
    "victim_age_group": "Age group of the victim",
    "victim_gender": "Gender of the victim",
    "reported_by": "Who reported the offence",
    "victim_wanted_report": "Whether the victim wanted it reported",
    "isva_referral_on": "Date of referral to an adviser (ISVA)",
    "admin_finalised_on": "Date the CPS finalised the case administratively",
    "review_right_told_on": "Date the victim was told of the right to review",
    "entry_no": "Number of the entry",
    "entered_at": "Date and time of the entry",
    "author_role": "Role of the author",
    "entry_type": "Type of entry",
    "disruption_considered": "Whether disruption was considered",
    "bail_changed_on": "Date of a change of bail",
    "victim_told_on": "Date the victim was told of it",
    "taken_at": "Date and time taken or asked for",
    "examined_at": "Date and time examined",
    "returned_at": "Date and time given back",
    "parameters_set": "Whether limits were set beforehand",
    "specialist_training": "Whether trained as a specialist",
    "open_cases": "Open cases carried",
}
_TABLES = {
    "notes": "notes",
    "outcomes": "official outcome counts",
    "suspects": "suspects",
    "devices": "devices and records",
    "workforce": "the workforce",
    "reviews": "review answers",
}
_FIELD_NAMES = re.compile(
    r"\b(?:" + "|".join(sorted((name for name in _FIELDS if "_" in name), key=len)[::-1]) + r")\b"
)
_GROUPS = {
    **DECISIONS,
    "closed": "Closed in the period",
    "recorded": "Recorded in the period",
    "victim-credibility": "Testing the victim's credibility",
    "suspect-focus": "Investigating the suspect",
    "limited": "Limited to the suspect's conduct",
    "credibility": "To test the victim's credibility",
    "unstated": "No purpose stated",
    "before the interview": "Before the suspect was interviewed",
    "from the interview on": "From the suspect's interview on",
    "victim": "Of the victim",
    "suspect": "Of suspects",
}
_SHORT_FORMS = {
    "ABE": "video-recorded interview of the victim",
    "AP": "aggrieved party, the victim",
    "CPS": "Crown Prosecution Service",
    "DC": "detective constable",
    "DI": "detective inspector",
    "DS": "detective sergeant",
    "GP": "family doctor",
    "IP": "injured party, the victim",
    "OIC": "officer in the case",
    "SOIT": "specially trained officer who deals with the victim",
    "SOLO": "specially trained officer who deals with the victim",
    "SUSP": "suspect",
    "VIC": "victim",
    "VRI": "video-recorded interview of the victim",
}
"""What only police write without saying it in full; the meanings are those of the codebook's glossary."""
_SIGNS = (
    (re.compile(r"(?<![\w.,;!?)])'(?=\w)"), "\N{LEFT SINGLE QUOTATION MARK}"),
    (re.compile(r"'"), "\N{RIGHT SINGLE QUOTATION MARK}"),
    (re.compile(r'(?<![\w.,;!?)])"(?=\w)'), "\N{LEFT DOUBLE QUOTATION MARK}"),
    (re.compile(r'"'), "\N{RIGHT DOUBLE QUOTATION MARK}"),
    (re.compile(r"(?<![\w-])-(?=\d)"), "\N{MINUS SIGN}"),
)
_METHODS = {
    "Wilson, weighted by stratum of a finite list": "Wilson, allowing for strata and the length of the list",
    "hypergeometric, mid-p": "hypergeometric with mid-p, allowing for the length of the list",
}


def field_label(name: str) -> str:
    """Return the words for a field of a force's data; a field of no other name keeps its own words."""
    return typeset(_FIELDS.get(name, name.replace("_", " ").capitalize()))


def place_label(table: str, field: str) -> str:
    """Return where something was found: a field of the cases, or of another table, which is then named.

    Examples
    --------
    >>> place_label("cases", "closed_on"), place_label("devices", "")
    ('Date of closure', 'The whole table of devices and records')
    """
    if not field:
        return f"The whole table of {_TABLES.get(table, table)}"
    label = field_label(field)
    return label if table == "cases" else f"{label} ({_TABLES.get(table, table)})"


def short_forms(texts: Iterable[str]) -> dict[str, str]:
    """Return what the short forms of investigation notes mean that stand in any of some texts.

    Examples
    --------
    >>> short_forms(["Ask IP straight", "DS"])
    {'DS': 'detective sergeant', 'IP': 'injured party, the victim'}
    """
    words = set(re.findall(r"\w+", " ".join(texts)))
    return {short: meaning for short, meaning in _SHORT_FORMS.items() if short in words}


def with_labels(text: str) -> str:
    """Put words in the place of the names of fields.

    Examples
    --------
    >>> with_labels("closed_on before reported_on")
    'date of closure before date of report'
    """

    return _FIELD_NAMES.sub(lambda found: lower_first(_FIELDS[found[0]]), text)


def lower_first(label: str) -> str:
    """Return a label as it stands within a sentence; short forms in it keep their capitals.

    Examples
    --------
    >>> lower_first("No further action, decided by the CPS")
    'no further action, decided by the CPS'
    """
    return label[:1].lower() + label[1:]


def group_label(group: str, *, indicator: str = "") -> str:
    """Return the words for a group of cases: an outcome type, a field, a decision, or a pair of these.

    Examples
    --------
    >>> group_label("CPS NFA"), group_label("16", indicator="outcomes-closed")[:28]
    ('No further action, decided by the CPS', '16: Suspect identified; vict')
    """
    if group in OUTCOME_TYPES and "outcomes" in indicator:
        return typeset(f"{group}: {OUTCOME_TYPES[group]}")
    if group in _GROUPS:
        return typeset(_GROUPS[group])
    return field_label(group) if group in _FIELDS else typeset(group.replace("_", " "))


def method_label(method: str) -> str:
    """Return the name of a method of intervals with what it allows for."""
    return _METHODS.get(method, method)


def typeset(words: str) -> str:
    """Give the toolkit's own words the quotation marks and minus signs of print; quoted notes keep theirs.

    Examples
    --------
    >>> print(typeset('The victim\\'s "expected" conduct, -0.2'))
    The victim’s “expected” conduct, −0.2
    """
    for pattern, sign in _SIGNS:
        words = pattern.sub(sign, words)
    return words


def coding_label(combine: str) -> str:
    """Say who read the notes, and which reading stands."""
    return _READINGS[combine]


_TWICE = (
    "The notes were read twice: by the rules of the codebook, and by a reader trained on coded case files."
)
_READINGS = {
    "rules": "The notes were read by the rules of the codebook alone.",
    "reader": "The notes were read by a reader trained on coded case files.",
    "either": f"{_TWICE} What either of them found is counted.",
    "both": f"{_TWICE} Only what both of them found is counted.",
    "rules-first": f"{_TWICE} The trained reader is heard where no rule found a focus.",
    "reader-first": f"{_TWICE} What the trained reader found is counted.",
}
