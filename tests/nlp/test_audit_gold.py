"""The settled coding as a corpus: read back as it was, and never half there."""

from pathlib import Path

import pandas as pd
import pytest

from nlp.audit.gold import coding_row, read_gold_codings, write_corpus

UNITS = pd.DataFrame(
    {
        "unit_id": ["a/1/1"],
        "case_id": ["a"],
        "entry_no": [1],
        "start": [0],
        "end": [12],
        "force": ["North"],
        "flags": [""],
        "coding": ["agreed"],
    }
)
CODINGS = pd.DataFrame([coding_row("a/1/1", "gold", "sus-digital", {"status": "planned"}, flags=())])
NOTES = pd.DataFrame({"case_id": ["a"], "entry_no": [1], "text": ["Phone to DFU"]})


def test_what_was_settled_is_read_back(tmp_path: Path) -> None:
    write_corpus(tmp_path, UNITS, CODINGS, NOTES, coded_by="two people")
    (row,) = read_gold_codings(tmp_path / "gold.jsonl").to_dict("records")
    assert (row["unit_id"], row["code"], row["status"], row["counts"]) == (
        "a/1/1",
        "sus-digital",
        "planned",
        True,
    )


def test_there_is_no_gold_before_the_rest_of_its_corpus_is_there(tmp_path: Path) -> None:
    (tmp_path / "corpus.yml").mkdir()  # so that it cannot be written
    with pytest.raises(OSError, match=r"corpus\.yml"):
        write_corpus(tmp_path, UNITS, CODINGS, NOTES, coded_by="two people")
    assert not (tmp_path / "gold.jsonl").exists()
