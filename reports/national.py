"""The national report: all forces side by side, from the national release folder.

``reports/national/index.qmd`` is made once from the template and belongs to its author. What the toolkit
writes is beside it in ``_generated/`` and ``_metadata.yml``. Forces stand in the order of the alphabet
everywhere, and every result has its interval and its base beside it.
"""

from __future__ import annotations

import operator
import re
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from parameters import PROJECT
from parameters.disk import copy_whole, write_whole
from parameters.fields import OUTCOME_TYPES, PILLARS
from parameters.plain_yaml import load_yaml
from reports.authors_yaml import read_authors_text
from reports.changes import find_flags, flat, read_again_list, write_changes
from reports.figures import show_figure
from reports.home import NATIONAL, keep_headline, refreshed_reports, write_home
from reports.labels import group_label, lower_first, typeset
from reports.national_release import ForceMeasure, NationalRelease, read_national
from reports.passages import sentences
from reports.recommendations import Judgement, read_decisions
from reports.release import CORRECTED, COUNTED, Indicator
from reports.source import quoted, write_metadata
from reports.tables import (
    SMALL_BASE,
    WEIGHTED,
    Column,
    escape_note,
    format_base,
    format_date,
    format_interval,
    format_number,
    format_result,
    note_below,
    pipe_table,
    status_note,
)

__all__ = ["national_metadata", "national_partials", "refresh_national"]

_DASH, _MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"
_CONTEXT = "Outcomes and timeliness"
_CHANCE = 0.05
"""Share of points that chance alone leaves beyond 95% limits, at most."""

_PROMISING = "promising practice"
_INSIDE = re.compile(r"\[([^\[\]]*)\]\(#([\w-]+)\)")
"""A link inside a force's report: from the national one it leads there; without that report it is words."""
_MISSING = {
    "failed": "its inspection failed, and gives no result",
    "not finished": "its inspection has not finished",
    "not run": "its inspection has not been run",
}
_WITHOUT_EARLIER = (
    "No earlier inspection was named, so nothing is said of change. Results of different years must not be "
    "compared by eye: both have their own doubt.\n"
)


def refresh_national(release_folder: Path, *, root: Path = PROJECT) -> None:
    """Bring the national report up to date with the comparison, without touching its author's text.

    Sentences that cite a number which has changed since the author read them are listed as for a force.

    Parameters
    ----------
    release_folder : Path
        ``evidence/<inspection>/national/release``.
    root : Path
        The project's folder.

    Raises
    ------
    InspectionError
        When the release folder is not whole.
    """
    release = read_national(release_folder)
    folder = root / "reports" / NATIONAL
    generated = folder / "_generated"
    (generated / "figures").mkdir(parents=True, exist_ok=True)
    if not (index := folder / "index.qmd").exists():
        copy_whole(root / "reports" / "template" / NATIONAL / "index.qmd", index)
    for path in (*generated.glob("*.md"), *generated.glob("figures/*")):
        path.unlink()
    for figure in release.figures:
        copy_whole(release.folder / figure["file"], generated / "figures" / Path(figure["file"]).name)
    practices = {force.force: _practices(root, force.force) for force in release.facts.forces}
    linked = refreshed_reports(root)
    for name, text in national_partials(release, practices=practices, linked=linked).items():
        write_whole(generated / f"{name}.md", text)
    metadata = national_metadata(release)
    numbers = flat(metadata)
    cited = list(sentences(read_authors_text(index), force=index.parent.name))
    flags, as_read = find_flags(folder, cited, numbers)
    write_metadata(folder, quoted(metadata) | read_again_list(flags), by="inspection compare")
    write_changes(folder, flags, as_read, numbers)
    keep_headline(generated, _headline(release))
    write_home(root, refreshed_reports(root))


