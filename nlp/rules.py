"""Trying rules and cues on a unit: small constraints over the word classes found there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from nlp.codebook import Pattern, Rule
from nlp.roles import People
from nlp.scan import Hits

Part = tuple[int, int]
_TRIES = 12
"""Starting points tried per pattern and unit; more would make a hostile note slow and find nothing new."""


class HasPatterns(Protocol):
    """A rule or a cue: anything found by patterns."""

    @property
    def find(self) -> tuple[Pattern, ...]: ...


Found = TypeVar("Found", bound=HasPatterns)


@dataclass(frozen=True)
class Trigger:
    """Where a pattern matched: one token span per step, and which of them are words, not people."""

    parts: tuple[Part, ...]
    words: tuple[Part, ...]

    @property
    def start(self) -> int:
        return self.parts[0][0]

    @property
    def end(self) -> int:
        return self.parts[-1][1]


@dataclass(frozen=True)
class Fired:
    """A rule that fired on a unit."""

    rule: Rule
    trigger: Trigger


class PatternIndex(Generic[Found]):
    """Rules or cues by the rarest kind of word they need, so that only those that may match are tried."""

    def __init__(self, items: Iterable[Found]) -> None:
        self._by_class: dict[str, list[tuple[tuple[tuple[str, ...], ...], tuple[int, Found, Pattern]]]] = {}
        order = 0
        for item in items:
            for pattern in item.find:
                order += 1
                anchor = _anchor(pattern)
                others = tuple(step.classes for step in pattern.steps if step.classes != anchor)
                for name in anchor:
                    self._by_class.setdefault(name, []).append((others, (order, item, pattern)))

    def candidates(self, hits: Hits) -> list[tuple[int, Found, Pattern]]:
        """Every item with a pattern whose places all occur, in the order the items were given."""
        by_class = self._by_class
        absent = hits.keys().isdisjoint
        found = [
            entry
            for name in hits
            if name in by_class
            for others, entry in by_class[name]
            if not any(map(absent, others))
        ]
        found.sort(key=lambda entry: entry[0])
        return found


def _anchor(pattern: Pattern) -> tuple[str, ...]:
    steps = [step for step in pattern.steps if not step.names_people]
    return min(steps or pattern.steps, key=lambda step: len(step.classes)).classes


def match(pattern: Pattern, hits: Hits) -> Iterator[Trigger]:
    """Every place where the steps of a pattern follow one another within their gaps, leftmost first."""
    steps = pattern.steps
    found = hits.keys()
    for step in steps:
        if found.isdisjoint(step.classes):
            return
    spans = [_spans(step.classes, hits) for step in steps]
    taken = 0
    for first in spans[0]:
        parts = _follow(first, spans, pattern)
        if parts is not None:
            words = tuple(part for part, step in zip(parts, steps, strict=True) if not step.names_people)
            yield Trigger(parts, words or parts)
            taken += 1
            if taken == _TRIES:
                return


def _spans(classes: tuple[str, ...], hits: Hits) -> list[Part]:
    if len(classes) == 1:
        return hits[classes[0]]
    return sorted({span for name in classes for span in hits.get(name, ())})


def _follow(first: Part, spans: list[list[Part]], pattern: Pattern) -> tuple[Part, ...] | None:
    parts = [first]
    for at in range(1, len(spans)):
        end = parts[-1][1]
        here = spans[at]
        index = bisect_left(here, (end, 0))
        if index == len(here) or here[index][0] - end > pattern.steps[at].gap:
            return None
        parts.append(here[index])
    return tuple(parts)


def fire(
    rule: Rule, pattern: Pattern, hits: Hits, people: People, *, above: frozenset[str] = frozenset()
) -> Iterator[Fired]:
    """The places where a rule holds: its pattern, its person, and the words it needs or refuses.

    `above` names the word classes of the title, label and entry type over the unit.
    """
    if (rule.under and above.isdisjoint(rule.under)) or not above.isdisjoint(rule.not_under):
        return
    found = hits.keys()
    if not found.isdisjoint(rule.without) or any(found.isdisjoint(needed) for needed in rule.needs):
        return
    about = "anyone" if pattern.names_person else rule.about
    for trigger in match(pattern, hits):
        if all(_near(needed, trigger, hits, rule.near) for needed in rule.needs) and people.allow(
            about, trigger.parts, trigger.words
        ):
            yield Fired(rule, trigger)


def _near(needed: tuple[str, ...], trigger: Trigger, hits: Hits, near: int) -> bool:
    """Whether a needed word occurs outside the trigger, and within `near` tokens of it if that is set."""
    for name in needed:
        for start, end in hits.get(name, ()):
            if any(start < part_end and part_start < end for part_start, part_end in trigger.words):
                continue
            if not near or (start - trigger.end < near and trigger.start - end < near):
                return True
    return False
