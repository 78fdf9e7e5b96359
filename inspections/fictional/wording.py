"""Turn a template into the text of one entry, taking the least used wording first."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeVar

Item = TypeVar("Item")
Facts = Mapping[str, str]

_SLOT = re.compile(r"\{(\w+)\}")
_CHOICE = re.compile(r"\[([^\[\]|]*(?:\|[^\[\]|]*)+)\]")
_CONDITION = re.compile(r"^<([^>]+)>\s*")


class Draw:
    """Seeded choices that are the same on every machine.

    Only ``random.Random.random`` is used: it is the one method whose sequence Python promises to keep.

    Examples
    --------
    >>> Draw("seed", 7).pick(["a", "b", "c"]) == Draw("seed", 7).pick(["a", "b", "c"])
    True
    """

    def __init__(self, *seed: object) -> None:
        self._random = random.Random(":".join(str(part) for part in seed))  # noqa: S311 - invented data

    def share(self) -> float:
        """Return a number from 0 up to 1."""
        return self._random.random()

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.share() < probability

    def between(self, low: float, high: float) -> float:
        """Return a number from ``low`` up to ``high``."""
        return low + (high - low) * self.share()

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, options: Sequence[Item]) -> Item:
        """Return one of the options."""
        return options[int(self.share() * len(options))]

    def shuffled(self, items: Iterable[Item]) -> list[Item]:
        """Return the items in a drawn order."""
        return [item for _, _, item in sorted((self.share(), n, item) for n, item in enumerate(items))]


@dataclass
class Wording:
    """The templates' grammar, with a memory of what has been said already.

    A template is text with ``{slots}``, filled from the case's facts or from a phrase list of the force, and
    ``[one|other]`` choices. ``<drink !child F/M>`` in front limits it to cases that have the tag ``drink``,
    not ``child``, and either ``F`` or ``M``. A template whose slots cannot be filled does not fit the case,
    so an entry about an interview is never chosen before there has been one.

    Parameters
    ----------
    phrases
        Lists of interchangeable wordings, by slot name.
    draw
        Where choices come from.
    """

    phrases: Mapping[str, Sequence[str]]
    draw: Draw
    _uses: Counter[str] = field(default_factory=Counter)

    def choose(
        self, templates: Iterable[str], facts: Facts, *, tags: AbstractSet[str], said: AbstractSet[str]
    ) -> str | None:
        """Return the fitting template used least so far, or None; one already ``said`` is the last resort."""
        fitting = [template for template in templates if self._fits(template, facts, tags)]
        if not fitting:
            return None
        return min(fitting, key=lambda option: (option in said, self._uses[option], self.draw.share()))

    def write(self, template: str, facts: Facts, *, tags: AbstractSet[str], said: set[str]) -> str:
        """Return the text of a template, remembering in ``said`` every wording it took."""
        said.add(template)
        self._uses[template] += 1

        def fill(slot: re.Match[str]) -> str:
            name = slot[1]
            if (fact := _lookup(facts, name)) is not None:
                return fact
            phrase = self.choose(self.phrases[_lower(name)], facts, tags=tags, said=said)
            text = self.write(phrase or "", facts, tags=tags, said=said)
            return _upper(text) if name[0].isupper() else text

        return take_choices(_SLOT.sub(fill, _CONDITION.sub("", template)), self.draw)

    def _fits(self, template: str, facts: Facts, tags: AbstractSet[str]) -> bool:
        condition = _CONDITION.match(template)
        if condition and not all(_holds(term, tags) for term in condition[1].split()):
            return False
        return all(
            _lookup(facts, name) is not None
            or any(self._fits(phrase, facts, tags) for phrase in self.phrases.get(_lower(name), ()))
            for name in _SLOT.findall(template)
        )


def take_choices(text: str, draw: Draw) -> str:
    """Settle every ``[one|other]`` choice in the text, innermost first.

    Examples
    --------
    >>> take_choices("seen at [noon]", Draw(1))  # a single word in brackets is no choice
    'seen at [noon]'
    """
    while choice := _CHOICE.search(text):
        text = text[: choice.start()] + draw.pick(choice[1].split("|")) + text[choice.end() :]
    return text


def fill_facts(text: str, facts: Facts) -> str:
    """Fill the slots of a text from facts alone."""
    return _SLOT.sub(lambda slot: _lookup(facts, slot[1]) or slot[0], text)


def _holds(term: str, tags: AbstractSet[str]) -> bool:
    if term.startswith("!"):
        return term[1:] not in tags
    return any(tag in tags for tag in term.split("/"))


def _lookup(facts: Facts, name: str) -> str | None:
    if name in facts:
        return facts[name]
    lower = facts.get(_lower(name))
    return None if lower is None else _upper(lower)


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
