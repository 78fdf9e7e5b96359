from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from release_folder import build_release, indicators

from parameters import InspectionError
from reports import refresh, render
from reports.changes import Flag, mark_read, read_changes
from reports.passages import stretches

SENTENCE = "Effort stood at {{< meta indicator.effort-balance.value >}}."
OTHER = "Of the files, {{< meta indicator.charged.value >}} ended in a charge."


class Author:
    """A force's report whose author writes at the end of the text, and whose evidence is made anew."""

    def __init__(self, project: Path, evidence: Path) -> None:
        self.root, self.evidence = project, evidence
        self.folder = project / "reports" / "northshire"
        self.text = (self.folder / "index.qmd").read_text(encoding="utf-8")

    def write(self, words: str) -> None:
        (self.folder / "index.qmd").write_text(f"{self.text}\n{words}\n", encoding="utf-8")

    def release(self, *, balance: float = -0.21, statement: str = "", name: str = "") -> Path:
        rows = indicators()
        next(row for row in rows if row["indicator"] == "effort-balance")["value"] = balance
        folder = build_release(self.evidence / f"{balance}{bool(statement)}", rows=rows)
        if statement:
            path = folder / "findings.json"
            findings: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
            next(entry for entry in findings if entry["id"] == name)["statement"] = statement
            path.write_text(json.dumps(findings), encoding="utf-8")
        return folder

    def refresh(self, **changes: Any) -> list[Flag]:
        refresh("northshire", self.release(**changes), root=self.root)
        return read_changes(self.folder)

    def sentences(self, **changes: Any) -> list[tuple[str, str]]:
        """Flagged sentences: the words, and the value as read and as it is now."""
        return [
            (flag.text, f"{change.before} to {change.now}")
            for flag in self.refresh(**changes)
            for change in flag.changes
            if flag.what == "sentence"
        ]


@pytest.fixture
def author(project: Path, tmp_path: Path) -> Author:
    return Author(project, tmp_path / "evidence")


def test_a_sentence_that_cites_a_number_which_changed_is_flagged_until_its_author_has_seen_it(
    author: Author,
) -> None:
    author.write(f"{SENTENCE} {OTHER}")
    assert author.refresh() == []
    for _ in range(2):
        assert author.sentences(balance=0.4) == [(SENTENCE, "−0.21 to +0.40")]
    (flag,) = [flag for flag in read_changes(author.folder) if flag.what == "sentence"]
    assert (
        (author.folder / "index.qmd")
        .read_text(encoding="utf-8")
        .splitlines()[flag.line - 1]
        .startswith(SENTENCE)
    )
    mark_read([author.folder], [flag.id])
    assert author.sentences(balance=0.4) == []


@pytest.mark.parametrize(
    "edited",
    [
        f"Another sentence. {SENTENCE}",
        f"{SENTENCE}\n\n## A chapter\n\nWith words.",
        SENTENCE.replace("stood", "stands"),
        f"{SENTENCE} {OTHER}",
    ],
)
def test_no_edit_clears_a_flag(edited: str, author: Author) -> None:
    author.write(SENTENCE)
    author.refresh()
    author.sentences(balance=0.4)
    author.write(edited)
    assert [change for _, change in author.sentences(balance=0.4)] == ["−0.21 to +0.40"]


def test_a_number_that_comes_back_to_what_was_read_needs_no_reading(author: Author) -> None:
    author.write(SENTENCE)
    author.refresh()
    assert author.sentences(balance=0.4)
    assert author.sentences() == []


def test_a_sentence_written_on_the_numbers_before_a_new_run_is_flagged(author: Author) -> None:
    author.refresh()
    author.write(SENTENCE)
    assert author.sentences(balance=0.4) == [(SENTENCE, "−0.21 to +0.40")]


def test_flags_outlive_the_generated_files(author: Author) -> None:
    author.write(SENTENCE)
    author.refresh()
    author.sentences(balance=0.4)
    shutil.rmtree(author.folder / "_generated")
    assert author.sentences(balance=0.4) == [(SENTENCE, "−0.21 to +0.40")]


def test_to_have_seen_one_number_is_not_to_have_seen_the_next(author: Author) -> None:
    author.write(SENTENCE)
    author.refresh()
    author.refresh(balance=0.4)
    mark_read([author.folder], [flag.id for flag in read_changes(author.folder)])
    assert author.sentences(balance=0.5) == [(SENTENCE, "+0.40 to +0.50")]


