"""The gate's result as a page: with what was found for whoever signs, in results alone for all others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from reports.gate.items import Found, Item, worst
from reports.gate.release_file import ReleaseFile
from reports.release import Release

__all__ = ["result_page"]

_STYLE = """body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111}
table{border-collapse:collapse;width:100%;margin:1rem 0}caption{text-align:left;font-weight:bold}
th,td{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top}
td{overflow-wrap:break-word}
.restricted{border:3px solid;padding:.5rem 1rem;font-weight:bold}
.line{border-bottom:1px solid #111;height:2.5rem}
@media print{h2{break-after:avoid}tr{break-inside:avoid}}"""
_WORDS = {"pass": "Pass", "review": "Review", "fail": "Fail"}


def result_page(
    items: Sequence[Item], release: Release, file: ReleaseFile, *, fingerprint: str, restricted: bool
) -> str:
    """Write the page.

    Parameters
    ----------
    items : sequence of Item
        With overrides put in.
    release : Release
        Names the report.
    file : ReleaseFile
        Its signatures are listed.
    fingerprint : str
        Of what was checked.
    restricted : bool
        Whether what was found is told, with its place. Such a page never leaves the restricted folder: also
        the place of something that is no name after all would show a reader where to look.
    """
    name = escape(release.facts.name)
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="en-GB"><head><meta charset="utf-8"><title>Release gate: {name}</title>',
        f"<style>{_STYLE}</style></head><body><main>",
        f"<h1>Release gate: {name}</h1>",
        '<p class="restricted">Restricted: names what must not be published. It stays in this folder.</p>'
        if restricted
        else "",
        f"<p>{escape(release.facts.inspection.name)}. Result: "
        f"<strong>{_WORDS[worst(item.grade for item in items)]}</strong>. "
        f"Pages and data checked: <code>{fingerprint}</code>.</p>",
        _summary(items),
        *(_details(item) for item in items if item.found and restricted),
        _overrides(items),
        _signatures(file),
        _to_sign(fingerprint) if restricted else "",
        "</main></body></html>",
    ]
    return "\n".join(filter(None, parts)) + "\n"


def _table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    heading = f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
    return f"<table>{heading}\n<tbody>{body}</tbody></table>"


def _summary(items: Iterable[Item]) -> str:
    rows = ((item.title, _WORDS[item.grade], item.looked_at, str(len(item.found) or "")) for item in items)
    return _table("What was checked", ("Item", "Result", "Looked at", "Found"), rows)


def _details(item: Item) -> str:
    heads = ("Result", "What", "Where", "Key for an override", "What stands there")
    rows = ([*_row(item, each), each.value] for each in item.found)
    return f"<h2>{escape(item.title)}</h2>\n{_table(item.id, heads, rows)}"


def _row(item: Item, each: Found) -> list[str]:
    grade = f"{_WORDS[each.grade]}, overridden" if each.override else _WORDS[each.grade]
    return [grade, each.says, each.place, f"{item.id}/{each.key}" if each.key else item.id]


def _overrides(items: Iterable[Item]) -> str:
    rows = sorted(
        {
            (each.override.item, each.override.reason, each.override.by, each.override.date.isoformat())
            for item in items
            for each in item.found
            if each.override
        }
    )
    if not rows:
        return "<h2>Overrides</h2>\n<p>None.</p>"
    return f"<h2>Overrides</h2>\n{_table('Released all the same', ('Item', 'Reason', 'By', 'Date'), rows)}"


def _signatures(file: ReleaseFile) -> str:
    rows = (
        (
            entry.for_,
            entry.by,
            entry.role,
            entry.date.isoformat() if entry.date else "",
            entry.why,
            entry.pages,
        )
        for entry in file.signatures
    )
    heads = ("For", "By", "Role", "Date", "Why", "Pages")
    caption = f"Author: {file.author}" if file.author else "The author is not named"
    return f"<h2>Signatures</h2>\n{_table(caption, heads, rows)}"


def _to_sign(fingerprint: str) -> str:
    return (
        "<h2>To sign</h2>\n<p>I have read every item above that is for review, and looked at the pages. "
        "In <code>release.yml</code>, under the signature for release, write "
        f"<code>pages: {fingerprint}</code>.</p>\n"
        '<p class="line">Name, role:</p>\n<p class="line">Date, signature:</p>'
    )
