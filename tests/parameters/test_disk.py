"""Files that are whole or not there, and a full or locked disk told in plain words."""

import errno
import os
from pathlib import Path

import pytest

from parameters.disk import disk_problem, whole_file, write_whole


def test_a_file_keeps_its_old_content_until_all_of_the_new_is_written(tmp_path: Path) -> None:
    target = tmp_path / "kept.txt"
    write_whole(target, "old")
    with whole_file(target) as beside:
        beside.write_text("half of the n", encoding="utf-8")
        assert target.read_text(encoding="utf-8") == "old"
        beside.write_text("new", encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "kept.txt"
    write_whole(target, "old")
    with pytest.raises(ZeroDivisionError), whole_file(target) as beside:
        beside.write_text("new" * (1 // (beside.write_text("ne", encoding="utf-8") - 2)), encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_a_killed_process_left_of_a_file_goes_when_it_is_written_again(tmp_path: Path) -> None:
    gone, here = 2**22 + 1, os.getppid()  # the first is above the highest number a process can have on Linux
    for process in (gone, here):
        (tmp_path / f".kept.txt.{process}.new").write_text("half", encoding="utf-8")
    write_whole(tmp_path / "kept.txt", "whole")
    assert {path.name for path in tmp_path.iterdir()} == {"kept.txt", f".kept.txt.{here}.new"}


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "no space left"), (errno.EROFS, "can only be read"), (errno.EACCES, "may not be used")],
)
def test_a_disk_that_refuses_is_told_by_its_folder(number: int, words: str, tmp_path: Path) -> None:
    by_file = disk_problem(OSError(number, "as the system says", str(tmp_path / "a" / "b.csv")), tmp_path)
    assert by_file is not None
    assert by_file.file.endswith("/a")
    assert words in by_file.message
    by_number = disk_problem(number, tmp_path)
    assert by_number is not None
    assert by_number.file == tmp_path.as_posix()


def test_other_errors_are_not_the_disks(tmp_path: Path) -> None:
    assert disk_problem(FileNotFoundError(errno.ENOENT, "no such file", "x.csv"), tmp_path) is None
