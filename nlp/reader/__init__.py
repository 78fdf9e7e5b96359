"""The trained second reader of the notes."""

from nlp.reader.corpus import About, Corpus, CorpusError, read_about, read_corpora, read_gold
from nlp.reader.reader import (
    Reader,
    load_reader,
    readers_without,
    rebuild_reader,
    stated_probability,
    train_reader,
)

__all__ = [
    "About",
    "Corpus",
    "CorpusError",
    "Reader",
    "load_reader",
    "read_about",
    "read_corpora",
    "read_gold",
    "readers_without",
    "rebuild_reader",
    "stated_probability",
    "train_reader",
]
