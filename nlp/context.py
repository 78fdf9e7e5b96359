"""Setting the context of a code: was it denied, who holds it, is it done, is it about now.

Cues work in the manner of ConText: words, a direction, a reach and the words that stop it. Where two cues
for the same attribute reach a trigger, the one listed first in `context.yml` decides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nlp.codebook import FOCUS, Codebook, Cue, Rule
from nlp.rules import Fired, PatternIndex, Trigger, match
from nlp.scan import Classes, Hits, Span

DEFAULTS: Mapping[str, str] = {
    "polarity": "affirmed",
    "voice": "police",
    "status": "done",
    "frame": "current",
    "purpose": "",
    "origin": "police",
    "confidence": "high",
    "boilerplate": "",
}
HISTORY_CODES = frozenset({"vic-background-history", "sus-history-intel", "sus-pattern-linking"})


class ActiveCue(NamedTuple):
    """A cue found in a unit or `above` it, and the tokens it reaches."""

    cue: Cue
    trigger: Trigger
    reach_start: int
    reach_end: int
    above: bool = False


class Context(NamedTuple):
    """The attributes of a code on a unit, and the cue that decided each one that is not the default."""

    values: Mapping[str, str]
    decided_by: Mapping[str, ActiveCue]


class CueReader:
    """Finds a codebook's cues in units and in the headings above them."""

    def __init__(self, codebook: Codebook, classes: Classes) -> None:
        in_unit = (cue for cue in codebook.cues if cue.reach != "below")
        in_heading = (cue for cue in codebook.cues if cue.reach == "below")
        self._in_unit = PatternIndex(((cue, (), cue.never_with) for cue in in_unit), classes)
        self._in_heading = PatternIndex(((cue, (), ()) for cue in in_heading), classes)
        self._order = {cue.id: at for at, cue in enumerate(codebook.cues)}
        self._never_with = {cue.id: classes.mask(*cue.never_with) for cue in codebook.cues}
        self._stops = {
            cue.id: classes.mask(*(f"stop {kind}" for kind in cue.stops_at)) for cue in codebook.cues
        }

    def below(self, hits: Hits) -> list[ActiveCue]:
        """The cues of a heading, which reach every unit below it."""
        return [
            ActiveCue(sought.item, trigger, 0, 0, above=True)
            for sought in self._in_heading.candidates(hits)
            for trigger in match(sought, hits)
        ]

    def active(self, hits: Hits, first: int, last: int, heading: Sequence[ActiveCue]) -> list[ActiveCue]:
        """The cues that work in a unit of tokens `first` to `last`, in the order in which they decide."""
        found = [
            ActiveCue(sought.item, trigger, *self._reach(sought.item, trigger, hits, first, last))
            for sought in self._in_unit.candidates(hits)
            for trigger in match(sought, hits)
        ]
        found += [one for one in heading if not hits.classes & self._never_with[one.cue.id]]
        return sorted(found, key=lambda active: self._order[active.cue.id])

    def _reach(self, cue: Cue, trigger: Trigger, hits: Hits, first: int, last: int) -> Span:
        if cue.reach == "unit":
            return first, last
        low, high = first, last
        if cue.reach != "forward":
            low = max(first, trigger.start - cue.tokens)
        if cue.reach != "backward":
            high = min(last, trigger.end + cue.tokens)
        stops = hits.spans(self._stops[cue.id])
        after = bisect_left(stops, (trigger.end, 0))
        before = bisect_left(stops, (trigger.start, 0)) - 1
        if after < len(stops):
            high = min(high, stops[after][0])
        if before >= 0:
            low = max(low, stops[before][0] + 1)
        if cue.reach == "forward":
            low = trigger.end
        if cue.reach == "backward":
            high = trigger.start
        return low, high


def read_context(fired: Fired, cues: Sequence[ActiveCue]) -> Context:
    """The context of one fired rule: what the rule itself sets, then the first cue that reaches it."""
    rule, trigger = fired
    values = {**DEFAULTS}
    values.update(rule.sets)
    settled = {name for name, _ in rule.sets}
    decided: dict[str, ActiveCue] = {}
    for active in cues:
        name = active.cue.sets
        if name in settled or not _concerns(active.cue, rule.code) or not _reaches(active, trigger):
            continue
        value = _value(active.cue, rule)
        settled.add(name)
        if value:
            values[name] = value
            decided[name] = active
    if rule.code != "vic-records-trawl":
        values["purpose"] = ""
    elif not values["purpose"]:
        values["purpose"] = "unstated"
    return Context(values, decided)


def _concerns(cue: Cue, code: str) -> bool:
    return not cue.codes or code.startswith(cue.codes)


def _reaches(active: ActiveCue, trigger: Trigger) -> bool:
    """Whether a cue works on a trigger. A cue inside the trigger is part of its meaning, except that a
    task ("to be put to him") or a speaker ("IP states") inside it still sets status and voice."""
    if active.above:
        return True
    if active.cue.reach != "unit" and _overlap(active.trigger, trigger):
        return active.cue.sets in ("status", "voice")
    return any(active.reach_start <= start < active.reach_end for start, _ in trigger.words)


def _overlap(cue: Trigger, trigger: Trigger) -> bool:
    if cue.end <= trigger.start or trigger.end <= cue.start:
        return False
    return any(
        start < part_end and part_start < end
        for part_start, part_end in trigger.parts
        for start, end in cue.parts
    )


def _value(cue: Cue, rule: Rule) -> str:
    if cue.value != "negated":
        return cue.value
    return "" if rule.negated == "ignored" else rule.negated


def does_count(code: str, values: Mapping[str, str]) -> bool:
    """Whether a code counts towards orientation."""
    return (
        code.startswith(FOCUS)
        and values["polarity"] == "affirmed"
        and values["voice"] == "police"
        and values["status"] in ("done", "planned")
        and (values["frame"] == "current" or code in HISTORY_CODES)
        and not values["boilerplate"]
        and not (code == "vic-records-trawl" and values["purpose"] == "limited")
    )
