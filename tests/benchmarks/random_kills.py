"""Kill whole runs with SIGKILL at random moments, and hold what the next ones write to the byte.

A small fictional force is run, coded and reported in a copy of the project, undisturbed. Then the same is
done from nothing again and again: its processes are killed together or, one time in three, the command alone,
so that what it started is left over; the same commands are given at once, killed again, and so on, until they
come to their end. Then every file is compared with the undisturbed one. All the while, and after each kill,
every file under a final name has to be whole.

    python tests/benchmarks/random_kills.py --kills 200
    python tests/benchmarks/random_kills.py --kills 100 --every-file 1

The second kills at every new file in turn, not at random. What is a time or drawn anew each time is not
compared: the times in the manifest; in notebooks those, ids of cells and tables, and addresses in memory.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pyarrow.parquet as pq

PROJECT = Path(__file__).resolve().parents[2]
FORCE = "saltmere"
EVIDENCE = Path("rasso-2026") / FORCE
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "evidence", "_site", "_generated", "_metadata.yml", "tests", ".*_cache", ".hypothesis"
)
TABLE = re.compile(r"T_[0-9a-f]{5}")
_SHARE = 1 / 2
"""Of a whole run's time, within which a kill comes: time enough for its longest step, which is begun anew."""
ADDRESS = re.compile(r"at 0x[0-9a-f]+")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--every-file", type=int, default=0, help="Kill also at every n-th new file of a run.")
    asked.add_argument("--seed", default="lapwing")
    asked.add_argument("--cases", type=int, default=12)
    asked.add_argument("--folder", type=Path, default=PROJECT / "evidence" / "random-kills")
    given = asked.parse_args()
    shutil.rmtree(given.folder, ignore_errors=True)
    work = Work.begin(given.folder.resolve(), cases=given.cases)
    expected, seconds = work.undisturbed()
    print(f"undisturbed: {len(expected)} files in {seconds:.0f} s", flush=True)
    tally = Tally()
    moments = Moments(random.Random(given.seed), seconds, by_file=given.every_file)
    while tally.kills < given.kills:
        work.forget()
        killed: list[str] = []
        while (moment := work.run(moments, tally)) is not None:
            killed.append(moment)
            tally.damaged += [f"after {moment}: {name}" for name in work.damaged(tally)]
        differing = work.compare(expected)
        tally.chains += 1
        tally.differing += [f"after {', '.join(killed)}: {name}" for name in differing]
        print(
            f"{tally.kills:4d} kills, {tally.chains:3d} runs ended; differing {differing or 'none'}",
            flush=True,
        )
    print(tally)
    sys.exit(bool(tally.differing or tally.damaged))


@dataclass
class Tally:
    """What came of it."""

    kills: int = 0
    alone: int = 0
    chains: int = 0
    refused: int = 0
    looked_at: int = 0
    at: dict[str, int] = field(default_factory=dict)
    differing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        rows = [("kills", self.kills), ("  of the command alone", self.alone)]
        rows += [(f"  during {what}", count) for what, count in sorted(self.at.items())]
        rows += [("runs that came to their end", self.chains)]
        rows += [("commands refused while one was at work", self.refused)]
        rows += [("files looked at under a final name, as they came", self.looked_at)]
        rows += [("files that differ from the undisturbed", len(self.differing))]
        rows += [("files not whole under a final name", len(self.damaged))]
        table = "\n".join(f"{name:50s} {count:6d}" for name, count in rows)
        return "\n".join([table, *self.differing, *self.damaged])


@dataclass
class Moments:
    """When to kill: after a random time, or where ``by_file`` is given, at every so many-th new file."""

    draw: random.Random
    seconds: float
    by_file: int = 0
    seen: int = 0

    def next(self) -> tuple[float, int]:
        """Seconds to wait, and new files to wait for; whichever comes first."""
        if not self.by_file:
            return self.draw.uniform(0, self.seconds * _SHARE), sys.maxsize
        self.seen += self.by_file
        return float("inf"), self.seen


