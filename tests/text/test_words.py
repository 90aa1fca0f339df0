"""The textbook's rule for words, against Keras' own code for it."""

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsent.text import split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n\t ", []),
        ("I didn't like it.<br />At ALL!", ["i", "didn't", "like", "it", "br", "at", "all"]),
        ("É naïve ÀB", ["É", "naïve", "Àb"]),
        ("snake_case-and/or", ["snake", "case", "and", "or"]),
        ("one\r\ntwo", ["one", "two"]),
        ("no\xa0break", ["no\xa0break"]),
        ("좋은 영화", ["좋은", "영화"]),
    ],
)
def test_words_end_where_the_textbook_says(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@given(st.text())
def test_words_hold_no_separators_and_stay_what_they_are(text: str) -> None:
    words = split_words(text)
    assert split_words(" ".join(words)) == words
    assert all(word and not set(word) & set(' \t\n\r.,!?"ABC') for word in words)


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="\r")))
def test_ascii_is_split_as_keras_does(text: str) -> None:
    keras_words = keras.src.legacy.preprocessing.text.text_to_word_sequence(text)
    assert split_words(text) == [word for word in keras_words if word]
