from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import NAMES, Site
from project_copy import copy_project
from pypdf import PdfReader
from release_folder import build_release
from ruamel.yaml import YAML

from parameters import PROJECT, InspectionError
from reports import refresh, render
from reports.gate.access import pages_accessible
from reports.gate.html_page import read_page
from reports.render import find_quarto
from reports.tables import Column, pipe_table


class Page(HTMLParser):
    """Start tags of a page in order, its headings and its text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def pdf_text(path: Path) -> str:
    if program := shutil.which("pdftotext"):
        command = [program, "-layout", str(path), "-"]
        return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def without_quarto(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setenv("QUARTO_PATH", str(root / "no quarto here"))


@pytest.fixture(
    params=["index.html", "reports/register/index.html", *(f"reports/{force}/index.html" for force in NAMES)]
)
def page(request: pytest.FixtureRequest, site: Site) -> Page:
    return Page(site.folder / request.param)


def test_pages_are_where_quarto_would_put_them_and_nothing_else_is(site: Site) -> None:
    files = {path.relative_to(site.folder).as_posix() for path in site.folder.rglob("*") if path.is_file()}
    expected = {"index.html", "reports/register/index.html", "reports/register/recommendations.csv"}
    for force in NAMES:
        expected |= {f"reports/{force}/index.html", f"reports/{force}/{force}-report.pdf"}
    assert files == expected
    assert [report.force for report in site.reports] == list(NAMES)
    assert {report.renderer for report in site.reports} == {"embedded (pandoc and typst wheels)"}


def test_a_page_needs_nothing_from_outside_itself(page: Page) -> None:
    assert not page.all("script", "iframe", "object", "video")
    assert not [link for link in page.all("link") if link.get("rel") != "icon"]
    assert all((image["src"] or "").startswith("data:") for image in page.all("img"))
    assert not [link for link in page.all("a") if re.match(r"https?:|//", link["href"] or "")]


def test_every_link_inside_a_page_leads_somewhere(page: Page) -> None:
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = {link["href"] or "" for link in page.all("a")}
    assert {link[1:] for link in links if link.startswith("#")} <= ids


def test_links_between_pages_lead_somewhere(site: Site) -> None:
    for path in site.folder.rglob("index.html"):
        for link in Page(path).all("a"):
            target = (link["href"] or "").partition("#")[0]
            assert not target or (path.parent / target).is_file(), target


def test_headings_step_down_one_level_at_a_time_from_one_title(page: Page) -> None:
    main = page.tags.index(next(tag for tag in page.tags if tag[0] == "main"))
    levels = [int(tag[1]) for tag, _ in page.tags[main:] if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_every_image_has_a_text_alternative_that_is_not_its_caption(site: Site) -> None:
    page = Page(site.folder / "reports/northshire/index.html")
    alternatives = [image["alt"] for image in page.all("img")]
    assert "A dot for each case file; most lie left of the line marked “equal effort”." in alternatives
    assert all(alternatives)
    assert "Balance of recorded effort in each sampled case file" not in alternatives


def test_tables_have_captions_and_scopes(page: Page) -> None:
    assert len(page.all("caption")) == len(page.all("table"))
    assert bool(page.all("th")) == bool(page.all("table"))
    assert {header.get("scope") for header in page.all("th")} <= {"col", "row"}


def test_a_page_has_a_language_landmarks_and_a_skip_link(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "en-GB"
    assert page.all("main")[0]["id"] == "main"
    assert page.all("header", "nav", "footer")
    assert page.all("a")[0]["href"] == "#main"


def test_a_fictional_force_is_called_fictional_on_every_page(site: Site) -> None:
    assert "Every force on this page is fictional" in Page(site.folder / "index.html").text
    for report in site.reports:
        assert f"{NAMES[report.force]} is fictional" in Page(report.html).text
        pages = PdfReader(report.pdf).pages
        assert all("is fictional" in page.extract_text() for page in pages)


@pytest.mark.parametrize(
    ("made_up", "notice"),
    [
        ((True, True), "Every force on this page is fictional"),
        ((True, False), "Fictional on this page: Northshire Police"),
        ((False, False), None),
    ],
)
def test_the_home_page_calls_only_fictional_forces_fictional(
    made_up: tuple[bool, bool], notice: str | None, project: Path, tmp_path: Path
) -> None:
    for force, fictional in zip(("northshire", "saltmere"), made_up, strict=True):
        folder = build_release(tmp_path / force, force=force, name=NAMES[force])
        facts = json.loads((folder / "force.json").read_text(encoding="utf-8"))
        (folder / "force.json").write_text(json.dumps({**facts, "fictional": fictional}), encoding="utf-8")
        refresh(force, folder, root=project)
    text = (project / "reports/home/_metadata.yml").read_text(encoding="utf-8")
    assert YAML(typ="safe").load(text).get("fictional") == notice
    listed = (project / "reports/home/_generated/reports.md").read_text(encoding="utf-8")
    assert listed.count("(fictional") == sum(made_up)


def test_html_and_pdf_hold_the_same_headings_and_captions_in_the_same_order(site: Site) -> None:
    html = site.reports[0].html.read_text(encoding="utf-8")
    main = html[html.index("<main") :]
    found = re.findall(r"<(h[23]|caption|figcaption)[^>]*>(.*?)</\1>", main, flags=re.DOTALL)
    words = [squeezed(re.sub(r"<[^>]+>", "", text)) for _, text in found]
    text = squeezed(pdf_text(site.reports[0].pdf))
    place = text.index("Page2of")
    for each in words:
        place = text.index(each, place)


def squeezed(text: str) -> str:
    for code, sign in (("&amp;", "&"), ("&#39;", "'"), ("&quot;", '"')):
        text = text.replace(code, sign)
    return re.sub(r"\s+", "", text)


def test_a_quoted_note_reads_the_same_in_html_and_pdf(site: Site) -> None:
    note = "VIC vague re *timings* | {{< meta title >}} @OIC <unk> `{python} 1`"
    assert note in " ".join(Page(site.reports[0].html).text.split())
    assert squeezed(note) in squeezed(pdf_text(site.reports[0].pdf))


def test_the_home_page_lists_forces_by_name_and_not_by_rank(site: Site) -> None:
    text = Page(site.folder / "index.html").text
    places = [text.index(name) for name in sorted(NAMES.values())]
    assert places == sorted(places)


def test_every_row_of_a_long_table_is_on_paper_below_a_repeated_header(
    project: Path, release_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_quarto(monkeypatch, project)
    keys = [f"ROW{number:03}" for number in range(300)]
    table = pipe_table(
        [Column("Key heading", 1), Column("Words", 2)],
        ((key, "some words") for key in keys),
        caption="Long",
        label="long",
    )
    text = project / "reports/northshire/index.qmd"
    text.write_text(text.read_text(encoding="utf-8") + f"\n## Long table\n\n{table}", encoding="utf-8")
    refresh("northshire", release_folder, root=project)
    (report,) = render(["northshire"], site_folder=project / "_site", root=project)
    printed = pdf_text(report.pdf)
    assert [key for key in keys if printed.count(key) != 1] == []
    assert printed.count("Key heading") > 3


def test_a_second_render_makes_the_same_bytes(
    project: Path, release_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_quarto(monkeypatch, project)
    refresh("northshire", release_folder, root=project)
    rendered = []
    for site in ("one", "two"):
        (report,) = render(["northshire"], site_folder=project / site, root=project)
        rendered.append((report.pdf.read_bytes(), report.html.read_bytes()))
    assert rendered[0] == rendered[1]


def test_the_pdf_is_tagged_titled_and_dated_by_its_publication(site: Site) -> None:
    reader = PdfReader(site.reports[0].pdf)
    assert reader.metadata is not None
    assert reader.metadata.title == "How Northshire Police investigates rape and serious sexual offences"
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date().isoformat() == "2026-11-12"
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_data()


def test_a_report_keeps_its_place_when_another_force_is_rendered(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_quarto(monkeypatch, project)
    for force in ("northshire", "saltmere"):
        refresh(force, build_release(tmp_path / force, force=force, name=NAMES[force]), root=project)
    for force in ("northshire", "saltmere"):
        render([force], site_folder=project / "_site", root=project)
    assert (project / "_site/reports/northshire/index.html").is_file()
    home = Page(project / "_site/index.html").text
    assert "Northshire Police" in home
    assert "Saltmere Police" in home


def test_a_text_with_a_dead_end_changes_nothing_on_the_site(
    project: Path, release_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_quarto(monkeypatch, project)
    refresh("northshire", release_folder, root=project)
    text = project / "reports/northshire/index.qmd"
    text.write_text(text.read_text(encoding="utf-8") + "\n{{< meta no.such >}}\n", encoding="utf-8")
    with pytest.raises(InspectionError, match=r"no\.such"):
        render(["northshire"], site_folder=project / "_site", root=project)
    assert not (project / "_site").exists()


def test_a_heading_level_that_is_skipped_stops_its_report_and_no_other(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_quarto(monkeypatch, project)
    for force in ("northshire", "saltmere"):
        refresh(force, build_release(tmp_path / force, force=force, name=NAMES[force]), root=project)
    text = project / "reports/saltmere/index.qmd"
    text.write_text(text.read_text(encoding="utf-8") + "\n## Chapter\n\n#### Too deep\n", encoding="utf-8")
    with pytest.raises(InspectionError, match="cannot be set as an accessible PDF") as error:
        render(["northshire", "saltmere"], site_folder=project / "_site", root=project)
    assert "heading" in str(error.value)
    assert (project / "_site/reports/northshire/index.html").is_file()
    assert not (project / "_site/reports/saltmere").exists()
    home = Page(project / "_site/index.html").text
    assert "Northshire Police" in home
    assert "Saltmere Police" not in home


def test_a_force_that_was_never_refreshed_is_named(project: Path) -> None:
    with pytest.raises(InspectionError, match="reports/saltmere: has no generated partials"):
        render(["saltmere"], site_folder=project / "_site", root=project)


def test_quarto_path_comes_before_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "quarto"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("QUARTO_PATH", str(program))
    assert find_quarto() == str(program)
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / "absent"))
    assert find_quarto() is None


@pytest.fixture(scope="module")
def quarto_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    if find_quarto() is None:
        pytest.skip("Quarto is neither at QUARTO_PATH nor on PATH")
    root = copy_project(tmp_path_factory.mktemp("quarto") / "my project")
    for force, name in NAMES.items():
        refresh(force, build_release(root / "evidence" / force, force=force, name=name), root=root)
    return Site(root, root / "_site", render(list(NAMES), site_folder=root / "_site", root=root))


def test_quarto_makes_the_same_pages_with_the_same_words(quarto_site: Site, site: Site) -> None:
    assert all(report.renderer.startswith("Quarto ") for report in quarto_site.reports)
    for ours, theirs in zip(site.reports, quarto_site.reports, strict=True):
        assert captions(theirs.html) == captions(ours.html)
        assert sorted(squeezed(Page(theirs.html).text)) == sorted(squeezed(Page(ours.html).text))
        assert squeezed(pdf_text(theirs.pdf)) == squeezed(pdf_text(ours.pdf))


def test_quartos_pages_are_as_accessible_as_the_others(quarto_site: Site) -> None:
    paths = sorted(quarto_site.folder.rglob("*.html"))
    pages = {path.parent.name: read_page(path.read_text(encoding="utf-8")) for path in paths}
    assert pages_accessible(pages).found == ()


def captions(path: Path) -> list[str]:
    found = re.findall(
        r"<(h[1-3]|caption|figcaption)[^>]*>(.*?)</\1>", path.read_text(encoding="utf-8"), re.DOTALL
    )
    return [f"{tag}: {squeezed(re.sub(r'<[^>]+>', '', text))}" for tag, text in found]


def test_the_projects_own_texts_name_a_lead_inspector_and_type_no_numbers() -> None:
    for force in NAMES:
        text = (PROJECT / "reports" / force / "index.qmd").read_text(encoding="utf-8")
        prose = re.sub(r"\{\{<.*?>\}\}|@tbl-[\w-]+", "", text)
        assert "lead inspector" in prose
        assert not re.findall(r"\d", prose)
