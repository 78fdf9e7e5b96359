"""One keyed hash for every choice that must come out the same on every machine."""

from __future__ import annotations

import hashlib
import json

__all__ = ["keyed_hash"]


def keyed_hash(seed: str, *parts: object) -> str:
    """SHA-256 of a seed and the things it is applied to, as 64 hexadecimal digits.

    Ordering by this hash makes a choice depend on the seed and the reference alone: not on row order, a
    library's random generator, or a database.

    Parameters
    ----------
    seed : str
        The inspection's seed, or one derived from it.
    *parts : object
        What is being chosen, such as a case reference; compared by their text.

    Examples
    --------
    >>> keyed_hash("seed", "NS-001")[:8]
    'a22e523e'
    """
    message = json.dumps([seed, *map(str, parts)], ensure_ascii=False)
    return hashlib.sha256(message.encode("utf-8")).hexdigest()
