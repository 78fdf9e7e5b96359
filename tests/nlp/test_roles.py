"""Who is victim and who is suspect: tags decide, pronouns follow tags, gender never does."""

from __future__ import annotations

import re
from itertools import permutations

import pandas as pd
import pytest

from nlp import Codebook, Coder

_VICTIM_TAGS = ["IP", "VIC", "V1", "AP", "AGG", "N1", "The victim", "The complainant", "The survivor"]
_SUSPECT_TAGS = ["SUSP", "SUS", "S1", "DP", "POI", "N2", "The suspect", "The offender", "The male named"]


def _codes(coder: Coder, text: str) -> set[str]:
    return set(coder.code_text(text)["code"])


@pytest.mark.parametrize("tag", _VICTIM_TAGS)
def test_a_record_check_on_the_victim_is_about_the_victim(tag: str, coder: Coder) -> None:
    assert _codes(coder, f"{tag} has previous for theft.") == {"vic-background-history"}


@pytest.mark.parametrize("tag", _SUSPECT_TAGS)
def test_a_record_check_on_the_suspect_is_about_the_suspect(tag: str, coder: Coder) -> None:
    assert _codes(coder, f"{tag} has previous for theft.") == {"sus-history-intel"}


@pytest.mark.parametrize(
    "text", ["IP address of the router requested.", "Checks on the IP address 10.0.0.1 done."]
)
def test_an_ip_address_is_not_a_victim(text: str, coder: Coder) -> None:
    assert not any(code.startswith("vic-") for code in _codes(coder, text))


def test_a_pronoun_is_the_last_person_tagged_in_the_note(coder: Coder) -> None:
    about_suspect = coder.code_text("SUSP seen at home.\nHis phone was seized.")
    about_victim = coder.code_text("IP seen at home.\nHis phone was sent for full download.")
    assert "sus-digital" in set(about_suspect["code"])
    assert "vic-records-trawl" in set(about_victim["code"])


def test_a_section_title_says_whose_devices_they_are(coder: Coder) -> None:
    table = coder.code_text("SUSPECT:\n- phone and laptop seized, sent for download\n")
    assert "sus-digital" in set(table["code"])
    assert "vic-records-trawl" not in set(table["code"])


def test_a_name_tied_to_a_role_keeps_it_in_later_notes_of_the_case(coder: Coder) -> None:
    notes = pd.DataFrame(
        {
            "case_id": ["A", "A", "B"],
            "entry_no": [1, 2, 1],
            "text": ["SUSP Marcus Tillbrook arrested.", *["Tillbrook has previous for theft."] * 2],
        }
    )
    table = coder.code_notes(notes).table
    assert set(table[(table.case_id == "A") & (table.entry_no == 2)]["code"]) == {"sus-history-intel"}


def _case(coder: Coder, *texts: str, entry_types: tuple[str, ...] = ()) -> pd.DataFrame:
    """The coding of one case's notes, in order."""
    notes = pd.DataFrame(
        {
            "case_id": "A",
            "entry_no": range(1, len(texts) + 1),
            "text": texts,
            "entry_type": entry_types or [""] * len(texts),
        }
    )
    return coder.code_notes(notes).table


@pytest.mark.parametrize(
    "text",
    [
        "Tillbrook, 26, was arrested at work.",
        "PNC on Tillbrook requested.",
        "Marcus TILLBROOK (41) attended voluntarily.",
        "Tillbrook's solicitor rang.",
    ],
)
def test_what_is_done_to_a_person_tells_the_suspect(text: str, coder: Coder) -> None:
    table = _case(coder, text, "Tillbrook has previous for theft.")
    assert set(table[table.entry_no == 2]["code"]) == {"sus-history-intel"}


@pytest.mark.parametrize(
    "text", ["Tillbrook, 26, reports being raped.", "ABE of Tillbrook booked.", "Tillbrook's ISVA rang."]
)
def test_what_is_done_for_a_person_tells_the_victim(text: str, coder: Coder) -> None:
    table = _case(coder, text, "Tillbrook has previous for theft.")
    assert set(table[table.entry_no == 2]["code"]) == {"vic-background-history"}


def test_a_full_name_with_an_age_is_the_suspects_only_in_an_entry_about_the_suspect(coder: Coder) -> None:
    texts = ("Colin DRABBLE 52, works nights.", "Drabble has previous for theft.")
    custody = _case(coder, *texts, entry_types=("Custody", ""))
    witness = _case(coder, *texts, entry_types=("Witness", ""))
    assert set(custody[custody.entry_no == 2]["code"]) == {"sus-history-intel"}
    assert "sus-history-intel" not in set(witness[witness.entry_no == 2]["code"])


def test_a_title_or_a_day_is_not_learnt_as_a_name(coder: Coder) -> None:
    table = _case(
        coder, "Suspect is Mrs Cole.", "IP and Mrs Hobb saw the nurse.", "Mrs Hobb has previous for theft."
    )
    assert "sus-history-intel" not in set(table[table.entry_no == 3]["code"])


def test_a_bare_list_of_devices_is_the_suspects_in_a_custody_entry_only(coder: Coder) -> None:
    text = "Two phones, laptop, work tunic."
    assert "sus-digital" in set(_case(coder, text, entry_types=("Custody",))["code"])
    assert "sus-digital" not in set(_case(coder, text, entry_types=("Victim contact",))["code"])


def test_conduct_in_a_first_report_is_content_and_the_same_words_in_a_review_are_focus(coder: Coder) -> None:
    text = "SUSP picks young women who are new to the job."
    assert "sus-grooming-targeting" in set(_case(coder, text, entry_types=("Review",))["code"])
    assert "sus-grooming-targeting" not in set(_case(coder, text, entry_types=("Initial report",))["code"])


_FORMS = {"he": ("he", "him", "his"), "she": ("she", "her", "her"), "they": ("they", "them", "their")}
_OWNS_NEXT = re.compile(r"\s+(?!in\b|to\b|and\b|at\b|on\b|that\b|from\b|up\b|out\b)\w")


def _swapped(text: str, new: dict[str, str]) -> str:
    """The text with each gender's pronouns in the forms of another; `her` is read by the word after it."""

    def change(found: re.Match[str]) -> str:
        word = found.group().lower()
        if word == "her":
            gender, place = "she", 2 if _OWNS_NEXT.match(text, found.end()) else 1
        else:
            gender = next(g for g, forms in _FORMS.items() if word in forms)
            place = _FORMS[gender].index(word)
        form = _FORMS[new[gender]][place]
        return form.capitalize() if found.group()[0].isupper() else form

    return re.sub(r"\b(?:he|she|they|him|his|them|their|her)\b", change, text, flags=re.IGNORECASE)


@pytest.mark.parametrize("genders", list(permutations(_FORMS)), ids="-".join)
def test_swapping_gender_changes_no_code(genders: tuple[str, ...], codebook: Codebook, coder: Coder) -> None:
    new = dict(zip(_FORMS, genders, strict=True))
    changed = []
    for example in (example for code in codebook.codes for example in code.examples):
        before, after = (coder.code_text(text) for text in (example.text, _swapped(example.text, new)))
        columns = ["code", "polarity", "voice", "status", "counts"]
        if before[columns].to_dict("records") != after[columns].to_dict("records"):
            changed.append(example.text)
    assert changed == []
