"""From the scores of one unit to its codes and their context, in the order the codebook decides them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nlp.context import DEFAULTS, does_count
from nlp.reader.targets import ATTRIBUTES, SUSPECT_FOCUS, VICTIM_CREDIBILITY, Targets

_RESIDUAL = ("oth-account-content", "oth-evidence-neutral", "oth-admin")
_CONTENT = "oth-account-content"
_SPEAKERS = ("polarity", "voice")


@dataclass(frozen=True)
class ReadCode:
    """A code the reader gives to a unit, and the target whose score gave it."""

    code: str
    values: Mapping[str, str]
    counts: bool
    target: str


def codes_of_unit(targets: Targets, margins: Mapping[str, float], *, checklist: bool) -> list[ReadCode]:
    """The codes of one unit, in alphabetical order; never none.

    Parameters
    ----------
    targets
        What was asked.
    margins
        Score less threshold of each target by name.
    checklist
        Whether the unit is a form line nobody filled in.
    """
    if checklist:
        values = {**DEFAULTS, "boilerplate": "true"}
        return [ReadCode("oth-admin", values, False, "mentioned oth-admin")]
    counted = {
        code for prefix in (VICTIM_CREDIBILITY, SUSPECT_FOCUS) for code in _counted(targets, margins, prefix)
    }
    mentioned = {
        code
        for code in targets.codes
        if code not in counted and code not in _RESIDUAL and margins[f"mentioned {code}"] >= 0
    }
    if not counted and not mentioned:
        known = [code for code in _RESIDUAL if code in targets.codes]
        mentioned = {max(known or targets.codes, key=lambda code: margins[f"mentioned {code}"])}
    return [_read(code, margins, counts=code in counted) for code in sorted(counted | mentioned)]


def _counted(targets: Targets, margins: Mapping[str, float], prefix: str) -> list[str]:
    """Where the orientation passes: every code that reaches its own threshold, or else the best one."""
    mine = [code for code in targets.focus_codes if code.startswith(prefix)]
    if not mine or margins[f"counted {prefix}"] < 0:
        return []
    reached = [code for code in mine if margins[f"counted {code}"] >= 0]
    return reached or [max(mine, key=lambda code: margins[f"counted {code}"])]


def _read(code: str, margins: Mapping[str, float], *, counts: bool) -> ReadCode:
    target = f"{'counted' if counts else 'mentioned'} {code}"
    values = dict(DEFAULTS)
    if code.startswith("oth-"):
        if code == _CONTENT:
            values |= _reached(margins, "voice")
        return ReadCode(code, values, False, target)
    values |= _reached(margins, "status")
    if code == "vic-records-trawl":
        values["purpose"] = "unstated"
    if not counts:
        values |= _reached(margins, "polarity") | _reached(margins, "voice")
        if does_count(code, values):
            why = max(
                (pair for pair in ATTRIBUTES if pair[0] in _SPEAKERS),
                key=lambda pair: margins[" ".join(pair)],
            )
            values |= dict([why])
    return ReadCode(code, values, counts, target)


def _reached(margins: Mapping[str, float], attribute: str) -> dict[str, str]:
    """The value of an attribute that lies furthest above its threshold, if any does."""
    best = max(
        (pair for pair in ATTRIBUTES if pair[0] == attribute), key=lambda pair: margins[" ".join(pair)]
    )
    return dict([best]) if margins[" ".join(best)] >= 0 else {}