@dataclass
class Work:
    """A copy of the project with a small force, and what is done with it."""

    project: Path
    parameters: Path
    outputs: Path
    seen: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """Node, size and time of change of every file under a final name that was found whole."""

    @classmethod
    def begin(cls, folder: Path, *, cases: int) -> Work:
        """Copy the project, and write a force of so many cases."""
        project = folder / "project"
        shutil.copytree(PROJECT, project, ignore=LEFT_OUT)
        write_force(folder / "force", project, cases=cases)
        return cls(project, folder / "force" / f"{FORCE}.yml", folder / "outputs")

    @property
    def commands(self) -> dict[str, list[str]]:
        """What is done, in order."""
        evidence = ["--evidence", str(self.outputs / "evidence")]
        notes = self.parameters.with_name("notes-to-code.csv")
        coding = ["-o", str(self.outputs / "coding.parquet"), "--combine", "rules"]
        return {
            "run": ["run", str(self.parameters), *evidence],
            "code": ["code", str(notes), *coding],
            "report": ["report", str(self.parameters), *evidence, "--site", str(self.outputs / "site")],
        }

    def forget(self) -> None:
        """Begin from nothing."""
        shutil.rmtree(self.outputs, ignore_errors=True)
        self.outputs.mkdir(parents=True)
        reports = self.project / "reports"
        for path in (*reports.rglob("_generated"), *reports.rglob("_metadata.yml"), reports / FORCE):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def undisturbed(self) -> tuple[dict[str, bytes], float]:
        """Contents of all files of a run left alone, and how long it took; the first run only warms up."""
        for _ in "ab":
            self.forget()
            started = time.monotonic()
            for what in self.commands:
                if self.start(what).wait():
                    sys.exit(f"inspection {what} failed undisturbed")
            seconds = time.monotonic() - started
        return self.contents(), seconds

    def start(self, what: str) -> subprocess.Popen[bytes]:
        """Start a command in a process group of its own."""
        environment = {**os.environ, "PYTHONPATH": str(self.project), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "inspections.cli", *self.commands[what]]
        log = (self.outputs.parent / "last.log").open("wb")
        with log:
            return subprocess.Popen(
                command, cwd=self.project, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def run(self, moments: Moments, tally: Tally) -> str | None:
        """Give the commands in order, and kill at the next moment; None where all ended before it."""
        seconds, files = moments.next()
        alone = moments.draw.random() < 1 / 3
        started, known = time.monotonic(), self.names()
        new = 0
        waiting = list(self.commands)
        while waiting:
            what, process = waiting[0], self.start(waiting[0])
            while process.poll() is None:
                found = self.names() if moments.by_file else known
                new, known = new + len(found - known), known | found
                tally.damaged += [f"during {what}: {name}" for name in self.damaged(tally)]
                if time.monotonic() - started >= seconds or new >= files:
                    kill(process, alone=alone)
                    tally.kills += 1
                    tally.alone += alone
                    tally.at[what] = tally.at.get(what, 0) + 1
                    return f"{what} {time.monotonic() - started:.1f} s{' alone' * alone}"
                time.sleep(0.005)
            log = (self.outputs.parent / "last.log").read_text(encoding="utf-8")
            if not process.returncode:
                del waiting[0]
            elif "is at work on it: " in log:  # what the command alone had started has yet to end
                tally.refused += 1
            else:
                sys.exit(f"inspection {what} failed after a kill:\n{log[-3000:]}")
        return None

    def names(self) -> set[str]:
        """Names of all files there are."""
        return {entry.path for folder in self.roots() for entry in scan(folder)}

    def roots(self) -> tuple[Path, Path]:
        """Folders in which anything is written."""
        return self.outputs, self.project / "reports"

    def contents(self) -> dict[str, bytes]:
        """Every file written, hidden and unfinished ones too, without what is a time or drawn anew."""
        found = {}
        for root in self.roots():
            for path in sorted(root.rglob("*")):
                name = f"{root.name}/{path.relative_to(root).as_posix()}"
                if path.is_file() and path.suffix not in (".py", ".pyc") and not path.name.endswith(".lock"):
                    found[name] = timeless(path)
        return found

    def compare(self, expected: dict[str, bytes]) -> list[str]:
        """Names of files that differ, are missing or should not be there."""
        found = self.contents()
        return sorted(
            name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)
        )

    def damaged(self, tally: Tally) -> list[str]:
        """Files that came under a final name since the last look and are not whole.

        Those of an unfinished folder and hidden ones have no final name yet.
        """
        finals = [
            self.outputs / "evidence" / EVIDENCE,
            self.outputs / "site",
            self.project / "reports" / FORCE,
        ]
        entries = [entry for folder in finals for entry in scan(folder)]
        entries += [entry for entry in os.scandir(self.outputs) if entry.name == "coding.parquet"]
        harmed = []
        for entry in entries:
            if entry.name.startswith(".") and entry.name.endswith(".new"):
                continue
            with suppress(FileNotFoundError):
                facts = os.stat(entry.path)
                state = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
                if self.seen.get(entry.path) == state:
                    continue
                tally.looked_at += 1
                if is_whole(Path(entry.path)):
                    self.seen[entry.path] = state
                else:
                    harmed.append(entry.path)
        return harmed


