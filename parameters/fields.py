"""The data dictionary: every field a force's case files may hold, what it tells, and what is lost without it.

Parameter files map a force's own column names to these names. `inspections.case_files` types and checks the
tables by the same list, so that a field is described in one place only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ANSWERS",
    "CHARGED",
    "DECIDED_BY_CPS",
    "DECISIONS",
    "FIELDS",
    "FURTHER_TABLES",
    "KEYS",
    "NOT_ANSWERED",
    "NOT_YET_ASSIGNED",
    "NO_FURTHER_ACTION",
    "NO_SUSPECT_IDENTIFIED",
    "OFFENCE_CODES",
    "OUTCOMES_OF_OTHER_OFFENCES",
    "OUTCOME_TYPES",
    "OWNERS",
    "PILLARS",
    "QUALIFICATIONS",
    "REPORTED_BY",
    "SEIZED",
    "SUSPECT_IDENTIFIED",
    "VICTIM_DOES_NOT_SUPPORT",
    "CaseFileField",
    "FurtherTable",
    "Kind",
    "Table",
    "fields_of",
]

Table = Literal["cases", "notes", "outcomes", "suspects", "devices", "workforce", "reviews"]
Kind = Literal["reference", "category", "date", "time", "whole number", "flag", "note text"]

OUTCOME_TYPES: Mapping[str, str] = {
    "0": "Not yet assigned an outcome",
    "1": "Charged or summonsed",
    "1A": "Charged or summonsed for an alternative offence",
    "2": "Youth caution",
    "2A": "Youth caution for an alternative offence",
    "3": "Adult caution",
    "3A": "Adult caution for an alternative offence",
    "4": "Taken into consideration",
    "5": "Suspect died",
    "6": "Penalty notice for disorder",
    "7": "Cannabis or khat warning",
    "8": "Community resolution",
    "9": "Not in the public interest (CPS)",
    "10": "Not in the public interest (police)",
    "11": "Suspect under the age of criminal responsibility",
    "12": "Suspect too ill",
    "13": "Victim or key witness dead or too ill",
    "14": "Suspect not identified; victim does not support further action",
    "15": "Suspect identified; victim supports; evidential difficulties",
    "16": "Suspect identified; victim does not support further action",
    "17": "Time limit for prosecution expired",
    "18": "Investigation complete; no suspect identified",
    "19": "Passed to the National Fraud Intelligence Bureau",
    "20": "Passed to another body or agency",
    "21": "Further investigation not in the public interest (police)",
    "22": "Diversionary, educational or intervention activity",
}
"""Home Office outcome framework: type -> label. Type 0 is a row in published tables, never in a total."""

NOT_YET_ASSIGNED = "0"
CHARGED = ("1", "1A")
VICTIM_DOES_NOT_SUPPORT = ("14", "16")
NO_SUSPECT_IDENTIFIED = ("14", "18")
SUSPECT_IDENTIFIED = ("15", "16")
DECIDED_BY_CPS = ("9",)
"""Outcome types that only the CPS can give, besides a charge."""

NO_FURTHER_ACTION = ("9", "10", "12", "13", "15", "17", "18", "21")
"""Outcome types by which police or the CPS take a case no further, victims' withdrawal apart."""

OUTCOMES_OF_OTHER_OFFENCES = ("6", "7", "17", "19")
"""Penalty notice, cannabis warning, summary time limit, fraud: none can close a rape or sexual assault."""

OFFENCE_CODES: Mapping[str, str] = {
    "17A": "Sexual assault on a male aged 13 and over",
    "17B": "Sexual assault on a male child under 13",
    "19C": "Rape of a female aged 16 and over",
    "19D": "Rape of a female child under 16",
    "19E": "Rape of a female child under 13",
    "19F": "Rape of a male aged 16 and over",
    "19G": "Rape of a male child under 16",
    "19H": "Rape of a male child under 13",
    "20A": "Sexual assault on a female aged 13 and over",
    "20B": "Sexual assault on a female child under 13",
    "21": "Sexual activity involving a child under 13",
    "22A": "Causing sexual activity without consent",
    "22B": "Sexual activity involving a child under 16",
    "23": "Familial sexual offences",
    "70": "Sexual activity with a person with a mental disorder",
    "71": "Abuse of children through sexual exploitation",
    "72": "Trafficking for sexual exploitation",
    "73": "Abuse of a position of trust of a sexual nature",
    "88A": "Sexual grooming",
    "88C": "Other miscellaneous sexual offences",
    "88D": "Unnatural sexual offences",
    "88E": "Exposure and voyeurism",
    "N100/1": "Reported rape not crimed: victim or third party has not confirmed, or cannot be traced",
    "N100/2": "Reported rape not crimed: credible evidence to the contrary",
    "N100/3": "Reported rape not crimed: committed in another force's area",
}
"""Home Office codes of sexual offences and of reported rapes not recorded as crimes: code -> label."""

