"""All words a published file holds, also where nobody looks: attributes, comments, metadata, archives.

A file is read into pieces of text, each of which knows where in the file it stands. What cannot be read is
named, so that a person looks at it: nothing is passed over in silence.
"""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
import unicodedata
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from PIL import Image

from parameters.archives import BROKEN, archive_fault

__all__ = ["Contents", "Piece", "normal", "read_file"]

_MARKUP = {".html", ".htm", ".xhtml", ".svg", ".xml", ".rss", ".rels", ".opf", ".ncx"}
_JSON = {".json", ".geojson", ".map", ".webmanifest", ".ipynb"}
_TABLES = {".csv": ",", ".tsv": "\t"}
_TEXT = {
    ".txt",
    ".md",
    ".qmd",
    ".css",
    ".js",
    ".mjs",
    ".yml",
    ".yaml",
    ".bib",
    ".tex",
    ".typ",
    ".vtt",
    ".ics",
}
_IMAGES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff"}
_ARCHIVES = {".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".epub"}
_WORDLESS = {".woff", ".woff2", ".ttf", ".otf", ".eot"}
"""Fonts: they draw words and hold none."""

_MEDIA = {
    "image/svg+xml": ".svg",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "text/html": ".html",
    "text/css": ".css",
    "text/csv": ".csv",
    "text/plain": ".txt",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "text/javascript": ".js",
    "application/javascript": ".js",
    "font/woff2": ".woff2",
    "font/woff": ".woff",
    "font/ttf": ".ttf",
    "font/otf": ".otf",
}
_INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark",
    "q", "s", "samp", "small", "span", "strong", "sub", "sup", "tspan", "u", "var", "wbr",
}  # fmt: skip
_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.=+-]+)*),([^\"'\s)>]*)", re.IGNORECASE)
_ESCAPE = re.compile(
    r"\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\([0-9a-f]{1,6})\s?", re.IGNORECASE
)
_MOST_UNPACKED = 256 << 20
_DEEPEST = 5
"""Files inside files inside files that are still opened."""


def normal(text: str) -> str:
    """Return words as they look: one form of every letter, no accents, nothing that cannot be seen.

    Examples
    --------
    >>> normal("Ren\\u00e9e Ark\\u00adholt")
    'Renee Arkholt'
    """
    if text.isascii():
        return text
    spread = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in spread if unicodedata.category(sign) not in ("Mn", "Cf"))


@dataclass(frozen=True)
class Piece:
    """Text of one kind from one file, and where parts of it stand.

    Parameters
    ----------
    file : str
        Path of the file, from the folder that is looked at.
    part : str
        What of the file it is, such as "text" or "attribute alt".
    text : str
        Normalised by :func:`normal`.
    marks : tuple of (int, str)
        From which place in the text on, and where that is in the file, such as "line 12"; in order.
    """

    file: str
    part: str
    text: str
    marks: tuple[tuple[int, str], ...] = ()

    def place(self, offset: int) -> str:
        """Say where a place in the text is, without saying what stands there."""
        index = bisect_right([start for start, _ in self.marks], offset) - 1
        where = self.marks[index][1] if index >= 0 else ""
        return ", ".join(filter(None, (self.file, self.part, where)))

    def stretches(self) -> Iterator[tuple[str, str]]:
        """Give each stretch between two marks, after where it is."""
        ends = [*(start for start, _ in self.marks[1:]), len(self.text)]
        for (start, where), end in zip(self.marks, ends, strict=True):
            yield where, self.text[start:end]


@dataclass
class Contents:
    """What was read of a file, and what could not be read, each with the reason."""

    pieces: list[Piece] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)

    def add(self, file: str, part: str, strings: Iterable[tuple[str, str]]) -> None:
        """Add one piece made of strings, each with where it stands."""
        parts, marks, length = [], [], 0
        for where, string in strings:
            text = normal(string)
            marks.append((length, where))
            parts.append(text)
            length += len(text)
        if text := "".join(parts):
            self.pieces.append(Piece(file, part, text, tuple(marks)))


