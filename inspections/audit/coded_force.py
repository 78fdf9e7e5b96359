"""The audit of one force's coding: its notes with all that stands behind every coded unit.

`nlp.audit` asks questions of codings; here they meet the force's sample, its indicators and its findings, and
what is shown of its notes is pseudonymised. Everything is read from the restricted folder of a finished run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import cast

import pandas as pd

from inspections import findings, indicators, sampling
from inspections.evidence import EvidenceFolder
from inspections.indicators.effort import SUSPECT, VICTIM
from inspections.pseudonyms import Vocabulary, identifying_spans, roles_by_name
from nlp import Codebook, Coder
from nlp.audit.concordance import Hidden, coded_places, key_word_in_context, phrase_places
from nlp.audit.firing import Firing, LeftOut, changes, leave_one_out, read_firing
from nlp.audit.groups import length_bands
from nlp.combine import Combination
from parameters import InspectionError, Parameters, Problem
from parameters.fields import FURTHER_TABLES

__all__ = ["CodedForce", "effect_on_balance", "effects_on_findings", "open_coded_force"]


@dataclass(frozen=True)
class CodedForce:
    """One force's coding with what it was made from. Restricted.

    Attributes
    ----------
    parameters : Parameters
        The checked parameters of the run.
    restricted : Path
        Folder of the tables.
    notes : DataFrame
        ``case_id, entry_no, entered_at, author_role, entry_type, text``.
    coding : DataFrame
        The coding table that stands.
    by_reader : DataFrame
        The trained reader's own; empty where it was not asked.
    facts : dict
        What the run recorded: seed, version and hash of the codebook.
    """

    parameters: Parameters
    restricted: Path
    notes: pd.DataFrame
    coding: pd.DataFrame
    by_reader: pd.DataFrame
    facts: dict[str, str]

    @property
    def name(self) -> str:
        """Name of the force, as printed."""
        return self.parameters.force.name

    @property
    def how(self) -> Combination:
        """How rules and reader are joined."""
        return cast("Combination", self.parameters.inspection.coding.combine)

    @property
    def least(self) -> float:
        """From which probability the reader is heard."""
        return self.parameters.inspection.coding.reader_from

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """How the force's notes write their words, which tells names from other words."""
        return Vocabulary.of(self.notes["text"].astype(str))

    @cached_property
    def material(self) -> indicators.Material:
        """What the indicators are computed from."""
        outcomes = self.restricted / "outcomes.parquet"
        return indicators.Material(
            cases=sampling.select_offences(
                self.read("cases"), self.parameters.inspection.frame.offence_codes
            ),
            frame=self.read("frame"),
            sample=self.read("sample"),
            notes=self.notes.drop(columns="text"),
            coding=self.coding,
            entries=self.read("entries"),
            period=self.parameters.inspection.period,
            seed=self.facts["effective_seed"],
            outcomes=self.read("outcomes") if outcomes.is_file() else None,
            further={
                name: self.read(name)
                for name in FURTHER_TABLES
                if (self.restricted / f"{name}.parquet").is_file()
            },
        )

    def read(self, name: str) -> pd.DataFrame:
        """A table of the restricted folder."""
        return pd.read_parquet(self.restricted / f"{name}.parquet")

    def firing(self, codebook: Codebook) -> Firing:
        """The notes with every rule that fires; the rules read them again, the reader does not.

        Raises
        ------
        InspectionError
            When the codebook is not the one that coded the force's notes.
        """
        if codebook.hash != self.facts["codebook_hash"]:
            version = self.facts["codebook_version"]
            raise InspectionError(
                [
                    Problem(
                        self.parameters.file,
                        "codebook",
                        codebook.version,
                        f"is not the codebook that coded the notes of {self.name} (version {version}).",
                        "Run the force again, or give the codebook of that run with --codebook. To see what "
                        "a change does, use: inspection codebook diff",
                    )
                ]
            )
        return read_firing(self.notes, Coder(codebook))

    def left_out(self, firing: Firing, *, by: str) -> LeftOut:
        """Leave out one rule (``by="rule_id"``) or one code (``"code"``) after another."""
        return leave_one_out(
            firing,
            self.by_reader,
            by="code" if by == "code" else "rule_id",
            how=self.how,
            least=self.least,
        )

    def _hidden(self, notes: pd.DataFrame) -> Hidden:
        """What must not be shown of the notes of one case."""
        people = roles_by_name(notes["text"].astype(str))
        return lambda text: identifying_spans(text, self.vocabulary, people=people)

    def notes_with(self, rule_id: str) -> pd.DataFrame:
        """The notes in which a rule's coding stands, in their order."""
        places = self.coding.loc[self.coding["rule_id"] == rule_id, ["case_id", "entry_no"]].drop_duplicates()
        return self.notes.merge(places, on=["case_id", "entry_no"])

    def disagreement(self, *, by: Sequence[str]) -> pd.DataFrame:
        """How often one of rules and reader counts what the other does not, by group.

        Parameters
        ----------
        by : sequence of str
            Columns of the notes or of the sample, and "length"; one the force does not record is left out.

        Returns
        -------
        DataFrame
            ``by, group, units`` (counted for either), ``differ`` and ``share``.
        """
        key = ["case_id", "entry_no"]
        sample = self.read("sample")
        groups = self.notes.assign(length=length_bands(self.notes))
        groups = groups.merge(sample[["case_id", *(set(by) & set(sample.columns))]], on="case_id", how="left")
        counted = pd.concat([self.coding, self.by_reader])
        counted = counted[counted["counts"].astype(bool)][[*key, "unit_no"]].drop_duplicates()
        differ = self.read("differences")[[*key, "unit_no"]].assign(differ=True)
        units = counted.merge(differ, how="left").merge(groups, on=key)
        units["differ"] = units["differ"].notna()
        parts = []
        for name in (name for name in by if name in units):
            named = units[name].astype(object).where(units[name].notna(), "not recorded")
            of_group = units.groupby(named.rename("group"))["differ"].agg(units="size", differ="sum")
            parts.append(of_group.reset_index().assign(by=name))
        found = pd.concat(parts, ignore_index=True)
        found["share"] = found["differ"] / found["units"]
        return found[["by", "group", "units", "differ", "share"]]

    def concordance(
        self, *, rule_id: str = "", code: str = "", phrase: str = "", width: int = 60
    ) -> pd.DataFrame:
        """Every place of a rule, a code or a phrase, in the middle of a line, pseudonymised.

        Returns
        -------
        DataFrame
            ``file`` (its number among the case files sampled, in place of its reference), ``entry_no,
            unit_no, left, key, right, code, counts, rule_id``. It may still point to somebody, by the story
            itself: as restricted as the notes.
        """
        places = (
            phrase_places(phrase, self.notes, self.coding)
            if phrase
            else coded_places(self.coding, self.notes, rule_id=rule_id, code=code)
        )
        cases = set(places["case_id"])
        lines = pd.concat(
            [
                key_word_in_context(places.iloc[:0], self.notes),
                *(
                    key_word_in_context(
                        places[places["case_id"] == case_id], notes, width=width, hidden=self._hidden(notes)
                    )
                    for case_id, notes in self.notes.groupby("case_id")
                    if case_id in cases
                ),
            ],
            ignore_index=True,
        )
        numbers = {case_id: at for at, case_id in enumerate(sorted(set(self.notes["case_id"])), start=1)}
        lines.insert(0, "file", lines["case_id"].map(numbers))
        return lines.drop(columns="case_id")


