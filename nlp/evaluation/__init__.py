"""Measuring the coder: scores against gold, unseen writers, floors and ceiling, kinds of error, the card."""

from nlp.evaluation.held_out import Choice, choose_combination, load_held_out, read_held_out
from nlp.evaluation.scores import (
    Balance,
    Evaluation,
    coding_of_gold,
    evaluate,
    evaluate_coders,
    two_coders_of_each,
)

__all__ = [
    "Balance",
    "Choice",
    "Evaluation",
    "choose_combination",
    "coding_of_gold",
    "evaluate",
    "evaluate_coders",
    "load_held_out",
    "read_held_out",
    "two_coders_of_each",
]
