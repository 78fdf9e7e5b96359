"""Project files made to do harm, or broken on their way: refused with a clear word, and nothing read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from nlp.audit.exchange import ExchangeError, read_project
from nlp.audit.exchange.archive import Limits

EMPTY = '<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="x"/>'
SOURCE = (
    '<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="x"><Sources>'
    '<TextSource guid="1" name="a entry 0001" plainTextPath="internal://t.txt"/></Sources></Project>'
)


def packed(folder: Path, **files: str | bytes) -> Path:
    path = folder / "hostile.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def refused(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(ExchangeError) as told:
        read_project(path, limits=limits or Limits())
    message = str(told.value)
    assert message.startswith(f"{path.name}: ")
    return message


def test_a_project_with_nothing_in_it_is_read(tmp_path: Path) -> None:
    read = read_project(packed(tmp_path, **{"project.qde": EMPTY}))
    assert read.codings.empty
    assert read.texts.empty


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 and no more"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hostile.qdpx"
    path.write_bytes(content)
    assert "is not a whole project file" in refused(path)
    assert "is not a whole project file" in refused(tmp_path / "missing.qdpx")


def test_a_text_that_unpacks_to_many_times_its_size_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, **{"project.qde": SOURCE, "sources/t.txt": "0" * (4 * 2**20)})
    assert "unpacks to many times its size" in refused(path)


def test_reading_stops_at_the_limit_whatever_the_archive_claims(tmp_path: Path) -> None:
    path = packed(tmp_path, **{"project.qde": SOURCE, "sources/t.txt": "ab" * 2**20})
    assert "unpacks to more than 1 MB" in refused(path, Limits(text=2**20))
    assert "unpacks to more than 1 MB" in refused(path, Limits(total=2**20))


def test_an_archive_that_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, **{"project.qde": SOURCE, "sources/t.txt": "ab" * 2**20})
    claimed, true = (size.to_bytes(4, "little") for size in (10, 2 * 2**20))
    path.write_bytes(path.read_bytes().replace(true, claimed))
    assert "is damaged" in refused(path)


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, **{"project.qde": EMPTY, **{f"sources/{number}.txt": "" for number in range(20)}})
    assert "holds 21 files, more than 20" in refused(path, Limits(files=20))


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil.txt", "sources/../../evil.txt", "..\\evil.txt", "C:\\evil.txt"]
)
def test_a_name_that_leads_outside_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path, **{"project.qde": EMPTY, name: "x"})
    assert "names a file outside itself" in refused(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE Project [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE Project [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE Project SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
def test_xml_that_declares_a_document_type_or_entities_is_refused(tmp_path: Path, declared: str) -> None:
    path = packed(tmp_path, **{"project.qde": f'<?xml version="1.0"?>{declared}{EMPTY}'})
    assert "declares a document type or entities" in refused(path)


@pytest.mark.parametrize("xml", ["", "<Project", "no xml", b"\xff\xfe\x00", EMPTY.replace("/>", ">")])
def test_broken_xml_is_refused(tmp_path: Path, xml: str | bytes) -> None:
    assert "holds no readable XML" in refused(packed(tmp_path, **{"project.qde": xml}))


def test_a_codebook_or_another_xml_is_refused(tmp_path: Path) -> None:
    for schema in ("urn:QDA-XML:codebook:1.0", "urn:other"):
        path = packed(tmp_path, **{"project.qde": EMPTY.replace("urn:QDA-XML:project:1.0", schema)})
        assert "is no REFI-QDA project" in refused(path)


def test_none_or_two_projects_in_one_file_are_refused(tmp_path: Path) -> None:
    assert "holds 0 project descriptions" in refused(packed(tmp_path, **{"readme.txt": "x"}))
    assert "holds 2 project descriptions" in refused(packed(tmp_path, **{"a.qde": EMPTY, "b.qde": EMPTY}))


def test_two_files_whose_names_differ_only_in_capitals_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, **{"project.qde": SOURCE, "sources/t.txt": "a", "Sources/T.txt": "b"})
    assert "holds two files of one name" in refused(path)


def test_a_text_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, **{"project.qde": SOURCE, "sources/t.txt": "café".encode("latin-1")})
    assert "holds a text that is not UTF-8" in refused(path)


def test_a_text_in_utf_16_that_says_so_is_read(tmp_path: Path) -> None:
    path = packed(tmp_path, **{"project.qde": SOURCE, "sources/t.txt": "café 🙂".encode("utf-16")})
    assert list(read_project(path).texts["text"]) == ["café 🙂"]


def test_codes_nested_without_end_are_refused(tmp_path: Path) -> None:
    depth = 5_000
    codes = '<Code guid="1" name="c">' * depth + "</Code>" * depth
    xml = EMPTY.replace("/>", f"><CodeBook><Codes>{codes}</Codes></CodeBook></Project>")
    assert "nests codes more than 100 deep" in refused(packed(tmp_path, **{"project.qde": xml}))


def test_one_note_twice_is_refused_by_case_and_entry(tmp_path: Path) -> None:
    element = SOURCE[SOURCE.index("<TextSource") : SOURCE.index("</Sources>")]
    twice = SOURCE.replace(element, 2 * element)
    path = packed(tmp_path, **{"project.qde": twice, "sources/t.txt": "x"})
    assert "such as case a, entry 1" in refused(path)