def test_sentences_are_cleared_one_by_one_and_an_unknown_id_clears_none(author: Author) -> None:
    author.write(f"{SENTENCE}\n\nAgain: {SENTENCE}")
    author.refresh()
    author.refresh(balance=0.4)
    first, second = [flag.id for flag in read_changes(author.folder) if flag.what == "sentence"]
    with pytest.raises(InspectionError, match='--seen is "0000", which is not a flag'):
        mark_read([author.folder], [first, "0000"])
    assert len(author.sentences(balance=0.4)) == 2
    mark_read([author.folder], [second])
    assert author.sentences(balance=0.4) == [(SENTENCE, "−0.21 to +0.40")]


def test_the_same_sentence_twice_is_two_flags(author: Author) -> None:
    author.write(f"{SENTENCE}\n\n{SENTENCE}")
    author.refresh()
    assert len(author.sentences(balance=0.4)) == 2


def test_a_finding_in_other_words_flags_the_chapter_the_judgement_and_the_recommendation_on_it(
    author: Author,
) -> None:
    author.refresh()
    changed = {"name": "suspect-gaps-noted-force", "statement": "The notes said so in two files."}
    flags = author.refresh(**changed)
    assert [flag.what for flag in flags] == [
        "chapter Headline findings",
        "chapter Suspect-focused investigation",
        "judgement no-plan",
        "recommendation 1",
        "earlier rasso-2023 1",
    ]
    assert {(change.name, change.now) for flag in flags for change in flag.changes} == {
        ("suspect-gaps-noted-force", "The notes said so in two files.")
    }
    decisions = (author.folder / "recommendations.yml").read_text(encoding="utf-8").splitlines()
    assert decisions[flags[2].line - 1].strip() == "- id: no-plan"
    for name, flag in (("pillar-1-judgements", flags[2]), ("recommendations", flags[3])):
        partial = (author.folder / "_generated" / f"{name}.md").read_text(encoding="utf-8")
        assert partial.count(f"Read again: {flag.id}") == 1

    text = (author.folder / "recommendations.yml").read_text(encoding="utf-8")
    text = text.replace("does not require an investigation", "does not ask an investigation")
    (author.folder / "recommendations.yml").write_text(text, encoding="utf-8")
    assert len(author.refresh(**changed)) == 5


def test_a_stop_half_way_loses_no_flag(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    author.write(SENTENCE)
    author.refresh()

    def stop(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("reports.partials.write_headline", stop)
    with pytest.raises(OSError, match="disk full"):
        author.refresh(balance=0.4)
    monkeypatch.undo()
    assert author.sentences(balance=0.4) == [(SENTENCE, "−0.21 to +0.40")]


def test_a_draft_shows_what_to_read_again_and_the_authors_text_is_left_alone(
    author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTO_PATH", str(author.root / "no quarto here"))
    author.write(f"{SENTENCE} And so on.\n\n## {SENTENCE}")
    author.refresh()
    flags = author.refresh(balance=0.4)
    before = (author.folder / "index.qmd").read_bytes()
    (report,) = render(["northshire"], site_folder=author.root / "_site", root=author.root)
    html = report.html.read_text(encoding="utf-8")
    assert all(html.count(flag.id) == 2 for flag in flags)
    assert f"[Read again: {flags[0].id}]</strong></span> And so on." in html
    assert "Draft: to be read again." in html
    assert "indicator.effort-balance.value." in html
    assert "−0.21" not in html.partition("Draft: to be read again.")[2].partition("</ul>")[0]
    assert (author.folder / "index.qmd").read_bytes() == before

    mark_read([author.folder], [flag.id for flag in flags])
    assert author.refresh(balance=0.4) == []
    (report,) = render(["northshire"], site_folder=author.root / "_site", root=author.root)
    assert "read again" not in report.html.read_text(encoding="utf-8").lower()


def test_a_text_is_cut_into_sentences_and_tables_headings_and_comments_are_left_whole() -> None:
    text = (
        "---\ntitle: T {{< meta a.b >}}\n---\n\n<!-- Not. This. -->\n\n## Head. Line\n\n"
        'First one, at 3.5 a day. "Second" (see {{< meta a.b >}}). Third\nover lines!\n\n'
        "| a. | B. |\n|--|--|\n"
    )
    found = [(text[each.start : each.end], each.mark) for each in stretches(text)]
    assert [words for words, mark in found if mark == "inline"] == [
        "First one, at 3.5 a day.",
        '"Second" (see {{< meta a.b >}}).',
        "Third\nover lines!",
    ]
    assert [words for words, mark in found if mark == "below"] == ["## Head. Line", "| a. | B. |\n|--|--|"]
    assert "title: T {{< meta a.b >}}" in [words for words, mark in found if mark == "nowhere"]
