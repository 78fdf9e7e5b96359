"""The phenomena that negspaCy and medspaCy test, in investigation notes: see context_of_peers.yml."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from nlp import Coder, load_codebook
from nlp.context import DEFAULTS, does_count

_TABLE = YAML(typ="safe").load((Path(__file__).parent / "context_of_peers.yml").read_text(encoding="utf-8"))
_ATTRIBUTES = ("polarity", "voice", "status", "frame", "purpose", "origin")


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(load_codebook(Path(__file__).parents[2] / "nlp" / "codebook"))


def _expected(coding: str | dict[str, str]) -> dict[str, Any]:
    given = {"code": coding} if isinstance(coding, str) else coding
    values = {name: given.get(name, DEFAULTS[name]) for name in _ATTRIBUTES}
    counts = does_count(given["code"], {**DEFAULTS, **values})
    return {"code": given["code"], **values, "counts": counts}


def _marked(entry: dict[str, Any]) -> Any:
    why = entry.get("wrong")
    marks = [pytest.mark.xfail(strict=True, reason=why)] if why else []
    return pytest.param(entry, id=entry["shows"], marks=marks)


@pytest.mark.parametrize("entry", [_marked(entry) for entry in _TABLE["sentences"]])
def test_a_sentence_is_coded_as_the_codebook_asks(entry: dict[str, Any], coder: Coder) -> None:
    expected = [_expected(coding) for coding in entry["codes"]]
    listed = {one["code"] for one in expected}
    rows = [
        row
        for row in coder.code_text(entry["text"]).to_dict("records")
        if row["code"].startswith(("vic-", "sus-")) or row["code"] in listed
    ]
    assert [{name: row[name] for name in ("code", *_ATTRIBUTES, "counts")} for row in rows] == expected
    for row, coding in zip(rows, entry["codes"], strict=True):
        if isinstance(coding, dict):
            assert coding.get("cue", "") in row["cues"]


@pytest.mark.parametrize("peer", _TABLE["peers"])
def test_every_test_of_a_peer_is_answered(peer: str) -> None:
    entries = [*_TABLE["sentences"], *_TABLE["without_sentence"]]
    named = {test for entry in entries for test in entry["peers"] if test.split()[0] == peer}
    assert len(named) == _TABLE["peers"][peer]["tests"]


def test_every_phenomenon_is_described_once() -> None:
    entries = [*_TABLE["sentences"], *_TABLE["without_sentence"]]
    assert [shows for shows, times in Counter(entry["shows"] for entry in entries).items() if times > 1] == []
