"""Who codes the notes: the rules, the trained reader, or both."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from parameters.models.values import Share, Strictly


class Coding(Strictly):
    """How the rules' reading of the notes and the trained reader's are joined."""

    combine: Literal["rules", "reader", "either", "both", "rules-first", "reader-first"] = Field(
        "either",
        description="either: what rules or reader found; rules, reader: one of them alone; both: what both "
        "found; rules-first: the reader only where no rule fired; reader-first: the reader's codes, with the "
        "rules' words where they agree.",
    )
    reader_from: Share = Field(
        0.1,
        description="The reader is heard from this probability on, 0 to 1, when it is joined to the rules.",
    )
