"""Read a force's parameter file and the inspection's beside it, and explain all that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from parameters.explanations import explain
from parameters.models import Force, Inspection, Parameters, Sample, Source
from parameters.paths import shown_path
from parameters.plain_yaml import ImpossibleValueError, load_yaml
from parameters.problems import InspectionError, Problem
from parameters.suggestions import did_you_mean, listed

__all__ = ["INSPECTION_FILE", "SHARED_FILES", "load_model", "load_parameters"]

INSPECTION_FILE = "inspection.yml"
SHARED_FILES = frozenset({INSPECTION_FILE, "questions.yml", "words.yml"})
"""Files that may lie beside those of the forces and are none: `parameters/*.yml` names them too."""

Model = TypeVar("Model", bound=BaseModel)


def load_parameters(path: str | Path) -> Parameters:
    """Read the parameters of one force: its own file, and `inspection.yml` in the same folder.

    Parameters
    ----------
    path : str or Path
        The force's YAML file, such as ``parameters/northshire.yml``.

    Returns
    -------
    Parameters
        Checked and frozen. Paths of extracts start at the project root (or are absolute outside it), and the
        force's sample overrides are applied to ``inspection.sample``.

    Raises
    ------
    InspectionError
        With every problem of both files: file, field, value, what is wrong, remedy.

    Examples
    --------
    >>> load_parameters(PROJECT / "parameters" / "northshire.yml").inspection.sample.size
    36
    """
    force_file = Path(path)
    force, problems = _read_model(force_file, Force)
    inspection, inspection_problems = _read_model(force_file.parent / INSPECTION_FILE, Inspection)
    problems += inspection_problems
    if force is not None:
        problems += _misnamed(force, force_file)
    if force is not None and inspection is not None:
        sample, sample_problems = _merged_sample(inspection, force, shown_path(force_file))
        problems += sample_problems
        inspection = inspection.model_copy(update={"sample": sample})
        problems += _unanswerable(inspection, force, shown_path(force_file))
        problems += _mixed_with_fiction(inspection, force, shown_path(force_file))
        problems += _audited_too_late(inspection, force, shown_path(force_file))
    if problems or force is None or inspection is None:
        raise InspectionError(problems)
    return Parameters(
        inspection=inspection, force=_anchored(force, force_file.parent), file=shown_path(force_file)
    )


def load_model(path: Path, model: type[Model]) -> Model:
    """Read a YAML file of the project that stands by itself, such as the questions.

    Raises
    ------
    InspectionError
        With every problem of the file: field, value, what is wrong, remedy.
    """
    found, problems = _read_model(path, model)
    if found is None:
        raise InspectionError(problems)
    return found


def _read_model(path: Path, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """Model of one YAML file, or why there is none."""
    values, problems = _read_yaml(path)
    if problems:
        return None, problems
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        return None, explain(error, model, values, shown_path(path))


def _read_yaml(path: Path) -> tuple[Any, list[Problem]]:
    shown = shown_path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        values = load_yaml(text)
    except OSError:
        return None, [_unreadable(path, shown)]
    except UnicodeDecodeError as error:
        return None, [_wrongly_encoded(error, shown)]
    except ImpossibleValueError as error:
        return None, [_no_such_date(text, error, shown)]
    except YAMLError as error:
        return None, [_not_yaml(error, shown)]
    if not isinstance(values, dict):
        message = (
            "is empty." if values is None else "must hold keys and values, such as name: Northshire Police."
        )
        return None, [Problem(shown, "", "", message, "Start from one of the files in parameters/.")]
    return values, []


def _unreadable(path: Path, shown: str) -> Problem:
    if path.is_dir():
        return Problem(shown, "", "", "is a folder.", "Name a force's parameter file.")
    if path.exists():
        return Problem(shown, "", "", "cannot be opened.", "Check that you may read it.")
    if path.name == INSPECTION_FILE:
        remedy = "The inspection design belongs beside the force files; start from the one in parameters/."
        return Problem(shown, "", "", "does not exist.", remedy)
    beside = sorted(file.name for file in path.parent.glob("*.yml")) if path.parent.is_dir() else []
    return Problem(shown, "", "", "does not exist.", did_you_mean(path.name, beside))


def _wrongly_encoded(error: UnicodeDecodeError, shown: str) -> Problem:
    line = error.object[: error.start].count(b"\n") + 1
    message = f"line {line} is not UTF-8 text."
    return Problem(shown, "", "", message, "Save the file as UTF-8; in Notepad: Save as, Encoding, UTF-8.")


def _no_such_date(text: str, error: ImpossibleValueError, shown: str) -> Problem:
    for number, line in enumerate(text.splitlines(), start=1):
        for written in re.findall(r"\b\d{4}-\d{1,2}-\d{1,2}\b", line):
            try:
                date(*map(int, written.split("-")))
            except ValueError:
                message = f"line {number} holds {written}, a day that does not exist."
                return Problem(shown, "", written, message, "Correct the date.")
    message = f"line {error.problem_mark.line + 1} holds a date, time or number that does not exist."
    return Problem(shown, "", "", message, "Correct it, or put it in quotes if it is text.")


def _not_yaml(error: YAMLError, shown: str) -> Problem:
    if isinstance(error, ReaderError):
        message = "holds a character that YAML does not allow."
        return Problem(shown, "", "", message, "Delete it; retyping the line is safest.")
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Problem(shown, "", "", f"cannot be read as YAML: {error}", "Correct the value.")
    line = error.problem_mark.line + 1
    if isinstance(error, DuplicateKeyError):
        key = str(error.problem).split('"')[1]
        message = f'line {line} gives the key "{key}" a second time.'
        return Problem(shown, "", key, message, "Keep one of the two.")
    if "'\\t'" in str(error.problem):
        return Problem(shown, "", "", f"line {line} is indented with a tab.", "Indent with spaces only.")
    message = f"line {line} cannot be read as YAML: {error.problem}."
    remedy = "Check the indentation, the brackets, and the quotes around text that holds a colon or a hash."
    return Problem(shown, "", "", message, remedy)


def _misnamed(force: Force, path: Path) -> list[Problem]:
    if force.force == path.stem:
        return []
    message = f'is "{force.force}", but the file is called {path.name}.'
    remedy = f"Write force: {path.stem}, or rename the file {force.force}.yml."
    return [Problem(shown_path(path), "force", force.force, message, remedy)]


def _mixed_with_fiction(inspection: Inspection, force: Force, shown: str) -> list[Problem]:
    if inspection.fictional == force.fictional:
        return []
    real = shown if inspection.fictional else INSPECTION_FILE
    here, there = (str(marked).lower() for marked in (force.fictional, inspection.fictional))
    message = f"is {here}, but in {INSPECTION_FILE} it is {there}."
    remedy = (
        f"{real} speaks of real cases. Keep real forces in a folder of their own, with an inspection.yml of "
        "their own: its name, threshold and report details. Or write fictional: true in both."
    )
    return [Problem(shown, "fictional", here, message, remedy)]


def _audited_too_late(inspection: Inspection, force: Force, shown: str) -> list[Problem]:
    published = inspection.report.published
    if force.audit is None or force.audit.settled_on <= published:
        return []
    message = f"is {force.audit.settled_on}, after the report is published on {published}."
    remedy = f"Correct the day, or report.published in {INSPECTION_FILE}."
    return [Problem(shown, "audit.settled_on", str(force.audit.settled_on), message, remedy)]


def _merged_sample(inspection: Inspection, force: Force, shown: str) -> tuple[Sample, list[Problem]]:
    """The inspection's sample with the force's own values, checked as a whole."""
    own = force.sample.model_dump(exclude_none=True)
    merged = inspection.sample.model_dump() | own
    try:
        return Sample.model_validate(merged), []
    except ValidationError as error:
        found = explain(error, Sample, merged, shown)
        return inspection.sample, [replace(problem, field=f"sample.{problem.field}") for problem in found]


def _unanswerable(inspection: Inspection, force: Force, shown: str) -> list[Problem]:
    """Fields that the inspection's design needs and the force's extract does not have."""
    mapped = {str(name) for name in force.sources.cases.columns}
    return [
        Problem(
            shown,
            "sources.cases.columns",
            "",
            f"has no {listed(fields, last='or')}, but {INSPECTION_FILE} {needed}.",
            f"Map {listed(fields, last='or')} to the force's column, or {otherwise}.",
        )
        for fields, needed, otherwise in _needed_fields(inspection)
        if not mapped & set(fields)
    ]


def _needed_fields(inspection: Inspection) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Fields of which one is needed, why, and what else to do."""
    frame, sample = inspection.frame, inspection.sample
    other = "recorded" if frame.date_basis == "closed" else "closed"
    needed = f"selects cases by it (frame.date_basis: {frame.date_basis})"
    yield (f"{frame.date_basis}_on",), needed, f"write date_basis: {other} there"
    if frame.offence_codes != "all":
        yield ("offence_code",), "selects cases by it (frame.offence_codes)", "write offence_codes: all there"
    if frame.outcome_types != "all":
        yield ("outcome_type",), "selects cases by it (frame.outcome_types)", "write outcome_types: all there"
    if sample.dip_samples:
        yield ("outcome_type",), "draws dip samples by it", "write sample: {dip_samples: {}} in this file"
    if sample.design == "stratified":
        fields = ("decision", "outcome_type") if sample.strata == "decision" else (sample.strata,)
        needed = f"samples by it (sample.strata: {sample.strata})"
        yield fields, needed, "write sample: {design: simple} in this file"
        if sample.crossed_with != "none":
            crossed = sample.crossed_with
            fields = ("decision", "outcome_type") if crossed == "decision" else (crossed,)
            needed = f"samples by it (sample.crossed_with: {crossed})"
            yield fields, needed, "write sample: {crossed_with: none} in this file"


def _anchored(force: Force, folder: Path) -> Force:
    """The same force with the paths of its extracts and its audit starting at the project root."""
    anchored = {
        name: source.model_copy(update={"path": shown_path(folder / source.path)})
        for name, source in force.sources
        if isinstance(source, Source) and source.path is not None
    }
    changed: dict[str, Any] = {"sources": force.sources.model_copy(update=anchored)}
    if force.audit is not None:
        changed["audit"] = force.audit.model_copy(update={"round": shown_path(folder / force.audit.round)})
    return force.model_copy(update=changed)
