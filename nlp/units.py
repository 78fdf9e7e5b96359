"""Cutting an investigation note into coding units.

Everything here reads the text once with bounded patterns, so the time grows with the length of the note
and no input, however long its lines, makes it slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from nlp.scan import fold

Span = tuple[int, int]

_LINE = re.compile(r"[^\n\r\u2028\u2029\x0b\x0c\x85]+")
_BULLET = re.compile(
    r"[ \t>]*(?:[-*+•·‣▪●○◦►→§]{1,3}[ \t]+|[•·‣▪●○◦►][ \t]*|-{1,2}(?=[A-Za-z])"
    r"|\(?(?:\d{1,2}|[a-hA-H]|[ivx]{1,4})[.)][ \t]+(?=\S)|#{1,3}[ \t]+)?[ \t]*"
)
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_DATE = rf"(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}} {_MONTH} \d{{2,4}})"
_CLOCK = r"(?:\d{1,2}[:.]?\d\d(?:[:.]\d\d)?[ ]*(?:hrs|hours)?)"
_STAMP = re.compile(
    rf"[\[(]{{0,2}}(?:(?:{_DAY},?[ ]+)?{_DATE}[T,]?[ ]*(?:at[ ])?{_CLOCK}?"
    r"|\d\d:?\d\d(?:[ ]?hrs)?\]?(?=[ ]*[-:]))[\])]{0,2}[ ]*(?:[-:|][ ]*)?"
)
_AUTHOR = re.compile(
    r"(?:(?:T/|A/|Det\.?[ ])?(?:PC|DC|PS|DS|DI|DCI|PCSO|Sgt|Insp|TDC|SOLO|SOIT|OIC|Supervisor)[ ]?){1,2}"
    r"(?:[ ]?\d{2,6}|[ ][A-Z][A-Za-z'-]{1,24}|[ ][A-Z](?=[ ])){0,4}[ ]*(?:[-:|][ ]*|$)"
)
_MAIL_HEADER = re.compile(r"(?:From|To|Cc|Bcc|Sent|Date|Subject|Importance|Attachments?)[ ]?:", re.IGNORECASE)
_LABEL = re.compile(r"([A-Z0-9][A-Za-z0-9 /&'().,+-]{0,58}?)[ ]?(?::|[ ]-{1,2}(?=[ ]|$))")
_TICK = re.compile(
    r"[\[(☐Y_.](?:(?<=\[)[ _]?\]|(?<=\()[ _]\)|(?<=☐)|(?<=\bY)[ ]?/[ ]?N\b|(?<=\bY)es[ ]?/[ ]?No\b"
    r"|(?<=_)__|(?<=\.)\.{4})"
)
_NUMBERED = re.compile(r"(?:(?<=\s)|^)(?:\((\d{1,2}|[a-h])\)|(\d{1,2})[.)])[ \t]+(?=\S)")
_ENDING = re.compile(r"[.?!]{1,3}[\"')\]]{0,2}[ \t]+(?=[\"'(\[£$]{0,2}[A-Z0-9])|;[ \t]*(?=\S)")
_BEFORE_DOT = re.compile(r"(?:^|[\s(\"'/])([A-Za-z.]{1,12})$")
_RANKS = {"d.s", "d.c", "d.i", "p.c", "p.s", "d.c.i", "d.s.u", "sgt", "insp", "det", "supt", "i.p", "o.i.c"}
_TITLES = {"mr", "mrs", "ms", "miss", "dr", "prof", "cllr", "rev", "hon", "c.p.s", "co", "ltd", "inc"}
_PLACES = {"st", "rd", "ave", "dept", "tel", "mob", "ext", "est"}
_LATIN = {"a.m", "p.m", "e.g", "i.e", "etc", "approx", "re", "vs", "v", "cf", "viz", "art", "arts", "incl"}
_ABBREVIATIONS = frozenset(_RANKS | _TITLES | _PLACES | _LATIN | {"pg", "pp", "s", "ss"})
_BEFORE_NUMBERS = frozenset(("no", "nos", "ref", "refs", "fig", "para", "paras", "sec", "min", "max"))
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|does|did|do|will|would|can|could|should|may|might|must|to be|"
    r"isn't|wasn't|didn't|don't|says?|said|gave|given|made|went|came|left|took|got|told|saw|sent|met|knew|"
    r"put|asks?|wants?|needs?|states?|seen|shows?|agrees?|attends?|obtain|request|review|arrest|interview|"
    r"contact|check|update|submit|consider|ensure|establish|speak|get|take|complete|"
    r"[A-Za-z]{2,20}(?:ed|ing))\b",
    re.IGNORECASE,
)
_QUOTE_MARK = re.compile(r"[\"'](?:(?<=\")|(?<![\w']')(?=\w)|(?<=[\w.?!,]')(?!\w))")
_SHORT_LABEL = 6
_LONGEST_UNIT = 100_000
_CLAUSE = 200
"""How far from a semicolon a verb is looked for, in characters."""
_LONGEST_VERB = 24


class Unit(NamedTuple):
    """One coding unit and what stands above it.

    `start` and `end` are code-point offsets into the note. `section` is the title or label the unit
    stands under, in lower case; `checklist` marks a form line that nobody filled in.
    """

    start: int
    end: int
    section: str = ""
    checklist: bool = False
    mail: bool = False


class Cut(NamedTuple):
    """The units of one note and how many pieces were dropped as having fewer than two letters."""

    units: tuple[Unit, ...]
    dropped: int


def cut_units(text: str) -> Cut:
    """Cut a note into coding units.

    Parameters
    ----------
    text
        The note as recorded, any Unicode.

    Returns
    -------
    Cut
        Units in order; `text[unit.start:unit.end]` is the wording of a unit.

    Examples
    --------
    >>> note = "SUSPECT:\\n- phone seized\\n- not yet interviewed. No reply."
    >>> [(note[u.start:u.end], u.section) for u in cut_units(note).units]
    [('phone seized', 'suspect'), ('not yet interviewed.', 'suspect'), ('No reply.', 'suspect')]
    """
    folded = fold(text)
    units: list[Unit] = []
    dropped = 0
    section = ""
    mail = False
    blank_before = True
    last_end = 0
    for line in _LINE.finditer(folded):
        blank_before = "\n\n" in folded[last_end : line.start()] or line.start() == 0
        last_end = line.end()
        start, end = _trim(folded, *line.span())
        if start == end:
            continue
        if _MAIL_HEADER.match(folded, start, end):
            mail = True
            continue
        head, start = start, _skip_marks(folded, start, end)
        if start >= end:
            continue
        title = _title(folded, start, end)
        if title is not None:
            section = title
            continue
        if blank_before and section and not _BULLET.match(folded, line.start()).group().strip():  # type: ignore[union-attr]
            section = ""
        numbered = _number(_NUMBERED.match(folded, head, end))
        for piece in _pieces(folded, start, end, number=numbered):
            if not _has_two_letters(folded, *piece):
                dropped += 1
                continue
            checklist = bool(_TICK.search(folded, *piece))
            units.append(Unit(*piece, section=section, checklist=checklist, mail=mail))
    return Cut(tuple(units), dropped)


def _skip_marks(text: str, start: int, end: int) -> int:
    """Pass over a bullet, a number, a date stamp and an author's name at the head of a line."""
    for mark in (_BULLET, _STAMP, _AUTHOR, _STAMP):
        found = mark.match(text, start, end)
        if found and (
            mark is not _AUTHOR or found.group().rstrip()[-1:] in (":", "|", "-") or found.end() == end
        ):
            start = found.end()
    return _trim(text, start, end)[0]


