"""Editors are told the same rules that the models enforce."""

import json
from pathlib import Path

import pytest

from parameters import PROJECT
from parameters.schemas import SCHEMA_FOLDER, schema_texts, write_schemas


@pytest.mark.parametrize("name", schema_texts())
def test_committed_schema_is_the_generated_one(name: str) -> None:
    committed = (SCHEMA_FOLDER / name).read_text(encoding="utf-8")
    assert committed == schema_texts()[name], "run: python -m parameters"


def test_schemas_are_written_where_asked(tmp_path: Path) -> None:
    written = write_schemas(tmp_path / "schema")
    assert {path.name for path in written} == set(schema_texts())
    assert all(path.read_text(encoding="utf-8") == schema_texts()[path.name] for path in written)


@pytest.mark.parametrize("path", sorted((PROJECT / "parameters").glob("*.yml")), ids=lambda path: path.stem)
def test_every_parameter_file_names_its_schema_in_the_first_line(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    kind = path.stem if path.stem in {"inspection", "questions", "words"} else "force"
    assert first == f"# yaml-language-server: $schema=schema/{kind}.schema.json"


def test_every_key_is_described_in_the_schemas() -> None:
    for text in schema_texts().values():
        schema = json.loads(text)
        for model in [schema, *schema["$defs"].values()]:
            for key, described in model.get("properties", {}).items():
                assert "description" in described or "$ref" in described, key
