"""A fictional country: forces of uneven size, each writing as one of the three does, for tests of load.

``python -m inspections.fictional.country FOLDER --forces 43 --notes 1000000`` writes a folder a force, its
parameter file, and the inspection's. The same numbers and seed give the same bytes.
"""

from __future__ import annotations

import argparse
import math
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from inspections.fictional.forces import FORCES, build, files_of, read_settings
from inspections.fictional.wording import Draw
from parameters import PROJECT
from parameters.plain_yaml import load_yaml

__all__ = ["Planned", "plan_country", "write_country"]

_PARAMETERS = PROJECT / "parameters"
_NOTES_IN_A_CASE = 9.5
"""What the three forces' logs hold on average."""
_TOO_FEW_TO_DRAW = 45
"""Closed cases below which a force has every one read: the inspection's sample would hardly be one."""
_UNEVEN = 0.8
"""Standard deviation of the logarithm of sizes: the largest of 43 forces is some forty times the smallest."""
_FIRST = (
    "alder barley bracken clover damson elder fennel gorse heather ivy juniper lark marigold "
    "nettle otter pebble quill rowan sorrel teasel umber vetch willow yarrow"
)
_SECOND = ("shire", "dale", "mere")


class Planned(NamedTuple):
    """One force of the country before it is built: short name, the force it is like, times as many cases."""

    force: str
    like: str
    times: float

    @property
    def name(self) -> str:
        """Name as printed."""
        return f"{self.force.capitalize()} Police"


def plan_country(forces: int, notes: int, *, seed: str = "country") -> list[Planned]:
    """Say how large each force is, so that all together write about so many notes.

    Parameters
    ----------
    forces : int
        At most 72.
    notes : int
        Entries of all logs together, met within some per cent.
    seed : str
        Any words.

    Raises
    ------
    ValueError
        When more forces are asked for than there are names.
    """
    names = [first + second for second in _SECOND for first in _FIRST.split()]
    if not 1 <= forces <= len(names):
        raise ValueError(f"1 to {len(names)} forces can be made; {forces} were asked for.")
    draw = Draw(seed, "country")
    normal = NormalDist()
    sizes = [math.exp(_UNEVEN * normal.inv_cdf((place + 0.5) / forces)) for place in range(forces)]
    share = notes / sum(sizes)
    likes = [FORCES[place % len(FORCES)] for place in range(forces)]
    return [
        Planned(name, like, size * share / _NOTES_IN_A_CASE / _cases(read_settings(like)))
        for name, like, size in zip(sorted(names[:forces]), likes, draw.shuffled(sizes), strict=True)
    ]


def write_country(folder: Path, planned: list[Planned], *, jobs: int = 1) -> Iterator[tuple[Planned, int]]:
    """Write every force's extracts and parameter file, and the inspection's, into a folder.

    Yields
    ------
    tuple of Planned and int
        Each force when its files stand, and the entries its logs hold.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_PARAMETERS / "inspection.yml", folder / "inspection.yml")
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        written = pool.map(_write_force, [folder] * len(planned), planned)
        yield from zip(planned, written, strict=True)


def _write_force(folder: Path, planned: Planned) -> int:
    force = build(_settings(planned))
    extracts = folder / planned.force
    extracts.mkdir(exist_ok=True)
    for name, content in files_of(force).items():
        (extracts / name).write_bytes(content)
    with (folder / f"{planned.force}.yml").open("w", encoding="utf-8") as file:
        yaml = YAML(typ="safe", pure=True)
        yaml.default_flow_style = False
        yaml.dump(_parameters(planned, force.settings), file)
    return sum(len(log) for log in force.logs.values())


def _settings(planned: Planned) -> Mapping[str, Any]:
    like = read_settings(planned.like)
    return {
        **like,
        "name": planned.name,
        "about": f"{planned.name} writes as {like['name']} does, and is {planned.times:.1f} times as large.",
        "seed": planned.force,
        "reference": f"{planned.force[:3].upper()}FIC/{{number}}/{{year}}",
        "cases": {
            when: {decision: math.ceil(count * planned.times) for decision, count in decisions.items()}
            for when, decisions in like["cases"].items()
        },
        "defects": {name: math.ceil(count * planned.times) for name, count in like["defects"].items()},
    }


def _parameters(planned: Planned, settings: Mapping[str, Any]) -> dict[str, Any]:
    parameters: dict[str, Any] = load_yaml((_PARAMETERS / f"{planned.like}.yml").read_text(encoding="utf-8"))
    parameters |= {"force": planned.force, "name": planned.name, "approved_extracts": []}
    for source in parameters["sources"].values():
        source["path"] = f"{planned.force}/{Path(source['path']).name}"
    if sum(settings["cases"]["closed in the period"].values()) < _TOO_FEW_TO_DRAW:
        parameters["sample"] = {"size": "all"}
    return parameters


def _cases(settings: Mapping[str, Any]) -> int:
    return sum(count for decisions in settings["cases"].values() for count in decisions.values())


def main() -> None:
    """Write a country and say what each force holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--forces", type=int, default=43)
    parser.add_argument("--notes", type=int, default=1_000_000)
    parser.add_argument("--seed", default="country")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    total = 0
    planned = plan_country(asked.forces, asked.notes, seed=asked.seed)
    for force, notes in write_country(asked.folder, planned, jobs=asked.jobs):
        total += notes
        print(f"{force.force}.yml: {force.name}, like {force.like}: {notes:,} notes", flush=True)
    print(f"{total:,} notes of {len(planned)} forces")


if __name__ == "__main__":
    main()
