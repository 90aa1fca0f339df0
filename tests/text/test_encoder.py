"""Raw texts to rows of ids, by words or subwords, and to JSON and back."""

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsent import DataError, TextEncoder, load_imdb
from seqsent.datasets import imdb
from seqsent.datasets.cache import cached
from seqsent.datasets.imdb_files import _texts
from seqsent.text import tokenizers
from seqsent.text.tokenizers import WordTokenizer
from seqsent.text.vocabulary import FIRST_WORD
from seqsent.text.words import last_words, split_words

TEXTS = ["a fine film", "a bad, bad film", "좋은 영화 좋은 음악", "나쁜 영화", ""]
LEVELS = ["word", "subword"]


@given(st.text(), st.integers(1, 20))
def test_the_last_words_are_the_last_words(text: str, count: int) -> None:
    assert last_words(text, count) == split_words(text)[-count:]


@pytest.mark.parametrize(
    ("padding", "truncation", "short", "long"),
    [
        ("front", "front", [0, 0, 1, 4, 5], [5, 6, 7, 8, 9]),
        ("back", "front", [1, 4, 5, 0, 0], [5, 6, 7, 8, 9]),
        ("front", "back", [0, 0, 1, 4, 5], [1, 4, 5, 6, 7]),
        ("back", "back", [1, 4, 5, 0, 0], [1, 4, 5, 6, 7]),
        ("front", "middle", [0, 0, 1, 4, 5], [1, 4, 5, 8, 9]),
        ("back", "middle", [1, 4, 5, 0, 0], [1, 4, 5, 8, 9]),
    ],
)
def test_texts_are_padded_and_cut_where_asked(
    padding: Any, truncation: Any, short: list[int], long: list[int]
) -> None:
    encoder = TextEncoder.fit(
        ["a b c d e f"], maxlen=5, padding=padding, truncation=truncation, vocab_size=None
    )
    rows = encoder.encode(["a b", "a b c d e f"])
    assert rows.dtype == np.int32
    assert rows.tolist() == [short, long]


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("truncation", ["front", "back", "middle"])
def test_the_start_mark_is_lost_only_when_the_beginning_is(truncation: Any, length: int) -> None:
    encoder = TextEncoder.fit(["a b c d"], maxlen=length, truncation=truncation, vocab_size=None)
    (row,) = encoder.encode(["a b c d"]).tolist()
    whole = [1, 4, 5, 6, 7]
    if length >= 5:
        assert row == [0] * (length - 5) + whole
    elif truncation == "front":
        assert row == whole[-length:]
    elif truncation == "back":
        assert row == whole[:length]
    else:
        assert row == whole[: length - length // 2] + whole[5 - length // 2 :]


@pytest.mark.parametrize("level", LEVELS)
def test_an_empty_text_is_one_unknown_word(level: Any) -> None:
    encoder = TextEncoder.fit(TEXTS, maxlen=4, level=level, vocab_size=100)
    assert encoder.encode(["", " \n"]).tolist()[0] == [0, 0, 1, 2]
    assert encoder.encode([]).shape == (0, 4)


def test_words_without_an_id_are_unknown() -> None:
    encoder = TextEncoder.fit(["b b b a a c"], vocab_size=6, maxlen=4)
    assert encoder.encode(["a b c new"]).tolist() == [[5, 4, 2, 2]]
    assert encoder.vocab_size == 6


@pytest.mark.parametrize("padding", ["front", "back"])
def test_texts_that_are_ids_already_become_the_same_rows(padding: Any) -> None:
    encoder = TextEncoder.fit(["a b c d"], vocab_size=None, maxlen=4, padding=padding)
    ids = [[4], [4, 5, 6, 7], []]
    texts = ["a", "a b c d", ""]
    np.testing.assert_array_equal(encoder.rows(ids), encoder.encode(texts))


def test_words_are_read_with_their_ids() -> None:
    encoder = TextEncoder.fit(["b b b a a c"], vocab_size=6, maxlen=3, truncation="back")
    assert encoder.read("A new b!") == [("a", 5), ("new", 2)]
    assert TextEncoder.fit(["a b c"], maxlen=2).read("a b c") == [("b", 5), ("c", 6)]
    with pytest.raises(DataError, match="arrived as text 0"):
        encoder.read(None)  # type: ignore[arg-type]


def test_words_never_seen_can_be_dropped_as_keras_does() -> None:
    encoder = TextEncoder.fit(["b b b a a c"], vocab_size=6, maxlen=4, unseen="drop")
    assert encoder.encode(["a b c new"]).tolist() == [[1, 5, 4, 2]]


@pytest.mark.parametrize("level", LEVELS)
def test_known_texts_come_back(level: Any) -> None:
    encoder = TextEncoder.fit(TEXTS, maxlen=30, level=level, vocab_size=200)
    for text in ("a fine film", "좋은 영화"):
        (row,) = encoder.encode([text])
        assert encoder.decode(row).replace("<start>", "").strip() == text


@pytest.mark.parametrize("level", LEVELS)
def test_what_was_read_is_written_in_the_text(level: Any) -> None:
    encoder = TextEncoder.fit(TEXTS, maxlen=30, level=level, vocab_size=200)
    for text in ("a fine film", "좋은 영화"):
        written = encoder.written(text)
        assert len(written) == len(encoder.read(text))
        assert "".join(word + behind for word, behind in written).strip() == text
    assert encoder.written("") == []


@pytest.mark.parametrize("truncation", ["front", "back", "middle"])
def test_what_is_not_read_is_not_written(truncation: Any) -> None:
    encoder = TextEncoder.fit(TEXTS, maxlen=5, truncation=truncation)
    text = "One, two. Three! four? 'five' Six... seven -- eight"
    words = [word for word, _ in encoder.read(text)]
    written = encoder.written(text)
    assert [word.lower() for word, _ in written] == words
    assert all(word + behind in text for word, behind in written)


@given(st.text(max_size=60))
def test_every_word_is_written_once(text: str) -> None:
    encoder = TextEncoder.fit(TEXTS, maxlen=100)
    written = encoder.written(text)
    words = [word for word, _ in encoder.read(text)]
    assert [split_words(word) for word, _ in written] == [[word] for word in words]
    assert not any(split_words(behind) for _, behind in written)


@pytest.mark.parametrize("level", LEVELS)
@given(texts=st.lists(st.text(), max_size=5))
def test_any_text_becomes_ids_in_range_and_survives_json(level: Any, texts: list[str]) -> None:
    encoder = TextEncoder.fit(TEXTS, maxlen=8, level=level, vocab_size=60)
    rows = encoder.encode(texts)
    assert rows.shape == (len(texts), 8)
    assert ((rows >= 0) & (rows < encoder.vocab_size)).all()
    again = TextEncoder.from_json(encoder.to_json())
    np.testing.assert_array_equal(again.encode(texts), rows)


def test_the_defaults_are_the_textbooks() -> None:
    encoder = TextEncoder.fit([" ".join(f"w{number}" for number in range(600))])
    assert (encoder.vocab_size, encoder.maxlen) == (500, 100)
    assert TextEncoder.fit(["a b"], vocab_size=5).vocab_size == 5


def test_subwords_are_made_as_asked() -> None:
    made = {"maxlen": 6, "padding": "back", "truncation": "middle"}
    encoder = TextEncoder.fit(TEXTS, level="subword", vocab_size=30, **made)  # type: ignore[arg-type]
    assert encoder.vocab_size == 30
    record = json.loads(encoder.to_json())
    assert record["tokenizer"]["level"] == "subword"
    assert {name: record[name] for name in made} == made


def test_halves_of_characters_are_no_obstacle() -> None:
    for level in ("word", "subword"):
        encoder = TextEncoder.fit(["a \ud800 b"], maxlen=8, level=level, vocab_size=60)
        assert encoder.encode(["\udfff", "a"]).shape == (2, 8)


def test_the_order_of_the_vocabulary_is_kept() -> None:
    encoder = TextEncoder.fit(["c b b a a a"], vocab_size=None)
    again = TextEncoder.from_json(encoder.to_json())
    assert again.vocabulary.words == encoder.vocabulary.words == ("a", "b", "c")


@pytest.mark.parametrize(
    "arguments",
    [
        {"maxlen": 0},
        {"maxlen": 1.5},
        {"padding": "left"},
        {"truncation": "tail"},
        {"level": "letter"},
        {"unseen": "keep"},
        {"vocab_size": 3},
    ],
)
def test_what_cannot_be_used_is_named(arguments: dict[str, Any]) -> None:
    [(name, value)] = arguments.items()
    with pytest.raises(DataError, match=f"{name}={value!r}"):
        TextEncoder.fit(TEXTS, **arguments)


def test_the_longest_rows_are_of_a_hundred_thousand_ids() -> None:
    assert TextEncoder.fit(["a"], maxlen=100_000).maxlen == 100_000
    with pytest.raises(DataError, match="expected a whole number from 1 to 100,000"):
        TextEncoder.fit(["a"], maxlen=100_001)


def test_a_name_that_is_none_lists_those_there_are() -> None:
    with pytest.raises(DataError, match="^padding='left' arrived; expected one of 'front', 'back'"):
        TextEncoder.fit(TEXTS, padding="left")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [None, 3, float("nan"), b"bytes", ["list"]])
