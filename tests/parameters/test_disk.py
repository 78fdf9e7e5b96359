"""Files that are whole or not there, and a full or locked disk told in plain words."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from parameters.disk import copy_whole, disk_problem, whole_file, write_whole


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


def test_a_copy_that_a_disk_refuses_is_told_by_the_folder_it_goes_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: object, target: object, *_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "as the system says", str(source), None, str(target))

    write_whole(tmp_path / "kept.txt", "old")
    monkeypatch.setattr(shutil, "copyfile", full)
    for copy in (copy_whole, lambda *_: shutil.copytree(tmp_path, tmp_path / "to" / "there")):
        with pytest.raises(OSError) as caught:  # noqa: PT011
            copy(tmp_path / "kept.txt", tmp_path / "to" / "kept.txt")
        problem = disk_problem(caught.value, tmp_path)
        assert problem is not None
        assert problem.file.startswith(f"{tmp_path.as_posix()}/to")
        assert "no space left" in problem.message


def test_other_errors_are_not_the_disks(tmp_path: Path) -> None:
    assert disk_problem(FileNotFoundError(errno.ENOENT, "no such file", "x.csv"), tmp_path) is None
