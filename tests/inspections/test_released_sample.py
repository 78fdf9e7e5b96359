"""What is published of the draw gives away neither a short stratum nor a rare reason."""

import pandas as pd
import pytest
from made_material import cases_of, material

from inspections.disclosure import Decision, Policy, Released, decide
from inspections.indicators import compute_indicators
from inspections.released_sample import release_losses, release_realised
from parameters.models.sample import Allocation

FIVE = Policy(threshold=5)


def losses(**reasons: int) -> pd.DataFrame:
    return pd.DataFrame({"reason": list(reasons), "cases": list(reasons.values())})


NOTHING_LOST = release_losses(losses(), FIVE)


def told(released: Released) -> list[list[object]]:
    table = released.table.astype(object)
    return table.where(table.notna(), None).to_numpy().tolist()


def test_reasons_that_are_not_rare_are_told_with_their_total() -> None:
    released = release_losses(losses(lost=6, sealed=8), FIVE)
    assert told(released) == [["lost", 6, "shown"], ["sealed", 8, "shown"], ["any reason", 14, "shown"]]
    assert released.log.empty


def test_a_small_total_is_all_that_is_said_and_has_no_number() -> None:
    released = release_losses(losses(lost=2, sealed=1), FIVE)
    assert told(released) == [["any reason", None, "suppressed"]]


def test_a_rare_reason_cannot_be_found_by_taking_the_others_from_the_total() -> None:
    released = release_losses(losses(lost=6, sealed=8, other=1), FIVE)
    hidden = [row[0] for row in told(released) if row[2] == "suppressed"]
    assert len(hidden) == 2
    assert "other" in hidden
    assert released.log.set_index("row").loc["other", "rule"] == "primary"


def test_nothing_lost_leaves_an_empty_table() -> None:
    assert told(release_losses(losses(), FIVE)) == []


def realised(**strata: tuple[int, int, int]) -> pd.DataFrame:
    """Strata as (length, planned, read)."""
    return pd.DataFrame(
        [
            {
                "stratum": name, "frame": frame, "wanted": planned, "planned": planned, "read": read,
                "planned_weight": frame / planned, "weight": frame / read,
            }
            for name, (frame, planned, read) in strata.items()
        ]
    )  # fmt: skip


def decision(**strata: int) -> Decision:
    """What is decided on a frame whose strata are its decisions."""
    cases = cases_of(decision=[name for name, count in strata.items() for _ in range(count)])
    by_stratum = cases.groupby("decision")["case_id"].agg(frozenset).to_dict()
    results = compute_indicators(material(cases=cases), only=["decisions"])
    return decide(results, FIVE, further={"strata": by_stratum})


def test_planned_and_read_stand_beside_each_other() -> None:
    strata = realised(charged=(20, 8, 8), open=(30, 8, 7))
    table = release_realised(
        strata, decision(charged=20, open=30), allocation="equal", losses=NOTHING_LOST
    ).table
    assert table[["planned", "sample"]].to_numpy().tolist() == [[8, 8], [8, 7]]
    assert table["weight"].tolist() == pytest.approx([2.5, 30 / 7])
    assert table["status"].tolist() == ["shown", "shown"]


@pytest.mark.parametrize(("lost", "planned"), [(0, [8, 8]), (2, [None, None]), (6, [8, 8])])
def test_what_was_planned_is_told_only_where_the_number_of_files_lost_is(
    lost: int, planned: list[int | None]
) -> None:
    strata, decided = realised(charged=(20, 8, 8), open=(30, 8, 7)), decision(charged=20, open=30)
    of_losses = release_losses(losses(lost=lost) if lost else losses(), FIVE)
    released = release_realised(strata, decided, allocation="equal", losses=of_losses)
    table = released.table.astype(object)
    assert table["planned"].where(table["planned"].notna(), None).tolist() == planned
    assert table["wanted"].where(table["wanted"].notna(), None).tolist() == planned
    assert table["sample"].tolist() == [8, 7]
    assert ("planned" in released.log["row"].tolist()) == (planned == [None, None])


def test_a_short_stratum_planned_whole_is_not_told_by_what_was_planned_though_a_file_was_lost() -> None:
    strata = realised(charged=(20, 8, 8), open=(30, 8, 8), withdrew=(3, 3, 2))
    decided = decision(charged=20, open=30, withdrew=3)
    table = release_realised(strata, decided, allocation="equal", losses=NOTHING_LOST).table
    assert table[["planned", "sample", "weight", "wanted"]].isna().to_numpy().all()
    assert set(table["read_status"]) == {"suppressed"}
    assert table.set_index("stratum").loc["withdrew", "status"] == "suppressed"


@pytest.mark.parametrize(
    ("allocation", "told"), [("equal", True), ("proportional", False), ("neyman", False)]
)
def test_a_short_stratum_is_not_told_by_the_share_of_the_places_it_was_dealt(
    allocation: Allocation, told: bool
) -> None:
    strata = realised(charged=(20, 10, 10), open=(30, 15, 15), withdrew=(4, 2, 2))
    decided = decision(charged=20, open=30, withdrew=4)
    table = release_realised(strata, decided, allocation=allocation, losses=NOTHING_LOST).table
    assert table["sample"].notna().eq(told).all()
    assert table["wanted"].notna().eq(told).all()
    assert pd.isna(table.set_index("stratum").loc["withdrew", "weight"])


def test_numbers_read_in_proportion_are_told_where_no_stratum_is_hidden() -> None:
    strata = realised(charged=(20, 10, 10), open=(30, 15, 15))
    table = release_realised(
        strata, decision(charged=20, open=30), allocation="proportional", losses=NOTHING_LOST
    ).table
    assert table["sample"].tolist() == [10, 15]
