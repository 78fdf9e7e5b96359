"""Every worked example of the codebook is coded as people agreed it: codes, attributes, what counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp import Coder, load_codebook
from nlp.codebook import Code, Codebook, CodeExample, Rule
from nlp.phrases import every_gender

_CODEBOOK = load_codebook(Path(__file__).parents[2] / "nlp" / "codebook")
_EXAMPLES = [
    pytest.param(code, example, id=f"{code.id}-{example.id}")
    for code in _CODEBOOK.codes
    for example in code.examples
]
_RULES = [pytest.param(rule, id=rule.id) for rule in _CODEBOOK.rules()]
_DEFAULTS = {
    "polarity": "affirmed",
    "voice": "police",
    "status": "done",
    "frame": "current",
    "origin": "police",
}


@pytest.mark.parametrize(("code", "example"), _EXAMPLES)
def test_worked_example_is_coded_as_agreed(code: Code, example: CodeExample, coder: Coder) -> None:
    rows = {row["code"]: row for row in coder.code_text(example.text).to_dict("records")}
    expected = {one.code: {**_DEFAULTS, **dict(one.attributes)} for one in example.codes}
    found = {name: {key: rows[name][key] for key in expected.get(name, _DEFAULTS)} for name in rows}
    assert found == expected
    assert {name for name, row in rows.items() if row["counts"]} == example.counted


@pytest.mark.parametrize("code", _CODEBOOK.codes, ids=lambda code: code.id)
def test_each_code_has_three_positives_and_three_near_misses(code: Code) -> None:
    kinds = [example.kind for example in code.examples]
    assert kinds.count("positive") >= 3
    assert kinds.count("near miss") >= 3


@pytest.mark.parametrize("rule", _RULES)
def test_rule_fires_on_what_it_must_match(rule: Rule, coder: Coder) -> None:
    for example in rule.match:
        given = [
            one for unit in coder.read_units(example.text) for one in unit.given if one.rule.id == rule.id
        ]
        assert given, f"{rule.id} (line {rule.line}) does not match: {example.text}"
        for name, value in example.attributes:
            assert value in [one.values[name] for one in given], f"{name} of: {example.text}"


@pytest.mark.parametrize("rule", _RULES)
def test_rule_stays_silent_on_what_it_must_reject(rule: Rule, coder: Coder) -> None:
    for example in rule.reject:
        fired = {one.rule.id for unit in coder.read_units(example.text) for one in unit.given}
        assert rule.id not in fired, f"{rule.id} (line {rule.line}) matches: {example.text}"


def test_no_rule_quotes_a_worked_example() -> None:
    """A rule must say how something is put in general: no word list may hold most of an example."""
    sentences = [example.text.lower() for code in _CODEBOOK.codes for example in code.examples]
    long_phrases = [
        phrase
        for words in _CODEBOOK.words.values()
        for phrase in words.words
        if len(phrase.split()) >= 6 and any(phrase in sentence for sentence in sentences)
    ]
    assert long_phrases == []


def test_no_word_class_holds_one_gender_alone(codebook: Codebook) -> None:
    """Roles decide in `roles.yml`; and "her" is two words, of which a phrase may want one."""
    one_sided = {
        (name, phrase)
        for name, words in codebook.words.items()
        if not name.startswith("role ")
        for phrase in words.words
        if "her" not in phrase.split() and not set(every_gender(phrase)) <= set(words.words)
    }
    assert one_sided == set()