def open_coded_force(parameters: Parameters, evidence: Path) -> CodedForce:
    """Open the coding of a force's last finished run, whatever was changed in the rules since.

    Raises
    ------
    InspectionError
        When there is no finished run, or it was made before the reader's own table was kept.
    """
    folder = EvidenceFolder(evidence.resolve(), parameters)
    restricted = folder.whole / "restricted"
    if not (restricted / "by_reader.parquet").is_file():
        raise InspectionError(
            [
                Problem(
                    parameters.file,
                    "",
                    "",
                    "has no finished run whose coding can be audited.",
                    f"Run it first: {folder.run_command}",
                )
            ]
        )
    notes, coding, by_reader = (
        pd.read_parquet(restricted / f"{name}.parquet") for name in ("notes", "coding", "by_reader")
    )
    return CodedForce(parameters, restricted, notes, coding, by_reader, folder.last_facts())


def effect_on_balance(force: CodedForce, left: LeftOut) -> pd.DataFrame:
    """What the force's balance of effort would be without one rule, or code, after another.

    Parameters
    ----------
    force : CodedForce
        The force.
    left : LeftOut
        What was left out, as :meth:`CodedForce.left_out` gives it.

    Returns
    -------
    DataFrame
        As :func:`nlp.audit.firing.changes`, with ``balance`` without it and ``difference`` to the balance
        that stands; largest difference first.
    """
    effect = changes(left)
    sample = force.material.sample.set_index("case_id")["weight"].astype(float)
    table = indicators.case_balances(force.material.sample, force.coding).set_index("case_id")
    top = float((sample * (table["suspect_focus"] - table["victim_credibility"])).sum())
    bottom = float((sample * table["units"]).sum())
    victim, suspect = (
        _weighted_units(left.after, orientation, sample)
        .sub(_weighted_units(left.before, orientation, sample), fill_value=0)
        .reindex(effect.index, fill_value=0)
        for orientation in (VICTIM, SUSPECT)
    )
    whole = bottom + suspect + victim
    effect["balance"] = (top + suspect - victim) / whole.where(whole > 0)
    effect["difference"] = effect["balance"] - (top / bottom if bottom else float("nan"))
    order = effect["difference"].abs().sort_values(ascending=False, kind="stable").index
    return effect.loc[order]