def read_file(name: str, data: bytes) -> Contents:
    """Read all words of a file.

    Parameters
    ----------
    name : str
        Path of the file, from the folder that is looked at; its ending says how it is read.
    data : bytes
        The file.

    Returns
    -------
    Contents
        The file's name is a piece of its own.
    """
    contents = Contents()
    contents.add("(name of a file)", "", [("", name)])
    _read(name, data, contents, depth=0)
    return contents


def _read(name: str, data: bytes, contents: Contents, *, depth: int) -> None:
    suffix = PurePosixPath(name.split(" > ")[-1]).suffix.lower()
    if depth > _DEEPEST:
        contents.unread.append((name, "lies in too many files inside each other"))
    elif suffix in _MARKUP:
        _read_markup(name, _decoded(data), contents, depth=depth)
    elif suffix in _JSON:
        _read_json(name, _decoded(data), contents, depth=depth)
    elif suffix in _TABLES:
        _read_table(name, _decoded(data), _TABLES[suffix], contents)
    elif suffix in _TEXT:
        _read_text(name, "text", _decoded(data), contents, depth=depth)
    elif suffix == ".pdf":
        from reports.gate.pdf import read_pdf

        read_pdf(
            name, data, contents, attached=lambda inner, found: _read(inner, found, contents, depth=depth + 1)
        )
    elif suffix in _IMAGES:
        read_image(name, data, contents)
    elif suffix in _ARCHIVES:
        _read_archive(name, data, contents, depth=depth)
    elif suffix not in _WORDLESS:
        contents.unread.append((name, "is of a kind that the gate cannot read"))


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