def scan(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Files below a folder that may change meanwhile."""
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from scan(Path(entry.path))
        else:
            yield entry


def kill(process: subprocess.Popen[bytes], *, alone: bool) -> None:
    """Kill a command with all it started, or it alone: then whatever it started has to end by itself."""
    try:
        started = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        started = []
    process.kill()
    if not alone:  # kernels have a process group of their own
        for other in started:
            with suppress(psutil.NoSuchProcess):
                other.kill()
        psutil.wait_procs(started)
    process.wait()


def is_whole(path: Path) -> bool:
    """Whether a file can be read to its end as what its name says."""
    data = path.read_bytes()
    try:
        match path.suffix:
            case ".parquet":
                pq.read_table(io.BytesIO(data))
            case ".json" | ".ipynb":
                json.loads(data)
            case ".csv":
                list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
                return data.endswith(b"\n")
            case ".html":
                return data.rstrip().endswith(b"</html>")
            case ".svg":
                return data.rstrip().endswith(b"</svg>")
            case ".pdf":
                return data.rstrip().endswith(b"%%EOF")
            case ".md":
                return not data or data.endswith(b"\n")
            case ".yml" | ".qmd":
                return data.endswith(b"\n")
    except (ValueError, OSError, csv.Error):
        return False
    return True


def timeless(path: Path) -> bytes:
    """Content of a file without times, and without what is drawn anew at each run."""
    data = path.read_bytes()
    if path.name == "manifest.json":
        manifest = json.loads(data)
        for record in manifest.get("steps", []):
            record["seconds"] = 0
            record["outputs"] = {
                name: "" if name.endswith(".ipynb") else digest for name, digest in record["outputs"].items()
            }
        return json.dumps(manifest | {"stages": {}, "finished": ""}).encode("utf-8")
    if path.suffix == ".ipynb":
        notebook = json.loads(data)
        del notebook["metadata"]["papermill"]
        for cell in notebook["cells"]:
            cell["metadata"], cell["id"] = {"tags": cell["metadata"].get("tags")}, ""
        return ADDRESS.sub("", TABLE.sub("", json.dumps(notebook))).encode("utf-8")
    return data


def write_force(folder: Path, project: Path, *, cases: int) -> None:
    """Write a force with the first cases of a fictional one, coded by rules alone, and notes to code."""
    folder.mkdir(parents=True)
    source = project / "inspections" / "fictional" / FORCE
    design = (project / "parameters" / "inspection.yml").read_text(encoding="utf-8")
    design = design.replace("combine: either", "combine: rules").replace("size: 36", "size: all")
    (folder / "inspection.yml").write_text(design, encoding="utf-8")
    text = (project / "parameters" / f"{FORCE}.yml").read_text(encoding="utf-8")
    text = text.replace(f"../inspections/fictional/{FORCE}", str(folder)).partition("# Extracts that")[0]
    (folder / f"{FORCE}.yml").write_text(text, encoding="utf-8")
    kept: set[str] = set()
    for table in ("cases", "notes", "devices", "reviews", "workforce"):
        with (source / f"{table}.csv").open(encoding="cp1252", newline="") as file:
            header, *rows = csv.reader(file)
        if table == "cases":
            kept = {row[header.index("REF")] for row in rows[:cases]}
        if "REF" in header:
            rows = [row for row in rows if row[header.index("REF")] in kept]
        with (folder / f"{table}.csv").open("w", encoding="cp1252", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        if table == "notes":
            places = [header.index(name) for name in ("REF", "NOTE")]
            with (folder / "notes-to-code.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(
                    [["case_id", "text"], *([row[at] for at in places] for row in rows)]
                )


if __name__ == "__main__":
    main()
