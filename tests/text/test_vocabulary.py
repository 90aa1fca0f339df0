"""Words have ids by frequency, and ids give the words back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsent.text import Vocabulary
from seqsent.text import vocabulary as module

WORDS = st.lists(st.text(alphabet="abcde", min_size=1, max_size=3), max_size=30)


def test_the_commonest_word_has_id_four() -> None:
    vocabulary = Vocabulary.from_texts([["b", "a", "b"], ["c", "b", "a"]])
    assert vocabulary.words == ("b", "a", "c")
    assert vocabulary.encode(["c", "b", "unseen"]) == [1, 6, 4, 2]
    assert len(vocabulary) == 7


@given(st.lists(WORDS), st.integers(0, 20))
def test_the_order_of_texts_does_not_matter(texts: list[list[str]], size: int) -> None:
    forwards = Vocabulary.from_texts(texts, size)
    assert forwards == Vocabulary.from_texts(texts[::-1], size)
    assert len(forwards) <= max(size, 4)


@given(WORDS)
def test_known_words_come_back(words: list[str]) -> None:
    vocabulary = Vocabulary.from_texts([words])
    assert vocabulary.decode(vocabulary.encode(words)) == " ".join(["<start>", *words])


@given(WORDS, st.integers(4, 10))
def test_a_limited_vocabulary_gives_the_same_ids_or_unknown(words: list[str], size: int) -> None:
    whole = Vocabulary.from_texts([words])
    expected = [id if id < size else 2 for id in whole.encode(words)]
    assert whole.limit(size).encode(words) == expected


def test_decoding_shows_what_is_no_word() -> None:
    assert Vocabulary(("the",)).decode([0, 1, 4, 2, 3, 9, 0]) == (
        "<start> the <unknown> <unused> <9?>"
    )


def test_the_commonest_words_of_endless_texts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [["the", "film", f"name{number}"] for number in range(1_000)]
    whole = Vocabulary.from_texts(texts, 6)
    monkeypatch.setattr(module, "COUNTED", 20)
    assert Vocabulary.from_texts(texts, 6) == whole == Vocabulary(("film", "the"))
    assert len(Vocabulary.from_texts(texts)) == 1_006  # where all are wanted, none is forgotten
