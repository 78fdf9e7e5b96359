"""JSON Schemas of the parameter files, for editors that complete and check YAML while it is typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from parameters.models import Force, Inspection
from parameters.questions import QuestionSet
from parameters.words import NumberWords

__all__ = ["SCHEMA_FOLDER", "schema_texts", "write_schemas"]

SCHEMA_FOLDER = Path(__file__).parent / "schema"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MODELS: Mapping[str, type[BaseModel]] = {
    "inspection.schema.json": Inspection,
    "force.schema.json": Force,
    "questions.schema.json": QuestionSet,
    "words.schema.json": NumberWords,
}


def schema_texts() -> dict[str, str]:
    """File name -> JSON Schema, as generated from the models."""
    return {
        name: json.dumps({"$schema": DIALECT, **model.model_json_schema()}, indent=2, ensure_ascii=False)
        + "\n"
        for name, model in _MODELS.items()
    }


def write_schemas(folder: Path = SCHEMA_FOLDER) -> list[Path]:
    """Write the schemas; needed after any change of the models."""
    folder.mkdir(exist_ok=True)
    written = []
    for name, text in schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        written.append(folder / name)
    return written
