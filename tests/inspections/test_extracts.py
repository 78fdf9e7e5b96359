import re
import socket
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from inspections.extracts import approved, candidate_extracts
from inspections.pseudonyms import Vocabulary, pseudonymise, roles_by_name
from inspections.second_look import second_look
from parameters import PROJECT, models
from parameters.problems import InspectionError

FICTIONAL = PROJECT / "inspections" / "fictional"

NOTES = pd.DataFrame(
    {
        "case_id": ["NS-1", "NS-2", "NS-3"],
        "entry_no": [1, 1, 1],
        "author_role": ["OIC", "DS", "SOLO"],
        "text": [
            "I doubt what Jodie says about 12 May. She waited five weeks to report this.",
            "We have doubts about the account given on Mill Road at 23:40.",
            "Phone of SUSP seized, PC 4418 to submit it to DFU today.",
        ],
    }
)


def coding_of(*units: tuple[str, int, int, int, str]) -> pd.DataFrame:
    coding = pd.DataFrame(units, columns=["case_id", "unit_no", "start", "end", "code"])
    orientation = coding["code"].str[:3].map({"vic": "victim-credibility", "sus": "suspect-focus"})
    return coding.assign(entry_no=1, counts=True, orientation=orientation)


CODING = coding_of(
    ("NS-1", 1, 0, 37, "vic-disbelief"),
    ("NS-1", 2, 38, 75, "vic-delayed-report"),
    ("NS-2", 1, 0, 61, "vic-disbelief"),
    ("NS-3", 1, 0, 55, "sus-digital"),
)
TITLES = pd.Series(
    {"vic-disbelief": "Overall disbelief", "vic-delayed-report": "Delay", "sus-digital": "Digital"}
)


def candidates(seed: str = "autumn", **changes: object) -> pd.DataFrame:
    return candidate_extracts(CODING, NOTES, titles=TITLES, seed=seed, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("SUSP seen with Jodie Marsh near the pub.", "SUSP seen with [name] near the pub."),
        ("VIC told ISVA that LORRIDGE rang her.", "VIC told ISVA that [name] rang her."),
        ("Offence on 12/03/2024, reported 3 April.", "Offence on [date], reported [date]."),
        ("IP seen on Tuesday and again in October.", "IP seen on [date] and again in [date]."),
        ("At 23:40 and at 2.15am, then 0410 hrs.", "At [time] and at [time], then [time]."),
        ("Home address 14 Tannery Walk, AB1 2CD.", "Home address [place], [postcode]."),
        ("Home at ab1 2cd, saw s1 2nd time at 2am.", "Home at [postcode], saw s1 2nd time at [time]."),
        ("IP called from 07700 900123 and wrote from a.b@example.org.",
         "IP called from [telephone] and wrote from [email]."),
        ("Linked to NS/4471/24 and crime 55432.", "Linked to [reference] and crime [number]."),
        ("PC 4418 and DC Brannock attended.", "[officer] and [officer] attended."),
        ("IP aged 34, the suspect is 51 years old.", "IP [age], the suspect is [age]."),
        ("See @kestrelvane and www.example.org/x.", "See [account] and [web]"),
        ("Car AB12 CDE was Renée’s.", "Car [vehicle] was [name]’s."),
    ],
)  # fmt: skip
def test_what_points_to_a_person_is_replaced_and_roles_stay(text: str, safe: str):
    vocabulary = Vocabulary.of(["offence home linked at car see", text])
    assert pseudonymise(text, vocabulary).text == safe


def test_a_name_that_opens_a_sentence_is_told_from_a_word_by_how_the_notes_write_it():
    vocabulary = Vocabulary.of(["Spoke to Jodie again, she waited.", "He waited a while."])
    assert pseudonymise("Jodie waited for us.", vocabulary).text == "[name] waited for us."
    assert pseudonymise("Waited for us all day.", vocabulary).text == "Waited for us all day."
    assert pseudonymise("Unheard of before.", vocabulary).text == "[name] of before."


def test_a_name_in_small_letters_is_found_when_the_notes_usually_give_it_a_capital():
    vocabulary = Vocabulary.of(["Rang Jodie. Told Jodie so. Then jodie left."])
    assert pseudonymise("then jodie said no", vocabulary).text == "then [name] said no"


@pytest.mark.parametrize(
    "text",
    ["Both IPs seen, PND'd and RUI'd by DCs.", "OIC off, HR and CAMHS told; Y/N on the CHECKLIST.",
     "Offence in which the Victim told Police.", "Giggled and reallocated."],
)  # fmt: skip
def test_the_field_s_own_words_are_not_taken_for_names(text: str):
    vocabulary = Vocabulary.of(["both offence seen giggle allocated off"])
    assert pseudonymise(text, vocabulary).text == text


