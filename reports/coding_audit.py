"""Whether people checked the coding of this force's notes, and what they found, as parts of the annexes."""

from __future__ import annotations

from reports.release import COUNTED, Audit, AuditedOrientation, CodingError, Finding, Release
from reports.tables import Column, format_date, format_number, note_below, pipe_table, status_note

__all__ = ["coding_audit", "how_counted", "known_to_be_off"]

_NOT_AUDITED = (
    "The coding error on this force's notes has not been measured: nobody has coded a sample of them blind, "
    "and no agreement between people and the program stands behind this report. The codebook sets out how "
    "that is to be done, and how much agreement a code should need before it may carry a finding. Until "
    "then every figure drawn from notes is provisional, whatever its interval and the strength of its "
    "evidence, and **the balance of effort is as the program counts it**."
)
_PUT_RIGHT = (
    "**The balance of effort is given as they would have coded all notes**, and beside it as the program "
    "counts it. The interval of the first holds the doubt of the units that nobody checked as well as that "
    "of the files that nobody read. All other figures drawn from notes are as the program counts; the "
    "errors in @tbl-coding-audit are not in their intervals."
)
_NAMES = {"victim-credibility": "Any victim-credibility code", "suspect-focus": "Any suspect-focus code"}
_NOTE = (
    "*Agreement* is Krippendorff's alpha between the coders before anything was settled: 1 is full "
    "agreement, 0 what chance would give. *Right of those counted* and *Found of those there are* compare "
    "the program with the settled coding of this force's notes, weighted to all its units. Intervals are at "
    "95%."
)
_FEW = (
    "Of an orientation marked *few*, people found fewer than 60 units, which the codebook calls too few to "
    "judge the coding by."
)


def coding_audit(release: Release) -> str:
    """Say which audit stands behind the balance and what it found, or what it means that there was none."""
    audit = release.facts.audit
    if audit is None:
        off = known_to_be_off(release.facts.coding.error)
        return f"{_NOT_AUDITED}{f' {off}' if off else ''}\n"
    columns = (
        Column("Orientation", 28),
        Column("Agreement of coders", 24, numeric=True),
        Column("Right of those counted", 24, numeric=True),
        Column("Found of those there are", 24, numeric=True),
    )
    table = pipe_table(
        columns,
        map(_row, audit.orientations),
        caption="The audit of the coding of this force's notes",
        label="coding-audit",
    )
    notes = [_NOTE, status_note(row.status for row in audit.orientations)]
    notes += [_FEW] if any(not row.enough and row.status == "shown" for row in audit.orientations) else []
    return f"{_which(audit)} {_PUT_RIGHT}\n\n{table}\n{note_below([note for note in notes if note])}"


def known_to_be_off(error: CodingError | None) -> str:
    """How far the program's balance is from people's where it was measured; nothing where it was not."""
    if error is None:
        return ""
    by_code = {code.code: code for code in error.codes}
    sides = [by_code.get(name) for name in ("SUSPECT-FOCUS", "VICTIM-CREDIBILITY")]
    counts = [(side.found, side.gold) for side in sides if side is not None]
    if len(counts) < len(sides) or not all(map(sum, zip(*counts, strict=True))):
        return ""
    (suspect, true_suspect), (victim, true_victim) = counts
    program, people = (
        format_number((one - other) / (one + other), "balance")
        for one, other in ((suspect, victim), (true_suspect, true_victim))
    )
    return (
        f"On the coded case files of @tbl-coding-error the program's balance was {program} where that of "
        f"whoever coded them was {people}. How far it is off on this force's notes is not known."
    )


def how_counted(finding: Finding, *, release: Release) -> str:
    """Say below the program's own balance whether it was put right, and where to read how far it is off."""
    if finding.indicators != (COUNTED,):
        return ""
    if (better := release.stands_for(finding.id)) is not None and better.id != finding.id:
        return f" **As the program counts it;** put right in [another finding](#finding-{better.id})."
    return (
        " **As the program counts it:** not put right for errors of coding "
        "([how far it is known to be off](#sec-coding-audit))."
    )


def _which(audit: Audit) -> str:
    of_all = f" (of {audit.all_units:,} in {audit.all_forces} forces)" if audit.all_forces > 1 else ""
    coders = "one person" if audit.coders == 1 else f"{audit.coders} people"
    settled = " Where they differed, a third person decided." if audit.adjudicated else ""
    return (
        f"The coding of this force's notes was audited in the round *{audit.round}*, settled on "
        f"{format_date(audit.settled_on)}: {audit.units:,} of its coding units{of_all}, drawn at random in "
        f"strata of what the program had said, were coded by {coders} who did not see what that "
        f"was.{settled}"
    )


def _row(row: AuditedOrientation) -> tuple[str, ...]:
    few = "" if row.enough or row.status != "shown" else " (few)"
    alpha = _with_ends("", row.alpha, row.alpha_low, row.alpha_high)
    if row.status != "shown":
        return (_NAMES[row.name], alpha, *[row.status.capitalize()] * 2)
    return (
        f"{_NAMES[row.name]}{few}",
        alpha,
        _with_ends("%", row.precision, row.precision_low, row.precision_high),
        _with_ends("%", row.recall, row.recall_low, row.recall_high),
    )


def _with_ends(unit: str, value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "n/a"
    printed = ["" if end is None else _written(end, unit) for end in (value, low, high)]
    return printed[0] if low is None or high is None else f"{printed[0]} ({printed[1]} to {printed[2]})"


def _written(number: float, unit: str) -> str:
    return format_number(100 * number, "per cent") if unit else f"{number:.2f}"