def _title(text: str, start: int, end: int) -> str | None:
    """The wording of a line that is only a title or a label, else None."""
    line = text[start : min(end, start + 80)]
    if end - start > 60 or _TICK.search(line):
        return None
    bare = line.strip(" *_=#-:").strip()
    if not bare or not any(letter.isalpha() for letter in bare):
        return None
    if line.rstrip().endswith(":") and len(bare.split()) <= _SHORT_LABEL:
        return bare.lower()
    is_title = bare.isupper() and len(bare.split()) <= _SHORT_LABEL and not re.search(r"[.?!,;\d]", bare)
    return bare.lower() if is_title and len(bare) > 3 else None


def inline_label(text: str) -> str:
    """The label a unit opens with ("Supervisor: please ..."), in lower case, or an empty string."""
    found = _LABEL.match(text) if ":" in text or "-" in text else None
    if found and len(found[1].split()) <= _SHORT_LABEL and found.end() < len(text):
        return found[1].strip().lower()
    return ""


def _pieces(text: str, start: int, end: int, *, number: int) -> Iterator[Span]:
    for item_start, item_end in _items(text, start, end, number=number):
        for piece in _sentences(text, item_start, item_end):
            sentence = _trim(text, *piece)
            if sentence[1] - sentence[0] > _LONGEST_UNIT:
                yield from _shorter(text, *sentence)
            elif sentence[0] < sentence[1]:
                yield sentence


