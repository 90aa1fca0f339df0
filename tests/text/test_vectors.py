"""Word vectors from files of three kinds, or from texts."""

import gzip
import sys
from pathlib import Path

import numpy as np
import pytest

from seqsent import DataError, TextEncoder
from seqsent.text.vectors import DEVIATION, WIDEST, learn_vectors, read_vectors

PIECES = ["<pad>", "<start>", "<unknown>", "<unused>", "film", "fine", "new"]
LINES = "film 1 0 -1\nfine 0 2 0\nother 5 5 5\n"


@pytest.mark.parametrize("head", ["", "3 3\n"], ids=["GloVe", "word2vec"])
@pytest.mark.parametrize("packed", [False, True])
def test_vectors_are_found_by_word_and_scaled(head: str, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / ("some.vec.gz" if packed else "some.vec")
    content = (head + LINES).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    matrix = read_vectors(path, PIECES)
    assert (matrix.shape, matrix.dtype.name) == ((7, 3), "float32")
    known = np.array([[1, 0, -1], [0, 2, 0]])
    np.testing.assert_allclose(matrix[4:6], known * DEVIATION / known.std(), rtol=1e-6)
    assert not matrix[0].any()
    assert matrix[6].any()


# GloVe's vectors from 840 billion words have "at name@domain.com" and ". . .".
@pytest.mark.parametrize("word", ["film name@domain.com", "film . . .", "film 8"])
@pytest.mark.parametrize("head", ["", "4 3\n", "a line of some other kind of words\n"])
def test_words_with_spaces_are_passed_over(word: str, head: str, tmp_path: Path) -> None:
    plain, path = tmp_path / "plain.txt", tmp_path / "spaced.txt"
    plain.write_text(LINES)
    first, others = LINES.split("\n", 1)
    path.write_text(f"{head}{first}\n{word} 7 7 7\n{others}")
    np.testing.assert_array_equal(read_vectors(path, PIECES), read_vectors(plain, PIECES))


@pytest.mark.parametrize("scale", ["e38", "e-38", "e-44"])
def test_vectors_of_any_scale_are_scaled_alike(scale: str, tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text(f"film 1{scale} 0 -1{scale}\nfine 0 2{scale} 0\n")
    matrix = read_vectors(tmp_path / "some.txt", PIECES)
    known = np.array([[1, 0, -1], [0, 2, 0]])
    np.testing.assert_allclose(matrix[4:6], known * DEVIATION / known.std(), rtol=0.1)


@pytest.mark.parametrize("equal", ["9", "0", "0.1", "-0.30000001"])
def test_vectors_of_equal_numbers_stay_as_they_are(equal: str, tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text(f"film {equal} {equal} {equal}\n")
    matrix = read_vectors(tmp_path / "some.txt", PIECES)
    np.testing.assert_array_equal(matrix[4], np.float32(equal))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "none of 7 words"),
        ("nothing 1 2\n", "none of 7 words"),
        ("film 1 2\nfine 1\n", "1 and 2 numbers"),
        ("film 1 2\nfine one two\n", "line 2 of .* has no vector"),
        ("film one two\n", "line 1 of .* has no vector"),
        ("film nan 1\n", "expected finite numbers"),
        ("film -inf 1\n", "expected finite numbers"),
        ("film 1 1e39\n", r"line 1 of .* has no vector; .* beyond 3.4e\+38"),
        ("film 1 1e999\n", r"beyond 3.4e\+38"),
        ("a b c d\nfilm\n", "line 2 of .* has no vector"),
    ],
)
def test_a_file_without_vectors_is_refused(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text(content)
    with pytest.raises(DataError, match=message):
        read_vectors(tmp_path / "some.txt", PIECES)


def test_a_missing_file_and_one_that_is_not_packed_are_refused(tmp_path: Path) -> None:
    (tmp_path / "some.gz").write_text(LINES)
    for name in ("gone.vec", "some.gz"):
        with pytest.raises(DataError, match=f"{name} cannot be read"):
            read_vectors(tmp_path / name, PIECES)


def test_the_widest_vectors_with_all_their_digits_are_read(tmp_path: Path) -> None:
    numbers = np.random.default_rng(1).normal(0, 1e-100, WIDEST)
    (tmp_path / "some.txt").write_text(f"film {' '.join(map(str, numbers))}\n")
    assert read_vectors(tmp_path / "some.txt", PIECES).shape == (7, WIDEST)


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(DataError, match="'a.x00b' is no path: embedded null"):
        read_vectors("a\0b", PIECES)


@pytest.mark.parametrize("skip_gram", [False, True])
def test_words_that_stand_alike_get_vectors_alike_and_a_seed_the_same_ones(
    skip_gram: bool,
) -> None:
    frames = ["the {} was seen by all", "we liked the {} a lot", "a {} is a {}"]
    texts = [frame.format(*[word] * 2) for word in ("film", "movie") for frame in frames] * 60
    encoder = TextEncoder.fit([*texts, "other words stand elsewhere"] * 2, maxlen=8)
    matrix, again = (
        learn_vectors(texts, encoder, 8, seed=1, skip_gram=skip_gram) for _ in range(2)
    )
    np.testing.assert_array_equal(matrix, again)
    film, movie, was = (
        matrix[encoder.vocabulary.pieces.index(word)] for word in ("film", "movie", "was")
    )
    assert film @ movie / np.linalg.norm(movie) > film @ was / np.linalg.norm(was)


def test_without_gensim_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gensim.models", None)
    with pytest.raises(DataError, match="seqsent\\[vectors\\]"):
        learn_vectors(["a"], TextEncoder.fit(["a"], maxlen=3), 4, seed=0)
