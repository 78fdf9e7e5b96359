"""How fast the coder reads, how its memory grows, what a second process brings, and how its peers do.

On fictional notes, the same on every machine: those of the development corpus over and over, each time
with other numbers in them. Every figure is taken in a process of its own.

    python tests/benchmarks/coder_speed.py [--notes 1000 10000 100000] [--peers PYTHON ...] [--model NAME]

The peers read the same notes: spaCy's `en_core_web_sm`, and medspaCy with the codebook's words as targets,
its own sentences and its own context. Neither is a dependency of this project. Whichever of them stands in
an environment named after `--peers` is timed; where there is none, what would install it is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CODEBOOK = ROOT / "nlp" / "codebook"
CORPUS = ROOT / "nlp" / "corpus" / "development" / "entries.jsonl"
MIB = 1024**2
ROWS = 10_000
LONG_NOTE = 5_000_000
INSTALL = {
    "en_core_web_sm": "python -m venv sm && sm/bin/pip install spacy && sm/bin/python -m spacy download "
    "en_core_web_sm, then --peers sm/bin/python",
    "medspaCy": "python -m venv med && med/bin/pip install medspacy, then --peers med/bin/python",
}
LONG_NOTES = {
    "the corpus in one line": "",
    "no full stop": "IP is not credible and SUSP was arrested but he saw her with him ",
    "brackets": "(",
    "quotation marks": "'a \"b ",
    "digits": "1234567890 ",
    "checkboxes": "[ ] SUSP phone ",
    "list numbers": "1. ",
    "semicolons": "; ",
    "emoji": "👩\u200d👩\u200d👧 ",
}


def fictional_notes(count: int) -> Iterator[dict[str, Any]]:
    """Notes of the development corpus over and over, with other numbers and another reference each time."""
    with CORPUS.open(encoding="utf-8") as file:
        entries = [json.loads(line) for line in file]
    for number in range(count):
        entry, turn = entries[number % len(entries)], number // len(entries)
        text = re.sub(r"\d+", partial(_other, turn), entry["text"])
        yield {
            "case_id": f"{entry['case_id']}/{turn}",
            "entry_no": entry["entry_no"],
            "author_role": entry["author_role"],
            "entry_type": entry["entry_type"],
            "text": f"{text} Log {number:07}.",
        }


def _other(turn: int, found: re.Match[str]) -> str:
    """Another number of as many digits."""
    digits = found.group()
    return str((int(digits) + 7919 * turn) % 10 ** len(digits)).zfill(len(digits))


def write_notes(folder: Path, count: int) -> None:
    """Write the notes as Parquet, and for the peers their texts and the codebook's words as JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    notes = fictional_notes(count)
    writer = None
    while rows := list(islice(notes, ROWS)):
        table = pa.Table.from_pylist(rows)
        writer = writer or pq.ParquetWriter(folder / f"{count}.parquet", table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def write_for_peers(folder: Path, count: int) -> None:
    """Write the texts and the codebook's words, so that a peer needs nothing of this project."""
    from nlp import load_codebook

    texts = [note["text"] for note in fictional_notes(count)]
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    book = load_codebook(CODEBOOK)
    used = {
        name
        for rule in book.rules()
        for pattern in rule.find
        for step in pattern.steps
        for name in step.classes
    }
    words = {word: name for name in sorted(used & book.words.keys()) for word in book.words[name].words}
    (folder / "words.json").write_text(json.dumps(words), encoding="utf-8")


def code_a_file(folder: Path, count: int, jobs: int, how: Any) -> dict[str, float]:
    """Code a file; words, seconds of the clock and of the processors, peak memory of a process in bytes."""
    from nlp import Coder, load_codebook
    from nlp.files import code_file
    from nlp.lots import DoubleCoder

    coder = DoubleCoder(Coder(load_codebook(CODEBOOK)), how=how)
    if how != "rules":
        _ = coder.reader  # trained at set-up
    before = _processor()
    started = time.perf_counter()
    total = code_file(coder, folder / f"{count}.parquet", folder / f"{how}{jobs}.coding.parquet", jobs=jobs)
    seconds = time.perf_counter() - started
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "notes": count,
        "words": total.words,
        "seconds": seconds,
        "processor": _processor() - before,
        "peak": peak * 1024,
    }


