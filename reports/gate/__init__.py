"""The release gate: nothing is published before it has been looked through and somebody has signed."""

from __future__ import annotations

from reports.gate.check import Checked, check_release, release_force
from reports.gate.items import Found, Item, worst

__all__ = ["Checked", "Found", "Item", "check_release", "release_force", "worst"]
