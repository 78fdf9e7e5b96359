"""What the release gate refuses, what it leaves to a person, and what it writes once nothing fails."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import typst
from gate_evidence import FORCE, Gated, build_gated
from project_copy import copy_project

from parameters import InspectionError
from reports.gate import Checked, check, check_release, release_force
from reports.gate.html_page import read_page
from reports.gate.items import Item


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Gated:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUARTO_PATH", str(tmp_path_factory.mktemp("none") / "quarto"))
        return build_gated(copy_project(tmp_path_factory.mktemp("gate") / "project"))


@pytest.fixture
def gated(built: Gated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gated:
    """A copy of the project, to be spoiled."""
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / "quarto"))
    return Gated(Path(shutil.copytree(built.root, tmp_path / "project")))


@pytest.fixture(scope="module")
def short_pdf() -> bytes:
    text = '#set document(title: "Report")\n#set text(lang: "en")\nWe read 24 case files.'
    return typst.compile(text.encode(), pdf_standards=["ua-1"])


@pytest.fixture
def quick(gated: Gated, short_pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes seconds: rendering anew, which any change by hand fails, and the long PDF."""
    gated.page.with_name(f"{FORCE}-report.pdf").write_bytes(short_pdf)
    monkeypatch.setattr(check, "made_anew", lambda *_, **__: Item("made-anew", ""))


def judged(gated: Gated, **more: Path) -> Checked:
    return check_release(FORCE, gated.evidence, site=gated.site, root=gated.root, **more)


def failing(checked: Checked) -> list[str]:
    return [item.id for item in checked.items if item.grade == "fail"]


