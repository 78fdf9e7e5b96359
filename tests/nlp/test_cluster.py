"""Coding on a Dask cluster: the rows and hash of one process, also where a worker is killed on the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from nlp import Coder
from nlp.files import code_file
from nlp.lots import DoubleCoder
from nlp.parts import Job, code_parts, coding_hash, on_cluster

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install -e '.[dev]'")

CODEBOOK = Path(__file__).parents[2] / "nlp" / "codebook"
NOTES = 240
TEXTS = ("I do not find IP to be a credible witness.", "SUSP's handset seized and submitted to DFU. " * 20)


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shared") / "notes.parquet"
    table = pd.DataFrame({"case_id": [f"{number // 5}/26" for number in range(NOTES)]})
    table["text"] = [f"{TEXTS[number % 2]} Log {number}." for number in range(NOTES)]
    table.to_parquet(path, row_group_size=100)
    return path


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """A folder of certificates, as the owner of a cluster would make them; None without openssl."""
    if not shutil.which("openssl"):
        return None
    folder = tmp_path_factory.mktemp("tls")
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
    ]
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run([*made, *files], check=True, capture_output=True)
    shutil.copy(folder / "cert.pem", folder / "ca.pem")
    return folder


@pytest.fixture(scope="module")
def cluster(certificates: Path | None) -> Iterator[distributed.LocalCluster]:
    """Two workers in processes of their own, each watched by a nanny that starts it anew."""
    security = None
    if certificates:
        cert, key = str(certificates / "cert.pem"), str(certificates / "key.pem")
        security = distributed.Security(
            require_encryption=True,
            tls_ca_file=str(certificates / "ca.pem"),
            **{f"tls_{role}_cert": cert for role in ("scheduler", "worker", "client")},
            **{f"tls_{role}_key": key for role in ("scheduler", "worker", "client")},
        )
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        security=security,
        protocol="tls://" if security else "tcp://",
    ) as running:
        yield running


def test_a_worker_that_is_killed_changes_nothing(
    cluster: distributed.LocalCluster, certificates: Path | None, notes: Path, coder: Coder, tmp_path: Path
) -> None:
    code_file(DoubleCoder(coder, how="rules"), notes, tmp_path / "one.parquet")
    job = Job(notes, tmp_path / "coding", CODEBOOK, how="rules", notes_a_part=40)
    pids = [nanny.pid for nanny in cluster.workers.values()]

    def kill_one(done: int, parts: int) -> None:
        if done == 1:
            os.kill(pids[0], signal.SIGKILL)

    manifest = code_parts(job, on_cluster(cluster.scheduler_address, tls=certificates), progress=kill_one)
    assert manifest["hash"] == coding_hash(tmp_path / "one.parquet")
    assert (manifest["notes"], len(manifest["parts"])) == (NOTES, 6)
    assert not list(job.folder.glob("*.unfinished"))
