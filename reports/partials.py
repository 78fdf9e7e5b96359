"""What the toolkit writes into a force's report: partials to include, and numbers to cite.

Everything here is rewritten on every refresh; everything else in ``reports/<force>/`` is the author's.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from parameters.disk import copy_whole, write_whole
from parameters.fields import PILLARS
from reports.answers import answers
from reports.changes import Flag, flat, read_again_list
from reports.coding_audit import coding_audit, how_counted
from reports.coding_error import coding_error
from reports.data_quality import completeness, quality
from reports.decisions import finding_links, improvement_plan, judgements, recommendations
from reports.figures import figure_data, figures
from reports.home import write_headline
from reports.labels import coding_label, place_label, short_forms, typeset
from reports.measures import definitions, measures, table_of
from reports.number_words import number_words
from reports.recommendations import Decisions, EarlierRecommendation
from reports.release import Finding, Indicator, Release
from reports.sample import dip_samples, replacements, strata
from reports.source import quoted, write_metadata
from reports.strands import strands
from reports.tables import (
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

__all__ = ["metadata", "partials", "write_generated"]

_ORIENTATIONS = {
    "victim-credibility": "victim credibility",
    "suspect-focus": "suspect focus",
    "other": "other work",
}

_NOT_MEASURED = (
    "We took no measure of this pillar from the case files. What we say here rests on reading them."
)

_UNTOLD = {
    "suppressed": "Not published, because so few cases stand behind each number, or behind one that could be "
    "worked out from it, that somebody\N{RIGHT SINGLE QUOTATION MARK}s anonymity would be at risk",
    "not recorded": "{force} does not record what is needed to say",
    "missing": "There was no case of the kind to count",
}


_ABOUT_QUOTES = """### About the quotes

