"""Reports: what authors write, the release they write from, remarks on a draft, passages as read."""

from __future__ import annotations

import sys
from pathlib import Path

import pypandoc
from harmed_files import CANARY
from project_copy import copy_project

from parameters import PROJECT
from readers_of_files.reader import Reader
from reports import refresh
from reports.accuracy import Comment, add_comments, read_comments
from reports.catalogue import load_catalogue
from reports.changes import mark_read, read_changes
from reports.gate.release_file import load_release_file
from reports.passages import chapter_headings, sentences
from reports.recommendations import read_decisions
from reports.register import read_register
from reports.release import read_release
from reports.source import read_source

_NORTHSHIRE = "reports/northshire"


def _report(folder: Path) -> None:
    copy_project(folder)
    _release(folder)
    refresh("northshire", folder / "release", root=folder)


def _read_qmd(folder: Path) -> None:
    read_source(folder / _NORTHSHIRE / "index.qmd")
    text = (folder / _NORTHSHIRE / "index.qmd").read_text(encoding="utf-8")
    list(sentences(text, force="northshire"))
    chapter_headings(text)


def _read_register(path: Path) -> None:
    read_register(path, force="northshire")


def _release(folder: Path) -> None:
    sys.path.append(str(PROJECT / "tests" / "reports"))
    from release_folder import build_release

    build_release(folder / "release")


def _read_release(folder: Path) -> None:
    read_release(folder / "release")


def _comments(folder: Path) -> None:
    change = "[remark]{.insertion author=A date=2026-01-01T00:00:00Z}"
    text = f"\\[1\\] The file shows {CANARY}.\n\nAnother {change} said."
    pypandoc.convert_text(text, "docx", format="markdown", outputfile=str(folder / "draft.docx"))
    heads = "paragraph,kind,who,when,about,what,file,answer"
    (folder / "comments.csv").write_text(
        f"{heads}\n1,comment,A,,x,{CANARY},draft.docx,yes\n", encoding="utf-8"
    )


def _read_comments(folder: Path) -> None:
    add_comments(folder / "comments.csv", read_comments(folder / "draft.docx"))


def _read_comment_list(folder: Path) -> None:
    add_comments(folder / "comments.csv", [Comment("1", "comment", "B", "", "y", "z", "draft.docx")])


def _as_read(folder: Path) -> None:
    (folder / "_generated").mkdir()
    flags = "id,file,line,what,text,value,before,now\nabc,index.qmd,3,sentence,words,finding.a,1,2\n"
    (folder / "_generated" / "changes.csv").write_text(flags, encoding="utf-8")
    (folder / "as-read.json").write_text('{"abc": {"values": {"finding.a": "1"}}}', encoding="utf-8")
    (folder / "_generated" / "shown.json").write_text('{"finding.a": "2"}', encoding="utf-8")


def _read_as_read(folder: Path) -> None:
    mark_read([folder], [flag.id for flag in read_changes(folder)])


READERS = (
    Reader.of_path("recommendations", f"{_NORTHSHIRE}/recommendations.yml", _report, read_decisions),
    Reader.of_path("release file", f"{_NORTHSHIRE}/release.yml", _report, load_release_file),
    Reader.of_path("catalogue", "reports/recommendations.yml", _report, load_catalogue),
    Reader("report text", f"{_NORTHSHIRE}/index.qmd", _report, _read_qmd),
    Reader("report metadata", f"{_NORTHSHIRE}/_metadata.yml", _report, _read_qmd),
    Reader.of_path("register", "reports/register/earlier.csv", _report, _read_register),
    Reader("released facts", "release/force.json", _release, _read_release),
    Reader("released findings", "release/findings.json", _release, _read_release),
    Reader("released figures", "release/figures.json", _release, _read_release),
    Reader("released indicators", "release/indicators.csv", _release, _read_release),
    Reader("Word file", "draft.docx", _comments, _read_comments),
    Reader("list of comments", "comments.csv", _comments, _read_comment_list),
    Reader("as read", "as-read.json", _as_read, _read_as_read),
    Reader("changes", "_generated/changes.csv", _as_read, _read_as_read),
)
