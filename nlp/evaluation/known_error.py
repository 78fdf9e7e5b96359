"""How often the coding is right, as last measured, kept beside it so that reports can print it.

Measuring on unseen writers takes minutes, so it is done when the coder changes and not in every run. What is
kept names the coder it belongs to; figures of another coder are never given.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from nlp.combine import Combination
from nlp.evaluation.card import Measured, warning
from nlp.evaluation.tables import code_table
from nlp.reader.corpus import CORPORA
from nlp.reader.reader import fingerprint_of
from parameters.disk import write_whole

__all__ = ["KEPT", "coder_hash", "keep_error", "known_error"]

KEPT = Path(__file__).with_name("error.json")
_PLACES = 3
_RULES_CODE = (
    *("codebook.py", "coder.py", "combine.py", "context.py", "decide.py", "phrases.py"),
    *("roles.py", "rules.py", "scan.py", "units.py", "word_classes.py"),
)


def coder_hash(codebook_hash: str, how: Combination, least: float, corpora: Path = CORPORA) -> str:
    """SHA-256 of all that decides how notes are coded: rules, corpora, code and the way of joining."""
    digest = hashlib.sha256(f"{codebook_hash} {how} {least:g} {fingerprint_of(corpora)}".encode())
    for name in _RULES_CODE:
        digest.update((Path(__file__).parents[1] / name).read_bytes())
    return digest.hexdigest()


def keep_error(measured: Measured, *, corpora: Path = CORPORA, path: Path = KEPT) -> None:
    """Keep what was measured for `known_error` to find."""
    standing, book = measured.standing, measured.codebook
    measuring = measured.corpora[measured.corpora["measures"]]
    table = code_table(standing, book).round(_PLACES)
    kept = {
        "coder": coder_hash(book.hash, measured.how, measured.least, corpora),
        "warning": warning(measured.corpora),
        "writers": int(measuring["writers"].sum()),
        "cases": standing.cases,
        "units": standing.units,
        "codes": json.loads(table.to_json(orient="records")),
    }
    write_whole(path, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


def known_error(
    codebook_hash: str, how: Combination, least: float, *, corpora: Path = CORPORA, path: Path = KEPT
) -> dict[str, Any] | None:
    """How often this coder is right on writers it never saw, or None where that was not measured.

    Returns
    -------
    dict or None
        `warning` (who coded what it was measured on), `writers`, `cases`, `units`, and `codes`: by
        orientation and code `title, precision, recall, f1, low, high` (a 95% interval of F1; None where
        there is nothing to measure), `gold` and `found` (units that should count, and that do).
    """
    if not path.is_file():
        return None
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    coder = kept.pop("coder")
    return kept if coder == coder_hash(codebook_hash, how, least, corpora) else None
