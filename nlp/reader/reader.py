"""The trained second reader of the notes: learnt from coded case files, it hears what no rule spells out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from nlp.codebook import ORIENTATIONS
from nlp.coder import CodedUnit
from nlp.reader.codes import ReadCode, codes_of_unit
from nlp.reader.corpus import CORPORA, Corpus, corpora_hash, read_corpora
from nlp.reader.matrices import Floats
from nlp.reader.plain import shown
from nlp.reader.ridge import (
    UNITS_AT_ONCE,
    Blocks,
    Likeness,
    Solution,
    Solved,
    Weighed,
    learn_likeness,
    solve,
    vocabulary_from,
)
from nlp.reader.targets import Scale, Targets, fit_scale, targets_of
from nlp.reader.views import View, views_of_corpus, views_of_note
from nlp.scan import whole
from nlp.units import Unit, cut_units
from parameters.disk import whole_file

__all__ = [
    "Reader",
    "fingerprint_of",
    "load_reader",
    "readers_without",
    "rebuild_reader",
    "stated_probability",
    "train_reader",
]

WEIGHTS = Path(__file__).parent / "weights.npz"
_NOTES_AT_ONCE = 100
_CUES_SHOWN = 4
_LEAST_SHARE = 0.005
_SURE = 0.5
_STATED = "probability"


@dataclass(frozen=True)
class Reader:
    """Codes notes as the coded case files it was trained on were coded.

    Attributes
    ----------
    likeness, solution, targets, scale
        What was learnt; see `ridge` and `targets`.
    hash
        Fingerprint of the corpora and the code it was made from.

    Examples
    --------
    >>> from nlp.reader import load_reader
    >>> table = load_reader().read(notes)                            # doctest: +SKIP
    """

    likeness: Likeness
    solution: Solution
    targets: Targets
    scale: Scale
    hash: str

    @property
    def id(self) -> str:
        """What the coding table's `rule_id` says of the reader's rows."""
        return f"reader-{self.hash[:8]}"

    def read(self, notes: pd.DataFrame, *, codebook_version: str = "") -> pd.DataFrame:
        """Code a table of notes.

        Parameters
        ----------
        notes
            Columns `case_id`, `entry_no`, `text`; `author_role` and `entry_type` are used where present.
        codebook_version
            Version of the codebook beside whose rules the reader reads; copied to the table.

        Returns
        -------
        DataFrame
            The coding table: `source` is "model"; `rule_id` names the trained reader; `cues` gives the
            calibrated probability of the code and the words that moved it most; `confidence` is "low"
            where that probability is below one half.
        """
        found = self.read_stream(notes.to_dict("records"), codebook_version=codebook_version)
        rows = [row for of_note in found for row in of_note]
        return pd.DataFrame(rows, columns=list(CodedUnit._fields)).astype({"counts": bool})

    def read_stream(
        self, notes: Iterable[Mapping[Any, Any]], *, codebook_version: str = ""
    ) -> Iterator[list[CodedUnit]]:
        """Code notes as they come, the rows of one note at a time; memory stays flat."""
        remaining = iter(notes)
        while batch := list(islice(remaining, _NOTES_AT_ONCE)):
            cuts = [_cut(note) for note in batch]
            views = [
                view
                for note, (text, units) in zip(batch, cuts, strict=True)
                for view in views_of_note(note, text, units)
            ]
            coded = self._coded(views, [unit for _, units in cuts for unit in units])
            for note, (_, units) in zip(batch, cuts, strict=True):
                yield [
                    self._row(note, unit, told, unit_no=unit_no, version=codebook_version)
                    for unit_no, unit in enumerate(units, start=1)
                    for told in next(coded)
                ]

    def probabilities(self, notes: pd.DataFrame) -> pd.DataFrame:
        """The calibrated probability of every target for every unit.

        Returns
        -------
        DataFrame
            Columns `case_id, entry_no, unit_no, start, end`, then one a target, such as
            "counted vic-disbelief" or "counted sus-" (any suspect-focused code counts).
        """
        places: list[dict[str, Any]] = []
        views: list[View] = []
        for note in notes.to_dict("records"):
            text, units = _cut(note)
            views += views_of_note(note, text, units)
            places += [
                {
                    "case_id": note["case_id"],
                    "entry_no": note["entry_no"],
                    "unit_no": unit_no,
                    "start": unit.start,
                    "end": unit.end,
                }
                for unit_no, unit in enumerate(units, start=1)
            ]
        found = self.scale.probabilities(self.solution.scores(self.likeness.blocks(views)))
        columns = ["case_id", "entry_no", "unit_no", "start", "end"]
        return pd.DataFrame(places, columns=columns).join(
            pd.DataFrame(found, columns=list(self.targets.names))
        )

    def _coded(self, views: Sequence[View], units: Sequence[Unit]) -> Iterator[list[_Told]]:
        """The codes of each unit, a few units weighed at once."""
        for at in range(0, len(views), UNITS_AT_ONCE):
            part = slice(at, at + UNITS_AT_ONCE)
            weighed = self.solution.weigh(self.likeness.blocks(views[part]))
            margins = (weighed.scores - self.scale.thresholds).tolist()
            codes = [
                codes_of_unit(
                    self.targets, dict(zip(self.targets.names, mine, strict=True)), checklist=unit.checklist
                )
                for mine, unit in zip(margins, units[part], strict=True)
            ]
            yield from _told(self, views[part], weighed, codes)

    def _row(
        self, note: Mapping[Any, Any], unit: Unit, told: _Told, *, unit_no: int, version: str
    ) -> CodedUnit:
        values = told.read.values
        return CodedUnit(
            case_id=note["case_id"],
            entry_no=note["entry_no"],
            unit_no=unit_no,
            start=unit.start,
            end=unit.end,
            code=told.read.code,
            orientation=ORIENTATIONS[told.read.code[:4]],
            polarity=values["polarity"],
            voice=values["voice"],
            status=values["status"],
            frame=values["frame"],
            purpose=values["purpose"],
            origin=values["origin"],
            flags="boilerplate" if values["boilerplate"] else "",
            counts=told.read.counts,
            rule_id=self.id,
            trigger="",
            cues=f"{_STATED} {told.probability:.2f}{told.moved_by}",
            source="model",
            confidence="high" if told.probability >= _SURE else "low",
            codebook_version=version,
        )


class _Told(NamedTuple):
    """A code, its probability and, for a code that can count, the words that moved it most."""

    read: ReadCode
    probability: float
    moved_by: str


def _told(
    reader: Reader, views: Sequence[View], weighed: Weighed, codes: Sequence[Sequence[ReadCode]]
) -> Iterator[list[_Told]]:
    """The codes of a few units with what speaks for them."""
    column = {name: at for at, name in enumerate(reader.targets.names)}
    chances = reader.scale.probabilities(weighed.scores)
    can_count = [
        (row, column[code.target])
        for row, here in enumerate(codes)
        for code in here
        if not code.code.startswith("oth-")
    ]
    shown_for = _words_shown(reader.likeness, views, weighed, can_count)
    for row, here in enumerate(codes):
        yield [
            _Told(
                code,
                float(chances[row, column[code.target]]),
                "" if code.code.startswith("oth-") else next(shown_for),
            )
            for code in here
        ]


def _words_shown(
    likeness: Likeness, views: Sequence[View], weighed: Weighed, asked: Sequence[tuple[int, int]]
) -> Iterator[str]:
    """The words that moved each score most; asked are pairs of unit and target."""
    if not asked:
        return
    rows, targets = zip(*asked, strict=True)
    shares = weighed.shares(rows, targets)
    for number, row in enumerate(rows):
        part = slice(*shares.wording.indptr[number : number + 2])
        columns, values = shares.wording.indices[part], shares.wording.data[part]
        moved = [
            *_by_words(likeness, views[row].wording, columns, values).items(),
            ("(heading and text above)", float(shares.context[number])),
        ]
        strongest = sorted(moved, key=lambda found: (-found[1], found[0]))[:_CUES_SHOWN]
        yield "".join(f"; {name} {share:+.2f}" for name, share in strongest if share >= _LEAST_SHARE)


def _by_words(
    likeness: Likeness, wording: str, columns: npt.NDArray[np.int32], shares: Floats
) -> dict[str, float]:
    """Shares by word and phrase; what letter sequences add is given to the words they stand in."""
    phrases, letters = (likeness.vocabularies[name] for name in ("phrases", "letters"))
    of_column = dict(zip(columns.tolist(), shares.tolist(), strict=True))
    found = {
        shown(name): of_column[column]
        for name in phrases.features(wording)
        if (column := phrases.columns.get(name)) is not None
    }
    pieces = {word: set(letters.of_word(word)) for word in wording.split()}
    holders = Counter(chain.from_iterable(pieces.values()))
    first = len(phrases.columns)
    each = {piece: of_column[first + piece] / held for piece, held in holders.items()}
    for word, here in pieces.items():
        name = shown(word)
        found[name] = found.get(name, 0.0) + sum(each[piece] for piece in here)
    return found


def stated_probability(table: pd.DataFrame) -> pd.Series[float]:
    """The probability that each row of a reader's coding table states, read back from its cues."""
    return table["cues"].str.extract(rf"^{_STATED} (\d\.\d+)")[0].astype(float)


