"""The national report: what the comparison released, refreshed around its author's text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from national_folder import NAMES, build_national
from release_folder import build_release
from test_report_render import Page, captions, pdf_text, squeezed, without_quarto

from parameters import InspectionError
from reports import refresh, refresh_national, render
from reports.changes import read_changes
from reports.national import national_metadata, national_partials
from reports.national_release import read_national
from reports.render import find_quarto


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return build_national(tmp_path / "national" / "release", earlier=True)


def text_of(folder: Path) -> dict[str, str]:
    return national_partials(read_national(folder), practices={})


def plain(markdown: str) -> str:
    return re.sub(r"\\(.)", r"\1", markdown)


def test_every_result_stands_with_its_interval_and_its_base_by_the_alphabet(release: Path) -> None:
    text = plain(text_of(release)["pillar-1-numbers"])
    first = text.index("| Northshire Police | 46% | 28% to 65% | 11 of 24 sampled case files |")
    assert first < text.index("| Saltmere Police | 88% | 69% to 96% | 21 of 24 sampled case files |")
    assert "Within the limits (31% to 79%)" in text
    assert "Above the 95% limit (31% to 79%)" in text


def test_suppressed_missing_and_not_recorded_stay_apart_and_few_files_are_counts_alone(release: Path) -> None:
    texts = {name: plain(text) for name, text in text_of(release).items()}
    assert "| Northshire Police | Suppressed | – not given |" in texts["pillar-1-numbers"]
    assert "| Saltmere Police | 3 of 8 | – too few cases |" in texts["pillar-1-numbers"]
    assert "| Northshire Police | Not recorded |" in texts["pillar-3-numbers"]
    assert "| Saltmere Police | Missing |" in texts["pillar-3-numbers"]
    assert "| Northshire Police | −0.20 | −0.40 to 0.00 | Suppressed |" in texts["balance"]
    assert "| Saltmere Police | +0.31 | +0.10 to +0.50 | 1 | 1 | 1 | 0 |" in texts["balance"]


def test_balances_put_right_stand_beside_those_counted_and_are_not_mixed_with_them(release: Path) -> None:
    assert "audit" not in text_of(release)["balance"]
    path = release / "measures.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    own = next(line for line in lines if line.startswith("effort-balance,") and "saltmere" in line)
    put_right = own.replace("effort-balance,", "effort-balance-corrected,").replace("0.31", "0.12")
    path.write_text("\n".join([*lines, put_right]) + "\n", encoding="utf-8")
    text = plain(text_of(release)["balance"])
    assert "| Saltmere Police | +0.31 | +0.10 to +0.50 | +0.12 (+0.10 to +0.50) |" in text
    assert "| Northshire Police | −0.20 | −0.40 to 0.00 | No audit |" in text
    assert "and not with one that the program counts" in text


def test_that_coding_was_not_checked_is_said_of_no_force_in_which_it_was(release: Path) -> None:
    assert "how often it is wrong about a force's notes has not been measured" in text_of(release)["doubt"]
    path = release / "measures.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    counted = [line for line in lines if line.startswith("effort-balance,")]
    put_right = [line.replace("effort-balance,", "effort-balance-corrected,") for line in counted]
    path.write_text("\n".join([*lines, put_right[1]]) + "\n", encoding="utf-8")
    text = plain(text_of(release)["doubt"])
    assert "checked its coding of a sample of the notes of Saltmere Police, and the balance of effort" in text
    assert "about the notes of the others has not been measured" in text
    path.write_text("\n".join([*lines, *put_right]) + "\n", encoding="utf-8")
    assert "has not been measured" not in text_of(release)["doubt"]


def test_one_point_and_one_missing_force_are_told_in_the_singular(project: Path, tmp_path: Path) -> None:
    missing = [{"force": "hartmoor", "name": "Hartmoor Police", "why": "failed"}]
    folder = build_national(tmp_path / "release", beyond=1, missing=missing)
    assert "; 1 does." in text_of(folder)["reading"]
    refresh_national(folder, root=project)
    home = (project / "reports/home/_generated/reports.md").read_text(encoding="utf-8")
    assert "without 1 that was to be inspected" in plain(home)


def test_without_a_funnel_nothing_is_said_of_its_points(release: Path) -> None:
    path = release / "funnels.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",shown,", ",not drawn,"), encoding="utf-8")
    reading = text_of(release)["reading"]
    assert reading.startswith("No share has a funnel.")
    assert "points" not in reading


def test_short_forms_keep_their_capitals_in_the_name_of_a_group(release: Path) -> None:
    for name in ("measures", "changes"):
        path = release / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("tested,force", "tested,CPS NFA"), encoding="utf-8")
    texts = text_of(release)
    for name in ("pillar-1-numbers", "earlier"):
        assert "tested: no further action, decided by the CPS {#" in plain(texts[name])


def test_over_dispersion_and_missing_funnels_are_told_once_below_the_tables(release: Path) -> None:
    text = plain(text_of(release)["pillar-1-numbers"])
    assert text.count("over-dispersion cannot be estimated from fewer than 10 forces") == 1
    assert "No funnel where a force's share is suppressed" in text
    reading = plain(text_of(release)["reading"])
    assert "Of their 20 points, about 1 would lie beyond the 95% limits by chance alone" in reading
    assert "; 3 do." in reading
    assert "1 has none because one force or more has too few cases" in reading


def test_a_change_has_both_results_with_their_bases_and_says_what_it_shows(release: Path) -> None:
    text = plain(text_of(release)["earlier"])
    assert "| Saltmere Police | 40% of 30 | 75% of 24 | +35 points (+8 to +55) | Higher |" in text
    assert "| Northshire Police | Suppressed | 75% of 24 | – none | – suppressed then |" in text
    assert "Changes tested: 7, each allowing" in text_of(release)["change"]


@pytest.mark.parametrize(
    ("change", "written"),
    [("0.5", "+1 point (0 to +55)"), ("12.5", "+13 points (0 to +55)"), ("-0.2", "0 points (0 to +55)")],
)
def test_a_change_is_rounded_as_the_results_are(change: str, written: str, release: Path) -> None:
    path = release / "changes.csv"
    text = path.read_text(encoding="utf-8")
    assert ",35,8.4,55.2," in text
    path.write_text(text.replace(",35,8.4,55.2,", f",{change},-0.4,55.2,"), encoding="utf-8")
    assert f"| {written} |" in plain(text_of(release)["earlier"])


def test_forces_that_are_missing_are_named_with_the_reason(tmp_path: Path) -> None:
    missing = [
        {"force": "hartmoor", "name": "Hartmoor Police", "why": "failed"},
        {"force": "elmbury", "name": "elmbury", "why": "not run"},
    ]
    folder = build_national(tmp_path / "release", missing=missing)
    text = plain(text_of(folder)["forces"])
    assert "Not in this report:" in text
    assert "Hartmoor Police (its inspection failed, and gives no result)" in text
    assert "elmbury (its inspection has not been run)" in text
    assert national_metadata(read_national(folder))["counts"]["missing"] == "2"
    assert "Not in this report" not in text_of(build_national(tmp_path / "all"))["forces"]


def test_without_an_earlier_inspection_nothing_is_said_of_change(tmp_path: Path) -> None:
    text = text_of(build_national(tmp_path / "release"))
    assert "No earlier inspection was named" in text["change"]
    assert "|" not in text["earlier"]


def test_every_figure_has_a_link_to_its_numbers(release: Path) -> None:
    texts = text_of(release)
    anchors = set(re.findall(r"\{#([\w-]+)\}", "".join(texts.values())))
    for name in ("pillar-1-figures", "balance", "change"):
        for figure in re.split(r"(?=!\[)", texts[name])[1:]:
            linked = re.search(r"\]\(#([\w-]+)\)|@(tbl-[\w-]+)", figure)
            assert linked is not None
            assert (linked[1] or linked[2]) in anchors | {"numbers-change"}


def test_a_number_where_none_may_be_is_refused(release: Path) -> None:
    path = release / "measures.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"(doubt,force.*?northshire,Northshire Police),,", r"\1,2,", text), encoding="utf-8"
    )
    with pytest.raises(
        InspectionError, match=r"northshire, doubt, force.*is suppressed, yet the row carries"
    ):
        read_national(release)


def test_a_release_folder_that_is_not_whole_is_refused_with_what_to_do(release: Path) -> None:
    (release / "funnels.csv").unlink()
    with pytest.raises(InspectionError, match=r"funnels\.csv: is not there.*\n.*inspection compare"):
        read_national(release)


def test_the_authors_text_is_made_once_and_never_touched_again(project: Path, release: Path) -> None:
    text = project / "reports" / "national" / "index.qmd"
    text.unlink()
    refresh_national(release, root=project)
    assert "The author is to write here" in text.read_text(encoding="utf-8")
    text.write_text(
        "---\ntitle: Ours\n---\n\nWe compared {{< meta counts.measures >}} measures.\n", encoding="utf-8"
    )
    before = text.read_bytes()
    refresh_national(release, root=project)
    assert text.read_bytes() == before
    facts = json.loads((release / "national.json").read_text(encoding="utf-8"))
    rows = (release / "measures.csv").read_text(encoding="utf-8").splitlines()
    (release / "measures.csv").write_text("\n".join(rows[:5]) + "\n", encoding="utf-8")
    (release / "national.json").write_text(json.dumps(facts), encoding="utf-8")
    refresh_national(release, root=project)
    (flag,) = read_changes(text.parent)
    assert str(flag.changes[0]) == "counts.measures was 4 and is now 2"


def test_promising_practices_that_authors_recorded_are_named_with_their_force(
    project: Path, release: Path
) -> None:
    decisions = project / "reports" / "saltmere" / "recommendations.yml"
    entry = {
        "id": "daily-call", "kind": "promising practice", "pillar": 3,
        "text": "Officers call at an [agreed hour](#finding-told), in {{< meta counts.sample >}} files.",
        "reasons": "Files show it.", "findings": ["any"], "author": "Ruth Marlowe", "date": "2026-11-02",
    }  # fmt: skip
    draft = entry | {"id": "draft", "text": "Not yet decided.", "status": "draft"}
    other = entry | {"id": "other", "kind": "area for improvement", "text": "Something else."}
    decisions.write_text(json.dumps({"judgements": [entry, draft, other]}), encoding="utf-8")
    generated = project / "reports" / "saltmere" / "_generated"
    generated.mkdir()
    (generated / "headline.json").write_text(
        json.dumps({"force": "saltmere", "name": "Saltmere Police", "fictional": True, "publisher": "We",
                    "published": "2026-11-12", "contact": "", "about": "on 24 case files"}),
        encoding="utf-8",
    )  # fmt: skip
    (generated.parent / "_metadata.yml").write_text('counts: {sample: "7"}\n', encoding="utf-8")
    refresh_national(release, root=project)
    text = plain((project / "reports/national/_generated/practice.md").read_text(encoding="utf-8"))
    assert (
        "**Saltmere Police.** Officers call at an [agreed hour](../saltmere/index.html#finding-told), in 7"
        in text
    )
    assert "../saltmere/index.html" in text
    assert "Not yet decided" not in text
    assert "Something else" not in text


def test_the_notice_names_only_fictional_forces(release: Path) -> None:
    path = release / "national.json"
    assert national_metadata(read_national(release))["fictional"] == "Every force in this report is fictional"
    facts = json.loads(path.read_text(encoding="utf-8")) | {"fictional": False}
    facts["forces"][0]["fictional"] = False
    path.write_text(json.dumps(facts), encoding="utf-8")
    assert (
        national_metadata(read_national(release))["fictional"] == "Fictional in this report: Saltmere Police"
    )


def made(project: Path, release: Path, tmp_path: Path) -> Path:
    for force, name in NAMES.items():
        refresh(force, build_release(tmp_path / "evidence" / force, force=force, name=name), root=project)
    refresh_national(release, root=project)
    (page,) = render(["national"], site_folder=project / "_site", root=project)
    return page.html


def test_the_report_is_a_page_and_an_accessible_pdf_that_the_home_page_links(
    project: Path, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_quarto(monkeypatch, project)
    html = made(project, release, tmp_path)
    page = Page(html)
    assert all(image["alt"] for image in page.all("img"))
    assert len(page.all("caption")) == len(page.all("table"))
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert {link["href"][1:] for link in page.all("a") if (link["href"] or "").startswith("#")} <= ids
    printed = squeezed(pdf_text(html.with_name("national-report.pdf")))
    for caption in captions(html):
        assert caption.partition(": ")[2] in printed
    home = Page(project / "_site" / "index.html")
    links = [link["href"] for link in home.all("a")]
    assert "reports/national/index.html" in links
    assert "reports/national/national-report.pdf" in links
    render(["saltmere"], site_folder=project / "_site", root=project)
    home = Page(project / "_site" / "index.html")
    links = [link["href"] for link in home.all("a")]
    assert links.index("reports/national/index.html") < links.index("reports/saltmere/index.html")


@pytest.mark.skipif(find_quarto() is None, reason="Quarto is neither at QUARTO_PATH nor on PATH")
def test_quarto_makes_the_same_national_report(
    project: Path, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = made(project, release, tmp_path)
    words, printed = squeezed(Page(theirs).text), squeezed(pdf_text(theirs.with_name("national-report.pdf")))
    without_quarto(monkeypatch, project)
    (ours,) = render(["national"], site_folder=project / "_embedded", root=project)
    assert sorted(words) == sorted(squeezed(Page(ours.html).text))
    assert printed == squeezed(pdf_text(ours.pdf))


def test_a_national_report_that_was_never_made_is_named_with_what_to_do(project: Path) -> None:
    with pytest.raises(InspectionError, match="inspection compare"):
        render(["national"], site_folder=project / "_site", root=project)


def test_the_projects_own_national_text_names_a_lead_inspector_and_types_no_numbers(project: Path) -> None:
    text = (project / "reports" / "national" / "index.qmd").read_text(encoding="utf-8")
    prose = re.sub(r"\{\{<.*?>\}\}|@tbl-[\w-]+|\(#[\w-]+\)|\{#[\w-]+\}", "", text)
    assert "lead inspector" in prose
    assert not re.findall(r"\d(?!5% |5%\n)", prose.replace("95%", ""))
