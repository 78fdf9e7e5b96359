"""The question set is read whole or refused with every reason; its own questions keep the rules they set."""

from collections import Counter
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from parameters import InspectionError
from parameters.fields import PILLARS
from parameters.questions import ANSWERS, FOUND, QUESTIONS_FILE, QuestionSet, load_questions

QUESTIONS = """\
id: trial
title: Trial
sources:
  a-report: A report (2024), contents
stages:
  - id: SU
    title: Suspect
    questions:
      - id: SU1
        pillar: 2
        wording: Was the history searched?
        yes_when: All of it.
        partly_when: Some of it.
        no_when: None of it.
        evidence: required
        source: {work: a-report, point: suspects}
"""
SECOND = QUESTIONS[QUESTIONS.index("      - id: SU1") :]
MISTAKES = {
    "pillar unknown": ("pillar: 2", "pillar: 7", "stages[1].questions[1].pillar is 7"),
    "evidence in other words": ("evidence: required", "evidence: yes please", "Write required or optional."),
    "misspelt key": ("no_when:", "no_wen:", 'Did you mean "no_when"?'),
    "no guidance": ("        partly_when: Some of it.\n", "", "questions[1].partly_when is missing."),
    "work not listed": ("work: a-report", "work: b-report", 'sources lacks "b-report" (SU1)'),
    "letters of another stage": ("- id: SU1", "- id: VC1", "holds VC1, whose letters are not SU."),
    "id of another form": ("- id: SU1", "- id: suspect-1", "which has the wrong form"),
    "id twice": (SECOND, SECOND + SECOND, "stages.questions.id gives SU1 more than once."),
    "stage without questions": (SECOND, "      []\n", "stages[1].questions is an empty list."),
}


def write(folder: Path, text: str) -> Path:
    (folder / "questions.yml").write_text(text, encoding="utf-8")
    return folder / "questions.yml"


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place(mistake: str, tmp_path: Path) -> None:
    right, wrong, told = MISTAKES[mistake]
    assert right in QUESTIONS
    with pytest.raises(InspectionError) as error:
        load_questions(write(tmp_path, QUESTIONS.replace(right, wrong, 1)))
    assert told in str(error.value)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    text = QUESTIONS.replace("pillar: 2", "pillar: 7").replace("title: Suspect", "titel: Suspect")
    with pytest.raises(InspectionError) as error:
        load_questions(write(tmp_path, text))
    assert [problem.field for problem in error.value.problems] == [
        "stages[1].titel",
        "stages[1].questions[1].pillar",
        "stages[1].title",
    ]


def test_not_applicable_is_offered_only_where_the_question_may_not_arise(tmp_path: Path) -> None:
    always = load_questions(write(tmp_path, QUESTIONS)).by_id["SU1"]
    assert always.answers == ("yes", "partly", "no", "not recorded")
    text = QUESTIONS.replace(
        "        evidence:", "        not_applicable_when: No suspect.\n        evidence:"
    )
    assert load_questions(write(tmp_path, text)).by_id["SU1"].answers == tuple(ANSWERS)


def test_only_what_was_found_in_a_file_can_be_pointed_at(tmp_path: Path) -> None:
    required = load_questions(write(tmp_path, QUESTIONS)).by_id["SU1"]
    assert [answer for answer in ANSWERS if required.needs_evidence(answer)] == list(FOUND)
    optional = load_questions(write(tmp_path, QUESTIONS.replace("required", "optional"))).by_id["SU1"]
    assert not any(optional.needs_evidence(answer) for answer in ANSWERS)


def test_the_fingerprint_follows_the_words_and_not_the_layout_of_the_file(tmp_path: Path) -> None:
    one = load_questions(write(tmp_path, QUESTIONS)).fingerprint
    assert load_questions(write(tmp_path, "# a remark\n" + QUESTIONS)).fingerprint == one
    assert load_questions(write(tmp_path, QUESTIONS.replace("Some of it", "Parts of it"))).fingerprint != one


def test_a_question_set_survives_the_way_to_json_and_back() -> None:
    questions = load_questions()
    again = QuestionSet.model_validate(questions.model_dump(mode="json"))
    assert (again, again.fingerprint) == (questions, questions.fingerprint)


def test_the_questions_cover_every_pillar_and_every_source_is_used() -> None:
    questions = load_questions()
    pillars = Counter(question.pillar for question in questions.questions)
    assert set(pillars) == set(PILLARS)
    assert min(pillars.values()) >= 3
    assert {question.source.work for question in questions.questions} == set(questions.sources)


def test_a_question_fits_its_row_and_asks_something() -> None:
    for question in load_questions().questions:
        assert question.wording.endswith("?"), question.id
        assert len(question.wording) <= 125, question.id
        assert all(len(words) <= 125 for words in question.guidance.values()), question.id


def test_no_is_never_explained_by_the_silence_of_the_file() -> None:
    silent = ("not recorded", "no record", "nothing is recorded", "silent", "not stated", "no mention")
    for question in load_questions().questions:
        assert not any(words in question.no_when.casefold() for words in silent), question.id


def test_the_file_means_the_same_to_older_yaml_readers() -> None:
    """Keys such as yes, no and on are true and false in YAML 1.1."""
    text = QUESTIONS_FILE.read_text(encoding="utf-8")
    old = YAML(typ="safe", pure=True)
    old.version = (1, 1)
    assert old.load(text) == YAML(typ="safe", pure=True).load(text)