@dataclass(frozen=True)
class _Training:
    """One training before thresholds are set; `usual` are the units of corpora that measure."""

    likeness: Likeness
    solved: Solved
    targets: Targets
    answers: Floats
    usual: npt.NDArray[np.bool_]

    def reader(self, *, fingerprint: str) -> Reader:
        """The reader, its thresholds and probabilities fitted to what units scored unseen.

        Corpora that only train may hold far more of what is hard than case files do, so how often a code
        stands is learnt from the others, where there are any.
        """
        known = ~np.isnan(self.solved.unseen).any(axis=1)
        if (known & self.usual).any():
            known &= self.usual
        scale = fit_scale(self.targets, self.solved.unseen[known], self.answers[known])
        return Reader(self.likeness, self.solved.solution, self.targets, scale, fingerprint)


def _train(corpus: Corpus) -> _Training:
    views = views_of_corpus(corpus)
    targets = targets_of(corpus.units)
    answers = targets.answers(corpus.units)
    writer_of = dict(zip(corpus.notes["case_id"], corpus.notes["writer"], strict=True))
    groups = [writer_of[unit.case_id] for unit in corpus.units]
    likeness = learn_likeness(views)
    measured = set(corpus.notes.loc[corpus.measures, "case_id"])
    usual = np.array([unit.case_id in measured for unit in corpus.units])
    return _Training(likeness, solve(likeness.blocks(views), answers, groups), targets, answers, usual)