Quotations are from investigation notes. We removed or changed anything that could identify a person, and a
named person approved each one for publication. They show what a code looks like in practice; they are not
evidence of how often it occurs.
"""


def write_generated(
    folder: Path,
    *,
    release: Release,
    decisions: Decisions,
    earlier: Sequence[EarlierRecommendation] = (),
    flags: Sequence[Flag] = (),
) -> None:
    """Rewrite ``_generated/`` and ``_metadata.yml`` of a force's report.

    Only partials and figures are replaced: what is kept there from one refresh to the next survives a stop.

    Parameters
    ----------
    folder : Path
        ``reports/<force>``.
    release : Release
        The evidence that may be published.
    decisions : Decisions
        The author's judgements and recommendations.
    earlier : sequence of EarlierRecommendation
        Recommendations of the last inspection that were open.
    flags : sequence of Flag
        What leans on numbers that have changed; the draft shows it.
    """
    generated = folder / "_generated"
    (generated / "figures").mkdir(parents=True, exist_ok=True)
    made = partials(release, decisions=decisions, earlier=earlier, flags=flags)
    texts = {generated / f"{name}.md": text for name, text in made.items()}
    pictures = {
        generated / "figures" / Path(figure["file"]).name: figure["file"] for figure in release.figures
    }
    for path in {*generated.glob("*.md"), *generated.glob("figures/*")} - {*texts, *pictures}:
        path.unlink()
    for path, file in pictures.items():
        copy_whole(release.folder / file, path)
    for path, text in texts.items():
        write_whole(path, text)
    write_headline(generated, release.facts)
    write_metadata(folder, quoted(metadata(release)) | read_again_list(flags), by="inspection report")


def metadata(release: Release) -> dict[str, Any]:
    """Return the names and numbers a text may cite with ``{{< meta ... >}}``; every value is a string.

    ``indicator.<id>.result``, ``.value``, ``.interval`` and ``.base`` say a suppressed, missing or unrecorded
    value in words; ``finding.<id>`` has ``title``, ``statement``, ``count``, ``of`` and ``quantifier``.
    """
    facts = release.facts
    return {
        "format": {"html": {}, "typst": {"output-file": f"{facts.force}-report"}},
        "lang": "en-GB",
        "home": "../../index.html",
        "pdf": f"{facts.force}-report.pdf",
        "force-name": escape_note(facts.name),
        "publisher": escape_note(facts.report.publisher),
        "published": format_date(facts.published),
        "published-iso": facts.published.isoformat(),
        "contact": escape_note(facts.report.contact),
        "inspection-name": escape_note(facts.inspection.name),
        **({"fictional": f"{escape_note(facts.name)} is fictional"} if facts.fictional else {}),
        "period": {"start": format_date(facts.period.start), "end": format_date(facts.period.end)},
        "counts": {name: f"{count:,}" for name, count in facts.counts.model_dump().items()},
        "codebook": {name: escape_note(value) for name, value in facts.codebook.model_dump().items()},
        "coding": {"readers": coding_label(facts.coding.combine)},
        "disclosure": {"threshold": str(facts.disclosure.threshold)},
        "indicator": {
            row.id: {
                "label": escape_note(row.label),
                "result": escape_note(format_result(row).lower()),
                "value": escape_note(_value(row)),
                "interval": escape_note(format_interval(row).lower()),
                "base": escape_note(format_base(row)),
            }
            for row in release.indicators
            if row.whole_force
        },
        "finding": {
            finding.id: {
                "title": escape_note(finding.title),
                "statement": escape_note(finding.statement),
                "quantifier": escape_note(finding.quantifier),
                "count": "" if finding.numerator is None else f"{finding.numerator:,}",
                "of": "" if finding.denominator is None else f"{finding.denominator:,}",
            }
            for finding in release.findings
        },
    }


def partials(
    release: Release,
    *,
    decisions: Decisions,
    earlier: Sequence[EarlierRecommendation] = (),
    flags: Sequence[Flag] = (),
) -> dict[str, str]:
    """Return the Markdown of every partial by name, without its ending.

    There is one for each pillar and kind (``pillar-3-findings``, ``-indicators``, ``-figures``,
    ``-judgements``) even when it has nothing to show, so that a text never includes a file that is not there.
    """
    stale = {flag.what: flag.id for flag in flags}
    texts = {
        "headlines": _headlines(release, decisions.headlines),
        "recommendations": recommendations(decisions, release=release, earlier=earlier, stale=stale),
        "judgements": judgements(decisions.judgements, release=release, stale=stale),
        "improvement-plan": improvement_plan(
            decisions.with_values(flat(metadata(release))), release=release, earlier=earlier
        ),
        "background-findings": _findings(release, 0),
        "background-indicators": measures(release, 0),
        "background-figures": figures(release, 0),
        "gaps": _gaps(release),
        "population": _population(release),
        "strata": strata(release),
        "replacements": replacements(release),
        "dip-samples": dip_samples(release),
        "data-limits": quality(release, "limits"),
        "data-noted": quality(release, "noted"),
        "completeness": completeness(release),
        "trail": _trail(release),
        "codes": _codes(release),
        "coding-error": coding_error(release.facts.coding.error, audited=release.facts.audit is not None),
        "coding-audit": coding_audit(release),
        "definitions": definitions(release),
        "figure-data": figure_data(release),
        "words": number_words(),
        "disclosure": _disclosure(release),
        "provenance": _provenance(release),
    }
    for pillar in PILLARS:
        texts[f"pillar-{pillar}-findings"] = _findings(release, pillar)
        texts[f"pillar-{pillar}-indicators"] = _shown_and_found(release, pillar)
        texts[f"pillar-{pillar}-figures"] = figures(release, pillar)
        own = [entry for entry in decisions.judgements if entry.pillar == pillar]
        texts[f"pillar-{pillar}-judgements"] = judgements(own, release=release, stale=stale)
    for orientation in _ORIENTATIONS:
        texts[f"extracts-{orientation}"] = _extracts(release, orientation)
    texts["extracts"] = _extracts_section(texts)
    texts["about-quotes"] = _about_quotes(release)
    return texts


def _shown_and_found(release: Release, pillar: int) -> str:
    """Set what reviewers found beside what the notes and records show; without a review, the latter alone."""
    shown, found, together = (part(release, pillar) for part in (measures, answers, strands))
    if not found:
        return shown
    parts = [f"### What reviewers found {{#reviewers-{pillar}}}\n", found]
    if shown:
        parts = [f"### What the notes and records show {{#records-{pillar}}}\n", shown, *parts]
    if together:
        parts += [f"### What reviewers found beside notes and records {{#strands-{pillar}}}\n", together]
    return "\n".join(parts)


def _extracts_section(texts: Mapping[str, str]) -> str:
    """Put the extracts about both sides under a heading; without any there is no heading."""
    both = [texts[f"extracts-{side}"] for side in ("victim-credibility", "suspect-focus")]
    return "\n".join(["### In officers' words\n", *filter(None, both)]) if any(both) else ""


def _headlines(release: Release, names: Sequence[str]) -> str:
    """Lead with the findings the author chose, or with all that can be told and are about investigations.

    The balance that an audit put right leads in the place of the program's own, and tells that, too. Of those
    chosen, what cannot be told is named in a last paragraph, so that its absence says nothing.
    """
    chosen = [finding for name in names if (finding := release.stands_for(name)) is not None]
    leading = [finding for finding in chosen if release.speaks(finding)] or [
        finding
        for finding in release.findings
        if finding.told and finding.pillar and release.stands_for(finding.id) == finding
    ]
    texts = [
        f"### {escape_note(finding.title)} {{#headline-{finding.id}}}\n\n"
        f"{escape_note(finding.statement)} [How we know](#finding-{finding.id}).\n"
        for finding in leading
    ]
    if untold := [finding.id for finding in chosen if not release.speaks(finding)]:
        texts.append(
            "### What we would have led with and cannot tell {#headline-untold}\n\n"
            f"No number is given for: {finding_links(untold, release=release)}. "
            "The reason is given where each would stand.\n"
        )
    return "\n".join(texts)


def _findings(release: Release, pillar: int) -> str:
    """Show what was found under headings, and below it in one list what cannot be told and why."""
    found = [finding for finding in release.findings if finding.pillar == pillar]
    if not found:
        measured = any(row.pillar == pillar for row in release.indicators)
        return "No finding here rests on a number.\n" if measured else f"{_NOT_MEASURED}\n"
    told = [
        f"### {escape_note(finding.title)} {{#finding-{finding.id}}}\n\n"
        f"::: {{.with-next}}\n{escape_note(finding.statement)}\n:::\n\n"
        f"::: {{.base}}\n{_base(finding, release=release)}\n:::\n"
        for finding in found
        if finding.told
    ]
    return "\n".join([*told, *_untold([finding for finding in found if not finding.told], release=release)])


def _untold(found: Sequence[Finding], *, release: Release) -> list[str]:
    """Name what cannot be told, in one sentence for each reason why."""
    if not found:
        return []
    named: dict[str, list[str]] = {}
    for finding in found:
        reason = _UNTOLD.get(release.status(finding), "No number can be given")
        title = f"[{escape_note(finding.title)}]{{#finding-{finding.id}}}"
        named.setdefault(reason.format(force=release.facts.name), []).append(title)
    sentences = [f"{escape_note(reason)}: {'; '.join(titles)}.\n" for reason, titles in named.items()]
    return ["::: {.with-next}\n**What we cannot say**\n:::\n", *sentences]


def _base(finding: Finding, *, release: Release) -> str:
    """Say how strong a finding is and in which tables its numbers are."""
    tables: dict[str, list[str]] = {}
    for row in release.indicators:
        labels = tables.setdefault(table_of(row, release=release), [])
        if row.id in finding.indicators and row.label not in labels:
            labels.append(row.label)
    shown = "; ".join(
        f"{'; '.join(map(escape_note, labels))} (@tbl-{table})" for table, labels in tables.items() if labels
    )
    strength = f"**Strength of evidence:** {escape_note(finding.strength)}. " if finding.strength else ""
    counted = how_counted(finding, release=release)
    return f"{strength}**Measure:** {shown}.{counted}{_beside(finding, release=release)}"


def _beside(finding: Finding, *, release: Release) -> str:
    """Name the codes that a finding counts, and link to what reviewers found of the same matter."""
    titles = {row["code"]: row["title"] for row in release.codes}
    parts = []
    if named := [escape_note(titles[code]) for code in finding.codes if code in titles]:
        parts.append(f" **Coded units:** {'; '.join(named)} (@tbl-codes).")
    places = {strand.question: strand.pillar for strand in release.strands}
    if asked := [name for name in finding.questions if name in places]:
        links = ", ".join(f"[question {name}](#strands-{places[name]})" for name in asked)
        parts.append(f" **Reviewers:** {links}.")
    return "".join(parts)


def _extracts(release: Release, orientation: str) -> str:
    chosen = [extract for extract in release.extracts if extract["orientation"] == orientation]
    titles = {row["code"]: row["title"] for row in release.codes}
    return "\n".join(
        f"::: {{.extract}}\n> {escape_note(extract['text'])}\n\n"
        f"{escape_note(_role(extract['role']))}. Coded: "
        f"{escape_note(titles.get(extract['code'], extract['code']))} "
        f"({_ORIENTATIONS[orientation]}).{_finding_beside(extract['code'], release=release)}\n:::\n"
        for extract in chosen
    )


def _finding_beside(code: str, *, release: Release) -> str:
    """Link to the first finding that counts the units of a code."""
    found = next((entry for entry in release.findings if code in entry.codes and entry.told), None)
    return f" Finding: [{escape_note(found.title)}](#finding-{found.id})." if found else ""


def _about_quotes(release: Release) -> str:
    """Say what quotations are and are not, and what the short forms in them mean; nothing without any."""
    if not release.extracts:
        return ""
    quoted = (words for extract in release.extracts for words in (extract["text"], _role(extract["role"])))
    meanings = [f"{short} ({meaning})" for short, meaning in short_forms(quoted).items()]
    return f"{_ABOUT_QUOTES}\nShort forms in them: {', '.join(meanings)}.\n" if meanings else _ABOUT_QUOTES


def _role(role: str) -> str:
    return role[:1].upper() + role[1:] if role else "Author not recorded"


def _gaps(release: Release) -> str:
    if not release.gaps:
        return "The force supplied every field we asked for.\n"
    return pipe_table(
        (
            Column("Field", 20),
            Column("What it would tell", 32),
            Column("Empty", 20),
            Column("What is lost", 28),
        ),
        (
            (
                place_label(row["table"], row["field"]),
                typeset(row["tells"]),
                _empty(row),
                typeset(row["effect"]),
            )
            for row in release.gaps
        ),
        caption="Gaps in the force's data and what is lost with them",
        label="gaps",
    )


def _empty(row: dict[str, str]) -> str:
    """Say how many cases lack a field, or that none of them has it."""
    if (status := row.get("status") or "shown") != "shown":
        return status.capitalize()
    return f"{round(float(row['missing'])):,} of {round(float(row['of'])):,} {row.get('among', '')}".strip()


def _population(release: Release) -> str:
    facts = release.facts
    rows = [
        ("Cases are counted by", f"date {facts.frame.date_basis}"),
        ("Offence codes", _listed(facts.frame.offence_codes)),
        ("Outcome types", _listed(facts.frame.outcome_types)),
        ("Case files in the population (the frame)", f"{facts.counts.frame:,}"),
        ("Case files read", f"{facts.counts.sample:,}"),
        ("Investigation notes coded", f"{facts.counts.notes:,}"),
        ("Coding units", f"{facts.counts.units:,}"),
    ]
    columns = (Column("What", 40), Column("Value", 60))
    return pipe_table(columns, rows, caption="Population and sample", label="population")


def _trail(release: Release) -> str:
    columns = (
        Column("Step", 25),
        Column("Rows in", 12, numeric=True),
        Column("Rows out", 13, numeric=True),
        Column("Why rows left", 50),
    )
    rows = ((row.step, f"{row.rows_in:,}", f"{row.rows_out:,}", row.why) for row in release.facts.trail)
    return pipe_table(columns, rows, caption="Rows in and out of each step", label="trail")


def _codes(release: Release) -> str:
    columns = (
        Column("Code", 46),
        Column("Orientation", 22),
        Column("Units counted", 16, numeric=True),
        Column("Case files", 16, numeric=True),
    )
    rows = (
        (row["title"], _ORIENTATIONS[row["orientation"]], *(_count(row, name) for name in ("units", "cases")))
        for row in release.codes
    )
    table = pipe_table(columns, rows, caption="Codes and how often they were counted", label="codes")
    note = status_note(row["status"] for row in release.codes)
    return f"{table}\n{note_below([note])}" if note else table


def _count(row: dict[str, str], name: str) -> str:
    return f"{int(float(row[name])):,}" if row["status"] in ("shown", "zero") else row["status"].capitalize()


def _disclosure(release: Release) -> str:
    """What is not published, how counts are rounded, and what a named person had published all the same."""
    control = release.facts.disclosure
    text = (
        f"A count of 1 to {control.threshold - 1} cases or case files is not published, and neither is any "
        "number from which such a count could be worked out, in whatever table or figure it stands."
    )
    if control.rounded_to > 1:
        text += (
            f" Counts are rounded to the nearest {control.rounded_to}. Shares and their intervals are worked "
            "out from the rounded counts, so they differ a little from those of the exact ones."
        )
    if not control.exceptions:
        return f"{text}\n"
    rows = [
        (
            f"{found.table}: {found.row}",
            found.reason,
            f"{found.approved_by}, {format_date(found.approved_on)}",
        )
        for found in control.exceptions
    ]
    columns = (Column("Number", 34), Column("Why it is published", 38), Column("Decided by", 28))
    table = pipe_table(columns, rows, caption="Small numbers published by decision", label="exceptions")
    return f"{text} The numbers in @tbl-exceptions are published by decision of a named person.\n\n{table}"


def _provenance(release: Release) -> str:
    facts = release.facts
    rows = [
        ("Inspection", f"{facts.inspection.name} ({facts.inspection.id})"),
        ("Codebook", f"{facts.codebook.version}, {_digest(facts.codebook.hash)}"),
        ("Trained reader", facts.coding.reader or "not used"),
        ("Case list, frozen before the draw", _digest(facts.frame_hash)),
        ("The stratum of each case, frozen with it", _digest(facts.strata_hash)),
        ("Seed of the draw", _digest(facts.seed_hash)),
        ("Smallest number of cases shown", facts.disclosure.threshold),
        ("Why that number", facts.disclosure.reason),
        ("Quotations", _approvals(release) or "none"),
    ]
    columns = (Column("What", 34), Column("Value or SHA-256", 66))
    return pipe_table(columns, rows, caption="What this report was made from", label="provenance")


def _approvals(release: Release) -> str:
    """Say who approved how many quotations, and when."""
    given = Counter((extract["approved_on"], extract["approved_by"]) for extract in release.extracts)
    return "; ".join(
        f"{count} approved by {name} on {format_date(date.fromisoformat(day))}"
        for (day, name), count in sorted(given.items())
    )


def _value(row: Indicator) -> str:
    return format_result(row).lower() if row.value is None else format_number(row.value, row.unit)


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _digest(value: str) -> str:
    """Write a SHA-256 in groups of eight, so that it fits a column and two can be compared by eye."""
    return " ".join(textwrap.wrap(value, 8))
