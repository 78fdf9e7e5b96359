"""The codebook: what is looked for in investigation notes, kept as YAML that an academic can read and change.

`load_codebook` reads a folder of files (one per code, plus word classes, roles and context cues),
reports every mistake in them at once with its file and line, and returns frozen objects.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nlp.phrases import NESTED, leaves_alternatives
from nlp.word_classes import MENTIONS, WordClass, WordClasses, no_class
from nlp.yaml_lines import Checker, CodebookError, Mistake, Section, read_yaml

__all__ = ["Code", "Codebook", "CodebookError", "Cue", "Mistake", "Rule", "load_codebook"]

ORIENTATIONS: Mapping[str, str] = MappingProxyType(
    {"vic-": "victim-credibility", "sus-": "suspect-focus", "oth-": "other"}
)
"""How the ids of codes of each orientation begin."""
FOCUS = ("vic-", "sus-")
"""How the ids of codes begin that can count."""
PEOPLE = ("victim", "suspect", "not victim", "not suspect", "anyone")
ATTRIBUTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "polarity": ("affirmed", "rebutted", "not-done"),
        "voice": ("police", "suspect", "defence", "cps", "victim", "other"),
        "status": ("done", "planned", "hypothetical"),
        "frame": ("current", "historical"),
        "purpose": ("credibility", "unstated", "limited"),
        "origin": ("police", "cps"),
        "confidence": ("high", "low"),
        "boilerplate": ("true",),
    }
)
NEGATIONS = ("rebutted", "not-done", "ignored")
REACHES = ("forward", "backward", "clause", "unit", "below")
STOPS = ("but", "reason", "comma", "and")


@dataclass(frozen=True)
class Step:
    """One place in a pattern: any of `classes`, at most `gap` tokens after the place before it."""

    classes: tuple[str, ...]
    gap: int = 0

    @cached_property
    def names_people(self) -> bool:
        """Whether the place may be taken by a person."""
        return any(name in MENTIONS for name in self.classes)


@dataclass(frozen=True)
class Pattern:
    """An ordered series of word classes, written `{class} <=4 {other class}` in YAML."""

    written: str
    steps: tuple[Step, ...]

    @cached_property
    def names_person(self) -> bool:
        """Whether the pattern says itself whom it is about, so that the rule's `about` is not needed."""
        return any(all(name in MENTIONS for name in step.classes) for step in self.steps)


@dataclass(frozen=True)
class Expected:
    """What an example expects of one code: its attributes that differ from the defaults."""

    code: str
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CodeExample:
    """A worked example of the codebook: a positive or a near miss, with the coding people agreed."""

    id: str
    text: str
    kind: str
    codes: tuple[Expected, ...]
    counted: frozenset[str]
    line: int


@dataclass(frozen=True)
class RuleExample:
    """A sentence that a rule must match or must not; a match may also fix context attributes."""

    text: str
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Rule:
    """One way of saying something: when it fires, its code is given to the unit."""

    id: str
    code: str
    says: str
    find: tuple[Pattern, ...]
    about: str = "anyone"
    needs: tuple[tuple[str, ...], ...] = ()
    near: int = 0
    without: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    not_under: tuple[str, ...] = ()
    sets: tuple[tuple[str, str], ...] = ()
    negated: str = "rebutted"
    stands: bool = False
    match: tuple[RuleExample, ...] = ()
    reject: tuple[RuleExample, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Code:
    """One of the codes: its wording for coders and the rules that find it."""

    id: str
    title: str
    orientation: str
    definition: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    grounding: str
    residual: bool
    gives_way: bool
    rules: tuple[Rule, ...]
    examples: tuple[CodeExample, ...]


@dataclass(frozen=True)
class Cue:
    """Words that set an attribute of the codes within their reach (ConText: cue, direction, scope, stops)."""

    id: str
    says: str
    sets: str
    value: str
    find: tuple[Pattern, ...]
    reach: str
    tokens: int
    stops_at: frozenset[str]
    codes: tuple[str, ...]
    never_with: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True)
class Codebook:
    """Everything the coder needs, as loaded; `hash` changes when any word of any file does."""

    version: str
    title: str
    measures: str
    not_for: str
    conventions: tuple[str, ...]
    codes: tuple[Code, ...]
    words: Mapping[str, WordClass]
    cues: tuple[Cue, ...]
    hash: str
    by_id: Mapping[str, Code] = field(repr=False, compare=False)

    def rules(self) -> Iterator[Rule]:
        """All rules of all codes, in file and then written order."""
        for code in self.codes:
            yield from code.rules


