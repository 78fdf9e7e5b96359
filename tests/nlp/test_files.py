"""Coding a file of notes: the same rows whatever the format, nothing half-written, no note in a message."""

import os
import signal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nlp import Coder, lots
from nlp.combine import Combination, read_twice
from nlp.files import NotesFileError, code_file
from nlp.lots import DoubleCoder
from nlp.processes import Processes

NOTES = pd.DataFrame(
    {
        "case_id": ["A/1", "A/1", "B/2"],
        "text": [
            "I do not find IP to be a credible witness.",
            "SUSP's handset seized and submitted to DFU.",
            "PNC and PND checks completed on SUSP, no trace.",
        ],
    }
)


@pytest.fixture(scope="module")
def rules(coder: Coder) -> DoubleCoder:
    return DoubleCoder(coder, how="rules")


def test_rows_are_the_same_in_every_format(rules: DoubleCoder, tmp_path: Path) -> None:
    NOTES.to_csv(tmp_path / "notes.csv", index=False)
    NOTES.to_parquet(tmp_path / "notes.parquet")
    for source in ("notes.csv", "notes.parquet"):
        for kind in ("parquet", "csv", "jsonl"):
            code_file(rules, tmp_path / source, tmp_path / f"{source}.coding.{kind}")
    expected = pd.read_parquet(tmp_path / "notes.csv.coding.parquet")
    assert expected["code"].tolist() == ["vic-disbelief", "sus-digital", "sus-history-intel"]
    assert expected["entry_no"].tolist() == [1, 2, 1]
    other = pd.read_csv(tmp_path / "notes.parquet.coding.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(expected, other, check_dtype=False)
    lines = pd.read_json(tmp_path / "notes.parquet.coding.jsonl", lines=True, dtype=False)
    pd.testing.assert_frame_equal(expected, lines, check_dtype=False)


SECRET = "what she told us"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("case,text\nA,b\n", "has no column case_id"),
        (f"case_id,entry_no,text\nA,{SECRET},1\n", "the entry_no of note 1 is not a whole number"),
        (f"case_id,text\nA,b\n,{SECRET}\n", "note 2 has no case_id"),
        (f"case_id,text\nA,{SECRET}\nB,x\nA,y\n", "note 3 goes back to an earlier case"),
        (f'case_id,text\nA,b\nB,{SECRET},"c"\n', "note 2 has 3 instead of 2 cells"),
        (f"case_id,text\nA,{SECRET}, and more\nB,c\n", "note 1 has 3 instead of 2 cells"),
        (f"case_id,text\nA,{SECRET},\nB,c,\n", "note 1 has 3 instead of 2 cells"),
        (f"text,case_id\n{SECRET},A\n{SECRET}\n", "note 2 has 1 instead of 2 cells"),
        (f'case_id,text\nA,"{SECRET}\nB,c\n', "a quotation mark is not closed"),
        (f"case_id,text,text\nA,b,{SECRET}\n", "more than one column text"),
        (f"case_id,text\nA,{SECRET} \xe9\n".encode("cp1252"), "is not UTF-8"),
    ],
)
def test_a_bad_file_is_refused_in_words_that_quote_no_note(
    rules: DoubleCoder, tmp_path: Path, content: str | bytes, message: str
) -> None:
    source = tmp_path / "notes.csv"
    source.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with pytest.raises(NotesFileError, match=message) as caught:
        code_file(rules, source, tmp_path / "coding.parquet")
    assert SECRET not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.csv"]


def test_a_note_of_any_length_and_lines_without_words_are_read_from_csv(
    rules: DoubleCoder, tmp_path: Path
) -> None:
    long = f"{NOTES['text'][0]} " * 5_000
    (tmp_path / "notes.csv").write_text(f'case_id,text\n\nA,"{long}"\n,\nB,"{NOTES["text"][1]}"\n', "utf-8")
    read = code_file(rules, tmp_path / "notes.csv", tmp_path / "coding.parquet")
    assert (read.entry_no, read.units) == (2, 5_001)


