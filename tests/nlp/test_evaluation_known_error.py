"""The coding's error as reports print it: kept with the coder it belongs to, and given for no other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from nlp import load_codebook
from nlp.combine import LEAST_PROBABILITY
from nlp.evaluation import known_error as kept
from nlp.evaluation.card import Measured, corpus_table
from nlp.evaluation.known_error import coder_hash, keep_error, known_error
from nlp.evaluation.scores import evaluate
from nlp.reader import read_corpora
from nlp.reader.corpus import CORPORA
from parameters import PROJECT

CODEBOOK = PROJECT / "nlp" / "codebook"


@pytest.fixture
def measured() -> Measured:
    book, corpus = load_codebook(CODEBOOK), read_corpora()
    few = corpus.measured.of_writers(corpus.measured.writers[:1])
    nothing = evaluate(few.units, few.notes.assign(code="", counts=False, start=0, end=0).head(0), draws=0)
    return Measured(
        book, "either", 0.1, "", corpus_table(corpus, PROJECT / "nlp" / "corpus"), {"it": nothing}
    )


def test_kept_figures_are_given_for_the_coder_they_belong_to_and_no_other(
    measured: Measured, tmp_path: Path
) -> None:
    path, book = tmp_path / "error.json", measured.codebook.hash
    assert known_error(book, "either", 0.1, path=path) is None
    keep_error(measured, path=path)
    found = known_error(book, "either", 0.1, path=path)
    assert found is not None
    assert "Model-coded" in found["warning"]
    assert found["codes"][0]["code"] == "VICTIM-CREDIBILITY"
    assert known_error(book, "either", 0.2, path=path) is None
    assert known_error(book, "rules", 0.1, path=path) is None
    assert known_error("another codebook", "either", 0.1, path=path) is None


def test_another_corpus_or_another_line_of_code_is_another_coder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = coder_hash("book", "either", 0.1)
    shutil.copytree(CORPORA / "development", tmp_path / "development")
    assert coder_hash("book", "either", 0.1, tmp_path) != now
    monkeypatch.setattr(kept, "_RULES_CODE", ("coder.py",))
    assert coder_hash("book", "either", 0.1) != now


def test_the_figures_shipped_belong_to_the_coder_shipped() -> None:
    """Else measure anew: inspection codebook card parameters/saltmere.yml -o card.md --keep."""
    design = YAML(typ="safe").load((PROJECT / "parameters" / "inspection.yml").read_text(encoding="utf-8"))
    asked = {"combine": "either", "reader_from": LEAST_PROBABILITY, **design["coding"]}
    found = known_error(load_codebook(CODEBOOK).hash, asked["combine"], asked["reader_from"])
    assert found is not None
    assert {row["code"] for row in found["codes"]} >= {"VICTIM-CREDIBILITY", "SUSPECT-FOCUS", "vic-disbelief"}
