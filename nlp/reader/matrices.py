"""Texts as rows of numbers: term frequency by inverse document frequency, each row of length one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float32]
Features = Callable[[str], list[str]]


@dataclass(frozen=True)
class Vocabulary:
    """The features learnt from the training texts and the weight of each: the rarer, the heavier.

    Attributes
    ----------
    columns
        Column of each feature.
    weights
        Inverse document frequency by column, shape (features,).
    features
        Cuts a text into its features.
    """

    columns: dict[str, int]
    weights: Floats
    features: Features

    def matrix(self, texts: Sequence[str]) -> sparse.csr_array:
        """The texts as rows, shape (texts, features); features never seen in training are left out.

        A term that occurs n times weighs 1 + ln n (sublinear term frequency), and each row is
        divided by its Euclidean length.
        """
        starts, columns, values = [0], [], []
        for text in texts:
            known = Counter(self.columns[name] for name in self.features(text) if name in self.columns)
            ordered = sorted(known)
            row = (1 + np.log([known[at] for at in ordered], dtype=np.float32)) * self.weights[ordered]
            columns += ordered
            values.append(row / (np.linalg.norm(row) or 1.0))
            starts.append(len(columns))
        data = np.concatenate(values) if values else np.zeros(0)
        return sparse.csr_array(
            (data.astype(np.float32), np.array(columns, np.int32), np.array(starts, np.int32)),
            shape=(len(texts), len(self.columns)),
        )


def learn_vocabulary(texts: Sequence[str], features: Features, *, least: int = 1) -> Vocabulary:
    """Learn the features that occur in at least `least` of the texts, in alphabetical order.

    The weight of a feature in d of n texts is ln((1 + n) / (1 + d)) + 1.
    """
    spread = Counter(name for text in texts for name in set(features(text)))
    kept = sorted(name for name, texts_with in spread.items() if texts_with >= least)
    counts = np.array([spread[name] for name in kept], np.float64)
    weights = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
    return Vocabulary({name: at for at, name in enumerate(kept)}, weights, features)
