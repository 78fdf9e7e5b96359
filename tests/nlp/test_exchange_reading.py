"""Projects that come back: each written here in the manner of a program, from its public exports and code."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from nlp import Codebook
from nlp.audit.exchange import coded_units, place, read_project, write_corpus
from nlp.reader.corpus import read_gold

SCHEMA = "urn:QDA-XML:project:1.0"
ANN, BO, RULES = (f"{digit * 8}-0000-4000-8000-000000000001" for digit in "abc")
DOUBT, CARE, GROUP = (f"{digit * 8}-0000-4000-8000-000000000002" for digit in "123")
SOURCE, TEXT = "d" * 8 + "-0000-4000-8000-000000000003", "e" * 8 + "-0000-4000-8000-000000000004"
CASE_ID, ENTRY_NO = (f"{digit * 8}-0000-4000-8000-000000000005" for digit in "45")
USERS = f'<Users><User guid="{ANN}" name="Ann"/><User guid="{BO}" name="Bo"/></Users>'
CODES = f"""<CodeBook><Codes><Code guid="{GROUP}" name="doubt" isCodable="false">
  <Code guid="{DOUBT}" name="vic-disbelief" isCodable="true"/></Code>
  <Code guid="{CARE}" name="oth-victim-care" isCodable="true" color="#00FF00"/></Codes></CodeBook>"""
VARIABLES = f"""<Variables><Variable guid="{CASE_ID}" name="case_id" typeOfVariable="Text"/>
  <Variable guid="{ENTRY_NO}" name="entry_no" typeOfVariable="Integer"/></Variables>"""
VALUES = f"""<VariableValue><VariableRef targetGUID="{CASE_ID}"/><TextValue>FIC/1</TextValue></VariableValue>
  <VariableValue><VariableRef targetGUID="{ENTRY_NO}"/><IntegerValue>7</IntegerValue></VariableValue>"""
NOTE = "IP spoke 🙂 today.\nNot credible, says Zoë."
WORDS = "Not credible"


def selection(
    start: int, end: int, *, code: str = DOUBT, on: str = "", at: str = "", memo: str = "", name: str = ""
) -> str:
    told = f"<Description>{memo}</Description>" if memo else ""
    return (
        f'<PlainTextSelection guid="{SOURCE}" name="{name}" startPosition="{start}" endPosition="{end}" {on}>'
        f'{told}<Coding guid="{SOURCE}" {at}><CodeRef targetGUID="{code}"/></Coding></PlainTextSelection>'
    )


def project(
    folder: Path,
    source: str,
    *,
    text: bytes = NOTE.encode(),
    origin: str = "QualCoder 3.8",
    around: str = VARIABLES,
    path: str = f"sources/{TEXT}.txt",
    users: str = USERS,
    codes: str = CODES,
) -> Path:
    xml = (
        f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="{SCHEMA}" name="p" origin="{origin}">'
        f"{users}{codes}{around}<Sources>{source}</Sources></Project>"
    )
    file = folder / "back.qdpx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("project.qde", xml)
        archive.writestr(path, text)
    return file


def source(inside: str, *, name: str = "x", address: str = f'plainTextPath="internal://{TEXT}.txt"') -> str:
    return f'<TextSource guid="{SOURCE}" name="{name}" {address}>{inside}</TextSource>'


def span(words: str = WORDS, *, text: str = NOTE) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


def words_coded(file: Path) -> list[str]:
    read = read_project(file)
    text = read.texts["text"].iloc[0]
    return [text[start:end] for start, end in read.codings[["start", "end"]].itertuples(index=False)]


def test_a_coding_comes_with_case_entry_place_code_coder_and_memo(tmp_path: Path) -> None:
    coded = selection(*span(), on=f'creatingUser="{BO}"', memo="my reason")
    read = read_project(project(tmp_path, source(coded + VALUES)))
    assert read.codings.to_dict("records") == [
        {"case_id": "FIC/1", "entry_no": 7, "start": span()[0], "end": span()[1]}
        | {"code": "vic-disbelief", "coder": "Bo", "memo": "my reason"}
    ]
    assert read.remarks == ()


def test_as_qualcoder_writes_it_a_byte_order_mark_does_not_count(tmp_path: Path) -> None:
    file = project(tmp_path, source(selection(*span())), text=NOTE.encode("utf-8-sig"))
    assert words_coded(file) == [WORDS]


@pytest.mark.parametrize("origin", ["QualCoder 3.8", "ATLAS.ti for Windows 23.2"])
def test_some_programs_count_a_two_character_line_ending_as_one(tmp_path: Path, origin: str) -> None:
    text = NOTE.replace("\n", "\r\n").encode()
    assert words_coded(project(tmp_path, source(selection(*span())), text=text, origin=origin)) == [WORDS]


def test_as_the_standard_has_it_a_two_character_line_ending_counts_as_two(tmp_path: Path) -> None:
    text = NOTE.replace("\n", "\r\n")
    file = project(tmp_path, source(selection(*span(text=text))), text=text.encode(), origin="MAXQDA 2022")
    assert words_coded(file) == [WORDS]


def test_as_nvivo_counts_an_emoji_is_two_and_the_reader_is_told_to_look(tmp_path: Path) -> None:
    start, end = span()
    file = project(tmp_path, source(selection(start + 1, end + 1)), origin="NVivo for Mac 15.0.0")
    assert words_coded(file) == [WORDS]
    assert any("emoji" in remark for remark in read_project(file).remarks)


@pytest.mark.parametrize("shift", [0, 1])
def test_where_the_program_quotes_the_words_they_decide_how_it_counts(tmp_path: Path, shift: int) -> None:
    start, end = span()
    quoted = selection(start + shift, end + shift, name="Not cred...")
    file = project(tmp_path, source(quoted), origin="A new program")
    assert words_coded(file) == [WORDS]
    assert not any("emoji" in remark for remark in read_project(file).remarks)


def test_as_nvivo_writes_it_capitals_and_braces_and_sources_in_a_capital_folder(tmp_path: Path) -> None:
    coded = selection(*span(), code=f"{{{DOUBT.upper()}}}", on=f'creatingUser="{ANN.upper()}"')
    address = f'plainTextPath="internal://{TEXT.upper()}.TXT" richTextPath="internal://{TEXT}.docx"'
    file = project(tmp_path, source(coded, address=address), path=f"Sources/{TEXT}.txt")
    assert list(read_project(file).codings["coder"]) == ["Ann"]


def test_as_maxqda_writes_it_values_of_a_source_are_in_a_case_without_a_name(tmp_path: Path) -> None:
    cases = f'<Cases><Case guid="{GROUP}">{VALUES}<SourceRef targetGUID="{SOURCE}"/></Case></Cases>'
    file = project(tmp_path, source(selection(*span())), around=VARIABLES + cases)
    assert read_project(file).codings[["case_id", "entry_no"]].values.tolist() == [["FIC/1", 7]]


@pytest.mark.parametrize(
    "name",
    ["FIC%2F1 entry 0007", "1_FIC%2F1 entry 0007", "FIC%2F1 entry 0007.txt", "Group\\FIC%2F1 entry 0007"],
)
def test_without_variables_the_name_tells_case_and_entry_whatever_stands_round_it(
    tmp_path: Path, name: str
) -> None:
    file = project(tmp_path, source(selection(*span()), name=name), around="")
    assert read_project(file).codings[["case_id", "entry_no"]].values.tolist() == [["FIC/1", 7]]


def test_a_source_that_names_no_entry_is_taken_for_a_case_and_told(tmp_path: Path) -> None:
    read = read_project(project(tmp_path, source(selection(*span()), name="Interview 3"), around=""))
    assert read.codings[["case_id", "entry_no"]].values.tolist() == [["Interview 3", 1]]
    assert "1: sources name neither case nor entry; the source's name is taken for the case." in read.remarks


@pytest.mark.parametrize(
    "address",
    [
        'plainTextPath="relative:///sub/{}.txt"',
        'plainTextPath="{}.txt"',
        'plainTextPath="absolute:///C:/x/{}.txt"',
        'plainTextPath="internal://../../{}.txt"',
    ],
)
def test_an_address_of_any_kind_is_looked_up_in_the_archive_alone(tmp_path: Path, address: str) -> None:
    assert words_coded(project(tmp_path, source(selection(*span()), address=address.format(TEXT)))) == [WORDS]


def test_a_file_of_this_computer_is_never_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("not for the project", encoding="utf-8")
    address = f'plainTextPath="absolute://{tmp_path}/secret.txt"'
    read = read_project(project(tmp_path, source(selection(0, 3), address=address)))
    assert read.texts.empty
    assert read.remarks == ("1: codings are of a source whose plain text the file does not hold.",)


def test_text_within_the_xml_is_read_as_well(tmp_path: Path) -> None:
    inside = f"<PlainTextContent>{NOTE}</PlainTextContent>" + selection(*span())
    assert words_coded(project(tmp_path, source(inside, address=""))) == [WORDS]


def test_a_formatted_source_without_plain_text_is_left_out_and_counted(tmp_path: Path) -> None:
    only_rich = source(selection(*span()), address=f'richTextPath="internal://{TEXT}.docx"')
    read = read_project(project(tmp_path, only_rich))
    assert read.codings.empty
    assert read.remarks == ("1: codings are of a source whose plain text the file does not hold.",)


def test_the_text_of_a_pdf_is_read_and_areas_of_its_pages_are_counted(tmp_path: Path) -> None:
    text = f'<Representation guid="{SOURCE}" name="a entry 0001" plainTextPath="internal://{TEXT}.txt">'
    coding = f'<Coding guid="{GROUP}"><CodeRef targetGUID="{CARE}"/></Coding>'
    area = f'<PDFSelection guid="{GROUP}">{coding}</PDFSelection>'
    pdf = f"<PDFSource>{area}{text}{selection(*span())}</Representation></PDFSource>"
    file = project(tmp_path, pdf)
    assert words_coded(file) == [WORDS]
    assert any("area of a page" in remark for remark in read_project(file).remarks)


def test_a_source_coded_as_a_whole_is_coded_from_end_to_end(tmp_path: Path) -> None:
    coding = f'<Coding guid="{GROUP}" creatingUser="{ANN}"><CodeRef targetGUID="{CARE}"/></Coding>'
    assert words_coded(project(tmp_path, source(coding))) == [NOTE]


@pytest.mark.parametrize(
    ("on", "at", "coder"),
    [
        (f'creatingUser="{ANN}"', f'creatingUser="{BO}"', "Bo"),
        (f'creatingUser="{ANN}"', "", "Ann"),
        (f'modifyingUser="{BO}"', "", "Bo"),
        ("", "", "unknown"),
    ],
)
def test_who_coded_is_asked_of_the_coding_first(tmp_path: Path, on: str, at: str, coder: str) -> None:
    file = project(tmp_path, source(selection(*span(), on=on, at=at)))
    assert list(read_project(file).codings["coder"]) == [coder]


def test_words_that_mark_a_case_are_no_coding(tmp_path: Path) -> None:
    cases = f'<Cases><Case guid="{CARE}" name="Ann"/></Cases>'
    read = read_project(project(tmp_path, source(selection(*span(), code=CARE)), around=cases))
    assert read.codings.empty
    assert any("belonging to a case" in remark for remark in read.remarks)


def test_a_code_is_known_in_capitals_and_with_its_title(tmp_path: Path, codebook: Codebook) -> None:
    for name in ("VIC-DISBELIEF", "vic-disbelief: Overall disbelief", "vic-disbelief (2)"):
        codes = CODES.replace("vic-disbelief", name)
        read = read_project(project(tmp_path, source(selection(*span())), codes=codes), codes=codebook.by_id)
        assert list(read.codings["code"]) == ["vic-disbelief"]


def test_codes_of_one_name_are_told_apart_by_those_above_them(tmp_path: Path) -> None:
    codes = CODES.replace("oth-victim-care", "vic-disbelief")
    both = selection(*span()) + selection(*span(), code=CARE)
    read = read_project(project(tmp_path, source(both), codes=codes))
    assert list(read.codings["code"]) == ["doubt/vic-disbelief", "vic-disbelief"]


def test_a_coding_outside_its_text_or_of_no_known_code_is_left_out_and_counted(tmp_path: Path) -> None:
    wrong = selection(5, 999) + selection(9, 3) + selection(0, 2, code=ANN) + selection(*span())
    read = read_project(project(tmp_path, source(wrong)))
    assert len(read.codings) == 1
    assert "1: codings have a code that the file does not describe; left out." in read.remarks
    assert "2: codings have a place outside their text." in read.remarks


def test_what_a_project_shows_of_itself_and_its_remarks_hold_no_words_of_notes(tmp_path: Path) -> None:
    codes = CODES.replace("vic-disbelief", "she said it all")  # a code made of the words themselves
    read = read_project(
        project(tmp_path, source(selection(*span(), memo="words of the note")), codes=codes),
        codes=["oth-victim-care"],
    )
    shown = f"{read!r} {read.remarks}"
    assert "she said" not in shown
    assert "words of the note" not in shown
    assert any("a code that the codebook lacks" in remark for remark in read.remarks)


def notes(text: str) -> pd.DataFrame:
    return pd.DataFrame([("FIC/1", 7, text)], columns=["case_id", "entry_no", "text"])


def test_places_are_those_of_the_note_with_its_own_line_endings(tmp_path: Path) -> None:
    read = read_project(project(tmp_path, source(selection(*span()) + VALUES)))
    note = NOTE.replace("\n", "\r\n")
    placed = place(read, notes(note))
    (start, end) = placed.codings[["start", "end"]].iloc[0]
    assert note[start:end] == WORDS
    assert placed.remarks == ()


def test_in_a_text_that_was_edited_the_words_are_looked_for_and_it_is_told(tmp_path: Path) -> None:
    read = read_project(project(tmp_path, source(selection(*span()) + selection(0, 2, code=CARE) + VALUES)))
    placed = place(read, notes(f"Added. {NOTE} IP IP"))
    assert [placed.codings[["start", "end"]].values.tolist()] == [[[span()[0] + 7, span()[1] + 7]]]
    assert (placed.moved, placed.lost) == (1, 1)
    assert place(read, notes(NOTE).assign(entry_no=8)).no_note == 2


def test_a_mark_is_of_the_units_it_covers_half_of_or_lies_in() -> None:
    note = notes("Victim rang in today. She is not credible at all. Phone was seized.")
    first, second, third = (note["text"][0].index(word) for word in ("Victim", "She", "Phone"))
    marks = pd.DataFrame(
        [
            ("FIC/1", 7, first, third - 1, "vic-disbelief", "Ann", ""),  # two units whole
            ("FIC/1", 7, second, third + 3, "oth-admin", "Ann", ""),  # runs a few letters too far
            ("FIC/1", 7, third + 2, third + 4, "sus-digital", "Bo", ""),  # two letters within one
        ],
        columns=["case_id", "entry_no", "start", "end", "code", "coder", "memo"],
    )
    found = coded_units(marks, note)
    assert found[["unit_id", "code", "coder"]].values.tolist() == [
        ["FIC/1/7/1", "vic-disbelief", "Ann"],
        ["FIC/1/7/2", "oth-admin", "Ann"],
        ["FIC/1/7/2", "vic-disbelief", "Ann"],
        ["FIC/1/7/3", "sus-digital", "Bo"],
    ]


def test_a_coders_file_is_read_as_a_corpus_is(tmp_path: Path) -> None:
    read = read_project(project(tmp_path, source(selection(*span(), on=f'creatingUser="{ANN}"') + VALUES)))
    entries, coder = write_corpus(tmp_path / "corpus", notes(NOTE), read.codings, ["Ann"])
    assert json.loads(entries.read_text(encoding="utf-8"))["text"] == NOTE
    assert coder.name == "coder-ann.jsonl"
    units = read_gold(coder)
    assert [(unit.unit_id, [code.code for code in unit.codes]) for unit in units] == [
        ("FIC/1/7/1", []),
        ("FIC/1/7/2", ["vic-disbelief"]),
    ]
