"""Finding the codebook's words in a note: one tokenisation and one pass, whatever the number of rules.

spaCy's blank English pipeline supplies the tokeniser and the phrase matcher; there is no model and no
parser. Text is folded character for character first, so every offset is an offset into the note as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, reduce
from itertools import chain
from operator import itemgetter, or_
from typing import Any

import spacy
from spacy.attrs import IDX, LENGTH, LOWER, NORM, ORTH
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.strings import get_string_id
from spacy.tokens import Doc

from nlp.codebook import Codebook
from nlp.word_classes import MENTIONS, WordClass

Span = tuple[int, int]
"""Tokens of a note, end exclusive."""

_PLAIN = {
    **dict.fromkeys("‘’ʼ`´＇", "'"),
    **dict.fromkeys("“”„‟«»＂", '"'),
    **dict.fromkeys("–—−‐‑‒―", "-"),
    **dict.fromkeys("\u00a0\u2007\u202f\t\x00\u00ad", " "),
}
_PLAIN_OF_ASCII = {odd: plain for odd, plain in _PLAIN.items() if odd.isascii()}
_SURROGATE = re.compile("[\ud800-\udfff]")
_PIECE = 40
_TOO_LONG = re.compile(r"\S{200}")
_LONG = 10_000
_WORDS_KEPT = 100_000


def fold(text: str) -> str:
    """Give curly quotes, long dashes and odd spaces their plain form, one character for one.

    >>> fold("VIC’s “friend”")
    'VIC\\'s "friend"'
    """
    text = whole(text)
    # one pass a character: far quicker than str.translate, which looks up every letter of a long note
    for odd, plain in (_PLAIN_OF_ASCII if text.isascii() else _PLAIN).items():
        text = text.replace(odd, plain)
    return text


def whole(text: str) -> str:
    """Replace lone surrogates, which no file or table can hold, one for one."""
    return _SURROGATE.sub("\ufffd", text)


def blank_english() -> Language:
    """spaCy's blank English with one reading for `didn't`, `didnt` and `did not`.

    Of a word's many properties only those that are matched on are worked out, and the cutting of a word
    once seen is remembered.
    """
    nlp = spacy.blank("en")
    vocab: Any = nlp.vocab
    vocab.lex_attr_getters = {name: vocab.lex_attr_getters[name] for name in (LOWER, NORM)}
    tokenizer: Any = nlp.tokenizer
    tokenizer.max_cache_size = _WORDS_KEPT
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


class Classes:
    """Word classes as bits: a set of classes is one integer, and whether two sets meet one operation."""

    def __init__(self, names: Iterable[str]) -> None:
        self._bits = {name: 1 << at for at, name in enumerate(names)}

    def mask(self, *names: str) -> int:
        """The set of these classes; a class that the codebook does not have is in none."""
        mask = 0
        for name in names:
            mask |= self._bits.get(name, 0)
        return mask


class Hits:
    """The word classes found in a stretch of tokens.

    Attributes
    ----------
    classes
        All classes found, as one mask.
    where
        Spans in order of start, by the classes found there.
    """

    __slots__ = ("_known", "classes", "where")

    def __init__(self, where: dict[int, list[Span]]) -> None:
        self.where = where
        self.classes = reduce(or_, where, 0)
        self._known: dict[int, list[Span]] = {}

    def add(self, start: int, end: int, classes: int) -> None:
        """Add what was found at a span that does not stand before others of the same classes."""
        self.classes |= classes
        self.where.setdefault(classes, []).append((start, end))
        self._known.clear()

    def spans(self, wanted: int) -> list[Span]:
        """Where any of the wanted classes stands, in order."""
        if not self.classes & wanted:
            return []
        known = self._known.get(wanted)
        if known is None:
            lists = [spans for classes, spans in self.where.items() if classes & wanted]
            known = lists[0] if len(lists) == 1 else sorted({span for spans in lists for span in spans})
            self._known[wanted] = known
        return known


class Words:
    """The tokens of a note, or of the stretch of it that begins at character `begin`.

    Attributes
    ----------
    starts
        Where each starts in the note (code points).
    lengths
        How long each is.
    lowers, norms
        The number spaCy has for its lower-case and for its normal form; see `word_numbers`.
    """

    def __init__(self, doc: Doc, begin: int) -> None:
        self._doc = doc
        self.starts: list[int] = (doc.to_array(IDX) + begin).tolist()

    @cached_property
    def lowers(self) -> list[int]:
        numbers: list[int] = self._doc.to_array(LOWER).tolist()
        return numbers

    @cached_property
    def norms(self) -> list[int]:
        numbers: list[int] = self._doc.to_array(NORM).tolist()
        return numbers

    @cached_property
    def lengths(self) -> list[int]:
        numbers: list[int] = self._doc.to_array(LENGTH).tolist()
        return numbers

    def text(self, token: int) -> str:
        """A token as written."""
        return str(self._doc[token].text)

    def end(self, token: int) -> int:
        """Where the text before a token ends, spaces left out."""
        return self.starts[token - 1] + self.lengths[token - 1]


def word_numbers(words: str) -> frozenset[int]:
    """The numbers that spaCy, on any machine, has for words written with blanks between them."""
    return frozenset(map(get_string_id, words.split()))


class Scanner:
    """Finds every word class of a codebook in a text."""

    def __init__(self, codebook: Codebook) -> None:
        self.classes = Classes((*MENTIONS, *sorted(codebook.words, key=_asked_of_every_unit, reverse=True)))
        self._nlp = blank_english()
        self._matchers = (PhraseMatcher(self._nlp.vocab, attr="NORM"), PhraseMatcher(self._nlp.vocab))
        self._vocab: Any = self._nlp.vocab
        self._learnt: set[str] = set()
        self._masks: dict[int, int] = {}
        self._blocks: dict[int, int] = {}
        self._add(codebook.words)

    def _add(self, classes: Mapping[str, WordClass]) -> None:
        owners = {name: self.classes.mask(*names) for name, names in _owners(classes).items()}
        named: dict[tuple[int, str], int] = {}
        blocked: dict[str, int] = {}
        for word_class in classes.values():
            owned = owners[word_class.name]
            for at, phrases in enumerate((word_class.words, word_class.exact)):
                for phrase in phrases:
                    named[at, phrase] = named.get((at, phrase), 0) | owned
            for phrase in word_class.never_in:
                blocked[phrase] = blocked.get(phrase, 0) | owned
        # one key for all phrases of the same classes: spaCy takes its time over every new key
        groups: dict[tuple[int, int, int], list[str]] = {}
        for (at, phrase), mask in named.items():
            groups.setdefault((at, mask, 0), []).append(phrase)
        for phrase, mask in blocked.items():
            groups.setdefault((0, 0, mask), []).append(phrase)
        for number, ((at, mask, block), group) in enumerate(groups.items()):
            self._matchers[at].add(f"group {number}", [self._nlp.tokenizer(phrase) for phrase in group])
            key = int(self._nlp.vocab.strings[f"group {number}"])
            self._masks[key] = mask
            if block:
                self._blocks[key] = block

    def memory_zone(self) -> AbstractContextManager[Any]:
        """A context after which spaCy forgets the words read in it, so that memory stays flat.

        The first words met are remembered all the same, for most of them come again in every note.
        """
        has_room = len(self._vocab) < _WORDS_KEPT
        return nullcontext() if has_room or self._vocab.in_memory_zone else self._nlp.memory_zone()

    def read(self, text: str) -> Doc:
        """Tokens of a folded text. A run of characters without a space is cut, so time stays linear."""
        if not _TOO_LONG.search(text):
            if len(text) > _LONG and not self._vocab.in_memory_zone:
                self._learn(text)
            return self._nlp.tokenizer(text)
        words: list[str] = []
        spaces: list[bool] = []
        cut: dict[str, list[str]] = {}
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
            if piece not in cut:
                cut[piece] = [token.text for token in self._nlp.tokenizer(piece)]
            words += cut[piece]
            spaces += [False] * len(cut[piece])
        return Doc(self._nlp.vocab, words=words, spaces=spaces)

    def _learn(self, text: str) -> None:
        """Cut every word of a text on its own, once.

        spaCy remembers how words are cut, but in no text past its first word with a cutting of its own
        ("can't"): in a long text it would work most of them out each time.
        """
        for word in set(text.split()) - self._learnt:
            self._nlp.tokenizer(word)
            self._learnt.add(word)

    def find(self, doc: Doc, ranges: Iterable[Span]) -> Iterator[Hits]:
        """The word classes in each unit of a note; a phrase that crosses a boundary belongs to no unit.

        Parameters
        ----------
        doc
            The note.
        ranges
            The tokens of each unit; units come in order and do not overlap.
        """
        by_norm, as_written = (matcher(doc) for matcher in self._matchers)
        matches = sorted([*by_norm, *as_written], key=itemgetter(1, 2)) if as_written else by_norm
        blocked = self._blocked(matches)
        masks = self._masks
        beyond = (0, len(doc), len(doc))
        remaining = chain(matches, (beyond,))
        key, start, end = next(remaining)
        for first, last in ranges:
            where: dict[int, list[Span]] = {}
            while start < last:
                if first <= start and end <= last:
                    classes = masks[key]
                    if start in blocked:
                        for until, names in blocked[start]:
                            if end <= until:
                                classes &= ~names
                    if classes in where:
                        where[classes].append((start, end))
                    elif classes:
                        where[classes] = [(start, end)]
                key, start, end = next(remaining)
            yield Hits(where)

    def _blocked(self, matches: list[tuple[int, int, int]]) -> dict[int, list[tuple[int, int]]]:
        """By token, the phrases around it in which classes do not count: where each ends, and the classes."""
        blocked: dict[int, list[tuple[int, int]]] = {}
        if self._blocks.keys().isdisjoint([key for key, _, _ in matches]):
            return blocked
        for key, start, end in matches:
            if key in self._blocks:
                for at in range(start, end):
                    blocked.setdefault(at, []).append((end, self._blocks[key]))
        return blocked


def _asked_of_every_unit(name: str) -> bool:
    """Classes that are looked for in every unit come first: sets of low bits are the cheapest to meet."""
    return name.startswith(("role ", "stop "))


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
