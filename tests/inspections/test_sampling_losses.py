"""The record of lost case files: what it takes, what it refuses, and that its order decides nothing."""

from datetime import date
from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest

from inspections.sampling import (
    Frame,
    Loss,
    LossReason,
    Sample,
    draw_dip_samples,
    draw_sample,
    losses_by_reason,
    losses_table,
    read_losses,
    record_loss,
    replace_losses,
    reserve_list,
)
from parameters import models
from parameters.problems import InspectionError

HEADING = "case_id,reason,note,recorded_by,recorded_on\n"


def drawn() -> tuple[Sample, dict[str, Sample]]:
    cases = pd.DataFrame({"case_id": [f"NS-{n:03}" for n in range(30)], "outcome_type": ["16", "18"] * 15})
    frame = Frame(cases.assign(decision="police NFA"), ())
    sample = models.Sample.model_validate({"size": 9, "dip_samples": {"16": 5}})
    return draw_sample(frame, sample, seed="s"), draw_dip_samples(frame, sample, seed="s")


def loss(case_id: str, reason: LossReason = LossReason.NOT_FOUND, note: str = "") -> Loss:
    return Loss(case_id, reason, note, "A. Khan", date(2026, 9, 14))


def test_a_record_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "lost.csv"
    losses = (loss("NS-001", note='Said "later", then\nnothing'), loss("NS-002", LossReason.OTHER))
    assert read_losses(path) == ()
    for entry in losses:
        record_loss(path, entry)
    assert read_losses(path) == losses


def test_every_entry_that_cannot_be_used_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "lost.csv"
    rows = "A,eaten,,K,2026-09-14\nB,not found,,,14/09/2026\nA,other,,K,2026-09-15\n"
    path.write_text(HEADING + rows, encoding="utf-8")
    with pytest.raises(InspectionError) as error:
        read_losses(path)
    told = str(error.value)
    assert "line 2: reason is not one of the reasons that are counted." in told
    assert "not found, held elsewhere, access refused, damaged or incomplete, other" in told
    assert "line 3: recorded_by is empty." in told
    assert "line 3: recorded_on is not a day" in told
    assert "names A more than once" in told


def test_a_record_with_other_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lost.csv").write_text("case,why\n", encoding="utf-8")
    with pytest.raises(InspectionError, match="must have the columns case_id, reason"):
        read_losses(tmp_path / "lost.csv")


def test_which_files_are_read_does_not_depend_on_the_order_of_the_record() -> None:
    sample, dips = drawn()
    first = list(sample.cases["case_id"])[:3]
    read = {
        frozenset(replace_losses(sample, dips, map(loss, order), file="lost.csv")[0].cases["case_id"])
        for order in permutations(first)
    }
    assert len(read) == 1
    assert read.pop().isdisjoint(first)


def test_a_replacement_may_be_lost_in_its_turn() -> None:
    sample, dips = drawn()
    once, *_ = sample.cases["case_id"]
    substitute, following = sample.reserve["case_id"].iloc[:2]
    after, _ = replace_losses(sample, dips, [loss(once), loss(substitute)], file="lost.csv")
    assert following in set(after.cases["case_id"])
    assert after.lost["replaced_by"].tolist() == [substitute, following]


def test_a_case_of_both_samples_is_replaced_in_each_from_its_own_reserve() -> None:
    sample, dips = drawn()
    both = sorted(set(sample.cases["case_id"]) & set(dips["16"].cases["case_id"]))
    after, after_dips = replace_losses(sample, dips, [loss(both[0])], file="lost.csv")
    table = losses_table(after, after_dips, [loss(both[0], note="Store flooded")])
    assert table["drawn_for"].tolist() == ["main sample", "dip sample of outcome 16"]
    assert table["replaced_by"].tolist() == [
        sample.reserve["case_id"].iloc[0],
        dips["16"].reserve["case_id"].iloc[0],
    ]
    assert set(table["note"]) == {"Store flooded"}
    assert losses_by_reason([loss(both[0])]).values.tolist() == [["not found", 1]]


def test_a_file_lost_from_one_sample_replaces_none_in_another() -> None:
    sample, dips = drawn()
    turn, of_dip = sample.reserve["case_id"].tolist(), set(dips["16"].cases["case_id"])
    place = next(place for place, case_id in enumerate(turn) if case_id in of_dip)
    lost = [turn[place], *sample.cases["case_id"].iloc[: place + 1]]
    for order in (lost, lost[::-1]):
        after, after_dips = replace_losses(sample, dips, map(loss, order), file="lost.csv")
        assert set(lost).isdisjoint([*after.cases["case_id"], *after_dips["16"].cases["case_id"]])
        assert turn[place + 1] in set(after.cases["case_id"])


def test_a_case_that_was_not_to_be_read_is_refused() -> None:
    sample, dips = drawn()
    with pytest.raises(InspectionError, match="names NS-999, not among the cases to be read"):
        replace_losses(sample, dips, [loss("NS-999")], file="lost.csv")


def test_without_a_loss_the_tables_are_empty_and_have_their_columns() -> None:
    sample, dips = drawn()
    table = losses_table(sample, dips, [])
    assert table.empty
    assert table.dtypes.astype(str)[["case_id", "order", "replaced_by"]].tolist() == ["str", "Int64", "str"]
    assert losses_by_reason([]).empty


def test_as_many_reserves_are_listed_as_files_are_read_in_the_order_of_the_draw() -> None:
    sample, dips = drawn()
    reserves = reserve_list(sample, dips)
    assert reserves["drawn_for"].value_counts().to_dict() == {"main sample": 9, "dip sample of outcome 16": 5}
    main = reserves[reserves["drawn_for"] == "main sample"]
    assert main["case_id"].tolist() == sample.reserve["case_id"].tolist()[:9]
    assert main["reserve_place"].tolist() == list(range(1, 10))
