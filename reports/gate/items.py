"""What the gate looks at, item by item, and what it found: pass, review or fail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from reports.gate.release_file import Override

__all__ = ["Found", "Grade", "Item", "override", "worst"]

Grade = Literal["pass", "review", "fail"]
_ORDER: tuple[Grade, ...] = ("pass", "review", "fail")


@dataclass(frozen=True)
class Found:
    """One thing to review, or one that forbids the release.

    Parameters
    ----------
    grade : {"review", "fail"}
        Whether a person has to look at it, or it has to go.
    says : str
        What it is. Never the value itself: this goes to the terminal.
    place : str
        Where it stands.
    value : str
        What stands there, for the page that is kept in ``restricted/``.
    key : str
        By which an override names it; empty where only the whole item can be overridden.
    override : Override or None
        The person's decision to release all the same.
    """

    grade: Grade
    says: str
    place: str = ""
    value: str = ""
    key: str = ""
    override: Override | None = None

    @property
    def stands(self) -> Grade:
        """The grade after an override: what is overridden is still to be looked at by whoever signs."""
        return "review" if self.override else self.grade


@dataclass(frozen=True)
class Item:
    """One thing the gate checks.

    Parameters
    ----------
    id : str
        As overrides name it.
    title : str
        What holds if it passes.
    looked_at : str
        What was looked at, so that a pass says how much it rests on.
    found : tuple of Found
        Nothing where it passes.
    by_key : bool
        Whether overrides must name single things found, never the item as a whole.
    """

    id: str
    title: str
    looked_at: str = ""
    found: tuple[Found, ...] = ()
    by_key: bool = False

    @property
    def grade(self) -> Grade:
        """The worst of what was found."""
        return worst(found.stands for found in self.found)


def worst(grades: Iterable[Grade]) -> Grade:
    """Return the worst of some grades; pass for none."""
    return max(grades, key=_ORDER.index, default="pass")


def override(items: Iterable[Item], overrides: Iterable[Override]) -> list[Item]:
    """Put each override beside what it is about, and say which of them are about nothing.

    Parameters
    ----------
    items : iterable of Item
        As found.
    overrides : iterable of Override
        ``item`` names an item, as ``sign-offs``, or one thing found, as ``names/3f9a1c2b``.

    Returns
    -------
    list of Item
        An item more, "overrides", where one is about nothing that was found or names too much.
    """
    items, wanted = list(items), {entry.item: entry for entry in overrides}
    used: set[str] = set()
    changed = []
    for item in items:
        found = []
        for each in item.found:
            names = [f"{item.id}/{each.key}"] if item.by_key else [f"{item.id}/{each.key}", item.id]
            chosen = next((name for name in names if name in wanted), None)
            if chosen and each.grade == "fail":
                used.add(chosen)
                each = replace(each, override=wanted[chosen])
            found.append(each)
        changed.append(replace(item, found=tuple(found)))
    whole = {item.id for item in items if item.by_key}
    idle = [
        Found(
            "fail" if name in whole else "review",
            "names a whole item of which each thing found has to be decided by itself"
            if name in whole
            else "is about nothing that fails",
            f"release.yml, overrides, {name}",
        )
        for name in wanted
        if name not in used
    ]
    title = "Every override is about something that was found"
    return [*changed, Item("overrides", title, f"{len(wanted)} overrides", tuple(idle))]
