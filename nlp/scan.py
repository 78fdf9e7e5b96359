"""Finding the codebook's words in a note: one tokenisation and one pass, whatever the number of rules.

spaCy's blank English pipeline supplies the tokeniser and the phrase matcher; there is no model and no
parser. Text is folded character for character first, so every offset is an offset into the note as written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import spacy
from spacy.attrs import NORM, ORTH
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from nlp.codebook import Codebook, WordClass

Hits = dict[str, list[tuple[int, int]]]
"""Where each word class occurs: token spans, end exclusive, in order of start."""

_FOLD = str.maketrans(
    {
        **dict.fromkeys("‘’ʼ`´＇", "'"),
        **dict.fromkeys("“”„‟«»＂", '"'),
        **dict.fromkeys("–—−‐‑‒―", "-"),
        **dict.fromkeys("\u00a0\u2007\u202f\t\x00\u00ad", " "),
    }
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_PIECE = 40
_TOO_LONG = re.compile(r"\S{200}")


def fold(text: str) -> str:
    """Give curly quotes, long dashes and odd spaces their plain form, one character for one.

    >>> fold("VIC’s “friend”")
    'VIC\\'s "friend"'
    """
    return whole(text).translate(_FOLD)


def whole(text: str) -> str:
    """Replace lone surrogates, which no file or table can hold, one for one."""
    return _SURROGATE.sub("\ufffd", text)


def blank_english() -> Language:
    """spaCy's blank English with one reading for `didn't`, `didnt` and `did not`."""
    nlp = spacy.blank("en")
    tokenizer: Any = nlp.tokenizer
    rules: dict[str, list[dict[int, str]]] = {}
    for text, tokens in tokenizer.rules.items():
        negated = len(tokens) == 2 and tokens[-1].get(NORM, tokens[-1][ORTH].lower()) == "not"
        if negated:
            first = tokens[0][ORTH]
            stem = {"ca": "can", "wo": "will", "sha": "shall"}.get(first.lower(), first.lower())
            rules[text] = [{ORTH: first, NORM: stem}, tokens[1]]
        elif len(tokens) == 1 and text.endswith("."):
            rules[text] = [{ORTH: text}]
    rules["'s"] = [{ORTH: "'s"}]  # so that a phrase may begin with it, as "'s solicitor"
    tokenizer.rules = rules
    return nlp


class Scanner:
    """Finds every word class of a codebook in a text."""

    def __init__(self, codebook: Codebook) -> None:
        self._nlp = blank_english()
        self._matchers = (PhraseMatcher(self._nlp.vocab, attr="NORM"), PhraseMatcher(self._nlp.vocab))
        self._names: dict[int, tuple[str, ...]] = {}
        self._blocks: dict[int, frozenset[str]] = {}
        self._add(codebook.words)

    def _add(self, classes: Mapping[str, WordClass]) -> None:
        owners = _owners(classes)
        named: dict[tuple[int, str], set[str]] = {}
        blocked: dict[str, set[str]] = {}
        for word_class in classes.values():
            for at, phrases in enumerate((word_class.words, word_class.exact)):
                for phrase in phrases:
                    named.setdefault((at, phrase), set()).update(owners[word_class.name])
            for phrase in word_class.never_in:
                blocked.setdefault(phrase, set()).update(owners[word_class.name])
        # one key for all phrases of the same classes: spaCy takes its time over every new key
        groups: dict[tuple[int, tuple[str, ...], frozenset[str]], list[str]] = {}
        for (at, phrase), names in sorted(named.items()):
            groups.setdefault((at, tuple(sorted(names)), frozenset()), []).append(phrase)
        for phrase, names in sorted(blocked.items()):
            groups.setdefault((0, (), frozenset(names)), []).append(phrase)
        for number, ((at, named_by, blocked_by), group) in enumerate(groups.items()):
            self._matchers[at].add(f"group {number}", [self._nlp.tokenizer(phrase) for phrase in group])
            key = int(self._nlp.vocab.strings[f"group {number}"])
            if named_by:
                self._names[key] = named_by
            else:
                self._blocks[key] = blocked_by

    def memory_zone(self) -> AbstractContextManager[Any]:
        """A context in which spaCy forgets the words of the notes read, so that memory stays flat."""
        return self._nlp.memory_zone()

    def read(self, text: str) -> Doc:
        """Tokens of a folded text. A run of characters without a space is cut, so time stays linear."""
        if not _TOO_LONG.search(text):
            return self._nlp.tokenizer(text)
        words: list[str] = []
        spaces: list[bool] = []
        for run in re.finditer(rf"\S{{1,{_PIECE}}}|\s+", text):
            piece = run.group()
            if piece.isspace():
                if words and piece[0] == " " and not spaces[-1]:
                    spaces[-1] = True
                    piece = piece[1:]
                if piece:
                    words.append(piece)
                    spaces.append(False)
                continue
            for token in self._nlp.tokenizer(piece):
                words.append(token.text)
                spaces.append(bool(token.whitespace_))
        return Doc(self._nlp.vocab, words=words, spaces=spaces)

    def find(self, doc: Doc) -> Hits:
        """Every word class found in a note, with its spans in order."""
        found: list[tuple[int, int, tuple[str, ...]]] = []
        blocks: list[tuple[int, int, frozenset[str]]] = []
        for matcher in self._matchers:
            for key, start, end in matcher(doc):
                names = self._names.get(key)
                if names is not None:
                    found.append((start, end, names))
                block = self._blocks.get(key)
                if block is not None:
                    blocks.append((start, end, block))
        found.sort()
        hits: Hits = {}
        for start, end, names in found:
            for name in names:
                hits.setdefault(name, []).append((start, end))
        _block(hits, blocks)
        return {name: spans for name, spans in hits.items() if spans}


def _block(hits: Hits, blocks: list[tuple[int, int, frozenset[str]]]) -> None:
    """Take away the hits of a class that lie inside a phrase in which it does not count."""
    covered: dict[str, dict[int, int]] = {}
    for start, end, names in blocks:
        for name in names & hits.keys():
            reach = covered.setdefault(name, {})
            for at in range(start, end):
                reach[at] = max(end, reach.get(at, 0))
    for name, reach in covered.items():
        hits[name] = [(start, end) for start, end in hits[name] if reach.get(start, 0) < end]


def _owners(classes: Mapping[str, WordClass]) -> dict[str, set[str]]:
    """For each class, itself and every class that includes it, directly or through another."""
    owners = {name: {name} for name in classes}
    changed = True
    while changed:
        changed = False
        for name, word_class in classes.items():
            for part in word_class.includes:
                if not owners[name] <= owners[part]:
                    owners[part] |= owners[name]
                    changed = True
    return owners
