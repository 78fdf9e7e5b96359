"""What reviewers found: the final answers of the case-file review, counted like every other share of files.

A question has a row for each answer it offers. "Not applicable" is a share of the files reviewed; the others
are shares of the files in which the question arises, so that "not recorded" never hides among "no" and what
does not arise never lowers a share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from inspections.indicators.registry import Indicator, Material, Results, results_of
from inspections.indicators.rows import Row, SampledFiles
from parameters.fields import NOT_ANSWERED
from parameters.questions import Question, QuestionSet

__all__ = ["ANSWER_PREFIX", "dip_answers", "review_results"]

ANSWER_PREFIX = "answer-"
"""What the id of an answer's indicator begins with."""

_ARISES = "in which the question arises"
_NOT_ARISING = "not applicable"


def review_results(material: Material, questions: QuestionSet) -> Results:
    """Shares of the sampled case files by the reviewers' answer to each question.

    Weighted where strata were read unequally, with the intervals of any share of sampled files. Answers on
    files that were not drawn, and questions left open, are not counted; a share says how many files it is of.
    The files in which a question was answered stand for those of their stratum in which it was not.

    Parameters
    ----------
    material : Material
        One force's sample and, in ``further``, its review answers; without them there are no rows.
    questions : QuestionSet
        The questions that were asked.

    Returns
    -------
    Results
        Not yet safe to release. The groups of an indicator are the answers of its question.
    """
    given = material.further.get("reviews")
    if given is None:
        return results_of([], material)
    given = given[given["case_id"].isin(material.sample["case_id"])]
    answered = given[given["answer"].ne(NOT_ANSWERED)].set_index(["question", "case_id"])["answer"]
    asked = set(answered.index.get_level_values("question"))
    files = SampledFiles.of(material.sample, material.frame)
    computed = (
        (_indicator(question), _rows(question, answered.loc[question.id], files))
        for question in questions.questions
        if question.id in asked
    )
    return results_of(computed, material)


def dip_answers(reviews: pd.DataFrame, dips: pd.DataFrame, questions: QuestionSet) -> pd.DataFrame:
    """Final answers on the files of each dip sample: plain counts, apart from all that speaks for the force.

    Restricted: the files of one outcome are few. A file that the main sample holds too counts here as well.

    Parameters
    ----------
    reviews : DataFrame
        Review answers: ``case_id, question, answer``.
    dips : DataFrame
        Cases of the dip samples, with ``outcome``.
    questions : QuestionSet
        The questions that were asked.

    Returns
    -------
    DataFrame
        ``outcome, question, wording, answer, files, reviewed``: a row an outcome type and question, for each
        answer that it offers. ``reviewed`` counts the files in which the question was answered.
    """
    drawn = reviews.merge(dips[["case_id", "outcome"]], on="case_id")
    given = drawn[drawn["answer"].ne(NOT_ANSWERED)].value_counts(["outcome", "question", "answer"])
    rows = []
    for outcome in sorted(dips["outcome"].unique()):
        for question in questions.questions:
            counts = [int(given.get((outcome, question.id, answer), 0)) for answer in question.answers]
            rows += [
                (outcome, question.id, question.wording, answer, count, sum(counts))
                for answer, count in zip(question.answers, counts, strict=True)
            ]
    return pd.DataFrame(rows, columns=["outcome", "question", "wording", "answer", "files", "reviewed"])


def _rows(question: Question, answers: pd.Series, files: SampledFiles) -> Iterator[Row]:
    answers, drawn = answers[answers.index.isin(files.weight.index)], len(files.weight)
    files = _standing_for_all(files, answers.index)
    every = pd.Series(True, index=answers.index)
    arises = answers.ne(_NOT_ARISING)
    reviewed = "" if len(answers) == drawn else "reviewed"
    always = _NOT_ARISING not in question.answers
    for answer in question.answers:
        among, base = (every, reviewed) if always or answer == _NOT_ARISING else (arises, _ARISES)
        yield files.share(answers.eq(answer), among=among, base=base, group=answer)


def _standing_for_all(files: SampledFiles, reviewed: pd.Index) -> SampledFiles:
    """The files reviewed, each standing also for its part of those of its stratum that were not reviewed.

    They are a part of the sample, not a group of cases of their own: an interval that took them for all there
    is would be too short, and one of files read whole would not be there at all.
    """
    stratum = files.stratum.loc[reviewed]
    sampled_to_read = files.stratum.value_counts() / stratum.value_counts()
    return replace(files, weight=files.weight.loc[reviewed] * stratum.map(sampled_to_read), stratum=stratum)


def _indicator(question: Question) -> Indicator:
    return Indicator(
        id=f"{ANSWER_PREFIX}{question.id}",
        label=question.wording,
        pillar=question.pillar,
        unit="per cent",
        definition="Share of case files in which reviewers gave this answer.",
        formula="files with the answer / files in which the question arises (not applicable: files reviewed)",
        denominator="Sampled case files reviewed in which the question arises.",
        caveat="As reviewers read the file, after moderation. Not recorded says nothing of what was done.",
        source=f"Question {question.id} of the case-file review",
        direction="What a higher share means depends on the answer.",
        about="files",
    )
