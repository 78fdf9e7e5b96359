"""The published table of words for numbers, as every report prints it in its annex."""

from __future__ import annotations

from collections.abc import Iterator

from parameters.words import ShareWord, load_words
from reports.tables import Column, pipe_table

__all__ = ["number_words"]


def number_words() -> str:
    """Show which share and interval each word stands for, and what makes evidence strong."""
    words = load_words()
    columns = (Column("Word", 22), Column("Share", 34), Column("Ends of the 95% interval", 44))
    table = pipe_table(columns, _rows(), caption="Words for shares", label="words")
    otherwise = f"\N{LEFT DOUBLE QUOTATION MARK}{words.otherwise}\N{RIGHT DOUBLE QUOTATION MARK}"
    about_shares = (
        "The same word always stands for the same range, and for no more than the files that were read can "
        "bear. A word is used where the share and the ends of its interval, as printed, are in the ranges "
        "below. Of two words that fit, the one that claims more is used. Where none fits, the files do not "
        f"show on which side of one half the share lies, and the word is {otherwise}. The count stands "
        f"beside every word. Where fewer than {words.smallest_base} cases stand behind a share, findings and "
        "tables give the counts alone."
    )
    strengths = "; ".join(
        f"**{entry.word}** where at least {entry.cases} cases stand behind it and its interval is at most "
        f"{entry.width:g} points wide"
        for entry in words.strength
    )
    about_strength = (
        f"The strength of the evidence for a finding is {strengths}; and **{words.weakest}** otherwise. The "
        "width of the interval of a balance is taken in per cent of its span, that of a time in per cent "
        "of the median. Strength says how sure the count of cases makes us of the number, not how much it "
        "matters; it does not allow for errors of coding."
    )
    about_strands = (
        "Where reviewers were asked what the notes or the force's records speak of too, the two are set "
        "side by side. They *differ* where their intervals do not meet. They *agree* where both intervals "
        f"lie within {words.agreement} points. All else is left open. A comparison is of shares, with the "
        "doubt that sampling leaves and no other: two shares may be alike though the files behind them are "
        "not, and what each of the two asks is never quite the same."
    )
    return f"{about_shares}\n\n{table}\n{about_strength}\n\n{about_strands}\n"


def _rows() -> Iterator[tuple[str, str, str]]:
    words = load_words()
    yield "none", "none of the cases looked at", "whatever it is"
    for entry in sorted(words.shares, key=lambda entry: (entry.from_, entry.under)):
        yield entry.word, _share(entry), _interval(entry)
    yield "all", "all of the cases looked at", "whatever it is"
    yield words.otherwise, "any other", "reaches farther than the words above allow"


def _share(entry: ShareWord) -> str:
    if entry.from_ == 0:
        return f"under {entry.under}%"
    return f"{entry.from_}% {'or more' if entry.under == 100 else f'to under {entry.under}%'}"


def _interval(entry: ShareWord) -> str:
    low = f"at least {entry.interval_from}%" if entry.interval_from > 0 else ""
    high = f"at most {entry.interval_up_to}%" if entry.interval_up_to < 100 else ""
    return " and ".join(filter(None, (low, high)))
