"""A reader who knows every definition, has the whole release, and tries to work out what is hidden.

The reader thinks of all the kinds of case there can be (an outcome, a suspect named or not, ...), of which
the definitions say what each is counted in, and finds the fewest and the most cases that the release allows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from made_material import cases_of, coded, effort, material
from scipy.optimize import linprog

from inspections.completeness import find_gaps
from inspections.disclosure import (
    Policy,
    Released,
    decide,
    release_balances,
    release_codes,
    release_gaps,
    release_indicators,
    release_strata,
)
from inspections.findings import write_findings
from inspections.indicators import Material, case_balances, codes_table, compute_indicators

FIVE = Policy(threshold=5)
DAY = pd.Timestamp("2025-06-01")


@dataclass(frozen=True)
class Kind:
    """A kind of closed case, as far as the definitions of counts ask."""

    outcome: str
    decision: str
    named: bool
    has_id: bool
    interviewed: bool
    charge_dated: bool
    reported_by: str | None
    wanted: bool | None
    told_of_review: bool = False
    sent_back: bool = False

    @property
    def charged(self) -> bool:
        return self.outcome == "1"

    @property
    def withdrawn(self) -> bool:
        return self.outcome in ("14", "16")

    @property
    def sent_to_cps(self) -> bool:
        return self.charged or self.decision == "CPS NFA"

    @property
    def file_sent(self) -> bool:
        return self.sent_to_cps or self.sent_back

    @property
    def ended_without_charge(self) -> bool:
        return self.decision in ("police NFA", "CPS NFA")

    @property
    def contradicted(self) -> bool:
        return (
            self.charged != self.charge_dated
            or (self.outcome in ("14", "18") and (self.named or self.interviewed))
            or (self.outcome in ("15", "16") and not self.named)
        )


ENDS = [
    ("1", "charged"), ("14", "victim withdrew"), ("16", "victim withdrew"), ("15", "police NFA"),
    ("15", "CPS NFA"), ("18", "police NFA"),
]  # fmt: skip
FLAGS = [(True, False)] * 4
KINDS = [
    kind
    for end in ENDS
    for rest in product(*FLAGS, ("victim", "other", None), (True, False, None), *FLAGS[:2])
    if ((kind := Kind(*end, *rest)).named or not kind.charged)  # nobody is charged without a name
    and (kind.ended_without_charge or not kind.told_of_review)
    and (kind.decision == "police NFA" or not kind.sent_back)
]

Part = Callable[[Kind], bool]
EVERY: Part = lambda kind: True  # noqa: E731
WHERE: dict[str, tuple[Part, Part | None]] = {
    "suspect_id": (lambda kind: kind.named, lambda kind: kind.named and not kind.has_id),
    "suspect_interviewed_on": (
        lambda kind: kind.charged,
        lambda kind: kind.charged and not kind.interviewed,
    ),
    "charged_on": (lambda kind: kind.charged, lambda kind: kind.charged and not kind.charge_dated),
    "cps_decision_on": (lambda kind: kind.sent_to_cps, None),
    "file_to_cps_on": (lambda kind: kind.sent_to_cps, None),
    "reported_by": (EVERY, lambda kind: kind.reported_by is None),
    "victim_wanted_report": (EVERY, lambda kind: kind.wanted is None),
}


def parts(indicator: str, group: str) -> tuple[Part, Part | None] | None:
    """The cases below and above the line of a row, by its definition; None where it is of something else."""
    if indicator == "missing-fields":
        return WHERE.get(group)
    if indicator.startswith("days-"):
        return (lambda kind: kind.charged) if group == "charged" else EVERY, None
    own = {
        "outcomes-closed": (EVERY, lambda kind: kind.outcome == group),
        "charged": (EVERY, lambda kind: kind.charged),
        "withdrawal": (EVERY, lambda kind: kind.withdrawn),
        "decisions": (EVERY, lambda kind: kind.decision == group),
        "review-right-told": (lambda kind: kind.ended_without_charge, lambda kind: kind.told_of_review),
        "cps-referred": (EVERY, lambda kind: kind.file_sent),
        "cps-charged": (lambda kind: kind.sent_to_cps, lambda kind: kind.charged),
        "cps-admin-finalised": (lambda kind: kind.file_sent, lambda kind: kind.sent_back),
        "outcome-coding": (EVERY, lambda kind: kind.contradicted),
        "withdrawal-reported-by-victim": (
            lambda kind: kind.withdrawn and kind.reported_by is not None,
            lambda kind: kind.withdrawn and kind.reported_by == "victim",
        ),
        "withdrawal-victim-wanted-report": (
            lambda kind: kind.withdrawn and kind.wanted is not None,
            lambda kind: kind.withdrawn and kind.wanted is True,
        ),
        "withdrawal-victim-reports": (
            lambda kind: kind.reported_by == "victim",
            lambda kind: kind.withdrawn and kind.reported_by == "victim",
        ),
    }
    return own.get(indicator)


def row_of(part: Part) -> np.ndarray:
    return np.array([float(part(kind)) for kind in KINDS])


def told(released: pd.DataFrame) -> Iterator[tuple[np.ndarray, float | None]]:
    """Sets of cases of the indicator table, each with the size that is printed of it, or None."""
    for row in released.to_dict("records"):
        found = parts(row["indicator"], row["group"])
        if found is None or row["status"] in ("missing", "not recorded"):
            continue
        for part, name in zip(found, ("denominator", "numerator"), strict=True):
            if part is not None:
                yield row_of(part), None if pd.isna(row[name]) else float(row[name])


def told_elsewhere(gaps: pd.DataFrame, strata: pd.DataFrame) -> Iterator[tuple[np.ndarray, float | None]]:
    for gap in gaps[gaps["status"] == "shown"].to_dict("records"):
        for part, name in zip(WHERE.get(gap["field"], ()), ("of", "missing"), strict=False):
            if part is not None:
                yield row_of(part), float(gap[name])
    for stratum in strata.to_dict("records"):
        size = None if pd.isna(stratum["frame"]) else float(stratum["frame"])
        yield row_of(lambda kind, name=stratum["stratum"]: kind.decision == name), size


def most(target: np.ndarray, facts: list[tuple[np.ndarray, float | None]]) -> float:
    """How large the printed sizes allow a set to be; a hidden one is at least 1, as none is printed."""
    known = [(part, size) for part, size in facts if size is not None]
    hidden = [part for part, size in facts if size is None]
    found = linprog(
        -target,
        A_eq=np.array([part for part, _ in known]),
        b_eq=[size for _, size in known],
        A_ub=-np.array(hidden) if hidden else None,
        b_ub=-np.ones(len(hidden)) if hidden else None,
        method="highs",
    )
    assert found.status in (0, 3)
    return np.inf if found.status == 3 else -found.fun


def force_of(sizes: dict[Kind, int]) -> Material:
    kinds = [kind for kind, size in sizes.items() for _ in range(size)]

    def date(flags: Iterator[bool]) -> pd.Series:
        return pd.Series([DAY if flag else pd.NaT for flag in flags], dtype="datetime64[ns]")

    cases = cases_of(
        outcome_type=[kind.outcome for kind in kinds],
        decision=[kind.decision for kind in kinds],
        closed_on=date(True for _ in kinds),
        reported_on=date(True for _ in kinds),
        suspect_named=[kind.named for kind in kinds],
        suspect_id=["S1" if kind.has_id else None for kind in kinds],
        suspect_interviewed_on=date(kind.interviewed for kind in kinds),
        charged_on=date(kind.charge_dated for kind in kinds),
        cps_decision_on=date(kind.sent_to_cps for kind in kinds),
        file_to_cps_on=date(kind.file_sent for kind in kinds),
        admin_finalised_on=date(kind.sent_back for kind in kinds),
        review_right_told_on=date(kind.told_of_review for kind in kinds),
        reported_by=[kind.reported_by for kind in kinds],
        victim_wanted_report=[kind.wanted for kind in kinds],
    )
    read = cases.groupby("decision").head(6)
    coding = coded(
        *(
            unit
            for number, case in enumerate(read["case_id"])
            for unit in effort(case, victim=number % 7, suspect=3)
        )
    )
    sample = read.assign(stratum=read["decision"])
    sample["weight"] = sample["decision"].map(
        cases["decision"].value_counts() / read["decision"].value_counts()
    )
    entries = pd.DataFrame({"case_id": read["case_id"], "entry_no": 1, "units": 20})
    return material(coding, cases=cases, sample=sample, entries=entries)


@dataclass(frozen=True)
class Release:
    indicators: Released
    gaps: Released
    strata: Released
    balance: Released
    codes: Released


def release(given: Material) -> Release:
    by_decision = given.frame.groupby("decision")["case_id"].agg(frozenset).to_dict()
    decision = decide(compute_indicators(given), FIVE, coding=given.coding, further={"strata": by_decision})
    indicators = release_indicators(decision)
    lengths = given.frame["decision"].value_counts().sort_index()
    read = given.sample["stratum"].value_counts().sort_index()
    strata = pd.DataFrame(
        {"stratum": lengths.index, "frame": lengths.to_numpy(), "wanted": 6, "sample": read.to_numpy()}
    )
    strata["weight"] = strata["frame"] / strata["sample"]
    codebook = given.coding[["code", "orientation"]].drop_duplicates().assign(title="t")
    return Release(
        indicators,
        release_gaps(find_gaps({"cases": given.frame}, cases=given.frame["case_id"]), decision),
        release_strata(strata, decision),
        release_balances(case_balances(given.sample, given.coding), indicators.table, policy=FIVE),
        release_codes(codes_table(given.coding, codebook), decision),
    )


def small_sets(sizes: dict[Kind, int]) -> list[np.ndarray]:
    """Every set of people that a definition speaks of, or leaves over, and that is small in truth."""
    truth = np.array([float(sizes.get(kind, 0)) for kind in KINDS])
    every = release_indicators(decide(compute_indicators(force_of(sizes)), Policy(threshold=1))).table
    found = []
    for row in every.to_dict("records"):
        lines = parts(row["indicator"], row["group"])
        if lines is None or row["status"] in ("missing", "not recorded"):
            continue
        below = row_of(lines[0])
        found += [below, row_of(EVERY) - below]
        if lines[1] is not None:
            found += [row_of(lines[1]), below - row_of(lines[1])]
    unique = {part.tobytes(): part for part in found}
    return [part for part in unique.values() if 0 < part @ truth < FIVE.threshold]


def kind_of(outcome: str, decision: str, **changes: object) -> Kind:
    named = outcome in ("1", "15", "16")
    plain = Kind(outcome, decision, named, named, named, outcome == "1", "victim", True)
    return replace(plain, **changes)  # type: ignore[arg-type]


# 40 named suspects and no contradiction: 43 - 40 are type 14, and 40 - 6 - 26 are type 16
NORTHSHIRE = {
    kind_of("1", "charged"): 6,
    kind_of("14", "victim withdrew"): 3,
    kind_of("15", "police NFA"): 17,
    kind_of("15", "CPS NFA"): 9,
    kind_of("16", "victim withdrew"): 5,
    kind_of("16", "victim withdrew", reported_by="other", wanted=False): 3,
}


def drawn(seed: int) -> dict[Kind, int]:
    rng = np.random.default_rng(seed)
    kinds: dict[Kind, int] = {}
    for outcome, decision in ENDS:
        for changes in (
            {},
            {"reported_by": "other"},
            {"has_id": False},
            {"told_of_review": decision.endswith("NFA"), "sent_back": decision == "police NFA"},
            {"told_of_review": decision.endswith("NFA")},
            {"reported_by": None, "wanted": False},
        ):
            kind = kind_of(outcome, decision, **changes)
            kinds[kind] = kinds.get(kind, 0) + int(rng.choice([0, 0, 1, 2, 4, 8, 15]))
    return kinds


def test_the_reader_does_work_out_the_outcomes_when_only_small_counts_are_hidden():
    table = release_indicators(decide(compute_indicators(force_of(NORTHSHIRE)), Policy(threshold=1))).table
    small = table["numerator"].between(1, 4) | (
        table["group"].eq("16") & table["indicator"].eq("outcomes-closed")
    )
    only_primary = table.assign(numerator=table["numerator"].mask(small))
    type_14 = row_of(lambda kind: kind.outcome == "14")
    facts = list(told(only_primary))
    assert most(type_14, facts) == pytest.approx(3)
    assert most(row_of(EVERY) - type_14, facts) == pytest.approx(40)  # so it is not fewer than 3


@pytest.mark.parametrize("sizes", [NORTHSHIRE, *map(drawn, (0, 1, 3, 5, 13, 20))])
def test_no_small_count_of_people_can_be_worked_out_from_the_whole_release(sizes: dict[Kind, int]):
    out = release(force_of(sizes))
    facts = [*told(out.indicators.table), *told_elsewhere(out.gaps.table, out.strata.table)]
    truth = np.array([float(sizes.get(kind, 0)) for kind in KINDS])
    guarded = small_sets(sizes)
    assert guarded
    for target in guarded:
        assert most(target, facts) >= max(FIVE.threshold, target @ truth + 1) - 1e-6


@pytest.mark.parametrize("sizes", [NORTHSHIRE, *map(drawn, (0, 1))])
def test_the_other_tables_and_the_findings_tell_no_more_than_the_indicators(sizes: dict[Kind, int]):
    out = release(force_of(sizes))
    rows = out.indicators.table.set_index(["indicator", "group"])
    of_finding = out.indicators.table.assign(
        id=lambda table: table["indicator"] + "-" + table["group"].str.replace(" ", "-")
    ).set_index("id")
    balance = out.balance.table
    leaning = rows.loc[("effort-more-on-victim", "force")]
    assert len(balance) == 0 or (balance["balance"] < 0).sum() == leaning["numerator"]
    assert set(balance.columns) == {"case", "balance", "status"}
    hidden = out.codes.table["status"].eq("suppressed")
    assert out.codes.table.loc[hidden, ["units", "cases"]].isna().all().all()
    for finding in write_findings(out.indicators.table, force="Northshire Police"):
        row = of_finding.loc[finding.id]
        if row["status"] == "suppressed":
            assert not any(sign.isdigit() for sign in finding.statement + finding.title)
        for name in ("numerator", "denominator", "value", "low", "high"):
            assert (getattr(finding, name) is None) == pd.isna(row[name])
