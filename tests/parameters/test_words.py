"""The words for numbers are read whole or refused with every reason."""

from pathlib import Path

import pytest

from parameters import InspectionError
from parameters.words import WORDS_FILE, load_words

WORDS = WORDS_FILE.read_text(encoding="utf-8")
MISTAKES = {
    "no share": ("from: 90, under: 100", "from: 90, under: 90", 'gives "nearly all" no share at all.'),
    "bounds outside": ("interval_from: 75}", "interval_from: 95}", "that its own shares are outside of."),
    "word twice": ("word: most,", "word: nearly all,", "shares gives nearly all more than once."),
    "fallback twice": ("otherwise: some", "otherwise: few", "shares gives few more than once."),
    "strength twice": ("weakest: indicative", "weakest: strong", "strength gives strong more than once."),
    "misspelt key": ("smallest_base:", "smalest_base:", 'Did you mean "smallest_base"?'),
}


def test_every_whole_per_cent_that_was_counted_in_full_has_a_word_of_its_own():
    words = load_words()
    for share in range(100):
        assert any(entry.fits(share, share, share) for entry in words.shares)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_words_is_explained(tmp_path: Path, mistake: str):
    right, wrong, told = MISTAKES[mistake]
    assert right in WORDS
    file = tmp_path / "words.yml"
    file.write_text(WORDS.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(InspectionError) as refused:
        load_words(file)
    assert told in str(refused.value)
