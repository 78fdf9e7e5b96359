"""YAML read with the line of every key kept, so that a mistake can be reported where it was made.

Every value stays the text it was written as: a word list may hold `no`, `false` or `0410` without quotes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from parameters.plain_yaml import compose_yaml


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing wrong in a codebook file: where it is and what to do about it."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


class CodebookError(Exception):
    """The codebook cannot be used; holds every mistake found in it, in file and line order."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(set(mistakes))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class Section(dict[str, Any]):
    """A YAML mapping that knows the line it starts on and the line of each key and list item (`key[0]`)."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


def read_yaml(path: Path, mistakes: list[Mistake]) -> Section:
    """Read one file; what is wrong with it as YAML is added to `mistakes`."""
    empty = Section(path.name, 1)
    try:
        node = compose_yaml(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        mistakes.append(Mistake(path.name, mark.line + 1 if mark else 1, f"not valid YAML: {error.problem}"))
        return empty
    except YAMLError:
        mistakes.append(Mistake(path.name, 1, "holds a character that YAML does not allow; retype its line"))
        return empty
    except UnicodeDecodeError:
        mistakes.append(Mistake(path.name, 1, "not UTF-8 text; save the file as UTF-8"))
        return empty
    if not isinstance(node, MappingNode):
        mistakes.append(Mistake(path.name, 1, "the file must be a mapping of keys to values"))
        return empty
    return _section(node, path.name, mistakes)


def _section(node: MappingNode, file: str, mistakes: list[Mistake]) -> Section:
    section = Section(file, node.start_mark.line + 1)
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in section:
            mistakes.append(Mistake(file, line, f"the key '{key}' is given twice"))
        section[key] = _value(value_node, file, mistakes)
        section.lines[key] = line
        if isinstance(value_node, SequenceNode):
            for at, item in enumerate(value_node.value):
                section.lines[f"{key}[{at}]"] = item.start_mark.line + 1
    return section


def _value(node: Node, file: str, mistakes: list[Mistake]) -> Any:
    if isinstance(node, MappingNode):
        return _section(node, file, mistakes)
    if isinstance(node, SequenceNode):
        return [_value(item, file, mistakes) for item in node.value]
    assert isinstance(node, ScalarNode)
    return str(node.value) or None


class Checker:
    """Takes fields out of a section, checks their kind and notes every mistake with its line."""

    def __init__(self, section: Section, mistakes: list[Mistake], *, what: str) -> None:
        self.section = section
        self.mistakes = mistakes
        self.what = what
        self._used: set[str] = set()

    def wrong(self, message: str, key: str = "") -> None:
        line = self.section.line_of(key) if key else self.section.line
        self.mistakes.append(Mistake(self.section.file, line, f"{self.what}: {message}"))

    def text(self, key: str, *, required: bool = False, allowed: tuple[str, ...] = ()) -> str:
        value = self._take(key, required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(f"'{key}' must be text", key)
            return ""
        value = " ".join(value.split())
        if allowed and value not in allowed:
            self.wrong(f"'{key}' is '{value}'; it must be one of: {', '.join(filter(None, allowed))}", key)
        return value

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        value = self._take(key, required)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in items):
            self.wrong(f"'{key}' must be a list of text", key)
            return ()
        return tuple(" ".join(item.split()) for item in items)

    def flag(self, key: str) -> bool:
        value = self._take(key, False)
        if value not in (None, "true", "false"):
            self.wrong(f"'{key}' must be true or false", key)
        return value == "true"

    def number(self, key: str, default: int) -> int:
        value = self._take(key, False)
        if value is None:
            return default
        if not (isinstance(value, str) and value.isdecimal()):
            self.wrong(f"'{key}' must be a whole number", key)
            return default
        return int(value)

    def child(self, key: str, *, required: bool = False) -> Section:
        value = self._take(key, required)
        if isinstance(value, Section):
            return value
        if value is not None:
            self.wrong(f"'{key}' must be a mapping of keys to values", key)
        return Section(self.section.file, self.section.line_of(key))

    def children(self, key: str, *, required: bool = False) -> Iterator[Section]:
        for item in self.items(key, required=required):
            if isinstance(item, Section):
                yield item
            else:
                self.wrong(f"every item of '{key}' must be a mapping of keys to values", key)

    def items(self, key: str, *, required: bool = False) -> list[Any]:
        value = self._take(key, required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(f"'{key}' must be a list", key)
            return []
        return value

    def finish(self) -> None:
        """Report every key that nothing asked for."""
        for key in self.section:
            if key not in self._used:
                known = ", ".join(sorted(self._used))
                self.wrong(f"unknown key '{key}'; the keys known here are: {known}", key)

    def _take(self, key: str, required: bool) -> Any:
        self._used.add(key)
        value = self.section.get(key)
        if required and value in (None, "", []):
            self.wrong(f"'{key}' is missing or empty", key)
        return value
