"""Projects and codebooks that go out: what other programs will find in them.

Set REFI_QDA_XSD to a folder with the standard's Project.xsd to check against it too; it is published, under
the MIT licence, at qdasoftware.org.
"""

from __future__ import annotations

import os
import zipfile
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from refi_rules import broken_rules, broken_tree

from nlp import Codebook, Coder
from nlp.audit.exchange import (
    CODINGS,
    ExchangeError,
    check_codings,
    coder_names,
    machine_codings,
    place,
    project_codes,
    read_project,
    write_codebook,
    write_project,
)
from nlp.audit.exchange.positions import exchanged, from_exchanged, to_exchanged

NOTES = pd.DataFrame(
    [
        (
            "FIC/001/25",
            1,
            "Zoë 🙂🙂 said so.\r\nShe has been inconsistent. IP’s account is not credible.",
            "OIC",
        ),
        (
            "FIC/001/25",
            2,
            "\ufeffSUSP arrested.\rPhone seized 👩‍👩‍👧; cafe\u0301 CCTV & <till> checked.",
            None,
        ),
        ("2025_17", 1, "No call back yet.", "DS"),
        ("2025_17", 2, "", "DS"),
    ],
    columns=["case_id", "entry_no", "text", "author_role"],
).assign(entered_at=pd.to_datetime(["2025-04-01T09:30", None, "2025-04-02T00:00", "2025-04-03T10:00"]))
CASES = pd.DataFrame(
    {
        "case_id": ["FIC/001/25", "2025_17"],
        "charged_on": pd.to_datetime(["2025-05-01", None]),
        "suspect_named": pd.array([True, None], dtype="boolean"),
        "weight": [1.25, 2.0],
        "order": [1, 2],
        "relationship": ["ex-partner", None],
    }
)


@pytest.fixture(scope="module")
def codings(codebook: Codebook, coder: Coder) -> pd.DataFrame:
    """What the rules say of the notes, a row as of the trained reader, and every word coded by two people."""
    table = coder.code_notes(NOTES).table
    reader = table.head(1).assign(source="model", rule_id="reader 7f3a", trigger="", cues="probability 0.83")
    machine = machine_codings(pd.concat([table, reader]), {rule.id: rule.says for rule in codebook.rules()})
    codes = [code.id for code in codebook.codes]
    people = [
        (
            case,
            entry,
            start,
            start + len(word),
            codes[start % len(codes)],
            who,
            f"why 🙂 <{start}>\nsecond line",
        )
        for case, entry, text in NOTES[["case_id", "entry_no", "text"]].itertuples(index=False)
        for word in text.split()
        for start in [text.index(word)]
        for who in ("Zoë Ó Briain", 'B "Å" <x> & co')
    ]
    return pd.concat([machine, pd.DataFrame(people, columns=list(CODINGS))], ignore_index=True)


@pytest.fixture
def project(tmp_path: Path, codings: pd.DataFrame, codebook: Codebook) -> Path:
    path = tmp_path / "project.qdpx"
    write_project(
        path, NOTES, codings, project_codes(codebook), name="Fiction", cases=CASES, as_at=date(2026, 3, 31)
    )
    return path


def test_the_project_keeps_the_rules_of_the_standard_and_of_importers(project: Path) -> None:
    assert broken_rules(project) == []


