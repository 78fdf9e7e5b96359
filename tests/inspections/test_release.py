from inspections.disclosure import Policy
from inspections.release import public_trail


def step(name: str, rows_in: int, rows_out: int, *, why: str, rows: str = "cases") -> dict[str, object]:
    return {
        "notebook": "1_case_sample", "step": name, "rows_in": rows_in, "rows_out": rows_out, "why": why,
        "rows": rows,
    }  # fmt: skip


def test_cases_without_notes_to_read_are_told_among_the_losses_and_rows_of_notes_are_not():
    trail = [
        step("read cases", 90, 90, why="every row is read"),
        step("read notes", 900, 850, why="another value in force", rows="notes"),
        step("read outcomes", 200, 150, why="another value in period", rows="outcomes"),
        step("within the period", 90, 60, why="closed before 1 April 2025"),
        step("notes to read", 60, 50, why="fewer than 1 investigation notes"),
    ]
    assert public_trail(trail, frame=50, policy=Policy(threshold=5)) == [
        {
            "step": "cases that could be drawn",
            "rows_in": 90,
            "rows_out": 50,
            "why": "closed before 1 April 2025; fewer than 1 investigation notes",
        }
    ]


def test_a_small_loss_of_cases_is_told_in_words_alone():
    [told] = public_trail(
        [step("notes to read", 52, 50, why="no notes")], frame=50, policy=Policy(threshold=5)
    )
    assert (told["rows_in"], told["rows_out"]) == (50, 50)
    assert told["why"] == "no notes (fewer than 5 cases, number not published)"
