"""Strands of evidence side by side: what reviewers found, what the notes show, what the records show.

A strand is compared by its released share and interval alone, so nothing hidden can be worked out from what
is said here. Two shares may be alike although the files behind them are not: the files in which the strands
differ are listed for those who may read them, and for nobody else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from inspections.indicators.reviewers import ANSWER_PREFIX
from inspections.intervals import CENSUS
from inspections.rounding import half_up, whole
from parameters.words import load_words

__all__ = ["MATTERS", "Matter", "compare_strands", "files_apart", "matters_of", "printed_ends"]

Kind = Literal["notes", "records"]
_Row = Mapping[Any, Any]
Verdict = Literal["differ", "agree", "open", "few cases", "not published", "not recorded"]

_COMPARED = ("differ", "agree", "open")


@dataclass(frozen=True)
class Matter:
    """Something that reviewers were asked and that the notes or the records speak of too.

    Attributes
    ----------
    question, answer : str
        Id of the question, and the answer that says the same as the others.
    others : tuple of (kind, indicator, group)
        What the notes or the force's records show of it.
    apart : str
        Why the two need not agree: what each of them asks.
    """

    id: str
    title: str
    question: str
    others: tuple[tuple[Kind, str, str], ...]
    apart: str
    answer: str = "yes"

    @property
    def row(self) -> str:
        """Indicator of the reviewers' answers, whose groups the answers are."""
        return f"{ANSWER_PREFIX}{self.question}"


MATTERS: tuple[Matter, ...] = (
    Matter(
        "suspect-account",
        "Testing the suspect's account",
        "SU6",
        (("notes", "suspect-account-tested", "force"),),
        "Reviewers looked for checks against evidence that does not come from the victim, in files in "
        "which the suspect gave an account. The notes count any effort to test the account, in every file.",
    ),
    Matter(
        "suspect-devices",
        "The suspect's devices",
        "SU7",
        (("notes", "suspect-devices-sought", "force"),),
        "Reviewers asked whether devices were examined, or movements traced, where these could matter. The "
        "notes count any effort to get or examine devices, accounts or messages.",
    ),
    Matter(
        "suspect-history",
        "Searching the suspect's history",
        "SU1",
        (("notes", "suspect-researched", "force"),),
        "Reviewers looked for searches with what they returned, in files with a named suspect. The notes "
        "count any effort to research the suspect, in every file.",
    ),
    Matter(
        "linked-offences",
        "Other offences by the suspect",
        "SU2",
        (("notes", "pattern-linking", "force"),),
        "Reviewers asked whether what the suspect's history held was followed up, and left out files in "
        "which it held nothing. The notes count any effort to find other offences, in every file.",
    ),
    Matter(
        "suspect-risk",
        "The risk that the suspect posed",
        "SG4",
        (("notes", "risk-disruption", "force"),),
        "Reviewers asked whether risks to other people were considered. The notes count a step against the "
        "suspect's risk, taken or planned.",
    ),
    Matter(
        "victim-informed",
        "Keeping the victim informed",
        "VC3",
        (("notes", "victim-contact-files", "force"),),
        "Reviewers asked whether the victim was kept informed as agreed. The notes count any contact, "
        "information, support or needs.",
    ),
    Matter(
        "adviser",
        "Referral to an adviser",
        "VC1",
        (("records", "isva-referral", "force"),),
        "Reviewers counted the offer of any support service, early and followed up. The records hold the "
        "date of a referral to an independent sexual violence adviser.",
    ),
    Matter(
        "bail",
        "Telling the victim of bail",
        "VC4",
        (("records", "bail-changes-told", "force"),),
        "Reviewers asked whether the victim was told promptly of arrest, release and bail. The records "
        "hold the date on which the victim was told of a change of bail.",
    ),
    Matter(
        "review-right",
        "Telling the victim of the right to review",
        "VC7",
        (("records", "review-right-told", "force"),),
        "Reviewers asked whether the victim was told of the right, and how to use it. The records hold the "
        "date on which the victim was told.",
    ),
    Matter(
        "supervision",
        "Supervisors' part",
        "IP4",
        (("records", "supervisor-entry", "force"),),
        "Reviewers asked for direction that moved the investigation on. The records show only that a "
        "supervisor made an entry soon after the report.",
    ),
    Matter(
        "outcome",
        "Outcomes that do not fit",
        "OC2",
        (("records", "outcome-coding", "force"),),
        "Reviewers read the file and asked whether the outcome recorded is the one that fits what "
        "happened. The records only show where fields contradict one another.",
        answer="no",
    ),
    Matter(
        "device-limits",
        "Limits on the victim's device",
        "DG3",
        (("records", "devices-limited", "victim"),),
        "Reviewers asked whether what would be taken was limited to stated people, times and kinds of "
        "material. The records say whether limits were set down before a device was examined.",
    ),
    Matter(
        "device-returned",
        "Giving back the victim's device",
        "DG5",
        (("records", "devices-returned-in-a-day", "force"),),
        "Reviewers asked whether the device was given back quickly and what came from it read in good "
        "time. The records show whether every device was back within 24 hours.",
    ),
    Matter(
        "records-limits",
        "Limits on requests for the victim's records",
        "TP2",
        (("records", "third-party-limited", "force"),),
        "Reviewers asked whether requests were limited and the victim told before they were made. The "
        "records say whether limits were set for every request.",
    ),
    Matter(
        "early-advice",
        "Early advice from the Crown Prosecution Service",
        "CP1",
        (("records", "cps-early-advice", "force"),),
        "Reviewers asked whether advice was sought where it could help and early enough to shape the case. "
        "The records show whether it was sought at all, in every case.",
    ),
)
"""All that is compared, in the order of the pillars."""


