"""The second look at extracts: what was replaced in each, and what may still point to somebody.

A person reads it beside the originals before approving anything. Presidio, where it is installed, adds what
it suspects; it takes nothing off the list, and nothing is replaced or released on its word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import pandas as pd

from inspections.extracts import people_of
from inspections.pseudonyms import Found, Vocabulary, is_harmless, pseudonymise

__all__ = ["presidio_version", "second_look"]

_COLUMNS = ["id", "look", "kind", "words", "times", "found_by"]
_MODELS = ("en_core_web_lg", "en_core_web_md", "en_core_web_sm")
"""Language models that presidio may use, the best first, where one is installed; none is fetched."""

_ASK_THE_NETWORK = ("EmailRecognizer",)
"""Parts of presidio that fetch lists; the rules find e-mail addresses by themselves."""

Suspect = Callable[[str], list[Found]]
"""Gives the kinds and words in a pseudonymised text that may still point to somebody."""


def second_look(
    candidates: pd.DataFrame, notes: pd.DataFrame, vocabulary: Vocabulary, *, suspect: Suspect | None = None
) -> pd.DataFrame:
    """List for each extract what was replaced in it, and what looks identifying still.

    Parameters
    ----------
    candidates : DataFrame
        As :func:`inspections.extracts.candidate_extracts` gives them.
    notes : DataFrame
        The notes that they are from.
    vocabulary : Vocabulary
        The one that they were pseudonymised with.
    suspect : callable, optional
        A further reader of the pseudonymised texts; by default presidio, where it is installed.

    Returns
    -------
    DataFrame
        ``id, look, kind, words, times, found_by``: look is ``replaced`` (words are then the original ones) or
        ``still there``. Restricted.
    """
    suspect = suspect or _presidio()
    people = people_of(candidates["case_id"], notes)
    rows = []
    for name, case, original in candidates[["id", "case_id", "original"]].itertuples(index=False):
        safe = pseudonymise(str(original), vocabulary, people=people[str(case)])
        looks = [("replaced", "rules", safe.replaced), ("still there", "rules", safe.look_again)]
        if suspect is not None:
            looks.append(("still there", "presidio", tuple(suspect(safe.text))))
        for look, found_by, found in looks:
            counted = Counter(found)
            rows += [(name, look, *what, times, found_by) for what, times in counted.items()]
    return pd.DataFrame(rows, columns=_COLUMNS)


def presidio_version() -> str:
    """The version of presidio that looks again; empty where it is not installed."""
    try:
        return version("presidio-analyzer")
    except PackageNotFoundError:
        return ""


def _presidio() -> Suspect | None:
    """Presidio as a further reader, with the best language model there is, or with its patterns alone."""
    if find_spec("presidio_analyzer") is None:
        return None
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    nlp_engine = _nlp_engine()
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=nlp_engine)
    for name in _ASK_THE_NETWORK:
        registry.remove_recognizer(name)
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp_engine, supported_languages=["en"])

    def suspect(text: str) -> list[Found]:
        return list(_outside_brackets(text, engine.analyze(text=text, language="en")))

    return suspect


def _nlp_engine() -> Any:
    import spacy
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    model = next((name for name in _MODELS if spacy.util.is_package(name)), "")
    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": model or "blank"}])
    engine.nlp = {"en": spacy.load(model) if model else spacy.blank("en")}
    return engine


def _outside_brackets(text: str, results: list[Any]) -> Iterator[Found]:
    """Leave out what stands for something replaced, and the roles that stay."""
    for result in sorted(results, key=lambda result: (result.start, result.end, result.entity_type)):
        words = text[result.start : result.end]
        before, after = text[: result.start], text[result.end :]
        replaced = before.count("[") > before.count("]") or after.count("]") > after.count("[")
        if not replaced and not all(is_harmless(word) for word in words.split()):
            yield result.entity_type.lower().replace("_", " "), words