def test_the_hand_written_check_can_fail(project: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(project) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    spoilt = tmp_path / "spoilt.qdpx"
    for old, new in ((b'isCodable="true"', b'isCodable="1"'), (b"<Users>", b"<Users/><Users>")):
        with zipfile.ZipFile(spoilt, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content.replace(old, new, 1))
        assert broken_rules(spoilt)


def test_the_project_satisfies_the_published_schema(project: Path) -> None:
    folder = os.environ.get("REFI_QDA_XSD")
    if not folder:
        pytest.skip("the schema of REFI-QDA is not at hand: set REFI_QDA_XSD to a folder with Project.xsd")
    etree = pytest.importorskip("lxml.etree")
    schema = etree.XMLSchema(etree.parse(Path(folder) / "Project.xsd"))
    with zipfile.ZipFile(project) as archive:
        schema.assertValid(etree.fromstring(archive.read("project.qde")))


def test_another_library_reads_project_and_codebook(
    project: Path, codebook: Codebook, tmp_path: Path
) -> None:
    pyrefiqda = pytest.importorskip("pyrefiqda", reason="pyrefiqda is not installed")
    read = pyrefiqda.RefiProject.load(project, extract_dir=tmp_path / "unpacked")
    assert read.users.user[0].name == "coder 1"
    assert len(read.sources.text_source) == len(NOTES)
    path = tmp_path / "codebook.qdc"
    write_codebook(path, project_codes(codebook))
    codes = pyrefiqda.RefiCodebook.load(path).codes.code
    assert {code.name for group in codes for code in group.code} == set(codebook.by_id)


def test_what_goes_out_comes_back_with_code_user_words_and_memo(
    project: Path, codings: pd.DataFrame, codebook: Codebook
) -> None:
    back = read_project(project, codes=codebook.by_id)
    placed = place(back, NOTES)
    assert back.remarks == ()
    assert (placed.moved, placed.no_note, placed.lost) == (0, 0, 0)
    pd.testing.assert_frame_equal(
        placed.codings, check_codings(codings, NOTES, file="codings"), check_dtype=False
    )


def test_people_come_before_machines_and_who_will_code_comes_first(project: Path) -> None:
    users = read_project(project).users
    assert users[0] == "coder 1"
    assert [name.startswith("machine: ") for name in users] == [False, False, False, True, True]


def test_rule_words_and_cues_are_in_the_memo_of_the_machines_coding(codebook: Codebook, coder: Coder) -> None:
    table = coder.code_notes(NOTES).table
    rule = codebook.by_id[table["code"].iloc[0]].rules
    memos = machine_codings(table, {each.id: each.says for each in rule})["memo"]
    first = table.iloc[0]
    assert f"rule: {first['rule_id']} (" in memos[0]
    assert f"words: {first['trigger']}" in memos[0]
    assert f"counts: {'yes' if first['counts'] else 'no'}" in memos[0]
    assert set(coder_names(table)) == {f"machine: rules {codebook.version}"}


def test_the_same_content_gives_the_same_bytes(
    project: Path, codings: pd.DataFrame, codebook: Codebook, tmp_path: Path
) -> None:
    again = tmp_path / "again.qdpx"
    shuffled = codings.sample(frac=1, random_state=1)
    write_project(
        again, NOTES, shuffled, project_codes(codebook), name="Fiction", cases=CASES, as_at=date(2026, 3, 31)
    )
    assert again.read_bytes() == project.read_bytes()


def test_codes_the_codebook_lacks_go_out_in_a_category_of_their_own(
    codebook: Codebook, tmp_path: Path
) -> None:
    path = tmp_path / "new.qdpx"
    new = pd.DataFrame([("2025_17", 1, 0, 7, "a new idea", "me", "")], columns=list(CODINGS))
    write_project(path, NOTES, new, project_codes(codebook), name="Fiction")
    assert broken_rules(path) == []
    assert list(read_project(path).codings["code"]) == ["a new idea"]


def test_a_project_without_codings_is_ready_for_blind_coding(codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / "blind.qdpx"
    none = pd.DataFrame(columns=list(CODINGS))
    write_project(path, NOTES, none, project_codes(codebook), name="Fiction", people=["Ann", "Bo"])
    assert broken_rules(path) == []
    assert read_project(path).users == ("Ann", "Bo")


def test_a_codebook_holds_definition_and_limits_of_every_code(codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / "codebook.qdc"
    write_codebook(path, project_codes(codebook))
    root = fromstring(path.read_bytes())
    assert broken_tree(root, "urn:QDA-XML:codebook:1.0") == []
    told = {
        code.get("name"): code.findtext("{*}Description", "")
        for code in root.iter("{urn:QDA-XML:codebook:1.0}Code")
    }
    for code in codebook.codes:
        assert code.definition.strip() in told[code.id]
        assert all(line in told[code.id] for line in (*code.include, *code.exclude))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("2025_17", 1, 0, 99, "oth-admin", "me", ""), "does not lie within the note of 17 characters"),
        (("2025_17", 1, 3, 3, "oth-admin", "me", ""), "does not lie within"),
        (("2025_17", 9, 0, 3, "oth-admin", "me", ""), "is not among the notes"),
        (("2025_17", 1, 0, 3, " ", "me", ""), "has no code"),
        (("2025_17", 1, 0, 3, "oth-admin", None, ""), "says not who coded"),
    ],
)
def test_codings_that_do_not_fit_the_notes_are_refused_by_case_and_entry(
    row: tuple[object, ...], told: str
) -> None:
    with pytest.raises(ExchangeError, match=f"case 2025_17, entry {row[1]}: .*{told}"):
        check_codings(pd.DataFrame([row], columns=list(CODINGS)), NOTES, file="codings.csv")


def test_nothing_stands_under_the_name_when_writing_fails(codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / "project.qdpx"
    wrong = pd.DataFrame([("2025_17", 1, 0, 99, "x", "me", "")], columns=list(CODINGS))
    with pytest.raises(ExchangeError):
        write_project(path, NOTES, wrong, project_codes(codebook), name="Fiction")
    assert list(tmp_path.iterdir()) == []


@given(st.text(alphabet="a\r\n🙂é\ufeff", max_size=30))
def test_a_place_goes_out_and_comes_back_whatever_the_line_endings(note: str) -> None:
    text = exchanged(note)
    assert "\r" not in text
    for place_ in range(len(note) + 1):
        if note[place_ - 1 : place_ + 1] != "\r\n":  # no place lies within a line ending
            assert from_exchanged(note, to_exchanged(note, place_)) == place_
    assert to_exchanged(note, len(note)) == len(text)
