"""The check of facts by a force: a draft in Word goes out, tracked changes and comments come back as a list.

Nothing that comes back is put into the report. Its author answers each line of the list and edits the text.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pypandoc
import typst

from parameters import PROJECT, InspectionError, Problem
from parameters.archives import archive_fault
from parameters.disk import whole_file
from parameters.spreadsheet_text import guarded
from reports.source import Source, read_source

__all__ = ["COMMENTS", "ROUND", "Comment", "add_comments", "read_comments", "write_draft"]

ROUND, COMMENTS = "accuracy-check", "comments.csv"
"""Folder of a report for what goes to the force and comes back, and the list in it."""

_EMPTY_ROWS = 15
_WIDTHS = (1700, 3400, 2700, 1400)
_COLUMNS = ("Paragraph", "What is not accurate", "What shows it", "Name")
_OPENING = """::: {{.unnumbered}}
**Draft for a check of facts by {force}. Not for publication, and not to be passed on.**

Please tell us what is not accurate and what shows it. Change the text with *Track Changes* switched on, add
comments in the margin, or fill in the table on the last page, whichever you prefer; the number in square
brackets says which paragraph, table or figure is meant. Leave the numbers as they are. We answer every point.
Judgements and recommendations are ours; tell us where a fact that they rest on is wrong.
:::
"""
_NUMBER = re.compile(r"^\s*\[(\d+)\]")
_CONTEXT = 60
_MOST_UNPACKED = 512 << 20
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_SVG = re.compile(r"\]\((_generated/figures/[\w-]+\.svg)\)")
_PIXELS_AN_INCH = 200
_ONE_STRETCH = {
    ("text", "text"),
    ("inserted", "inserted"),
    ("deleted", "deleted"),
    ("replaced", "inserted"),
}
_QUOTES = {"SingleQuote": ("‘", "’"), "DoubleQuote": ("“", "”")}


@dataclass(frozen=True)
class Comment:
    """One point that came back, and the author's answer to it.

    ``paragraph`` is the number printed there, or that of the paragraph before. ``kind`` is comment, replaced,
    inserted, deleted or table; ``about`` the words of the draft it concerns, ``what`` the new words or the
    comment; ``when`` is as the word processor wrote it. ``file`` is the document it came in.
    """

    paragraph: str
    kind: str
    who: str
    when: str
    about: str
    what: str
    file: str = ""
    answer: str = ""


def write_draft(force: str, *, root: Path = PROJECT) -> Path:
    """Write the report as a Word file with numbered paragraphs and a table for comments.

    Parameters
    ----------
    force : str
        A force whose report has been refreshed.
    root : Path
        The project's folder.

    Returns
    -------
    Path
        ``reports/<force>/accuracy-check/<force>-draft.docx``.

    Raises
    ------
    InspectionError
        When the text cites or includes something that is not there.
    """
    folder = root / "reports" / force
    source = read_source(folder / "index.qmd")
    target = folder / ROUND / f"{force}-draft.docx"
    target.parent.mkdir(exist_ok=True)
    filters = ("embedded/quarto.lua", "style/accuracy.lua")
    with tempfile.TemporaryDirectory(prefix="draft-") as temporary:
        arguments = [
            "--from=markdown",
            "--to=docx",
            "--standalone",
            f"--metadata-file={folder / '_metadata.yml'}",
            *(f"--lua-filter={root / 'reports' / name}" for name in filters),
            f"--output={target}",
        ]
        text = _with_pictures(_draft_text(source), folder=folder, temporary=Path(temporary))
        published = datetime.fromisoformat(source.metadata["published-iso"]).replace(tzinfo=UTC)
        _pandoc(arguments, text=text, force=force, pictures=Path(temporary), day=published)
    return target


def read_comments(document: Path) -> list[Comment]:
    """Read tracked changes, comments and the filled-in table out of a draft that came back.

    Parameters
    ----------
    document : Path
        A Word file made by :func:`write_draft` and edited since.

    Returns
    -------
    list of Comment
        In the order of the document.

    Raises
    ------
    InspectionError
        When it is not a Word file, or not such a draft.
    """
    blocks = _parsed(document)["blocks"]
    reader = _Reader()
    reader.read(blocks)
    if not reader.paragraph:
        message = "holds no numbered paragraph, so it is not a draft for a check of facts."
        remedy = "Give the file that the force sent back, made by: inspection report <force> --docx"
        raise InspectionError([Problem(document.name, "", "", message, remedy)])
    return [replace(comment, file=document.name) for comment in reader.comments]


def add_comments(path: Path, comments: Iterable[Comment]) -> list[Comment]:
    """Add to an author's list what is not on it yet; what is there, answers and all, is left as it is.

    Parameters
    ----------
    path : Path
        ``reports/<force>/accuracy-check/comments.csv``.
    comments : iterable of Comment
        What came back.

    Returns
    -------
    list of Comment
        Those that are new.
    """
    kept = _read_list(path)
    known = {_key(comment) for comment in kept}
    new = []
    for comment in map(_for_a_spreadsheet, comments):
        if (key := _key(comment)) not in known:
            known.add(key)
            new.append(comment)
    if new:
        path.parent.mkdir(parents=True, exist_ok=True)
        names = [field.name for field in fields(Comment)]
        # so that Excel reads it as UTF-8
        with whole_file(path) as beside, beside.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(asdict(comment) for comment in [*kept, *new])
    return new


# --- the draft ------------------------------------------------------------------------------------------


def _draft_text(source: Source) -> str:
    """Put a word to the force before the text and a table for its comments behind it."""
    opening = _OPENING.format(force=source.metadata["force-name"])
    front = _FRONT.match(source.text)
    head, body = (front[0], source.text[front.end() :]) if front else ("", source.text)
    table = f"## Your comments\n\n```{{=openxml}}\n{_empty_table()}\n```"
    return f"{head}\n{opening}\n{body}\n\n{table}\n"


def _empty_table() -> str:
    """Write the table for comments in Word's own markup: one with lines between its empty cells."""
    widths = [f'<w:gridCol w:w="{width}"/>' for width in _WIDTHS]
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )

    def row(cells: Sequence[str], *, properties: str = "") -> str:
        written = (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
            f'<w:p><w:r><w:t xml:space="preserve">{cell}</w:t></w:r></w:p></w:tc>'
            for cell, width in zip(cells, _WIDTHS, strict=True)
        )
        return f"<w:tr>{properties}{''.join(written)}</w:tr>"

    heading = row(_COLUMNS, properties="<w:trPr><w:tblHeader/></w:trPr>")
    empty = row([""] * len(_COLUMNS)) * _EMPTY_ROWS
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(_WIDTHS)}" w:type="dxa"/><w:tblBorders>{lines}</w:tblBorders>'
        '<w:tblLook w:firstRow="1"/></w:tblPr>'
        f"<w:tblGrid>{''.join(widths)}</w:tblGrid>{heading}{empty}</w:tbl>"
    )


