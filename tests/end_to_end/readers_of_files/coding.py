"""Coding: the codebook, coded corpora, projects of other programs, tables of notes and notes to code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
from harmed_files import CANARY

from inspections.audit.coding_tables import read_table
from nlp import load_codebook
from nlp.audit import exchange
from nlp.files import code_file
from nlp.reader.corpus import read_about, read_corpora
from parameters import PROJECT
from readers_of_files.reader import TEXT, Reader, codebook, rules


def _book(folder: Path) -> None:
    for path in (PROJECT / "nlp" / "codebook").glob("*.yml"):
        shutil.copy(path, folder)


def _corpus(folder: Path) -> None:
    place = folder / "own"
    place.mkdir()
    notes = [
        {"case_id": "A", "entry_no": n, "author_role": "OIC", "entry_type": "", "text": TEXT} for n in (1, 2)
    ]
    codes = [{"code": "vic-disbelief", "polarity": "affirmed"}]
    units = [{"unit_id": f"A/{n}/1", "start": 0, "end": 9, "codes": codes, "flags": []} for n in (1, 2)]
    for name, rows in (("entries", notes), ("gold", units)):
        (place / f"{name}.jsonl").write_text(
            "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
        )
    (place / "corpus.yml").write_text("coded_by: two people\nfictional: true\n", encoding="utf-8")


def _read_corpus(folder: Path) -> None:
    read_about(folder)
    read_corpora(folder)


_FOUR = pd.DataFrame([("A/1", n, TEXT) for n in (1, 2, 3, 4)], columns=["case_id", "entry_no", "text"])


def _project(folder: Path) -> None:
    spans = [("A/1", n, 0, 12, "vic-disbelief", "Ann", CANARY) for n in (1, 2)]
    codings = pd.DataFrame(spans, columns=list(exchange.CODINGS))
    codes = exchange.project_codes(codebook())
    exchange.write_project(folder / "project.qdpx", _FOUR, codings, codes, name="p", people=["Ann"])


def _read_project(folder: Path) -> None:
    read = exchange.read_project(folder / "project.qdpx", codes=codebook().by_id)
    exchange.place(read, _FOUR)


def _tables(folder: Path) -> None:
    _FOUR.to_csv(folder / "table.csv", index=False)
    _FOUR.to_parquet(folder / "table.parquet", index=False)
    _FOUR.to_json(folder / "table.jsonl", orient="records", lines=True)


def _read_table(path: Path) -> None:
    read_table(path, needed=("case_id", "entry_no", "text"))


def _code(path: Path) -> None:
    code_file(rules(), path, path.with_name("coding.parquet"))


READERS = (
    Reader("code", "vic-disbelief.yml", _book, load_codebook),
    Reader("word classes", "words.yml", _book, load_codebook),
    Reader("context cues", "context.yml", _book, load_codebook),
    Reader("roles", "roles.yml", _book, load_codebook),
    Reader("corpus of entries", "own/entries.jsonl", _corpus, _read_corpus),
    Reader("corpus of units", "own/gold.jsonl", _corpus, _read_corpus),
    Reader("what a corpus says of itself", "own/corpus.yml", _corpus, _read_corpus),
    Reader("project", "project.qdpx", _project, _read_project),
    Reader.of_path("table as CSV", "table.csv", _tables, _read_table),
    Reader.of_path("table as JSON lines", "table.jsonl", _tables, _read_table),
    Reader.of_path("table as Parquet", "table.parquet", _tables, _read_table),
    Reader.of_path("notes to code as CSV", "table.csv", _tables, _code),
    Reader.of_path("notes to code as Parquet", "table.parquet", _tables, _code),
)
