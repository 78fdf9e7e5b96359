"""What the reader learns to tell of a unit, and how scores become codes and probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from nlp.reader.corpus import GoldUnit
from nlp.reader.matrices import Floats

VICTIM_CREDIBILITY, SUSPECT_FOCUS = "vic-", "sus-"
ATTRIBUTES = (
    ("polarity", "rebutted"),
    ("polarity", "not-done"),
    ("voice", "suspect"),
    ("voice", "defence"),
    ("voice", "cps"),
    ("voice", "victim"),
    ("voice", "other"),
    ("status", "planned"),
)
_HALF_WEIGHT = 60
"""Gold units at which a code's own threshold and the pooled one weigh the same: rare codes are noisy."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Targets:
    """The questions asked of every unit, in column order.

    For each orientation: does it count at all, is it mentioned at all? For each code: does it count
    (not for OTH codes), is it mentioned? For each attribute value: has some code of the unit got it?
    """

    codes: tuple[str, ...]

    @cached_property
    def focus_codes(self) -> tuple[str, ...]:
        """The codes that can count."""
        return tuple(code for code in self.codes if code.startswith((VICTIM_CREDIBILITY, SUSPECT_FOCUS)))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every target: what is asked, and of what."""
        orientations = (VICTIM_CREDIBILITY, SUSPECT_FOCUS)
        return (
            *(f"counted {prefix}" for prefix in orientations),
            *(f"mentioned {prefix}" for prefix in orientations),
            *(f"counted {code}" for code in self.focus_codes),
            *(f"mentioned {code}" for code in self.codes),
            *(f"{attribute} {value}" for attribute, value in ATTRIBUTES),
        )

    def answers(self, units: Sequence[GoldUnit]) -> Floats:
        """The gold answers, 0 or 1, shape (units, targets)."""
        column = {name: at for at, name in enumerate(self.names)}
        answers = np.zeros((len(units), len(column)), np.float32)
        for row, unit in zip(answers, units, strict=True):
            for code in unit.codes:
                asked = [f"mentioned {code.code}", f"mentioned {code.code[:4]}"]
                if code.counts:
                    asked += [f"counted {code.code}", f"counted {code.code[:4]}"]
                asked += [f"{attribute} {value}" for attribute, value in code.attributes.items()]
                row[[column[name] for name in asked if name in column]] = 1
        return answers


def targets_of(units: Sequence[GoldUnit]) -> Targets:
    """The targets for the codes that occur in a corpus."""
    return Targets(tuple(sorted({code.code for unit in units for code in unit.codes})))


@dataclass(frozen=True)
class Scale:
    """How to read scores: the threshold of each target, and the two numbers that turn it to a probability.

    Thresholds and probabilities are fitted to scores that units got from other writers only.
    """

    thresholds: Floats
    slopes: Floats
    intercepts: Floats

    def probabilities(self, scores: Floats) -> Floats:
        """Calibrated probabilities, same shape as `scores`."""
        return np.asarray(_logistic(scores * self.slopes + self.intercepts), np.float32)


def fit_scale(targets: Targets, unseen: Floats, answers: Floats) -> Scale:
    """Set thresholds for the best F1, a rare code's drawn towards its kind's, and calibrate (Platt 1999)."""
    truth = answers > 0
    names = targets.names
    thresholds = np.array([best_threshold(unseen[:, at], truth[:, at]) for at in range(len(names))])
    for asked, prefix in (
        ("counted", VICTIM_CREDIBILITY),
        ("counted", SUSPECT_FOCUS),
        ("mentioned", VICTIM_CREDIBILITY),
        ("mentioned", SUSPECT_FOCUS),
        ("mentioned", "oth-"),
    ):
        kind = [
            at
            for at, name in enumerate(names)
            if name.startswith(f"{asked} {prefix}") and name != f"{asked} {prefix}"
        ]
        if not kind:
            continue
        pooled = best_threshold(unseen[:, kind].ravel(), truth[:, kind].ravel())
        gold = truth[:, kind].sum(axis=0)
        own = np.where(gold > 0, thresholds[kind], pooled)
        share = gold / (gold + _HALF_WEIGHT)
        thresholds[kind] = share * own + (1 - share) * pooled
    curves = [_calibrate(unseen[:, at], truth[:, at]) for at in range(len(names))]
    slopes, intercepts = np.array(curves, np.float32).T
    return Scale(thresholds.astype(np.float32), slopes, intercepts)


def best_threshold(scores: Floats, truth: Flags) -> float:
    """The score from which on to accept for the best F1; infinite where nothing is true."""
    if not truth.any():
        return float("inf")
    order = np.argsort(-scores, kind="stable")
    accepted = np.arange(1, len(scores) + 1)
    f1 = 2 * np.cumsum(truth[order]) / (accepted + truth.sum())
    ordered = scores[order]
    last = int(f1.argmax())
    return float((ordered[last] + ordered[min(last + 1, len(ordered) - 1)]) / 2)


def _calibrate(scores: Floats, truth: Flags) -> tuple[float, float]:
    """Slope and intercept of the most likely logistic curve, with Platt's softened answers."""
    yes = int(truth.sum())
    no = len(truth) - yes
    wanted = np.where(truth, (yes + 1) / (yes + 2), 1 / (no + 2))
    x = np.column_stack([scores, np.ones(len(scores))]).astype(np.float64)

    def surprise(curve: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        logit = x @ curve
        return (
            float(np.mean(np.logaddexp(0, logit) - wanted * logit)),
            x.T @ (_logistic(logit) - wanted) / len(x),
        )

    start = np.array([1.0, np.log((yes + 1) / (no + 1))])
    slope, intercept = minimize(surprise, start, jac=True, method="BFGS", options={"gtol": 1e-7}).x
    return float(slope), float(intercept)


def _logistic(x: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))
