"""The passages of an author's files, and the numbers and findings each of them leans on."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ruamel.yaml.nodes import Node

from parameters.plain_yaml import compose_yaml
from reports.authors_yaml import read_authors_text
from reports.recommendations import Decisions
from reports.release import Release
from reports.source import cited_values, included_file

__all__ = [
    "DECISIONS",
    "TEXT",
    "Passage",
    "Stretch",
    "chapter_headings",
    "chapter_id",
    "passages",
    "sentence_ids",
    "sentences",
]

TEXT, DECISIONS = "index.qmd", "recommendations.yml"

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_BLOCK = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|\Z))+")
_SENTENCE = re.compile(r"\S.*?(?:[.!?][\"'”’)\]*_]*(?=\s+[A-Z0-9“‘\"'{\[*(])|(?=\s*\Z))", re.DOTALL)
_CHAPTER = re.compile(r"^## +(.+?)\s*(?:\{.*\})?\s*$", re.MULTILINE)
_NOT_PROSE = ("|", "#", ":", "```", "---")
_PARTIAL = re.compile(r"_generated/(headlines|background|pillar-(\d))(?:-(findings|indicators))?\.md$")


@dataclass(frozen=True)
class Passage:
    """A sentence, a chapter, a judgement or a recommendation of an author's, and what it leans on.

    ``what`` is ``sentence``, ``chapter <heading>``, ``judgement <id>``, ``recommendation <number>`` or
    ``earlier <inspection> <number>``. A sentence is known again by its words; anything else by its name,
    whatever becomes of its words. ``values`` are names of metadata: ``finding.charged-closed.statement``.
    """

    id: str
    file: str
    line: int
    what: str
    text: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Stretch:
    """Where a sentence stands in a text, and where a mark may: in its paragraph, below it or nowhere."""

    start: int
    end: int
    mark: Literal["inline", "below", "nowhere"]


def passages(folder: Path, *, decisions: Decisions, release: Release) -> list[Passage]:
    """Return every passage of an author's files that leans on a number or a finding.

    Parameters
    ----------
    folder : Path
        ``reports/<force>``.
    decisions : Decisions
        Its judgements and recommendations.
    release : Release
        Says which findings the partials beside a chapter's text hold.
    """
    text = read_authors_text(folder / TEXT)
    found = [
        *sentences(text, force=folder.name),
        *_chapters(text, force=folder.name, decisions=decisions, release=release),
        *_decisions(folder / DECISIONS, decisions),
    ]
    return [passage for passage in found if passage.values]


def stretches(text: str) -> Iterator[Stretch]:
    """Cut a text into sentences; a table, a heading or a line of front matter is one by itself."""
    bare = _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), text)
    body = 0
    if front := _FRONT.match(bare):
        body = front.end()
        for line in re.finditer(r"[^\n]+", front[0]):
            yield Stretch(line.start(), line.end(), "nowhere")
    for block in _BLOCK.finditer(bare, body):
        if block[0].lstrip().startswith(_NOT_PROSE):
            yield Stretch(block.start(), block.start() + len(block[0].rstrip()), "below")
            continue
        for sentence in _SENTENCE.finditer(block[0].rstrip()):
            yield Stretch(block.start() + sentence.start(), block.start() + sentence.end(), "inline")


def sentence_ids(text: str, *, force: str) -> list[tuple[str, Stretch]]:
    """Return an id for each sentence of a text, from its words and how often they stood before."""
    seen: Counter[str] = Counter()
    named = []
    for stretch in stretches(text):
        words = " ".join(text[stretch.start : stretch.end].split())
        seen[words] += 1
        named.append((_id(force, TEXT, "sentence", words, str(seen[words])), stretch))
    return named


def chapter_id(heading: str, *, force: str) -> str:
    """Return the id of a chapter."""
    return _id(force, TEXT, f"chapter {heading}")


def chapter_headings(text: str) -> list[re.Match[str]]:
    """Return the headings of a text's chapters, where they stand; group 1 is the words."""
    bare = _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), text)
    return list(_CHAPTER.finditer(bare))


def sentences(text: str, *, force: str) -> Iterator[Passage]:
    """Find the sentences of a text that cite a value; ``force`` is the name of its folder."""
    for name, stretch in sentence_ids(text, force=force):
        words = text[stretch.start : stretch.end]
        if values := cited_values(words):
            line = text.count("\n", 0, stretch.start) + 1
            yield Passage(name, TEXT, line, "sentence", " ".join(words.split()), tuple(dict.fromkeys(values)))


def _chapters(text: str, *, force: str, decisions: Decisions, release: Release) -> Iterator[Passage]:
    headings = chapter_headings(text)
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    for heading, end in zip(headings, ends, strict=True):
        chapter = text[heading.end() : end]
        partials = [name for line in chapter.splitlines() if (name := included_file(line))]
        values = [value for name in partials for value in _beside(name, decisions=decisions, release=release)]
        prose = any(
            stretch.mark == "inline" and not included_file(chapter[stretch.start : stretch.end])
            for stretch in stretches(chapter)
        )
        if prose:
            line = text.count("\n", 0, heading.start()) + 1
            what = f"chapter {heading[1]}"
            yield Passage(
                chapter_id(heading[1], force=force),
                TEXT,
                line,
                what,
                heading[1],
                tuple(dict.fromkeys(values)),
            )


def _beside(partial: str, *, decisions: Decisions, release: Release) -> list[str]:
    """Names of the findings and measures that a partial shows beside the author's sentences."""
    if not (match := _PARTIAL.search(partial)):
        return []
    pillar = int(match[2] or 0)
    if match[1] == "headlines":
        names = decisions.headlines or [entry.id for entry in release.findings if entry.pillar]
        return [f"finding.{name}.statement" for name in names]
    if match[3] == "findings":
        return [f"finding.{entry.id}.statement" for entry in release.findings if entry.pillar == pillar]
    told = {name for entry in release.findings for name in entry.indicators}
    return [
        f"indicator.{row.id}.result"
        for row in release.indicators
        if row.whole_force and row.pillar == pillar and row.id not in told
    ]


def _decisions(path: Path, decisions: Decisions) -> Iterator[Passage]:
    content = compose_yaml(read_authors_text(path))

    def decision(name: str, words: Sequence[str], findings: Sequence[str], line: int) -> Passage:
        values = [f"finding.{finding}.statement" for finding in findings] + cited_values(" ".join(words))
        text = " ".join(words[0].split()) if words else ""
        own_id = _id(path.parent.name, DECISIONS, name)
        return Passage(own_id, DECISIONS, line, name, text, tuple(dict.fromkeys(values)))

    for number, judgement in enumerate(decisions.judgements):
        words = (judgement.text, judgement.reasons)
        line = _line(content, "judgements", number)
        yield decision(f"judgement {judgement.id}", words, judgement.findings, line)
    for number, entry in enumerate(decisions.recommendations):
        if entry.is_made:
            words = (entry.act, entry.measure)
            line = _line(content, "recommendations", number)
            yield decision(f"recommendation {entry.number}", words, entry.findings, line)
    for number, follow_up in enumerate(decisions.earlier):
        name = f"earlier {follow_up.inspection} {follow_up.number}"
        notes = [step.note for step in follow_up.history]
        yield decision(name, notes, follow_up.findings, _line(content, "earlier", number))


def _line(content: Node | None, section: str, number: int) -> int:
    """Line of an entry of a file that was read before: of its sections, one has this name."""
    sections = {} if content is None else {key.value: entries for key, entries in content.value}
    return int(sections[section].value[number].start_mark.line) + 1


def _id(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()[:8]
