"""A settled audit on its way into a report: the balance put right walks back to what people coded."""

from __future__ import annotations

import json
import random
import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from whole_run import WholeRun, render_report

from inspections.audit import ForceNotes, Round, make_round
from inspections.audit.scoring import Score, balances
from inspections.audit.settled import check_audit, read_audit
from inspections.evidence import EvidenceFolder
from inspections.rounding import half_up, signed
from inspections.runner import run_force
from inspections.step_keys import UP_TO_DATE
from nlp import load_codebook
from nlp.audit.accuracy import accuracy
from nlp.audit.agreement import agreement
from nlp.audit.gold import coding_row, read_gold_codings, write_corpus
from parameters import PROJECT, InspectionError, Parameters, load_parameters
from parameters.models import SettledAudit

FORCE = "saltmere"
CODERS = ("Ann Able", "Ben Bold")


@dataclass(frozen=True)
class Audited:
    parameters: Parameters
    held: Round
    evidence: Path
    steps: list[tuple[str, str]]
    html: str


def coded_by_people(held: Round) -> pd.DataFrame:
    """What people said: the machine's word, but for a tenth of its hits and a few units it was silent on."""
    counted = held.coding[held.coding["counts"] & held.coding["code"].str.match("sus-|vic-")]
    said = counted.drop_duplicates("unit_id").set_index("unit_id")["code"]
    rows = []
    for unit in held.units["unit_id"]:
        chance = random.Random(unit).random()
        code = said.get(unit) if chance > 0.1 else None
        code = "sus-movements" if unit not in said.index and chance < 0.05 else code
        if code:
            rows.append(coding_row(unit, "gold", code, {}, flags=()))
    return pd.DataFrame(rows)


def settle(held: Round) -> None:
    """Write the gold and the results of a round, two coders of one mind."""
    codings = coded_by_people(held)
    units = held.units.assign(flags="", coding="agreed")
    write_corpus(held.gold, units, codings, held.notes, coded_by="two people")
    both = (units.assign(coder=coder) for coder in CODERS)
    agreed = agreement(
        pd.concat(both),
        pd.concat([codings.assign(coder=coder) for coder in CODERS]),
        codes=(),
        attributes={},
        seed="s",
        draws=20,
    )
    gold = read_gold_codings(held.gold / "gold.jsonl")
    right = accuracy(held.frame, held.coding, held.units, gold, codes=())
    Score(pd.DataFrame(), agreed, None, right, balances(held, gold)).write(held.folder / "results")


