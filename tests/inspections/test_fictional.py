"""The fictional forces: what the rest of the toolkit, its tests and its teachers rely on."""

import csv
import io
import re
from collections import Counter
from datetime import date, datetime
from itertools import product

import pytest

from inspections.case_files import read_case_files
from inspections.fictional import DEFECTS, FORCES, build_force, canaries, force_files
from inspections.fictional.casting import PERIOD
from inspections.fictional.country import plan_country, write_country
from inspections.fictional.forces import FOLDER
from inspections.fictional.wording import Draw, Wording, take_choices
from inspections.sampling import draw
from parameters import load_parameters
from parameters.questions import load_questions

READ_AS = {
    "northshire": {"encoding": "utf-8", "delimiter": ",", "dates": "%Y-%m-%d", "times": "%Y-%m-%d %H:%M"},
    "carrowdale": {"encoding": "utf-8-sig", "delimiter": ";", "dates": "%d/%m/%Y", "times": "%d/%m/%Y %H:%M"},
    "saltmere": {"encoding": "cp1252", "delimiter": ",", "dates": "%d-%b-%Y", "times": "%d-%b-%Y %H:%M"},
}
# In the order of the case journey, by force; the columns a force does not export are not there.
MILESTONES = {
    "northshire": [
        "date_reported",
        "date_recorded",
        "suspect_named",
        "date_arrest",
        "date_interview",
        "date_early_advice",
        "date_file_cps",
        "date_cps_decision",
        "date_charged",
        "date_closed",
    ],
    "carrowdale": [
        "Date Reported",
        "Date Recorded",
        "Suspect Named",
        "Arrest Date",
        "Interview Date",
        "Early Advice",
        "File To CPS",
        "CPS Decision",
        "Date Charged",
        "Date Closed",
    ],
    "saltmere": [
        "REPORTED",
        "RECORDED",
        "ARREST",
        "INTERVIEW",
        "CPS_FILE",
        "CPS_DECISION",
        "CHARGED",
        "CLOSED",
    ],
}
COLUMNS = {
    "northshire": {"ref": "crime_no", "outcome": "outcome", "suspect": "suspect_ref", "offence": "ho_code"},
    "carrowdale": {
        "ref": "Occurrence No",
        "outcome": "Outcome",
        "suspect": "Suspect Ref",
        "offence": "HO Code",
    },
    "saltmere": {"ref": "REF", "outcome": "OUTCOME", "offence": "OFFENCE"},
}
NOTE_COLUMNS = {
    "northshire": {"ref": "crime_no", "no": "entry_no", "at": "entered", "role": "role", "text": "text"},
    "carrowdale": {
        "ref": "Occurrence No",
        "no": "Entry",
        "at": "Date/Time",
        "role": "Author Role",
        "text": "Text",
    },
    "saltmere": {"ref": "REF", "at": "ENTERED", "role": "ROLE", "text": "NOTE"},
}
WITHDREW = ("14", "16", "victim does not support")
REAL_FORCES = (
    "Avon and Somerset|Bedfordshire|Cambridgeshire|Cheshire|City of London|Cleveland|Cumbria|Derbyshire|"
    "Devon|Cornwall|Dorset|Durham|Dyfed|Powys|Essex|Gloucestershire|Greater Manchester|Gwent|Hampshire|"
    "Hertfordshire|Humberside|Kent|Lancashire|Leicestershire|Lincolnshire|Merseyside|Metropolitan Police|"
    "Norfolk|North Wales|North Yorkshire|Northamptonshire|Northumbria|Nottinghamshire|South Wales|"
    "South Yorkshire|Staffordshire|Suffolk|Surrey|Sussex|Thames Valley|Warwickshire|West Mercia|"
    "West Midlands|West Yorkshire|Wiltshire|British Transport Police|Police Scotland"
)


def rows(force: str, file: str) -> list[dict[str, str]]:
    how = READ_AS[force]
    text = (FOLDER / force / file).read_bytes().decode(how["encoding"])
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=how["delimiter"]))


