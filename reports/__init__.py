"""Inspection reports: from the release folder of a force to HTML and PDF."""

from __future__ import annotations

from reports.render import RenderedReport, render
from reports.scaffold import refresh, scaffold

__all__ = ["RenderedReport", "refresh", "render", "scaffold"]