def train_reader(corpus: Corpus, *, fingerprint: str = "") -> Reader:
    """Train a reader on a corpus: about two minutes on one core and 2.4 GB of memory for 21,000 units.

    Time grows with the cube and memory with the square of the number of units.
    """
    return _train(corpus).reader(fingerprint=fingerprint)


def readers_without(corpus: Corpus, writers: Iterable[str]) -> Iterator[Reader]:
    """For each of the writers a reader that never learnt from their coding, all from one training.

    Weights, thresholds and probabilities are those of a training without the writer. Only the vocabularies,
    which know words and no codes, were made with the writer's words among the others; a training anew,
    without those too, differs in the third decimal of F1.
    """
    made = _train(corpus)
    for writer in writers:
        yield replace(made, solved=made.solved.without(writer)).reader(fingerprint="unseen")


def load_reader(corpora: Path = CORPORA, weights: Path = WEIGHTS) -> Reader:
    """The reader trained on the corpora as they are now, trained first if its weights are missing or stale.

    Raises
    ------
    CorpusError
        When a corpus cannot be used.
    """
    if weights.is_file():
        reader = _read_weights(weights)
        if reader is not None and reader.hash == fingerprint_of(corpora):
            return reader
    return rebuild_reader(corpora, weights)


def rebuild_reader(corpora: Path = CORPORA, weights: Path = WEIGHTS) -> Reader:
    """Train on every corpus of a folder, keep the weights for `load_reader`, and give the reader back."""
    reader = train_reader(read_corpora(corpora), fingerprint=fingerprint_of(corpora))
    _write_weights(reader, weights)
    return reader


def _write_weights(reader: Reader, path: Path) -> None:
    """Write a reader as plain arrays (.npz, nothing that runs when it is read)."""
    arrays: dict[str, Any] = {"hash": np.array(reader.hash), "codes": np.array(reader.targets.codes)}
    for name, vocabulary in reader.likeness.vocabularies.items():
        arrays[f"features {name}"] = np.array(list(vocabulary.columns), dtype=np.str_)
        arrays[f"weights {name}"] = vocabulary.weights
    for name in _MATRICES:
        matrix = getattr(reader.solution.blocks, name)
        arrays[f"{name} shape"] = np.array(matrix.shape)
        arrays |= {f"{name} {part}": getattr(matrix, part) for part in _PARTS}
    arrays["solution"] = reader.solution.weights
    arrays |= {f"scale {name}": getattr(reader.scale, name) for name in _SCALE}
    with whole_file(path) as beside, beside.open("wb") as file:
        np.savez_compressed(file, **arrays)


_MATRICES = ("wording", "place", "context")
_PARTS = ("data", "indices", "indptr")
_SCALE = ("thresholds", "slopes", "intercepts")


def _read_weights(path: Path) -> Reader | None:
    """The reader in a file of weights, or None where it is of another make."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return _from_arrays(arrays)
    except (KeyError, ValueError, OSError, EOFError):
        return None


def _from_arrays(arrays: Mapping[str, Any]) -> Reader:
    names = [key.removeprefix("features ") for key in arrays if key.startswith("features ")]
    vocabularies = {
        name: vocabulary_from(name, arrays[f"features {name}"].tolist(), arrays[f"weights {name}"])
        for name in names
    }
    matrices = [
        sparse.csr_array(
            tuple(arrays[f"{name} {part}"] for part in _PARTS), shape=tuple(arrays[f"{name} shape"].tolist())
        )
        for name in _MATRICES
    ]
    return Reader(
        likeness=Likeness(vocabularies),
        solution=Solution(Blocks(*matrices), arrays["solution"]),
        targets=Targets(tuple(arrays["codes"].tolist())),
        scale=Scale(*(arrays[f"scale {name}"] for name in _SCALE)),
        hash=str(arrays["hash"]),
    )


def fingerprint_of(corpora: Path) -> str:
    """SHA-256 of the corpora and of all code that shapes what is learnt from them."""
    digest = hashlib.sha256(corpora_hash(corpora).encode())
    nlp = Path(__file__).parents[1]
    for source in (*sorted(Path(__file__).parent.glob("*.py")), nlp / "scan.py", nlp / "units.py"):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _cut(note: Mapping[Any, Any]) -> tuple[str, tuple[Unit, ...]]:
    text = note.get("text")
    text = whole(text) if isinstance(text, str) else ""
    return text, cut_units(text).units
