"""Every reader of bytes from outside: a valid file for it, how it is called, and what it may raise.

The valid files hold the canary wherever a note, a comment or another free text may stand.
"""

from __future__ import annotations

import atexit
import csv
import io
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

import pandas as pd
from harmed_files import CANARY
from openpyxl import Workbook, load_workbook
from PIL import Image, PngImagePlugin

from nlp import Coder, load_codebook
from nlp.audit import exchange
from nlp.codebook import Codebook
from nlp.files import NotesFileError, code_file
from nlp.lots import DoubleCoder
from nlp.reader import CorpusError
from nlp.reader.corpus import read_about, read_corpora
from nlp.yaml_lines import CodebookError
from parameters import PROJECT, InspectionError, Parameters, load_parameters
from parameters.questions import QuestionSet, load_questions
from parameters.words import load_words

__all__ = ["READERS", "Reader", "open_reader"]

CLEAR = (InspectionError, NotesFileError, CodebookError, CorpusError, exchange.ExchangeError)
"""The project's own errors: each names a file, a place, a rule and a remedy."""

TEXT = f"VIC said she {CANARY} and SUSP was arrested on 12/03/2025 by PC Tillbrook."
CASES = "Ref,Reported,Closed,Outcome\n" + "".join(
    f"W/{n},2025-01-{n + 9},2025-05-0{n},15\n" for n in range(1, 6)
)
NOTES = "Ref,Entered,Note\n" + "".join(
    f'W/{case},2025-01-{case + 10} 0{entry}:30,"{TEXT}"\n' for case in range(1, 6) for entry in (1, 2)
)


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


# --- parameters -----------------------------------------------------------------------------------------


def _parameters(folder: Path) -> None:
    for name in ("northshire.yml", "inspection.yml", "questions.yml", "words.yml"):
        shutil.copy(PROJECT / "parameters" / name, folder / name)


def _read_force(folder: Path) -> None:
    load_parameters(folder / "northshire.yml")


# --- extracts -------------------------------------------------------------------------------------------

_COLUMNS = {"case_id": "Ref", "reported_on": "Reported", "closed_on": "Closed", "outcome_type": "Outcome"}
_NOTE_COLUMNS = {"case_id": "Ref", "entered_at": "Entered", "text": "Note"}


def _mapped(cases: dict[str, Any], notes: dict[str, Any]) -> Parameters:
    base = _trial()
    sources = {"cases": {"columns": _COLUMNS, **cases}, "notes": {"columns": _NOTE_COLUMNS, **notes}}
    return Parameters.model_validate(
        {**base, "force": {"force": "westmoor", "name": "Westmoor", "sources": sources}}
    )


@cache
def _trial() -> dict[str, Any]:
    report = {
        "title": "Trial", "publisher": "Inspectorate", "author": "Team", "published": "2026-11-12",
        "contact": "team@inspectorate.example",
    }  # fmt: skip
    period = {"start": "2025-04-01", "end": "2026-03-31"}
    return {
        "inspection": {
            "id": "trial", "name": "Trial", "period": period, "sample": {"size": "all"}, "seed": "any",
            "report": report,
        }
    }  # fmt: skip


def _extract(folder: Path) -> None:
    (folder / "cases.csv").write_text(CASES, encoding="utf-8")
    (folder / "notes.csv").write_text(NOTES, encoding="utf-8")
    for name, text in (("cases", CASES), ("notes", NOTES)):
        table = pd.read_csv(io.StringIO(text), dtype=str)
        table.to_parquet(folder / f"{name}.parquet", index=False)
        table.to_excel(folder / f"{name}.xlsx", index=False)
    rows = [["", "Entered", ""], *csv.reader(NOTES.splitlines())]
    pd.DataFrame(rows).to_excel(folder / "notes-under-two.xlsx", index=False, header=False)


def _read_extract(cases: str, notes: str, folder: Path, **settings: Any) -> None:
    from inspections.case_files import read_case_files, read_note_texts

    given = ({"path": str(folder / name)} for name in (cases, notes))
    read = read_case_files(
        _mapped(*({**source, **settings} if "xlsx" in source["path"] else source for source in given))
    )
    read_note_texts(read, read.cases["case_id"])