def compare_strands(released: pd.DataFrame) -> list[dict[str, Any]]:
    """Set reviewers' answers beside what the notes and records show of the same matter.

    Parameters
    ----------
    released : DataFrame
        The *released* indicator table, the reviewers' answers among its rows.

    Returns
    -------
    list of dict
        Plain values for ``strands.json``: ``id, pillar, title, question, answer, apart`` and, in ``others``,
        ``strand, indicator, group, verdict, says``; a matter is there when both rows are. Strands *differ*
        where their intervals do not meet, *agree* where the intervals together are no wider than the table
        of words allows, and are *open* otherwise. Where reviewers give the answer in a smaller share, it is
        said whether those who answered "partly" would make up for it.
    """
    rows = {(str(row["indicator"]), str(row["group"])): row for row in released.to_dict("records")}
    return [
        {
            "id": matter.id,
            "pillar": int(reviewers["pillar"]),
            "title": matter.title,
            "question": matter.question,
            "answer": matter.answer,
            "apart": matter.apart,
            "others": [
                {"strand": kind, "indicator": name, "group": group}
                | _compared(reviewers, rows[name, group], kind, partly=rows.get((matter.row, "partly")))
                for kind, name, group in matter.others
                if (name, group) in rows
            ],
        }
        for matter in MATTERS
        if (reviewers := rows.get((matter.row, matter.answer)))
        and any((name, group) in rows for _, name, group in matter.others)
    ]


def matters_of(indicator: str, group: str, rows: Collection[tuple[Any, Any]]) -> list[Matter]:
    """What reviewers were asked that a row of the indicators speaks of too, where they answered.

    Parameters
    ----------
    indicator, group : str
        The row.
    rows : collection of (indicator, group)
        All rows there are, the reviewers' answers among them.
    """
    return [
        matter
        for matter in MATTERS
        if (matter.row, matter.answer) in rows
        and any((name, own) == (indicator, group) for _, name, own in matter.others)
    ]