def load_codebook(folder: str | Path) -> Codebook:
    """Read and check a codebook folder.

    Parameters
    ----------
    folder
        Holds `codebook.yml`, `words.yml`, `roles.yml`, `context.yml` and one `<code>.yml` per code.

    Raises
    ------
    CodebookError
        With every mistake in every file, each as "file, line N: what is wrong".
    """
    folder = Path(folder)
    mistakes: list[Mistake] = []
    paths = sorted(folder.glob("*.yml"))
    files = {path.stem: read_yaml(path, mistakes) for path in paths}
    for needed in ("codebook", "words", "roles", "context"):
        if needed not in files:
            mistakes.append(Mistake(f"{needed}.yml", 1, f"the file is missing from {folder.name}/"))
            files[needed] = Section(f"{needed}.yml", 1)
    about = Checker(files.pop("codebook"), mistakes, what="codebook")
    head = {key: about.text(key, required=True) for key in ("version", "title", "measures", "not_for")}
    conventions = about.texts("conventions")
    about.finish()
    words = WordClasses(mistakes)
    words.add_all(files.pop("words"), prefix="")
    words.add_roles(files.pop("roles"))
    cues = tuple(_read_cues(files.pop("context"), words, mistakes))
    codes = tuple(_read_code(name, section, words, mistakes) for name, section in files.items())
    words.check_includes()
    _check_ids(files, codes, mistakes)
    if mistakes:
        raise CodebookError(mistakes)
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return Codebook(
        **head,
        conventions=conventions,
        codes=codes,
        words=MappingProxyType(words.classes),
        cues=cues,
        hash=digest.hexdigest(),
        by_id=MappingProxyType({code.id: code for code in codes}),
    )


def _read_patterns(check: Checker, words: WordClasses, *, code: str) -> tuple[Pattern, ...]:
    made = (_read_pattern(text, check, words, code=code) for text in check.texts("find", required=True))
    return tuple(pattern for pattern in made if pattern.steps)


def _read_pattern(text: str, check: Checker, words: WordClasses, *, code: str) -> Pattern:
    steps: list[Step] = []
    gap = 0
    for braced, distance, literal in re.findall(r"\{([^{}]*)\}|<=(\d+)|((?:(?!\{|<=\d).)+)", text):
        if distance:
            gap = int(distance)
            continue
        if braced:
            names = tuple(_class_names(braced, check, words, code=code, key="find"))
        elif literal.strip():
            if leaves_alternatives(literal):
                check.wrong(NESTED.format(phrase=literal.strip()), "find")
            names = (words.literal(literal.strip()),)
        else:
            continue
        steps.append(Step(names, gap))
        gap = 0
    if not steps:
        check.wrong(f"the pattern '{text}' has no words and no {{word class}}", "find")
    elif all(name in MENTIONS for step in steps for name in step.classes):
        check.wrong(f"the pattern '{text}' needs a word besides the people in it", "find")
    return Pattern(text, tuple(steps))


def _class_names(written: str, check: Checker, words: WordClasses, *, code: str, key: str) -> Iterator[str]:
    for name in written.split("|"):
        full = words.find(name.strip(), code)
        if full is None:
            check.wrong(no_class(name.strip(), words.classes), key)
        else:
            yield full


def _read_cues(section: Section, words: WordClasses, mistakes: list[Mistake]) -> Iterator[Cue]:
    top = Checker(section, mistakes, what="context")
    seen: set[str] = set()
    for item in top.children("cues", required=True):
        check = Checker(item, mistakes, what=f"cue '{item.get('id', '?')}'")
        cue_id = check.text("id", required=True)
        if cue_id in seen:
            check.wrong("the id is used twice", "id")
        seen.add(cue_id)
        sets = check.text("sets", required=True, allowed=tuple(ATTRIBUTES))
        values = ATTRIBUTES.get(sets, ()) + (("negated",) if sets == "polarity" else ())
        yield Cue(
            id=cue_id,
            says=check.text("says", required=True),
            sets=sets,
            value=check.text("value", required=True, allowed=values),
            find=_read_patterns(check, words, code=""),
            reach=check.text("reach", required=True, allowed=REACHES),
            tokens=check.number("tokens", 60),
            stops_at=frozenset(_allowed(check, "stops_at", STOPS)),
            codes=check.texts("codes"),
            never_with=tuple(
                name
                for written in check.texts("never_with")
                for name in _class_names(written, check, words, code="", key="never_with")
            ),
            line=item.line,
        )
        check.finish()
    top.finish()


