"""Render force reports and the home page to HTML and PDF, with Quarto where it is found, else without it.

Both ways read the same ``.qmd`` files, templates and style and put the results in the same places. Work is
done in a private copy, and only finished files are moved to the site, each in one step.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pypandoc
import quarto
import typst

from parameters import PROJECT, InspectionError, Problem
from parameters.disk import copy_whole
from reports.changes import mark_draft
from reports.home import NATIONAL, refreshed_reports, write_home
from reports.register import REGISTER, write_register
from reports.source import Source, read_source

__all__ = ["RenderedReport", "find_quarto", "render", "render_each"]

SHARED_PAGES = ("reports/register/index.qmd", "index.qmd")
"""Pages about all forces, the home page last: it is on the site once all it links to is."""

EMBEDDED = "embedded (pandoc and typst wheels)"
_MAKE_NATIONAL = "Run the forces, then compare them: inspection compare"


@dataclass(frozen=True)
class RenderedReport:
    """Where a force's report is and what rendered it; ``seconds`` is wall time."""

    force: str
    html: Path
    pdf: Path
    renderer: str
    seconds: float


def render(forces: Sequence[str], *, site_folder: Path, root: Path = PROJECT) -> list[RenderedReport]:
    """Render the reports of the given forces, the register of recommendations and the home page of the site.

    Parameters
    ----------
    forces : sequence of str
        Forces whose reports have been refreshed.
    site_folder : Path
        Where the site is; pages of other forces in it stay and stay listed on the home page.
    root : Path
        The project's folder.

    Returns
    -------
    list of RenderedReport
        In the order given.

    Raises
    ------
    InspectionError
        When a text cites, includes or refers to something that is not there, or a renderer refuses it. The
        reports of the other forces are on the site none the less.
    """
    rendered, failed = render_each(forces, site_folder=site_folder, root=root)
    if failed:
        raise InspectionError(problem for error in failed.values() for problem in error.problems)
    return rendered


def render_each(
    forces: Sequence[str], *, site_folder: Path, root: Path = PROJECT
) -> tuple[list[RenderedReport], dict[str, InspectionError]]:
    """Render as `render` does, and give back what is wrong with the reports that cannot be, by force."""
    _check_refreshed(forces, root=root)
    on_site = _on_site(site_folder, root=root)
    with tempfile.TemporaryDirectory(prefix="report-") as temporary:
        copy = Path(temporary)
        listed = sorted({*forces, *on_site})
        _copy_sources(root, copy, forces=listed)
        _write_shared(copy, listed)
        for force in forces:
            mark_draft(copy / "reports" / force)
        program = find_quarto()
        engine = _embedded(copy) if program is None else _quarto(program, copy)
        seconds: dict[str, float] = {}
        failed: dict[str, InspectionError] = {}
        for force in forces:
            started = time.monotonic()
            try:
                engine.report(force, read_source(copy / "reports" / force / "index.qmd"))
            except InspectionError as error:
                failed[force] = error
            else:
                seconds[force] = time.monotonic() - started
        if not seconds:
            return [], failed
        if failed:
            _write_shared(copy, sorted({*seconds, *on_site}))
        for page in SHARED_PAGES:
            engine.page(page, read_source(copy / page))
        return _publish(engine, copy, seconds, site_folder=site_folder), failed


def find_quarto() -> str | None:
    """Return the Quarto program, from ``QUARTO_PATH`` or ``PATH``, or None when there is none."""
    found = quarto.path()
    return shutil.which(found) if found else None


def _check_refreshed(forces: Sequence[str], *, root: Path) -> None:
    problems = [
        Problem(
            f"reports/{force}",
            "",
            "",
            "has no generated partials, so there is nothing to render.",
            _MAKE_NATIONAL
            if force == NATIONAL
            else f"Run the notebooks of the force, then refresh its report: inspection report {force}",
        )
        for force in forces
        if force not in refreshed_reports(root)
    ]
    if problems:
        raise InspectionError(problems)


def _on_site(site_folder: Path, *, root: Path) -> list[str]:
    """Forces whose finished report is on the site and whose partials are still there."""
    on_site = {pdf.parent.name for pdf in site_folder.glob("reports/*/*-report.pdf")}
    return [force for force in refreshed_reports(root) if force in on_site]


def _copy_sources(root: Path, copy: Path, *, forces: Sequence[str]) -> None:
    for name in ("_quarto.yml", "index.qmd"):
        shutil.copyfile(root / name, copy / name)
    for folder in ("style", "fonts", "embedded", "template", "register", *forces):
        shutil.copytree(root / "reports" / folder, copy / "reports" / folder)


def _write_shared(copy: Path, listed: list[str]) -> None:
    write_home(copy, listed)
    write_register(copy, listed)


class _Engine(NamedTuple):
    """A way to render: a force's report, a shared page, where they come to lie, and what it is called."""

    report: Callable[[str, Source], None]
    page: Callable[[str, Source], None]
    rendered: Path
    name: str


