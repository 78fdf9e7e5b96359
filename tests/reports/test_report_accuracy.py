from __future__ import annotations

import csv
import re
import subprocess
import zipfile
from pathlib import Path

import pypandoc
import pytest
from project_copy import copy_project
from release_folder import build_release

from parameters import InspectionError
from reports import refresh
from reports.accuracy import Comment, add_comments, read_comments, write_draft

VALE = 'w:author="Supt A. Vale" w:date="2026-11-05T10:00:00Z"'


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A draft of Northshire's report for its check of facts."""
    root = copy_project(tmp_path_factory.mktemp("round") / "my project")
    refresh("northshire", build_release(root / "evidence"), root=root)
    return write_draft("northshire", root=root)


def edited(draft: Path, target: Path, *changes: tuple[str, str], comments: str = "") -> Path:
    """Do to the draft what a word processor writes when somebody edits it with changes tracked."""
    with zipfile.ZipFile(draft) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            if name == "word/document.xml":
                text = data.decode("utf-8")
                for old, new in changes:
                    assert text.count(old) == 1, old
                    text = text.replace(old, new)
                data = text.encode("utf-8")
            elif name == "word/comments.xml" and comments:
                text = data.decode("utf-8")
                data = re.sub(
                    r"(<w:comments[^>]*?)/?>(</w:comments>)?\s*$", rf"\1>{comments}</w:comments>", text
                )
                data = data.encode("utf-8")
            after.writestr(name, data)
    return target


