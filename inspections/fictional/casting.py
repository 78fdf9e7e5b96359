"""The people, places and dates of one fictional case: everything its log may mention."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from inspections.fictional.wording import Draw, fill_facts, take_choices

Settings = Mapping[str, Any]

PRONOUNS = {
    "F": {"she": "she", "her": "her", "hero": "her", "herself": "herself"},
    "M": {"she": "he", "her": "his", "hero": "him", "herself": "himself"},
}
SUSPECT_PRONOUNS = {
    "M": {"he": "he", "his": "his", "him": "him", "himself": "himself"},
    "F": {"he": "she", "his": "her", "him": "her", "himself": "herself"},
}
# Order matters: each milestone of a case is on or after the one before it.
MILESTONES = (
    "reported",
    "recorded",
    "suspect_named",
    "arrested",
    "interviewed",
    "early_advice",
    "file_to_cps",
    "cps_decision",
    "charged",
    "closed",
)
PERIOD = (date(2025, 4, 1), date(2026, 3, 31))
EXTRACTED_ON = date(2026, 6, 12)


@dataclass
class Case:
    """One fictional case.

    Attributes
    ----------
    decision
        How it ended (or ``open``); chooses the journey of the log.
    dates
        Milestone name to date; a milestone that never came is absent.
    facts
        Slot name to text, for the templates.
    tags
        What templates may ask of the case (``drink``, ``known``, ``F``, ``late``...).
    fields
        The case's row, under the extract's field names.
    canaries
        Personal details by kind, all invented, that may occur in the log.
    """

    number: int
    decision: str
    dates: dict[str, date]
    facts: dict[str, str] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    fields: dict[str, str | date | None] = field(default_factory=dict)
    canaries: dict[str, list[str]] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        """The case reference."""
        return self.facts["ref"]


def plan_cases(force: Settings) -> list[Case]:
    """Return the force's cases with their decisions and dates, oldest report first."""
    wanted = [
        (decision, when)
        for when, decisions in force["cases"].items()
        for decision, count in decisions.items()
        for _ in range(count)
    ]
    cases = []
    for number, (decision, when) in enumerate(wanted):
        draw = Draw(force["seed"], "dates", number)
        cases.append(Case(number, decision, _dates(force, decision, when, draw)))
    return sorted(cases, key=lambda case: (case.dates["reported"], case.number))


def _dates(force: Settings, decision: str, when: str, draw: Draw) -> dict[str, date]:
    days = int(draw.between(*force["days"][decision]))
    first, last = PERIOD
    closed = {
        "closed in the period": first + timedelta(days=draw.whole(0, (last - first).days)),
        "closed before": first - timedelta(days=draw.whole(5, 60)),
        "closed after": last + timedelta(days=draw.whole(5, 60)),
        "open": EXTRACTED_ON,
    }[when]
    reported = closed - timedelta(days=days)
    dates = {"reported": reported}
    for name, milestone in force["milestones"].items():
        share = draw.between(*milestone["at"])
        if draw.chance(milestone.get("chance", {}).get(decision, 0)):
            dates[name] = reported + timedelta(days=round(share * days))
    if "charged" in dates:
        dates["charged"] = dates["cps_decision"] + timedelta(days=draw.whole(0, 2))
        closed = dates["charged"] + timedelta(days=draw.whole(0, 4))
    if when != "open":
        dates["closed"] = closed
    return dates


def cast_case(
    case: Case, force: Settings, *, stories: Settings, names: Settings, earlier: Case | None
) -> None:
    """Fill in the facts, tags and row of a case; ``earlier`` is a case with the same suspect."""
    draw = Draw(force["seed"], "cast", case.number)
    story_name = earlier.facts["story"] if earlier else _story(force, case, draw)
    story = stories[story_name]
    sex = "M" if draw.chance(force["male_victims"]) else "F"
    case.tags |= {story_name, sex, case.decision.replace(" ", "-"), *story["tags"]}
    case.facts |= {"story": story_name} | PRONOUNS[sex]
    _set_reference(case, force, draw)
    _set_timing(case, draw)
    _cast_victim(case, force, names, draw, ages=story["ages"], sex=sex)
    _cast_police(case, force, names, draw)
    suspect_known = "suspect_named" in case.dates
    if suspect_known:
        _cast_suspect(case, force, names, draw, ages=story["age_of_suspect"], earlier=earlier)
    _tell_story(case, story, draw, suspect_known=suspect_known)
    _set_row(case, force, story, draw, sex=sex)


def _story(force: Settings, case: Case, draw: Draw) -> str:
    if "suspect_named" not in case.dates:
        return "stranger"
    return draw.pick([name for name, weight in force["stories"].items() for _ in range(weight)])


def _set_reference(case: Case, force: Settings, draw: Draw) -> None:
    case.facts["ref"] = force["reference"].format(
        number=case.facts.pop("serial"), year=case.dates["reported"].strftime("%y")
    )
    case.facts["cad"] = f"{draw.whole(12, 989)}"
    case.facts["urn"] = f"FIC/{draw.whole(10000, 99999)}"


def _set_timing(case: Case, draw: Draw) -> None:
    if "family" in case.tags:
        before = timedelta(days=draw.whole(12 * 365, 30 * 365))
    else:
        before = timedelta(days=draw.pick([0, 0, 1, 1, 2, 5, 9, 16, 24, 45, 80]))
    case.tags.add("late" if before.days > 4 else "prompt")
    case.dates["offence_from"] = case.dates["reported"] - before
    case.facts["gap"] = _in_words(before.days)


