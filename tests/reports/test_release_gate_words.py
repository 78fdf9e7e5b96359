"""Restricted values, planted by hand in every place of a small made-up site, are found wherever they are."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from collections.abc import Callable

import pandas as pd
import pytest
import typst
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter

from reports.gate.items import Item
from reports.gate.pieces import Contents, read_file
from reports.gate.restricted import Restricted, restricted_items

NAME, SURNAME = "Zofia Quillfeather", "Quillfeather"
REFERENCE = "NSFIC/000151/23"
PHONE = "07700 900123"
BORN = "1 June 1987"
ADDRESS = "14 Gibbet Hill"
NOTE = (
    "IP says she walked back along the canal with him after the quiz and that he would not let go of her "
    "bag, then asked to be taken to her sister's."
)
SPAN = "walked back along the canal with him after the quiz"
APPROVED = "He would not let go of her bag, then asked to be taken to her sister's."
CANARIES = {
    "names": NAME,
    "references": REFERENCE,
    "telephone-numbers": PHONE,
    "dates-of-birth": BORN,
    "addresses": ADDRESS,
    "note-spans": SPAN,
}
IDENTIFIERS = pd.DataFrame(
    [
        ("name", "zofia quillfeather", True, False),
        ("name", "zofia", True, False),
        ("name", "quillfeather", True, False),
        ("name", "law", True, True),
        ("name", "review", False, True),
        ("reference", REFERENCE, True, False),
        ("reference", "IR/9", True, False),
        ("telephone number", PHONE, True, False),
        ("date of birth", "1987-06-01", True, False),
        ("address", ADDRESS, True, False),
        ("address", "zofia.q@example.org", True, False),
    ],
    columns=["kind", "value", "sure", "small"],
)

PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><title>Report{title}</title><script>{script}</script><style>{style}</style></head>
<body><main><h1>Report</h1><!-- draft{comment} --><p data-note="{attribute}">We read 24 case files.{text}</p>
<img alt="Bars{alt}" src="data:image/svg+xml;base64,{svg}"></main></body></html>
"""
SVG = """<svg xmlns="http://www.w3.org/2000/svg"><metadata>{metadata}</metadata>
<text x="1">Bars{text}</text></svg>"""
NOTHING = dict.fromkeys(("title", "script", "style", "comment", "attribute", "text", "alt"), "")


def restricted(**more: list[str]) -> Restricted:
    return Restricted(
        IDENTIFIERS,
        [NOTE],
        approved=[APPROVED],
        allowed=more.get("allowed", []),
        ordinary=more.get("ordinary", ["the review of a case"]),
        secret="a seed",
    )


def html(**planted: str) -> bytes:
    svg = SVG.format(metadata=planted.pop("metadata", ""), text=planted.pop("drawn", ""))
    coded = base64.b64encode(svg.encode()).decode()
    return PAGE.format(**{**NOTHING, **planted}, svg=coded).encode()


def pdf(text: str = "", title: str = "Report") -> bytes:
    return typst.compile(f"#set document(title: {json.dumps(title)})\nWe read 24 case files. {text}".encode())