def national_metadata(release: NationalRelease) -> dict[str, Any]:
    """Return the names and numbers the text may cite with ``{{< meta ... >}}``; every value is a string."""
    facts = release.facts
    measured = {(measure.row.id, measure.row.group) for measure in release.measures}
    values = {
        "format": {"html": {}, "typst": {"output-file": f"{NATIONAL}-report"}},
        "lang": "en-GB",
        "home": "../../index.html",
        "pdf": f"{NATIONAL}-report.pdf",
        "force-name": "National report",
        "publisher": escape_note(facts.report.publisher),
        "published": format_date(facts.published),
        "published-iso": facts.published.isoformat(),
        "contact": escape_note(facts.report.contact),
        "inspection-name": escape_note(facts.inspection.name),
        "period": {"start": format_date(facts.period.start), "end": format_date(facts.period.end)},
        "codebook": {"version": escape_note(facts.codebook.version)},
        "counts": {
            "forces": f"{len(facts.forces):,}",
            "missing": f"{len(facts.missing):,}",
            "sample": f"{sum(force.sample for force in facts.forces):,}",
            "measures": f"{len(measured):,}",
            "funnels": f"{sum(row['status'] == 'shown' for row in release.funnels):,}",
            "points": f"{facts.points:,}",
            "beyond": f"{facts.beyond:,}",
            "chance": f"{_CHANCE * facts.points:.0f}",
            "tested": f"{facts.tested:,}",
        },
    }
    if facts.fictional:
        values["fictional"] = "Every force in this report is fictional"
    elif made_up := [escape_note(force.name) for force in facts.forces if force.fictional]:
        values["fictional"] = f"Fictional in this report: {', '.join(made_up)}"
    return values


def national_partials(
    release: NationalRelease, *, practices: Mapping[str, Sequence[Judgement]], linked: Collection[str] = ()
) -> dict[str, str]:
    """Return the Markdown of every partial by name, without its ending.

    Parameters
    ----------
    release : NationalRelease
        The evidence.
    practices : mapping of str to sequence of Judgement
        Promising practices that the authors of the forces' reports recorded, by force.
    linked : collection of str
        Forces that have a report to link to.
    """
    texts = {
        "forces": _forces(release),
        "reading": _reading(release),
        "doubt": _doubt(release),
        "balance": _balance(release),
        "change": _change(release),
        "practice": _practice(release, practices, linked=linked),
        "official": _official(release),
        "earlier": _earlier(release),
        "provenance": _provenance(release),
    }
    for pillar in (0, *PILLARS):
        name = f"pillar-{pillar}" if pillar else "background"
        texts[f"{name}-figures"] = _figures(release, pillar)
        texts[f"{name}-numbers"] = _numbers(release, pillar)
    return texts


def _headline(release: NationalRelease) -> dict[str, Any]:
    facts = release.facts
    return {
        "force": NATIONAL,
        "name": "National report",
        "fictional": facts.fictional,
        "published": facts.published.isoformat(),
        "publisher": facts.report.publisher,
        "contact": facts.report.contact,
        "about": f"on {len(facts.forces)} forces together"
        + (f", without {_that_were(len(facts.missing))} to be inspected" if facts.missing else ""),
    }


def _practices(root: Path, force: str) -> list[Judgement]:
    """Promising practices that a force's author recorded, not as drafts, with the force's numbers put in."""
    path = root / "reports" / force / "recommendations.yml"
    if not path.is_file():
        return []
    cited = path.with_name("_metadata.yml")
    values = flat(load_yaml(cited.read_text(encoding="utf-8"))) if cited.is_file() else {}
    found = read_decisions(path).with_values(values).judgements
    return [entry for entry in found if entry.kind == _PROMISING and entry.status != "draft"]


def _forces(release: NationalRelease) -> str:
    columns = (
        Column("Force", 46),
        Column("Cases that could be drawn", 27, numeric=True),
        Column("Case files read", 27, numeric=True),
    )
    rows = ((force.name, f"{force.frame:,}", f"{force.sample:,}") for force in release.facts.forces)
    table = pipe_table(columns, rows, caption="Forces compared, and case files read in each", label="forces")
    return "\n".join([table, *_missing(release)])


def _missing(release: NationalRelease) -> Iterator[str]:
    """Name the forces that are not in the report, and say why."""
    if missing := release.facts.missing:
        named = "; ".join(f"{escape_note(force.name)} ({_MISSING[force.why]})" for force in missing)
        yield (
            f"**Not in this report:** {named}. Nothing here speaks of what is missing, and all forces "
            "together are those in the table alone.\n"
        )


