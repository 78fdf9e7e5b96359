"""Units are cut where the codebook says, and their offsets are exact whatever the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.units import cut_units, inline_label, quotations


def _texts(note: str) -> list[str]:
    return [note[unit.start : unit.end] for unit in cut_units(note).units]


@pytest.mark.parametrize(
    ("note", "units"),
    [
        ("CCTV seized. IP updated.", ["CCTV seized.", "IP updated."]),
        ("Lives at no. 12 approx. 2 miles away.", ["Lives at no. 12 approx. 2 miles away."]),
        ("Seen by D.S. Example re. Bail.", ["Seen by D.S. Example re. Bail."]),
        ("IP seen; SUSP arrested", ["IP seen;", "SUSP arrested"]),
        ("One phone; two laptops", ["One phone; two laptops"]),
        ("- phone seized\n- PNC done", ["phone seized", "PNC done"]),
        ("* phone seized\n• PNC done\n– CCTV viewed", ["phone seized", "PNC done", "CCTV viewed"]),
        ("Tasks: (1) see IP (2) view CCTV (3) bail", ["Tasks:", "see IP", "view CCTV", "bail"]),
        ("1. See IP 2. View CCTV", ["See IP", "View CCTV"]),
        ("(a) see IP (b) view CCTV", ["see IP", "view CCTV"]),
        ("3. See IP at 2. Then home", ["See IP at 2.", "Then home"]),
        (
            'He said "I left. I went home. Ask her" and stopped.',
            ['He said "I left. I went home. Ask her" and stopped.'],
        ),
        ("He said “I left. I went home” then stopped.", ["He said “I left. I went home” then stopped."]),
        ("IP's friend's dad's van. SUSP's car.", ["IP's friend's dad's van.", "SUSP's car."]),
        ("Is IP ok? Yes! Good.", ["Is IP ok?", "Yes!", "Good."]),
        ("line one\r\nline two\u2028line three", ["line one", "line two", "line three"]),
    ],
)
def test_notes_are_cut_at_the_boundaries_of_the_codebook(note: str, units: list[str]) -> None:
    assert _texts(note) == units


@pytest.mark.parametrize(
    ("note", "units"),
    [
        ("12/03/2025 14:05 DC Smith 1234 - IP updated.", ["IP updated."]),
        ("2025-03-12 0905 hrs\nIP updated.", ["IP updated."]),
        ("SUSPECT\nPhone seized.", ["Phone seized."]),
        ("From: a@example.org\nTo: b@example.org\nSubject: IP\n\nPlease see IP.", ["Please see IP."]),
    ],
)
def test_stamps_authors_titles_and_mail_headers_are_context_not_units(note: str, units: list[str]) -> None:
    assert _texts(note) == units


def test_a_title_stands_over_the_units_below_it_until_a_new_paragraph() -> None:
    note = "SUSPECT:\n- devices seized\n- bail set\n\nIP seen today."
    assert [unit.section for unit in cut_units(note).units] == ["suspect", "suspect", ""]


def test_an_unfilled_form_line_is_marked_as_a_checklist() -> None:
    units = cut_units("Checklist: [ ] PNC [ ] CCTV\nThird party material justified Y/N:\nCCTV viewed.").units
    assert [unit.checklist for unit in units] == [True, True, False]


def test_pieces_with_fewer_than_two_letters_are_dropped_and_counted() -> None:
    cut = cut_units("14:05\n--- x ---\n!!\nIP seen.")
    assert len(cut.units) == 1
    assert cut.dropped >= 1


@pytest.mark.parametrize(
    ("unit", "label"),
    [
        ("Supervisor: please see IP", "supervisor"),
        ("IP seen today", ""),
        ("CPS action: obtain notes", "cps action"),
    ],
)
def test_the_label_a_unit_opens_with_is_read(unit: str, label: str) -> None:
    assert inline_label(unit) == label


def test_an_apostrophe_opens_no_quotation() -> None:
    assert quotations("IP's phone and SUSP's phone") == []
    assert quotations("she was 'raped' there") == [(8, 15)]


@given(st.text())
def test_offsets_slice_back_to_the_text_and_never_overlap(note: str) -> None:
    end = 0
    for unit in cut_units(note).units:
        assert end <= unit.start < unit.end <= len(note)
        assert note[unit.start : unit.end].strip() == note[unit.start : unit.end]
        end = unit.end


@given(st.text(alphabet="IP sa.;:'\"()[]12-\n•😀é", max_size=400))
def test_every_letter_of_a_note_is_in_a_unit_or_in_its_context(note: str) -> None:
    cut = cut_units(note)
    assert cut == cut_units(note)
    assert all(sum(c.isalpha() for c in note[u.start : u.end]) >= 2 for u in cut.units)


@pytest.mark.parametrize("piece", ["word ", "a", "(", "A. ", "'a. B ", "1. a ", "; is "])
def test_work_grows_with_length_not_with_its_square(piece: str) -> None:
    def seconds(length: int) -> float:
        started = time.process_time()
        cut_units(piece * (length // len(piece)))
        return time.process_time() - started

    short, long = (min(seconds(length) for _ in range(3)) for length in (50_000, 400_000))
    assert long < 8 * 4 * max(short, 0.001)  # eight times the text; its square would take 64 times
