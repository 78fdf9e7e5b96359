"""Coding in parts: the rows and hash of one process whatever cuts and workers, and no row lost or doubled."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nlp import Codebook, Coder, lots
from nlp.combine import Combination
from nlp.files import NotesFileError, code_file
from nlp.lots import DoubleCoder
from nlp.parts import (
    Job,
    Outcome,
    Task,
    check_whole,
    code_parts,
    coding_hash,
    engines,
    in_processes,
    in_turn,
    tasks,
    worker,
)
from nlp.processes import Processes

CODEBOOK = Path(__file__).parents[2] / "nlp" / "codebook"
TEXTS = (
    "I do not find IP to be a credible witness.",
    "SUSP's handset seized and submitted to DFU.",
    "PNC and PND checks completed on SUSP, no trace.",
    "",
)
SECRET = "what she told us"


def notes_of_cases(*sizes: int) -> pd.DataFrame:
    """Cases of so many notes; each opens with a name that its later notes go on with."""
    rows = [
        (
            f"{case}/26",
            f"SUSP Marcus TILLBROOK{case} arrested."
            if not number
            else f"Download of Tillbrook{case}'s phone. {TEXTS[number % 4]}",
        )
        for case, size in enumerate(sizes)
        for number in range(size)
    ]
    return pd.DataFrame(rows, columns=["case_id", "text"]).assign(author_role="oic")


SIZES = (3, 1, 12, 2, 5, 30, 4, 1, 1, 8)


@pytest.fixture(autouse=True)
def _codebook_is_read_once(codebook: Codebook, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (tasks, worker):
        monkeypatch.setattr(module, "load_codebook", lambda _: codebook)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Notes in three files, of which a case spans two, with small row groups."""
    folder = tmp_path / "notes"
    (folder / "south").mkdir(parents=True)
    notes = notes_of_cases(*SIZES)
    for name, rows in (("a", notes[:23]), ("b", notes[23:45]), ("south/c", notes[45:])):
        rows.to_parquet(folder / f"{name}.parquet", row_group_size=7, index=False)
    return folder


@pytest.fixture
def job(dataset: Path, tmp_path: Path) -> Job:
    return Job(dataset, tmp_path / "coding", CODEBOOK, how="rules", notes_a_part=10)


def hash_of_one_process(coder: Coder, folder: Path, *, how: Combination = "rules") -> str:
    notes_of_cases(*SIZES).to_parquet(folder / "all.parquet")
    code_file(DoubleCoder(coder, how=how), folder / "all.parquet", folder / "one.parquet")
    return coding_hash(folder / "one.parquet")


def table_of(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder)


@pytest.mark.parametrize(("how", "size"), [("rules", 1), ("rules", 10), ("rules", 1_000), ("either", 10)])
def test_parts_hold_the_rows_of_one_process(
    job: Job, coder: Coder, tmp_path: Path, how: Combination, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lots, "_NOTES", 4)  # so that a case spans lots, and lots begin elsewhere in parts
    expected = hash_of_one_process(coder, tmp_path, how=how)
    job = Job(job.notes, job.folder, CODEBOOK, how=how, notes_a_part=size)
    manifest = code_parts(job)
    assert manifest["hash"] == expected
    assert manifest["notes"] == sum(SIZES)
    assert len(manifest["parts"]) == {1: len(SIZES), 10: 4, 1_000: 2}[size]
    pd.testing.assert_frame_equal(table_of(job.folder), pd.read_parquet(tmp_path / "one.parquet"))
    assert check_whole(job.folder) == manifest
    assert {path.stat().st_mode & 0o077 for path in job.folder.glob("part-*")} == {0}