def pdf_with(change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def csv_file(value: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([["measure", "note"], ["charged", value]])
    return out.getvalue().encode()


def png(value: str) -> bytes:
    out, info = io.BytesIO(), PngInfo()
    info.add_text("Description", value, zip=True)
    Image.new("RGB", (1, 1)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def archive(value: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as document:
        document.writestr("word/document.xml", f"<w:p><w:t>{value[:4]}</w:t></w:p><w:p>{value}</w:p>")
    return out.getvalue()


PLACES: dict[str, Callable[[str], tuple[str, bytes]]] = {
    "HTML text": lambda value: ("index.html", html(text=value)),
    "HTML attribute": lambda value: ("index.html", html(attribute=value)),
    "HTML comment": lambda value: ("index.html", html(comment=f" {value}")),
    "text alternative": lambda value: ("index.html", html(alt=f": {value}")),
    "PDF text": lambda value: ("report.pdf", pdf(value)),
    "PDF metadata": lambda value: ("report.pdf", pdf(title=f"Report: {value}")),
    "SVG": lambda value: ("index.html", html(drawn=f" {value}")),
    "CSV download": lambda value: ("measures.csv", csv_file(value)),
    "search index": lambda value: ("search.json", json.dumps([{"title": "x", "text": value}]).encode()),
    "title": lambda value: ("index.html", html(title=f": {value}")),
    "script": lambda value: ("index.html", html(script=f"var note = {json.dumps(value)}")),
    "style": lambda value: ("index.html", html(style=f'p:after {{ content: "{value}" }}')),
    "SVG metadata": lambda value: ("index.html", html(metadata=value)),
    "SVG file": lambda value: ("chart.svg", SVG.format(metadata="", text=f" {value}").encode()),
    "PDF attachment": lambda value: (
        "report.pdf",
        pdf_with(lambda writer: writer.add_attachment("data.csv", csv_file(value))),
    ),
    "PDF keywords": lambda value: (
        "report.pdf",
        pdf_with(lambda writer: writer.add_metadata({"/Keywords": value})),
    ),
    "picture": lambda value: ("photo.png", png(value)),
    "Word file": lambda value: ("draft.docx", archive(value)),
    "JSON key": lambda value: ("data.json", json.dumps({value: 1}).encode()),
    "name of a file": lambda value: (f"downloads/{value}.csv", b"measure\n"),
}


def look(*files: tuple[str, bytes], **more: list[str]) -> dict[str, Item]:
    contents: list[Contents] = [read_file(name, data) for name, data in files]
    return {item.id: item for item in restricted_items(restricted(**more), contents)}


def test_a_clean_site_passes() -> None:
    items = look(
        ("index.html", html(text=f" He said: {APPROVED}")),
        ("report.pdf", pdf(APPROVED)),
        ("measures.csv", csv_file("17 of 24")),
        ("search.json", b'[{"text": "We read 24 case files."}]'),
        ("chart.svg", SVG.format(metadata="", text="").encode()),
    )
    assert {name: item.grade for name, item in items.items()} == dict.fromkeys([*CANARIES, "unread"], "pass")


@pytest.mark.parametrize("item", CANARIES)
@pytest.mark.parametrize("place", PLACES)
def test_a_value_planted_by_hand_is_caught(place: str, item: str) -> None:
    value = CANARIES[item]
    if place == "name of a file":
        value = value.replace("/", "-")
    name, data = PLACES[place](value)
    items = look((name, data))
    assert items[item].grade == "fail"
    told = [f"{found.says} {found.place} {found.key}" for each in items.values() for found in each.found]
    assert not [words for words in told if value.lower() in words.lower() or SURNAME.lower() in words.lower()]
    if place != "name of a file":
        assert all(found.place.startswith(name) for found in items[item].found)


@pytest.mark.parametrize(
    "disguised",
    [
        "Zofia <em>Quill</em>feather",
        "Zofia&nbsp;Quillfeather",
        "&#90;ofia Quill&shy;feather",
        "ZOFIA QUILLFEATHER",
        "Quillfeather, Zofia",
        "Zofia\n    Quillfeather",
        "Zo\u200bfia Quillfeather",
        "\uff3a\uff4f\uff46\uff49\uff41 Quillfeather",
        "<b hidden>Zofia</b> <span style='display:none'>Quillfeather</span>",
        "{{< meta x >}}Quillfeather{{< /meta >}}",
        "| Quillfeather | @quillfeather",
        "#text[Quillfeather]",
        "<p <q>Quillfeather",
        "quillfeather",
    ],
)
def test_a_name_is_found_however_it_is_written(disguised: str) -> None:
    assert look(("index.html", html(text=f" {disguised}")))["names"].grade == "fail"


@pytest.mark.parametrize(
    ("item", "written"),
    [
        ("telephone-numbers", "+44 7700 900123"),
        ("telephone-numbers", "(07700) 900-123"),
        ("telephone-numbers", "07700900123"),
        ("dates-of-birth", "01/06/1987"),
        ("dates-of-birth", "1987-06-01"),
        ("dates-of-birth", "1st June 1987"),
        ("dates-of-birth", "June 1, 1987"),
        ("references", "nsfic 000151 23"),
        ("references", "NSFIC00015123"),
        ("references", "Exhibit IR/9"),
        ("addresses", "14 GIBBET HILL"),
        ("addresses", "mailto:zofia.q%40example.org"),
    ],
)
def test_numbers_dates_and_references_are_found_however_they_are_written(item: str, written: str) -> None:
    assert look(("index.html", html(attribute=written)))[item].grade == "fail"


@pytest.mark.parametrize(
    "escaped", [r"\u0051uillfeather", r"\x51uillfeather", r"\u{51}uillfeather", r"\51 uillfeather"]
)
def test_a_name_is_found_behind_the_escapes_of_scripts_and_styles(escaped: str) -> None:
    assert look(("site.js", f"var a = '{escaped}'".encode()))["names"].grade == "fail"


def test_more_of_a_note_than_was_approved_is_found() -> None:
    more = NOTE[NOTE.index("he would") :]
    assert look(("index.html", html(text=f" {more}")))["note-spans"].grade == "pass"
    assert look(("index.html", html(text=f" {NOTE}")))["note-spans"].grade == "fail"


def test_seven_words_of_a_note_are_a_coincidence_and_eight_are_not() -> None:
    words = NOTE.split()
    assert look(("a.txt", " ".join(words[3:10]).encode()))["note-spans"].grade == "pass"
    assert look(("a.txt", " ".join(words[3:11]).encode()))["note-spans"].grade == "fail"


def test_people_who_may_be_named_are_passed_over_and_others_of_that_name_are_not() -> None:
    allowed = ["Zofia Marlowe"]
    assert look(("a.html", html(text=" Zofia Marlowe, inspector")), allowed=allowed)["names"].grade == "pass"
    assert look(("a.html", html(text=" Zofia was there")), allowed=allowed)["names"].grade == "fail"


def test_a_word_that_may_be_no_name_is_for_review() -> None:
    assert look(("a.txt", b"The law says so."))["names"].grade == "review"
    assert look(("a.txt", b"The review of a case."))["names"].grade == "pass"


def test_what_cannot_be_read_is_named() -> None:
    for name, data in (("a.xyz", b"?"), ("a.pdf", b"no PDF"), ("a.zip", b"no archive"), ("a.png", png("x"))):
        assert look((name, data))["unread"].grade == "review"


def test_a_key_tells_nothing_without_the_seed_and_stays_the_same() -> None:
    (one,) = {found.key for found in look(("a.txt", NAME.encode()))["names"].found if " " in found.value}
    (other,) = {found.key for found in look(("b.csv", csv_file(NAME)))["names"].found if " " in found.value}
    assert one == other
    assert one != Restricted(IDENTIFIERS, [], secret="another seed").key("name", NAME.lower())


def test_ten_thousand_notes_are_looked_for_by_number() -> None:
    notes = [" ".join(f"w{(note * 31 + word * word) % 4999}" for word in range(90)) for note in range(10_000)]
    looking = Restricted(IDENTIFIERS, notes, secret="a seed")
    page = " ".join(["word"] * 5000 + notes[7777].split()[20:30] + ["word"] * 5000)
    items = {item.id: item for item in restricted_items(looking, [read_file("a.txt", page.encode())])}
    (found,) = items["note-spans"].found
    assert found.value == " ".join(notes[7777].split()[20:30])
