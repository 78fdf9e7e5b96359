"""Trying rules and cues on a unit: small constraints over the word classes found there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from nlp.codebook import Pattern, Rule, Step
from nlp.roles import People
from nlp.scan import Classes, Hits, Span

_TRIES = 12
"""Starting points tried per pattern and unit; more would make a hostile note slow and find nothing new."""


class HasPatterns(Protocol):
    """A rule or a cue: anything found by patterns."""

    @property
    def find(self) -> tuple[Pattern, ...]: ...


Item = TypeVar("Item", bound=HasPatterns)
Names = tuple[str, ...]
Needs = tuple[Names, ...]


class Place(NamedTuple):
    """A step of a pattern, with its classes as a mask."""

    classes: int
    gap: int


class Trigger(NamedTuple):
    """Where a pattern matched: one token span per step, and which of them are words, not people."""

    parts: tuple[Span, ...]
    words: tuple[Span, ...]

    @property
    def start(self) -> int:
        """The first token."""
        return self.parts[0][0]

    @property
    def end(self) -> int:
        """The token after the last."""
        return self.parts[-1][1]


class Fired(NamedTuple):
    """A rule that fired on a unit."""

    rule: Rule
    trigger: Trigger


class Sought(NamedTuple, Generic[Item]):
    """A pattern of a rule or a cue, ready to be looked for.

    `words` are the places that no person may take. Of each mask in `needs` a class must occur in the unit.
    """

    order: int
    item: Item
    names_person: bool
    places: tuple[Place, ...]
    words: tuple[int, ...]
    needs: tuple[int, ...]


class _Try(NamedTuple, Generic[Item]):
    """A pattern with what a unit must not hold and, besides the place it is looked up by, must hold."""

    refused: int
    others: tuple[int, ...]
    sought: Sought[Item]


class PatternIndex(Generic[Item]):
    """Rules or cues by the rarest kind of word they need, so that only those that may match are tried."""

    def __init__(self, items: Iterable[tuple[Item, Needs, Names]], classes: Classes) -> None:
        """Take items, each with the classes it needs in a unit (one of each set) and those it refuses."""
        anchored: list[tuple[int, _Try[Item]]] = []
        for item, needed, refused in items:
            needs = tuple(classes.mask(*names) for names in needed)
            for pattern in item.find:
                anchor = _anchor(pattern)
                sought = Sought(
                    order=len(anchored),
                    item=item,
                    names_person=pattern.names_person,
                    places=tuple(Place(classes.mask(*step.classes), step.gap) for step in pattern.steps),
                    words=tuple(at for at, step in enumerate(pattern.steps) if not step.names_people),
                    needs=needs,
                )
                others = (classes.mask(*step.classes) for step in pattern.steps if step is not anchor)
                one = _Try(classes.mask(*refused), (*others, *needs), sought)
                anchored.append((classes.mask(*anchor.classes), one))
        self._by_classes = _ByClasses(anchored)

    def candidates(self, hits: Hits) -> list[Sought[Item]]:
        """Every pattern whose places all occur, and all it needs, in the order the items were given."""
        present = hits.classes
        by_classes = self._by_classes
        passed: dict[int, Sought[Item]] = {}
        for classes in hits.where:
            for refused, others, sought in by_classes[classes]:
                if present & refused:
                    continue
                for needed in others:
                    if not present & needed:
                        break
                else:
                    passed[sought.order] = sought
        return [passed[order] for order in sorted(passed)] if len(passed) > 1 else list(passed.values())


class _ByClasses(dict[int, tuple[_Try[Item], ...]]):
    """The patterns to try where a set of classes is found; worked out when the set is first met."""

    def __init__(self, anchored: list[tuple[int, _Try[Item]]]) -> None:
        super().__init__()
        self._anchored = anchored

    def __missing__(self, classes: int) -> tuple[_Try[Item], ...]:
        found = tuple(one for anchor, one in self._anchored if anchor & classes)
        self[classes] = found
        return found


def _anchor(pattern: Pattern) -> Step:
    steps = [step for step in pattern.steps if not step.names_people]
    return min(steps or pattern.steps, key=lambda step: len(step.classes))


def match(sought: Sought[Item], hits: Hits) -> list[Trigger]:
    """Where the places of a pattern follow one another within their gaps, leftmost first."""
    if len(sought.places) == 1:
        return [Trigger((only,), (only,)) for only in hits.spans(sought.places[0].classes)[:_TRIES]]
    spans = [hits.spans(place.classes) for place in sought.places]
    triggers: list[Trigger] = []
    for first in spans[0]:
        parts = _follow(first, spans, sought.places)
        if parts is not None:
            triggers.append(Trigger(parts, tuple([parts[at] for at in sought.words]) or parts))
            if len(triggers) == _TRIES:
                break
    return triggers


def _follow(first: Span, spans: list[list[Span]], places: Sequence[Place]) -> tuple[Span, ...] | None:
    parts = [first]
    for at in range(1, len(spans)):
        end = parts[-1][1]
        here = spans[at]
        index = bisect_left(here, (end, 0))
        if index == len(here) or here[index][0] - end > places[at].gap:
            return None
        parts.append(here[index])
    return tuple(parts)


class RuleReader:
    """Finds the rules that hold on a unit."""

    def __init__(self, rules: Iterable[Rule], classes: Classes) -> None:
        rules = tuple(rules)
        self._index = PatternIndex(((rule, rule.needs, rule.without) for rule in rules), classes)
        self._titles = {
            rule.id: (classes.mask(*rule.under), classes.mask(*rule.not_under))
            for rule in rules
            if rule.under or rule.not_under
        }

    def fired(self, hits: Hits, people: People, *, above: int) -> list[Fired]:
        """The places where rules hold: the pattern, its person, and the words the rule needs or refuses.

        `above` are the word classes of the title, label and entry type over the unit.
        """
        return [
            Fired(sought.item, trigger)
            for sought in self._index.candidates(hits)
            if sought.item.id not in self._titles or self._may_stand_under(sought.item, above)
            for trigger in match(sought, hits)
            if (not sought.needs or _has_needs(sought, trigger, hits))
            and (sought.names_person or people.allow(sought.item.about, trigger.parts, trigger.words))
        ]

    def _may_stand_under(self, rule: Rule, above: int) -> bool:
        under, not_under = self._titles[rule.id]
        return not (above & not_under) and (not rule.under or bool(above & under))


def _has_needs(sought: Sought[Rule], trigger: Trigger, hits: Hits) -> bool:
    return all(_near(hits.spans(needed), trigger, sought.item.near) for needed in sought.needs)


def _near(needed: Iterable[Span], trigger: Trigger, near: int) -> bool:
    """Whether a needed word occurs outside the trigger, and within `near` tokens of it if that is set."""
    for start, end in needed:
        if any(start < part_end and part_start < end for part_start, part_end in trigger.words):
            continue
        if not near or (start - trigger.end < near and trigger.start - end < near):
            return True
    return False
