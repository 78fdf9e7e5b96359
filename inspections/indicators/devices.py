"""Pillar 6: how long devices were kept, and whether what was looked at was limited, from the devices table.

Cases are counted, not devices: a victim with three phones is one person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from inspections.columns import column, is_kept, is_true
from inspections.indicators.registry import Indicator, Material, indicator
from inspections.indicators.rows import Row, median_days, not_recorded, share_of_cases

__all__ = ["DAY", "RECORDS"]

DAY = pd.Timedelta(hours=24)
RECORDS = "third-party records"
_OWNERS = ("victim", "suspect")


def _of_frame(material: Material, owner: str, *needed: str, records: bool = False) -> pd.DataFrame | None:
    """Devices of an owner, or records asked for about them, in cases of the frame.

    None where the force has no table of devices, or fills in one of the fields needed nowhere in it.
    """
    devices = material.further.get("devices")
    if devices is None or not all(is_kept(devices, name) for name in needed):
        return None
    wanted = column(devices, "kind").eq(RECORDS) == records
    in_frame = devices["case_id"].isin(material.frame["case_id"])
    return devices[wanted & in_frame & devices["owner"].eq(owner)]


_RETURNED = Indicator(
    id="devices-returned-in-a-day",
    label="Cases in which the victim had their phone and other devices back within 24 hours",
    pillar=6,
    unit="per cent",
    definition="Of cases in which police took a phone or other device of the victim, the share in which "
    "every one was given back within 24 hours.",
    formula="cases with returned_at at most 24 hours after taken_at for each device / cases with a device",
    denominator="Cases of the frame in which a device of the victim was taken.",
    caveat="An empty time of taking or return, or a return dated before the taking, counts as not back "
    "within 24 hours. Where times are dates alone, the same day and the next count as within 24 hours.",
    source="The force's devices table; Home Office Soteria data collection: phone examination",
    direction="Higher: more victims were without their devices for a day at most.",
    about="people",
)


@indicator(_RETURNED)
def _returned_in_a_day(material: Material) -> Iterator[Row]:
    base = "cases in the frame with a device of the victim taken"
    devices = _of_frame(material, "victim", "taken_at", "returned_at")
    if devices is None:
        yield not_recorded(base)
        return
    kept = devices["returned_at"] - devices["taken_at"]
    back = kept.between(pd.Timedelta(0), DAY).groupby(devices["case_id"]).all()
    yield share_of_cases(back, base, apart=_apart("victim"))


@indicator(
    replace(
        _RETURNED,
        id="devices-limited",
        label="Cases in which the examination of devices was limited beforehand",
        definition="Of cases in which police examined devices, the share in which people, times and kinds of "
        "material were set down beforehand for every one.",
        formula="cases with parameters_set for each device examined / cases with a device examined",
        denominator="Cases of the frame in which a device of the victim, or of a suspect, was examined.",
        caveat="An empty answer counts as not set down.",
        source="The force's devices table; Operation Soteria Bluestone, pillar 6",
        direction="Higher: in more cases, what was looked at was limited beforehand.",
    )
)
def _limited(material: Material) -> Iterator[Row]:
    for owner in _OWNERS:
        base = f"cases in the frame with a device of the {owner} examined"
        devices = _of_frame(material, owner, "parameters_set", "examined_at")
        if devices is None:
            yield not_recorded(base, group=owner)
            continue
        examined = devices[devices["examined_at"].notna()]
        yield _all_limited(examined, base, group=owner, apart=_apart(owner))


@indicator(
    replace(
        _RETURNED,
        id="third-party-limited",
        label="Cases in which requests for the victim's records were limited",
        definition="Of cases in which police asked others for records about the victim, the share in which "
        "times and kinds of material were set down for every request.",
        formula="cases with parameters_set for each request / cases with a request",
        denominator="Cases of the frame in which others were asked for records about the victim.",
        caveat="An empty answer counts as not set down. Requests noted in the log alone are not seen.",
        source="The force's devices table; Home Office Soteria data collection: third-party material",
        direction="Higher: in more cases, requests for the victim's records were limited.",
    )
)
def _third_party_limited(material: Material) -> Iterator[Row]:
    base = "cases in the frame with records about the victim asked for"
    requests = _of_frame(material, "victim", "parameters_set", "kind", records=True)
    if requests is None:
        yield not_recorded(base)
        return
    yield _all_limited(requests, base, group="force", apart="records about the victim")


def _all_limited(rows: pd.DataFrame, base: str, *, group: str, apart: str) -> Row:
    limited = is_true(rows["parameters_set"]).groupby(rows["case_id"]).all()
    return share_of_cases(limited, base, group=group, apart=apart)


def _apart(owner: str) -> str:
    return f"devices of {owner}"


@indicator(
    replace(
        _RETURNED,
        id="days-device-examined",
        label="Days until devices were examined",
        unit="days",
        definition="Median number of whole days from a device being taken to its examination; of several "
        "devices in a case, the one that took longest.",
        formula="median over cases of the longest examined_at - taken_at",
        denominator="Cases of the frame in which a device of the victim, or of a suspect, was taken.",
        caveat="Every case is counted, so the interval shows chance from year to year, not sampling. Devices "
        "not examined, or dated out of order, are left out.",
        direction="Higher: devices waited longer.",
    )
)
def _days_until_examined(material: Material) -> Iterator[Row]:
    for owner in _OWNERS:
        base = f"cases in the frame with a device of the {owner} taken"
        devices = _of_frame(material, owner, "taken_at", "examined_at")
        if devices is None:
            yield not_recorded(base, group=owner)
            continue
        days = (devices["examined_at"] - devices["taken_at"]).dt.days
        longest = days.where(days >= 0).groupby(devices["case_id"]).max()
        seed = f"{material.seed} days-device-examined {owner}"
        yield replace(median_days(longest, base, seed=seed, group=owner), apart=_apart(owner))