def test_a_name_is_no_word_for_standing_in_small_letters_in_an_address():
    vocabulary = Vocabulary.of(["VIC gave jodie.marsh@example.org and www.example.org/jodie"])
    assert pseudonymise("Jodie rang.", vocabulary).text == "[name] rang."


def test_a_word_of_a_place_is_no_name_in_small_letters():
    often = "little little little"
    vocabulary = Vocabulary.of(["Seen at Little Astrow. Home to Little Astrow with Jodie.", *often.split()])
    assert pseudonymise("a little later with jodie", vocabulary).text == "a little later with [name]"


@pytest.mark.parametrize(
    ("written", "safe"),
    [("We doubt what Jodie says.", "We doubt what [victim] says."),
     ("We doubt what Ms Marsh says.", "We doubt what [victim] says."),
     ("Spoke to NORCLIFFE again.", "Spoke to [suspect] again."),
     ("Spoke to Kyle again.", "Spoke to [name] again."),
     ("Spoke to DS Kyle again.", "Spoke to [officer] again.")],
)  # fmt: skip
def test_a_name_stands_as_its_role_where_the_notes_say_whose_it_is(written: str, safe: str):
    people = roles_by_name(
        ["IP Jodie Marsh rang.", "Suspect: NORCLIFFE, 34", "Suspect Kyle met was told.", "SUSP Kyle, IP Kyle"]
    )
    assert pseudonymise(written, Vocabulary.of(["spoke we doubt"]), people=people).text == safe


@pytest.mark.parametrize(
    ("text", "suspicion"),
    [("Offence was at the caravan.", ("place", "caravan")), ("Told us at christmas.", ("date", "christmas")),
     ("Waited five weeks.", ("number", "five")), ("Waited; D says no.", ("initial", "D")),
     ("Works as a scaffolder there.", ("rare word", "scaffolder")), ("Zigzag seen.", ("capital", "Zigzag"))],
)  # fmt: skip
def test_each_kind_of_suspicion_is_raised(text: str, suspicion: tuple[str, str]):
    written = ["He waited; offence told and works at there says.", "works as a scaffolder", "a zigzag"]
    assert suspicion in pseudonymise(text, Vocabulary.of(written)).look_again


def test_no_name_of_the_fictional_forces_is_left_in_their_notes():
    names = YAML(typ="safe").load((FICTIONAL / "names.yml").read_text(encoding="utf-8"))
    people = [*names["surnames"], *(name for own in names["first_names"].values() for name in own)]
    known = re.compile(rf"\b(?:{'|'.join(map(re.escape, people))})\b", re.IGNORECASE)
    notes = pd.read_csv(FICTIONAL / "northshire" / "notes.csv", dtype=str, keep_default_na=False)
    texts = [text for column in notes.columns for text in notes[column] if len(text) > 40]
    vocabulary = Vocabulary.of(texts)
    written = [text for text in texts if known.search(text)]
    assert len(written) > 100
    assert not [
        found.group() for text in written for found in known.finditer(pseudonymise(text, vocabulary).text)
    ]


def test_the_second_look_lists_what_was_replaced_and_what_is_still_there():
    notes = NOTES.assign(text=["IP Jodie says five weeks; nurse there.", "", ""])
    proposed = candidate_extracts(
        coding_of(("NS-1", 1, 0, 38, "vic-disbelief")), notes, titles=TITLES, seed="autumn"
    )
    looked = second_look(
        proposed, notes, Vocabulary.of(notes["text"]), suspect=lambda text: [("person", "x")]
    )
    assert set(looked["id"]) == set(proposed["id"])
    found = set(looked[["look", "kind", "words", "times", "found_by"]].itertuples(index=False, name=None))
    assert found >= {
        ("replaced", "victim", "Jodie", 1, "rules"),
        ("still there", "number", "five", 1, "rules"),
        ("still there", "circumstance", "nurse", 1, "rules"),
        ("still there", "person", "x", 1, "presidio"),
    }


def test_a_further_reader_takes_nothing_off_the_second_look():
    notes, vocabulary = NOTES, Vocabulary.of(NOTES["text"])
    alone, helped = (
        second_look(candidates(), notes, vocabulary, suspect=suspect)
        for suspect in (lambda text: [], lambda text: [("person", "She")])
    )
    of_rules = helped[helped["found_by"] == "rules"].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_rules, alone)


