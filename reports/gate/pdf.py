"""All words of a PDF: what its pages show, and every text besides, from its title to its attachments."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject, TextStringObject

from reports.gate.pieces import Contents, read_image

__all__ = ["page_texts", "read_pdf"]

logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # its warnings quote the file


def read_pdf(name: str, data: bytes, contents: Contents, *, attached: Callable[[str, bytes], None]) -> None:
    """Read a PDF into pieces.

    Parameters
    ----------
    name : str
        Path of the file.
    data : bytes
        The file.
    contents : Contents
        To which pieces are added.
    attached : callable
        Given the name and the bytes of each file that the PDF carries.
    """
    try:
        reader = PdfReader(io.BytesIO(data))
        pages = page_texts(reader)
        objects = dict(_objects(reader))
    except Exception:  # pypdf raises whatever a broken file makes of its objects
        contents.unread.append((name, "is not a PDF that can be read"))
        return
    contents.add(name, "text", pages)
    # A word at the end of a line may be broken by a hyphen that is not its own.
    contents.add(name, "text", [(where, re.sub(r"-\s*\n\s*", "", text)) for where, text in pages])
    contents.add(
        name, "metadata", (("", f"{text}\n") for found in objects.values() for text in _texts(found))
    )
    called = {number: title for found in objects.values() for number, title in _attachments(found)}
    for number, found in objects.items():
        if isinstance(found, StreamObject):
            _read_stream(name, number, found, contents, called=called, attached=attached)
    if data.count(b"startxref") > 1:
        contents.unread.append((name, "may hold earlier versions of itself"))


def page_texts(reader: PdfReader) -> list[tuple[str, str]]:
    """Return the text of every page with its number."""
    return [(f"page {number}", f"{page.extract_text()}\n") for number, page in enumerate(reader.pages, 1)]


def _objects(reader: PdfReader) -> Iterator[tuple[int, Any]]:
    """Give every object of the file by its number; the trailer has none."""
    yield 0, reader.trailer
    numbers = {(number, generation) for generation, found in reader.xref.items() for number in found}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    for number, generation in sorted(numbers):
        if number:
            yield number, reader.get_object(IndirectObject(number, generation, reader))


def _texts(found: Any) -> Iterator[str]:
    """Every string in an object: titles, text alternatives, links, bookmarks, notes."""
    if isinstance(found, TextStringObject):
        yield str(found)
    elif isinstance(found, DictionaryObject):
        for value in found.values():
            yield from _texts(value)
    elif isinstance(found, ArrayObject):
        for value in found:
            yield from _texts(value)


def _attachments(found: Any) -> Iterator[tuple[int, str]]:
    """Give number and name of the files that an object attaches."""
    if isinstance(found, DictionaryObject):
        if "/EF" in found:
            title = str(found.get("/UF") or found.get("/F") or "")
            files: Any = found["/EF"]
            for file in files.values():
                yield getattr(file, "idnum", 0), title
        for value in found.values():
            yield from _attachments(value)
    elif isinstance(found, ArrayObject):
        for value in found:
            yield from _attachments(value)


def _read_stream(
    name: str,
    number: int,
    found: StreamObject,
    contents: Contents,
    *,
    called: Mapping[int, str],
    attached: Callable[[str, bytes], None],
) -> None:
    kind = found.get("/Type")
    if kind == "/Metadata":
        attached(f"{name} > metadata.xml", found.get_data())
    elif kind == "/EmbeddedFile" or number in called:
        attached(
            f"{name} > attachment {number}{PurePosixPath(called.get(number, '')).suffix}", found.get_data()
        )
    elif found.get("/Filter") in ("/DCTDecode", "/JPXDecode"):
        read_image(f"{name} > picture {number}", found._data, contents)
