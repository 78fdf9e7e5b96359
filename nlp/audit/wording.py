"""A rule in plain words, and as it is written, for people who do not read YAML."""

from __future__ import annotations

from collections.abc import Iterator

from nlp.codebook import Codebook, Pattern, Rule
from nlp.word_classes import MENTIONS

__all__ = ["class_words", "classes_of", "in_words"]

_PERSON = {"victim": "the victim", "suspect": "the suspect", "other person": "another person"}
_ABOUT = {
    "victim": "The words must be about the victim.",
    "suspect": "The words must be about the suspect.",
    "not victim": "The words must not be about the victim.",
    "not suspect": "The words must not be about the suspect.",
}
_NEGATED = {
    "rebutted": "With a “not” the code is given as rebutted, and does not count.",
    "not-done": "With a “not” the code is given as not done, and does not count.",
    "ignored": "A “not” makes no difference.",
}


def in_words(rule: Rule) -> list[str]:
    """What a rule looks for, sentence by sentence."""
    return list(_sentences(rule))


def _sentences(rule: Rule) -> Iterator[str]:
    looked_for = "; or ".join(_pattern(pattern) for pattern in rule.find)
    yield f"It looks, within one unit, for {looked_for}."
    if rule.about in _ABOUT:
        yield f"{_ABOUT[rule.about]}"
    for names in rule.needs:
        near = f" within {rule.near} words" if rule.near else " in the same unit"
        yield f"It needs {_any(names)}{near}."
    if rule.without:
        yield f"It does not fire where the unit holds {_any(rule.without)}."
    if rule.under:
        yield f"It fires only under a title, label or entry type with {_any(rule.under)}."
    if rule.not_under:
        yield f"It does not fire under a title, label or entry type with {_any(rule.not_under)}."
    for name, value in rule.sets:
        yield f"It sets {name} to {value}."
    yield _NEGATED[rule.negated]
    if rule.stands:
        yield "Its code stands beside a more specific one."


def _pattern(pattern: Pattern) -> str:
    words = []
    for at, step in enumerate(pattern.steps):
        gap = "" if not at else f", at most {step.gap} words on, " if step.gap else ", followed by "
        words.append(f"{gap}{_any(step.classes)}")
    return "".join(words)


def _any(names: tuple[str, ...]) -> str:
    return " or ".join(_name(name) for name in names)


def _name(name: str) -> str:
    """A word class as a reader meets it: its name in braces, or the words themselves."""
    if name in MENTIONS:
        return _PERSON[name]
    if name.startswith('"'):
        return "“" + name.strip('"') + "”"
    return "{" + name.split(":")[-1] + "}"


def classes_of(rule: Rule) -> list[str]:
    """The named word classes a rule uses, in the order it uses them."""
    found = [name for pattern in rule.find for step in pattern.steps for name in step.classes]
    found += [name for names in rule.needs for name in names]
    found += [*rule.without, *rule.under, *rule.not_under]
    return [name for name in dict.fromkeys(found) if name not in MENTIONS and not name.startswith('"')]


def class_words(codebook: Codebook, name: str) -> list[str]:
    """The words of a class and of those it includes, as the coder looks for them."""
    seen, words, waiting = {name}, [], [name]
    while waiting:
        word_class = codebook.words[waiting.pop(0)]
        words += [*word_class.words, *word_class.exact]
        waiting += [other for other in word_class.includes if other not in seen]
        seen.update(word_class.includes)
    return list(dict.fromkeys(words))
