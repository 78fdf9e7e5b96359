"""How a sample may be asked for, and what a person reads when it cannot be drawn so."""

from pathlib import Path

import pytest
from parameter_files import FORCE, INSPECTION, write

from parameters import InspectionError, load_parameters
from parameters.models import Sample


def sample_lines(text: str) -> str:
    return INSPECTION.replace("sample: {size: 12}", f"sample: {{size: 12, {text}}}")


def test_a_sample_that_says_only_its_size_is_drawn_as_it_always_was() -> None:
    sample = Sample.model_validate({"size": 12})
    assert (sample.design, sample.strata, sample.crossed_with, sample.allocation) == (
        "stratified",
        "decision",
        "none",
        "equal",
    )
    assert (sample.certainty, sample.minimum_per_stratum, sample.dip_samples) == ((), 1, {})


def test_a_force_may_take_dip_samples_and_read_a_group_whole(tmp_path: Path) -> None:
    force = FORCE + 'sample: {certainty: [charged], dip_samples: {"16": 10, "18": all}}\n'
    sample = load_parameters(write(tmp_path, force=force)).inspection.sample
    assert sample.certainty == ("charged",)
    assert sample.dip_samples == {"16": 10, "18": "all"}
    assert sample.size == 12


def test_all_of_a_sample_survives_the_way_to_a_notebook() -> None:
    asked = {
        "size": 40,
        "crossed_with": "victim_gender",
        "allocation": "neyman",
        "expected_shares": {"charged / female": 0.2},
        "certainty": ["charged / male"],
        "minimum_per_stratum": 3,
        "dip_samples": {"16": 10},
    }
    sample = Sample.model_validate(asked)
    assert Sample.model_validate(sample.model_dump(mode="json")) == sample


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            "crossed_with: decision",
            'sample.crossed_with is "decision", the same as strata.\n  Name another field, or write none.',
        ),
        (
            "allocation: neyman",
            "sample.expected_shares is missing, and allocation: neyman needs it.\n  Write what an earlier "
            "inspection or pilot found, such as {charged: 0.2, police NFA: 0.5}.",
        ),
        (
            "allocation: neyman, expected_shares: {charged: 20}",
            "sample.expected_shares.charged is 20, but must be a share between 0 and 1.\n  Write 0.3 for 30 "
            "per cent.",
        ),
        (
            'dip_samples: {"23": 10}',
            "sample.dip_samples names 23, not among the Home Office outcome types.\n  Known types: 0, 1, 1A,",
        ),
        (
            'dip_samples: {"16": 0}',
            "sample.dip_samples.16 is 0, but must be a whole number of case files, 1 or more, or all.",
        ),
        ("minimum_per_stratum: 0", "sample.minimum_per_stratum is 0"),
    ],
)
def test_a_sample_that_cannot_be_meant_is_explained(tmp_path: Path, lines: str, told: str) -> None:
    with pytest.raises(InspectionError) as error:
        load_parameters(write(tmp_path, inspection=sample_lines(lines)))
    assert f"parameters/inspection.yml: {told}" in str(error.value).replace(f"{tmp_path}", "parameters")


def test_what_a_force_changes_is_checked_together_with_what_it_takes_over(tmp_path: Path) -> None:
    force = FORCE + "sample: {allocation: neyman}\n"
    with pytest.raises(InspectionError) as stopped:
        load_parameters(write(tmp_path, force=force))
    assert "sample.expected_shares is missing, and allocation: neyman needs it." in str(stopped.value)


def test_dip_samples_ask_for_the_field_they_are_drawn_by(tmp_path: Path) -> None:
    without = FORCE.replace("outcome_type: Outcome", "decision: Decision")
    asked = sample_lines('dip_samples: {"16": 10}')
    with pytest.raises(InspectionError) as stopped:
        load_parameters(write(tmp_path, force=without, inspection=asked))
    assert "has no outcome_type, but inspection.yml draws dip samples by it." in str(stopped.value)
    own = without + "sample: {dip_samples: {}}\n"
    sample = load_parameters(write(tmp_path, force=own, inspection=asked)).inspection.sample
    assert sample.dip_samples == {}


def test_a_field_that_only_crosses_the_strata_is_asked_for_too(tmp_path: Path) -> None:
    force = FORCE + "sample: {crossed_with: victim_gender}\n"
    with pytest.raises(InspectionError) as stopped:
        load_parameters(write(tmp_path, force=force))
    assert "samples by it (sample.crossed_with: victim_gender)" in str(stopped.value)