def item(checked: Checked, name: str) -> Item:
    return next(each for each in checked.items if each.id == name)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_finished_report_is_released_whole(gated: Gated, tmp_path: Path) -> None:
    checked, page, package = release_force(
        FORCE, gated.evidence, site=gated.site, to=tmp_path / "out", root=gated.root
    )
    assert failing(checked) == []
    assert package == tmp_path / "out" / f"rasso-2026-{FORCE}"
    manifest = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
    files = {
        path.relative_to(package).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in package.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert files == {path: told["sha256"] for path, told in manifest["files"].items()}
    assert {f"reports/{FORCE}/index.html", f"reports/{FORCE}/{FORCE}-report.pdf", "data/indicators.csv"} <= {
        *files
    }
    assert manifest["pages"] == checked.publication.fingerprint
    assert checked.publication.fingerprint in page.read_text(encoding="utf-8")
    assert [path.name for path in package.parent.iterdir()] == [package.name]


def test_two_releases_of_the_same_report_have_the_same_bytes(
    gated: Gated, tmp_path: Path, quick: None
) -> None:
    packages = [
        release_force(FORCE, gated.evidence, site=gated.site, to=tmp_path / name, root=gated.root)[2]
        for name in ("one", "two")
    ]
    first, second = (
        {path.relative_to(package): path.read_bytes() for path in package.rglob("*") if path.is_file()}
        for package in packages
        if package is not None
    )
    assert first == second


def test_a_page_changed_by_hand_is_not_what_texts_and_evidence_give(gated: Gated) -> None:
    edit(gated.page, "</main>", "<p>One word more.</p></main>")
    assert failing(judged(gated)) == ["made-anew"]


def change_extract(gated: Gated) -> None:
    edit(gated.evidence / "manifest.json", "x-77aa02", "x-000000")


def change_release(gated: Gated) -> None:
    edit(gated.evidence / "release" / "indicators.csv", "24 sampled case files", "25 sampled case files")


def draft(gated: Gated) -> None:
    path = gated.folder / "recommendations.yml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = max(number for number, line in enumerate(lines) if "status: accepted" in line)
    path.write_text("".join(lines[: at - 1] + lines[at + 1 :]), encoding="utf-8")


SPOILED: dict[str, tuple[Callable[[Gated], object], str]] = {
    "a name in a comment": (
        lambda gated: edit(gated.page, "<main", "<!-- Quillfeather --><main"),
        "names",
    ),
    "a reference on the home page": (
        lambda gated: edit(gated.site / "index.html", "<main", "<i>NSFIC/000151/23</i><main"),
        "references",
    ),
    "a name in the reason of an override": (
        lambda gated: gated.sign(
            overrides=[
                {"item": "axe", "reason": "Quillfeather agreed to it.", "by": "R. M.", "date": "2026-11-03"}
            ]
        ),
        "names",
    ),
    "a cell of a table": (lambda gated: edit(gated.page, ">Suppressed</td>", ">12%</td>"), "tables-agree"),
    "a hidden number in prose": (
        lambda gated: edit(
            gated.page,
            "</main>",
            "<p>Case files where doubt about the victim is answered: 5 of 24.</p></main>",
        ),
        "hidden-numbers",
    ),
    "a hidden number in a figure": (
        lambda gated: (gated.page.parent / "chart.svg").write_text(
            "<svg><text>Case files where doubt about the victim is answered, 5 of 24</text></svg>"
        ),
        "hidden-numbers",
    ),
    "a hidden number in a search index": (
        lambda gated: (gated.site / "search.json").write_text(
            '["Case files where doubt about the victim is answered: 5 of the 24"]'
        ),
        "hidden-numbers",
    ),
    "a released row that is hidden": (
        lambda gated: (gated.evidence / "release" / "more.csv").write_text(
            "status,numerator\nsuppressed,4\n"
        ),
        "release-hides",
    ),
    "a hidden row that tells how far a field is filled in": (
        lambda gated: (gated.evidence / "release" / "more.csv").write_text(
            "status,filled\nsuppressed,90% or more\n"
        ),
        "release-hides",
    ),
    "a changed release folder": (change_release, "release-untouched"),
    "a number from nowhere": (
        lambda gated: edit(gated.page, "</main>", "<p>We spoke to 9871 people.</p></main>"),
        "numbers-trace",
    ),
    "a percentage without a base": (
        lambda gated: edit(gated.page, "</main>", "<p>Most, 58%, were late.</p></main>"),
        "percentages",
    ),
    "a draft": (draft, "recommendations"),
    "a placeholder": (
        lambda gated: edit(
            gated.folder / "index.qmd", "## Foreword\n", "## Foreword\n\n\\[To be\nwritten.\\]\n"
        ),
        "placeholders",
    ),
    "an extract that nobody approved": (change_extract, "extracts"),
    "no language": (lambda gated: edit(gated.page, ' lang="en-GB"', ""), "accessible-pages"),
    "no text alternative": (
        lambda gated: edit(gated.page, ' alt="A dot', ' data-alt="A dot'),
        "accessible-pages",
    ),
    "a header without scope": (lambda gated: edit(gated.page, ' scope="col"', ""), "accessible-pages"),
    "a heading too deep": (
        lambda gated: edit(gated.page, "</main>", "<h2>One</h2><h4>Two</h4></main>"),
        "accessible-pages",
    ),
    "something from outside": (
        lambda gated: edit(gated.page, "</main>", '<img alt="x" src="https://example.org/x.png"></main>'),
        "nothing-from-outside",
    ),
    "a style sheet from outside": (
        lambda gated: edit(
            gated.page, "</main>", '<style>@import "https://example.org/x.css";</style></main>'
        ),
        "nothing-from-outside",
    ),
    "the second of two pictures from outside": (
        lambda gated: edit(
            gated.page, "</main>", '<img alt="x" srcset="x.png 1x, https://example.org/y.png 2x"></main>'
        ),
        "nothing-from-outside",
    ),
    "a percentage of a year": (
        lambda gated: edit(
            gated.page, "</main>", "<p>In the autumn of 2026, 58 percent were late.</p></main>"
        ),
        "percentages",
    ),
    "a placeholder in a note": (
        lambda gated: edit(gated.folder / "recommendations.yml", "note: ", "note: '[To be written.]' # "),
        "placeholders",
    ),
    "a PDF that is none": (
        lambda gated: gated.page.with_name(f"{FORCE}-report.pdf").write_bytes(b"%PDF-1.7"),
        "accessible-pdf",
    ),
    "an author who signs with a space": (
        lambda gated: gated.sign(author=" oliver Strathmere"),
        "sign-offs",
    ),
    "no signature": (lambda gated: gated.sign(signatures=[]), "sign-offs"),
    "no author": (lambda gated: gated.sign(author=""), "sign-offs"),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_the_gate_refuses(spoiled: str, gated: Gated, tmp_path: Path, quick: None) -> None:
    spoil, name = SPOILED[spoiled]
    spoil(gated)
    checked, page, package = release_force(
        FORCE, gated.evidence, site=gated.site, to=tmp_path / "out", root=gated.root
    )
    assert name in failing(checked)
    assert package is None
    assert not (tmp_path / "out").exists()
    assert item(checked, name).title.replace("'", "&#x27;") in page.read_text(encoding="utf-8")


def test_the_page_to_sign_shows_what_was_found_and_cannot_be_broken_out_of(gated: Gated, quick: None) -> None:
    edit(gated.page, "</main>", "<p>&lt;script&gt;alert(5)&lt;/script&gt; 77% Quillfeather</p></main>")
    checked = judged(gated)
    page = checked.page(restricted=True)
    assert "quillfeather" in page
    assert "&lt;script&gt;alert(5)" in page
    assert "<script" not in page
    assert "quillfeather" not in checked.page(restricted=False)


def test_a_typed_number_is_for_review(gated: Gated, quick: None) -> None:
    edit(gated.folder / "index.qmd", "## Foreword\n", "## Foreword\n\nWe spoke to 24 people in 2026.\n")
    found = item(judged(gated), "typed-numbers").found
    assert [each.value for each in found if "index.qmd, line 8" in each.place] == ["24", "2026"]
    assert [each.value for each in found if "earlier rasso-2023 1" in each.place] == ["1"]


def decision(of: str) -> dict[str, str]:
    return {
        "item": of,
        "reason": "She is a witness who asked to be named.",
        "by": "R. M.",
        "date": "2026-11-03",
    }


def test_one_thing_found_can_be_let_pass_with_a_reason_and_is_listed(gated: Gated, quick: None) -> None:
    edit(gated.page, "</main>", "<p>Quillfeather</p></main>")
    keys = {found.key for found in item(judged(gated), "names").found}
    gated.sign(overrides=[decision(f"names/{key}") for key in keys])
    checked = judged(gated)
    assert failing(checked) == []
    assert item(checked, "names").grade == "review"
    assert "She is a witness who asked to be named." in checked.page(restricted=False)


def test_names_are_never_let_pass_all_at_once(gated: Gated, quick: None) -> None:
    edit(gated.page, "</main>", "<p>Quillfeather</p></main>")
    gated.sign(overrides=[decision("names")])
    assert {"names", "overrides"} <= {*failing(judged(gated))}


def test_an_override_of_nothing_is_for_review(gated: Gated, quick: None) -> None:
    gated.sign(overrides=[decision("placeholders")])
    assert item(judged(gated), "overrides").grade == "review"


def test_a_signature_holds_for_the_pages_it_names_and_no_others(gated: Gated, quick: None) -> None:
    checked = judged(gated)
    assert item(checked, "sign-offs").grade == "review"
    signatures = [
        {**entry.model_dump(mode="json", by_alias=True), "pages": checked.publication.fingerprint}
        for entry in checked.file.signatures
    ]
    gated.sign(signatures=signatures)
    assert item(judged(gated), "sign-offs").grade == "pass"
    edit(gated.page, "</main>", "<p>One word more.</p></main>")
    assert item(judged(gated), "sign-offs").grade == "fail"


def test_an_author_does_not_sign_for_the_release_alone(gated: Gated, quick: None) -> None:
    gated.sign(author="Oliver Strathmere")
    assert "sign-offs" in failing(judged(gated))


@pytest.mark.parametrize(("violations", "grade"), [([], "pass"), ([{"id": "color-contrast"}], "fail")])
def test_a_result_of_axe_core_is_taken_over(
    violations: list[dict[str, str]], grade: str, gated: Gated, tmp_path: Path, quick: None
) -> None:
    result = tmp_path / "axe.json"
    page = f"reports/{FORCE}/index.html"
    result.write_text(json.dumps([{"url": page, "violations": violations}]), encoding="utf-8")
    assert item(judged(gated, axe=result), "axe").grade == grade
    for of_no_use in ({"url": "index.html"}, {"url": page, "sha256": "of an earlier page"}):
        result.write_text(json.dumps([{**of_no_use, "violations": []}]), encoding="utf-8")
        assert item(judged(gated, axe=result), "axe").grade == "review"
    result.write_text("{}", encoding="utf-8")
    with pytest.raises(InspectionError, match="no result of axe-core"):
        judged(gated, axe=result)


def test_a_refused_release_leaves_the_earlier_package_as_it_was(
    gated: Gated, tmp_path: Path, quick: None
) -> None:
    def release() -> Path | None:
        return release_force(FORCE, gated.evidence, site=gated.site, to=tmp_path / "out", root=gated.root)[2]

    package = release()
    assert package is not None
    before = (package / "manifest.json").read_bytes()
    edit(gated.page, "</main>", "<p>Quillfeather</p></main>")
    assert release() is None
    assert (package / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"autor": "R. M."}, "autor"),
        ({"overrides": [{"item": "axe", "reason": "no", "by": "R. M.", "date": "2026-11-03"}]}, "reason"),
        ({"overrides": [{"item": "axe", "reason": "It was not needed.", "by": "R. M."}]}, "date"),
    ],
)
def test_a_wrong_release_file_is_told_by_field(written: dict[str, object], told: str, gated: Gated) -> None:
    gated.sign(**written)
    with pytest.raises(InspectionError, match=told):
        judged(gated)


def test_a_table_of_quarto_has_the_id_and_the_caption_of_the_figure_around_it() -> None:
    page = read_page(
        '<div id="tbl-gaps"><figure><figcaption>Table 1: Gaps</figcaption><div><table><tr>'
        '<th scope="col">A</th>'
        "</tr><tr><td><p>1</p></td></tr></table></div></figure></div><table><tr><td>2</td></tr></table>"
    )
    assert [(table.id, table.caption) for table in page.tables] == [("tbl-gaps", "Table 1: Gaps"), ("", "")]
    assert page.tables[0].rows == [["A"], ["1"]]


def test_a_report_that_was_never_rendered_is_told(gated: Gated) -> None:
    shutil.rmtree(gated.site)
    with pytest.raises(InspectionError, match="has no rendered report"):
        judged(gated)
