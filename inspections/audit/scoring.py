"""What a round says: agreement of coders, drift, accuracy of the machine, balances put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from inspections.audit.coding_tables import write_table
from inspections.audit.reading import Coded, read_coded
from inspections.audit.rounds import Round
from nlp.audit.accuracy import accuracy, corrected_balance
from nlp.audit.agreement import agreement, agreement_over_rounds
from nlp.audit.gold import read_gold_codings
from nlp.codebook import ATTRIBUTES as VALUES
from nlp.codebook import Codebook

__all__ = ["COMPARED", "Score", "balances", "score"]

COMPARED = ("polarity", "voice", "status", "frame", "purpose")
DRAWS = 2000


@dataclass(frozen=True)
class Score:
    """What is known of a round. Tables of figures, without words; small numbers stand in them: restricted.

    Attributes
    ----------
    progress : DataFrame
        How far each coder is.
    agreement : DataFrame or None
        From `nlp.audit.agreement.agreement`; None with one coder.
    drift : DataFrame or None
        From `nlp.audit.agreement.agreement_over_rounds`; None without an earlier round.
    accuracy : DataFrame or None
        From `nlp.audit.accuracy.accuracy`; None until the gold is written.
    balance : DataFrame or None
        A row a force: its balance as the machine has it and put right (`corrected_balance`).
    """

    progress: pd.DataFrame
    agreement: pd.DataFrame | None
    drift: pd.DataFrame | None
    accuracy: pd.DataFrame | None
    balance: pd.DataFrame | None

    def write(self, folder: Path) -> list[Path]:
        """Write the tables that there are as CSV files."""
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for name in ("progress", "agreement", "drift", "accuracy", "balance"):
            table = getattr(self, name)
            if table is not None:
                path = folder / f"{name}.csv"
                write_table(path, table)
                written.append(path)
        return written


def score(held: Round, codebook: Codebook, *, earlier: Mapping[str, pd.DataFrame] | None = None) -> Score:
    """Read a round's workbooks and work out what they say, as far as they are.

    Parameters
    ----------
    held : Round
        The round.
    codebook : Codebook
        The one that its coders were given.
    earlier : mapping of str to DataFrame, optional
        Agreement of earlier rounds, in their order.

    Raises
    ------
    InspectionError
        With everything that is wrong in any workbook.
    """
    coded = read_coded(held, codebook)
    agreed = coders_agreement(held, coded, codebook) if len(held.coders) > 1 else None
    drift = agreement_over_rounds({**earlier, held.name: agreed}) if earlier and agreed is not None else None
    gold = held.gold / "gold.jsonl"
    if not gold.is_file():
        return Score(coded.progress, agreed, drift, None, None)
    final = read_gold_codings(gold)
    codes = [code.id for code in codebook.codes if code.orientation != "other"]
    right = accuracy(held.frame, held.coding, held.units, final, codes=codes)
    return Score(coded.progress, agreed, drift, right, balances(held, final))


def coders_agreement(held: Round, coded: Coded, codebook: Codebook) -> pd.DataFrame:
    """Agreement of the coders of a round on what two of them or more have finished."""
    return agreement(
        coded.units,
        coded.codings,
        codes=[code.id for code in codebook.codes],
        attributes={name: VALUES[name] for name in COMPARED},
        seed=f"{held.seed} {held.name}",
        draws=DRAWS,
    )


def balances(held: Round, gold: pd.DataFrame) -> pd.DataFrame:
    """The balance of each force of a round, as the machine has it and put right by its gold.

    Returns
    -------
    DataFrame
        A row a force: ``force, units`` (of the frame), ``checked`` (drawn and settled), and the balances of
        `nlp.audit.accuracy.corrected_balance` with their ends, from -1 to +1.
    """
    rows = []
    for force in held.forces:
        cases = held.cases[held.cases["force"] == force].reset_index(drop=True)
        frame, units = (
            table[table["force"] == force].reset_index(drop=True) for table in (held.frame, held.units)
        )
        balance = corrected_balance(frame, held.coding, units, gold, cases)
        rows.append({"force": force, "units": len(frame), "checked": len(units), **balance})
    return pd.DataFrame(rows)
