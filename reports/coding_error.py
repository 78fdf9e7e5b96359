"""How often the coding of notes is right, as a table of the coding annex."""

from __future__ import annotations

from reports.release import CodeError, CodingError
from reports.tables import Column, escape_note, format_number, note_below, pipe_table

__all__ = ["coding_error"]

_UNKNOWN = (
    "How often the coding used here is right on coded case files has not been measured: its rules, its "
    "training or the way of joining the two have changed since the last measurement.\n"
)
_ORIENTATIONS = {
    "VICTIM-CREDIBILITY": "Any victim-credibility code",
    "SUSPECT-FOCUS": "Any suspect-focus code",
}
_NOTE = (
    "*Right of those counted* (precision): of 100 units that the program counted, how many should count. "
    "*Found of those there are* (recall): of 100 units that should count, how many the program counted. "
    "*F1* is their harmonic mean, with a 95% interval from drawing whole case files."
)


def coding_error(error: CodingError | None, *, audited: bool) -> str:
    """Return the measured error as Markdown, or that it is not known.

    Parameters
    ----------
    error : CodingError or None
        What was measured on coded case files of others.
    audited : bool
        Whether people checked the coding of this force's notes, too.
    """
    if error is None:
        return _UNKNOWN
    here = "is in @tbl-coding-audit" if audited else "is not known"
    opening = (
        f"@tbl-coding-error says how often the coding used here was right on {error.units:,} coded units of "
        f"{error.cases} case files by {error.writers} writers, each read without having learnt from that "
        f"writer. {escape_note(error.warning)} How it fares with this force's notes {here}.\n"
    )
    columns = (
        Column("Code", 40),
        Column("Right of those counted", 16, numeric=True),
        Column("Found of those there are", 16, numeric=True),
        Column("F1", 20, numeric=True),
        Column("Units that should count", 12, numeric=True),
    )
    table = pipe_table(
        columns,
        map(_row, error.codes),
        caption=f"How often the coding is right, measured on {error.cases} case files",
        label="coding-error",
    )
    return f"{opening}\n{table}\n{note_below([_NOTE])}"


def _row(code: CodeError) -> tuple[str, ...]:
    name = _ORIENTATIONS.get(code.code, code.title)
    interval = "" if code.low is None else f" ({code.low:.2f} to {code.high:.2f})"
    return (
        name,
        _share(code.precision),
        _share(code.recall),
        "n/a" if code.f1 is None else f"{code.f1:.2f}{interval}",
        f"{code.gold:,}",
    )


def _share(value: float | None) -> str:
    return "n/a" if value is None else format_number(100 * value, "per cent")
