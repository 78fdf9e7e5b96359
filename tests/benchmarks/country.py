"""A country at once: fictional forces are made, run, reported on and compared, and every note is coded.

What each command takes of clock, processors and memory, and how coding grows, in two tables. The work is
done in a copy of the project, so that no report folder of a made-up force is left among yours.

    python tests/benchmarks/country.py [--forces 43] [--notes 1000000] [--jobs 2] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import pandas as pd
import psutil
import spacy

from inspections.case_files import read_case_files, read_note_texts
from inspections.fictional.country import plan_country, write_country
from parameters import load_parameters

ROOT = Path(__file__).parents[2]
GIB = 1024**3
SAMPLED_EVERY = 0.5
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "evidence", "_site", "_release", "_generated", ".*_cache", "__pycache__"
)


class Spent(NamedTuple):
    """What a command took; memory is the most that it and its children held, shared pages once."""

    seconds: float
    processor: float
    peak: int


class Watch(Thread):
    """Samples the memory and processor time of a process and all its children."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak, self.ended = 0, Event()
        self._root = psutil.Process(pid)

    def run(self) -> None:
        while not self.ended.wait(SAMPLED_EVERY):
            self.peak = max(self.peak, sum(_held(process) for process in self._family()))

    def _family(self) -> list[psutil.Process]:
        try:
            return [self._root, *self._root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def _held(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(getattr(memory, "pss", 0) or memory.uss)


def spend(command: list[str], project: Path) -> Spent:
    """Run a command of the toolkit in a copy of the project; stop if it fails."""
    before = os.times()
    started = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(project)}
    process = subprocess.Popen(
        [sys.executable, "-m", "inspections.cli", *command], cwd=project, env=environment
    )
    watch = Watch(process.pid)
    watch.start()
    failed = process.wait()
    watch.ended.set()
    if failed:
        sys.exit(f"inspection {command[0]} ended with {failed}.")
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(time.perf_counter() - started, processor, watch.peak)


def write_notes(country: Path, forces: list[str], count: int, folder: Path) -> int:
    """Write so many notes, as the toolkit reads them, as a folder of Parquet files, one a force."""
    folder.mkdir()
    written = 0
    for number, force in enumerate(forces):
        files = read_case_files(load_parameters(country / f"{force}.yml"))
        table = read_note_texts(files, files.cases["case_id"]).head(count - written)
        table.to_parquet(folder / f"{number:03}.parquet", row_group_size=10_000)
        written += len(table)
        if written == count:
            break
    return written


def words_of(folder: Path) -> int:
    """Words of a folder of notes, one file at a time."""
    return sum(
        int(pd.read_parquet(file, columns=["text"])["text"].str.split().str.len().sum())
        for file in sorted(folder.glob("*.parquet"))
    )


def plain_spacy(folder: Path) -> float:
    """Words a second of processor that spaCy's blank English only cuts, as the limit."""
    texts = [text for file in sorted(folder.glob("*.parquet")) for text in pd.read_parquet(file)["text"]]
    nlp = spacy.blank("en")
    started = time.process_time()
    for _ in nlp.pipe(texts):
        pass
    return sum(len(text.split()) for text in texts) / (time.process_time() - started)


def run_country(work: Path, forces: int, notes: int, jobs: int) -> None:
    """Make the country, do all of it, and print the tables."""
    project, country = work / "project", work / "country"
    shutil.copytree(ROOT, project, ignore=LEFT_OUT)
    start = time.perf_counter()
    planned = plan_country(forces, notes)
    sizes = {force.force: held for force, held in write_country(country, planned, jobs=jobs)}
    print(
        f"made in {time.perf_counter() - start:,.0f} s: {sum(sizes.values()):,} notes of {len(sizes)} forces,"
    )
    print(f"{min(sizes.values()):,} to {max(sizes.values()):,} each", flush=True)
    files = [str(country / f"{force}.yml") for force in sizes]
    print("| what | minutes | processor minutes | peak memory, GiB |\n|---|---|---|---|")
    for name, command in {
        "run": ["run", *files, "--jobs", str(jobs)],
        "run again, nothing changed": ["run", *files, "--jobs", str(jobs)],
        "report": ["report", *files],
        "compare": ["compare"],
    }.items():
        spent = spend(command, project)
        print(
            f"| {name} | {spent.seconds / 60:.1f} | {spent.processor / 60:.1f} | {spent.peak / GIB:.2f} |",
            flush=True,
        )
    largest_first = sorted(sizes, key=lambda force: -sizes[force])
    print("| notes coded | by | words a second | of a processor | of plain spaCy | peak memory, GiB |")
    print("|---|---|---|---|---|---|")
    limit = 0.0
    for how, counts in {"rules": (10_000, 100_000, 1_000_000), "either": (10_000,)}.items():
        for count in (count for count in counts if count <= sum(sizes.values())):
            folder = work / f"notes-{count}"
            if not folder.exists():
                write_notes(country, largest_first, count, folder)
            limit = limit or plain_spacy(folder)
            words = words_of(folder)
            coded = [str(folder), "--output", f"{work / f'coded-{how}-{count}'}/"]
            spent = spend(["code", *coded, "--combine", how, "--jobs", str(jobs)], project)
            clock, processor = words / spent.seconds, words / spent.processor
            shares = f"{clock:,.0f} | {processor:,.0f} | {processor / limit:.2f}"
            print(f"| {count:,} | {how} | {shares} | {spent.peak / GIB:.2f} |", flush=True)


def main() -> None:
    """Take every figure and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forces", type=int, default=43)
    parser.add_argument("--notes", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--folder", type=Path, help="Where to work; by default a folder that is removed at the end."
    )
    asked = parser.parse_args()
    if asked.folder:
        run_country(asked.folder, asked.forces, asked.notes, asked.jobs)
        return
    with tempfile.TemporaryDirectory() as folder:
        run_country(Path(folder), asked.forces, asked.notes, asked.jobs)


if __name__ == "__main__":
    main()
