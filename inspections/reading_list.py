"""The list an inspector takes to the force: which case files to read, and which to take if one is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from openpyxl.worksheet.worksheet import Worksheet

from inspections.reviews.forms import DIP_RULE
from inspections.reviews.workbooks import Writable, finish_sheet, head_row, new_workbook, put, save
from inspections.sampling import REPLACEMENT_RULE, LossReason, Sample, reading_list, reserve_list
from parameters import Parameters
from parameters.fields import OUTCOME_TYPES

__all__ = ["write_reading_list"]

_HEAD = 4


def write_reading_list(
    path: Path, sample: Sample, dips: Mapping[str, Sample], *, parameters: Parameters
) -> None:
    """Write the case files to read, in order, and the reserves as a workbook. Restricted.

    Parameters
    ----------
    path : Path
        Excel workbook to write.
    sample, dips : Sample, mapping
        The samples as they are to be read, lost cases replaced.
    parameters : Parameters
        Names for the headings; the day of publication dates the file, so that it is the same bytes each time.
    """
    force = parameters.force
    workbook, sheets = new_workbook(f"Reading list: {force.name}", ("To read", "Reserves", "Rules"))
    reading, reserves = reading_list(sample, dips), reserve_list(sample, dips)
    _fill(
        sheets["To read"],
        f"{force.name}: case files to read",
        f"{parameters.inspection.name}. Read in this order.",
        {"Place": 8, "Case": 30, "Drawn for": 44, "Stratum": 34},
        (
            (place, case_id, _drawn_for(main, dip), stratum)
            for place, case_id, main, dip, stratum in reading.itertuples(index=False, name=None)
        ),
    )
    _fill(
        sheets["Reserves"],
        f"{force.name}: reserves",
        "Read one only when a case file above it in its list is recorded as lost: inspection replace.",
        {"Place": 8, "Case": 30, "In place of a file of": 44, "Stratum": 34},
        (
            (int(place), case_id, drawn_for, stratum)
            for drawn_for, stratum, place, case_id in reserves.itertuples(index=False, name=None)
        ),
    )
    rules = [
        ("Replacing a file", REPLACEMENT_RULE),
        ("Reasons for a loss", "; ".join(LossReason)),
        *([("Dip samples", DIP_RULE)] if dips else []),
        *((f"Outcome {code}", OUTCOME_TYPES[code]) for code in dips),
        ("Case list, SHA-256", sample.frame_hash),
        ("Draw, SHA-256", sample.effective_seed),
    ]
    _fill(sheets["Rules"], "How the list was made", "", {"What": 24, "Rule or value": 92}, rules)
    save(workbook, path, dated=parameters.inspection.report.published)


def _drawn_for(main: bool, dip_samples: str) -> str:
    dips = [f"dip sample of outcome {code}" for code in dip_samples.split("; ") if code]
    return "; ".join([*(["main sample"] if main else []), *dips])


def _fill(
    sheet: Worksheet,
    title: str,
    about: str,
    columns: Mapping[str, float],
    rows: Iterable[Sequence[Writable]],
) -> None:
    letters = "ABCDEF"[: len(columns)]
    put(sheet, "A1", title, bold=True, size=16, wrapped=False)
    put(sheet, "A2", about, wrapped=False)
    head_row(sheet, _HEAD, dict(zip(letters, columns, strict=True)))
    for row, cells in enumerate(rows, start=_HEAD + 1):
        for letter, value in zip(letters, cells, strict=True):
            put(sheet, f"{letter}{row}", value, grid=True)
    widths = dict(zip(letters, columns.values(), strict=True))
    finish_sheet(sheet, widths=widths, freeze=f"A{_HEAD + 1}", titles=f"1:{_HEAD}")
