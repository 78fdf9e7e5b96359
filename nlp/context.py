"""Setting the context of a code: was it denied, who holds it, is it done, is it about now.

Cues work in the manner of ConText: words, a direction, a reach and the words that stop it. Where two cues
for the same attribute reach a trigger, the one listed first in `context.yml` decides.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.codebook import STOPS, Codebook, Cue, Rule
from nlp.rules import Fired, PatternIndex, Trigger, match
from nlp.scan import Hits

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


@dataclass(frozen=True)
class ActiveCue:
    """A cue found in a unit and the tokens it reaches."""

    cue: Cue
    start: int
    end: int
    reach_start: int
    reach_end: int
    parts: tuple[tuple[int, int], ...]
    above: bool = False


@dataclass(frozen=True)
class Context:
    """The attributes of a code on a unit, and the cue that decided each one that is not the default."""

    values: Mapping[str, str]
    decided_by: Mapping[str, ActiveCue]


class CueReader:
    """Finds a codebook's cues in units and in the headings above them."""

    def __init__(self, codebook: Codebook) -> None:
        self._in_unit = PatternIndex(cue for cue in codebook.cues if cue.reach != "below")
        self._in_heading = PatternIndex(cue for cue in codebook.cues if cue.reach == "below")
        self._order = {cue.id: at for at, cue in enumerate(codebook.cues)}

    def below(self, hits: Hits) -> list[ActiveCue]:
        """The cues of a heading, which reach every unit below it."""
        return self._active(self._in_heading, hits, 0, 0, heading=True)

    def active(self, hits: Hits, first: int, last: int, heading: Sequence[ActiveCue]) -> list[ActiveCue]:
        """The cues that work in a unit of tokens `first` to `last`, in the order in which they decide."""
        cues = self._active(self._in_unit, hits, first, last, heading=False)
        above = [one for one in heading if not any(name in hits for name in one.cue.never_with)]
        return sorted([*cues, *above], key=lambda active: self._order[active.cue.id])

    def _active(
        self, index: PatternIndex[Cue], hits: Hits, first: int, last: int, *, heading: bool
    ) -> list[ActiveCue]:
        stops = _stops(hits)
        found = []
        for _, cue, pattern in index.candidates(hits):
            if not heading and any(name in hits for name in cue.never_with):
                continue
            for trigger in match(pattern, hits):
                reach = (0, 0) if heading else _reach(cue, trigger, stops, first, last)
                found.append(
                    ActiveCue(cue, trigger.start, trigger.end, *reach, parts=trigger.parts, above=heading)
                )
        return found


def _stops(hits: Hits) -> dict[str, list[int]]:
    return {kind: [start for start, _ in hits.get(f"stop {kind}", ())] for kind in STOPS}


def _reach(
    cue: Cue, trigger: Trigger, stops: Mapping[str, list[int]], first: int, last: int
) -> tuple[int, int]:
    if cue.reach == "unit":
        return first, last
    low, high = first, last
    if cue.reach != "forward":
        low = max(first, trigger.start - cue.tokens)
    if cue.reach != "backward":
        high = min(last, trigger.end + cue.tokens)
    for kind in cue.stops_at:
        places = stops[kind]
        after = bisect_left(places, trigger.end)
        before = bisect_right(places, trigger.start - 1) - 1
        if after < len(places):
            high = min(high, places[after])
        if before >= 0:
            low = max(low, places[before] + 1)
    if cue.reach == "forward":
        low = trigger.end
    if cue.reach == "backward":
        high = trigger.start
    return low, high


def read_context(fired: Fired, cues: Sequence[ActiveCue]) -> Context:
    """The context of one fired rule: what the rule itself sets, then the first cue that reaches it."""
    values = dict(DEFAULTS)
    values.update(fired.rule.sets)
    settled = {name for name, _ in fired.rule.sets}
    decided: dict[str, ActiveCue] = {}
    for active in cues:
        name = active.cue.sets
        if (
            name in settled
            or not _concerns(active.cue, fired.rule.code)
            or not _reaches(active, fired.trigger)
        ):
            continue
        value = _value(active.cue, fired.rule)
        settled.add(name)
        if value:
            values[name] = value
            decided[name] = active
    if fired.rule.code != "vic-records-trawl":
        values["purpose"] = ""
    elif not values["purpose"]:
        values["purpose"] = "unstated"
    return Context(values, decided)


def _concerns(cue: Cue, code: str) -> bool:
    return not cue.codes or any(code.startswith(prefix) for prefix in cue.codes)


def _reaches(active: ActiveCue, trigger: Trigger) -> bool:
    """Whether a cue works on a trigger. A cue inside the trigger is part of its meaning, except that a
    task ("to be put to him") or a speaker ("IP states") inside it still sets status and voice."""
    if active.above:
        return True
    overlaps = any(
        start < part_end and part_start < end
        for part_start, part_end in trigger.parts
        for start, end in active.parts
    )
    if overlaps and active.cue.reach != "unit":
        return active.cue.sets in ("status", "voice")
    return any(active.reach_start <= start < active.reach_end for start, _ in trigger.words)


def _value(cue: Cue, rule: Rule) -> str:
    if cue.value != "negated":
        return cue.value
    return "" if rule.negated == "ignored" else rule.negated


def does_count(code: str, values: Mapping[str, str]) -> bool:
    """Whether a code counts towards orientation (codebook section 4.6)."""
    return (
        code[:4] in ("vic-", "sus-")
        and values["polarity"] == "affirmed"
        and values["voice"] == "police"
        and values["status"] in ("done", "planned")
        and (values["frame"] == "current" or code in HISTORY_CODES)
        and not values["boilerplate"]
        and not (code == "vic-records-trawl" and values["purpose"] == "limited")
    )