@pytest.fixture(scope="module")
def audited(runs: list[WholeRun], tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """A fictional force that was run, is audited, and is run again with the audit; and its report."""
    folder = tmp_path_factory.mktemp("audited")
    root = Path(shutil.copytree(runs[0].evidence.parents[1], folder / "evidence"))
    restricted = runs[0].evidence / "restricted"
    notes, coding, sample = (
        pd.read_parquet(restricted / f"{name}.parquet") for name in ("notes", "coding", "sample")
    )
    material = ForceNotes(FORCE, notes, coding, sample[["case_id", "weight", "stratum"]])
    codebook = load_codebook(PROJECT / "nlp" / "codebook")
    held = make_round(folder / "audit", "main", [material], CODERS, codebook=codebook, seed="s", size=150)
    settle(held)
    parameters = load_parameters(PROJECT / "parameters" / f"{FORCE}.yml")
    audit = SettledAudit(round=str(held.folder), settled_on=date(2026, 5, 4))
    named = parameters.model_copy(update={"force": parameters.force.model_copy(update={"audit": audit})})
    steps: list[tuple[str, str]] = []
    result = run_force(named, root, tell=lambda news: steps.append((news.step, news.state)))
    assert result.evidence is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUARTO_PATH", str(folder / "no-quarto" / "quarto"))
        report = render_report(named, result.evidence, folder / "project").report
    return Audited(named, held, result.evidence, steps, report.html.read_text(encoding="utf-8"))


def released(audited: Audited, indicator: str) -> pd.Series:
    table = pd.read_csv(audited.evidence / "release" / "indicators.csv")
    return table.set_index(["indicator", "group"]).loc[(indicator, "force")]


def test_only_the_findings_are_made_again_when_an_audit_is_named(audited: Audited) -> None:
    assert [step for step, state in audited.steps if state == "unchanged"] == [
        "1_case_sample",
        "2_note_coding",
    ]
    assert ("3_findings", "done") in audited.steps
    without = load_parameters(PROJECT / "parameters" / f"{FORCE}.yml")
    states = EvidenceFolder(audited.evidence.parents[1], without).step_states()
    assert list(states.values()) == [UP_TO_DATE, UP_TO_DATE, "audit changed"]


def test_the_number_on_the_page_walks_back_to_what_people_coded(audited: Audited) -> None:
    results = pd.read_csv(audited.held.folder / "results" / "balance.csv").set_index("force").loc[FORCE]
    row = released(audited, "effort-balance-corrected")
    for name, column in (("value", "corrected"), ("low", "corrected_low"), ("high", "corrected_high")):
        assert row[name] == half_up(results[column], places=2)
    words = re.sub(r"<[^>]+>|\s+", " ", audited.html).replace("\N{MINUS SIGN}", "-")
    assert f"balance {signed(row['value'])} between -1 and +1" in words
    gold = read_gold_codings(audited.held.gold / "gold.jsonl")
    (again,) = balances(audited.held, gold).to_dict("records")
    assert again["corrected"] == pytest.approx(results["corrected"])


def test_what_the_program_counts_stands_beside_it_and_is_what_it_was(audited: Audited) -> None:
    findings = json.loads((audited.evidence / "release" / "findings.json").read_text(encoding="utf-8"))
    put_right, counted = (
        next(finding for finding in findings if finding["id"] == f"{name}-force")
        for name in ("effort-balance-corrected", "effort-balance")
    )
    own = signed(counted["value"])
    assert f"By the program's own count the balance is {own}" in put_right["statement"]
    results = pd.read_csv(audited.held.folder / "results" / "balance.csv")
    assert counted["value"] == half_up(results.loc[0, "machine"], places=2)
    assert 'id="headline-effort-balance-corrected-force"' in audited.html
    assert 'id="headline-effort-balance-force"' not in audited.html


def test_the_annex_says_which_audit_it_was(audited: Audited) -> None:
    words = " ".join(re.sub(r"<[^>]+>", " ", audited.html).split())
    assert "settled on 4 May 2026" in words
    assert f"{len(audited.held.units)} of its coding units" in words
    assert "by 2 people who did not see" in words
    assert "nobody has coded a sample of them blind" not in words
    assert not [name for name in CODERS if name in audited.html]


def test_no_small_count_of_the_audit_is_released(audited: Audited) -> None:
    audit = json.loads((audited.evidence / "release" / "force.json").read_text(encoding="utf-8"))["audit"]
    told = {name: value for name, value in audit.items() if isinstance(value, int)}
    assert set(told) == {"coders", "adjudicated", "units", "all_units", "all_forces"}
    columns = set(audit["orientations"][0])
    assert not columns & {"machine", "judged", "gold", "missed", "missed_silent"}
    strata = set(audited.held.units["stratum"])
    texts = [path.read_text(encoding="utf-8") for path in (audited.evidence / "release").rglob("*.[cj]s*")]
    assert not [stratum for stratum in strata if any(stratum in text for text in texts)]


def test_an_audit_of_another_coding_or_one_not_settled_is_refused(audited: Audited, tmp_path: Path) -> None:
    restricted = audited.evidence / "restricted"
    coding, sample = (pd.read_parquet(restricted / f"{name}.parquet") for name in ("coding", "sample"))
    with pytest.raises(InspectionError, match="drawn from another coding"):
        read_audit(audited.parameters, coding=coding.iloc[1:], sample=sample)
    moved = Path(shutil.copytree(audited.held.folder, tmp_path / "main"))
    audit = SettledAudit(round=str(moved), settled_on=date(2026, 5, 4))
    force = audited.parameters.force.model_copy(update={"audit": audit})
    parameters = audited.parameters.model_copy(update={"force": force})
    lines = (moved / "gold" / "gold.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    coded = next(at for at, line in enumerate(lines) if '"sus-' in line)
    emptied = json.dumps({**json.loads(lines[coded]), "codes": []}) + "\n"
    (moved / "gold" / "gold.jsonl").write_text(
        "".join([*lines[:coded], emptied, *lines[coded + 1 :]]), encoding="utf-8"
    )
    with pytest.raises(InspectionError, match="settled anew since it was scored"):
        read_audit(parameters, coding=coding, sample=sample)
    shutil.rmtree(moved / "gold")
    with pytest.raises(InspectionError, match="is not settled"):
        check_audit(parameters)
