"""Word classes: named lists of words and phrases, read from the files of a codebook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nlp.phrases import NESTED, leaves_alternatives, written_out
from nlp.yaml_lines import Checker, Mistake, Section

__all__ = ["MENTIONS", "ROLE_WORDS", "WordClass", "WordClasses", "no_class"]

MENTIONS = ("victim", "suspect", "other person")
"""Classes that rules may use like word classes but that `nlp.roles` fills: people resolved in the note."""

ROLE_WORDS = (
    "victim",
    "suspect",
    "other person",
    "subject pronoun",
    "object pronoun",
    "possessive pronoun",
    "ambiguous pronoun",
    "someone",
    "reporting verb",
    "victim heading",
    "suspect heading",
    "names the victim",
    "names the suspect",
    "named as the victim",
    "named as the suspect",
)


@dataclass(frozen=True)
class WordClass:
    """A named list of words and phrases; `exact` ones match only in the case they are written in."""

    name: str
    says: str
    words: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    never_in: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()


class WordClasses:
    """Word classes by name. A code file's own classes are kept as `<code>:<name>` and found first there."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.classes: dict[str, WordClass] = {}
        self.mistakes = mistakes
        self._where: dict[str, Section] = {}

    def add_all(self, section: Section, *, prefix: str) -> None:
        for name, value in section.items():
            self._add(prefix + name, value, section, name)

    def add_roles(self, section: Section) -> None:
        for name in ROLE_WORDS:
            if name not in section:
                self.mistakes.append(Mistake(section.file, section.line, f"the class '{name}' is missing"))
        for name, value in section.items():
            if name not in ROLE_WORDS:
                line, known = section.line_of(name), ", ".join(ROLE_WORDS)
                self.mistakes.append(
                    Mistake(
                        section.file, line, f"unknown class '{name}'; the classes known here are: {known}"
                    )
                )
            self._add(f"role {name}", value, section, name)

    def _add(self, name: str, value: Any, section: Section, key: str) -> None:
        if not isinstance(value, Section):
            line = section.line_of(key)
            self.mistakes.append(
                Mistake(section.file, line, f"word class '{key}' must have 'says' and 'words' under it")
            )
            return
        check = Checker(value, self.mistakes, what=f"word class '{key}'")
        made = WordClass(
            name=name,
            says=check.text("says", required=True),
            words=_phrases(check, "words", genders=not name.startswith("role ")),
            exact=_phrases(check, "exact", genders=False),
            never_in=_phrases(check, "never_in", genders=True),
            includes=check.texts("includes"),
        )
        check.finish()
        if not (made.words or made.exact or made.includes):
            check.wrong("has no 'words', 'exact' or 'includes'")
        self.classes[name] = made
        self._where[name] = value

    def literal(self, word: str) -> str:
        """The class of a word or phrase written straight into a pattern."""
        name = f'"{word}"'
        self.classes.setdefault(name, WordClass(name, "", words=written_out([word], genders=True)))
        return name

    def find(self, name: str, code: str) -> str | None:
        """The full name of a class as seen from a code's file, or None where there is no such class."""
        for full in (f"{code}:{name}", name):
            if full in self.classes:
                return full
        return name if name in MENTIONS else None

    def check_includes(self) -> None:
        for name, made in list(self.classes.items()):
            code = name.split(":")[0] if ":" in name and not name.startswith('"') else ""
            found = []
            for other in made.includes:
                full = self.find(other, code)
                if full is None or full in MENTIONS:
                    section = self._where[name]
                    line = section.line_of("includes")
                    self.mistakes.append(Mistake(section.file, line, no_class(other, self.classes)))
                else:
                    found.append(full)
            self.classes[name] = WordClass(
                made.name, made.says, made.words, made.exact, made.never_in, tuple(found)
            )


def _phrases(check: Checker, key: str, *, genders: bool) -> tuple[str, ...]:
    phrases = check.texts(key)
    for at, phrase in enumerate(phrases):
        if leaves_alternatives(phrase):
            item = f"{key}[{at}]"
            check.wrong(NESTED.format(phrase=phrase), item if item in check.section.lines else key)
    return written_out(phrases, genders=genders)


def no_class(name: str, known: Iterable[str]) -> str:
    plain = sorted(k for k in known if not k.startswith('"') and not k.startswith("role "))
    near = [k for k in plain if k.split(":")[-1].split()[0][:4] == name[:4]]
    hint = f" (did you mean {', '.join(repr(k.split(':')[-1]) for k in near[:3])}?)" if near else ""
    return f"there is no word class '{name}'{hint}; add it to words.yml or to 'words' in this file"