def _with_pictures(text: str, *, folder: Path, temporary: Path) -> str:
    """Put bitmaps in the place of SVG figures, which not every word processor shows."""

    shutil.copytree(folder / "_generated" / "figures", temporary / "_generated" / "figures")

    def drawn(found: re.Match[str]) -> str:
        markup = temporary / f"{Path(found[1]).stem}.typ"
        page = f'#set page(width: auto, height: auto, margin: 0pt)\n#image("/{found[1]}")'
        markup.write_text(page, encoding="utf-8")
        picture = markup.with_suffix(".png")
        fonts = [folder.parent / "fonts"]
        picture.write_bytes(
            typst.compile(markup, root=temporary, font_paths=fonts, format="png", ppi=_PIXELS_AN_INCH)
        )
        return f"]({picture.name})"

    return _SVG.sub(drawn, text)


def _pandoc(arguments: Sequence[str], *, text: str, force: str, pictures: Path, day: datetime) -> None:
    """Run Pandoc with the day of publication as its clock, so that the same text gives the same bytes."""
    done = subprocess.run(  # noqa: S603
        [pypandoc.get_pandoc_path(), *arguments],
        input=text,
        cwd=pictures,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(int(day.timestamp()))},
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        name = f"reports/{force}/index.qmd"
        raise InspectionError([Problem(name, "", "", "cannot be written as a Word file.", done.stderr)])


