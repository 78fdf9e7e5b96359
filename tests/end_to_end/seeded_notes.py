"""A force whose notes hold secrets, and a machine whose every corner is searched for them."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import psutil
from ruamel.yaml import YAML

from parameters import PROJECT

FORCE = "northshire"
CANARIES = {
    "Quarto shortcode": "{{< include ../restricted/notes.md >}} Zebulon Quorthwaite {{< meta seed >}}",
    "raw HTML": "</td></p><script>alert('Ysolde Trevanquist')</script><img src=x onerror=y>",
    "raw block": "```{=html} <b>Xavierine Plumtree-Voss</b> ```",
    "Typst": '#read("/etc/passwd") #text(fill: red)[Wilhelmtje Oxcastle] $ x $',
    "table": "| Peregrine Umberslade | NSFIC/999901/25 |\n|---|---|",
    "citation": "@tbl-gaps @Quenilda.Frostwick [@fig-balance] zzcanary@example.org",
    "link": "[Thaddeora Blinkhorn](https://example.org/zzcanary) <https://example.org/zzcanary>",
    "attribute": "![x](y){onload=alert(1) title=Hepzibaline}",
    "telephone number": "ring 07700 900999 or +44 1632 960999 for Barnabus Wrenfold, DOB 29/02/1988",
    "code": "`{python} open('/x').read()` `=1+1` Ottilexa Grimsdyke",
}
"""Ways out of a text, each with somebody's name or number in it."""

NAMES = (
    "Zebulon Quorthwaite", "Ysolde Trevanquist", "Plumtree-Voss", "Wilhelmtje Oxcastle",
    "Peregrine Umberslade",
    "Frostwick", "Thaddeora Blinkhorn", "Hepzibaline", "Barnabus Wrenfold", "Ottilexa Grimsdyke",
)  # fmt: skip
OTHERS = ("NSFIC/999901/25", "zzcanary", "07700 900999", "1632 960999", "29/02/1988")
PHRASE = "the blue lantern hung crooked above the third stair that night"
"""In every note, beside each canary: more than eight words of a note."""

SECRETS = (*NAMES, *OTHERS, PHRASE)

SUSPECT_WORK = "IP vague and not credible. Interview suspect re consent and check his phone, {}, {}."
"""Makes the coder take notice of the entry, so that it may be proposed as an extract."""


def seed_notes(folder: Path) -> Path:
    """Copy the force with a canary and the phrase in every entry of its notes; return its parameter file."""
    shutil.copytree(PROJECT / "inspections" / "fictional" / FORCE, folder / FORCE)
    notes = folder / FORCE / "notes.csv"
    with notes.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    for number, row in enumerate(rows):
        canary = list(CANARIES.values())[number % len(CANARIES)]
        row[-1] = f"{row[-1]} {SUSPECT_WORK.format(canary, PHRASE)}"
    with notes.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    shutil.copyfile(PROJECT / "parameters" / "inspection.yml", folder / "inspection.yml")
    yaml = YAML()
    settings = yaml.load((PROJECT / "parameters" / f"{FORCE}.yml").read_text(encoding="utf-8"))
    for source in settings["sources"].values():
        source["path"] = str(folder / FORCE / Path(source["path"]).name)
    settings["approved_extracts"] = []
    with (folder / f"{FORCE}.yml").open("w", encoding="utf-8") as file:
        yaml.dump(settings, file)
    return folder / f"{FORCE}.yml"


