"""The people, places and dates of one fictional case: everything its log may mention."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from inspections.fictional.wording import Draw, fill_facts, take_choices

Settings = Mapping[str, Any]

PRONOUNS = {
    "F": {"she": "she", "her": "her", "hero": "her", "herself": "herself"},
    "M": {"she": "he", "her": "his", "hero": "him", "herself": "himself"},
}
ASSAULT = {"rape": "sexual assault", "raped": "sexually assaulted"}
# In English law only a man commits rape as a principal, and most codes here are rape: suspects are men.
SUSPECT_PRONOUNS = {"he": "he", "his": "his", "him": "him", "himself": "himself"}
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
        possible = "suspect_named" in dates or name in ("recorded", "suspect_named")
        if draw.chance(milestone["chance"].get(decision, 0)) and possible:
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
    casting = _Casting(case, force, names)
    casting.choose_story(stories, earlier)
    casting.set_reference()
    casting.cast_police()
    casting.cast_victim()
    casting.set_timing()
    if "suspect_named" in case.dates:
        casting.cast_suspect(earlier)
    casting.tell_story()
    casting.set_row()


class _Casting:
    """The choices for one case, each made once so that the whole log agrees."""

    def __init__(self, case: Case, force: Settings, names: Settings) -> None:
        self.case, self.force, self.names = case, force, names
        self.draw = Draw(force["seed"], "cast", case.number)
        self.first_names = {sex: iter(self.draw.shuffled(names["first_names"][sex])) for sex in ("F", "M")}
        self.surnames = iter(self.draw.shuffled(names["surnames"]))

    def choose_story(self, stories: Settings, earlier: Case | None) -> None:
        case, draw = self.case, self.draw
        weights = self.force["stories"] if "suspect_named" in case.dates else {"stranger": 1}
        name = draw.pick([story for story, weight in weights.items() for _ in range(weight)])
        case.facts["story"] = earlier.facts["story"] if earlier else name
        self.story = stories[case.facts["story"]]
        self.sex = "M" if draw.chance(self.force["male_victims"]) else "F"
        self.offence_code = draw.pick(self.story["offences"][self.sex])
        rape = self.offence_code.startswith("19")
        case.facts |= PRONOUNS[self.sex]
        case.facts |= {"rape": "rape", "raped": "raped"} if rape else ASSAULT
        case.tags |= {case.facts["story"], self.sex, *self.story["tags"], *case.dates}
        case.tags.add(case.decision.replace(" ", "-"))
        if "suspect_named" in case.dates:
            case.tags.add("named")

    def set_reference(self) -> None:
        year = self.case.dates["reported"].strftime("%y")
        serial = self.case.facts.pop("serial")
        self.case.facts |= {
            "ref": self.force["reference"].format(number=serial, year=year),
            "cad": str(self.draw.whole(12, 989)),
            "urn": f"FIC/{self.draw.whole(10000, 99999)}",
        }

    def set_timing(self) -> None:
        if "nonrecent" in self.case.tags:
            days = (int(self.case.facts["vic_age"]) - self.draw.whole(6, 13)) * 365  # a child then
        else:
            days = self.draw.pick([0, 0, 1, 1, 2, 5, 9, 16, 24, 45, 80])
        self.case.tags.add("late" if days > 4 else "prompt")
        self.case.dates["offence_from"] = self.case.dates["reported"] - timedelta(days=days)
        self.case.facts["gap"] = _in_words(days)

    def cast_police(self) -> None:
        draw, facts = self.draw, self.case.facts
        surnames = draw.shuffled(self.force["officers"])
        facts |= dict(zip(("oic", "ds", "di", "solo", "civ", "responder"), surnames, strict=False))
        facts |= {
            "exhibit": facts["oic"][0] + draw.pick("ABCDEJKLMRST"),
            "isva": next(self.first_names["F"]),
            "lawyer": f"{draw.pick(['Ms', 'Mr'])} {next(self.surnames)}",
            "town": draw.pick(self.force["towns"]),
            "street": draw.pick(self.force["streets"]),
            "device": draw.pick(self.names["devices"]),
            "solicitor": draw.pick(self.names["solicitors"]),
        }

    def cast_victim(self) -> None:
        draw, facts = self.draw, self.case.facts
        facts["age_band"] = draw.pick(self.story["ages"])
        youngest, oldest = (int(age) for age in facts["age_band"].replace("+", "-79").split("-"))
        age = draw.whole(youngest, oldest)
        victim = self._person(sex=self.sex, age=age)
        facts |= {f"vic_{name}": value for name, value in victim.items()}
        self.case.tags.add("young" if age < 25 else "older" if age > 54 else "adult")
        sex = draw.pick(["F", "M"])
        friend, witness = self._person(sex=sex, age=age), self._person(sex=draw.pick(["F", "M"]), age=age + 5)
        facts |= {f"friend_{name}": value for name, value in friend.items()} | {"friend": friend["first"]}
        facts |= {f"witness_{name}": value for name, value in witness.items()} | {"witness": witness["name"]}
        facts["friend_role"] = draw.pick(self.names["relatives" if age < 16 else "confidants"][sex])

    def cast_suspect(self, earlier: Case | None) -> None:
        case, draw = self.case, self.draw
        if earlier:
            same = {name: fact for name, fact in earlier.facts.items() if name.startswith("susp_")}
            case.facts |= same | SUSPECT_PRONOUNS | {"linked_ref": earlier.ref}
            case.tags.add("linked")
            return
        suspect = self._person(sex="M", age=draw.whole(*self.story["age_of_suspect"]))
        case.facts |= {f"susp_{name}": value for name, value in suspect.items()} | SUSPECT_PRONOUNS
        case.facts |= {
            "susp_caps": suspect["surname"].upper(),
            "susp_job": draw.pick(self.names["jobs"]),
            "susp_ref": f"{draw.whole(1200, 99999):07d}",
            "susp_past": fill_facts(draw.pick(self.names["past_of_suspects"]), SUSPECT_PRONOUNS),
        }

    def tell_story(self) -> None:
        draw, facts = self.draw, self.case.facts
        told = {"place": draw.pick(self.story["place"]), **draw.pick(self.story["doubts"])}
        if "suspect_named" in self.case.dates:
            told |= draw.pick(self.story["accounts"])
            told |= {part: draw.pick(self.story[part]) for part in ("before", "after")}
            self.case.tags.add(told.pop("line"))
        for name, text in told.items():
            facts[name] = take_choices(fill_facts(text, SUSPECT_PRONOUNS | facts), draw)

    def set_row(self) -> None:
        case, draw = self.case, self.draw
        decision = case.decision if "suspect_named" in case.dates else f"{case.decision}, no suspect"
        referred = case.dates["reported"] + timedelta(days=draw.whole(0, 12))
        case.fields = {
            **{name: case.dates.get(name) for name in (*MILESTONES, "offence_from")},
            "ref": case.ref,
            "offence_code": self.offence_code,
            "outcome": self.force["outcomes"].get(decision, ""),
            "suspect_ref": case.facts.get("susp_ref"),
            "relationship": draw.pick(self.story["relationship"]),
            "age_band": case.facts["age_band"],
            "sex": self.sex,
            "reported_by": draw.pick(["victim", "victim", "victim", "third party", "third party", "police"]),
            "wanted_report": draw.pick(["yes", "yes", "yes", "no", None]),
            "isva_referral": referred if draw.chance(self.force["isva"]) else None,
        }

    def _person(self, *, sex: str, age: int) -> dict[str, str]:
        draw = self.draw
        first, last = next(self.first_names[sex]), next(self.surnames)
        born = self.case.dates["reported"] - timedelta(days=age * 365 + draw.whole(100, 300))
        prefix = draw.pick(["07700 900", "07700 900", "07700 900", "01632 960"])  # kept for drama: in no use
        street, town = draw.pick(self.force["streets"]), draw.pick(self.force["towns"])
        person = {
            "first": first,
            "surname": last,
            "name": f"{first} {last}",
            "age": str(age),
            "dob": born.strftime("%d/%m/%Y"),
            "phone": f"{prefix}{draw.whole(0, 999):03d}",
            "address": f"{draw.whole(1, 118)} {street}, {town}",
            "email": f"{first}.{last}@example.{draw.pick(['org', 'com'])}".lower().replace("'", ""),
        }
        for kind in ("name", "dob", "phone", "address", "email"):
            self.case.canaries.setdefault(kind, []).append(person[kind])
        return person


def _in_words(days: int) -> str:
    if days > 700:
        return f"{days // 365} years"
    if days > 13:
        return f"{days // 7} weeks"
    return {0: "a few hours", 1: "a day"}.get(days, f"{days} days")