DECISIONS: Mapping[str, str] = {
    "charged": "Charged or summonsed",
    "police NFA": "No further action, decided by police",
    "CPS NFA": "No further action, decided by the CPS",
    "victim withdrew": "Victim did not support further action",
    "other closed": "Closed for another reason",
    "open": "Still open",
}
"""How a case ended, in the groups that case-file reviews sample from, and the words for each in a report."""

PILLARS: Mapping[int, str] = {
    1: "Suspect-focused investigation",
    2: "Disrupting and challenging repeat offenders",
    3: "Procedural justice and engaging victims",
    4: "Officer learning, development and wellbeing",
    5: "Using data to manage performance",
    6: "Digital material and third-party records",
}
"""The six pillars of Operation Soteria Bluestone, as forms and reports alike head them."""

REPORTED_BY = ("victim", "third party", "police", "unknown")

OWNERS = ("victim", "suspect", "other")
"""Whose device was taken, or whom the records asked for are about."""

SEIZED = ("phone", "other device", "third-party records")
"""What a row of ``devices`` is about. Records that others hold are asked for, not taken."""

QUALIFICATIONS = ("fully qualified", "trainee", "student officer")
"""How far an officer has come: trainees learn the work of a detective, students that of a constable."""


ANSWERS: Mapping[str, str] = {
    "yes": "It was done, and done as the question asks.",
    "partly": "Some of it was done, or it was done late or incompletely.",
    "no": "The file shows that it was not done, or was done wrongly.",
    "not applicable": "The question does not arise in this case.",
    "not recorded": "The file does not say. It may have been done; nobody can tell.",
}
"""Answer -> what it means. "Not recorded" is a finding about the record and never counts as "no"."""

NOT_ANSWERED = "not answered"
"""Value of a question that a reader has left open: neither an answer nor "not recorded"."""


@dataclass(frozen=True)
class CaseFileField:
    """One field of a canonical table.

    Parameters
    ----------
    name : str
        Canonical name, used in parameter files and in every later table.
    kind : Kind
        How the value is read: dates lose their time of day, times keep it, flags are yes or no.
    tells : str
        What an inspector learns from it.
    limits : str
        What cannot be measured, or only in part, where it is missing.
    expected : {"always", "when closed", "where it happened"}
        When an empty value is a gap in the data rather than an answer.
    required : bool
        The table is unusable without it.
    allowed : tuple of str
        The only values a category may take; empty where any value may.
    """

    name: str
    kind: Kind
    tells: str
    limits: str = ""
    expected: Literal["always", "when closed", "where it happened"] = "always"
    required: bool = False
    allowed: tuple[str, ...] = ()


_HAPPENED: Literal["where it happened"] = "where it happened"

