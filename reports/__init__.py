"""Inspection reports: from the release folders of forces, and of all together, to HTML and PDF."""

from __future__ import annotations

from reports.national import refresh_national
from reports.render import RenderedReport, render, render_each
from reports.scaffold import refresh, scaffold

__all__ = ["RenderedReport", "refresh", "refresh_national", "render", "render_each", "scaffold"]
