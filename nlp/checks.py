"""Checking a codebook against its own examples: what codes and rules say they must and must not find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nlp.codebook import Code, Rule
from nlp.coder import Coder

__all__ = ["FailedExample", "check_examples"]

_DEFAULTS = {
    "polarity": "affirmed",
    "voice": "police",
    "status": "done",
    "frame": "current",
    "origin": "police",
}


@dataclass(frozen=True)
class FailedExample:
    """An example that is not coded as the codebook says; examples are invented, so they may be quoted."""

    file: str
    line: int
    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.what}\n  {self.text}"


def check_examples(coder: Coder) -> list[FailedExample]:
    """Code every example of the coder's codebook, and list those that come out otherwise than agreed.

    Parameters
    ----------
    coder : Coder
        The coder, with the codebook to check.

    Returns
    -------
    list of FailedExample
        Empty when every example passes.
    """
    failed: list[FailedExample] = []
    for code in coder.codebook.codes:
        failed += _check_code(code, coder)
        for rule in code.rules:
            failed += _check_rule(rule, coder)
    return failed


def _check_code(code: Code, coder: Coder) -> Iterator[FailedExample]:
    for example in code.examples:
        rows = {row["code"]: row for row in coder.code_text(example.text).to_dict("records")}
        expected = {one.code: {**_DEFAULTS, **dict(one.attributes)} for one in example.codes}
        found = {name: {key: row[key] for key in expected.get(name, _DEFAULTS)} for name, row in rows.items()}
        counted = {name for name, row in rows.items() if row["counts"]}
        if found != expected or counted != example.counted:
            what = f"example {example.id} is coded {_codes(found)}, but should be {_codes(expected)}."
            yield FailedExample(f"{code.id}.yml", example.line, what, example.text)


def _check_rule(rule: Rule, coder: Coder) -> Iterator[FailedExample]:
    file = f"{rule.code}.yml"
    for example in rule.match:
        given = [
            one for unit in coder.read_units(example.text) for one in unit.given if one.rule.id == rule.id
        ]
        if not given:
            yield FailedExample(
                file, rule.line, f"{rule.id} does not match an example it must.", example.text
            )
        for name, value in example.attributes:
            if given and value not in [one.values[name] for one in given]:
                what = f"{rule.id} does not set {name} to {value} in an example."
                yield FailedExample(file, rule.line, what, example.text)
    for example in rule.reject:
        fired = {one.rule.id for unit in coder.read_units(example.text) for one in unit.given}
        if rule.id in fired:
            yield FailedExample(file, rule.line, f"{rule.id} matches an example it must not.", example.text)


def _codes(found: dict[str, dict[str, str]]) -> str:
    shown = []
    for name, values in found.items():
        odd = [f"{key}={value}" for key, value in values.items() if value != _DEFAULTS.get(key, "")]
        shown.append(f"{name} {{{', '.join(odd)}}}" if odd else name)
    return "; ".join(shown) or "nothing"
