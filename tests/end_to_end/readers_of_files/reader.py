"""What a reader of files is, how harmed bytes are given to it, and what the valid files have in common."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harmed_files import CANARY

from nlp import Coder, load_codebook
from nlp.audit.exchange import ExchangeError
from nlp.codebook import Codebook
from nlp.files import NotesFileError
from nlp.lots import DoubleCoder
from nlp.reader import CorpusError
from nlp.yaml_lines import CodebookError
from parameters import PROJECT, InspectionError, Parameters, load_parameters

__all__ = ["TEXT", "OpenReader", "Reader", "codebook", "northshire", "open_reader", "rules"]

CLEAR = (InspectionError, NotesFileError, CodebookError, CorpusError, ExchangeError)
"""The project's own errors: each names a file, a place, a rule and a remedy."""

TEXT = f"VIC said she {CANARY} and SUSP was arrested on 12/03/2025 by PC Tillbrook."


@dataclass(frozen=True)
class Reader:
    """One way in.

    Attributes
    ----------
    name, file
        What it is called here; the file that is harmed, from the folder that `make` fills.
    make
        Writes a folder in which the file is valid.
    read
        Reads the folder as a command would.
    """

    name: str
    file: str
    make: Callable[[Path], None]
    read: Callable[[Path], object]

    @property
    def kind(self) -> str:
        """Ending of the file."""
        return Path(self.file).suffix

    @classmethod
    def of_path(
        cls, name: str, file: str, make: Callable[[Path], None], load: Callable[[Path], object]
    ) -> Reader:
        """A reader that is given the path of the file and nothing else."""
        return cls(name, file, make, lambda folder: load(folder / file))


class _Logged(logging.Handler):
    """What libraries log, which goes to the terminal as messages do."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class OpenReader:
    """A reader with its folder on disk; harmed bytes are put in the place of the valid ones."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self.reader, self.folder = reader, folder
        reader.make(folder)
        self.path = folder / reader.file
        self.valid = self.path.read_bytes()
        self._others = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def read(self, data: bytes) -> str:
        """Read the folder with these bytes: what was told, "" where it was read.

        Raises
        ------
        Exception
            Whatever the reader raises that is not one of the project's own errors.
        """
        self.path.write_bytes(data)
        logged = _Logged()
        logging.getLogger().addHandler(logged)
        told = ""
        try:
            self.reader.read(self.folder)
        except CLEAR as error:
            told = str(error) or "(no words)"
        finally:
            logging.getLogger().removeHandler(logged)
            self._restore()
        return "\n".join([told, *logged.lines]).strip()

    def _restore(self) -> None:
        for path in [path for path in self.folder.rglob("*") if path.is_file() and path not in self._others]:
            path.unlink()
        for path, content in self._others.items():
            if path == self.path or not path.is_file():
                path.write_bytes(content)


@cache
def open_reader(reader: Reader) -> OpenReader:
    """The reader with its folder, made once a process."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return OpenReader(reader, folder)


@cache
def northshire() -> Parameters:
    """Parameters of a fictional force."""
    return load_parameters(PROJECT / "parameters" / "northshire.yml")


@cache
def codebook() -> Codebook:
    """The codebook as it stands."""
    return load_codebook(PROJECT / "nlp" / "codebook")


@cache
def rules() -> DoubleCoder:
    """Codes by the rules alone."""
    return DoubleCoder(Coder(codebook()), how="rules")
