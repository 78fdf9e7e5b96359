"""Where a coding stands, as others count it.

The standard counts Unicode code points of the text file, from 0 (REFI-QDA 1.5, 10.2). It names the last
character of a selection; programs write the place after it, and so do we. They differ in three things: a line
ending of two characters is counted as two or as one, a character beyond the basic plane (an emoji) as one or,
in UTF-16, as two, and a byte order mark before the text not at all.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

__all__ = ["STANDARD", "Counting", "exchanged", "from_exchanged", "plain_lines", "to_exchanged"]


@dataclass(frozen=True)
class Counting:
    """How a program counts: CR LF as one character or two, and emoji as one or (UTF-16) two."""

    crlf_as_one: bool = False
    utf16: bool = False

    def find(self, text: str, position: int) -> int:
        """The place in `plain_lines` of a text that a program calls this position of the text."""
        counted = plain_lines(text) if self.crlf_as_one else text
        if self.utf16:
            position = _from_utf16(counted, position)
        return position if self.crlf_as_one else position - bisect_left(_line_endings(text), position)


STANDARD = Counting()


def plain_lines(text: str) -> str:
    """The text with every line ending one character; no other place moves."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def exchanged(note: str) -> str:
    """A note's text as it goes out: programs shift codings in a text with CR LF or a byte order mark."""
    text = plain_lines(note)
    return f" {text[1:]}" if text.startswith("\ufeff") else text


def to_exchanged(note: str, position: int) -> int:
    """The place in `exchanged` of a place in the note."""
    return position - bisect_left(_line_endings(note), position)


def from_exchanged(note: str, position: int) -> int:
    """The place in the note of a place in `exchanged`."""
    shortened = [place - before for before, place in enumerate(_line_endings(note))]
    return position + bisect_left(shortened, position)


def _line_endings(text: str) -> list[int]:
    return [found.start() for found in re.finditer("\r\n", text)] if "\r\n" in text else []


def _from_utf16(text: str, position: int) -> int:
    if text.isascii():
        return position
    wide = [place for place, character in enumerate(text) if character > "\uffff"]
    return position - bisect_left([place + before for before, place in enumerate(wide)], position)
