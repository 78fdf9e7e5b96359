"""The questions asked of every case file: `parameters/questions.yml`, its model and its reader."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from parameters.fields import ANSWERS, NOT_ANSWERED
from parameters.loading import load_model
from parameters.models.values import Slug, Strictly, Words, given_twice, rule
from parameters.paths import PROJECT
from parameters.suggestions import listed

__all__ = [
    "ANSWERS",
    "FOUND",
    "NOT_ANSWERED",
    "QUESTIONS_FILE",
    "Question",
    "QuestionSet",
    "QuestionSource",
    "Stage",
    "load_questions",
]

QUESTIONS_FILE = PROJECT / "parameters" / "questions.yml"

FOUND = ("yes", "partly", "no")
"""Answers that say what was done, and so can be shown in the file."""

StageId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
QuestionId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[1-9][0-9]?$")]


Item = TypeVar("Item")


def _not_empty(items: tuple[Item, ...]) -> tuple[Item, ...]:
    # pydantic's own min_length also calls a list empty when its only item has a mistake
    if not items:
        raise rule("is an empty list.", "Write at least one, beginning with a hyphen.")
    return items


class QuestionSource(Strictly):
    """The public work that shows why a question is asked."""

    work: Slug = Field(description="A key of sources, at the top of the file.")
    point: Words = Field(description="What in that work the question rests on, in a few words.")


class Question(Strictly):
    """One question of the form, and how each answer is told from the others."""

    id: QuestionId = Field(description="Letters of the stage and a number, such as SU3.")
    pillar: Literal[1, 2, 3, 4, 5, 6] = Field(description="Pillar it belongs to, 1 to 6.")
    wording: Words = Field(description="The question, as the inspector reads it.")
    yes_when: Words = Field(description="What the file must show for yes.")
    partly_when: Words = Field(description="What the file must show for partly.")
    no_when: Words = Field(description="What the file must show for no; silence is not recorded.")
    not_applicable_when: Words | None = Field(
        None, description="When the question does not arise; without it, not applicable is not offered."
    )
    not_recorded_when: Words | None = Field(
        None, description="What not recorded means here, where the usual meaning needs more words."
    )
    evidence: Literal["required", "optional"] = Field(
        description="required: yes, partly and no must name the log entry that shows it."
    )
    source: QuestionSource = Field(description="The public work that shows why the question is asked.")

    @property
    def answers(self) -> tuple[str, ...]:
        """Answers offered, in the order of the scale."""
        return tuple(self.guidance)

    @property
    def guidance(self) -> dict[str, str]:
        """Answer -> when to give it, for the answers offered."""
        told = {
            "yes": self.yes_when,
            "partly": self.partly_when,
            "no": self.no_when,
            "not applicable": self.not_applicable_when,
            "not recorded": self.not_recorded_when or ANSWERS["not recorded"],
        }
        return {answer: words for answer, words in told.items() if words is not None}

    def needs_evidence(self, answer: str) -> bool:
        """Whether this answer must name the log entry that shows it."""
        return self.evidence == "required" and answer in FOUND


class Stage(Strictly):
    """A stage of a case's journey, and the questions about it."""

    id: StageId = Field(description="Two capital letters, with which its questions' ids begin.")
    title: Words = Field(description="Heading above its questions.")
    questions: Annotated[tuple[Question, ...], AfterValidator(_not_empty)] = Field(
        description="The questions, in the order they are asked.", json_schema_extra={"minItems": 1}
    )

    @model_validator(mode="after")
    def _questions_carry_its_letters(self) -> Self:
        strays = [question.id for question in self.questions if question.id[:2] != self.id]
        if strays:
            raise rule(
                f"holds {listed(strays)}, whose letters are not {self.id}.",
                f"Begin the ids of this stage's questions with {self.id}, or move them to their own stage.",
                field="questions",
            )
        return self


class QuestionSet(Strictly):
    """The questions of a case-file review: `parameters/questions.yml`."""

    id: Slug = Field(description="Short name: small letters, digits and hyphens.")
    title: Words = Field(description="Title printed on the forms.")
    sources: dict[Slug, Words] = Field(description="Short name of a public work -> its title and date.")
    stages: Annotated[tuple[Stage, ...], AfterValidator(_not_empty)] = Field(
        description="Stages of a case's journey, in order.", json_schema_extra={"minItems": 1}
    )

    @model_validator(mode="after")
    def _names_are_known_and_given_once(self) -> Self:
        for field, names in (
            ("stages.id", [stage.id for stage in self.stages]),
            ("stages.questions.id", [question.id for question in self.questions]),
        ):
            twice = given_twice(names)
            if twice:
                raise rule(f"gives {listed(twice)} more than once.", "Keep each id once.", field=field)
        named = {question.source.work: question.id for question in self.questions}
        unknown = {work: question for work, question in named.items() if work not in self.sources}
        if unknown:
            places = listed(f'"{work}" ({question})' for work, question in unknown.items())
            raise rule(
                f"lacks {places}, named by a question.",
                f"Add it, or name one of: {listed(self.sources, last='or')}.",
                field="sources",
            )
        return self

    @property
    def questions(self) -> tuple[Question, ...]:
        """Questions in the order they are asked."""
        return tuple(question for stage in self.stages for question in stage.questions)

    @property
    def by_id(self) -> dict[str, Question]:
        """Questions by id, in the order they are asked."""
        return {question.id: question for question in self.questions}

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything in the set: two forms with the same one asked the same thing."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def load_questions(path: str | Path = QUESTIONS_FILE) -> QuestionSet:
    """Read the questions asked of every case file.

    Parameters
    ----------
    path : str or Path
        YAML file, by default ``parameters/questions.yml``.

    Raises
    ------
    InspectionError
        With every problem of the file: field, value, what is wrong, remedy.

    Examples
    --------
    >>> load_questions().by_id["SU1"].pillar
    2
    """
    return load_model(Path(path), QuestionSet)