def _reading(release: NationalRelease) -> str:
    """Say how many comparisons were made, and how many would stand out by chance alone."""
    facts = release.facts
    drawn = [row for row in release.funnels if row["status"] == "shown"]
    hidden = sum("suppressed" in row["words"] for row in release.funnels)
    text = (
        f"{len(drawn)} of {len(release.funnels)} shares {_have(len(drawn))} a funnel. Of their "
        f"{facts.points} points, about {_CHANCE * facts.points:.0f} would lie beyond the 95% limits by "
        f"chance alone if all forces did the same; {facts.beyond} {'does' if facts.beyond == 1 else 'do'}. A "
        "single point beyond a limit is a reason to ask, not an answer."
        if drawn
        else "No share has a funnel."
    )
    spreads = sorted({row["words"] for row in drawn})
    if len(spreads) == 1:
        text += f" In all funnels {spreads[0]}."
    if hidden:
        text += (
            f" {hidden} {_have(hidden)} none because one force or more has too few cases to publish its "
            "own: no figure for all forces together is given then, since what is hidden is small and a mean "
            "of the rest would be too high."
        )
    return f"{text}\n"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _that_were(number: int) -> str:
    return f"{number} that {'was' if number == 1 else 'were'}"


def _doubt(release: NationalRelease) -> str:
    """Say of which forces people checked the coding of notes, and what no interval allows for."""
    audited = [m.name for m in release.measures if m.row.id == CORRECTED and m.row.status != "missing"]
    if not audited:
        return (
            "Notes were coded by a program, and how often it is wrong about a force's notes has not been "
            "measured: no interval and no limit allows for that.\n"
        )
    others = len(audited) < len(release.facts.forces)
    unknown = ", and how often the program is wrong about the notes of the others has not been measured"
    return (
        "Notes were coded by a program. People checked its coding of a sample of the notes of "
        f"{escape_note('; '.join(audited))}, and the balance of effort put right by that audit allows for "
        f"its errors. No other interval and no limit does{unknown if others else ''}.\n"
    )


def _figures(release: NationalRelease, pillar: int) -> str:
    kinds = ("indicators", "answers", "funnels")
    chosen = [figure for kind in kinds for figure in _of(release, f"pillar-{pillar}-{kind}-")]
    if not chosen:
        return "No force has a number here that may be published.\n"
    where = f"numbers-{pillar}"
    return "\n".join(show_figure(figure, f"[The numbers behind this figure](#{where})") for figure in chosen)


def _of(release: NationalRelease, start: str) -> list[dict[str, Any]]:
    return [figure for figure in release.figures if str(figure["id"]).startswith(start)]


def _numbers(release: NationalRelease, pillar: int) -> str:
    """A table for each measure of a pillar, whatever its status in each force."""
    heading = f"### {PILLARS.get(pillar, _CONTEXT)} {{#numbers-{pillar}}}\n"
    rows = [measure for measure in release.measures if measure.row.pillar == pillar]
    if not rows:
        return f"{heading}\nNothing is measured here.\n"
    key = operator.attrgetter("row.id", "row.group")
    tables = [_measure(list(forces)) for _, forces in groupby(rows, key=key)]
    notes = [status_note(measure.row.status for measure in rows), *_of_funnels(release, pillar)]
    return "\n".join([heading, *tables, note_below([note for note in notes if note])])


def _measure(forces: Sequence[ForceMeasure]) -> str:
    first = forces[0].row
    placed = any(measure.standing for measure in forces)
    columns = [
        Column("Force", 25),
        Column("Result", 16),
        Column("95% interval", 18),
        Column("Counted over", 27),
    ]
    if placed:
        columns.append(Column("In the funnel, and its 95% limits", 24))
    return pipe_table(
        columns,
        (
            (
                measure.name,
                format_result(measure.row),
                format_interval(measure.row),
                WEIGHTED.sub("", format_base(measure.row)) or f"{_DASH} nothing",
                *([_place(measure)] if placed else []),
            )
            for measure in forces
        ),
        caption=_title(first),
        label=f"national-{first.id}-{first.group.replace(' ', '-')}",
    )


def _title(row: Any) -> str:
    if row.whole_force or row.id.startswith("answer-"):
        return str(row.label)
    return f"{row.label}: {lower_first(group_label(row.group, indicator=row.id))}"


def _place(measure: ForceMeasure) -> str:
    if measure.limits is None:
        return f"{_DASH} no place"
    low, high = (format_number(end, "per cent") for end in measure.limits)
    return f"{measure.standing[:1].upper()}{measure.standing[1:]} ({low} to {high})"


def _of_funnels(release: NationalRelease, pillar: int) -> Iterator[str]:
    """Say once how far the limits of a pillar's funnels allow for over-dispersion, and why some have none."""
    here = [row for row in release.funnels if int(row["pillar"]) == pillar]
    for words, rows in _by(here, "words"):
        labels = "; ".join(escape_note(typeset(row["label"])) for row in rows)
        lead = "In funnels" if rows[0]["status"] == "shown" else "No funnel where"
        yield f"**{lead} {escape_note(words)}:** {labels}."


