"""How long a large extract takes to check and sample, how much memory, and how both grow.

Makes fictional extracts of 10,000, 100,000 and 1,000,000 cases with ten notes each, the same on every
machine, in the worst order for reading: one note of every case, then the next of every case. Each is then
read, checked and sampled, and the notes of the sample fetched, in a process of its own.

    python tests/benchmarks/extract_of_ten_million_notes.py [--cases 10000 100000 1000000] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

NOTES_A_CASE = 10
GIB = 1024**3
CASES_AT_A_TIME = 100_000
OFFENCES = ("19C", "19D", "19E", "19F", "19G", "19H", "20A", "17A", "22A")
OUTCOMES = ("1", "14", "15", "16", "18", "10", None)
ROLES = ("oic", "supervisor", "call handler", "first responder", "other")
TYPES = ("log", "review", "contact", "plan")
SENTENCES = (
    "Victim updated by phone and is content with progress to date.",
    "Suspect arrested at home address and taken to custody for interview.",
    "Account recorded on body worn video; victim does not recall the end of the evening.",
    "Supervisor review: follow the suspect's movements before and after, and his contact with others.",
    "CCTV of the taxi rank requested; the operator keeps it for thirty-one days only.",
    "Phone of the suspect seized; download request sent, waiting time about ten weeks.",
    "Victim’s phone: only the messages of that night are needed, with her agreement.",
    "Third party material: no line of enquiry points to it and none is asked for.",
    "Early advice from the CPS on what would show the steps he took to be sure of consent.",
    "No reply at the address of the witness; calling card left and a second visit planned.",
    "She says she had been drinking and he knew it; bar staff to be asked what they saw.",
    "ISVA has spoken to the victim, who wishes the investigation to go on.",
    "Previous reports naming the suspect found in another force; officer there to be contacted.",
    "Interview: suspect answers no comment throughout; samples and fingerprints taken.",
    "File to be built for a charging decision once the download is in.",
)
COLUMNS = {
    "cases": {
        "case_id": "ref",
        "offence_code": "code",
        "reported_on": "reported",
        "recorded_on": "recorded",
        "arrested_on": "arrested",
        "charged_on": "charged",
        "closed_on": "closed",
        "outcome_type": "outcome",
        "relationship": "relationship",
        "victim_age_group": "age",
        "victim_gender": "gender",
    },
    "notes": {
        "case_id": "ref",
        "entry_no": "number",
        "entered_at": "entered",
        "author_role": "role",
        "entry_type": "type",
        "text": "note",
    },
}


def make_extract(folder: Path, cases: int) -> None:
    """Write ``cases.parquet`` and ``notes.parquet`` of a fictional force."""
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    starts = range(0, cases, CASES_AT_A_TIME)
    sizes = [min(CASES_AT_A_TIME, cases - start) for start in starts]
    for name, make, rounds in (("cases", _some_cases, 1), ("notes", _some_notes, NOTES_A_CASE)):
        writer = None
        for entry in range(rounds):
            for start, size in zip(starts, sizes, strict=True):
                table = make(start, size, entry)
                writer = writer or pq.ParquetWriter(folder / f"{name}.parquet", table.schema)
                writer.write_table(table)
        assert writer is not None
        writer.close()


def _some_cases(start: int, size: int, entry: int) -> object:
    import numpy as np
    import pyarrow as pa

    random = np.random.default_rng([start, 1])
    reported = np.datetime64("2024-01-01") + random.integers(0, 700, size)
    closed = reported + random.integers(1, 400, size)
    outcome = random.choice(len(OUTCOMES), size)
    charged, is_open = outcome == 0, outcome == len(OUTCOMES) - 1
    return pa.table(
        {
            "ref": _references(start, size),
            "code": pa.array(np.take(OFFENCES, random.integers(0, len(OFFENCES), size))),
            "reported": pa.array(reported),
            "recorded": pa.array(reported + random.integers(0, 3, size)),
            "arrested": pa.array(reported + random.integers(0, 60, size), mask=random.random(size) < 0.6),
            "charged": pa.array(closed, mask=~charged),
            "closed": pa.array(closed, mask=is_open),
            "outcome": pa.array(np.array(OUTCOMES, dtype=object)[outcome], pa.string()),
            "relationship": pa.array(
                np.take(["partner", "acquaintance", "stranger"], random.integers(0, 3, size))
            ),
            "age": pa.array(np.take(["13-15", "16-17", "18-24", "25 and over"], random.integers(0, 4, size))),
            "gender": pa.array(np.take(["female", "male"], random.integers(0, 2, size))),
        }
    )


def _some_notes(start: int, size: int, entry: int) -> object:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    random = np.random.default_rng([start, 2, entry])
    sentences = pa.array(SENTENCES)
    words = [sentences.take(pa.array(random.integers(0, len(SENTENCES), size))) for _ in range(4)]
    number = pa.array(random.integers(100_000, 999_999, size)).cast(pa.string())
    entered = np.datetime64("2024-01-01T08:00") + np.arange(start, start + size) % 700 * 1440 + entry * 997
    return pa.table(
        {
            "ref": _references(start, size),
            "number": pa.array(np.full(size, entry + 1)),
            "entered": pa.array(entered.astype("datetime64[s]")),
            "role": pa.array(np.take(ROLES, random.integers(0, len(ROLES), size))),
            "type": pa.array(np.take(TYPES, random.integers(0, len(TYPES), size))),
            "note": pc.binary_join_element_wise(*words, pc.binary_join_element_wise("Log", number, " "), " "),
        }
    )


def _references(start: int, size: int) -> object:
    import pyarrow as pa

    return pa.array([f"BM/{number:07}/25" for number in range(start, start + size)])


def measure(folder: Path) -> dict[str, float]:
    """Read, check and sample one extract; seconds of each step, rows, and the most memory held (bytes)."""
    from inspections.case_files import read_case_files, read_note_texts
    from inspections.sampling import build_frame, draw_sample

    parameters = _parameters(folder)
    inspection, times = parameters.inspection, [time.perf_counter()]
    case_files = read_case_files(parameters)
    times.append(time.perf_counter())
    frame = build_frame(
        case_files.cases,
        inspection.frame,
        period=inspection.period,
        notes_per_case=case_files.notes["case_id"].value_counts(),
        minimum_notes=1,
    )
    sample = draw_sample(frame, inspection.sample, seed=inspection.seed)
    times.append(time.perf_counter())
    texts = read_note_texts(case_files, sample.cases["case_id"])
    times.append(time.perf_counter())
    assert len(texts) == NOTES_A_CASE * len(sample.cases)
    read, drew, fetched = (after - before for before, after in pairwise(times))
    return {
        "cases": len(case_files.cases),
        "notes": len(case_files.notes),
        "read and check": read,
        "sample": drew,
        "texts of sample": fetched,
        "seconds": read + drew + fetched,
        "processor": time.process_time(),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def _parameters(folder: Path) -> object:
    from parameters import Parameters

    sources = {
        name: {"path": str(folder / f"{name}.parquet"), "columns": columns}
        for name, columns in COLUMNS.items()
    }
    report = {
        "title": "Benchmark",
        "publisher": "None",
        "author": "None",
        "published": "2027-01-01",
        "contact": "none",
    }
    return Parameters.model_validate(
        {
            "inspection": {
                "id": "benchmark",
                "name": "Benchmark",
                "fictional": True,
                "period": {"start": "2024-01-01", "end": "2026-12-31"},
                "sample": {"size": 400},
                "seed": "benchmark",
                "report": report,
            },
            "force": {"force": "benchmark", "name": "Benchmark", "fictional": True, "sources": sources},
        }
    )


def _in_own_process(step: str, folder: Path, cases: int) -> str:
    """Run one step apart: the memory of one extract must not count for the next."""
    command = [sys.executable, __file__, "--step", step, "--folder", str(folder), "--cases", str(cases)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _print_results(results: list[dict[str, float]]) -> None:
    heads = f"{'cases':>10} {'notes':>11} {'seconds':>8} {'cpu':>7} {'notes/s':>9} {'peak GiB':>9}"
    print(f"{heads}   of which seconds")
    for result in results:
        steps = ", ".join(
            f"{name} {result[name]:.1f}" for name in ("read and check", "sample", "texts of sample")
        )
        print(
            f"{result['cases']:>10,} {result['notes']:>11,} {result['seconds']:>8.1f} "
            f"{result['processor']:>7.1f} "
            f"{result['notes'] / result['seconds']:>9,.0f} {result['peak'] / GIB:>9.2f}   {steps}"
        )
    for before, after in pairwise(results):
        rows, seconds, peak = (after[name] / before[name] for name in ("notes", "seconds", "peak"))
        print(f"{rows:.0f} times the rows: {seconds:.1f} times the seconds, {peak:.1f} times the memory")


def main() -> None:
    """Make the extracts, measure each, print the figures and how they grow."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--cases", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    arguments.add_argument(
        "--folder", type=Path, help="where to keep the extracts; by default they are deleted"
    )
    arguments.add_argument("--step", choices=["make", "measure"], help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.step == "make":
        make_extract(given.folder, given.cases[0])
    elif given.step == "measure":
        print(json.dumps(measure(given.folder)))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            results = []
            for cases in given.cases:
                folder = (given.folder or Path(temporary)) / str(cases)
                if not (folder / "notes.parquet").is_file():
                    _in_own_process("make", folder, cases)
                results.append(json.loads(_in_own_process("measure", folder, cases)))
            _print_results(results)


if __name__ == "__main__":
    main()
