"""The list of what could point to somebody: what is on it, and what is not."""

import pandas as pd
import pytest

from inspections.identifiers import identifiers

NOTES = [
    "Report taken from Zofia Quillfeather (DOB 01/06/1987), 14 Gibbet Hill, AB1 2CD. Tel 07700 900123.",
    "Spoke to Quillfeather again, refers to Mr Harbottle. Exhibit ZQ/4.",
    "Xanthe attended. She will email zofia.q@example.org. Born 3rd May 1979, she says.",
    "The crime was reviewed. Reviewed again by the DS, CCTV requested.",
]


@pytest.fixture(scope="module")
def listed() -> pd.DataFrame:
    cases = pd.DataFrame({"case_id": ["NSFIC/000151/23"], "suspect_id": ["P-0042"]})
    return identifiers({"cases": cases}, NOTES)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("reference", "NSFIC/000151/23"),
        ("reference", "P-0042"),
        ("reference", "ZQ/4"),
        ("name", "zofia quillfeather"),
        ("name", "zofia"),
        ("name", "quillfeather"),
        ("name", "harbottle"),
        ("date of birth", "1987-06-01"),
        ("date of birth", "1979-05-03"),
        ("telephone number", "07700 900123"),
        ("address", "14 Gibbet Hill"),
        ("address", "AB1 2CD"),
        ("address", "zofia.q@example.org"),
    ],
)
def test_what_points_to_somebody_is_listed(kind: str, value: str, listed: pd.DataFrame) -> None:
    assert listed[(listed["kind"] == kind) & (listed["value"] == value)]["sure"].tolist() == [True]


@pytest.mark.parametrize(
    "written",
    ["DOB 1957-06-01", "D.O.B. 1/6/57", "born on the 1st of June 1957", "Date of birth: 01.06.1957"],
)
def test_a_date_of_birth_is_the_same_day_however_it_is_written(written: str) -> None:
    listed = identifiers({}, [f"Victim, {written}, spoken to on 03/04/2025."])
    assert listed.loc[listed["kind"] == "date of birth", "value"].tolist() == ["1957-06-01"]


def test_a_word_that_only_opens_a_sentence_may_be_no_name(listed: pd.DataFrame) -> None:
    names = listed[listed["kind"] == "name"].set_index("value")["sure"]
    assert not names["xanthe"]
    assert not {"reviewed", "crime", "the", "mr", "ds", "cctv"} & set(names.index)


def test_a_word_that_others_write_in_small_letters_is_no_name() -> None:
    names = identifiers(
        {}, ["Walked along the Strand.", "Seen in the Hopfield."], beside=["a strand of hair, no strand"]
    )
    by_word = names.set_index("value")[["sure", "small"]].T.to_dict("list")
    assert by_word["hopfield"] == [True, False]
    assert by_word["strand"] == [False, True]


def test_the_list_of_no_notes_is_empty() -> None:
    assert identifiers({}, []).to_dict("list") == {"kind": [], "value": [], "sure": [], "small": []}