# --- what comes back ------------------------------------------------------------------------------------


def _parsed(document: Path) -> dict[str, Any]:
    if not document.is_file():
        raise InspectionError([Problem(str(document), "", "", "is not there.", "Check the path.")])
    unreadable = "cannot be read as a Word file."
    remedy = "Give the file as the force sent it, in the .docx format; save a .doc or .odt as .docx first."
    if fault := archive_fault(document, most=_MOST_UNPACKED, otherwise=unreadable):
        raise InspectionError([Problem(document.name, "", "", fault, remedy)])
    try:
        text = pypandoc.convert_file(
            str(document), "json", format="docx", extra_args=["--track-changes=all"], sandbox=True
        )
    except RuntimeError:
        raise InspectionError([Problem(document.name, "", "", unreadable, remedy)]) from None
    parsed: dict[str, Any] = json.loads(text)
    return parsed


@dataclass(frozen=True)
class _Event:
    """A stretch of words, or a mark, in a document with tracked changes."""

    kind: Literal["text", "inserted", "deleted", "replaced", "comment", "end"]
    text: str = ""
    old: str = ""
    who: str = ""
    when: str = ""
    id: str = ""


class _Reader:
    """Walks a document and gathers what was changed or said, by the last paragraph number it met."""

    def __init__(self) -> None:
        self.paragraph = ""
        self.comments: list[Comment] = []
        self._open: dict[str, Comment] = {}

    def read(self, blocks: Sequence[Any]) -> None:
        """Read blocks, and those within them, in order."""
        for block in blocks:
            kind, content = block["t"], block.get("c")
            if kind in ("Para", "Plain"):
                self._paragraph(content)
            elif kind == "Header":
                self._paragraph(content[2])
            elif kind == "BlockQuote":
                self.read(content)
            elif kind == "Div":
                self.read(content[1])
            elif kind in ("BulletList", "OrderedList"):
                for item in content if kind == "BulletList" else content[1]:
                    self.read(item)
            elif kind == "Table":
                self._table(content)
            elif kind == "Figure":
                self.read([*content[1][1], *content[2]])

    def _table(self, content: Any) -> None:
        _, caption, _, head, bodies, foot = content
        rows = [*head[1], *(row for body in bodies for part in body[2:] for row in part), *foot[1]]
        cells = [[cell[4] for cell in row[1]] for row in rows]
        if cells and tuple(_words(_events_in(cell)) for cell in cells[0]) == _COLUMNS:
            self.comments += filter(None, map(_filled_in, cells[1:]))
            return
        self.read(caption[1])
        for row in cells:
            for cell in row:
                self.read(cell)

    def _paragraph(self, inlines: Sequence[Any]) -> None:
        events = list(_merged(_events(inlines)))
        if number := _NUMBER.match(
            "".join(event.old or event.text for event in events if event.kind != "comment")
        ):
            self.paragraph = number[1]
        before = ""
        for event in events:
            if event.kind == "comment":
                self._open[event.id] = self._comment(event, "")
            elif event.kind == "end":
                if comment := self._open.pop(event.id, None):
                    self.comments.append(replace(comment, about=_shortened(comment.about)))
            else:
                if event.kind != "text":
                    about = f"after: {_tail(before)}" if event.kind == "inserted" else event.old or event.text
                    self.comments.append(self._comment(event, about))
                words = "" if event.kind == "deleted" else event.text
                before += words
                for name, comment in self._open.items():
                    self._open[name] = replace(comment, about=comment.about + words)

    def _comment(self, event: _Event, about: str) -> Comment:
        what = "" if event.kind == "deleted" else event.text
        return Comment(
            self.paragraph, event.kind, event.who, event.when, " ".join(about.split()), " ".join(what.split())
        )


def _filled_in(row: Sequence[Any]) -> Comment | None:
    """Read a row of the table for comments, typed with or without tracking; None for an empty one."""
    events = [list(_events_in(cell)) for cell in row]
    paragraph, what, shown, name = map(_words, events)
    if not (what or shown):
        return None
    typed = next((event for cell in events for event in cell if event.kind == "inserted"), _Event("text"))
    number = re.search(r"\d+", paragraph)
    said = f"{what} (shown by: {shown})" if shown else what
    return Comment(number[0] if number else "", "table", name or typed.who, typed.when, "", said)