def files_apart(cases: pd.DataFrame) -> pd.DataFrame:
    """List the sampled files in which two strands do not say the same, for somebody to read again.

    Parameters
    ----------
    cases : DataFrame
        The cases behind every row, as :class:`inspections.indicators.Results` has them.

    Returns
    -------
    DataFrame
        ``matter, case_id, question, reviewers, strand, indicator, shows``: whether reviewers gave the answer,
        and whether the other strand shows the same. Restricted.
    """
    columns = ["matter", "case_id", "question", "reviewers", "strand", "indicator", "shows"]
    found = [pd.DataFrame(columns=columns)]
    counted = cases.set_index(["indicator", "group"])[["case_id", "counted"]].sort_index()
    for matter in MATTERS:
        answered = _of_row(counted, matter.row, matter.answer)
        for kind, name, group in matter.others:
            both = answered.merge(_of_row(counted, name, group), on="case_id", suffixes=("", "_other"))
            unlike = both[both["counted"].astype(bool) != both["counted_other"].astype(bool)]
            found.append(
                pd.DataFrame(
                    {
                        "matter": matter.title,
                        "case_id": unlike["case_id"],
                        "question": matter.question,
                        "reviewers": unlike["counted"].map(
                            {True: matter.answer, False: f"not {matter.answer}"}
                        ),
                        "strand": kind,
                        "indicator": name,
                        "shows": unlike["counted_other"].map({True: "yes", False: "no"}),
                    }
                )
            )
    return pd.concat(found, ignore_index=True)


def printed_ends(row: Mapping[Any, Any]) -> tuple[float, float]:
    """Ends of the interval of a share, in whole per cent as printed.

    Parameters
    ----------
    row : mapping
        A released row with its number in per cent.

    Returns
    -------
    (float, float)
        The share itself twice where every case was counted; 0 and 100 where nothing tells how sure it is.
    """
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        share = half_up(float(row["value"]))
        return (share, share) if row["interval"] == CENSUS.method else (0.0, 100.0)
    return half_up(float(row["low"])), half_up(float(row["high"]))


def _of_row(counted: pd.DataFrame, indicator: str, group: str) -> pd.DataFrame:
    return counted.loc[[(indicator, group)]] if (indicator, group) in counted.index else counted.iloc[:0]


def _compared(reviewers: _Row, other: _Row, kind: Kind, *, partly: _Row | None) -> dict[str, str]:
    verdict = _verdict(reviewers, other)
    says = _says(verdict, reviewers, other, kind, partly=partly) if verdict in _COMPARED else ""
    return {"verdict": verdict, "says": says}


def _says(verdict: Verdict, reviewers: _Row, other: _Row, kind: Kind, *, partly: _Row | None) -> str:
    (low, high), (other_low, other_high) = printed_ends(reviewers), printed_ends(other)
    reach = f"{whole(min(low, other_low))} to {whole(max(high, other_high))} per cent"
    if verdict == "agree":
        return f"They agree: both intervals lie within {reach}."
    if verdict == "open":
        return f"No difference is shown, and no agreement: the intervals meet and together span {reach}."
    answered = f"They differ: reviewers answered {reviewers['group']}"
    if other_high < low:
        return f"{answered} in a larger share than the {kind} show."
    return f"{answered} in a smaller share than the {kind} show{_with_partly(high, partly, other_low)}."


def _verdict(reviewers: _Row, other: _Row) -> Verdict:
    for row in (reviewers, other):
        if pd.isna(row["value"]):
            return "not published" if row["status"] == "suppressed" else "not recorded"
    if any(pd.isna(row["cases"]) or row["cases"] < load_words().smallest_base for row in (reviewers, other)):
        return "few cases"
    (low, high), (other_low, other_high) = printed_ends(reviewers), printed_ends(other)
    if high < other_low or other_high < low:
        return "differ"
    return "agree" if max(high, other_high) - min(low, other_low) <= load_words().agreement else "open"


def _with_partly(high: float, partly: _Row | None, other_low: float) -> str:
    """Whether a difference stays with "partly" added: the upper ends add up to no less than that of both."""
    if partly is None or pd.isna(partly["value"]):
        return ""
    if high + printed_ends(partly)[1] < other_low:
        return ', even if "partly" is added'
    return '; if "partly" is added, no difference is shown'
