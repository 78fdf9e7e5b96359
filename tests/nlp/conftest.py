"""The project's codebook and a coder that uses it, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp import Codebook, Coder, load_codebook

CODEBOOK = Path(__file__).parents[2] / "nlp" / "codebook"


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return load_codebook(CODEBOOK)


@pytest.fixture(scope="session")
def coder(codebook: Codebook) -> Coder:
    return Coder(codebook)
