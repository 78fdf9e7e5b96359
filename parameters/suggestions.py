"""Words for messages: the nearest known name, and lists that read well."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["did_you_mean", "listed"]

SHORT_LIST = 12
LONGEST_NAME = 60
MOST_COMPARED = 2_000


def listed(items: Iterable[object], *, last: str = "and") -> str:
    """Write items as a person would: ``a, b and c``."""
    words = [str(item) for item in items]
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Suggest the nearest known name, or show what there is to choose from."""
    all_names = list(known)
    names = [candidate for candidate in all_names[:MOST_COMPARED] if len(candidate) <= LONGEST_NAME]
    if all_names and not names:
        return "What stands there is too long to be names."
    name = name[:LONGEST_NAME]
    by_plain_form = {_plain(candidate): candidate for candidate in names}
    nearest = get_close_matches(_plain(name), by_plain_form, n=1, cutoff=0.6)
    if nearest:
        return f'Did you mean "{by_plain_form[nearest[0]]}"?'
    if len(names) > SHORT_LIST:
        return f"Known names: {', '.join(names[:SHORT_LIST])} and {len(names) - SHORT_LIST} more."
    return f"Known names: {listed(names)}." if names else "There are no names to choose from."


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
