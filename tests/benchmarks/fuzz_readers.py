"""Every reader of outside bytes on harmed files, for as long as wanted; the tests do the same for seconds.

    python tests/benchmarks/fuzz_readers.py --minutes 60 [--only "review form"] [--from 1] [--keep FOLDER]

Each file is made from a number, so that a finding is made again by ``--only NAME --from NUMBER --count 1``.
A finding is an error other than the project's own, a message that repeats a note, or a file that takes longer
than `MOST_SECONDS` or more than `MOST_MEMORY`. Prints the findings, then how often each reader was called.
"""

from __future__ import annotations

import argparse
import resource
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

TESTS = Path(__file__).parents[1]
sys.path += [str(TESTS / "end_to_end"), str(TESTS)]

from harmed_files import CANARY, harmed  # noqa: E402
from readers_of_files import READERS, OpenReader, open_reader  # noqa: E402

MOST_SECONDS = 30
MOST_MEMORY = 4 * 2**30
TURN = 3
"""Seconds that one reader is given at most before it is the next one's turn."""


class TooSlowError(BaseException):
    """Not an `Exception`, so that no reader takes it for a damaged file."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    names = [reader.name for reader in READERS]
    parser.add_argument("--only", action="append", choices=names, help="name of a reader; once for each")
    parser.add_argument("--from", dest="first", type=int, default=1, help="number of the first file")
    parser.add_argument("--count", type=int, default=sys.maxsize, help="files for each reader")
    parser.add_argument("--keep", type=Path, help="folder in which to keep the files of findings")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    chosen = [reader for reader in READERS if not given.only or reader.name in given.only]
    ends, begun = time.monotonic() + 60 * given.minutes, time.monotonic()
    turn = min(TURN, 60 * given.minutes / len(chosen))
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    found: Counter[str] = Counter()
    left = {reader.name: iter(range(given.first, given.first + given.count)) for reader in chosen}
    while time.monotonic() < ends and any(done[name] < given.count for name in left):
        for reader in chosen:
            if time.monotonic() > ends:
                break
            opened, turn_ends = open_reader(reader), min(time.monotonic() + turn, ends)
            for at in left[reader.name]:
                data = harmed(opened.valid, reader.kind, Random(f"{reader.name} {at}"), bombs=True)
                told, fault = tried(opened, data)
                done[reader.name] += 1
                refused[reader.name] += bool(told)
                if fault:
                    found[f"{reader.name}: {fault}"] += 1
                if found[f"{reader.name}: {fault}"] == 1:
                    print(f"{reader.name} {at}: {fault}", flush=True)
                    if given.keep:
                        (given.keep / f"{reader.name.replace(' ', '-')}-{at}{reader.kind}").write_bytes(data)
                if time.monotonic() > turn_ends:
                    break
        print(f"{sum(done.values()):,} files, {len(found)} findings", file=sys.stderr, flush=True)
    minutes = (time.monotonic() - begun) / 60
    print(f"\n{sum(done.values()):,} files in {minutes:.1f} minutes, {len(found)} different findings")
    for name, files in done.items():
        print(f"  {name:<36}{files:>8,} files, {refused[name]:>8,} refused")
    for fault, times in found.most_common():
        print(f"  {times:>6,} times  {fault}")


def tried(opened: OpenReader, data: bytes) -> tuple[str, str]:
    """What the reader told of a file, and what is wrong with that; each "" for nothing."""
    try:
        with at_most(MOST_SECONDS):
            told = opened.read(data)
    except TooSlowError as error:
        return "", f"took more than {MOST_SECONDS} s at {_place(error)}"
    except Exception as error:
        return "", f"{type(error).__name__} at {_place(error)}: {str(error)[:80]!r}"
    return told, "repeats a note" if CANARY in told else ""


def _place(error: BaseException) -> str:
    """The last line of the project's own code that an error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if TESTS.parent in Path(frame.filename).parents]
    last = [frame for frame in own if TESTS not in Path(frame.filename).parents] or frames
    return f"{Path(last[-1].filename).name}:{last[-1].lineno}"


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """End what is run within after so many seconds of the processor."""

    def late(*_: object) -> None:
        raise TooSlowError

    signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    main()
