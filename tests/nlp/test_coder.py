"""The coding table keeps its contract, on ordinary notes and on hostile ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from nlp import Codebook, Coder, load_codebook

COLUMNS = [
    "case_id",
    "entry_no",
    "unit_no",
    "start",
    "end",
    "code",
    "orientation",
    "polarity",
    "voice",
    "status",
    "frame",
    "purpose",
    "origin",
    "flags",
    "counts",
    "rule_id",
    "trigger",
    "cues",
    "source",
    "confidence",
    "codebook_version",
]
NOTE = (
    "IP now says he came in twice, previously said once. SUSP arrested 0610. PND not yet done on SUSP.\n"
    "VIC updated by SOLO. Full download of VIC’s handset requested, all data types 😀. Bail for SUSP."
)


def _notes(*texts: str) -> pd.DataFrame:
    return pd.DataFrame({"case_id": "A1", "entry_no": range(1, len(texts) + 1), "text": texts})


def test_the_table_has_the_columns_of_the_contract_in_order(coder: Coder) -> None:
    assert list(coder.code_notes(_notes(NOTE)).table.columns) == COLUMNS
    assert list(coder.code_notes(_notes()).table.columns) == COLUMNS


def test_offsets_are_code_points_of_the_note_as_written(coder: Coder) -> None:
    for row in coder.code_notes(_notes(NOTE)).table.to_dict("records"):
        unit = NOTE[row["start"] : row["end"]]
        assert row["trigger"] in unit
        assert unit == unit.strip()


def test_every_row_names_its_rule_its_words_and_the_codebook(coder: Coder, codebook: Codebook) -> None:
    table = coder.code_notes(_notes(NOTE)).table
    known = {rule.id for rule in codebook.rules()}
    assert set(table["rule_id"]) <= known
    assert (table["trigger"].str.len() > 0).all()
    assert set(table["source"]) == {"rules"}
    assert set(table["codebook_version"]) == {codebook.version}


def test_the_cue_that_decided_an_attribute_is_kept(coder: Coder) -> None:
    row = coder.code_text("PND check not yet done on SUSP.").iloc[0]
    assert row["polarity"] == "not-done"
    assert "not" in row["cues"]


def test_what_was_read_is_counted_note_by_note(coder: Coder) -> None:
    entries = coder.code_notes(_notes("IP seen. CCTV viewed.\n!!", "")).entries
    assert entries[["units", "dropped", "words"]].to_dict("list") == {
        "units": [2, 0],
        "dropped": [1, 0],
        "words": [5, 0],
    }


def test_missing_text_is_read_as_an_empty_note(coder: Coder) -> None:
    notes = pd.DataFrame({"case_id": ["A"], "entry_no": [1], "text": [None]})
    assert coder.code_notes(notes).entries["units"].tolist() == [0]


def test_the_stream_gives_the_same_rows_as_the_table(coder: Coder) -> None:
    notes = pd.concat([_notes(NOTE, "SUSP bailed."), _notes(NOTE).assign(case_id="B2")])
    streamed = [row for note in coder.code_stream(notes.to_dict("records")) for row in note.rows]
    pd.testing.assert_frame_equal(coder.code_notes(notes).table, pd.DataFrame(streamed, columns=COLUMNS))


def test_the_same_notes_give_the_same_table_in_any_coder(codebook: Codebook) -> None:
    first, second = (Coder(codebook).code_notes(_notes(NOTE)).table for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_a_unit_has_a_code_once_and_residual_codes_only_alone(coder: Coder, codebook: Codebook) -> None:
    residual = {code.id for code in codebook.codes if code.residual}
    for _, unit in coder.code_notes(_notes(NOTE)).table.groupby("unit_no"):
        codes = list(unit["code"])
        assert len(codes) == len(set(codes))
        assert len(codes) == 1 or not residual & set(codes)


def test_other_codes_never_count(coder: Coder) -> None:
    table = coder.code_notes(_notes(NOTE)).table
    assert not table.loc[table["orientation"] == "other", "counts"].any()


def test_an_unfilled_form_counts_for_nothing(coder: Coder) -> None:
    table = coder.code_text("[ ] SUSP arrested [ ] PNC on SUSP [ ] VIC phone download")
    assert table["counts"].sum() == 0
    assert table["flags"].str.contains("boilerplate").all()


def test_a_pasted_cps_decision_does_not_count_as_police_doubt(coder: Coder) -> None:
    text = "I have concerns about the complainant's credibility."
    own = coder.code_text(text, author_role="DS", entry_type="review")
    pasted = coder.code_text(text, author_role="CPS", entry_type="CPS (pasted)")
    assert own["counts"].tolist() == [True]
    assert dict(zip(pasted["code"], pasted["voice"], strict=True))["vic-disbelief"] == "cps"
    assert not pasted["counts"].any()


def test_the_example_in_the_documentation_runs(coder: Coder) -> None:
    assert list(coder.code_text("I do not find IP to be a credible witness.")["code"]) == ["vic-disbelief"]


def test_the_hash_changes_with_any_word_of_any_file(tmp_path: Path, codebook: Codebook) -> None:
    copy = tmp_path / "codebook"
    shutil.copytree(Path(__file__).parents[2] / "nlp" / "codebook", copy)
    assert load_codebook(copy).hash == codebook.hash
    words = copy / "words.yml"
    words.write_text(words.read_text(encoding="utf-8") + "\n# a note\n", encoding="utf-8")
    assert load_codebook(copy).hash != codebook.hash
