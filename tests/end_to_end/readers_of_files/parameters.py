"""Parameters: of a force, of an inspection, its questions, and the words of reports."""

from __future__ import annotations

import shutil
from pathlib import Path

from parameters import PROJECT, load_parameters
from parameters.questions import load_questions
from parameters.words import load_words
from readers_of_files.reader import Reader


def _parameters(folder: Path) -> None:
    for name in ("northshire.yml", "inspection.yml", "questions.yml", "words.yml"):
        shutil.copy(PROJECT / "parameters" / name, folder / name)


def _read_force(folder: Path) -> None:
    load_parameters(folder / "northshire.yml")


READERS = (
    Reader("force", "northshire.yml", _parameters, _read_force),
    Reader("inspection", "inspection.yml", _parameters, _read_force),
    Reader.of_path("questions", "questions.yml", _parameters, load_questions),
    Reader.of_path("words", "words.yml", _parameters, load_words.__wrapped__),
)