def _in_words(days: int) -> str:
    if days > 700:
        return f"{days // 365} years"
    if days > 13:
        return f"{days // 7} weeks"
    return {0: "a few hours", 1: "a day"}.get(days, f"{days} days")


def _cast_victim(
    case: Case, force: Settings, names: Settings, draw: Draw, *, ages: Sequence[str], sex: str
) -> None:
    band = draw.pick(ages)
    low, high = (int(age) for age in band.replace("+", "-79").split("-"))
    age = draw.whole(low, high)
    person = _person(case, force, names, draw, sex=sex, age=age)
    case.facts |= {f"vic_{name}": value for name, value in person.items()}
    case.facts["age_band"] = band
    other_sex = draw.pick(["F", "M"])
    friend = _person(case, force, names, draw, sex=other_sex, age=age)
    witness = _person(case, force, names, draw, sex=draw.pick(["F", "M"]), age=age + 5)
    case.facts |= {"friend": friend["first"], "friend_name": friend["name"], "friend_phone": friend["phone"]}
    case.facts |= {
        "witness": witness["name"],
        "witness_surname": witness["surname"],
        "witness_phone": witness["phone"],
    }
    case.facts["friend_role"] = draw.pick(names["friend_roles"][other_sex])


def _cast_suspect(
    case: Case,
    force: Settings,
    names: Settings,
    draw: Draw,
    *,
    ages: tuple[int, int],
    earlier: Case | None,
) -> None:
    if earlier:
        kept = [name for name in earlier.facts if name.startswith("susp_")]
        case.facts |= {name: earlier.facts[name] for name in kept} | {"linked_ref": earlier.ref}
        case.facts |= {name: earlier.facts[name] for name in SUSPECT_PRONOUNS["M"]}
        case.tags.add("linked")
        return
    sex = "F" if draw.chance(0.04) else "M"
    person = _person(case, force, names, draw, sex=sex, age=draw.whole(*ages))
    case.facts |= {f"susp_{name}": value for name, value in person.items()} | SUSPECT_PRONOUNS[sex]
    case.facts["susp_caps"] = person["surname"].upper()
    case.facts["susp_job"] = draw.pick(names["jobs"])
    case.facts["susp_ref"] = f"{draw.whole(1200, 99999):07d}"
    case.facts["susp_past"] = fill_facts(draw.pick(names["past_of_suspects"]), case.facts)


def _person(
    case: Case, force: Settings, names: Settings, draw: Draw, *, sex: str, age: int
) -> dict[str, str]:
    first, last = draw.pick(names["first_names"][sex]), draw.pick(names["surnames"])
    born = case.dates["reported"] - timedelta(days=age * 365 + draw.whole(100, 300))
    person = {
        "first": first,
        "surname": last,
        "name": f"{first} {last}",
        "age": str(age),
        "dob": born.strftime("%d/%m/%Y"),
        "phone": f"07700 900{draw.whole(0, 999):03d}"
        if draw.chance(0.8)
        else f"01632 960{draw.whole(0, 999):03d}",
        "address": f"{draw.whole(1, 118)} {draw.pick(force['streets'])}, {draw.pick(force['towns'])}",
        "email": f"{first}.{last}@example.{draw.pick(['org', 'com'])}".lower().replace("'", ""),
    }
    for kind in ("name", "dob", "phone", "address", "email"):
        case.canaries.setdefault(kind, []).append(person[kind])
    return person


def _cast_police(case: Case, force: Settings, names: Settings, draw: Draw) -> None:
    surnames = draw.shuffled(force["officers"])
    case.facts |= dict(zip(("oic", "ds", "di", "solo", "civ", "responder"), surnames, strict=False))
    case.facts["exhibit"] = case.facts["oic"][0] + draw.pick(list("ABCDEJKLMRST"))
    case.facts["isva"] = draw.pick(names["first_names"]["F"])
    case.facts["lawyer"] = draw.pick(names["first_names"]["F"] + names["first_names"]["M"])
    case.facts["town"], case.facts["street"] = draw.pick(force["towns"]), draw.pick(force["streets"])
    case.facts["device"] = draw.pick(names["devices"])
    case.facts["solicitor"] = draw.pick(names["solicitors"])


def _tell_story(case: Case, story: Settings, draw: Draw, *, suspect_known: bool) -> None:
    settled = {"place": draw.pick(story["place"]), **draw.pick(story["doubts"])}
    if suspect_known:
        settled |= {
            **draw.pick(story["accounts"]),
            "before": draw.pick(story["before"]),
            "after": draw.pick(story["after"]),
        }
    for name, text in settled.items():
        filled = fill_facts(text, SUSPECT_PRONOUNS["M"] | case.facts)
        case.facts[name] = take_choices(filled, draw)


def _set_row(case: Case, force: Settings, story: Settings, draw: Draw, *, sex: str) -> None:
    identified = "suspect_named" in case.dates
    decision = case.decision if identified else f"{case.decision}, no suspect"
    isva = case.dates["reported"] + timedelta(days=draw.whole(0, 12)) if draw.chance(force["isva"]) else None
    case.fields = {
        **{name: case.dates.get(name) for name in (*MILESTONES, "offence_from")},
        "ref": case.ref,
        "offence_code": draw.pick(story["offences"][sex]),
        "outcome": force["outcomes"].get(decision, ""),
        "suspect_ref": case.facts.get("susp_ref"),
        "relationship": draw.pick(story["relationship"]),
        "age_band": case.facts["age_band"],
        "sex": sex,
        "reported_by": draw.pick(["victim", "victim", "victim", "third party", "third party", "police"]),
        "wanted_report": draw.pick(["yes", "yes", "yes", "no", None]),
        "isva_referral": isva,
    }