def day(value: str, force: str) -> date | None:
    return datetime.strptime(value, READ_AS[force]["dates"]).date() if value else None  # noqa: DTZ007


def minute(value: str, force: str) -> datetime:
    return datetime.strptime(value, READ_AS[force]["times"])  # noqa: DTZ007


def logs(force: str) -> dict[str, list[dict[str, str]]]:
    """Entries by case, in the order of the file, under short column names."""
    by_case: dict[str, list[dict[str, str]]] = {}
    for note in rows(force, "notes.csv"):
        entry = {short: note[column] for short, column in NOTE_COLUMNS[force].items()}
        by_case.setdefault(entry["ref"], []).append(entry)
    return by_case


def closed_on(force: str) -> dict[str, date | None]:
    return {
        row[COLUMNS[force]["ref"]]: day(row[MILESTONES[force][-1]], force) for row in rows(force, "cases.csv")
    }


def all_text(force: str) -> str:
    folder = FOLDER / force
    return "\n".join(
        (folder / file).read_bytes().decode(READ_AS[force]["encoding"]) for file in force_files(force)
    )


def decision(row: dict[str, str], force: str) -> str:
    outcome = row[COLUMNS[force]["outcome"]].strip()
    if outcome in ("1", "Charged"):
        return "charged"
    if outcome.endswith(WITHDREW):
        return "victim withdrew"
    if outcome in ("15", "18", "Evidential difficulties - victim supports", "No suspect identified"):
        return "CPS NFA" if row[MILESTONES[force][-3]] else "police NFA"
    return "open" if not outcome else "other closed"


