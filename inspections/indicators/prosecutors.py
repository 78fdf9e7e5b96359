"""Context: how many cases reached the Crown Prosecution Service (CPS), and how many of these were charged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from inspections.columns import column
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, not_recorded, share_of_cases
from parameters.fields import CHARGED

_IN_FRAME = "cases in the frame"

_REFERRED = Indicator(
    id="cps-referred",
    label="Cases sent to the CPS for a decision",
    pillar=0,
    unit="per cent",
    definition="Share of cases whose file was sent to the Crown Prosecution Service for a charging decision.",
    formula="cases with file_to_cps_on / cases of the frame",
    denominator="Cases of the frame.",
    caveat="An empty date counts as not sent, though it may only not have been entered.",
    source="Rape Review headline measures: police referrals",
    direction="Higher: more cases were put to a prosecutor.",
    about="people",
)


def _share_with_date(material: Material, field: str, *, apart: str = "") -> Row:
    if not material.keeps(field):
        return not_recorded(_IN_FRAME)
    has_date = column(material.frame.set_index("case_id"), field).notna()
    return share_of_cases(has_date, _IN_FRAME, apart=apart)


@indicator(
    replace(
        _REFERRED,
        id="cps-early-advice",
        label="Cases in which early advice was sought from the CPS",
        definition="Share of cases in which police sought early advice from the Crown Prosecution Service.",
        formula="cases with early_advice_on / cases of the frame",
        caveat="An empty date counts as no advice, though it may only not have been entered.",
        source="CPS data summaries list receipts for early advice",
        direction="Higher: in more cases, a prosecutor was asked for advice early.",
    )
)
def _early_advice(material: Material) -> Iterator[Row]:
    yield _share_with_date(material, "early_advice_on", apart="early advice")


@indicator(_REFERRED)
def _referred(material: Material) -> Iterator[Row]:
    yield _share_with_date(material, "file_to_cps_on")


@indicator(
    replace(
        _REFERRED,
        id="cps-admin-finalised",
        label="Cases the CPS finalised administratively, of those sent to it",
        definition="Share of cases sent to the Crown Prosecution Service that it sent back and finalised "
        "administratively, because police did not send them again.",
        formula="cases with file_to_cps_on and admin_finalised_on / cases with file_to_cps_on",
        denominator="Cases of the frame whose file was sent to the CPS.",
        caveat="Finalising is a step of the CPS's own, no outcome: police may close the case later or never.",
        source="HMCPSI rape inspection 2019: admin-finalised cases",
        direction="Higher: more of the cases sent to the CPS were never decided there.",
    )
)
def _admin_finalised(material: Material) -> Iterator[Row]:
    base = "cases in the frame sent to the CPS"
    if not material.keeps("file_to_cps_on", "admin_finalised_on"):
        yield not_recorded(base)
        return
    frame = material.frame.set_index("case_id")
    sent = column(frame, "file_to_cps_on").notna()
    yield share_of_cases(column(frame, "admin_finalised_on").notna()[sent], base)


@indicator(
    replace(
        _REFERRED,
        id="cps-charged",
        label="Cases charged, of those the CPS decided",
        definition="Share of cases with a decision of the Crown Prosecution Service that were charged or "
        "summonsed.",
        formula="cases with cps_decision_on and outcome type 1 or 1A / cases with cps_decision_on",
        denominator="Cases of the frame with a date of the CPS's decision.",
        caveat="The CPS counts suspects and its own flag for rape, so its published charge rate will differ.",
        source="CPS data summaries: suspects charged out of all legal decisions",
        direction="Higher: more of the cases decided by the CPS were charged.",
    )
)
def _charged_of_decided(material: Material) -> Iterator[Row]:
    base = f"{_IN_FRAME} decided by the CPS"
    if not material.keeps("cps_decision_on", "outcome_type"):
        yield not_recorded(base)
        return
    frame = material.frame.set_index("case_id")
    decided = frame[column(frame, "cps_decision_on").notna()]
    yield share_of_cases(column(decided, "outcome_type").isin(CHARGED), base)