def test_a_killed_process_is_replaced_and_no_row_is_lost_or_doubled(
    job: Job, coder: Coder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []

    class Killed(Processes):
        def give(self, number: int, task: Any) -> None:
            super().give(number, task)
            if not killed:
                killed.append(number)
                pid = self._workers[0].process.pid
                assert pid is not None
                os.kill(pid, signal.SIGKILL)

    monkeypatch.setattr(engines, "Processes", Killed)
    manifest = code_parts(job, in_processes(2))
    assert killed
    assert manifest["hash"] == hash_of_one_process(coder, tmp_path)
    assert sorted(path.name for path in job.folder.iterdir() if path.name != ".lock") == [
        "_manifest.json",
        *(f"part-00000{number}.parquet" for number in range(4)),
    ]


def test_a_partition_that_loses_two_processes_is_told(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killing(Processes):
        def give(self, number: int, task: Any) -> None:
            super().give(number, task)
            pid = self._workers[-1].process.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)

    monkeypatch.setattr(engines, "Processes", Killing)
    with pytest.raises(NotesFileError, match=r"a\.parquet, from note 1 on: .*so was the one that tried"):
        code_parts(job, in_processes(1))


class Stopped(Exception):
    """A run that is stopped between two parts."""


def test_a_run_that_was_stopped_goes_on_where_it_was(job: Job) -> None:
    whole = code_parts(job)
    kept = {path.name: path.read_bytes() for path in job.folder.iterdir()}
    for path in job.folder.iterdir():
        path.unlink()

    def stopped(tasks: Sequence[Task]) -> Iterator[Outcome]:
        yield from in_turn(tasks[:2])
        (job.folder / f".part-000002.{'0' * 32}.unfinished").write_bytes(b"half a part")
        os.link(job.folder / f".part-000002.{'0' * 32}.unfinished", job.folder / ".left")
        raise Stopped

    with pytest.raises(Stopped):
        code_parts(job, stopped)
    with pytest.raises(NotesFileError, match="no finished coding"):
        check_whole(job.folder)
    (job.folder / ".left").rename(job.folder / f".part-000002.{'1' * 32}.unfinished")  # as after a kill
    done: list[int] = []

    def counted(tasks: Sequence[Task]) -> Iterator[Outcome]:
        done.extend(task.number for task in tasks)
        yield from in_turn(tasks)

    assert code_parts(job, counted) == whole
    assert done == [2, 3]
    assert {path.name: path.read_bytes() for path in job.folder.iterdir()} == kept
    assert code_parts(job, counted) == whole
    assert done == [2, 3]


def test_only_the_parts_of_notes_that_changed_are_made_anew_and_only_when_asked(job: Job) -> None:
    before = code_parts(job)
    notes = pd.read_parquet(job.notes / "b.parquet")
    notes.loc[20, "text"] = "SUSP's car seized."
    notes.to_parquet(job.notes / "b.parquet", index=False)
    with pytest.raises(NotesFileError, match="1 of the parts there are of other notes"):
        code_parts(job)
    assert check_whole(job.folder) == before
    after = code_parts(job, replace=True)
    differ = [old["file"] for old, new in zip(before["parts"], after["parts"], strict=True) if old != new]
    assert differ == ["part-000002.parquet"]


def test_notes_that_change_while_they_are_coded_make_no_part(job: Job) -> None:
    def changing(tasks: Sequence[Task]) -> Iterator[Outcome]:
        notes_of_cases(20).assign(text=SECRET).to_parquet(job.notes / "a.parquet")
        yield from in_turn(tasks)

    with pytest.raises(NotesFileError, match="have changed since the command began") as caught:
        code_parts(job, changing)
    assert SECRET not in str(caught.value)
    assert not list(job.folder.glob("part-*"))


def test_what_an_unforeseen_error_says_is_not_told(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr(DoubleCoder, "code_lot", fail)
    with pytest.raises(NotesFileError, match=r"cannot be coded: KeyError at test_parts\.py:\d+") as caught:
        code_parts(job)
    assert SECRET not in str(caught.value)


def test_a_damaged_part_is_made_anew_or_told(job: Job) -> None:
    whole = code_parts(job)
    part = job.folder / "part-000001.parquet"
    content = part.read_bytes()
    part.write_bytes(content[: len(content) // 2])  # as when a machine stops while it writes
    assert code_parts(job) == whole
    assert part.read_bytes() == content
    told = pq.read_metadata(part).metadata[b"inspection"]
    rows = pq.read_table(part).slice(1).replace_schema_metadata(None)
    with pq.ParquetWriter(part, rows.schema) as file:
        file.write_table(rows)
        file.add_key_value_metadata({"inspection": told.decode()})
    with pytest.raises(NotesFileError, match=r"part-000001\.parquet: is damaged. Delete it"):
        code_parts(job)


def test_a_folder_that_holds_something_else_or_the_notes_is_refused(job: Job, tmp_path: Path) -> None:
    job.folder.mkdir()
    for told in ({}, {"inspection": "of another program"}, {"inspection": '{"key": "of another make"}'}):
        pa_table = pa.table({"case_id": ["A"]}).replace_schema_metadata(told)
        pq.write_table(pa_table, job.folder / "part-000000.parquet")
        with pytest.raises(NotesFileError, match="is no part of a coding"):
            code_parts(job)
        assert pq.read_table(job.folder / "part-000000.parquet").equals(pa_table)
    for folder in (job.notes, job.notes / "coding", tmp_path):
        with pytest.raises(NotesFileError, match="among the notes"):
            code_parts(Job(job.notes, folder, CODEBOOK, how="rules"))


def test_two_runs_in_one_folder_do_not_meet(job: Job) -> None:
    def second(tasks: Sequence[Task]) -> Iterator[Outcome]:
        with pytest.raises(NotesFileError, match="another run is at work there"):
            code_parts(job)
        yield from in_turn(tasks)

    code_parts(job, second)


def test_a_bad_note_is_told_by_file_and_row_before_any_is_coded(job: Job) -> None:
    notes = pd.read_parquet(job.notes / "b.parquet").assign(entry_no=[*map(str, range(21)), SECRET])
    notes.to_parquet(job.notes / "b.parquet")
    with pytest.raises(NotesFileError, match=r"b\.parquet: the entry_no of note 22") as caught:
        code_parts(job)
    assert SECRET not in str(caught.value)
    (job.notes / "b.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(NotesFileError, match=r"b\.parquet: is not a whole Parquet file"):
        code_parts(job)


def test_cases_that_are_begun_again_are_counted(tmp_path: Path) -> None:
    notes = pd.DataFrame({"case_id": list("AABBAAB"), "entry_no": range(7), "text": TEXTS[0]})
    notes.to_parquet(tmp_path / "notes.parquet")
    job = Job(tmp_path / "notes.parquet", tmp_path / "coding", CODEBOOK, how="rules")
    assert code_parts(job)["cases_begun_again"] == 2


def test_no_notes_make_a_whole_coding_without_rows(tmp_path: Path) -> None:
    notes_of_cases().to_parquet(tmp_path / "notes.parquet")
    manifest = code_parts(Job(tmp_path / "notes.parquet", tmp_path / "coding", CODEBOOK, how="rules"))
    assert (manifest["notes"], manifest["rows"]) == (0, 0)
    assert table_of(tmp_path / "coding").empty