FIELDS: Mapping[Table, tuple[CaseFileField, ...]] = {
    "cases": (
        CaseFileField("case_id", "reference", "Crime reference, one row each.", required=True),
        CaseFileField(
            "offence_code",
            "category",
            "Home Office offence code, such as 19C.",
            "selecting cases by offence; results by offence",
        ),
        CaseFileField(
            "reported_on",
            "date",
            "Date the offence was reported to police.",
            "every time measured from report: to recording, arrest, interview, early advice and charge",
        ),
        CaseFileField(
            "recorded_on",
            "date",
            "Date the crime was recorded.",
            "selecting cases by recording date; time from report to recording",
        ),
        CaseFileField(
            "offence_from",
            "date",
            "Date of the offence, or the first date of a range.",
            "telling recent from non-recent offences",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "suspect_named_on",
            "date",
            "Date a suspect was first named.",
            "time from a suspect being named to arrest or interview",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "arrested_on",
            "date",
            "Date a suspect was first arrested.",
            "share of named suspects arrested; time from report to arrest",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "suspect_interviewed_on",
            "date",
            "Date a suspect was first interviewed, in custody or voluntarily.",
            "share of named suspects interviewed; time from report to interview",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "early_advice_on",
            "date",
            "Date early advice was first sought from the CPS.",
            "share of cases with early advice; time from report to early advice",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "file_to_cps_on",
            "date",
            "Date the file was first sent to the CPS for a charging decision.",
            "share of cases referred to the CPS; time from report to referral",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "cps_decision_on",
            "date",
            "Date of the CPS charging decision.",
            "telling police decisions from CPS decisions; time the CPS took",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "charged_on",
            "date",
            "Date of charge or summons.",
            "time from report to charge",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "closed_on",
            "date",
            "Date the outcome was recorded and the case closed.",
            "selecting cases by closure date; time from report to closure",
            expected="when closed",
        ),
        CaseFileField(
            "outcome_type",
            "category",
            "Home Office outcome type, 0 to 22.",
            "charge rate; share of victims who do not support action; grouping by decision",
            expected="when closed",
            allowed=tuple(OUTCOME_TYPES),
        ),
        CaseFileField(
            "decision",
            "category",
            "How the case ended; worked out from outcome and CPS decision date where not mapped.",
            "sampling by decision; results by decision",
            allowed=tuple(DECISIONS),
        ),
        CaseFileField(
            "suspect_id",
            "reference",
            "Reference of the main suspect, the same wherever that person appears.",
            "finding repeat suspects",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "suspect_named",
            "flag",
            "Whether a suspect was named at any time; worked out from the dates where not mapped.",
            "separating named from unknown suspects, the base of arrest and interview shares",
        ),
        CaseFileField(
            "relationship",
            "category",
            "Relationship of suspect to victim, in the force's own words.",
            "results by relationship",
        ),
        CaseFileField(
            "victim_age_group", "category", "Age group of the victim at report.", "results by victim's age"
        ),
        CaseFileField("victim_gender", "category", "Gender of the victim.", "results by victim's gender"),
        CaseFileField(
            "reported_by",
            "category",
            "Who reported: victim, third party, police or unknown.",
            "reading withdrawal fairly where the victim did not report",
            allowed=REPORTED_BY,
        ),
        CaseFileField(
            "victim_wanted_report",
            "flag",
            "Whether the victim wanted the offence reported.",
            "reading withdrawal fairly where the victim never wanted police involved",
        ),
        CaseFileField(
            "isva_referral_on",
            "date",
            "Date of referral to an independent sexual violence adviser.",
            "share of victims referred for independent support; time from report to referral",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "admin_finalised_on",
            "date",
            "Date the CPS finalised the case administratively, having sent it back and not seen it again.",
            "share of cases sent to the CPS that were never decided there",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "review_right_told_on",
            "date",
            "Date the victim was told of the right to have the decision to end the case reviewed.",
            "share of victims told of their right to review",
            expected=_HAPPENED,
        ),
    ),
    "notes": (
        CaseFileField(
            "case_id", "reference", "Crime reference of the case the note belongs to.", required=True
        ),
        CaseFileField(
            "entry_no",
            "whole number",
            "Number of the entry in its case; counted in order of time where the force has none.",
        ),
        CaseFileField(
            "entered_at",
            "time",
            "Date and time the entry was made.",
            "order of entries; gaps in activity; time to first supervision",
        ),
        CaseFileField(
            "author_role", "category", "Role of the author, never a name.", "supervision; who wrote what"
        ),
        CaseFileField(
            "entry_type",
            "category",
            "Type of entry, in the force's own words.",
            "telling reviews, contact logs and plans apart",
        ),
        CaseFileField("text", "note text", "Text of the entry.", required=True),
    ),
    "outcomes": (
        CaseFileField(
            "outcome_type",
            "category",
            "Home Office outcome type, 0 to 22.",
            required=True,
            allowed=tuple(OUTCOME_TYPES),
        ),
        CaseFileField("period", "category", "Quarter or year the counts are for.", "outcomes over time"),
        CaseFileField(
            "recorded",
            "whole number",
            "Outcomes of offences recorded in the period, whenever the outcome came.",
            "official charge rate for offences recorded in the period",
        ),
        CaseFileField(
            "closed",
            "whole number",
            "Outcomes given in the period, whenever the offence was recorded.",
            "official charge rate for cases closed in the period",
        ),
    ),
    "suspects": (
        CaseFileField("case_id", "reference", "Crime reference of a case.", required=True),
        CaseFileField(
            "suspect_id",
            "reference",
            "Reference of a person suspected in it, the same wherever that person appears.",
            "finding repeat suspects",
        ),
        CaseFileField(
            "disruption_considered",
            "flag",
            "Whether ways to stop this suspect offending were considered, such as an order.",
            "share of repeat suspects whose disruption was considered",
        ),
        CaseFileField(
            "bail_changed_on",
            "date",
            "Date this suspect's bail or its conditions were last made, changed or ended.",
            "share of such changes that the victim was told of",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "victim_told_on",
            "date",
            "Date the victim was told of that change.",
            "share of changes of bail that the victim was told of",
            expected=_HAPPENED,
        ),
    ),
    "devices": (
        CaseFileField(
            "case_id",
            "reference",
            "Crime reference of the case for which a device was taken or records were asked for.",
            required=True,
        ),
        CaseFileField(
            "owner",
            "category",
            "Whose device it is, or whom the records are about: victim, suspect or other.",
            required=True,
            allowed=OWNERS,
        ),
        CaseFileField(
            "kind",
            "category",
            "Phone, other device, or third-party records; every row is a device where not held.",
            "requests for records that others hold",
            allowed=SEIZED,
        ),
        CaseFileField(
            "taken_at",
            "time",
            "Date and time the device was taken, or the records were asked for.",
            "time until the device was given back; time until it was examined",
        ),
        CaseFileField(
            "examined_at",
            "time",
            "Date and time the device was examined, or the records were read.",
            "time until devices were examined",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "returned_at",
            "time",
            "Date and time the device was given back.",
            "share of victims whose devices came back within a day",
            expected=_HAPPENED,
        ),
        CaseFileField(
            "parameters_set",
            "flag",
            "Whether people, times and kinds of material were set down before anything was looked at.",
            "share of examinations and requests that were limited",
        ),
    ),
    "workforce": (
        CaseFileField(
            "role", "category", "Role of an officer, or of the officers counted; never a name.", required=True
        ),
        CaseFileField(
            "officers",
            "whole number",
            "How many officers the row counts; one where the force lists each officer.",
            "how many officers a row stands for, in every share of officers and in caseload",
        ),
        CaseFileField(
            "qualification",
            "category",
            "Whether they are fully qualified, trainees or student officers.",
            "share of investigators still in training",
            allowed=QUALIFICATIONS,
        ),
        CaseFileField(
            "specialist_training",
            "flag",
            "Whether they have completed the force's training in rape and serious sexual offences.",
            "share of investigators with specialist training",
        ),
        CaseFileField(
            "open_cases",
            "whole number",
            "Open cases that they carry, all together.",
            "cases an officer carries",
        ),
        CaseFileField(
            "vacancies",
            "whole number",
            "Posts of the role that are not filled, in one row of the role.",
            "share of posts that are vacant",
        ),
    ),
    "reviews": (
        CaseFileField("case_id", "reference", "Crime reference of a reviewed case.", required=True),
        CaseFileField(
            "question", "category", "Question of the case-file review, such as SU3.", required=True
        ),
        CaseFileField(
            "answer",
            "category",
            "The final answer, after moderation.",
            required=True,
            allowed=(*ANSWERS, NOT_ANSWERED),
        ),
        CaseFileField("origin", "category", "How it was reached: read once, agreed, adjudicated."),
    ),
}
"""Table -> its fields, in column order."""


