"""Writing REFI-QDA projects and codebooks that other programs can read.

What the standard leaves open and importers need is set here: the first user is a person, because QualCoder
makes the first user its current coder; every selection has one coding and names the same user as it; plain
text is an internal file of UTF-8 with one-character line endings; codes that only group are not codable.
The same content gives the same bytes: identifiers are made from what they name, and no clock is read.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import pandas as pd

from nlp.audit.exchange.codings import check_codings, is_machine
from nlp.audit.exchange.positions import exchanged, to_exchanged
from nlp.codebook import Code, Codebook
from parameters.disk import whole_file

__all__ = ["ORIGIN", "ProjectCode", "guid", "project_codes", "source_name", "write_codebook", "write_project"]

ORIGIN = "rasso-inspection"
PROJECT_SCHEMA = "urn:QDA-XML:project:1.0"
CODEBOOK_SCHEMA = "urn:QDA-XML:codebook:1.0"
NO_CATEGORY = "not in the codebook"
_OURS = uuid5(NAMESPACE_URL, "urn:rasso-inspection:refi-qda")
_COLOURS = {"victim-credibility": "#C1543C", "suspect-focus": "#2B6CA3", "other": "#7A7A7A"}
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOTE_VARIABLES = ("case_id", "entry_no", "entered_at", "author_role", "entry_type")
_MOMENT_OF_ZIP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class ProjectCode:
    """A code as other programs show it: its name is the code's id, its category the orientation."""

    name: str
    category: str
    description: str = ""


def project_codes(codebook: Codebook) -> list[ProjectCode]:
    """The codes of a codebook, with what a coder needs to know as their description."""
    return [ProjectCode(code.id, code.orientation, _description(code)) for code in codebook.codes]


def write_codebook(target: Path, codes: Sequence[ProjectCode]) -> None:
    """Write a codebook alone (.qdc).

    Parameters
    ----------
    target : Path
        The file; an older one is replaced.
    codes : sequence of ProjectCode
        As `project_codes` gives them.
    """
    root = Element("CodeBook", {"xmlns": CODEBOOK_SCHEMA, "origin": ORIGIN})
    _add_codes(root, codes)
    _replace(target, _xml(root))