def _embedded(copy: Path) -> _Engine:
    def report(force: str, source: Source) -> None:
        folder = copy / "reports" / force
        _to_html(source, folder / "index.html", copy=copy)
        _to_pdf(source, folder / f"{force}-report.pdf", copy=copy)

    def page(name: str, source: Source) -> None:
        _to_html(source, (copy / name).with_suffix(".html"), copy=copy)

    return _Engine(report, page, copy, EMBEDDED)


def _to_html(source: Source, target: Path, *, copy: Path) -> None:
    style = copy / "reports" / "style"
    arguments = ["--standalone", "--embed-resources", "--section-divs", "--toc", "--toc-depth=2"]
    arguments += [f"--template={style / 'report.html'}", f"--css={style / 'report.css'}"]
    _pandoc(source, "html", target, copy=copy, arguments=arguments)


def _to_pdf(source: Source, target: Path, *, copy: Path) -> None:
    markup = target.with_suffix(".typ")
    template = copy / "reports" / "style" / "report.typst"
    arguments = ["--standalone", "--shift-heading-level-by=-1", f"--template={template}"]
    _pandoc(source, "typst", markup, copy=copy, arguments=arguments)
    try:
        document, warnings = typst.compile_with_warnings(
            markup,
            root=copy,
            font_paths=[copy / "reports" / "fonts"],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=_published(source),
        )
    except typst.TypstError as error:
        raise _refused(target, "cannot be set as an accessible PDF.", error) from None
    if missing := [warning for warning in warnings if "font" in str(warning)]:
        raise RuntimeError(f"The PDF asks for a font that is not in reports/fonts: {missing[0]}")
    target.write_bytes(document)


def _pandoc(source: Source, to: str, target: Path, *, copy: Path, arguments: list[str]) -> None:
    metadata = [f"--metadata-file={file}" for file in _metadata_files(source, target.parent)]
    filters = (copy / "reports/embedded/quarto.lua", copy / "reports/style/report.lua")
    try:
        pypandoc.convert_text(
            source.text,
            to,
            format="markdown",
            outputfile=str(target),
            extra_args=[*arguments, *metadata, "--wrap=none", "--syntax-highlighting=none"],
            filters=[str(path) for path in filters],
            cworkdir=str(target.parent),
        )
    except RuntimeError as error:
        raise _refused(target, "cannot be read as Markdown.", error) from None


def _refused(target: Path, message: str, error: Exception) -> InspectionError:
    """Tell what a renderer said of an author's text, which by now holds published words only."""
    return InspectionError([Problem(f"reports/{target.parent.name}/index.qmd", "", "", message, str(error))])


def _metadata_files(source: Source, folder: Path) -> list[Path]:
    files = [folder / "_metadata.yml", *(folder / name for name in source.metadata.get("metadata-files", []))]
    return [file for file in files if file.is_file()]


def _published(source: Source) -> datetime:
    return datetime.fromisoformat(source.metadata["published-iso"]).replace(tzinfo=UTC)


def _quarto(program: str, copy: Path) -> _Engine:
    """Render the copy as the project it is; a warning about a missing reference fails it."""
    version = subprocess.run(  # noqa: S603
        [program, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()

    def page(name: str, source: Source) -> None:
        _run_quarto(program, copy, name, published=_published(source))

    def report(force: str, source: Source) -> None:
        page(f"reports/{force}/index.qmd", source)

    return _Engine(report, page, copy / "_site", f"Quarto {version}")


def _run_quarto(program: str, copy: Path, document: str, *, published: datetime) -> None:
    environment = {
        **os.environ,
        "QUARTO_PYTHON": sys.executable,
        "SOURCE_DATE_EPOCH": str(int(published.timestamp())),
        "TYPST_IGNORE_SYSTEM_FONTS": "true",
    }
    done = subprocess.run(  # noqa: S603
        [program, "render", document],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode or "Unable to resolve crossref" in done.stderr:
        last = [line.strip() for line in done.stderr.splitlines() if line.strip()][-5:]
        remedy = "Quarto said:\n" + "\n".join(last)
        raise InspectionError([Problem(document, "", "", "could not be rendered by Quarto.", remedy)])


def _publish(
    engine: _Engine, copy: Path, seconds: dict[str, float], *, site_folder: Path
) -> list[RenderedReport]:
    """Move the pages to the site once all of them are finished, the home page last."""
    reports = []
    for force, taken in seconds.items():
        folder = Path("reports") / force
        html, pdf = folder / "index.html", folder / f"{force}-report.pdf"
        for page in (html, pdf):
            _move(engine.rendered / page, site_folder / page)
        reports.append(RenderedReport(force, site_folder / html, site_folder / pdf, engine.name, taken))
    register = Path("reports") / "register" / REGISTER
    _move(copy / register, site_folder / register)
    for shared in SHARED_PAGES:
        html = Path(shared).with_suffix(".html")
        _move(engine.rendered / html, site_folder / html)
    return reports


def _move(finished: Path, target: Path) -> None:
    """Put a finished file in its place in one step, also from another disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    copy_whole(finished, target)
