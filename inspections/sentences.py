"""The words of every finding, apart from the code that fills in the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inspections.indicators.effort import AFTER, BEFORE
from inspections.indicators.supervision import FIRST_REVIEW_DAYS

__all__ = ["SENTENCES", "Sentence"]


@dataclass(frozen=True)
class Sentence:
    """How one row of the indicator table is put into words.

    Attributes
    ----------
    title : str
        The topic, used where no number may be told.
    says : str
        A share: what was so, following "In 17 of the 24 case files we examined, ...". Units: a clause with
        ``{share}`` in it. A balance: its opening. Days: from what to what. A mean: what it counts for each.
    among : str
        The cases looked at, in the plural, following their number.
    noun : str
        The same in a heading, following "In most".
    codes : tuple of str
        Codes whose units are counted, where it is those of some codes and not of a whole orientation.
    """

    indicator: str
    kind: Literal["share", "units", "balance", "days", "mean"]
    title: str
    says: str
    group: str = "force"
    among: str = "case files we examined"
    noun: str = "case files"
    codes: tuple[str, ...] = ()


_DECIDED = "cases in the frame that the Crown Prosecution Service decided"
_OF_REPEAT = "case files with a suspect linked to two or more reports"
_ENDED = "cases that police or the Crown Prosecution Service took no further"
_WITHDRAWN = "cases closed because the victim did not support action"

SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        "effort-more-on-victim",
        "share",
        "Effort on the victim's account and on the suspect",
        "officers recorded more effort on testing the victim's account than on investigating the suspect",
    ),
    Sentence(
        "effort-balance-corrected",
        "balance",
        "Balance of recorded effort, put right by an audit",
        "Had people coded every note, of all effort recorded in the case files we examined",
    ),
    Sentence(
        "effort-balance",
        "balance",
        "Balance of recorded effort",
        "By the program's count, of all effort recorded in the case files we examined",
    ),
    Sentence(
        "effort-balance-done",
        "balance",
        "Balance of finished work",
        "Of the work recorded as done, leaving out what was only planned",
    ),
    Sentence(
        "effort-before-interview",
        "units",
        "Testing the victim's account before hearing the suspect",
        "Of the units recorded on testing the victim's account, {share} were written before the day the "
        "suspect was interviewed",
    ),
    Sentence(
        "effort-balance-by-interview",
        "balance",
        "Balance of effort before the suspect's interview",
        "Of the effort recorded before the day the suspect was interviewed",
        group=BEFORE,
    ),
    Sentence(
        "effort-balance-by-interview",
        "balance",
        "Balance of effort from the suspect's interview on",
        "Of the effort recorded from the day the suspect was interviewed on",
        group=AFTER,
    ),
    Sentence(
        "effort-victim-first",
        "share",
        "What came first",
        "the first effort recorded was to test the victim's account",
    ),
    Sentence(
        "suspect-researched",
        "share",
        "Research into the suspect",
        "officers recorded research into the suspect's record, intelligence or earlier contact with police",
        codes=("sus-history-intel",),
    ),
    Sentence(
        "suspect-account-tested",
        "share",
        "Testing the suspect's account",
        "officers recorded effort to test the suspect's account",
        codes=("sus-account-test",),
    ),
    Sentence(
        "suspect-devices-sought",
        "share",
        "The suspect's devices and accounts",
        "officers recorded effort to get or examine the suspect's devices, accounts or messages",
        codes=("sus-digital",),
    ),
    Sentence(
        "suspect-movements-traced",
        "share",
        "The suspect's movements",
        "officers recorded effort to trace the suspect's movements",
        codes=("sus-movements",),
    ),
    Sentence(
        "victim-doubt-rebutted",
        "share",
        "Doubt about the victim answered",
        "officers recorded why a doubt about the victim should not count against them",
    ),
    Sentence(
        "suspect-gaps-noted",
        "share",
        "Work on the suspect noted as not done",
        "the notes themselves said that some work on the suspect had not been done",
    ),
    Sentence(
        "victim-doubt-cps",
        "share",
        "Doubt voiced by the Crown Prosecution Service",
        "officers recorded doubt about the victim voiced by the Crown Prosecution Service",
    ),
    Sentence(
        "pattern-linking",
        "share",
        "Looking for other offences by the suspect",
        "officers recorded effort to find other offences by the suspect",
        codes=("sus-pattern-linking",),
    ),
    Sentence(
        "risk-disruption",
        "share",
        "Managing and disrupting the suspect's risk",
        "officers recorded a step, taken or planned, against the risk that the suspect posed",
        codes=("sus-risk-disruption",),
    ),
    Sentence(
        "pattern-linking-not-done",
        "share",
        "Looking for other offences noted as not done",
        "the notes themselves said that other offences by the suspect had not been looked for",
        codes=("sus-pattern-linking",),
    ),
    Sentence(
        "risk-disruption-not-done",
        "share",
        "Acting on the suspect's risk noted as not done",
        "the notes themselves said that a step against the suspect's risk had not been taken",
        codes=("sus-risk-disruption",),
    ),
    Sentence(
        "repeat-suspects",
        "units",
        "Suspects linked to two or more reports",
        "Of all suspects with a reference in the force's cases, {share} had a link to two or more reports",
    ),
    Sentence(
        "repeat-suspect-cases",
        "units",
        "Cases of suspects linked to two or more reports",
        "Of all the force's cases with a suspect's reference, {share} concerned a suspect linked to two or "
        "more reports",
    ),
    Sentence(
        "repeat-suspect-disruption",
        "units",
        "Disruption of suspects linked to two or more reports",
        "Of the suspects linked to two or more reports for whom it is recorded, {share} had their disruption "
        "considered",
    ),
    Sentence(
        "repeat-suspect-response",
        "share",
        "Pattern and risk where the suspect is linked to other reports",
        "officers recorded effort to find other offences by the suspect or to act on the risk",
        noun=_OF_REPEAT,
        codes=("sus-pattern-linking", "sus-risk-disruption"),
    ),
    Sentence(
        "isva-referral",
        "share",
        "Referral to an independent sexual violence adviser",
        "a referral to an independent sexual violence adviser was recorded",
        among="cases in the frame",
        noun="cases",
    ),
    Sentence(
        "days-report-to-isva",
        "days",
        "Time to referral to an independent sexual violence adviser",
        "from the report to referral to an independent sexual violence adviser",
    ),
    Sentence(
        "victim-care-units",
        "units",
        "Care of the victim in the notes",
        "Of all the coding units in the case files we examined, {share} concerned contact with the victim, "
        "information, support or needs",
        codes=("oth-victim-care",),
    ),
    Sentence(
        "victim-contact-files",
        "share",
        "Contact with the victim in the notes",
        "officers recorded contact with the victim, information, support or needs",
        codes=("oth-victim-care",),
    ),
    Sentence(
        "days-without-contact",
        "days",
        "Stretches without contact with the victim",
        "without contact with the victim on record, at its longest in a case file,",
        codes=("oth-victim-care",),
    ),
    Sentence(
        "review-right-told",
        "share",
        "The right to have a decision reviewed",
        "it is recorded when the victim was told of the right to have the decision reviewed",
        among=_ENDED,
        noun=_ENDED,
    ),
    Sentence(
        "bail-changes-told",
        "share",
        "Telling the victim of changes of bail",
        "it is recorded when the victim was told",
        among="cases in which a suspect's bail was made, changed or ended",
        noun="cases with a change of bail",
    ),
    Sentence(
        "victim-cooperation-doubt",
        "share",
        "Doubt about the victim's cooperation",
        "officers recorded doubt about the victim's cooperation",
        codes=("vic-cooperation-doubt",),
    ),
    Sentence(
        "withdrawal",
        "share",
        "Victims who did not support action",
        "the outcome was that the victim did not support further action",
        group="closed",
        among="cases closed with an outcome in the period",
        noun="cases closed in the period",
    ),
    Sentence(
        "withdrawal-reported-by-victim",
        "share",
        "Who had reported the cases that victims did not support",
        "the victim had reported the offence",
        among=f"{_WITHDRAWN}, where it is recorded who reported",
        noun=_WITHDRAWN,
    ),
    Sentence(
        "withdrawal-victim-wanted-report",
        "share",
        "Whether those victims had wanted a report",
        "the victim had wanted the offence reported",
        among=f"{_WITHDRAWN}, where the victim's wish is recorded",
        noun=_WITHDRAWN,
    ),
    Sentence(
        "withdrawal-victim-reports",
        "share",
        "Withdrawal among victims' own reports",
        "the victim did not support further action in the end",
        among="closed cases that the victim had reported",
        noun="closed cases that the victim had reported",
    ),
    Sentence(
        "supervisor-entry",
        "share",
        "Supervisors' entries soon after the report",
        f"a supervisor made an entry within {FIRST_REVIEW_DAYS} days of the report",
    ),
    Sentence(
        "author-role-missing",
        "units",
        "Notes without the author's role",
        "Of the notes in the case files we examined, {share} left out the author's role",
    ),
    Sentence(
        "workforce-trainees",
        "units",
        "Investigators still in training",
        "Of the officers listed as investigating these offences, {share} were trainees or student officers",
    ),
    Sentence(
        "workforce-specialist-training",
        "units",
        "Specialist training",
        "Of the officers listed as investigating these offences, {share} had completed the specialist "
        "training",
    ),
    Sentence(
        "workforce-caseload",
        "mean",
        "Cases an officer carries",
        "open cases for each officer listed as investigating these offences",
    ),
    Sentence(
        "workforce-vacancies",
        "units",
        "Vacant posts",
        "Of the posts for investigating these offences, {share} were vacant",
    ),
    Sentence(
        "recorded-by-next-day",
        "share",
        "Recording without delay",
        "the crime was recorded by the day after the report",
        among="cases in the frame",
        noun="cases",
    ),
    Sentence(
        "outcome-coding",
        "share",
        "Outcomes that contradict the file",
        "the outcome contradicted what else was recorded",
        among="closed cases in the frame",
        noun="closed cases",
    ),
    Sentence(
        "dates-out-of-order",
        "share",
        "Milestones out of order",
        "a milestone was dated before one that must come first",
        among="cases in the frame",
        noun="cases",
    ),
    Sentence(
        "records-requests-files",
        "share",
        "Requests for victims' records and devices",
        "officers sought or read the victim's records or devices, or planned to, without limiting this to "
        "the suspect's conduct",
        codes=("vic-records-trawl",),
    ),
    Sentence(
        "records-requests-purpose",
        "units",
        "Requests for victims' records without a stated purpose",
        "Of the units about seeking or reading the victim's records, {share} gave no purpose",
        group="unstated",
        codes=("vic-records-trawl",),
    ),
    Sentence(
        "devices-returned-in-a-day",
        "share",
        "How soon victims had their devices back",
        "the victim had every device back within 24 hours",
        among="cases in which a phone or other device of the victim was taken",
        noun="cases with a device of the victim taken",
    ),
    Sentence(
        "devices-limited",
        "share",
        "Limits on the examination of victims' devices",
        "people, times and kinds of material were set down beforehand",
        group="victim",
        among="cases in which a device of the victim was examined",
        noun="cases with a device of the victim examined",
    ),
    Sentence(
        "devices-limited",
        "share",
        "Limits on the examination of suspects' devices",
        "people, times and kinds of material were set down beforehand",
        group="suspect",
        among="cases in which a device of a suspect was examined",
        noun="cases with a device of a suspect examined",
    ),
    Sentence(
        "third-party-limited",
        "share",
        "Limits on requests for records about the victim",
        "times and kinds of material were set down for every request",
        among="cases in which others were asked for records about the victim",
        noun="cases with records about the victim asked for",
    ),
    Sentence(
        "days-device-examined",
        "days",
        "Time until victims' devices were examined",
        "from the taking of a victim's device to its examination",
        group="victim",
    ),
    Sentence(
        "days-device-examined",
        "days",
        "Time until suspects' devices were examined",
        "from the taking of a suspect's device to its examination",
        group="suspect",
    ),
    Sentence(
        "charged",
        "share",
        "Charges among cases closed in the period",
        "a suspect was charged or summonsed",
        group="closed",
        among="cases closed with an outcome in the period",
        noun="cases closed in the period",
    ),
    Sentence(
        "charged",
        "share",
        "Charges among cases recorded in the period",
        "a suspect had been charged or summonsed by the time of the inspection",
        group="recorded",
        among="cases recorded in the period",
        noun="cases recorded in the period",
    ),
    Sentence(
        "cps-early-advice",
        "share",
        "Early advice from the Crown Prosecution Service",
        "police had sought early advice from the Crown Prosecution Service",
        among="cases in the frame",
        noun="cases",
    ),
    Sentence(
        "cps-referred",
        "share",
        "Cases sent to the Crown Prosecution Service",
        "police had sent the file to the Crown Prosecution Service for a decision",
        among="cases in the frame",
        noun="cases",
    ),
    Sentence(
        "cps-admin-finalised",
        "share",
        "Cases finalised administratively by the Crown Prosecution Service",
        "that service finalised the case administratively",
        among="cases in the frame sent to the Crown Prosecution Service",
        noun="cases sent to the Crown Prosecution Service",
    ),
    Sentence(
        "cps-charged",
        "share",
        "Charges among cases the Crown Prosecution Service decided",
        "a suspect was charged or summonsed",
        among=_DECIDED,
        noun=_DECIDED,
    ),
    Sentence(
        "days-report-to-named",
        "days",
        "Time to a suspect being named",
        "from the report to a suspect being named",
    ),
    Sentence("days-report-to-arrest", "days", "Time to arrest", "from the report to a suspect's arrest"),
    Sentence(
        "days-report-to-interview",
        "days",
        "Time to the suspect's first interview",
        "from the report to the suspect's first interview",
    ),
    Sentence(
        "days-report-to-advice",
        "days",
        "Time to early advice from the Crown Prosecution Service",
        "from the report to early advice from the Crown Prosecution Service",
    ),
    Sentence(
        "days-report-to-cps",
        "days",
        "Time to the file reaching the Crown Prosecution Service",
        "from the report to the file going to the Crown Prosecution Service",
    ),
    Sentence(
        "days-cps-decision",
        "days",
        "Time to the decision of the Crown Prosecution Service",
        "from the file going to the Crown Prosecution Service to its decision",
    ),
    Sentence(
        "days-report-to-charge",
        "days",
        "Time to charge",
        "from the report to a charge",
        group="charged",
    ),
    Sentence("days-report-to-closure", "days", "Time to closure", "from the report to closure of the case"),
)
"""Every sentence a finding can be, in the order of the report within a pillar."""