class _Markup(HTMLParser):
    """Collects what is shown, each attribute, comments, scripts and declarations, by part."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: dict[str, list[tuple[str, str]]] = {}
        self._inside = ""

    def _keep(self, part: str, text: str) -> None:
        self.parts.setdefault(part, []).append((f"line {self.getpos()[0]}", text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self._keep("text", "\n")
        for name, value in attrs:
            self._keep("attribute names", f"{name}\n")
            if value:
                self._keep(
                    f"attribute {name}" if re.fullmatch(r"[a-z:-]{1,20}", name) else "attribute", f"{value}\n"
                )
        if tag in ("script", "style"):
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == self._inside else self._inside
        if tag not in _INLINE:
            self._keep("text", "\n")

    def handle_data(self, data: str) -> None:
        self._keep(self._inside or "text", data)

    def handle_comment(self, data: str) -> None:
        self._keep("comment", f"{data}\n")

    def handle_decl(self, decl: str) -> None:
        self._keep("declaration", f"{decl}\n")

    def handle_pi(self, data: str) -> None:
        self._keep("declaration", f"{data}\n")

    def unknown_decl(self, data: str) -> None:
        self._keep("text", f"{data.removeprefix('CDATA[')}\n")


def _read_markup(name: str, text: str, contents: Contents, *, depth: int) -> None:
    parser = _Markup()
    parser.feed(text)
    parser.close()
    for part, strings in parser.parts.items():
        free = [(where, _embedded(name, string, contents, depth=depth)) for where, string in strings]
        if part.startswith("attribute"):
            free = [
                (where, f"{string}{unquote(string)}" if "%" in string else string) for where, string in free
            ]
        elif part in ("script", "style"):
            free = [(where, _unescaped(string)) for where, string in free]
        contents.add(name, part, free)
    # What a parser makes of broken markup is not what every reader makes of it.
    source = html.unescape(re.sub(r"<[^<>]*>", "\n", _DATA.sub("", text)))
    contents.add(name, "source", [("", source)])


def _read_json(name: str, text: str, contents: Contents, *, depth: int) -> None:
    try:
        found = list(_strings(json.loads(text)))
    except (ValueError, RecursionError):
        contents.unread.append((name, "is not valid JSON; it was read as plain text"))
        _read_text(name, "text", text, contents, depth=depth)
        return
    strings = ((f"value {number}", string) for number, string in enumerate(found, 1))
    contents.add(
        name,
        "text",
        ((where, f"{_embedded(name, string, contents, depth=depth)}\n") for where, string in strings),
    )


def _strings(value: Any) -> Iterator[str]:
    """Every key and value, also as it would look were it taken for HTML."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield str(key)
            yield from _strings(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _strings(entry)
    elif value is not None:
        yield from _shown(str(value))


def _shown(string: str) -> Iterator[str]:
    yield string
    if "<" in string or "&" in string:
        yield html.unescape(re.sub(r"<[^<>]*>", "", string))


def _read_table(name: str, text: str, delimiter: str, contents: Contents) -> None:
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        contents.unread.append((name, "is not a valid table; it was read as plain text"))
        _read_text(name, "text", text, contents, depth=_DEEPEST)
        return
    contents.add(
        name,
        "text",
        (
            (f"row {number}", f"{shown}\n")
            for number, row in enumerate(rows, 1)
            for cell in row
            for shown in _shown(cell)
        ),
    )


def _read_text(name: str, part: str, text: str, contents: Contents, *, depth: int) -> None:
    free = _embedded(name, text, contents, depth=depth)
    lines = enumerate(free.splitlines(keepends=True), 1)
    contents.add(name, part, ((f"line {number}", _unescaped(line)) for number, line in lines))


def _unescaped(text: str) -> str:
    """Put letters in the place of what scripts and style sheets may write instead of them."""
    if "\\" not in text:
        return text

    def letter(found: re.Match[str]) -> str:
        code = int(next(filter(None, found.groups())), 16)
        return chr(code) if code < 0x110000 else ""

    return f"{text}\n{_ESCAPE.sub(letter, text)}"


def _embedded(name: str, text: str, contents: Contents, *, depth: int) -> str:
    """Read the files that a text holds as ``data:`` and return the rest of it."""
    if "data:" not in text.lower():
        return text
    for number, found in enumerate(_DATA.finditer(text), 1):
        media, encoding, content = found[1] or "text/plain", found[2].lower(), unquote(found[3])
        inner = f"{name} > embedded {number}{_MEDIA.get(media.lower(), '')}"
        try:
            data = base64.b64decode(content + "==") if ";base64" in encoding else content.encode()
        except ValueError:
            contents.unread.append((inner, "cannot be decoded"))
            continue
        _read(inner, data, contents, depth=depth + 1)
    return _DATA.sub("", text)


def read_image(name: str, data: bytes, contents: Contents) -> None:
    """Read what an image says of itself: comments, EXIF and XMP, text chunks. Its pixels are not read."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            told = {**image.info, **getattr(image, "text", {})}
            told |= {f"exif {key}": value for key, value in image.getexif().items()}
    except Exception:  # pillow raises whatever a broken or endless picture makes it
        contents.unread.append((name, "is not an image that can be read"))
        return
    strings = (_as_text(value) for pair in told.items() for value in pair)
    contents.add(name, "metadata", (("", f"{string}\n") for string in strings))
    contents.unread.append((name, "is a picture: whether its pixels show words has to be looked at"))


def _as_text(value: Any) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def _read_archive(name: str, data: bytes, contents: Contents, *, depth: int) -> None:
    if fault := archive_fault(io.BytesIO(data), most=_MOST_UNPACKED, otherwise="cannot be opened."):
        contents.unread.append((name, f"is an archive that {fault.rstrip('.')}"))
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                contents.add(name, "names of files", [("", f"{member.filename}\n")])
                if not member.is_dir():
                    _read(f"{name} > {member.filename}", archive.read(member), contents, depth=depth + 1)
    except BROKEN:
        contents.unread.append((name, "is an archive that cannot be opened"))
