"""How fast notes are coded in parts: processes of this machine against workers of a Dask cluster, in one run.

    python tests/benchmarks/coding_in_parts.py [--notes 10000] [--notes-a-part 1000] [--how rules]
        [--local 1 2] [--dask 2 4] [--folder FOLDER]

Every way is timed in a process of its own on the same fictional notes, those of `coder_speed.py`. Workers of
the cluster are started before the clock; processes of this machine are started by the command, after it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
from coder_speed import CODEBOOK, MIB, write_notes


def code(engine: str, workers: int, notes: Path, folder: Path, how: Any, notes_a_part: int) -> dict[str, Any]:
    """Code the notes one way: seconds of the clock, hash, peak memory of all processes and of the largest."""
    from nlp.parts import Job, code_parts, in_processes, in_turn, on_cluster

    job = Job(notes, folder, CODEBOOK, how=how, notes_a_part=notes_a_part)
    with _Memory() as memory:
        if engine == "dask":
            from distributed import LocalCluster

            with LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
            ) as cluster:
                started = time.perf_counter()
                manifest = code_parts(job, on_cluster(cluster.scheduler_address))
                seconds = time.perf_counter() - started
        else:
            started = time.perf_counter()
            manifest = code_parts(job, in_processes(workers) if workers > 1 else in_turn)
            seconds = time.perf_counter() - started
    found = {name: manifest[name] for name in ("notes", "rows", "words", "hash")}
    return {
        **found,
        "parts": len(manifest["parts"]),
        "seconds": seconds,
        "all": memory.all,
        "one": memory.one,
    }


class _Memory:
    """The most memory this process and those it started have held at once, and the most of any, in bytes."""

    def __enter__(self) -> _Memory:
        self.all = self.one = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        here = psutil.Process()
        while not self._stop.wait(0.2):
            held = []
            for process in (here, *here.children(recursive=True)):
                try:
                    held.append(process.memory_info().rss)
                except psutil.Error:
                    continue  # it has just ended
            self.all, self.one = max(self.all, sum(held)), max(self.one, *held)


def _apart(*options: object) -> dict[str, Any]:
    command = [sys.executable, __file__, *map(str, options)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Time every way and print the ratios."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--notes", type=int, default=10_000)
    arguments.add_argument("--notes-a-part", type=int, default=1_000)
    arguments.add_argument("--how", default="rules")
    arguments.add_argument("--local", type=int, nargs="*", default=[1, 2], help="numbers of processes")
    arguments.add_argument("--dask", type=int, nargs="*", default=[2, 4], help="numbers of workers")
    arguments.add_argument("--folder", type=Path, help="where to keep notes and parts; by default deleted")
    arguments.add_argument("--engine", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.engine:
        workers = (given.dask if given.engine == "dask" else given.local)[0]
        notes, target = given.folder / f"{given.notes}.parquet", given.folder / f"{given.engine}{workers}"
        print(json.dumps(code(given.engine, workers, notes, target, given.how, given.notes_a_part)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        write_notes(folder, given.notes)
        shared = ["--notes", given.notes, "--notes-a-part", given.notes_a_part, "--how", given.how]
        ways = [("local", number) for number in given.local] + [("dask", number) for number in given.dask]
        print(f"{'':>8} {'seconds':>8} {'words/s':>9} {'times first':>12} {'MiB in all':>11} {'largest':>8}")
        hashes, first = set(), 0.0
        for engine, workers in ways:
            found = _apart("--engine", engine, f"--{engine}", workers, "--folder", folder, *shared)
            hashes.add(found["hash"])
            first = first or found["seconds"]
            print(
                f"{engine:>6} {workers} {found['seconds']:>8.1f} {found['words'] / found['seconds']:>9,.0f} "
                f"{first / found['seconds']:>12.2f} {found['all'] / MIB:>11,.0f} {found['one'] / MIB:>8,.0f}",
                flush=True,
            )
        print(f"{found['notes']:,} notes in {found['parts']} parts, same hash: {len(hashes) == 1}")


if __name__ == "__main__":
    main()
