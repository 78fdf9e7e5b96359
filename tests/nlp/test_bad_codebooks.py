"""A mistake in a codebook is reported with its file, its line and what to do; all mistakes at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nlp import CodebookError, load_codebook

SOURCE = Path(__file__).parents[2] / "nlp" / "codebook"
RULE = """  - id: oth-admin-90
    says: A test rule.
    find: ["{housekeeping}"]
    examples:
      match: [OEL reviewed.]
      reject: [IP seen.]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOURCE, tmp_path / "codebook"))


def _add_rule(folder: Path, rule: str) -> int:
    """Put a rule first in oth-admin.yml; the line it starts on."""
    path = folder / "oth-admin.yml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = lines.index("rules:\n") + 1
    path.write_text("".join([*lines[:at], rule, *lines[at:]]), encoding="utf-8")
    return at + 1


def _mistakes(folder: Path) -> list[str]:
    with pytest.raises(CodebookError) as caught:
        load_codebook(folder)
    return str(caught.value).splitlines()


def test_a_sound_rule_is_accepted(folder: Path) -> None:
    _add_rule(folder, RULE)
    assert "oth-admin-90" in {rule.id for rule in load_codebook(folder).rules()}


@pytest.mark.parametrize(
    ("old", "new", "offset", "message"),
    [
        (
            "says:",
            "syas:",
            1,
            "rule 'oth-admin-90': unknown key 'syas'; the keys known here are: about, examples, find, id, "
            "near, negated, not_under, says, set, stands, under, with, without",
        ),
        (
            "{housekeeping}",
            "{housekeping}",
            2,
            "rule 'oth-admin-90': there is no word class 'housekeping' (did you mean 'housekeeping'?); "
            "add it to words.yml or to 'words' in this file",
        ),
        (
            "oth-admin-90",
            "oth-admin-01",
            -1,
            "rule 'oth-admin-01' is already on line",
        ),
        (
            "      match: [OEL reviewed.]\n",
            "",
            4,
            "rule 'oth-admin-90' examples: 'match' is missing or empty",
        ),
        (
            "      reject: [IP seen.]\n",
            "      reject: []\n",
            5,
            "rule 'oth-admin-90' examples: 'reject' is missing or empty",
        ),
        ("oth-admin-90", "admin-1", 0, "rule 'admin-1': 'id' must be 'oth-admin-' and two digits"),
        (
            "    examples:",
            "    about: the victim\n    examples:",
            3,
            "rule 'oth-admin-90': 'about' is 'the victim'; it must be one of: victim, suspect, not victim, "
            "not suspect, anyone",
        ),
        (
            '"{housekeeping}"',
            '"{victim} <=3 {suspect}"',
            2,
            "rule 'oth-admin-90': the pattern '{victim} <=3 {suspect}' needs a word besides the people in it",
        ),
        (
            '"{housekeeping}"',
            '"(reviewed|(now|then) seen)"',
            2,
            "rule 'oth-admin-90': '(reviewed|(now|then) seen)' has a bracket inside a bracket, or a '|' "
            "outside one; write it as two phrases",
        ),
    ],
)
def test_a_mistake_in_a_rule_is_reported_with_its_line(
    folder: Path, old: str, new: str, offset: int, message: str
) -> None:
    line = _add_rule(folder, RULE.replace(old, new))
    reported = _mistakes(folder)
    assert any(message in one for one in reported)
    if offset >= 0:
        assert any(one.startswith(f"oth-admin.yml, line {line + offset}: {message}") for one in reported)


def test_a_code_whose_id_says_another_orientation_is_refused(folder: Path) -> None:
    path = folder / "oth-admin.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("orientation: other", "orientation: suspect-focus"), encoding="utf-8")
    line = text.splitlines().index("id: oth-admin") + 1
    wanted = "code: 'id' is 'oth-admin'; that of a code of suspect-focus begins with 'sus-'"
    assert f"oth-admin.yml, line {line}: {wanted}" in _mistakes(folder)


def test_a_bracket_in_a_bracket_of_a_word_list_is_reported_with_its_line(folder: Path) -> None:
    path = folder / "roles.yml"
    text = path.read_text(encoding="utf-8")
    phrase = "    - (boss|(line|shop) manager)\n"
    path.write_text(
        text + "\nnowhere else:\n  says: People.\n  words:\n    - foreman\n" + phrase, encoding="utf-8"
    )
    line = len(path.read_text(encoding="utf-8").splitlines())
    assert any(
        one.startswith(f"roles.yml, line {line}: ")
        and "'(boss|(line|shop) manager)' has a bracket inside" in one
        for one in _mistakes(folder)
    )


def test_every_mistake_in_every_file_is_reported_at_once(folder: Path) -> None:
    _add_rule(folder, RULE.replace("{housekeeping}", "{nowhere}"))
    (folder / "vic-disbelief.yml").write_text("id: vic-disbeleif\n", encoding="utf-8")
    (folder / "context.yml").write_text("cues: none\n", encoding="utf-8")
    files = {one.split(",")[0] for one in _mistakes(folder)}
    assert files == {"oth-admin.yml", "vic-disbelief.yml", "context.yml"}


def test_a_file_that_is_not_yaml_is_named_with_the_line(folder: Path) -> None:
    (folder / "roles.yml").write_text("victim:\n  says: [unclosed\n", encoding="utf-8")
    assert any(one.startswith("roles.yml, line ") and "not valid YAML" in one for one in _mistakes(folder))


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "words.yml").unlink()
    assert any(one.startswith("words.yml, line 1: the file is missing") for one in _mistakes(folder))


def test_a_key_given_twice_is_reported(folder: Path) -> None:
    path = folder / "codebook.yml"
    path.write_text(path.read_text(encoding="utf-8") + "title: Again\n", encoding="utf-8")
    assert any("the key 'title' is given twice" in one for one in _mistakes(folder))