KEYS: Mapping[Table, tuple[str, ...]] = {
    "cases": ("case_id",),
    "notes": ("case_id", "entry_no"),
    "suspects": ("case_id", "suspect_id"),
    "reviews": ("case_id", "question"),
}
"""Table -> the fields that together tell its rows apart; tables not named here have no such fields."""


@dataclass(frozen=True)
class FurtherTable:
    """A table that an inspection can do without: what it tells, and what is lost where there is none."""

    tells: str
    limits: str


FURTHER_TABLES: Mapping[Table, FurtherTable] = {
    "suspects": FurtherTable(
        "Every person suspected in each case, and what was done about the risk they pose.",
        "cases of several suspects; whether disruption was considered; telling victims of changes of bail",
    ),
    "devices": FurtherTable(
        "Devices taken and records asked for, with their dates and limits.",
        "all that concerns how long devices were kept and how far they were looked into",
    ),
    "workforce": FurtherTable(
        "Officers who investigate these offences: their training and the work they carry.",
        "all that concerns officers' training, caseload and vacancies",
    ),
    "reviews": FurtherTable(
        "What reviewers answered about each case file.", "everything that rests on reading whole case files"
    ),
}
"""The tables beside cases and notes whose absence is a gap, and not only something less to compare with."""


def fields_of(table: Table) -> dict[str, CaseFileField]:
    """Fields of a canonical table by name, in column order."""
    return {field.name: field for field in FIELDS[table]}