def text_run(words: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def inserted(words: str, who: str = VALE) -> str:
    return f'<w:ins w:id="901" {who}>{text_run(words)}</w:ins>'


def deleted(words: str, who: str = VALE) -> str:
    run = f'<w:r><w:delText xml:space="preserve">{words}</w:delText></w:r>'
    return f'<w:del w:id="902" {who}>{run}</w:del>'


def comment(number: int, words: str) -> str:
    return f'<w:comment w:id="{number}" {VALE}><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:comment>'


def split(whole: str, part: str, middle: str) -> tuple[str, str]:
    """Replace part of a run of the draft by other markup."""
    head, _, tail = whole.partition(part)
    return text_run(whole), text_run(head) + middle + text_run(tail)


def find_run(draft: Path, words: str) -> str:
    """The whole run of the draft that holds these words."""
    with zipfile.ZipFile(draft) as file:
        text = file.read("word/document.xml").decode("utf-8")
    (run,) = [run for run in re.findall(r'<w:t xml:space="preserve">([^<]*)</w:t>', text) if words in run]
    return run


def plain(document: Path) -> str:
    return pypandoc.convert_file(str(document), "plain", extra_args=["--wrap=none"])


def test_every_paragraph_table_and_figure_of_a_draft_has_its_number_once_and_in_order(draft: Path) -> None:
    text = plain(draft)
    with zipfile.ZipFile(draft) as file:
        markup = file.read("word/document.xml").decode("utf-8")
    numbers = [int(found) for found in re.findall(r">\[(\d+)\]<", markup)]
    assert numbers
    assert numbers == list(range(1, len(numbers) + 1))
    assert "[1] People who report a rape to Northshire Police" in text
    assert re.search(r"\[\d+\] Table\s4: ", text)
    assert "Draft for a check of facts by Northshire Police. Not for publication" in text
    assert "What is not accurate" in text
    with zipfile.ZipFile(draft) as file:
        assert [name for name in file.namelist() if name.endswith(".svg")] == []
        assert len([name for name in file.namelist() if name.endswith(".png")]) == 2


def test_a_draft_of_the_same_text_has_the_same_bytes(draft: Path) -> None:
    before = draft.read_bytes()
    write_draft("northshire", root=draft.parents[3])
    assert draft.read_bytes() == before


def test_an_untouched_draft_holds_no_comment(draft: Path) -> None:
    assert read_comments(draft) == []


def test_tracked_changes_comments_and_the_table_come_back_with_paragraph_name_day_and_words(
    draft: Path, tmp_path: Path
) -> None:
    first = find_run(draft, "People who report a rape to Northshire")
    second = find_run(draft, "They are short.")
    fourth = find_run(draft, ", lead inspector")
    document = edited(
        draft,
        tmp_path / "back.docx",
        split(
            first, "a stranger", deleted("a stra") + deleted("nger") + inserted("an of") + inserted("ficer")
        ),
        split(
            second,
            "They are short.",
            f'<w:commentRangeStart w:id="7"/>{text_run("They are short.")}<w:commentRangeEnd w:id="7"/>'
            '<w:r><w:commentReference w:id="7"/></w:r>',
        ),
        split(fourth, "inspector", text_run("inspector") + inserted(" of this inspection")),
        split(find_run(draft, "The numbers in this report"), "a young method", deleted("a young method")),
        comments=comment(7, "Not all of them."),
    )
    found = read_comments(document)
    day = "2026-11-05T10:00:00Z"
    assert found == [
        Comment("1", "replaced", "Supt A. Vale", day, "a stranger", "an officer", "back.docx"),
        Comment("2", "comment", "Supt A. Vale", day, "They are short.", "Not all of them.", "back.docx"),
        Comment("3", "deleted", "Supt A. Vale", day, "a young method", "", "back.docx"),
        Comment(
            "4", "inserted", "Supt A. Vale", day, "after: Ruth Marlowe, lead inspector",
            "of this inspection", "back.docx",
        ),
    ]  # fmt: skip


def test_the_filled_in_table_comes_back_whether_typing_was_tracked_or_not(
    draft: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(draft) as file:
        text = file.read("word/document.xml").decode("utf-8")
    row = re.findall(r"<w:tr>(?:(?!</w:tr>).)*</w:tr>", text.rpartition("Your comments")[2], re.DOTALL)[1]
    empty = text_run("")
    cells = row.split(empty)
    assert len(cells) == 5
    typed = text_run("12").join(cells[:2]) + text_run("The period.") + cells[2] + empty + cells[3]
    typed += text_run("Det Supt Oak") + cells[4]
    tracked = inserted("para 14").join(cells[:2]) + inserted("The total.") + cells[2]
    tracked += inserted("Our log.") + cells[3] + empty + cells[4]
    rows = text.rpartition("Your comments")[2].count(row)
    table = row * rows
    document = edited(draft, tmp_path / "b.docx", (table, typed + tracked + row * (rows - 2)))
    assert [(each.paragraph, each.kind, each.who, each.what) for each in read_comments(document)] == [
        ("12", "table", "Det Supt Oak", "The period."),
        ("14", "table", "Supt A. Vale", "The total. (shown by: Our log.)"),
    ]


def test_answers_stay_when_the_same_document_or_a_later_one_is_read(draft: Path, tmp_path: Path) -> None:
    first = find_run(draft, "People who report a rape to Northshire")
    change = split(first, "a stranger", deleted("a stranger"))
    second = split(find_run(draft, "They are short."), "short", inserted("short"))
    path = tmp_path / "comments.csv"
    assert len(add_comments(path, read_comments(edited(draft, tmp_path / "one.docx", change)))) == 1
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    row["answer"] = "We kept the word."
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    new = add_comments(path, read_comments(edited(draft, tmp_path / "two.docx", change, second)))
    assert [each.kind for each in new] == ["inserted"]
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [row["answer"] for row in csv.DictReader(file)] == ["We kept the word.", ""]
    assert add_comments(path, read_comments(tmp_path / "two.docx")) == []


def test_reading_comments_leaves_the_authors_texts_alone(draft: Path, tmp_path: Path) -> None:
    folder = draft.parents[1]
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    change = split(find_run(draft, "They are short."), "short", deleted("short"))
    add_comments(
        folder / "accuracy-check" / "comments.csv",
        read_comments(edited(draft, tmp_path / "one.docx", change)),
    )
    (folder / "accuracy-check" / "comments.csv").unlink()
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_words_of_others_are_no_formula_in_the_list(tmp_path: Path) -> None:
    path = tmp_path / "comments.csv"
    harmful = Comment("1", "comment", "=A1", "", "", '=HYPERLINK("x")', "f.docx")
    assert add_comments(path, [harmful])[0].what.startswith("'=")
    assert add_comments(path, [harmful]) == []


def test_a_file_that_is_no_draft_or_no_word_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.docx"
    command = [pypandoc.get_pandoc_path(), "-f", "markdown", "-o", str(other)]
    subprocess.run(command, input="Hello.", check=True, encoding="utf-8")
    with pytest.raises(InspectionError, match="holds no numbered paragraph"):
        read_comments(other)
    (tmp_path / "text.docx").write_text("no zip", encoding="utf-8")
    with pytest.raises(InspectionError, match="cannot be read as a Word file"):
        read_comments(tmp_path / "text.docx")
    with pytest.raises(InspectionError, match="is not there"):
        read_comments(tmp_path / "nothing.docx")
