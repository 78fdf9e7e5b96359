"""Coding to and from the software academics use: REFI-QDA projects (.qdpx) and codebooks (.qdc)."""

from __future__ import annotations

from nlp.audit.exchange.codings import (
    CODINGS,
    MACHINE,
    ExchangeError,
    check_codings,
    coder_names,
    is_machine,
    machine_codings,
)
from nlp.audit.exchange.placing import Placed, coded_units, codings_by_unit, place, write_corpus
from nlp.audit.exchange.reading import ReadProject, read_project
from nlp.audit.exchange.writing import ProjectCode, project_codes, write_codebook, write_project

__all__ = [
    "CODINGS",
    "MACHINE",
    "ExchangeError",
    "Placed",
    "ProjectCode",
    "ReadProject",
    "check_codings",
    "coded_units",
    "coder_names",
    "codings_by_unit",
    "is_machine",
    "machine_codings",
    "place",
    "project_codes",
    "read_project",
    "write_codebook",
    "write_corpus",
    "write_project",
]