def test_what_is_no_text_is_named_with_its_row(text: Any) -> None:
    with pytest.raises(DataError, match="arrived as text 1; expected words"):
        TextEncoder.fit(["a", text])
    with pytest.raises(DataError, match="arrived as text 0"):
        TextEncoder.fit(["a"]).encode([text])


def test_one_text_is_not_taken_for_a_list_of_letters() -> None:
    with pytest.raises(DataError, match="one text arrived"):
        TextEncoder.fit(["a"]).encode("a film")


GOOD = json.loads(TextEncoder.fit(["a b"]).to_json())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"format": 2}',
        json.dumps({**GOOD, "maxlen": "9"}),
        json.dumps({**GOOD, "padding": "left"}),
        json.dumps({**GOOD, "tokenizer": {"level": "letter"}}),
        json.dumps({**GOOD, "tokenizer": {"level": "subword", "model": {}}}),
        json.dumps({**GOOD, "tokenizer": {"level": "word", "words": "ab", "rarer": None}}),
        json.dumps({**GOOD, "tokenizer": {"level": "word", "words": ["a", "a"], "rarer": None}}),
    ],
)
def test_json_that_is_no_encoder_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        TextEncoder.from_json(text)


def test_json_of_a_later_version_asks_for_an_update() -> None:
    later = json.dumps({**GOOD, "format": 2})
    with pytest.raises(DataError, match="of format 2 arrived; .* reads format 1. Update seqsent"):
        TextEncoder.from_json(later)
    with pytest.raises(DataError, match="cannot be read arrived: Expecting value"):
        TextEncoder.from_json("words")