def _database(folder: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(folder / "force.db")
    for name, text in (("cases", CASES), ("notes", NOTES)):
        pd.read_csv(io.StringIO(text), dtype=str).to_sql(name, connection, index=False)
    connection.close()


def _read_database(folder: Path) -> None:
    from inspections.case_files import read_case_files

    os.environ["HOSTILE_DATABASE"] = f"sqlite:///{folder / 'force.db'}"
    given = ({"url_from": "HOSTILE_DATABASE", "table": table} for table in ("cases", "notes"))
    read_case_files(_mapped(*given))


def _losses(folder: Path) -> None:
    lines = ["case_id,reason,note,recorded_by,recorded_on", f"W/1,not found,{CANARY},A. Khan,2026-01-02"]
    (folder / "lost.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _read_losses(folder: Path) -> None:
    from inspections.sampling.losses import read_losses

    read_losses(folder / "lost.csv")


# --- forms and workbooks --------------------------------------------------------------------------------


@cache
def _questions() -> QuestionSet:
    question = {
        "pillar": 1, "wording": "Was it done?", "yes_when": "All.", "partly_when": "Some.",
        "no_when": "None.",
        "evidence": "optional", "source": {"work": "a", "point": "all"},
    }  # fmt: skip
    stage = {"id": "FR", "title": "First", "questions": [{"id": f"FR{n}", **question} for n in (1, 2)]}
    return QuestionSet.model_validate(
        {"id": "trial", "title": "Trial", "sources": {"a": "A"}, "stages": [stage]}
    )


_REVIEWED = pd.DataFrame(
    [(f"W/{case}", entry) for case in (1, 2) for entry in (1, 2)], columns=["case_id", "entry_no"]
)


@cache
def _northshire() -> Parameters:
    return load_parameters(PROJECT / "parameters" / "northshire.yml")


def _forms(folder: Path) -> None:
    from inspections import reviews
    from inspections.reviews.forms import form_name, question_rows

    cases = pd.DataFrame({"case_id": ["W/1", "W/2"]})
    dealt = reviews.allot(
        cases, ("Ann Able", "Bo Best"), parameters=_northshire(), seed="s", second_share=1.0
    )
    reviews.make_forms(dealt, _questions(), folder, notes=_REVIEWED)
    reviews.write_allotment(dealt, folder / "allotment.json")
    for number, reviewer in enumerate(dealt.reviewers):
        path = folder / form_name(dealt, reviewer)
        book = load_workbook(path)
        for sheet in book.worksheets:
            if sheet.title.startswith("Case"):
                for row in question_rows(_questions()).values():
                    sheet[f"C{row}"], sheet[f"D{row}"], sheet[f"E{row}"] = ("yes", "no")[number], "1", CANARY
        book.save(path)
        path.rename(folder / f"form-{number}.xlsx")
    read = reviews.read_reviews(folder, dealt, _questions(), notes=_REVIEWED)
    (folder / "settled").mkdir()
    path = folder / "settled" / "adjudication.xlsx"
    reviews.make_adjudication(read, dealt, _questions(), path)
    book = load_workbook(path)
    for row in range(4, 4 + len(reviews.disagreements(read))):
        for column, settled in zip("JKLMN", ("yes", "1", "Cy Court", CANARY, date(2026, 11, 5)), strict=True):
            book["Disagreements"][f"{column}{row}"] = settled
    book.save(path)


def _read_forms(folder: Path) -> Any:
    from inspections import reviews

    dealt = reviews.read_allotment(folder / "allotment.json")
    return dealt, reviews.read_reviews(folder, dealt, _questions(), notes=_REVIEWED)


def _read_adjudication(folder: Path) -> None:
    from inspections import reviews

    dealt, read = _read_forms(folder)
    reviews.read_adjudication(
        folder / "settled" / "adjudication.xlsx", read, dealt, _questions(), notes=_REVIEWED
    )


def _round(folder: Path) -> None:
    from inspections.audit import ForceNotes, make_round, make_workbooks, read_coded, settle
    from inspections.audit.adjudication import DECIDED_BY
    from inspections.audit.workbooks import HEAD, UNITS, Layout, workbook_path

    notes = pd.DataFrame(
        [(f"F/{case}", 1, "OIC", f"{TEXT}\nSUSP arrested.") for case in range(4)],
        columns=["case_id", "entry_no", "author_role", "text"],
    )
    cases = pd.DataFrame({"case_id": sorted(set(notes["case_id"])), "weight": 1.0, "stratum": "all"})
    material = ForceNotes("made", notes, _rules().coder.code_notes(notes).table, cases)
    held = make_round(
        folder, "pilot", [material], ("Ann Able", "Bo Best"), codebook=_codebook(), seed="s", size=4
    )
    make_workbooks(held, _codebook())
    for number, coder in enumerate(held.coders):
        path = workbook_path(held, coder)
        book = load_workbook(path)
        for row in range(HEAD + 1, HEAD + 1 + len(held.units)):
            book[UNITS][f"{Layout().column['Code 1']}{row}"] = ("oth-admin", "vic-disbelief")[number]
            book[UNITS][f"{Layout().column['Comment']}{row}"] = CANARY
        book.save(path)
    settling = settle(held, read_coded(held, _codebook()), _codebook())
    assert settling is not None
    book, layout = load_workbook(settling), Layout(settling=True)
    book[UNITS][DECIDED_BY] = "Cy Court"
    for row in range(HEAD + 1, HEAD + 1 + len(held.units)):
        book[UNITS][f"{layout.column['Code 1']}{row}"] = "oth-admin"
        book[UNITS][f"{layout.column['Why']}{row}"] = CANARY
    book.save(settling)


def _read_round(folder: Path) -> None:
    from inspections.audit import open_round, read_coded, read_settled

    held = open_round(folder / "pilot")
    read_settled(held, read_coded(held, _codebook()), _codebook())


# --- codebook, corpora, codings -------------------------------------------------------------------------


@cache
def _codebook() -> Codebook:
    return load_codebook(PROJECT / "nlp" / "codebook")


@cache
def _rules() -> DoubleCoder:
    return DoubleCoder(Coder(_codebook()), how="rules")


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
    codes = exchange.project_codes(_codebook())
    exchange.write_project(folder / "project.qdpx", _FOUR, codings, codes, name="p", people=["Ann"])


def _read_project(folder: Path) -> None:
    read = exchange.read_project(folder / "project.qdpx", codes=_codebook().by_id)
    exchange.place(read, _FOUR)


def _tables(folder: Path) -> None:
    _FOUR.to_csv(folder / "table.csv", index=False)
    _FOUR.to_parquet(folder / "table.parquet", index=False)
    _FOUR.to_json(folder / "table.jsonl", orient="records", lines=True)


def _read_table(name: str) -> Callable[[Path], object]:
    def read(folder: Path) -> None:
        from inspections.audit.coding_tables import read_table

        read_table(folder / name, needed=("case_id", "entry_no", "text"))

    return read


def _code(name: str) -> Callable[[Path], object]:
    return lambda folder: code_file(_rules(), folder / name, folder / "coding.parquet")


# --- reports --------------------------------------------------------------------------------------------


_NORTHSHIRE = "reports/northshire"


def _report(folder: Path) -> None:
    from reports import refresh

    made = shutil.ignore_patterns(
        "_generated", "_metadata.yml", "as-read.json", "*.py", "__pycache__", "home"
    )
    shutil.copytree(PROJECT / "reports", folder / "reports", ignore=made)
    _release(folder)
    refresh("northshire", folder / "release", root=folder)


def _read_decisions(folder: Path) -> None:
    from reports.recommendations import read_decisions

    read_decisions(folder / _NORTHSHIRE / "recommendations.yml")


def _read_release_file(folder: Path) -> None:
    from reports.gate.release_file import load_release_file

    load_release_file(folder / _NORTHSHIRE / "release.yml")


def _read_catalogue(folder: Path) -> None:
    from reports.catalogue import load_catalogue

    load_catalogue(folder / "reports" / "recommendations.yml")


def _read_qmd(folder: Path) -> None:
    from reports.passages import chapter_headings, sentences
    from reports.source import read_source

    read_source(folder / _NORTHSHIRE / "index.qmd")
    text = (folder / _NORTHSHIRE / "index.qmd").read_text(encoding="utf-8")
    list(sentences(text, force="northshire"))
    chapter_headings(text)


def _read_register(folder: Path) -> None:
    from reports.register import read_register

    read_register(folder / "reports" / "register" / "earlier.csv", force="northshire")


def _release(folder: Path) -> None:
    sys.path.append(str(PROJECT / "tests" / "reports"))
    from release_folder import build_release

    build_release(folder / "release")


def _read_release(folder: Path) -> None:
    from reports.release import read_release

    read_release(folder / "release")


def _comments(folder: Path) -> None:
    import pypandoc

    change = "[remark]{.insertion author=A date=2026-01-01T00:00:00Z}"
    text = f"\\[1\\] The file shows {CANARY}.\n\nAnother {change} said."
    pypandoc.convert_text(text, "docx", format="markdown", outputfile=str(folder / "draft.docx"))
    heads = "paragraph,kind,who,when,about,what,file,answer"
    (folder / "comments.csv").write_text(
        f"{heads}\n1,comment,A,,x,{CANARY},draft.docx,yes\n", encoding="utf-8"
    )


def _read_comments(folder: Path) -> None:
    from reports.accuracy import add_comments, read_comments

    add_comments(folder / "comments.csv", read_comments(folder / "draft.docx"))


def _read_comment_list(folder: Path) -> None:
    from reports.accuracy import Comment, add_comments

    add_comments(folder / "comments.csv", [Comment("1", "comment", "B", "", "y", "z", "draft.docx")])


def _as_read(folder: Path) -> None:
    (folder / "_generated").mkdir()
    flags = "id,file,line,what,text,value,before,now\nabc,index.qmd,3,sentence,words,finding.a,1,2\n"
    (folder / "_generated" / "changes.csv").write_text(flags, encoding="utf-8")
    (folder / "as-read.json").write_text('{"abc": {"values": {"finding.a": "1"}}}', encoding="utf-8")
    (folder / "_generated" / "shown.json").write_text('{"finding.a": "2"}', encoding="utf-8")


def _read_as_read(folder: Path) -> None:
    from reports.changes import mark_read, read_changes

    mark_read([folder], [flag.id for flag in read_changes(folder)])


def _manifest(folder: Path) -> None:
    facts = {
        "steps": [{"step": "1_case_sample", "key": "x", "rows": [], "facts": {"frame": 3}, "outputs": {}}]
    }
    place = folder / "rasso-2026" / "northshire"
    place.mkdir(parents=True)
    (place / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")


def _read_manifest(folder: Path) -> None:
    from inspections.evidence import EvidenceFolder

    held = EvidenceFolder(folder, _northshire())
    held.last_facts()
    held.is_current()


# --- the release gate -----------------------------------------------------------------------------------

_PAGE = f"""<!DOCTYPE html><html lang="en">
<head><title>t</title><style>p {{ color: red }}</style></head><body>
<p class="{CANARY}" title="a&amp;b">{CANARY} <b>b</b>old</p><!-- c -->
<script>var a = "\\u0041";</script>
<img alt="x" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<a href="data:text/plain,x%20y">z</a></body></html>"""


def _site(folder: Path) -> None:
    (folder / "page.html").write_text(_PAGE, encoding="utf-8")
    (folder / "data.json").write_text(
        json.dumps({"a": ["<b>x</b>", 1, None, {"b": CANARY}]}), encoding="utf-8"
    )
    (folder / "data.csv").write_text(f'a,b\n1,"{CANARY}"\n', encoding="utf-8")
    (folder / "axe.json").write_text(
        '[{"url": "x", "violations": [{"id": "a", "help": "b"}]}]', encoding="utf-8"
    )
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", CANARY)
    Image.new("RGB", (3, 3)).save(folder / "picture.png", pnginfo=said)
    book = Workbook()
    cast("Any", book.active)["A1"] = CANARY
    book.save(folder / "table.xlsx")
    import typst

    page = f'#set document(title: "{CANARY}")\n#set page(width: 5cm, height: 5cm)\n{CANARY} words'
    (folder / "page.typ").write_text(page, encoding="utf-8")
    (folder / "page.pdf").write_bytes(typst.compile(folder / "page.typ"))


def _gate(name: str) -> Callable[[Path], object]:
    def read(folder: Path) -> None:
        from reports.gate.access import pdfs_accessible
        from reports.gate.html_page import read_page
        from reports.gate.pieces import read_file

        data = (folder / name).read_bytes()
        read_file(name, data)
        if name.endswith(".pdf"):
            pdfs_accessible({name: data})
        if name.endswith(".html"):
            read_page(data.decode("utf-8", "replace"))

    return read


def _read_axe(folder: Path) -> None:
    from reports.gate.access import axe_result

    axe_result(folder / "axe.json")


def _loaded(name: str, load: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda folder: load(folder / name)


READERS = tuple(
    Reader(*entry)
    for entry in (
        ("force", "northshire.yml", _parameters, _read_force),
        ("inspection", "inspection.yml", _parameters, _read_force),
        ("questions", "questions.yml", _parameters, _loaded("questions.yml", load_questions)),
        ("words", "words.yml", _parameters, _loaded("words.yml", load_words.__wrapped__)),
        ("cases as CSV", "cases.csv", _extract, lambda at: _read_extract("cases.csv", "notes.csv", at)),
        ("notes as CSV", "notes.csv", _extract, lambda at: _read_extract("cases.csv", "notes.csv", at)),
        ("cases as Excel", "cases.xlsx", _extract, lambda at: _read_extract("cases.xlsx", "notes.csv", at)),
        ("notes as Excel", "notes.xlsx", _extract, lambda at: _read_extract("cases.csv", "notes.xlsx", at)),
        (
            "notes as Excel under two headings", "notes-under-two.xlsx", _extract,
            lambda at: _read_extract("cases.csv", "notes-under-two.xlsx", at, header=[1, 2]),
        ),
        (
            "notes as Parquet", "notes.parquet", _extract,
            lambda at: _read_extract("cases.csv", "notes.parquet", at),
        ),
        ("database", "force.db", _database, _read_database),
        ("lost cases", "lost.csv", _losses, _read_losses),
        ("review form", "form-0.xlsx", _forms, _read_forms),
        ("allotment", "allotment.json", _forms, _read_forms),
        ("adjudication", "settled/adjudication.xlsx", _forms, _read_adjudication),
        ("coding workbook", "pilot/workbooks/pilot-ann-able.xlsx", _round, _read_round),
        ("settling workbook", "pilot/pilot-settling.xlsx", _round, _read_round),
        ("audit round", "pilot/round.json", _round, _read_round),
        ("audit round units", "pilot/units.parquet", _round, _read_round),
        ("code", "vic-disbelief.yml", _book, load_codebook),
        ("word classes", "words.yml", _book, load_codebook),
        ("context cues", "context.yml", _book, load_codebook),
        ("roles", "roles.yml", _book, load_codebook),
        ("corpus of entries", "own/entries.jsonl", _corpus, _read_corpus),
        ("corpus of units", "own/gold.jsonl", _corpus, _read_corpus),
        ("what a corpus says of itself", "own/corpus.yml", _corpus, _read_corpus),
        ("project", "project.qdpx", _project, _read_project),
        ("table as CSV", "table.csv", _tables, _read_table("table.csv")),
        ("table as JSON lines", "table.jsonl", _tables, _read_table("table.jsonl")),
        ("table as Parquet", "table.parquet", _tables, _read_table("table.parquet")),
        ("notes to code as CSV", "table.csv", _tables, _code("table.csv")),
        ("notes to code as Parquet", "table.parquet", _tables, _code("table.parquet")),
        ("recommendations", f"{_NORTHSHIRE}/recommendations.yml", _report, _read_decisions),
        ("release file", f"{_NORTHSHIRE}/release.yml", _report, _read_release_file),
        ("catalogue", "reports/recommendations.yml", _report, _read_catalogue),
        ("report text", f"{_NORTHSHIRE}/index.qmd", _report, _read_qmd),
        ("report metadata", f"{_NORTHSHIRE}/_metadata.yml", _report, _read_qmd),
        ("register", "reports/register/earlier.csv", _report, _read_register),
        ("released facts", "release/force.json", _release, _read_release),
        ("released findings", "release/findings.json", _release, _read_release),
        ("released figures", "release/figures.json", _release, _read_release),
        ("released indicators", "release/indicators.csv", _release, _read_release),
        ("Word file", "draft.docx", _comments, _read_comments),
        ("list of comments", "comments.csv", _comments, _read_comment_list),
        ("as read", "as-read.json", _as_read, _read_as_read),
        ("changes", "_generated/changes.csv", _as_read, _read_as_read),
        ("manifest", "rasso-2026/northshire/manifest.json", _manifest, _read_manifest),
        ("page", "page.html", _site, _gate("page.html")),
        ("published JSON", "data.json", _site, _gate("data.json")),
        ("published CSV", "data.csv", _site, _gate("data.csv")),
        ("published PDF", "page.pdf", _site, _gate("page.pdf")),
        ("published picture", "picture.png", _site, _gate("picture.png")),
        ("published workbook", "table.xlsx", _site, _gate("table.xlsx")),
        ("axe result", "axe.json", _site, _read_axe),
    )
)  # fmt: skip