def _processor() -> float:
    return sum(os.times()[:4])


def time_coder(folder: Path) -> dict[str, float]:
    """This coder on the peers' texts, in memory."""
    from nlp import Coder, load_codebook

    coder = Coder(load_codebook(CODEBOOK))
    return _timed(
        folder,
        lambda texts: coder.code_stream({"case_id": text, "entry_no": 1, "text": text} for text in texts),
    )


def time_tokens(folder: Path) -> dict[str, float]:
    """spaCy's blank English on the peers' texts: tokens and nothing else."""
    import spacy

    return _timed(folder, spacy.blank("en").pipe)


def time_model(folder: Path, name: str) -> dict[str, float]:
    """A model of spaCy's on the peers' texts, with every component it comes with."""
    import spacy

    return _timed(folder, spacy.load(name).pipe)


def time_medspacy(folder: Path) -> dict[str, float]:
    """medspaCy as it comes on the peers' texts, with the codebook's words as targets."""
    from loguru import logger

    logger.remove()  # its sentence splitter would log every word
    import medspacy
    from medspacy.ner import TargetRule

    pipeline = medspacy.load()
    words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    pipeline.get_pipe("medspacy_target_matcher").add([TargetRule(word, name) for word, name in words.items()])
    return _timed(folder, pipeline.pipe)


def _timed(folder: Path, read: Callable[[list[str]], Any]) -> dict[str, float]:
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    for _ in read(texts[:100]):
        pass
    started = time.process_time()
    for _ in read(texts):
        pass
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"words": sum(len(text.split()) for text in texts), "processor": seconds, "peak": peak}


