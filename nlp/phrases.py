"""The phrases of a codebook written out: every alternative, every gender."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

__all__ = ["NESTED", "every_gender", "expand", "leaves_alternatives", "written_out"]

_ALTERNATIVES = re.compile(r"\(([^()]*\|[^()]*)\)")
NESTED = "'{phrase}' has a bracket inside a bracket, or a '|' outside one; write it as two phrases"
"""What is wrong with a phrase that leaves alternatives."""

_PRONOUN_FORMS = {
    **dict.fromkeys(("he", "she", "they"), ("he", "she", "they")),
    **dict.fromkeys(("him", "them"), ("him", "her", "them")),
    **dict.fromkeys(("his", "their"), ("his", "her", "their")),
    "her": ("him", "his", "her", "them", "their"),
    **dict.fromkeys(("himself", "herself", "themselves"), ("himself", "herself", "themselves")),
}
_PERSON_FORMS = (
    *(("male", "female"), ("males", "females"), ("man", "woman"), ("men", "women")),
    *(("boy", "girl", "lad", "lass"), ("boys", "girls", "lads", "lasses")),
    *(("boyfriend", "girlfriend"), ("boyfriends", "girlfriends"), ("bf", "gf"), ("husband", "wife")),
    *(("father", "mother"), ("dad", "mum"), ("brother", "sister"), ("brothers", "sisters")),
    *(("son", "daughter"), ("uncle", "aunt"), ("nephew", "niece"), ("nephews", "nieces")),
    *(("barman", "barmaid"), ("mr", "mrs")),
)
_GENDERS = {
    **_PRONOUN_FORMS,
    **{start + form: tuple(start + other for other in forms)
       for start in ("", "ex-", "step", "step-") for forms in _PERSON_FORMS for form in forms},
}  # fmt: skip


def expand(phrase: str) -> list[str]:
    """Write out the alternatives of a phrase: `inconsisten(t|cy)` is `inconsistent` and `inconsistency`.

    >>> expand("fail(s|ed) to (say|mention)")
    ['fails to say', 'fails to mention', 'failed to say', 'failed to mention']
    """
    parts = _ALTERNATIVES.split(phrase)
    choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    return [" ".join("".join(choice).split()) for choice in product(*choices)]


def every_gender(phrase: str) -> list[str]:
    """A phrase with each of its pronouns and words for people in every gender: no rule can depend on one.

    >>> every_gender("told him so")
    ['told him so', 'told her so', 'told them so']
    >>> every_gender("ex-wife seen")
    ['ex-husband seen', 'ex-wife seen']
    """
    return [" ".join(words) for words in product(*(_GENDERS.get(word, (word,)) for word in phrase.split()))]


def leaves_alternatives(phrase: str) -> bool:
    """Whether a "|" is left once the alternatives are written out, as it is in `(a|(b|c) d)`."""
    return "|" in _ALTERNATIVES.sub("", phrase)


def written_out(phrases: Iterable[str], *, genders: bool) -> tuple[str, ...]:
    forms = (form for phrase in phrases for form in expand(phrase) if form)
    if genders:
        forms = (form for phrase in forms for form in every_gender(phrase))
    return tuple(dict.fromkeys(forms))