@pytest.fixture(params=FORCES)
def force(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_committed_files_are_what_the_generator_writes(force: str) -> None:
    for file, content in force_files(force).items():
        assert (FOLDER / force / file).read_bytes() == content, (
            f"{force}/{file}: run python -m inspections.fictional"
        )


def test_a_force_is_small_enough_to_read(force: str) -> None:
    entries = Counter(len(log) for log in logs(force).values())
    assert 48 <= entries.total() <= 60
    assert min(entries) >= 6
    assert max(entries) <= 12


def test_every_decision_has_enough_closed_cases_to_sample(force: str) -> None:
    first, last = PERIOD
    table = rows(force, "cases.csv")
    closed = closed_on(force)
    ref = COLUMNS[force]["ref"]
    in_period = [row for row in table if (day_closed := closed[row[ref]]) and first <= day_closed <= last]
    strata = Counter(decision(row, force) for row in in_period)
    assert min(strata[name] for name in ("charged", "police NFA", "CPS NFA", "victim withdrew")) >= 6
    assert 0.7 <= len(in_period) / len(table) <= 0.9


def test_northshire_charges_fewest_and_carrowdale_most_and_quickest() -> None:
    charged = {
        name: [r for r in rows(name, "cases.csv") if decision(r, name) == "charged"] for name in FORCES
    }
    share = {name: len(charged[name]) / len(rows(name, "cases.csv")) for name in FORCES}
    assert share["carrowdale"] > 1.5 * max(share["northshire"], share["saltmere"])

    def days(name: str) -> list[int]:
        first, last = MILESTONES[name][0], MILESTONES[name][-2]
        return sorted(
            ((day(row[last], name) or date.max) - (day(row[first], name) or date.min)).days
            for row in charged[name]
        )

    assert max(days("carrowdale")) < days("northshire")[len(days("northshire")) // 2]


def test_nothing_stops_the_reading(force: str) -> None:
    table, notes = rows(force, "cases.csv"), logs(force)
    refs = [row[COLUMNS[force]["ref"]] for row in table]
    assert len(set(refs)) == len(refs)
    assert set(notes) == set(refs)
    for row in table:
        for column in MILESTONES[force]:
            day(row[column], force)
    for log in notes.values():
        assert all(entry["text"].strip() and minute(entry["at"], force) for entry in log)
        if "no" in log[0]:
            assert [int(entry["no"]) for entry in log] == list(range(1, len(log) + 1))


def test_milestones_are_in_order_but_for_the_planted_closing_dates(force: str) -> None:
    out_of_order = []
    for row in rows(force, "cases.csv"):
        dates = [date for column in MILESTONES[force] if (date := day(row[column], force))]
        if dates != sorted(dates):
            out_of_order.append(row[COLUMNS[force]["ref"]])
    assert out_of_order == build_force(force).planted["closed before reported"]


def test_the_defects_are_in_the_files_in_the_number_described(force: str) -> None:
    notes, closed = logs(force), closed_on(force)
    times = {ref: [minute(entry["at"], force) for entry in log] for ref, log in notes.items()}
    texts = {ref: [entry["text"] for entry in log] for ref, log in notes.items()}
    codes = {row[COLUMNS[force]["ref"]]: row for row in rows(force, "cases.csv")}
    early = build_force(force).planted["closed before reported"]
    found = {
        "duplicated notes": [ref for ref in texts if len(set(texts[ref])) < len(texts[ref])],
        "out of order": [ref for ref in times if times[ref] != sorted(times[ref])],
        "blank roles": [ref for ref, log in notes.items() if any(not entry["role"] for entry in log)],
        "notes after closure": [
            ref
            for ref, entered in times.items()
            if (end := closed[ref]) and ref not in early and max(entered).date() > end
        ],
        "spaces in codes": [
            ref
            for ref, row in codes.items()
            if any(
                row[COLUMNS[force][code]] != row[COLUMNS[force][code]].strip()
                for code in ("offence", "outcome")
            )
        ],
        "very long entries": [ref for ref in texts if max(len(text.split()) for text in texts[ref]) > 150],
    }
    wanted = build_force(force).settings["defects"]
    planted = build_force(force).planted
    assert {name: sorted(refs) for name, refs in found.items()} == {name: planted[name] for name in found}
    assert {name: len(refs) for name, refs in planted.items()} == dict(wanted)
    assert set(wanted) == set(DEFECTS)


def test_planted_gaps_and_wrong_outcomes_contradict_the_case(force: str) -> None:
    built = build_force(force)
    cases = {case.ref: case for case in built.cases}
    for ref in built.planted["missing dates"]:
        assert any(cases[ref].fields[name] is None for name in ("recorded", "arrested", "interviewed"))
    for ref in built.planted["outcome not matching log"]:
        row = next(row for row in rows(force, "cases.csv") if row[COLUMNS[force]["ref"]] == ref)
        assert cases[ref].decision == "victim withdrew"
        assert decision(row, force) != "victim withdrew"
    for ref in built.planted["odd characters"]:
        assert re.search(r"[^\x00-\x7f]|\t", "\n".join(entry.text for entry in built.logs[ref]))


def test_the_readme_says_it_is_fictional_and_counts_the_defects(force: str) -> None:
    readme = (FOLDER / force / "README.txt").read_text(encoding="utf-8")
    settings = build_force(force).settings
    assert readme.startswith(f"{settings['name']} is a fictional police force.")
    for name, meaning in DEFECTS.items():
        assert f"{settings['defects'][name]:>2}  {name}: {meaning}" in readme


def test_telephone_numbers_and_addresses_are_from_the_ranges_kept_for_fiction(force: str) -> None:
    text = all_text(force)
    numbers = re.findall(r"(?<![\d/])(?:\+44|0)\d{3,4}[ -]?\d{3}[ -]?\d{3,4}(?!\d)", text)
    assert numbers
    assert all(re.fullmatch(r"07700 900\d{3}|01632 960\d{3}", number) for number in numbers)
    emails = re.findall(r"[\w.'-]+@[\w.-]+", text)
    assert emails
    assert all(re.search(r"@example\.(org|com)\.?$", email) for email in emails)


def test_no_real_force_is_named(force: str) -> None:
    assert not re.findall(rf"\b(?:{REAL_FORCES})\b", all_text(force))


def test_no_sexual_act_is_described(force: str) -> None:
    graphic = (
        r"\b(?:penetrat\w*|penis|vagina\w*|anal|anus|genital\w*|ejaculat\w*|erection|intercourse|oral|breasts?"
        r"|naked)\b"
    )
    assert not re.findall(graphic, all_text(force), flags=re.IGNORECASE)


def test_repeated_sentences_are_rare(force: str) -> None:
    cases_with: Counter[str] = Counter()
    for ref, log in logs(force).items():
        if ref in build_force(force).planted["very long entries"]:
            continue
        sentences = {
            sentence.strip().lower()
            for entry in log
            for sentence in re.split(r"(?<=[.?!])\s+|\n", entry["text"])
            if len(sentence.split()) >= 5
        }
        cases_with.update(sentences)
    assert max(cases_with.values()) <= 5
    assert sum(count for count in cases_with.values() if count > 3) / cases_with.total() < 0.08


def test_there_are_canaries_of_every_kind_and_each_is_in_the_notes(force: str) -> None:
    found = canaries(force)
    assert set(found) == {"name", "dob", "phone", "address", "email"}
    notes = "\n".join(entry["text"] for log in logs(force).values() for entry in log)
    for kind, details in found.items():
        assert len(details) >= 3, kind
        assert all(detail in notes for detail in details)


@pytest.mark.parametrize("force", ["northshire", "carrowdale"])
def test_some_suspects_have_more_than_one_case_and_their_logs_say_so(force: str) -> None:
    by_suspect: dict[str, list[str]] = {}
    for row in rows(force, "cases.csv"):
        if row[COLUMNS[force]["suspect"]]:
            by_suspect.setdefault(row[COLUMNS[force]["suspect"]], []).append(row[COLUMNS[force]["ref"]])
    repeated = [refs for refs in by_suspect.values() if len(refs) > 1]
    assert len(repeated) >= 2
    assert all(reference.startswith("00") for reference in by_suspect)  # text, not a number
    for first, *others in repeated:
        assert all(any(first in entry["text"] for entry in logs(force)[ref]) for ref in others)


@pytest.mark.parametrize("force", ["northshire", "carrowdale"])
def test_the_register_of_suspects_holds_the_main_suspect_of_each_case_and_others(force: str) -> None:
    suspect = COLUMNS[force]["suspect"]
    main = {(row[COLUMNS[force]["ref"]], row[suspect]) for row in rows(force, "cases.csv") if row[suspect]}
    reference = {"northshire": "suspect_ref", "carrowdale": "Suspect Ref"}[force]
    registered = [(row[COLUMNS[force]["ref"]], row[reference]) for row in rows(force, "suspects.csv")]
    assert main < set(registered)
    assert len(set(registered)) == len(registered)
    in_cases = Counter(reference for _, reference in registered)
    assert sum(count > 1 for count in in_cases.values()) >= 5


def test_saltmere_keeps_no_register_of_suspects() -> None:
    assert "suspects.csv" not in force_files("saltmere")
    assert {"devices.csv", "workforce.csv", "reviews.csv"} <= set(force_files("saltmere"))


def test_what_is_kept_beside_the_logs_belongs_to_the_cases(force: str) -> None:
    cases = {case.ref for case in build_force(force).cases}
    for name, register in build_force(force).registers.items():
        assert name == "workforce" or {row["ref"] for row in register} <= cases


def test_reviews_answer_every_question_of_every_closed_case_with_an_answer_it_offers(force: str) -> None:
    built, questions = build_force(force), load_questions().by_id
    closed = {case.ref for case in built.cases if "closed" in case.dates}
    answers = built.registers["reviews"]
    assert {(row["ref"], row["question"]) for row in answers} == set(product(closed, questions))
    assert all(row["answer"] in questions[row["question"]].answers for row in answers)


def test_northshire_is_weak_and_carrowdale_good_in_what_is_kept_beside_the_logs() -> None:
    def share(force: str, name: str, field: str) -> float:
        known = [row[field] for row in build_force(force).registers[name] if row[field] in ("yes", "no")]
        return known.count("yes") / len(known)

    for name, field in (
        ("devices", "limited"),
        ("suspects", "disruption"),
        ("workforce", "trained"),
        ("reviews", "answer"),
    ):
        assert share("northshire", name, field) < share("carrowdale", name, field) - 0.2


def test_a_force_has_many_templates_and_every_one_can_be_used(force: str) -> None:
    settings = build_force(force).settings
    templates = [
        text for groups in settings["stages"].values() for group in groups for text in group["entries"]
    ]
    assert len(templates) >= 120
    assert len(set(templates)) == len(templates)
    slots = {slot[0].lower() + slot[1:] for text in templates for slot in re.findall(r"\{(\w+)\}", text)}
    slots |= {
        slot
        for texts in settings["phrases"].values()
        for text in texts
        for slot in re.findall(r"\{(\w+)\}", text)
    }
    assert set(settings["phrases"]) <= {slot[0].lower() + slot[1:] for slot in slots}
    assert set(settings["stages"]) == {step["stage"] for step in settings["journey"]}


def test_no_slot_is_left_open(force: str) -> None:
    assert not re.findall(r"\{\w+\}|\[[^\]\n]*\|", all_text(force))


def test_a_template_does_not_fit_until_its_slots_can_be_filled() -> None:
    wording = Wording({}, Draw("any"))
    templates = ["Interviewed on {d_interviewed}."]
    assert wording.choose(templates, {}, tags=set(), said=set()) is None
    assert wording.choose(templates, {"d_interviewed": "2 May"}, tags=set(), said=set()) == templates[0]


@pytest.mark.parametrize(
    ("condition", "tags", "fits"),
    [
        ("<drink>", {"drink"}, True),
        ("<drink>", {"date"}, False),
        ("<!child>", {"child"}, False),
        ("<drink/date !child>", {"date"}, True),
        ("<drink/date !child>", {"date", "child"}, False),
    ],
)
def test_conditions_limit_a_template_to_some_cases(condition: str, tags: set[str], fits: bool) -> None:
    chosen = Wording({}, Draw("any")).choose([f"{condition} Text."], {}, tags=tags, said=set())
    assert (chosen is not None) == fits


def test_the_least_used_wording_comes_first() -> None:
    wording = Wording({"opening": ["One.", "Two.", "Three."]}, Draw("any"))
    written = [wording.write("{Opening}", {}, tags=set(), said=set()) for _ in range(3)]
    assert sorted(written) == ["One.", "Three.", "Two."]


def test_a_ticked_box_is_not_a_choice() -> None:
    assert take_choices("[x] Done [ ] Not done", Draw("any")) == "[x] Done [ ] Not done"


def test_a_country_has_uneven_forces_of_names_that_no_force_has_and_is_the_same_every_time():
    planned = plan_country(43, 1_000_000)
    assert plan_country(43, 1_000_000) == planned
    assert len({force.force for force in planned}) == 43
    assert not re.findall(rf"\b(?:{REAL_FORCES})\b", " ".join(force.name for force in planned))
    sizes = sorted(force.times for force in planned)
    assert sizes[-1] > 10 * sizes[0]


def test_a_made_up_force_of_a_country_has_the_same_files_every_time_and_can_be_inspected(tmp_path):
    once, again = tmp_path / "once", tmp_path / "again"
    for folder in (once, again):
        ((planned, notes),) = write_country(folder, plan_country(1, 150))
    assert notes == pytest.approx(150, rel=0.4)
    for file in (file.relative_to(once) for file in once.rglob("*") if file.is_file()):
        assert (once / file).read_bytes() == (again / file).read_bytes()
    parameters = load_parameters(once / f"{planned.force}.yml")
    files = read_case_files(parameters)
    drawn = draw(files.cases, files.notes["case_id"].value_counts(), parameters)
    assert len(drawn.sample.cases) > 5
