"""What stays on a disk of the processes that handle case material: their user's files alone, and no more."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook
from traitlets.config import PyFileConfigLoader
from typer.testing import CliRunner

from inspections import cli
from inspections.cli import rules
from inspections.confidential import secluded, temporary_files_in
from inspections.jupyter_server_config import ForgetfulKernelManager
from inspections.reviews.workbooks import save
from parameters import PROJECT

LAB = PROJECT / "inspections" / "jupyter_server_config.py"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture(autouse=True)
def _everybodys_umask() -> object:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_what_is_written_in_a_secluded_block_is_its_users_alone_and_after_it_no_more(tmp_path: Path) -> None:
    with secluded():
        (tmp_path / "inside").mkdir()
        (tmp_path / "inside" / "notes").write_text("", encoding="utf-8")
    (tmp_path / "page").write_text("", encoding="utf-8")
    assert mode(tmp_path / "inside") == 0o700
    assert mode(tmp_path / "inside" / "notes") == 0o600
    assert mode(tmp_path / "page") == 0o644


def test_a_crash_leaves_no_memory_on_the_disk(tmp_path: Path) -> None:
    crash = (
        "import os, resource; from inspections.confidential import seclude; seclude(); "
        "print(*resource.getrlimit(resource.RLIMIT_CORE), flush=True); os.abort()"
    )
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    ended = subprocess.run(
        [sys.executable, "-c", crash],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (most, most)),
        stdout=subprocess.PIPE,
    )
    assert ended.returncode < 0
    assert {int(limit) for limit in ended.stdout.split()} <= {0, 1}
    assert list(tmp_path.iterdir()) == []


def test_temporary_files_are_in_the_folder_given_and_gone_with_what_was_left_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("IPYTHONDIR", raising=False)
    before, folder = tempfile.gettempdir(), tmp_path / "restricted" / "temporary"
    folder.mkdir(parents=True)
    (folder / "left by a killed run").touch()
    with temporary_files_in(folder):
        assert list(folder.iterdir()) == []
        with tempfile.NamedTemporaryFile() as inside:
            assert Path(inside.name).parent == folder
        assert Path(os.environ["IPYTHONDIR"]).parent == folder
    assert not folder.exists()
    assert tempfile.gettempdir() in (before, str(tmp_path))
    assert "IPYTHONDIR" not in os.environ


def test_temporary_files_are_found_from_any_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with temporary_files_in(Path("audit") / ".temporary"):
        assert (
            Path(os.environ["TMPDIR"])
            == Path(os.environ["IPYTHONDIR"]).parent
            == tmp_path / "audit" / ".temporary"
        )


def test_a_workbook_is_written_without_a_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    workbook = Workbook()
    workbook.active["A1"] = "a note"
    save(workbook, tmp_path / "form.xlsx", dated=date(2026, 1, 5))
    assert [path.name for path in tmp_path.iterdir()] == ["form.xlsx"]


def test_kernels_of_jupyterlab_keep_no_history_and_their_traffic_is_encrypted(tmp_path: Path) -> None:
    loaded = PyFileConfigLoader(LAB.name, path=str(LAB.parent)).load_config()
    kernels = loaded.MappingKernelManager
    assert kernels.kernel_manager_class.endswith(ForgetfulKernelManager.__name__)
    assert kernels.transport_encryption == "required"
    command = ForgetfulKernelManager(kernel_name="python3").format_kernel_cmd()
    assert "--HistoryManager.enabled=False" in command
    assert os.umask(0o022) == 0o077


@pytest.mark.parametrize(("force", "expected"), [(["--force", "northshire"], 0o600), ([], 0o644)])
def test_units_of_a_force_that_count_otherwise_by_another_codebook_are_its_users_alone(
    force: list[str], expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves = pd.DataFrame({"case_id": ["NS/1"], "move": ["lost"]})
    for read in ("_diff_of_forces", "_diff_of_corpora"):
        monkeypatch.setattr(rules, read, lambda *_: (moves, moves))
    monkeypatch.setattr(rules, "read_codebook", lambda folder: folder)
    monkeypatch.setattr("nlp.audit.codebooks.compare_codebooks", lambda *_: ["a rule is new"])
    monkeypatch.setattr("nlp.audit.codebooks.version_problem", lambda *_: "")
    target = tmp_path / "moves.csv"
    CliRunner().invoke(cli.app, ["codebook", "diff", "old", "new", *force, "-o", str(target)])
    assert mode(target) == expected


def test_a_fault_that_nobody_foresaw_is_told_without_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("She said CANARY-TEXT and nothing else")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err + str(ended.value)
    assert "Stopped with ValueError" in said
    assert "test_confidential.py" in said
    assert "CANARY-TEXT and" not in said.replace(
        'raise ValueError("She said CANARY-TEXT and nothing else")', ""
    )