def write_project(
    target: Path,
    notes: pd.DataFrame,
    codings: pd.DataFrame,
    codes: Sequence[ProjectCode],
    *,
    name: str,
    people: Iterable[str] = ("coder 1",),
    cases: pd.DataFrame | None = None,
    as_at: date | None = None,
) -> None:
    """Write notes and their codings as a REFI-QDA project (.qdpx). Restricted: it holds every note.

    Parameters
    ----------
    target : Path
        The file; an older one is replaced, and nothing stands under its name until all is written.
    notes : DataFrame
        ``case_id, entry_no, text`` and, where there are any, ``entered_at, author_role, entry_type``. Each
        note becomes a source, its other columns the source's variables.
    codings : DataFrame
        Columns `codings.CODINGS`; each coder becomes a user, the memo the description of the selection.
    codes : sequence of ProjectCode
        The codebook. Codes of the codings that it lacks are added in a category of their own.
    name : str
        Name of the project; sources and cases of different projects are different, codes and users are not.
    people : iterable of str
        Who will code in this project, besides the coders there are.
    cases : DataFrame, optional
        ``case_id`` and further columns, which become variables of the cases.
    as_at : date, optional
        The day given as that of the project and its codings, which have none of their own.

    Raises
    ------
    ExchangeError
        When codings do not fit the notes.
    """
    codings = check_codings(codings, notes, file="the codings")
    known = {code.name for code in codes}
    new = [ProjectCode(code, NO_CATEGORY) for code in sorted(set(codings["code"]) - known)]
    stamp = {"creationDateTime": f"{as_at:%Y-%m-%d}T00:00:00Z"} if as_at else {}
    coders = _in_order(people, codings["coder"])
    user = {coder: guid("user", coder) for coder in coders}
    root = Element(
        "Project",
        {"xmlns": PROJECT_SCHEMA, "name": _clean(name), "origin": ORIGIN}
        | {"creatingUserGUID": user[coders[0]]}
        | stamp,
    )
    users = SubElement(root, "Users")
    for coder in coders:
        SubElement(users, "User", guid=user[coder], name=_clean(coder))
    if codes or new:
        _add_codes(SubElement(root, "CodeBook"), [*codes, *new])
    note_variables = _Variables.of(notes, [column for column in _NOTE_VARIABLES if column in notes])
    case_ids = list(dict.fromkeys(notes["case_id"]))
    about = (cases if cases is not None else pd.DataFrame({"case_id": case_ids})).set_index("case_id")
    case_variables = _Variables.of(about, [str(column) for column in about if column not in _NOTE_VARIABLES])
    variables = SubElement(root, "Variables")
    for declared in (note_variables, case_variables):
        declared.declare(variables)
    _add_cases(SubElement(root, "Cases"), notes, about, case_variables, project=name)
    sources = SubElement(root, "Sources")
    texts: dict[str, str] = {}
    by_note = dict(list(codings.groupby(["case_id", "entry_no"])))
    for note in notes.to_dict("records"):
        case_id, entry_no = str(note["case_id"]), int(note["entry_no"])
        identity = guid("source", name, case_id, entry_no)
        texts[f"sources/{identity}.txt"] = exchanged(note["text"])
        source = SubElement(
            sources,
            "TextSource",
            {"guid": identity, "name": source_name(case_id, entry_no)}
            | {"plainTextPath": f"internal://{identity}.txt", "creatingUser": user[coders[0]]}
            | (_moment(note.get("entered_at")) or stamp),
        )
        for coding in by_note.get((case_id, entry_no), codings.iloc[:0]).to_dict("records"):
            _add_coding(source, coding, note["text"], user=user[coding["coder"]], project=name, stamp=stamp)
        note_variables.add_values(source, note)
    SubElement(root, "Description").text = (
        "RESTRICTED: holds the text of case files. Users whose name begins with 'machine: ' are the coding "
        "rules and the trained reader; why they gave a code is in the comment of the coded words. Times are "
        "as recorded, whatever their zone."
    )
    _replace(target, _archive({"project.qde": _xml(root)} | {path: t.encode() for path, t in texts.items()}))


def guid(*parts: object) -> str:
    """An identifier made from what it names, the same in every export."""
    return str(uuid5(_OURS, "\x1f".join(map(str, parts))))


def source_name(case_id: str, entry_no: int) -> str:
    """The name a note goes by: programs make file names of it, so strokes and the like are written in hex.

    Examples
    --------
    >>> source_name("NSFIC/000221/24", 3)
    'NSFIC%2F000221%2F24 entry 0003'
    """
    safe = re.sub(r'[\x00-\x1f%/\\:*?"<>|]', lambda found: f"%{ord(found.group()):02X}", case_id)
    safe = re.sub(r"^(\d+)_", r"\1%5F", safe)  # a program sets a number before a name it has twice
    return f"{_clean(safe)} entry {entry_no:04d}"


def _in_order(people: Iterable[str], coders: pd.Series) -> list[str]:
    """Every user once, people before machines: a program may take the first for its current coder."""
    there = pd.Series(sorted(set(coders)), dtype=str)
    machine = is_machine(there)
    return list(dict.fromkeys([*people, *there[~machine], *there[machine]]))


def _description(code: Code) -> str:
    parts = [code.title, code.definition.strip()]
    for heading, lines in (("Include", code.include), ("Exclude", code.exclude)):
        if lines:
            parts.append("\n".join([f"{heading}:", *(f"- {line}" for line in lines)]))
    return "\n\n".join(parts)


def _add_codes(parent: Element, codes: Sequence[ProjectCode]) -> None:
    tree = SubElement(parent, "Codes")
    for category in dict.fromkeys(code.category for code in codes):
        group = SubElement(tree, "Code", guid=guid("category", category), name=category, isCodable="false")
        for code in codes:
            if code.category == category:
                colour = {"color": _COLOURS.get(category, "#5B4B8A")}
                entry = SubElement(
                    group,
                    "Code",
                    {"guid": guid("code", code.name), "name": _clean(code.name), "isCodable": "true"}
                    | colour,
                )
                if code.description:
                    SubElement(entry, "Description").text = _clean(code.description)