def test_presidio_where_it_is_installed_only_adds_and_opens_no_connection(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("presidio_analyzer")
    tried: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda *to: tried.append(to))
    vocabulary = Vocabulary.of(NOTES["text"])
    alone = second_look(candidates(), NOTES, vocabulary, suspect=lambda text: [])
    helped = second_look(candidates(), NOTES, vocabulary)
    of_rules = helped[helped["found_by"] == "rules"].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_rules, alone)
    assert tried == []


def test_what_may_still_identify_is_listed_for_a_person_to_look_at():
    vocabulary = Vocabulary.of(["Saw Will and Grace there.", "It will rain, she will go, by grace, grace."])
    found = pseudonymise("Will took 2 photographs of her tattoo; a nurse known as ginger saw.", vocabulary)
    assert found.text.startswith("Will took")
    assert set(found.look_again) >= {
        ("nickname", "known as g"), ("circumstance", "tattoo"), ("circumstance", "nurse"), ("number", "2"),
        ("capital", "Will"),
    }  # fmt: skip


def test_kinds_of_what_was_replaced_are_kept_in_order():
    assert pseudonymise("On 3 May VIC met Ann.").replaced == (("date", "3 May"), ("name", "Ann"))


@given(st.text(max_size=200))
def test_pseudonymising_never_fails_and_leaves_no_long_number_or_address(text: str):
    safe = pseudonymise(text).text
    assert not any(len(word) > 4 and word.isascii() and word.isdigit() for word in safe.split())


def test_candidates_come_from_different_cases_and_are_the_same_every_time():
    first = candidates()
    pd.testing.assert_frame_equal(first, candidates())
    shuffled = candidate_extracts(CODING.iloc[::-1], NOTES.iloc[::-1], titles=TITLES, seed="autumn")
    pd.testing.assert_frame_equal(first, shuffled)
    assert len(first) == 4
    assert first["id"].str.fullmatch("x-[0-9a-f]{6}").all()


def test_an_id_is_made_of_published_words_and_not_of_a_case_reference():
    renamed = {"NS-1": "ZZ-7", "NS-2": "ZZ-8", "NS-3": "ZZ-9"}
    coding, notes = (table.assign(case_id=table["case_id"].map(renamed)) for table in (CODING, NOTES))
    elsewhere = candidate_extracts(coding, notes, titles=TITLES, seed="winter")
    assert dict(elsewhere[["id", "text"]].to_numpy()) == dict(candidates()[["id", "text"]].to_numpy())


def test_words_that_become_the_same_when_pseudonymised_are_proposed_once():
    notes = NOTES.assign(text=["We doubt what Jodie says.", "We doubt what Renata says.", ""])
    coding = coding_of(("NS-1", 1, 0, 25, "vic-disbelief"), ("NS-2", 1, 0, 26, "vic-disbelief"))
    again = candidate_extracts(coding, notes, titles=TITLES, seed="autumn")
    assert again["text"].tolist() == ["We doubt what [name] says."]


def test_candidates_are_pseudonymised_beside_their_original():
    row = candidates().set_index("original").loc["I doubt what Jodie says about 12 May."]
    assert row["text"] == "I doubt what [name] says about [date]."
    assert row["replaced"] == "date 1; name 1"
    assert row[["title", "role", "case_id"]].tolist() == ["Overall disbelief", "OIC", "NS-1"]


def test_no_more_than_asked_for_of_each_code_and_only_counted_units():
    assert len(candidates(per_code=1)) == 3
    nothing = candidate_extracts(CODING.assign(counts=False), NOTES, titles=TITLES, seed="s")
    assert nothing.empty


def approval(name: str) -> models.ApprovedExtract:
    return models.ApprovedExtract(id=name, approved_by="A. Reader", approved_on=date(2026, 10, 30))


def test_only_approved_extracts_go_out_without_reference_or_original():
    chosen = candidates().iloc[1]
    [extract] = approved(candidates(), [approval(chosen["id"])], file="parameters/northshire.yml")
    assert extract == {
        "id": chosen["id"],
        "text": chosen["text"],
        "code": chosen["code"],
        "orientation": chosen["orientation"],
        "role": chosen["role"],
        "approved_by": "A. Reader",
        "approved_on": "2026-10-30",
    }


def test_approving_what_is_not_there_is_an_error_that_says_what_to_do():
    with pytest.raises(InspectionError) as error:
        approved(candidates(), [approval("x-000000"), approval("x-000001")], file="parameters/northshire.yml")
    assert len(error.value.problems) == 2
    assert str(error.value).startswith(
        "parameters/northshire.yml: approved_extracts approves x-000000, which is not among the extracts "
        "proposed now."
    )
