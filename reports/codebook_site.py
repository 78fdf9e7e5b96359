"""The codebook's pages as a small site: each as Markdown and, by the renderer of the reports, as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pypandoc

from parameters import PROJECT

__all__ = ["write_site"]

STYLE = PROJECT / "reports" / "style"


def write_site(pages: Mapping[str, str], folder: Path) -> Path:
    """Write pages, each whole in itself, and return the first.

    Parameters
    ----------
    pages : mapping of str to str
        Markdown by the page's name, the first page first.
    folder : Path
        Made if absent; pages of the same names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
        pypandoc.convert_text(
            text,
            "html",
            format="markdown-smart",
            outputfile=str(folder / f"{name}.html"),
            extra_args=[
                "--standalone",
                "--embed-resources",
                "--section-divs",
                "--toc",
                "--toc-depth=2",
                "--wrap=none",
                "--syntax-highlighting=none",
                "--metadata=lang:en-GB",
                "--metadata=publisher:Codebook",
                f"--template={STYLE / 'report.html'}",
                f"--css={STYLE / 'report.css'}",
            ],
        )
    return folder / f"{next(iter(pages))}.html"
