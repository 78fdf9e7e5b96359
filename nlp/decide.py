"""Which codes a unit keeps: one row per code, the ground before the verdict, residual codes last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from nlp.codebook import Code, Rule

_RESIDUAL_ORDER = ("oth-account-content", "oth-evidence-neutral", "oth-admin")


class Given(NamedTuple):
    """A code that one rule gives to a unit, with its context.

    `start` and `end` are the trigger's code-point offsets in the note; `cues` are the cues that
    decided an attribute, as text for the coding table.
    """

    rule: Rule
    values: Mapping[str, str]
    start: int
    end: int
    cues: str
    counts: bool

    @property
    def code(self) -> str:
        """The code given."""
        return self.rule.code


class Decision(NamedTuple):
    """A code a unit keeps; `mixed` where its rules disagree on polarity."""

    given: Given
    planned: bool = False
    mixed: bool = False


def decide(given: Iterable[Given], codes: Mapping[str, Code], *, checklist: bool) -> list[Decision]:
    """Settle the codes of one unit.

    Parameters
    ----------
    given
        Everything its rules gave.
    codes
        The codebook's codes by id.
    checklist
        Whether the unit is a form line nobody filled in.
    """
    given = list(given)
    boilerplate = [one for one in given if one.values["boilerplate"] or checklist]
    if boilerplate:
        admin = [one for one in boilerplate if one.code == "oth-admin"]
        return [Decision(one) for one in (admin or boilerplate)[:1]]
    by_code: dict[str, list[Given]] = {}
    for one in given:
        by_code.setdefault(one.code, []).append(one)
    _ground_beats_verdict(by_code, codes)
    _residual_last(by_code, codes)
    return [_settle(by_code[code]) for code in sorted(by_code)]


def _ground_beats_verdict(by_code: dict[str, list[Given]], codes: Mapping[str, Code]) -> None:
    for name in [name for name in by_code if codes[name].gives_way]:
        grounds = [
            other
            for other in by_code
            if other != name and codes[other].orientation == codes[name].orientation
        ]
        if grounds:
            by_code[name] = [one for one in by_code[name] if one.rule.stands]
            if not by_code[name]:
                del by_code[name]


def _residual_last(by_code: dict[str, list[Given]], codes: Mapping[str, Code]) -> None:
    residual = [name for name in by_code if codes[name].residual]
    if len(residual) < len(by_code):
        losers = residual
    else:
        order = {name: at for at, name in enumerate(_RESIDUAL_ORDER)}
        losers = sorted(residual, key=lambda name: order.get(name, len(order)))[1:]
    for name in losers:
        del by_code[name]


def _settle(rivals: list[Given]) -> Decision:
    """One row for a code: what counts wins, then what comes first; a task wins over a stance (13.10)."""
    if len(rivals) == 1:
        return Decision(rivals[0], planned=rivals[0].counts and rivals[0].values["status"] == "planned")
    best = min(
        rivals, key=lambda one: (not one.counts, one.values["polarity"] != "affirmed", one.start, one.rule.id)
    )
    same_reading = [one for one in rivals if one.counts == best.counts]
    planned = best.counts and any(one.values["status"] == "planned" for one in same_reading)
    mixed = len({one.values["polarity"] for one in rivals}) > 1
    return Decision(best, planned=planned, mixed=mixed)