def _weighted_units(coding: pd.DataFrame, orientation: str, weights: pd.Series) -> pd.Series:
    mine = coding[coding["counts"].astype(bool) & (coding["orientation"] == orientation)]
    units = mine.drop_duplicates(["left", "case_id", "entry_no", "unit_no"])
    return units["case_id"].map(weights).groupby(units["left"]).sum()


def effects_on_findings(
    force: CodedForce,
    left: LeftOut,
    names: Iterable[str],
    *,
    tell: Callable[[str], object] = lambda name: None,
) -> pd.DataFrame:
    """What every finding that rests on the coding would say without each of some rules or codes.

    Parameters
    ----------
    force : CodedForce
        The force.
    left : LeftOut
        What was left out.
    names : iterable of str
        The rules or codes wanted. Each takes about a second, for the intervals.
    tell : callable
        Called with each name as its turn comes.

    Returns
    -------
    DataFrame
        A row a rule or code and finding whose number changes: ``left, finding, value, without, low, high``
        (the interval that stands), ``beyond`` (whether the value without it is outside that interval),
        ``words`` (whether the finding's words change, not only its numbers), ``title, title_without``.
    """
    rests = _rest_on_coding(force.material)
    stands = _findings(force, force.material, rests)
    rows = []
    for name in names:
        tell(name)
        coding = left.table_without(name, force.coding)
        then = _findings(force, replace(force.material, coding=coding), rests)
        rows += [
            {
                "left": name,
                "finding": finding,
                "value": now.value,
                "without": then[finding].value,
                "low": now.low,
                "high": now.high,
                "beyond": _beyond(now, then[finding].value),
                "words": (now.title, now.quantifier) != (then[finding].title, then[finding].quantifier),
                "title": now.title,
                "title_without": then[finding].title,
            }
            for finding, now in stands.items()
            if finding in then and now.value != then[finding].value
        ]
    columns = ["left", "finding", "value", "without", "low", "high", "beyond", "words", "title"]
    return pd.DataFrame(rows, columns=[*columns, "title_without"])


def _beyond(now: findings.Finding, value: float | None) -> bool:
    if value is None or now.low is None or now.high is None:
        return value is None
    return not now.low <= value <= now.high


def _rest_on_coding(material: indicators.Material) -> set[str]:
    """The indicators that are other numbers without any coding."""
    nothing = replace(material, coding=material.coding.iloc[:0])
    one, other = (indicators.compute_indicators(each).table for each in (material, nothing))
    joined = one.merge(other, on=["indicator", "group"], suffixes=("", "_without"))
    same = joined["value"].eq(joined["value_without"]) | (
        joined["value"].isna() & joined["value_without"].isna()
    )
    return set(joined.loc[~same, "indicator"])


def _findings(
    force: CodedForce, material: indicators.Material, only: set[str]
) -> dict[str, findings.Finding]:
    table = indicators.compute_indicators(material, only=only).table
    return {finding.id: finding for finding in findings.write_findings(table, force=force.name)}