def test_a_broken_parquet_file_and_a_missing_folder_are_told(rules: DoubleCoder, tmp_path: Path) -> None:
    (tmp_path / "notes.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(NotesFileError, match="not a whole Parquet file"):
        code_file(rules, tmp_path / "notes.parquet", tmp_path / "coding.parquet")
    with pytest.raises(NotesFileError, match="there is no such folder"):
        code_file(rules, tmp_path / "notes.parquet", tmp_path / "away" / "coding.parquet")


def test_notes_are_never_overwritten_by_their_coding(rules: DoubleCoder, tmp_path: Path) -> None:
    notes = tmp_path / "notes.csv"
    NOTES.to_csv(notes, index=False)
    (tmp_path / "folder").mkdir()
    before = notes.read_bytes()
    with pytest.raises(NotesFileError, match="Give the codings another name"):
        code_file(rules, notes, tmp_path / "folder" / ".." / "notes.csv")
    assert notes.read_bytes() == before


def test_a_file_is_read_twice_as_a_table_of_notes_is(coder: Coder, tmp_path: Path) -> None:
    unsaid = "Not sure I buy this. She never said so to the first officer."
    notes = pd.DataFrame({"case_id": "A", "entry_no": range(1, 5), "text": [*NOTES["text"], unsaid]})
    notes = notes.assign(author_role="oic", entry_type="log")
    notes.to_parquet(tmp_path / "notes.parquet")
    code_file(DoubleCoder(coder), tmp_path / "notes.parquet", tmp_path / "coding.parquet")
    coding = pd.read_parquet(tmp_path / "coding.parquet")
    assert set(coding["source"]) == {"rules", "model"}
    pd.testing.assert_frame_equal(coding, read_twice(notes, coder).table, check_dtype=False)


def test_two_notes_of_one_number_are_read_twice_each_for_itself(coder: Coder, tmp_path: Path) -> None:
    notes = pd.DataFrame({"case_id": "A", "entry_no": 1, "text": NOTES["text"]})
    notes.to_parquet(tmp_path / "notes.parquet")
    code_file(DoubleCoder(coder), tmp_path / "notes.parquet", tmp_path / "coding.parquet")
    coding = pd.read_parquet(tmp_path / "coding.parquet")
    assert coding["code"].unique().tolist() == ["vic-disbelief", "sus-digital", "sus-history-intel"]


@pytest.mark.parametrize("how", ["rules", "either"])
def test_two_processes_write_the_same_bytes_as_one(
    coder: Coder, how: Combination, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lots, "_NOTES", 10)
    usual = [(f"A/{number // 5}", f"{NOTES['text'][number % 3]} Log {number}.") for number in range(42)]
    endless = [("B/1", "SUSP Marcus TILLBROOK arrested.")] + [("B/1", "Download of Tillbrook's phone.")] * 42
    notes = pd.DataFrame([*usual, *endless], columns=["case_id", "text"])
    notes.to_parquet(tmp_path / "notes.parquet")
    one, two = (
        code_file(
            DoubleCoder(coder, how=how), tmp_path / "notes.parquet", tmp_path / f"{jobs}.parquet", jobs=jobs
        )
        for jobs in (1, 2)
    )
    assert one == two
    assert one.entry_no == len(notes)
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    coding = pd.read_parquet(tmp_path / "2.parquet")
    by_rule = coding[coding["source"] == "rules"]
    assert (by_rule["case_id"] == "B/1").sum() == 43  # a name learnt in one lot serves the next


def test_case_references_that_are_numbers_are_written_as_text(rules: DoubleCoder, tmp_path: Path) -> None:
    pd.DataFrame({"case_id": [7, 7], "text": NOTES["text"][:2]}).to_parquet(tmp_path / "notes.parquet")
    code_file(rules, tmp_path / "notes.parquet", tmp_path / "coding.parquet")
    coding = pd.read_parquet(tmp_path / "coding.parquet")
    assert coding[["case_id", "entry_no"]].to_numpy().tolist() == [["7", 1], ["7", 2]]


def test_notes_without_a_code_make_an_empty_table(rules: DoubleCoder, tmp_path: Path) -> None:
    pd.DataFrame({"case_id": ["A"], "text": ["!!"]}).to_parquet(tmp_path / "notes.parquet")
    for kind in ("parquet", "csv"):
        code_file(rules, tmp_path / "notes.parquet", tmp_path / f"coding.{kind}")
    assert pd.read_parquet(tmp_path / "coding.parquet").empty
    assert pd.read_csv(tmp_path / "coding.csv").empty


def test_a_process_that_is_killed_is_told_and_not_waited_for(
    rules: DoubleCoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []

    class Killed(Processes):
        def give(self, number: int, task: Any) -> None:
            super().give(number, task)
            given.append(number)
            if len(given) == 2:
                pid = self._workers[0].process.pid
                assert pid is not None
                os.kill(pid, signal.SIGKILL)

    monkeypatch.setattr(lots, "Processes", Killed)
    long = NOTES["text"][0] * 20_000
    pd.DataFrame({"case_id": ["A", "B", "C"], "text": long}).to_parquet(tmp_path / "notes.parquet")
    with pytest.raises(NotesFileError, match="ended from outside"):
        code_file(rules, tmp_path / "notes.parquet", tmp_path / "coding.parquet", jobs=2)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.parquet"]