def _shorter(text: str, start: int, end: int) -> Iterator[Span]:
    """A stretch that no person wrote as a sentence, cut between words where there are any."""
    while end - start > _LONGEST_UNIT:
        blank = text.rfind(" ", start, start + _LONGEST_UNIT)
        cut = blank if blank > start else start + _LONGEST_UNIT
        yield _trim(text, start, cut)
        start = _trim(text, cut, end)[0]
    yield start, end


def _items(text: str, start: int, end: int, *, number: int) -> Iterator[Span]:
    """Cut a line at inline numbers or letters that count up: "(1) phone (2) laptop", "1. see IP 2. CCTV".

    `number` is the one the line itself opened with, or 0.
    """
    wanted = number + 1
    marks = []
    for found in _NUMBERED.finditer(text, start, end):
        if _number(found) == wanted:
            marks.append(found.span())
            wanted += 1
    if not marks or wanted < 3:
        yield start, end
        return
    yield start, marks[0][0]
    for at, (_, after) in enumerate(marks):
        yield after, marks[at + 1][0] if at + 1 < len(marks) else end


def _number(found: re.Match[str] | None) -> int:
    if found is None:
        return 0
    mark = found[1] or found[2]
    return int(mark) if mark.isdecimal() else ord(mark) - ord("a") + 1


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    quotes = _quotations(text, start, end)
    before, after = _Verbs(text, end), _Verbs(text, end)
    at = 0
    for found in _ENDING.finditer(text, start, end):
        while at < len(quotes) and quotes[at][1] <= found.start() + 1:
            at += 1
        if at < len(quotes) and quotes[at][0] < found.start() < quotes[at][1] - 1:
            continue
        if found.group()[0] == ";":
            left = max(start, found.start() - _CLAUSE)
            right = min(end, found.end() + _CLAUSE)
            if not (before.any_in(left, found.start()) and after.any_in(found.end(), right)):
                continue
        elif text[found.start()] == "." and _is_abbreviation(text, start, found.start()):
            continue
        yield start, found.end()
        start = found.end()
    yield start, end


class _Verbs:
    """The verbs of a line, asked for from left to right, so that it is read once however many are asked."""

    def __init__(self, text: str, end: int) -> None:
        self._text = text
        self._end = end
        self._first = self._after = -1

    def any_in(self, start: int, end: int) -> bool:
        """Whether a verb stands between two places; no call may start before an earlier one."""
        if self._first < start:
            found = _VERB.search(self._text, start, self._end)
            self._first, self._after = found.span() if found else (self._end, self._end + 1)
        return self._after <= end or self._is_cut_at(start, end)

    def _is_cut_at(self, start: int, end: int) -> bool:
        """Whether the word that the end cuts short is a verb as it stands."""
        if end == self._end or not re.fullmatch(r"\w\w", self._text[end - 1 : end + 1]):
            return False
        return _VERB.search(self._text, max(start, end - _LONGEST_VERB), end) is not None


def _is_abbreviation(text: str, start: int, dot: int) -> bool:
    found = _BEFORE_DOT.search(text, max(start, dot - 14), dot)
    if found is None:
        return False
    word = found[1].lower()
    if word in _BEFORE_NUMBERS:
        return text[dot + 1 : dot + 3].strip()[:1].isdigit()
    return word in _ABBREVIATIONS or (len(word) == 1 and word not in "iav" and found[1].isupper())


def _quotations(text: str, start: int, end: int) -> list[Span]:
    """Quoted stretches of a line, at most 600 characters each; an unpaired mark quotes nothing."""
    spans: list[Span] = []
    opened = -1
    for found in _QUOTE_MARK.finditer(text, start, end):
        mark = found.group()
        if opened >= 0 and text[opened] == mark and found.start() - opened <= 600:
            spans.append((opened, found.end()))
            opened = -1
        elif opened < 0 or found.start() - opened > 600:
            opened = found.start()
    return spans


def quotations(text: str) -> list[Span]:
    """Character spans of the words in quotation marks in a unit."""
    folded = fold(text)
    return _quotations(folded, 0, len(folded))


def _has_two_letters(text: str, start: int, end: int) -> bool:
    if end - start > 1 and text[start : start + 2].isalpha():
        return True
    letters = 0
    for at in range(start, end):
        letters += text[at].isalpha()
        if letters == 2:
            return True
    return False


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