def _add_cases(
    parent: Element, notes: pd.DataFrame, about: pd.DataFrame, variables: _Variables, *, project: str
) -> None:
    for case_id, entries in notes.groupby("case_id", sort=False)["entry_no"]:
        case = SubElement(parent, "Case", guid=guid("case", project, case_id), name=_clean(str(case_id)))
        if case_id in about.index:
            variables.add_values(case, about.loc[case_id].to_dict())
        for entry_no in entries:
            SubElement(case, "SourceRef", targetGUID=guid("source", project, case_id, entry_no))


def _add_coding(
    source: Element,
    coding: Mapping[Any, Any],
    note: str,
    *,
    user: str,
    project: str,
    stamp: Mapping[str, str],
) -> None:
    what = (project, *(coding[name] for name in ("case_id", "entry_no", "start", "end", "code", "coder")))
    by = {"creatingUser": user, **stamp}
    start, end = (to_exchanged(note, coding[name]) for name in ("start", "end"))
    place = {"startPosition": str(start), "endPosition": str(end)}
    selection = SubElement(source, "PlainTextSelection", {"guid": guid("selection", *what)} | place | by)
    if coding["memo"]:
        SubElement(selection, "Description").text = _clean(coding["memo"])
    given = SubElement(selection, "Coding", {"guid": guid("coding", *what)} | by)
    SubElement(given, "CodeRef", targetGUID=guid("code", coding["code"]))


@dataclass(frozen=True)
class _Variables:
    """Columns of a table as variables of the standard: name -> its type there."""

    types: Mapping[str, str]

    @classmethod
    def of(cls, table: pd.DataFrame, columns: Sequence[str]) -> _Variables:
        return cls({column: _type(table[column]) for column in columns})

    def declare(self, parent: Element) -> None:
        for name, kind in self.types.items():
            SubElement(
                parent, "Variable", guid=guid("variable", name), name=_clean(name), typeOfVariable=kind
            )

    def add_values(self, parent: Element, values: Mapping[Any, Any]) -> None:
        """Add the values there are; what is not known is left out, as the standard has no other way."""
        for name, kind in self.types.items():
            value = values.get(name)
            if value is None or pd.isna(value) or value == "":
                continue
            entry = SubElement(parent, "VariableValue")
            SubElement(entry, "VariableRef", targetGUID=guid("variable", name))
            SubElement(entry, f"{kind}Value").text = _clean(_WRITTEN[kind](value))


_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "Boolean": lambda value: "true" if value else "false",
    "Integer": lambda value: str(int(value)),
    "Float": lambda value: f"{value:f}",
    "Date": lambda value: f"{value:%Y-%m-%d}",
    "DateTime": lambda value: f"{value:%Y-%m-%dT%H:%M:%S}",
    "Text": str,
}


def _type(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "Boolean"
    if pd.api.types.is_integer_dtype(column):
        return "Integer"
    if pd.api.types.is_float_dtype(column):
        return "Float"
    if pd.api.types.is_datetime64_any_dtype(column):
        there = column.dropna()
        return "Date" if (there == there.dt.normalize()).all() else "DateTime"
    return "Text"


def _moment(value: object) -> dict[str, str]:
    if not isinstance(value, pd.Timestamp) or pd.isna(value):
        return {}
    return {"creationDateTime": f"{value:%Y-%m-%dT%H:%M:%S}Z"}


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _xml(root: Element) -> bytes:
    for empty in [
        child for child in root if child.tag in ("Variables", "Cases", "Sources") and not len(child)
    ]:
        root.remove(empty)
    indent(root, space=" ")
    return tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _archive(files: Mapping[str, bytes]) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    for path, content in files.items():
        entry = zipfile.ZipInfo(path, _MOMENT_OF_ZIP)
        entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
        yield entry, content


def _replace(target: Path, content: bytes | Iterator[tuple[zipfile.ZipInfo, bytes]]) -> None:
    with whole_file(target) as beside:
        if isinstance(content, bytes):
            beside.write_bytes(content)
        else:
            with zipfile.ZipFile(beside, "w") as archive:
                for entry, written in content:
                    archive.writestr(entry, written)