def time_long_notes() -> dict[str, list[float]]:
    """Seconds for one line of a quarter of five million characters and of all, for each kind of line."""
    from nlp import Coder, load_codebook

    coder = Coder(load_codebook(CODEBOOK))
    corpus = " ".join(note["text"].replace("\n", " ") for note in fictional_notes(5_000))
    measured: dict[str, list[float]] = {}
    for name, piece in LONG_NOTES.items():
        measured[name] = []
        for length in (LONG_NOTE // 4, LONG_NOTE):
            text = ((piece or corpus) * (length // len(piece or corpus) + 1))[:length]
            started = time.process_time()
            coded = next(coder.code_stream([{"case_id": "A", "entry_no": 1, "text": text}]))
            measured[name].append(time.process_time() - started)
            assert coded.entry.words == len(text.split())
    return measured


def _apart(step: str, folder: Path, *options: object, python: str = sys.executable) -> Any:
    """Run one step in a process of its own, on one thread; None where what it needs is not installed."""
    command = [python, __file__, "--step", step, "--folder", str(folder), *map(str, options)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        if "ModuleNotFoundError" in done.stderr or "Can't find model" in done.stderr:
            return None
        raise SystemExit(done.stderr)
    return json.loads(done.stdout) if done.stdout else None


def _growth(folder: Path, sizes: list[int]) -> None:
    columns = ("notes", 10), ("by", 8), ("jobs", 5), ("words", 12), ("seconds", 8), ("words/s", 9)
    print(" ".join(f"{name:>{width}}" for name, width in columns) + f"{'per cpu s':>11}{'peak MiB':>10}")
    results = []
    for size, how, jobs in [
        *((size, "rules", 1) for size in sizes),
        (sizes[-1], "rules", 2),
        (sizes[0], "either", 1),
    ]:
        if not (folder / f"{size}.parquet").is_file():
            _apart("write", folder, "--notes", size)
        found = _apart("file", folder, "--notes", size, "--jobs", jobs, "--how", how)
        results.append(found)
        by = "rules" if how == "rules" else "both"
        print(
            f"{size:>10,} {by:>8} {jobs:>5} {found['words']:>12,} {found['seconds']:>8.1f} "
            f"{found['words'] / found['seconds']:>9,.0f} {found['words'] / found['processor']:>10,.0f} "
            f"{found['peak'] / MIB:>9.0f}",
            flush=True,
        )
    *growing, two, _ = results
    for before, after in pairwise(growing):
        notes, seconds, peak = (after[name] / before[name] for name in ("notes", "processor", "peak"))
        print(f"{notes:.0f} times the notes: {seconds:.1f} times the seconds, {peak:.2f} times the memory")
    same = (folder / "rules1.coding.parquet").read_bytes() == (folder / "rules2.coding.parquet").read_bytes()
    gain = growing[-1]["seconds"] / two["seconds"]
    print(f"two processes: {gain:.2f} times as fast as one, same bytes: {same}")


def _peers(folder: Path, notes: int, interpreters: list[str], model: str) -> None:
    _apart("peers", folder, "--notes", notes)
    found = {"this coder": _apart("coder", folder), "spaCy, tokens only": _apart("tokens", folder)}
    for python in interpreters:
        for name, step in (("en_core_web_sm", "model"), ("medspaCy", "medspacy")):
            found[name] = found.get(name) or _apart(step, folder, "--model", model, python=python)
    ours = found["this coder"]
    heading = f"on {notes:,} notes"
    print(f"\n{heading:>20} {'words per cpu s':>16} {'coder is':>12} {'peak MiB':>9}")
    for name, result in found.items():
        if result:
            speed = result["words"] / result["processor"]
            times = ours["words"] / ours["processor"] / speed
            print(f"{name:>20} {speed:>16,.0f} {times:>6.2f} times {result['peak'] / MIB:>9.0f}")
    for name, how in INSTALL.items():
        if not found.get(name):
            print(f"{name} is not here. To time it: {how}")


def _long_notes(folder: Path) -> None:
    print(f"\n{'5 MB in one line':>24} {'cpu s':>7} {'growth for 4 times the text':>28}")
    for name, (quarter, whole) in _apart("long", folder).items():
        print(f"{name:>24} {whole:>7.1f} {whole / quarter:>28.1f}")


def main() -> None:
    """Take every figure and print them."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--notes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    arguments.add_argument("--peers", nargs="*", default=[sys.executable], help="Pythons that have a peer")
    arguments.add_argument("--model", default="en_core_web_sm", help="package of the spaCy model")
    arguments.add_argument("--peer-notes", type=int, default=2_000, help="how many notes the peers read")
    arguments.add_argument("--folder", type=Path, help="where to keep the notes; by default they are deleted")
    arguments.add_argument("--jobs", type=int, default=1, help=argparse.SUPPRESS)
    arguments.add_argument("--how", default="rules", help=argparse.SUPPRESS)
    arguments.add_argument("--step", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    steps: dict[str, Callable[[], object]] = {
        "write": lambda: write_notes(given.folder, given.notes[0]),
        "file": lambda: code_a_file(given.folder, given.notes[0], given.jobs, given.how),
        "peers": lambda: write_for_peers(given.folder, given.notes[0]),
        "coder": lambda: time_coder(given.folder),
        "tokens": lambda: time_tokens(given.folder),
        "model": lambda: time_model(given.folder, given.model),
        "medspacy": lambda: time_medspacy(given.folder),
        "long": time_long_notes,
    }
    if given.step:
        if (result := steps[given.step]()) is not None:
            print(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        _growth(folder, sorted(given.notes))
        _peers(folder, given.peer_notes, given.peers, given.model)
        _long_notes(folder)


if __name__ == "__main__":
    main()