def _balance(release: NationalRelease) -> str:
    parts = [
        show_figure(figure, "The numbers in it are in @tbl-balance-by-force")
        for figure in _of(release, "balance-")
    ]
    overall = [measure for measure in release.measures if measure.row.id == COUNTED]
    corrected = {measure.force: measure.row for measure in release.measures if measure.row.id == CORRECTED}
    audited = [Column("Put right by an audit", 16)] if corrected else []
    columns = (
        Column("Force", 16),
        Column("Balance of the force", 12),
        Column("95% interval", 15),
        *audited,
        Column("Files more on the victim", 12, numeric=True),
        Column("Files more on the suspect", 12, numeric=True),
        Column("Equal", 10, numeric=True),
        Column("Too few units", 10, numeric=True),
    )
    rows = [
        (
            measure.name,
            format_result(measure.row),
            format_interval(measure.row),
            *([_put_right(corrected.get(measure.force))] if corrected else []),
            *_sides(release, measure.force),
        )
        for measure in overall
    ]
    table = pipe_table(
        columns, rows, caption="Balance of recorded effort, force by force", label="balance-by-force"
    )
    told = (status_note(measure.row.status for measure in overall), _like_with_like(corrected.values()))
    note = note_below([words for words in told if words])
    return "\n".join([*parts, table, *([note] if note else [])])


def _put_right(row: Indicator | None) -> str:
    if row is None or row.status == "missing":
        return "No audit"
    interval = "" if row.low is None else f" ({format_interval(row)})"
    return f"{format_result(row)}{interval}"


def _like_with_like(corrected: Iterable[Indicator]) -> str:
    """Say which balances may be compared; nothing where no force had an audit."""
    if not any(row.value is not None for row in corrected):
        return ""
    return (
        "The figure and the first two columns are of what the program counts, in every force alike. A "
        "balance put right by an audit may be compared with another put right, and not with one that the "
        "program counts."
    )


def _sides(release: NationalRelease, force: str) -> tuple[str, ...]:
    """Case files on either side; where none was released, that."""
    own = [row for row in release.balance if row["force"] == force]
    if not own:
        return ("Suppressed",) * 4
    values = [float(row["balance"]) for row in own if row["status"] == "shown"]
    counts = (sum(v < 0 for v in values), sum(v > 0 for v in values), sum(v == 0 for v in values))
    return tuple(f"{count:,}" for count in (*counts, len(own) - len(values)))


def _change(release: NationalRelease) -> str:
    if not release.facts.earlier:
        return _WITHOUT_EARLIER
    figures = [figure for pillar in (0, *PILLARS) for figure in _of(release, f"pillar-{pillar}-change-")]
    link = "[The numbers behind this figure](#numbers-change)"
    counted = {
        verdict: sum(row["verdict"] == verdict for row in release.changes) for verdict in ("higher", "lower")
    }
    lead = (
        f"Changes tested: {release.facts.tested}, each allowing for the files drawn in both inspections "
        f"and for how many were tested of the force. Shown to be higher than then: {counted['higher']}; "
        f"lower: {counted['lower']}. Where no change is shown, there may be one that samples of this size "
        "cannot see.\n"
    )
    return "\n".join([lead, *(show_figure(figure, link) for figure in figures)])


def _earlier(release: NationalRelease) -> str:
    """Tables of change, a table a measure, for the annex."""
    if not release.facts.earlier:
        return "No earlier inspection was named.\n"
    tables = []
    for key, rows in groupby(release.changes, key=lambda row: (row["measure"], row["group"], row["label"])):
        del key
        tables.append(_change_table(list(rows)))
    return "\n".join(tables)


def _change_table(rows: Sequence[Mapping[str, str]]) -> str:
    first = rows[0]
    label = typeset(first["label"])
    if first["group"] not in ("force", "yes"):
        label += f": {lower_first(group_label(first['group'], indicator=first['measure']))}"
    columns = (
        Column("Force", 26),
        Column("Then", 13),
        Column("Now", 13),
        Column("Change and its 95% interval", 28),
        Column("What it shows", 22),
    )
    return pipe_table(
        columns,
        (
            (
                row["name"],
                _side(row, "before"),
                _side(row, "now"),
                _difference(row),
                row["verdict"].capitalize() or f"{_DASH} {row['status']}",
            )
            for row in rows
        ),
        caption=f"Change since the earlier inspection: {label}",
        label=f"change-{first['measure']}-{first['group'].replace(' ', '-')}",
    )


