"""YAML as people write it by hand, and nothing else: no anchors, no tags, no endless nesting.

YAML can do more than parameters need: call for types of a program, or unfold ten lines into ten thousand
million words. What asks for that is a mistake or an attack, and is refused where it stands.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent, ScalarEvent
from ruamel.yaml.nodes import MappingNode, Node

__all__ = ["ImpossibleValueError", "compose_yaml", "load_yaml"]

DEEPEST = 30
"""Levels of lists and keys; a parameter file has five."""


class ImpossibleValueError(MarkedYAMLError):
    """A date or number that is written as one and does not exist."""


def load_yaml(text: str) -> Any:
    """Values of a YAML text: mappings, lists, texts, numbers, dates, true, false and nothing.

    Raises
    ------
    YAMLError
        When it is not YAML, or uses anchors, aliases or tags, nests too deep, or holds an impossible value.
        All but characters that YAML does not allow are told with the line.
    """
    return _reader().load(text)


def compose_yaml(text: str) -> Node | None:
    """The nodes of a YAML text, each with its line and its value as written; None where there are none.

    Raises
    ------
    YAMLError
        As for `load_yaml`.
    """
    node: Node | None = _reader().compose(text)
    return node


def _reader() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer, yaml.Constructor = _PlainComposer, _PlainConstructor
    return yaml


class _PlainComposer(Composer):
    """Builds nodes of plain YAML alone."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise MarkedYAMLError(
                problem="anchors (&) and aliases (*) are not used here", problem_mark=event.start_mark
            )
        if isinstance(parent, MappingNode) and index is None and not isinstance(event, ScalarEvent):
            raise MarkedYAMLError(problem="a key is one word or text", problem_mark=event.start_mark)
        untagged = event.tag is None or (isinstance(event, ScalarEvent) and any(event.implicit))
        if not untagged:
            raise MarkedYAMLError(problem="tags (!) are not used here", problem_mark=event.start_mark)
        self.deep = getattr(self, "deep", 0) + 1
        if self.deep > DEEPEST:
            problem = f"lists and keys lie more than {DEEPEST} deep in each other"
            raise MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        node = super().compose_node(parent, index)
        self.deep -= 1
        return node


class _PlainConstructor(SafeConstructor):
    """Makes values, and says where one is impossible."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, OverflowError, AttributeError, TypeError):
            raise ImpossibleValueError(
                problem="a date or number that does not exist", problem_mark=node.start_mark
            ) from None
