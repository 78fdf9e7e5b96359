"""Reading the codings of a REFI-QDA project, whichever program made it.

Programs differ in what they keep. Identifiers may be new, in capitals or in braces; a note's case may be told
by variables of the source, by variables of a case without a name, by a case that lists its sources, or only
by the source's name with something put before it; a user may be named at the coding, the selection or the
source; a case may double as a code. Everything that could not be taken is counted in the remarks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

import pandas as pd

from nlp.audit.exchange.archive import MOST, Limits, ProjectFile
from nlp.audit.exchange.codings import CODINGS, ExchangeError
from nlp.audit.exchange.positions import STANDARD, Counting, plain_lines

__all__ = ["ReadProject", "read_project"]

_SCHEMA = "{urn:QDA-XML:project:"
_NAMED = re.compile(r"(?:\d+_)?(?P<case>.+) entry (?P<entry>\d{1,9})(?:\.[A-Za-z]{3,4})?", re.DOTALL)
_HEX = re.compile(r"%([0-9A-F]{2})")
_QUOTED = re.compile(r"[\s…]+|\.{3}$")
_WAYS = tuple(Counting(one, wide) for one in (False, True) for wide in (False, True))
_SURE = ("rasso-inspection", "qualcoder")
"""Programs of which it was tried how they count."""
_LONGEST_NAME = 80
_DEEPEST = 100
_NO_TEXT = ("AudioSource", "VideoSource", "PictureSource")


@dataclass(frozen=True, repr=False)
class ReadProject:
    """What a project holds. Restricted: it holds notes.

    Attributes
    ----------
    codings : DataFrame
        Columns `codings.CODINGS`, one row a coding, in order. Places are those of `texts`.
    texts : DataFrame
        ``case_id, entry_no, text`` of every source with a text, coded or not. Line endings are one character.
    origin : str
        The program that made the file, as it calls itself.
    users : tuple of str
        Everybody who could have coded, in the file's order.
    remarks : tuple of str
        What was left out or had to be guessed, and how often. They quote no note.
    """

    codings: pd.DataFrame
    texts: pd.DataFrame
    origin: str
    users: tuple[str, ...]
    remarks: tuple[str, ...]

    def __repr__(self) -> str:
        """Sizes only: the tables hold notes."""
        return f"ReadProject({len(self.texts)} texts, {len(self.codings)} codings)"


def read_project(path: Path, *, codes: Collection[str] = (), limits: Limits = MOST) -> ReadProject:
    """Read the texts and codings of a project file (.qdpx).

    Parameters
    ----------
    path : Path
        The file.
    codes : collection of str
        Ids of the codebook. A code of the project that differs from one of them only in capitals or in what
        follows it ("vic-disbelief: Overall disbelief") is taken for it; others keep their name.
    limits : Limits
        How large the file may be.

    Raises
    ------
    ExchangeError
        When the file cannot be read safely, is no project, or two of its texts claim to be the same note.
    """
    with ProjectFile(path, limits) as file:
        root = file.project()
        if not root.tag.startswith(_SCHEMA):
            raise ExchangeError(f"{path.name}: is no REFI-QDA project. Export it as one, not as a codebook.")
        return _Reader(file, root, codes).read()


@dataclass(frozen=True)
class _Source:
    """A source with a text: which note it is, its text as the file has it, and its element."""

    case_id: str
    entry_no: int
    text: str
    element: Element


class _Reader:
    def __init__(self, file: ProjectFile, root: Element, codes: Collection[str]) -> None:
        self.file = file
        self.root = root
        self.origin = (root.get("origin") or "a program that does not name itself")[:_LONGEST_NAME]
        self.remarks: Counter[str] = Counter()
        self.users = {
            _id(user.get("guid")): user.get("name") or user.get("id") or "a user without a name"
            for user in _all(root, "Users", "User")
        }
        self.cases = list(_all(root, "Cases", "Case"))
        self.case_ids = {_id(case.get("guid")) for case in self.cases}
        self.code_names = self._code_names(codes)
        self.known = set(codes)

    def read(self) -> ReadProject:
        sources = list(self._sources())
        self._refuse_doubles(sources)
        way = self._counting(sources)
        rows = [row for source in sources for row in self._codings(source, way)]
        table = pd.DataFrame(rows, columns=list(CODINGS)).astype({"entry_no": int, "start": int, "end": int})
        once = table.drop_duplicates([name for name in CODINGS if name != "memo"])
        if doubled := len(table) - len(once):
            self.remarks["codings repeat one of the same words, code and coder; taken once"] = doubled
        if self.known:
            strange = ~once["code"].isin(self.known)
            self.remarks["codings have a code that the codebook lacks; see the column code"] += strange.sum()
        texts = [(source.case_id, source.entry_no, plain_lines(source.text)) for source in sources]
        return ReadProject(
            codings=once.sort_values(list(CODINGS[:-1]), kind="stable", ignore_index=True),
            texts=pd.DataFrame(texts, columns=["case_id", "entry_no", "text"]).astype({"entry_no": int}),
            origin=self.origin,
            users=tuple(self.users.values()),
            remarks=tuple(f"{count}: {what}." for what, count in self.remarks.items() if count),
        )

    def _code_names(self, codes: Collection[str]) -> dict[str, str]:
        """Identifier -> code; a name that several codes of the tree share is given with those above it."""
        paths: dict[str, tuple[str, ...]] = {}
        waiting: list[tuple[Element, tuple[str, ...]]] = [
            (code, ()) for code in _all(self.root, "CodeBook", "Codes", "Code")
        ]
        while waiting:
            code, above = waiting.pop()
            path = (*above, (code.get("name") or "").strip())
            if len(path) > _DEEPEST:
                raise ExchangeError(
                    f"{self.file.name}: nests codes more than {_DEEPEST} deep. Do not open it."
                )
            paths[_id(code.get("guid"))] = path
            waiting += [(child, path) for child in _children(code, "Code")]
        shared = Counter(path[-1] for path in paths.values())
        wanted = {code.casefold(): code for code in codes}
        return {
            identity: _known_code(path[-1], wanted) or (path[-1] if shared[path[-1]] == 1 else "/".join(path))
            for identity, path in paths.items()
        }

    def _sources(self) -> Iterator[_Source]:
        variables = {
            _id(variable.get("guid")): variable.get("name") or ""
            for variable in _all(self.root, "Variables", "Variable")
        }
        told, listed = self._told_by_cases(variables)
        for element in self._text_elements():
            text = self._text(element)
            if text is None:
                missing = "codings are of a source whose plain text the file does not hold"
                self.remarks[missing] += _codings_within(element)
                continue
            identity = _id(element.get("guid"))
            values = told.get(identity, {}) | _values(element, variables)
            yield _Source(*self._note(element, values, listed.get(identity, "")), text, element)

    def _text_elements(self) -> Iterator[Element]:
        for element in _all(self.root, "Sources"):
            kind = _kind(element)
            if kind == "TextSource":
                yield element
            elif kind == "PDFSource":
                yield from _children(element, "Representation")
                shapes = sum(len(_children(part, "Coding")) for part in _children(element, "PDFSelection"))
                self.remarks["codings are of an area of a page, which has no place in a text"] += shapes
            elif kind in _NO_TEXT:
                self.remarks["codings are of a picture, sound or film"] += _codings_within(element)

    def _text(self, element: Element) -> str | None:
        for content in _children(element, "PlainTextContent"):
            return content.text or ""
        address = element.get("plainTextPath") or element.get("path")
        return self.file.text(address) if address else None

    def _told_by_cases(
        self, variables: Mapping[str, str]
    ) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
        """What cases tell of sources: the variables of a case that stands for one source, and case names."""
        told: dict[str, dict[str, str]] = {}
        listed: dict[str, str] = {}
        for case in self.cases:
            sources = [_id(each.get("targetGUID")) for each in _children(case, "SourceRef")]
            if case.get("name"):
                listed |= dict.fromkeys(sources, case.get("name", ""))
            elif len(sources) == 1:
                told.setdefault(sources[0], {}).update(_values(case, variables))
        return told, listed

    def _note(self, element: Element, values: Mapping[str, str], case: str) -> tuple[str, int]:
        """Case and entry of a source: by its variables, else by its name and the case that lists it."""
        entry = values.get("entry_no", "").removesuffix(".0")
        if values.get("case_id") and entry.isdecimal():
            return values["case_id"], int(entry)
        name = re.split(r"[\\/]", (element.get("name") or "").strip())[-1]
        if named := _NAMED.fullmatch(name):
            return _HEX.sub(lambda found: chr(int(found[1], 16)), named["case"]), int(named["entry"])
        self.remarks["sources name neither case nor entry; the source's name is taken for the case"] += 1
        return case or name or _id(element.get("guid")), 1

    def _refuse_doubles(self, sources: Iterable[_Source]) -> None:
        counted = Counter((source.case_id, source.entry_no) for source in sources)
        if doubled := [note for note, times in counted.items() if times > 1]:
            case_id, entry_no = doubled[0]
            raise ExchangeError(
                f"{self.file.name}: holds {len(doubled)} notes more than once, such as case {case_id}, entry "
                f"{entry_no}. Remove the copies in the program that made the file, and export it again."
            )

    def _counting(self, sources: Iterable[_Source]) -> Counting:
        """How the program counts: by the coded words where it quotes them, else as it is known to."""
        usual = _usual_counting(self.origin)
        right: Counter[Counting] = Counter()
        differing = 0
        for source in sources:
            if source.text.isascii() and "\r\n" not in source.text:
                continue
            lines = plain_lines(source.text)
            for selection in _children(source.element, "PlainTextSelection"):
                spans = {way: _span(selection, source.text, way) for way in _WAYS}
                if len(set(spans.values())) == 1:
                    continue
                differing += 1
                quoted = _QUOTED.sub("", selection.get("name") or "")
                for way, span in spans.items():
                    if quoted and span and _QUOTED.sub("", lines[slice(*span)]).startswith(quoted):
                        right[way] += 1
        if differing and not right and not self.origin.casefold().startswith(_SURE):
            self.remarks[
                "codings stand after emoji or two-character line endings, which programs count differently; "
                f"counted as {self.origin} is thought to. Look at some of them"
            ] = differing
        return max(_WAYS, key=lambda way: (right[way], way == usual))

    def _codings(self, source: _Source, way: Counting) -> Iterator[tuple[str, int, int, int, str, str, str]]:
        whole = (0, len(plain_lines(source.text)))
        places = [(source.element, whole)]
        for selection in _children(source.element, "PlainTextSelection"):
            span = _span(selection, source.text, way)
            if span is None:
                coded = len(_children(selection, "Coding"))
                self.remarks["codings have a place outside their text"] += coded
            else:
                places.append((selection, span))
        for element, (start, end) in places:
            memo = "" if element is source.element else _description(element)
            for coding in _children(element, "Coding"):
                code = self._code(coding)
                if code and start < end:
                    coder = self._coder(coding, element, source.element)
                    yield source.case_id, source.entry_no, start, end, code, coder, memo

    def _code(self, coding: Element) -> str | None:
        target = next((_id(code.get("targetGUID")) for code in _children(coding, "CodeRef")), "")
        if target in self.case_ids:
            self.remarks["mark words as belonging to a case, not as coded; left out"] += 1
            return None
        if target not in self.code_names:
            self.remarks["codings have a code that the file does not describe; left out"] += 1
            return None
        return self.code_names[target]

    def _coder(self, coding: Element, *around: Element) -> str:
        for element in (coding, *around):
            for attribute in ("creatingUser", "modifyingUser"):
                user = self.users.get(_id(element.get(attribute)))
                if user is not None:
                    return user
        self.remarks["codings do not say who coded; the coder is 'unknown'"] += 1
        return "unknown"


def _span(selection: Element, text: str, way: Counting) -> tuple[int, int] | None:
    """Where a selection stands in the text with one-character line endings; None where it lies outside."""
    try:
        start, end = (int(selection.get(name, "")) for name in ("startPosition", "endPosition"))
    except ValueError:
        return None
    if not 0 <= start < end <= 2 * len(text):
        return None
    span = way.find(text, start), way.find(text, end)
    return span if span[0] < span[1] <= len(plain_lines(text)) else None


def _usual_counting(origin: str) -> Counting:
    """ATLAS.ti and QualCoder count a line ending as one character, whatever the file has; NVivo UTF-16."""
    program = origin.casefold()
    if "atlas" in program or "qualcoder" in program:
        return Counting(crlf_as_one=True)
    return Counting(utf16=True) if "nvivo" in program else STANDARD


def _known_code(name: str, wanted: Mapping[str, str]) -> str | None:
    """The codebook's code that a name means: the id itself, or the id and a title after it."""
    return wanted.get(name.casefold()) or wanted.get(re.split(r"[\s:–—(]", name.casefold(), maxsplit=1)[0])


def _values(element: Element, variables: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for value in _children(element, "VariableValue"):
        names = (variables.get(_id(ref.get("targetGUID")), "") for ref in _children(value, "VariableRef"))
        texts = (part.text or "" for part in value if _kind(part).endswith("Value"))
        found[next(names, "").rpartition(":")[2]] = next(texts, "").strip()
    return found


def _codings_within(element: Element) -> int:
    return sum(_kind(part) == "Coding" for part in element.iter())


def _description(element: Element) -> str:
    return next((part.text or "" for part in _children(element, "Description")), "").strip()


def _all(root: Element, *path: str) -> Iterator[Element]:
    """Elements down a path; the children of the last where nothing is named below it."""
    if path == ("Sources",):
        for group in _children(root, "Sources"):
            yield from group
        return
    level = [root]
    for name in path:
        level = [child for element in level for child in _children(element, name)]
    yield from level


def _children(element: Element, kind: str) -> list[Element]:
    return [child for child in element if _kind(child) == kind]


def _kind(element: Element) -> str:
    """An element's name without its namespace, of which several versions are about."""
    return str(element.tag).rpartition("}")[2]


def _id(identifier: str | None) -> str:
    return (identifier or "").strip().strip("{}").lower()
