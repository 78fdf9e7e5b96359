"""Context follows who writes, what stands above and how a thing is put: task or result, hold or gap."""

from __future__ import annotations

import pytest

from nlp import Coder


def _value(coder: Coder, text: str, *, code: str, name: str, above: tuple[str, str] = ("", "")) -> str:
    table = coder.code_text(text, author_role=above[0], entry_type=above[1])
    return str(table.set_index("code").loc[code, name])


@pytest.mark.parametrize(
    ("above", "status"),
    [(("DS", "Supervisor review"), "planned"), (("OIC", "Action results"), "done")],
)
def test_a_bare_list_is_a_task_from_a_supervisor_and_a_result_under_results(
    coder: Coder, above: tuple[str, str], status: str
) -> None:
    text = "Full download of VIC's handset, all data types."
    assert _value(coder, text, code="vic-records-trawl", name="status", above=above) == status


def test_a_doubt_put_as_a_question_is_a_task(coder: Coder) -> None:
    assert _value(coder, "Why now?", code="vic-delayed-report", name="status") == "planned"


@pytest.mark.parametrize(
    "text",
    [
        "VIC's counselling notes: NOT to be requested.",
        "There is no reasonable line of enquiry into IP's GP records.",
    ],
)
def test_records_held_back_are_not_done_and_do_not_count(coder: Coder, text: str) -> None:
    assert _value(coder, text, code="vic-records-trawl", name="polarity") == "not-done"
    assert _value(coder, text, code="vic-records-trawl", name="counts") == "False"


def test_a_doubt_is_the_police_view_in_an_officers_entry_and_the_lawyers_in_a_pasted_letter(
    coder: Coder,
) -> None:
    text = "There are inconsistencies in VIC's account."
    code = "vic-account-inconsistency"
    assert _value(coder, text, code=code, name="voice", above=("OIC", "Update")) == "police"
    assert _value(coder, text, code=code, name="voice", above=("CPS (pasted)", "Charging advice")) == "cps"


def test_what_is_read_under_a_records_title_is_the_records_code(coder: Coder) -> None:
    text = "School: attention seeking at times."
    under = coder.code_text(text, author_role="OIC", entry_type="Third party material")
    elsewhere = coder.code_text(text, author_role="OIC", entry_type="House to house")
    assert "vic-records-trawl" in set(under["code"])
    assert "vic-records-trawl" not in set(elsewhere["code"])


@pytest.mark.parametrize(
    "text",
    [
        "We do not need to ask for any of the following:\n- full download of VIC's phone\n- school records",
        "NOT TO BE REQUESTED:\n- full download of VIC's phone\n- school records",
    ],
)
def test_a_sentence_or_title_over_a_list_holds_back_every_item(coder: Coder, text: str) -> None:
    table = coder.code_text(text)
    records = table[table["code"] == "vic-records-trawl"]
    assert len(records) >= 1
    assert set(records["polarity"]) == {"not-done"}


def test_points_after_semicolons_share_what_the_sentence_before_them_says(coder: Coder) -> None:
    table = coder.code_text(
        "VIC will not be asked: why she did not report sooner; why she went back to his flat."
    )
    assert set(table["polarity"]) == {"rebutted"}


def test_a_line_after_the_list_is_free_of_the_sentence_over_it(coder: Coder) -> None:
    text = "We do not need to ask for:\n- school records\n\nFull download of VIC's phone requested."
    assert list(coder.code_text(text)["polarity"])[-1] == "affirmed"
