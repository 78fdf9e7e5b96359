"""The coding's transparency card: a page that says what codes the notes, how well, and how not to use it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

import pandas as pd

from nlp.codebook import Codebook
from nlp.coder import Coder
from nlp.combine import LEAST_PROBABILITY, Combination, combine
from nlp.evaluation.baselines import code_by_keywords
from nlp.evaluation.held_out import load_held_out
from nlp.evaluation.scores import ORIENTATIONS, Evaluation, evaluate
from nlp.evaluation.tables import code_table, figure, side_by_side
from nlp.reader.corpus import CORPORA, Corpus, read_about, read_corpora
from nlp.reader.reader import fingerprint_of

__all__ = ["Measured", "corpus_table", "measure", "warning", "write_card"]

_TEMPLATE = Path(__file__).with_name("card.md")
_WEAK = 0.5
_ENOUGH_GOLD = 60
"""Gold units from which on a code is scored by itself."""
_TWICE = "They are read twice: by the rules of the codebook, and by a reader trained on coded case files."
_READERS: dict[Combination, str] = {
    "rules": "They are read by the rules of the codebook.",
    "reader": "They are read by a reader trained on coded case files.",
    "either": f"{_TWICE} What either of them finds stands.",
    "both": f"{_TWICE} Only what both of them find counts.",
    "rules-first": f"{_TWICE} The reader is heard where no rule finds a focus.",
    "reader-first": f"{_TWICE} What the reader finds stands.",
}


@dataclass(frozen=True)
class Measured:
    """How well notes are coded, and by what.

    Attributes
    ----------
    codebook
        The rules.
    how, least
        How the rules and the reader are joined (`combine`).
    reader
        Which corpora and code the reader was made from; "" where the rules stand alone.
    corpora
        See `corpus_table`.
    coders
        Evaluations by name: first the coding that stands, last the floor. A reader is always one that never
        saw the writer it reads.
    """

    codebook: Codebook
    how: Combination
    least: float
    reader: str
    corpora: pd.DataFrame
    coders: dict[str, Evaluation]

    @property
    def standing(self) -> Evaluation:
        """The evaluation of the coding that stands."""
        return next(iter(self.coders.values()))


def measure(
    coder: Coder,
    *,
    how: Combination = "either",
    least: float = LEAST_PROBABILITY,
    corpora: Path = CORPORA,
) -> Measured:
    """Measure the coding on the corpora that measure.

    With the reader this takes minutes the first time, and again when a corpus changes (`load_held_out`).

    Raises
    ------
    CorpusError
        When a corpus cannot be used or none measures.
    """
    everything = read_corpora(corpora)
    corpus, table = everything.measured, corpus_table(everything, corpora)
    rules = coder.code_notes(corpus.notes).table
    tables = {"rules": rules}
    if how != "rules":
        held_out = load_held_out(corpora)
        tables = {"reader": held_out, "rules": rules}
        if how != "reader":
            tables = {"rules and reader": combine(rules, held_out, how=how, least=least), **tables}
    tables["floor: plain keywords"] = code_by_keywords(corpus.notes)
    return Measured(
        codebook=coder.codebook,
        how=how,
        least=least,
        reader="" if how == "rules" else fingerprint_of(corpora),
        corpora=table[table["measures"]] if how == "rules" else table,
        coders={name: evaluate(corpus.units, coding) for name, coding in tables.items()},
    )


def corpus_table(corpus: Corpus, folder: Path = CORPORA) -> pd.DataFrame:
    """The corpora of a folder: what each is for, how large it is, and who coded it.

    Returns
    -------
    DataFrame
        A row a corpus: `corpus, measures` (bool: else it only trains), `writers, cases, units, coded_by,
        fictional`.
    """
    about = read_about(folder)
    measured = set(corpus.measured.notes["corpus"])
    rows = []
    for name, notes in corpus.notes.groupby("corpus"):
        cases = set(notes["case_id"])
        rows.append(
            {
                "corpus": name,
                "measures": name in measured,
                "writers": notes["writer"].nunique(),
                "cases": len(cases),
                "units": sum(unit.case_id in cases for unit in corpus.units),
                "coded_by": about[str(name)].coded_by,
                "fictional": about[str(name)].fictional,
            }
        )
    return pd.DataFrame(rows)


def write_card(measured: Measured) -> str:
    """The card as Markdown, in the sections of the UK's Algorithmic Transparency Recording Standard, v4.0.

    What only the body that uses the coding can say (owner, contact, impact assessments) is left for it to
    add. The same codebook, corpora and reader give the same text.
    """
    book, standing = measured.codebook, measured.standing
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        warning=warning(measured.corpora),
        title=book.title,
        measures=" ".join(book.measures.split()),
        not_for=" ".join(book.not_for.split()),
        readers=_READERS[measured.how],
        version=book.version,
        hash=book.hash[:12],
        codes=len(book.codes),
        rules=len(list(book.rules())),
        reader=f"`{measured.reader[:12]}`, kernel ridge regression over words" if measured.reader else "none",
        joined=_joined(measured),
        corpora=_markdown(_shown_corpora(measured.corpora)),
        cases=standing.cases,
        headlines=_markdown(side_by_side(measured.coders).drop(columns="units").reset_index()),
        table=_markdown(_shown_codes(code_table(standing, book))),
        limits="\n".join(f"- {limit}" for limit in _limits(measured)),
    )


def warning(corpora: pd.DataFrame) -> str:
    """Who coded what the figures rest on, and what that means for them."""
    coders = sorted(set(corpora.loc[corpora["measures"], "coded_by"]))
    by_model = any("model" in coder for coder in coders)
    told = f"Measured against units coded by: {'; '.join(coders)}."
    return f"Model-coded. {told} No figure below is agreement with people." if by_model else told


def _joined(measured: Measured) -> str:
    if measured.how in ("rules", "reader"):
        return f"{measured.how} alone"
    return f"{measured.how}; the reader is heard from probability {measured.least:g}"


def _limits(measured: Measured) -> Iterator[str]:
    standing = measured.standing
    codes = standing.codes[standing.codes["view"] == "counted"]
    of_orientation = codes["code"].isin(ORIENTATIONS.values())
    for row in codes[of_orientation].to_dict("records"):
        told = []
        if row["gold"]:
            told.append(f"of 100 units that should count {round(100 * (1 - row['recall']))} are missed")
        if row["predicted"]:
            told.append(f"of 100 counted {round(100 * (1 - row['precision']))} should not be")
        carried = "both" if len(told) > 1 else "this"
        words = "; ".join(told)
        yield (
            f"**{row['code'].capitalize()}.** {words[0].upper()}{words[1:]}. "
            f"Totals and balances carry {carried}."
        )
    single = codes[~of_orientation].set_index("code")
    weak = single.index[(single["f1"] < _WEAK) & (single["gold"] >= _ENOUGH_GOLD)]
    if len(weak):
        yield f"**Weak codes** (F1 below {_WEAK:g}), to be read in their orientation only: {', '.join(weak)}."
    few = single.index[single["gold"] < _ENOUGH_GOLD]
    if len(few):
        yield f"**Too little gold** (under {_ENOUGH_GOLD} units) to score a code by itself: {', '.join(few)}."
    yield (
        "**Flattery.** The rules were written with sight of the corpora that measure: their figures, and "
        "what they lend the joined coding, are higher than on case files nobody has seen."
    )
    if measured.corpora.loc[measured.corpora["measures"], "fictional"].any():
        yield "**Invented notes.** The notes measured on are fictional; how real notes differ is not known."
    yield (
        "**Whom errors fall on.** No rule depends on anybody's gender. Whether errors fall more on some "
        "victims, suspects or forces than on others has not been measured on real files."
    )
    yield "**Reach.** English logs of police in England and Wales only."


def _shown_corpora(corpora: pd.DataFrame) -> pd.DataFrame:
    purpose = corpora["measures"].map({True: "trains and measures", False: "trains"})
    shown = corpora.assign(purpose=purpose)
    return shown[["corpus", "purpose", "writers", "cases", "units", "coded_by"]].rename(
        columns={"cases": "case files", "coded_by": "coded by"}
    )


def _shown_codes(codes: pd.DataFrame) -> pd.DataFrame:
    shown = codes[["code"]].copy()
    shown["precision"], shown["recall"] = (codes[name].map(figure) for name in ("precision", "recall"))
    shown["F1"] = [figure(*row) for row in codes[["f1", "low", "high"]].itertuples(index=False)]
    return shown.join(codes[["gold", "found"]])


def _markdown(table: pd.DataFrame) -> str:
    rows = [list(table.columns), ["---"] * len(table.columns), *table.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows)