def _events_in(blocks: Sequence[Any]) -> Iterator[_Event]:
    for block in blocks:
        if block["t"] in ("Para", "Plain"):
            yield from _events(block["c"])
            yield _Event("text", " ")


def _events(inlines: Sequence[Any]) -> Iterator[_Event]:
    for inline in inlines:
        kind, content = inline["t"], inline.get("c")
        if kind == "Str":
            yield _Event("text", content)
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            yield _Event("text", " ")
        elif kind == "Quoted":
            left, right = _QUOTES[content[0]["t"]]
            yield _Event("text", left)
            yield from _events(content[1])
            yield _Event("text", right)
        elif kind in ("Code", "Math"):
            yield _Event("text", content[1])
        elif kind in ("Link", "Image"):
            yield from _events(content[1])
        elif kind == "Span":
            yield from _span(content)
        elif isinstance(content, list) and kind not in ("Note", "RawInline", "Cite"):
            yield from _events(content)


def _span(content: Any) -> Iterator[_Event]:
    (_, classes, pairs), inlines = content
    about = dict(pairs)
    who, when, name = (about.get(key, "") for key in ("author", "date", "id"))
    inner = list(_events(inlines))
    words = "".join(event.text for event in inner)
    if "insertion" in classes or "deletion" in classes:
        marks = [event for event in inner if event.kind in ("comment", "end")]
        words = "".join(event.text for event in inner if event.kind == "text")
        yield _Event("inserted" if "insertion" in classes else "deleted", words, who=who, when=when)
        yield from marks
    elif "comment-start" in classes:
        yield _Event("comment", words, who=who, when=when, id=name)
    elif "comment-end" in classes:
        yield _Event("end", id=name)
    elif not {"paragraph-insertion", "paragraph-deletion"} & set(classes):
        yield from inner


def _merged(events: Iterable[_Event]) -> Iterator[_Event]:
    """Join the runs into which a word processor splits one change; old words and new are a replacement."""
    last: _Event | None = None
    for event in events:
        pair = (last.kind, event.kind) if last and last.who == event.who else None
        if last and pair in _ONE_STRETCH:
            last = replace(last, text=last.text + event.text)
        elif last and pair == ("deleted", "inserted"):
            last = replace(event, kind="replaced", old=last.text)
        else:
            if last:
                yield last
            last = event
    if last:
        yield last


def _words(events: Iterable[_Event]) -> str:
    return " ".join("".join(event.text for event in events if event.kind in ("text", "inserted")).split())


def _shortened(text: str) -> str:
    line = " ".join(_NUMBER.sub("", text).split())
    return line if len(line) <= 2 * _CONTEXT else f"{line[:_CONTEXT]} ... {line[-_CONTEXT:]}"


def _tail(text: str) -> str:
    return " ".join(_NUMBER.sub("", text).split())[-_CONTEXT:]


# --- the list -------------------------------------------------------------------------------------------


def _read_list(path: Path) -> list[Comment]:
    if not path.is_file():
        return []
    names = [field.name for field in fields(Comment)]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error):
        message, remedy = "is not a CSV file in UTF-8.", "In Excel, save it as CSV UTF-8 (comma delimited)."
        raise InspectionError([Problem(path.name, "", "", message, remedy)]) from None
    if rows and (missing := [name for name in names if name not in rows[0]]):
        message = f"has no column {', '.join(missing)}."
        remedy = "Keep the columns as they were written; only answers are added."
        raise InspectionError([Problem(path.name, "", "", message, remedy)])
    return [Comment(**{name: row[name] or "" for name in names}) for row in rows]


def _key(comment: Comment) -> tuple[str, ...]:
    return tuple(getattr(comment, name) for name in ("paragraph", "kind", "who", "when", "about", "what"))


def _for_a_spreadsheet(comment: Comment) -> Comment:
    """Keep a spreadsheet from taking words of somebody else for a formula."""
    return Comment(**{name: guarded(value) for name, value in asdict(comment).items()})
