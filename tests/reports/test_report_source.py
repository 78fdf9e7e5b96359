from __future__ import annotations

from pathlib import Path

import pytest

from parameters import InspectionError
from reports.source import read_source


def write(folder: Path, text: str, **partials: str) -> Path:
    (folder / "_generated").mkdir()
    for name, words in partials.items():
        (folder / "_generated" / f"{name}.md").write_text(words, encoding="utf-8")
    (folder / "_metadata.yml").write_text('counts:\n  sample: "24"\n', encoding="utf-8")
    path = folder / "index.qmd"
    path.write_text(text, encoding="utf-8")
    return path


def test_partials_and_numbers_are_put_in(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "---\ntitle: A report\n---\n\n"
        "We read {{< meta counts.sample >}} files.\n\n{{< include _generated/a.md >}}\n",
        a="Partial of {{< meta title >}}.",
    )
    source = read_source(path)
    assert source.text.endswith("We read 24 files.\n\nPartial of A report.\n")
    assert source.metadata["title"] == "A report"


def test_an_included_file_may_include_others_from_the_folder_of_the_text(tmp_path: Path) -> None:
    path = write(
        tmp_path, "{{< include _generated/a.md >}}\n", a="{{< include _generated/b.md >}}", b="Words."
    )
    assert read_source(path).text == "Words.\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{< include _generated/none.md >}}", "line 1 includes _generated/none.md, which is not there."),
        (
            "We read {{< meta counts.smaple >}}.",
            'line 1 cites the value "counts.smaple", which is not there.',
        ),
        ("See @tbl-none.", "line 1 refers to @tbl-none, which is not in this report."),
        ("See @sec-none.", "line 1 refers to @sec-none, which is not in this report."),
        ("See [that](#none).", "line 1 links to #none, which is not in this report."),
        ("![Caption](x.svg){#fig-x}", "line 1 shows a figure without a text alternative."),
    ],
)
def test_a_text_that_leads_nowhere_is_refused_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InspectionError) as error:
        read_source(write(tmp_path, text))
    assert told in str(error.value)


def test_all_dead_ends_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InspectionError) as error:
        read_source(write(tmp_path, "{{< meta a >}}\n\n@fig-b\n\n[c](#c)\n"))
    assert len(error.value.problems) == 3
