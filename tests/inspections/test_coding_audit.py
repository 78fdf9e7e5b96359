"""The audit of one force: what hangs on each rule, and nobody's name in a concordance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from inspections import indicators
from inspections.audit.coded_force import CodedForce, effect_on_balance, effects_on_findings, open_coded_force
from inspections.cli import app
from inspections.evidence import EvidenceFolder
from inspections.manifest import write_manifest
from inspections.pseudonyms import Vocabulary, identifying_spans, pseudonymise, roles_by_name
from nlp import Codebook, Coder, load_codebook
from parameters import PROJECT, InspectionError, load_parameters

TEXTS = [
    "IP Jodie Marsh says she was at 12 Mill Road. I do not believe her. Medical records requested.",
    "SUSP Kyle NORCLIFFE arrested and interviewed. CCTV of the bar to be seized. Phone of SUSP seized.",
    "Her account is inconsistent with her first report. SUSP's previous reports researched.",
]


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return load_codebook(PROJECT / "nlp" / "codebook")


@pytest.fixture(scope="module")
def force(codebook: Codebook, tmp_path_factory: pytest.TempPathFactory) -> CodedForce:
    folder = tmp_path_factory.mktemp("restricted")
    cases = [f"FIC/{number}" for number in range(6)]
    notes = pd.DataFrame(
        [
            {"case_id": case, "entry_no": at, "author_role": "OIC", "entry_type": "log", "text": text}
            for case in cases
            for at, text in enumerate(TEXTS, start=1)
        ]
    ).assign(entered_at=pd.Timestamp("2025-01-05"))
    coded = Coder(codebook).code_notes(notes)
    sample = pd.DataFrame({"case_id": cases, "stratum": "all", "weight": 2.0, "offence_code": "19C"})
    sample["reported_on"] = pd.Timestamp("2025-01-01")
    tables = {"sample": sample, "cases": sample, "frame": sample, "entries": coded.entries}
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet")
    facts = {"codebook_hash": codebook.hash, "codebook_version": codebook.version, "effective_seed": "seed"}
    parameters = load_parameters(PROJECT / "parameters" / "northshire.yml")
    return CodedForce(parameters, folder, notes, coded.table, coded.table.iloc[:0], facts)


def test_the_balance_without_a_code_is_that_of_the_other_codes(force: CodedForce, codebook: Codebook) -> None:
    left = force.left_out(force.firing(codebook), by="code")
    effect = effect_on_balance(force, left)
    for code in effect.index[:3]:
        table = indicators.case_balances(force.material.sample, left.table_without(code, force.coding))
        suspect, victim = table["suspect_focus"].sum(), table["victim_credibility"].sum()
        assert effect.loc[code, "balance"] == pytest.approx((suspect - victim) / (suspect + victim))


def test_findings_that_move_are_named_with_both_numbers(force: CodedForce, codebook: Codebook) -> None:
    left = force.left_out(force.firing(codebook), by="code")
    told = effects_on_findings(force, left, ["sus-arrest-interview"])
    assert "effort-balance-force" in set(told["finding"])
    assert (told["value"] != told["without"]).all()


def test_another_codebook_than_the_one_that_coded_is_refused(force: CodedForce, codebook: Codebook) -> None:
    from dataclasses import replace

    with pytest.raises(InspectionError, match="is not the codebook that coded"):
        force.firing(replace(codebook, hash="other"))


def test_a_concordance_names_nobody(force: CodedForce) -> None:
    lines = force.concordance(phrase="she was at")
    shown = lines.astype(str).to_csv()
    assert len(lines) == 6
    assert not any(name in shown for name in ("Jodie", "Marsh", "NORCLIFFE", "Mill Road", "FIC/"))
    assert "[victim]" in shown


def test_spans_to_hide_are_those_that_pseudonymising_replaces() -> None:
    vocabulary, people = Vocabulary.of(TEXTS), roles_by_name(TEXTS)
    for text in TEXTS:
        made, end = "", 0
        for start, stop, instead in identifying_spans(text, vocabulary, people=people):
            made, end = made + text[end:start] + instead, stop
        assert made + text[end:] == pseudonymise(text, vocabulary, people=people).text


def test_a_force_without_a_run_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InspectionError, match="Run it first"):
        open_coded_force(load_parameters(PROJECT / "parameters" / "northshire.yml"), tmp_path)


def test_a_stop_of_the_audit_notebook_is_told_in_words(force: CodedForce, tmp_path: Path) -> None:
    for name, short in (("inspection", "inspection"), ("northshire", "hartmoor")):
        text = (PROJECT / "parameters" / f"{name}.yml").read_text(encoding="utf-8")
        (tmp_path / f"{short}.yml").write_text(
            text.replace("force: northshire", "force: hartmoor"), encoding="utf-8"
        )
    whole = EvidenceFolder(tmp_path / "evidence", load_parameters(tmp_path / "hartmoor.yml")).whole
    (whole / "restricted").mkdir(parents=True)
    for name in ("notes", "coding", "by_reader"):
        getattr(force, name).to_parquet(whole / "restricted" / f"{name}.parquet")
    facts = {"codebook_hash": "another", "codebook_version": "0.1"}
    write_manifest(whole, {"steps": [{"step": "", "key": "", "rows": [], "outputs": {}, "facts": facts}]})
    options = ["--to", str(tmp_path / "copies"), "--evidence", str(tmp_path / "evidence")]
    result = CliRunner().invoke(app, ["audit", "notebook", str(tmp_path / "hartmoor.yml"), *options])
    assert result.exit_code == 2
    assert "hartmoor.yml: codebook is not the codebook that coded the notes of Northshire" in result.output


def test_a_concordance_of_two_things_at_once_is_refused() -> None:
    result = CliRunner().invoke(app, ["audit", "concordance", "northshire", "--rule", "a", "--code", "b"])
    assert result.exit_code == 2
    assert "Give one of --rule, --code and --phrase." in result.output


def test_the_codebook_is_shown_with_patterns_and_examples() -> None:
    shown = CliRunner().invoke(app, ["codebook", "show", "vic-intoxication"]).output
    assert "{blame} <=8 {intoxicated|position}" in shown
    assert "She put herself in that position" in shown
    assert "It looks, within one unit, for" in shown


def test_every_code_has_a_page_and_pages_lead_to_pages(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["codebook", "site", "--to", str(tmp_path)])
    assert result.exit_code == 0
    pages = {path.name for path in tmp_path.glob("*.html")}
    assert len(pages) == 27
    text = (tmp_path / "vic-disbelief.html").read_text(encoding="utf-8")
    assert "vic-disbelief-01" in text
    assert "units counted by it" in text
