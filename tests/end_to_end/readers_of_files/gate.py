"""The release gate: pages and the files published with them, and what axe-core found in them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, cast

import typst
from harmed_files import CANARY
from openpyxl import Workbook
from PIL import Image, PngImagePlugin

from readers_of_files.reader import Reader
from reports.gate.access import axe_result, pdfs_accessible
from reports.gate.html_page import read_page
from reports.gate.pieces import read_file

_PAGE = f"""<!DOCTYPE html><html lang="en">
<head><title>t</title><style>p {{ color: red }}</style></head><body>
<p class="{CANARY}" title="a&amp;b">{CANARY} <b>b</b>old</p><!-- c -->
<script>var a = "\\u0041";</script>
<img alt="x" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<a href="data:text/plain,x%20y">z</a></body></html>"""


def _site(folder: Path) -> None:
    (folder / "page.html").write_text(_PAGE, encoding="utf-8")
    (folder / "data.json").write_text(
        json.dumps({"a": ["<b>x</b>", 1, None, {"b": CANARY}]}), encoding="utf-8"
    )
    (folder / "data.csv").write_text(f'a,b\n1,"{CANARY}"\n', encoding="utf-8")
    (folder / "axe.json").write_text(
        '[{"url": "x", "violations": [{"id": "a", "help": "b"}]}]', encoding="utf-8"
    )
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", CANARY)
    Image.new("RGB", (3, 3)).save(folder / "picture.png", pnginfo=said)
    book = Workbook()
    cast("Any", book.active)["A1"] = CANARY
    book.save(folder / "table.xlsx")
    page = f'#set document(title: "{CANARY}")\n#set page(width: 5cm, height: 5cm)\n{CANARY} words'
    (folder / "page.typ").write_text(page, encoding="utf-8")
    (folder / "page.pdf").write_bytes(typst.compile(folder / "page.typ"))


def _read_published(path: Path) -> None:
    data = path.read_bytes()
    read_file(path.name, data)
    if path.suffix == ".pdf":
        pdfs_accessible({path.name: data})
    if path.suffix == ".html":
        read_page(data.decode("utf-8", "replace"))


READERS = (
    Reader.of_path("page", "page.html", _site, _read_published),
    Reader.of_path("published JSON", "data.json", _site, _read_published),
    Reader.of_path("published CSV", "data.csv", _site, _read_published),
    Reader.of_path("published PDF", "page.pdf", _site, _read_published),
    Reader.of_path("published picture", "picture.png", _site, _read_published),
    Reader.of_path("published workbook", "table.xlsx", _site, _read_published),
    Reader.of_path("axe result", "axe.json", _site, partial(axe_result, pages={})),
)