def _result(value: str, status: str, unit: str) -> str:
    return format_number(float(value), unit) if value else status.capitalize()


def _side(row: Mapping[str, str], when: str) -> str:
    """One of two results with its base, or in counts alone where few cases stand behind it."""
    result = _result(row[when], row[f"{when}_status"], row["unit"])
    if row["unit"] != "per cent" or not row[when]:
        return result
    counts = [f"{round(float(row[f'{when}_{name}'])):,}" for name in ("numerator", "denominator")]
    few = float(row[f"{when}_cases"] or row[f"{when}_denominator"]) < SMALL_BASE
    return " of ".join(counts) if few else f"{result} of {counts[1]}"


def _difference(row: Mapping[str, str]) -> str:
    if not row["change"]:
        return f"{_DASH} none"
    change, low, high = (_signed(float(row[name]), row["unit"]) for name in ("change", "low", "high"))
    unit = {"per cent": " point", "days": " day"}.get(row["unit"], "")
    plural = "" if not unit or change[1:] == "1" else "s"
    return f"{change}{unit}{plural} ({low} to {high})"


def _signed(value: float, unit: str) -> str:
    """Write a difference with its sign, rounded as the results are of which it is one; nought has none."""
    if unit == "balance":
        return format_number(value, unit)
    size = format_number(abs(value), "count")
    return size if size == "0" else f"{'+' if value > 0 else _MINUS}{size}"


def _practice(
    release: NationalRelease, practices: Mapping[str, Sequence[Judgement]], *, linked: Collection[str]
) -> str:
    parts = []
    for force in release.facts.forces:
        report = f"the report on {escape_note(force.name)}"
        where = f"[{report}](../{force.force}/index.html)" if force.force in linked else report
        there = rf"[\1](../{force.force}/index.html#\2)" if force.force in linked else r"\1"
        parts += [
            f"::: {{.judgement .promising-practice}}\n**{escape_note(force.name)}.** "
            f"{_INSIDE.sub(there, ' '.join(entry.text.split()))}\n\nRecorded in {where}.\n:::\n"
            for entry in practices.get(force.force, ())
        ]
    return "\n".join(parts) or "No report on a force records a promising practice.\n"


def _official(release: NationalRelease) -> str:
    if not release.official:
        return "No force gave us its official counts, so none can be set beside the cases we inspected.\n"
    columns = (
        Column("Force", 26),
        Column("Outcome", 38),
        Column("Cases inspected", 18),
        Column("Official", 18),
    )
    return "\n".join(
        pipe_table(
            columns,
            (
                (
                    row["name"],
                    _outcome(row["outcome"]),
                    _result(row["inspected"], row["inspected_status"], "per cent"),
                    _result(row["official"], row["official_status"], "per cent"),
                )
                for row in rows
            ),
            caption=f"Outcomes of offences {basis} in the period: cases inspected, and official counts",
            label=f"official-{basis}",
        )
        for basis, rows in _by(release.official, "basis")
    )


def _by(rows: Iterable[dict[str, str]], column: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    for value in dict.fromkeys(row[column] for row in rows):
        yield value, [row for row in rows if row[column] == value]


def _outcome(code: str) -> str:
    return typeset(f"{code}: {OUTCOME_TYPES[code]}") if code in OUTCOME_TYPES else code


def _provenance(release: NationalRelease) -> str:
    facts = release.facts
    rows = [
        ("Inspection", f"{facts.inspection.name} ({facts.inspection.id})"),
        ("Codebook", f"{facts.codebook.version}, {_digest(facts.codebook.hash)}"),
        *((f"Released by {force.name}", _digest(force.fingerprint)) for force in facts.forces),
        *(
            (f"Then, {force.name} ({force.inspection.id})", _digest(force.fingerprint))
            for force in facts.earlier
        ),
        ("Smallest number of cases any force shows", f"{facts.threshold}"),
        ("Below so many cases, counts alone", f"{SMALL_BASE}"),
    ]
    columns = (Column("What", 34), Column("Value or SHA-256", 66))
    return pipe_table(columns, rows, caption="What this report was made from", label="provenance")


def _digest(value: str) -> str:
    return " ".join(textwrap.wrap(value, 8))
