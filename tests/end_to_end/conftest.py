"""Whole runs that several tests look at."""

from __future__ import annotations

import pytest
from whole_run import WholeRun, whole_run

from parameters import PROJECT


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[WholeRun]:
    """The same fictional force, run and rendered twice from nothing by the embedded path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUARTO_PATH", str(tmp_path_factory.mktemp("no-quarto") / "quarto"))
        return [
            whole_run(PROJECT / "parameters" / "saltmere.yml", tmp_path_factory.mktemp("run")) for _ in "ab"
        ]
