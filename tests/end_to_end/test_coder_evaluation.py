"""The academic's notebook runs from the first cell to the last, and says what its figures are worth."""

from __future__ import annotations

from typing import Any

import papermill
import pytest

from inspections.step_keys import NOTEBOOKS


@pytest.fixture(scope="module")
def outputs() -> dict[str, list[dict[str, Any]]]:
    """Outputs by cell, of a quick run."""
    notebook = papermill.execute_notebook(
        str(NOTEBOOKS / "coder_evaluation.ipynb"),
        None,
        parameters={"quick": True},
        kernel_name="python3",
        progress_bar=False,
        start_timeout=120,
        cwd=str(NOTEBOOKS),
    )
    measuring = [cell for cell in notebook.cells if not cell.metadata.get("tags")]
    return {cell.id: cell.outputs for cell in measuring if cell.cell_type == "code"}


def _page(outputs: list[dict[str, Any]]) -> str:
    shown = [output.get("data", {}).get("text/html") or output.get("text", "") for output in outputs]
    return "".join(shown)


def test_a_quick_run_says_so_and_whose_coding_it_is_measured_against(
    outputs: dict[str, list[dict[str, Any]]],
) -> None:
    assert "QUICK RUN" in _page(outputs["open"])
    assert "Model-coded" in _page(outputs["open"])


def test_every_cell_shows_what_it_measured(outputs: dict[str, list[dict[str, Any]]]) -> None:
    assert [name for name, shown in outputs.items() if not _page(shown)] == []
    assert "vic-disbelief" in _page(outputs["unseen-codes"])
    assert "ceiling: two coders of development" in _page(outputs["floor"])
    assert "one code too few or many" in _page(outputs["errors"])


def test_the_words_of_errors_are_shown_as_text_and_not_as_markup(
    outputs: dict[str, list[dict[str, Any]]],
) -> None:
    page = _page(outputs["words"])
    assert "wrongly counted" in page
    assert "&#39;" in page