def test_imdb_becomes_keras_ids(imdb_folder: Path) -> None:
    """With Keras' own order of equally frequent words, which no text shows."""
    source = imdb._at(imdb_folder, "the path")
    train, test, _ = imdb._unpack(cached(source.files, lambda: imdb._pack(source)))
    vocabulary = load_imdb(None, 1, path=imdb_folder).vocabulary
    encoder = TextEncoder(
        WordTokenizer(vocabulary.limit(500), frozenset(vocabulary.words)), maxlen=100
    )
    texts: dict[tuple[str, str], dict[str, str]] = {}
    for part, label, name, text in _texts(imdb_folder / "aclImdb_labelled.tar.gz"):
        texts.setdefault((part, label), {})[name] = text
    for part, reviews in (("train", train), ("test", test)):
        in_order = [
            texts[part, label][name]
            for label in ("pos", "neg")
            for name in sorted(texts[part, label])
        ]
        expected = imdb._encode(reviews, np.arange(len(reviews)), 500, 100)
        np.testing.assert_array_equal(encoder.encode(in_order), expected.ids)


@pytest.mark.parametrize("level", LEVELS)
def test_what_looks_like_a_reserved_piece_is_a_word(level: Any) -> None:
    encoder = TextEncoder.fit(["<pad> <start> <unknown> fine"] * 9, level=level, maxlen=20)
    for same in (encoder, TextEncoder.from_json(encoder.to_json()), copy.deepcopy(encoder)):
        ids = [id for _, id in same.read("<pad> <start> <unknown> fine")]
        assert min(ids) >= FIRST_WORD


def test_subwords_are_learned_from_as_much_as_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizers, "LEARNED_FROM", 12)
    pieces = TextEncoder.fit(["ab ab", "ab ab", "xy xy"], level="subword").vocabulary.words
    assert "▁ab" in pieces
    assert not {"x", "y"} & set(pieces)
