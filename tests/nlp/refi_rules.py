"""What the REFI-QDA standard and the programs that import ask of a project: a check written by hand.

It stands in for the standard's own schema, which is not part of this project. `test_exchange_writing` says
how to check against that one as well.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
CHILDREN = {
    "Project": ["Users", "CodeBook", "Variables", "Cases", "Sources", "Description"],
    "Users": ["User"],
    "CodeBook": ["Codes"],
    "Codes": ["Code"],
    "Code": ["Description", "Code"],
    "Variables": ["Variable"],
    "Cases": ["Case"],
    "Case": ["VariableValue", "SourceRef"],
    "Sources": ["TextSource"],
    "TextSource": ["PlainTextSelection", "VariableValue"],
    "PlainTextSelection": ["Description", "Coding"],
    "Coding": ["CodeRef"],
    "VariableValue": [
        "VariableRef",
        "TextValue",
        "BooleanValue",
        "IntegerValue",
        "FloatValue",
        "DateValue",
        "DateTimeValue",
    ],
}
REQUIRED = {
    "Project": {"name", "origin"},
    "CodeBook": set(),
    "User": {"guid", "name"},
    "Code": {"guid", "name", "isCodable"},
    "Variable": {"guid", "name", "typeOfVariable"},
    "Case": {"guid", "name"},
    "TextSource": {"guid", "name", "plainTextPath", "creatingUser"},
    "PlainTextSelection": {"guid", "startPosition", "endPosition", "creatingUser"},
    "Coding": {"guid", "creatingUser"},
    "CodeRef": {"targetGUID"},
    "VariableRef": {"targetGUID"},
    "SourceRef": {"targetGUID"},
}
NEVER_EMPTY = {"Users", "CodeBook", "Codes", "Variables", "Cases", "Sources"}
VALUE = {
    "BooleanValue": r"true|false",
    "IntegerValue": r"-?\d+",
    "FloatValue": r"-?\d+(\.\d+)?",
    "DateValue": r"\d{4}-\d\d-\d\d",
    "DateTimeValue": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
}


def broken_rules(path: Path) -> list[str]:
    """Everything in a project file that the standard or an importer would not take."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    root = fromstring(files["project.qde"])
    broken = [*broken_tree(root, "urn:QDA-XML:project:1.0"), *_broken_references(root)]
    for source in _every(root, "TextSource"):
        name = source.get("plainTextPath", "").replace("internal://", "sources/")
        if name not in files:
            broken.append("a source without its text")
            continue
        content = files.pop(name)
        text = content.decode("utf-8")
        if content.startswith(b"\xef\xbb\xbf") or "\r" in text:
            broken.append("a text with a byte order mark or a two-character line ending")
        for place in _every(source, "PlainTextSelection"):
            if not 0 <= int(place.get("startPosition", "")) < int(place.get("endPosition", "")) <= len(text):
                broken.append("a selection outside its text")
            if [child.get("creatingUser") for child in place if _kind(child) == "Coding"] != [
                place.get("creatingUser")
            ]:
                broken.append("a selection and its one coding by different users")
    if set(files) != {"project.qde"}:
        broken.append("files that no source names")
    return broken


def broken_tree(root: Element, schema: str) -> list[str]:
    """What is wrong with elements, their order and their attributes."""
    broken = []
    for element in root.iter():
        kind = _kind(element)
        if element.tag != f"{{{schema}}}{kind}":
            broken.append(f"{kind} is of another schema")
        allowed = CHILDREN.get(kind, [])
        order = [_kind(child) for child in element]
        if unknown := set(order) - set(allowed):
            broken.append(f"{kind} holds {unknown}")
        elif order != sorted(order, key=allowed.index):
            broken.append(f"{kind} holds its parts in another order")
        if missing := REQUIRED.get(kind, set()) - set(element.keys()):
            broken.append(f"{kind} lacks {missing}")
        if kind in NEVER_EMPTY and not order:
            broken.append(f"{kind} is empty")
        if kind in VALUE and not re.fullmatch(VALUE[kind], element.text or ""):
            broken.append(f"{kind} is no such value")
        for name, value in element.items():
            is_guid = name.lower().endswith("guid") or name in ("creatingUser", "modifyingUser")
            if is_guid and not GUID.fullmatch(value):
                broken.append(f"{kind} {name} is no identifier")
            if name == "creationDateTime" and not MOMENT.fullmatch(value):
                broken.append(f"{kind} {name} is no moment")
            if name == "color" and not re.fullmatch("#[0-9A-F]{6}", value):
                broken.append(f"{kind} {name} is no colour")
            if name == "isCodable" and value not in ("true", "false"):
                broken.append(f"{kind} {name} is not spelt as importers compare it")
    names = Counter(code.get("name") for code in _every(root, "Code"))
    broken += [f"the code {name} is there {times} times" for name, times in names.items() if times > 1]
    return broken


def _broken_references(root: Element) -> list[str]:
    guids = Counter(element.get("guid") for element in root.iter() if element.get("guid"))
    broken = [f"{guid} stands for {times} things" for guid, times in guids.items() if times > 1]
    targets = {
        "CodeRef": {code.get("guid") for code in _every(root, "Code") if code.get("isCodable") == "true"},
        "VariableRef": {each.get("guid") for each in _every(root, "Variable")},
        "SourceRef": {each.get("guid") for each in _every(root, "TextSource")},
    }
    for kind, known in targets.items():
        broken += [
            f"{kind} leads nowhere" for each in _every(root, kind) if each.get("targetGUID") not in known
        ]
    users = {user.get("guid") for user in _every(root, "User")}
    by = (each.get(name) for each in root.iter() for name in ("creatingUser", "creatingUserGUID"))
    return broken + ["a user who is not listed" for user in by if user and user not in users]


def _every(root: Element, kind: str) -> Iterator[Element]:
    return (element for element in root.iter() if _kind(element) == kind)


def _kind(element: Element) -> str:
    return element.tag.rpartition("}")[2]
