"""Leaving a rule out says exactly what coding without it would, and the rule table what each rule did."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from nlp import Codebook, Coder
from nlp.audit.codebooks import judge_moves
from nlp.audit.firing import Firing, changes, joined, leave_one_out, read_firing
from nlp.audit.rules import overlaps, precision_of_rules, rule_table, wrong_instances
from nlp.combine import Combination, combine
from nlp.context import DEFAULTS
from nlp.reader import Corpus, read_corpora
from nlp.reader.corpus import GoldCode, GoldUnit

HOW: tuple[Combination, ...] = ("rules", "either", "both", "rules-first", "reader-first")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    measured = read_corpora().measured
    return measured.of_writers(measured.writers[:2])


@pytest.fixture(scope="module")
def firing(coder: Coder, corpus: Corpus) -> Firing:
    return read_firing(corpus.notes, coder)


@pytest.fixture(scope="module")
def by_reader(firing: Firing) -> pd.DataFrame:
    """A second reading that agrees here and there, and hears a code of its own elsewhere."""
    kept = firing.table.iloc[::2].assign(source="model", rule_id="reader-x", cues="probability 0.60")
    other = firing.table.iloc[1::4].assign(
        source="model",
        rule_id="reader-x",
        cues="probability 0.30",
        code="vic-disbelief",
        orientation="victim-credibility",
        counts=True,
    )
    return pd.concat([kept, other]).drop_duplicates(["case_id", "entry_no", "unit_no", "code"])


def without(codebook: Codebook, *, rule: str = "", code: str = "") -> Codebook:
    codes = tuple(
        replace(one, rules=tuple(each for each in one.rules if each.id != rule and one.id != code))
        for one in codebook.codes
    )
    return replace(codebook, codes=codes, by_id={one.id: one for one in codes})


def test_the_notes_are_coded_as_ever(firing: Firing, corpus: Corpus, coder: Coder) -> None:
    pd.testing.assert_frame_equal(firing.table, coder.code_notes(corpus.notes).table)


def test_leaving_a_rule_out_is_coding_without_it(
    firing: Firing, by_reader: pd.DataFrame, corpus: Corpus, codebook: Codebook
) -> None:
    rule = firing.table.loc[firing.table["counts"], "rule_id"].value_counts().index[0]
    rules = Coder(without(codebook, rule=rule)).code_notes(corpus.notes).table
    for how in HOW:
        left = leave_one_out(firing, by_reader, by="rule_id", how=how)
        standing = combine(firing.table, by_reader, how=how)
        wanted = combine(rules, by_reader, how=how)
        order = ["case_id", "entry_no", "unit_no", "code"]
        pd.testing.assert_frame_equal(
            left.table_without(rule, standing)[list(wanted.columns)],
            wanted.sort_values(order, ignore_index=True, kind="stable"),
        )


def test_leaving_a_code_out_leaves_the_readers_out_too(
    firing: Firing, by_reader: pd.DataFrame, corpus: Corpus, codebook: Codebook
) -> None:
    left = leave_one_out(firing, by_reader, by="code")
    rules = Coder(without(codebook, code="vic-disbelief")).code_notes(corpus.notes).table
    wanted = combine(rules, by_reader[by_reader["code"] != "vic-disbelief"])
    got = left.table_without("vic-disbelief", combine(firing.table, by_reader))
    pd.testing.assert_frame_equal(got[list(wanted.columns)], wanted)


def test_changes_are_counted_in_units_that_count(firing: Firing, by_reader: pd.DataFrame) -> None:
    nobody = by_reader.iloc[:0]
    left = leave_one_out(firing, nobody, by="code", how="rules")
    counted = firing.table[firing.table["counts"]]
    units = counted[counted["orientation"] == "suspect-focus"].drop_duplicates(
        ["case_id", "entry_no", "unit_no"]
    )
    alone = units.groupby(["case_id", "entry_no", "unit_no"]).size()
    effect = changes(left)
    lost = counted["code"].value_counts()
    assert (effect["lost"] == lost.reindex(effect.index, fill_value=0)).all()
    assert -effect["suspect"].min() <= len(alone)
    assert (effect.loc[effect.index.str.startswith("vic-"), "suspect"] == 0).all()


def test_the_table_of_rules_adds_up(firing: Firing, by_reader: pd.DataFrame, codebook: Codebook) -> None:
    table = rule_table(firing, by_reader=by_reader).set_index("rule_id")
    assert list(table.index) == [rule.id for rule in codebook.rules()]
    assert table["fires"].sum() == len(firing.fired)
    assert table["stands"].sum() == len(firing.table)
    assert (table["alone"] + table["same_code"] == table["fires"]).all()
    assert (table["unheard"] <= table["counted"]).all()
    assert rule_table(firing)["unheard"].isna().all()


def test_forces_read_one_by_one_are_the_forces_read_together(
    corpus: Corpus, coder: Coder, firing: Firing
) -> None:
    parts = joined([read_firing(corpus.of_writers([writer]).notes, coder) for writer in corpus.writers])
    forces = corpus.notes.drop_duplicates("case_id").set_index("case_id")["writer"]
    table = rule_table(parts, forces=forces)
    assert table["fires"].tolist() == rule_table(firing)["fires"].tolist()
    assert table["forces"].max() == 2


def test_rules_that_fire_together_are_named_in_pairs(firing: Firing) -> None:
    pairs = overlaps(firing)
    assert (pairs["units"] >= 2).all()
    assert pairs["share"].between(0, 1).all()
    assert (pairs["rule_id"] < pairs["other"]).all()


def test_a_rule_that_counts_what_the_gold_does_not_is_wrong_there(firing: Firing, corpus: Corpus) -> None:
    measured = precision_of_rules(corpus.units, firing.table)
    wrong = wrong_instances(corpus.units, firing.table)
    assert measured["wrong"].sum() == len(wrong)
    assert (measured["wrong"] <= measured["audited"]).all()
    rule = wrong["rule_id"].iloc[0]
    assert measured.loc[rule, "wrong"] == len(wrong_instances(corpus.units, firing.table, rule_id=rule))


def gold_unit(number: int, *codes: str) -> GoldUnit:
    given = tuple(GoldCode(code, DEFAULTS, counts=True) for code in codes)
    return GoldUnit(f"a/1/{number}", "a", 1, number * 10, number * 10 + 9, given)


def rows(*made: tuple[int, int, str, str]) -> pd.DataFrame:
    """Counted rows: where they start and end, their code and rule, each of a unit of its own."""
    table = pd.DataFrame(made, columns=["start", "end", "code", "rule_id"])
    return table.assign(case_id="a", entry_no=1, unit_no=range(1, len(made) + 1), counts=True)


def test_a_row_of_a_unit_cut_otherwise_is_judged_on_the_gold_unit_it_lies_on() -> None:
    gold = [gold_unit(1), gold_unit(2, "sus-digital")]
    old = rows((8, 19, "sus-digital", "sus-digital-01"), (20, 30, "sus-digital", "sus-digital-02"))
    kept = {"added": 0, "added_wrong": 0}
    assert judge_moves(gold, old, old.tail(1)) == {"removed": 1, "removed_wrong": 1, **kept}
    assert judge_moves(gold, old, pd.DataFrame(columns=old.columns)) == {
        "removed": 2,
        "removed_wrong": 1,
        **kept,
    }


def test_each_rule_that_counts_a_code_on_a_gold_unit_is_judged_for_itself() -> None:
    gold = [gold_unit(1)]
    table = rows((10, 14, "sus-digital", "sus-digital-01"), (14, 19, "sus-digital", "sus-digital-02"))
    measured = precision_of_rules(gold, table)
    assert measured[["audited", "wrong"]].to_numpy().tolist() == [[1, 1], [1, 1]]
    assert measured.index.tolist() == ["sus-digital-01", "sus-digital-02"]
    assert len(wrong_instances(gold, table, rule_id="sus-digital-02")) == 1
