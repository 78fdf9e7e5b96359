"""Which numbers may leave the inspectorate: the one place where that is decided.

A count of cases below the threshold is hidden (*primary*). Further rows are hidden (*secondary*) until a
reader who lays all released tables side by side, adds and subtracts, can no longer tell that the count is
small (:mod:`inspections.suppression`). How rows belong together is not declared: every row that counts people
takes part, with the cases behind it, unless it is declared to be independent of all others; so whoever adds
an indicator and thinks of nothing hides too much, never too little. Nothing but a :class:`Released` table can
be written to the release folder.

Suppressed, zero, missing and not recorded stay four different values.
"""

from inspections.disclosure.decision import Decision, decide
from inspections.disclosure.policy import (
    Policy,
    Released,
    log_of,
    refuse_unknown_exceptions,
    with_status,
)
from inspections.disclosure.tables import (
    INDICATOR_COLUMNS,
    cover,
    part_answers,
    release_balances,
    release_codes,
    release_gaps,
    release_indicators,
    release_strata,
)

__all__ = [
    "INDICATOR_COLUMNS",
    "Decision",
    "Policy",
    "Released",
    "cover",
    "decide",
    "log_of",
    "part_answers",
    "refuse_unknown_exceptions",
    "release_balances",
    "release_codes",
    "release_gaps",
    "release_indicators",
    "release_strata",
    "with_status",
]