@dataclass(frozen=True)
class Machine:
    """A machine of one user: home, caches and temporary files in one folder, and all that was said or shown.

    Attributes
    ----------
    folder : Path
        Holds ``home``, ``tmp`` and whatever commands are told to write.
    project : Path
        The toolkit that is used.
    seen : dict
        What processes said, were called, had in their environment or left for a while, by place.
    """

    folder: Path
    project: Path = PROJECT
    seen: dict[str, bytes] = field(default_factory=dict)

    @property
    def sources(self) -> Path:
        """Where the force's own files are: the one place beside ``restricted`` for case material."""
        return self.folder / "sources"

    def inspection(self, *arguments: object, stop_when: Callable[[], bool] = lambda: False) -> int:
        """Run a command with everybody's umask, watched; kill it with all its processes when told to."""
        command = [sys.executable, "-m", "inspections.cli", *map(str, arguments)]
        name, environment = " ".join(map(str, arguments)), self.environment()
        with (self.folder / "tmp" / "said").open("w+b") as said:
            process = subprocess.Popen(
                command, env=environment, stdout=said, stderr=said, cwd=self.folder, umask=0o022
            )
            while process.poll() is None:
                family = _family(process.pid)
                self._look_at(family)
                if stop_when():
                    for one in family:
                        with suppress(psutil.NoSuchProcess):
                            one.kill()
                    process.wait()
                    psutil.wait_procs(family[1:])
                time.sleep(0.1)
            said.seek(0)
            self.seen[f"said by {name}"] = said.read()
        (self.folder / "tmp" / "said").unlink()
        return process.returncode

    def environment(self) -> Mapping[str, str]:
        """Every place that a program might write to by itself, on this machine."""
        home, tmp = self.folder / "home", self.folder / "tmp"
        for place in (home, tmp):
            place.mkdir(exist_ok=True)
        places = {"HOME": home, "TMPDIR": tmp, "PYTHONPYCACHEPREFIX": home / "bytecode"}
        for name in ("CACHE", "CONFIG", "DATA", "STATE"):
            places[f"XDG_{name}_HOME"] = home / name.lower()
        places["XDG_RUNTIME_DIR"] = tmp
        for name in ("DATA", "CONFIG", "RUNTIME"):
            places[f"JUPYTER_{name}_DIR"] = home / "jupyter" / name.lower()
        places["IPYTHONDIR"] = home / "ipython"
        places["MPLCONFIGDIR"] = Path(os.environ.get("MPLCONFIGDIR", home / "matplotlib"))
        return {
            **os.environ,
            "PYTHONPATH": str(self.project),
            **{name: str(at) for name, at in places.items()},
        }

    def _look_at(self, family: list[psutil.Process]) -> None:
        for process in family:
            for name in ("cmdline", "environ"):
                with suppress(OSError):
                    self.seen[f"{name} of {process.pid}"] = Path(f"/proc/{process.pid}/{name}").read_bytes()
        for path in [*(self.folder / "tmp").rglob("*"), *(self.folder / "home").rglob("*")]:
            with suppress(OSError):
                if path.is_file() and path.name != "said":
                    self.seen[f"for a while in {path.relative_to(self.folder)}"] = path.read_bytes()

    def open_to_others(self, *folders: Path) -> list[str]:
        """Files and folders that the modes leave open to anybody but their user."""
        paths = [path for folder in folders for path in (folder, *folder.rglob("*"))]
        assert len(paths) > len(folders)
        # IPython gives every kernel a README of its own, with the mode that it was installed with
        return [str(path) for path in paths if path.stat().st_mode & 0o077 and path.name != "README"]

    def places_of_secrets(self, *allowed: Path) -> list[str]:
        """Where a secret stands, outside the folders allowed to hold it and outside every ``restricted``."""
        places = [place for place, content in self.seen.items() if secret_in(content)]
        for path in sorted(self.folder.rglob("*")):
            inside = path.relative_to(self.folder)
            if "restricted" in inside.parts or any(path.is_relative_to(one) for one in allowed):
                continue
            if secret_in(str(inside).encode()) or (path.is_file() and secret_in(path.read_bytes())):
                places.append(str(inside))
        return places


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


_WORDS = [secret.lower() for secret in SECRETS]
_ENCODED = re.compile(
    b"|".join(re.escape(word.encode(code)) for word in _WORDS for code in ("utf-8", "utf-16-le", "utf-16-be"))
)


def secret_in(content: bytes) -> bool:
    """Whether a secret is in the bytes, or in what they pack."""
    return any(_ENCODED.search(form.lower()) for form in _unpacked(content))


def _unpacked(content: bytes) -> Iterator[bytes]:
    """The bytes, and what they hold where they are an archive, a table, a database or a PDF."""
    yield content
    if content.startswith(b"PK"):
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from _unpacked(archive.read(name))
    elif content.startswith(b"\x1f\x8b"):
        yield from _unpacked(gzip.decompress(content))
    elif content.startswith(b"PAR1"):
        yield pd.read_parquet(io.BytesIO(content)).to_csv().encode()
    elif content.startswith(b"SQLite format 3"):
        database = sqlite3.connect(":memory:")
        database.deserialize(content)
        yield "\n".join(database.iterdump()).encode()
    elif content.startswith(b"%PDF"):
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
            with suppress(zlib.error):
                yield zlib.decompress(stream)
