"""What a worker is told: which notes to code and how, in plain values that are the same on every machine."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from nlp.codebook import load_codebook
from nlp.combine import Combination
from nlp.parts.partitions import Partition
from nlp.reader import load_reader
from nlp.reader.reader import WEIGHTS

__all__ = ["Outcome", "Recipe", "Task", "code_fingerprint", "package_versions", "reader_hash", "recipe_of"]

_PACKAGES = ("numpy", "pandas", "scipy", "spacy")


class Recipe(NamedTuple):
    """What decides the coding of a note besides its words: plain values, the same wherever it is coded.

    Attributes
    ----------
    codebook, codebook_hash, codebook_version
        The codebook's folder, and what must be found in it.
    how, least
        See `combine`.
    reader
        SHA-256 of the trained reader's weights; empty where the rules stand alone.
    code
        Fingerprint of this program and of the packages it codes with.
    """

    codebook: str
    codebook_hash: str
    codebook_version: str
    how: Combination
    least: float
    reader: str
    code: str


class Task(NamedTuple):
    """One partition to be coded: paths and numbers, no note."""

    partition: Partition
    recipe: Recipe
    folder: str

    @property
    def number(self) -> int:
        """Of the partition and its part."""
        return self.partition.number

    @property
    def key(self) -> str:
        """Hash of all that decides the part's rows: its notes and the recipe."""
        _, *recipe = self.recipe
        return hashlib.sha256(json.dumps([self.partition.hash, *recipe]).encode()).hexdigest()


class Outcome(NamedTuple):
    """What became of a task: an unfinished file to be given its name, or why there is none."""

    number: int
    file: str = ""
    problem: str = ""


def recipe_of(codebook: Path, how: Combination, least: float) -> Recipe:
    """The recipe of a codebook's folder and a way to join its codings with the trained reader's."""
    book = load_codebook(codebook)
    if how != "rules":
        load_reader()  # trained once, before every process would
    return Recipe(
        str(codebook.resolve()),
        book.hash,
        book.version,
        how,
        least if how not in ("rules", "reader") else 0.0,
        reader_hash(how),
        code_fingerprint(),
    )


def reader_hash(how: Combination) -> str:
    """SHA-256 of the trained reader's weights on this machine; empty where none are there, or needed."""
    if how == "rules" or not WEIGHTS.is_file():
        return ""
    with WEIGHTS.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=1)
def code_fingerprint() -> str:
    """SHA-256 of the code of this room and the versions of Python and of the packages it codes with."""
    room = Path(__file__).parents[1]
    digest = hashlib.sha256(json.dumps(package_versions()).encode())
    for folder in (room, room / "reader", room / "parts"):
        for source in sorted(folder.glob("*.py")):
            digest.update(source.name.encode() + source.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide a coding."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, **{package: version(package) for package in _PACKAGES}}
