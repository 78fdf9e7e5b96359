"""Concordance, changed codebooks, rules in words, and the gender of words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from nlp import Codebook, Coder, load_codebook
from nlp.audit.codebooks import compare_codebooks, count_moves, find_moves, version_problem
from nlp.audit.concordance import coded_places, key_word_in_context, phrase_places
from nlp.audit.groups import errors_by_group, length_bands, swap_gender, swap_test
from nlp.audit.wording import class_words, classes_of, in_words
from nlp.context import DEFAULTS
from nlp.evaluation import coding_of_gold
from nlp.reader import read_corpora
from nlp.reader.corpus import GoldCode, GoldUnit
from parameters import PROJECT

CODEBOOK = PROJECT / "nlp" / "codebook"
NOTES = pd.DataFrame(
    [
        ("a", 1, "é 👩 I do not find IP to be a credible witness. Rang Jodie Marsh re phone."),
        ("b", 1, "SUSP arrested and interviewed. No further  action’s the plan."),
    ],
    columns=["case_id", "entry_no", "text"],
)


@pytest.fixture(scope="module")
def coding(coder: Coder) -> pd.DataFrame:
    return coder.code_notes(NOTES).table


def changed(folder: Path, name: str, old: str, new: str) -> Codebook:
    """A copy of the codebook with one text replaced."""
    shutil.copytree(CODEBOOK, folder)
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_codebook(folder)


def test_a_rules_words_stand_in_the_middle_of_the_line(coding: pd.DataFrame) -> None:
    lines = key_word_in_context(coded_places(coding, NOTES, code="vic-disbelief"), NOTES, width=12)
    (line,) = lines.to_dict("records")
    text = NOTES["text"][0]
    assert line["key"] in text
    assert "credible" in line["key"]
    assert f"{line['left']} {line['key']}" in text or f"{line['left']}{line['key']}" in text


def test_what_is_hidden_is_not_shown_not_even_in_part(coding: pd.DataFrame) -> None:
    def hidden(text: str) -> list[tuple[int, int, str]]:
        at = text.find("Jodie Marsh")
        return [(at, at + len("Jodie Marsh"), "[name]")] if at >= 0 else []

    for width in range(1, 60):
        lines = key_word_in_context(coded_places(coding, NOTES), NOTES, width=width, hidden=hidden)
        shown = " ".join(lines[["left", "key", "right"]].to_numpy().ravel())
        assert not any(part in shown for part in ("Jodie", "Marsh", "odie", "Mars"))


def test_a_phrase_is_found_whatever_its_case_blanks_and_marks(coding: pd.DataFrame) -> None:
    (place,) = phrase_places("NO further action's", NOTES, coding).to_dict("records")
    assert NOTES["text"][1][place["start"] : place["end"]] == "No further  action’s"
    assert len(phrase_places("arrest*", NOTES, coding)) == 1
    assert phrase_places("arrest", NOTES, coding).empty
    assert len(phrase_places("credible *", NOTES, coding)) == 1
    words = phrase_places("*", NOTES, coding)
    assert (words["end"] > words["start"]).all()
    with pytest.raises(ValueError, match="at least one word"):
        phrase_places("  ", NOTES, coding)


def test_a_codebook_does_not_differ_from_itself(codebook: Codebook) -> None:
    again = load_codebook(CODEBOOK)
    assert compare_codebooks(codebook, again) == []
    assert version_problem(codebook, again) == ""


def test_a_new_wording_needs_no_new_version(codebook: Codebook, tmp_path: Path) -> None:
    new = changed(tmp_path / "new", "vic-disbelief.yml", "not to be believed", "not to be relied on")
    (change,) = compare_codebooks(codebook, new)
    assert (change.what, change.parts, change.may_recode) == ("word class", ("says",), False)
    assert version_problem(codebook, new) == ""


def test_a_word_taken_out_needs_one(codebook: Codebook, tmp_path: Path) -> None:
    new = changed(tmp_path / "new", "sus-arrest-interview.yml", "arrested", "never written")
    assert [(one.what, one.change, one.may_recode) for one in compare_codebooks(codebook, new)] == [
        ("word class", "changed", True)
    ]
    assert "Raise 'version'" in version_problem(codebook, new)


def table(*rows: tuple[str, int, str]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=["case_id", "unit_no", "code"])
    return made.assign(entry_no=1, start=made["unit_no"], end=made["unit_no"] + 1, counts=True, rule_id="r")


def test_units_are_gained_lost_and_moved_by_code_and_force() -> None:
    old = table(("a", 1, "x"), ("a", 2, "x"), ("b", 1, "x"), ("b", 2, "y"))
    new = table(("a", 1, "x"), ("a", 3, "x"), ("b", 1, "y"), ("b", 2, "y"))
    moves = find_moves(old, new)
    assert moves.set_index(["case_id", "unit_no"])["move"].to_dict() == {
        ("a", 2): "lost",
        ("a", 3): "gained",
        ("b", 1): "moved",
    }
    counted = count_moves(old, new, moves, forces=pd.Series({"a": "North", "b": "South"}))
    assert counted.set_index(["force", "code"]).loc[("North", "x")].tolist() == [2, 2, 1, 1, 0, 0]
    assert counted.set_index(["force", "code"]).loc[("South", "x")].tolist() == [1, 0, 0, 0, 0, 1]
    assert counted.set_index(["force", "code"]).loc[("South", "y")].tolist() == [1, 2, 0, 0, 1, 0]
    assert count_moves(old, old, find_moves(old, old)).empty


def test_every_rule_can_be_said_in_words(codebook: Codebook) -> None:
    for rule in codebook.rules():
        said = " ".join(in_words(rule))
        assert said.startswith("It looks, within one unit, for ")
        assert ":" not in said.split("{", 1)[-1].split("}", 1)[0]
        assert all(class_words(codebook, name) for name in classes_of(rule))


def test_the_version_in_use_is_in_the_history(codebook: Codebook) -> None:
    history = (CODEBOOK / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {codebook.version}" in history


@pytest.mark.parametrize(
    ("text", "swapped"),
    [
        ("He asked her why SHE left her phone.", "She asked him why HE left his phone."),
        ("Told her. His mother rang him", "Told him. Her father rang her"),
        ("the man, MALE", "the woman, FEMALE"),
        ("heard chest", "heard chest"),
    ],
)
def test_the_gender_of_words_is_swapped(text: str, swapped: str) -> None:
    assert swap_gender(text)[0] == swapped


def test_pronouns_alone_change_no_coding(coder: Coder) -> None:
    notes = NOTES.assign(text=["I do not believe her.", "She says he was arrested."])
    found = swap_test(notes, coder, how="rules")
    assert (found.changed_notes, found.words) == (2, 3)
    assert found.moves.empty


def test_errors_are_told_by_group_and_small_groups_are_not_given_a_figure(coder: Coder) -> None:
    corpus = read_corpora().measured
    corpus = corpus.of_writers(corpus.writers[:3])
    notes = corpus.notes.assign(length=length_bands(corpus.notes))
    coded = coder.code_notes(notes).table
    by_role = errors_by_group(corpus.units, coded, notes, by="author_role", draws=20)
    assert (by_role.loc[by_role["gold"] < 20, "f1"].isna()).all()
    assert by_role["f1"].notna().any()
    by_length = errors_by_group(corpus.units, coded, notes, by="length", draws=0)
    assert by_length["gold"].sum() == by_role["gold"].sum()


def test_few_case_files_give_a_figure_and_no_interval() -> None:
    given = (GoldCode("vic-disbelief", DEFAULTS, counts=True),)
    gold = [
        GoldUnit(f"c{case}/1/{at}", f"c{case}", 1, at * 10, at * 10 + 9, given)
        for case in range(10)
        for at in range(6)
    ]
    cases = [f"c{case}" for case in range(10)]
    notes = pd.DataFrame({"case_id": cases, "entry_no": 1, "force": ["one"] * 5 + ["two"] * 5})
    coded = coding_of_gold(gold).iloc[::2]
    apart = errors_by_group(gold, coded, notes, by="force", draws=20)
    assert apart["f1"].notna().all()
    assert apart["low"].isna().all()
    together = errors_by_group(gold, coded, notes.assign(force="all"), by="force", draws=20)
    assert together["low"].notna().all()