def _allowed(check: Checker, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    values = check.texts(key)
    for value in values:
        if value not in allowed:
            check.wrong(f"'{key}' has '{value}'; it may hold: {', '.join(allowed)}", key)
    return values


def _read_code(name: str, section: Section, words: WordClasses, mistakes: list[Mistake]) -> Code:
    check = Checker(section, mistakes, what="code")
    code_id = check.text("id", required=True)
    if code_id != name:
        check.wrong(f"'id' is '{code_id}' but the file is {name}.yml; they must be the same", "id")
    orientation = check.text("orientation", required=True, allowed=tuple(ORIENTATIONS.values()))
    begins = next((prefix for prefix, told in ORIENTATIONS.items() if told == orientation), "")
    if not code_id.startswith(begins):
        check.wrong(f"'id' is '{code_id}'; that of a code of {orientation} begins with '{begins}'", "id")
    words.add_all(check.child("words"), prefix=f"{name}:")
    negated = check.text("negated", allowed=("", *NEGATIONS)) or "rebutted"
    code = Code(
        id=code_id,
        title=check.text("title", required=True),
        orientation=orientation,
        definition=check.text("definition", required=True),
        include=check.texts("include", required=True),
        exclude=check.texts("exclude", required=True),
        grounding=check.text("grounding", required=True),
        residual=check.flag("residual"),
        gives_way=check.flag("gives_way"),
        rules=tuple(_read_rule(r, name, negated, words, mistakes) for r in check.children("rules")),
        examples=tuple(_read_example(e, mistakes) for e in check.children("examples", required=True)),
    )
    check.finish()
    return code


def _read_rule(
    section: Section, code: str, negated: str, words: WordClasses, mistakes: list[Mistake]
) -> Rule:
    check = Checker(section, mistakes, what=f"rule '{section.get('id', '?')}'")
    examples = Checker(check.child("examples", required=True), mistakes, what=f"{check.what} examples")
    rule = Rule(
        id=check.text("id", required=True),
        code=code,
        says=check.text("says", required=True),
        find=_read_patterns(check, words, code=code),
        about=check.text("about", allowed=("", *PEOPLE)) or "anyone",
        needs=tuple(
            tuple(_class_names(written, check, words, code=code, key="with"))
            for written in check.texts("with")
        ),
        near=check.number("near", 0),
        without=tuple(
            name
            for written in check.texts("without")
            for name in _class_names(written, check, words, code=code, key="without")
        ),
        under=tuple(
            name
            for written in check.texts("under")
            for name in _class_names(written, check, words, code=code, key="under")
        ),
        not_under=tuple(
            name
            for written in check.texts("not_under")
            for name in _class_names(written, check, words, code=code, key="not_under")
        ),
        sets=_attributes(check.child("set"), mistakes, what=check.what),
        negated=check.text("negated", allowed=("", *NEGATIONS)) or negated,
        stands=check.flag("stands"),
        match=tuple(_rule_examples(examples, "match", mistakes)),
        reject=tuple(_rule_examples(examples, "reject", mistakes)),
        line=section.line,
    )
    if not re.fullmatch(rf"{re.escape(code)}-\d\d[a-z]?", rule.id):
        check.wrong(f"'id' must be '{code}-' and two digits", "id")
    examples.finish()
    check.finish()
    return rule


def _rule_examples(check: Checker, key: str, mistakes: list[Mistake]) -> Iterator[RuleExample]:
    for item in check.items(key, required=True):
        if isinstance(item, Section):
            fields = Section(item.file, item.line)
            fields.update({name: value for name, value in item.items() if name != "text"})
            fields.lines = item.lines
            yield RuleExample(
                " ".join(str(item.get("text", "")).split()), _attributes(fields, mistakes, what=check.what)
            )
        elif isinstance(item, str):
            yield RuleExample(" ".join(item.split()))
        else:
            check.wrong(f"every item of '{key}' must be a sentence, or 'text:' with attributes", key)


def _attributes(section: Section, mistakes: list[Mistake], *, what: str) -> tuple[tuple[str, str], ...]:
    check = Checker(section, mistakes, what=what)
    made = tuple(
        (name, check.text(name, allowed=values))
        for name, values in ATTRIBUTES.items()
        if name in section and name != "boilerplate"
    )
    for name in ATTRIBUTES:
        check.text(name)
    check.finish()
    return made


def _read_example(section: Section, mistakes: list[Mistake]) -> CodeExample:
    check = Checker(section, mistakes, what=f"example '{section.get('id', '?')}'")
    example = CodeExample(
        id=check.text("id", required=True),
        text=check.text("text", required=True),
        kind=check.text("kind", required=True, allowed=("positive", "near miss")),
        codes=tuple(_read_expected(item, check, mistakes) for item in check.items("codes", required=True)),
        counted=frozenset(check.texts("counted")),
        line=section.line,
    )
    check.finish()
    return example


def _read_expected(item: Any, check: Checker, mistakes: list[Mistake]) -> Expected:
    if not isinstance(item, Section):
        return Expected(str(item))
    attributes = Section(item.file, item.line)
    attributes.update({key: value for key, value in item.items() if key != "code"})
    attributes.lines = item.lines
    return Expected(str(item.get("code", "")), _attributes(attributes, mistakes, what=check.what))


def _check_ids(files: Mapping[str, Section], codes: tuple[Code, ...], mistakes: list[Mistake]) -> None:
    ids = set(files)
    for code in codes:
        file = files[code.id].file if code.id in files else f"{code.id}.yml"
        seen: dict[str, int] = {}
        for rule in code.rules:
            if rule.id in seen:
                mistakes.append(
                    Mistake(file, rule.line, f"rule '{rule.id}' is already on line {seen[rule.id]}")
                )
            seen[rule.id] = rule.line
        for example in code.examples:
            for name in {expected.code for expected in example.codes} | example.counted:
                if name not in ids:
                    mistakes.append(Mistake(file, example.line, f"there is no code '{name}'"))
