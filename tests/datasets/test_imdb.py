"""Every route to IMDB gives Keras' ids, runs no code, and says what is wrong with a file."""

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqsent import DataError, Splits, load_imdb
from seqsent.datasets import imdb
from seqsent.datasets.imdb_files import read_npz

RANKS = {"the": 1, "film": 2, "is": 3, "good": 4, "bad": 5, "br": 6}
TEXTS = {
    "train/pos/0_9.txt": "The film IS good.",
    "train/pos/10_8.txt": "good<br />good unheard-of",
    "train/pos/2_7.txt": "",
    "train/neg/0_1.txt": "bad, bad; bad!",
    "train/neg/1_2.txt": "the film is the film is the film is bad",
    "test/pos/0_10.txt": "the good",
    "test/neg/0_3.txt": "the bad",
    "train/unsup/0_0.txt": "not labelled",
    "train/pos/notes.txt": "no review",
}
# In the order of the file names, positives first: "10_8" comes before "2_7".
TRAIN = [[1, 2, 3, 4], [4, 6, 4], [], [5, 5, 5], [1, 2, 3, 1, 2, 3, 1, 2, 3, 5]]
TRAIN_LABELS = [1, 1, 1, 0, 0]
TEST, TEST_LABELS = [[1, 4], [1, 5]], [1, 0]


def write_npz(path: Path, protocol: int = 4, **replaced: Any) -> Path:
    arrays: dict[str, Any] = {
        "x_train": objects(TRAIN),
        "y_train": np.array(TRAIN_LABELS),
        "x_test": objects(TEST),
        "y_test": np.array(TEST_LABELS),
        **replaced,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            archive.writestr(f"{name}.npy", npy(array, protocol))
    return path


def objects(lists: list[Any]) -> Any:
    array = np.empty(len(lists), dtype=object)
    array[:] = lists
    return array


def npy(array: Any, protocol: int = 4, pickled: bytes | None = None) -> bytes:
    file = io.BytesIO()
    header = np.lib.format.header_data_from_array_1_0(array)
    np.lib.format.write_array_header_1_0(file, header)
    if array.dtype.hasobject:
        file.write(pickled or pickle.dumps(array, protocol=protocol))
    else:
        file.write(array.tobytes())
    return file.getvalue()


def write_folder(path: Path) -> Path:
    for name, text in TEXTS.items():
        file = path / "aclImdb" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    write_index(path)
    return path / "aclImdb"


def write_archive(path: Path) -> Path:
    folder = write_folder(path / "unpacked")
    write_index(path)
    with tarfile.open(path / "aclImdb_v1.tar.gz", "w:gz") as archive:
        archive.add(folder, "aclImdb")
    return path / "aclImdb_v1.tar.gz"


def write_index(folder: Path) -> None:
    (folder / "imdb_word_index.json").write_text(json.dumps(RANKS), encoding="utf-8")


def write_npz_with_index(path: Path) -> Path:
    write_index(path)
    return write_npz(path / "imdb.npz")


ROUTES = [write_npz_with_index, write_folder, write_archive]


@pytest.mark.parametrize("write", ROUTES)
@pytest.mark.parametrize("again", [False, True], ids=["first", "from the copy"])
def test_every_route_gives_the_ids_that_keras_gives(
    tmp_path: Path, write: Callable[[Path], Path], again: bool
) -> None:
    path = write(tmp_path)
    splits = load_imdb(num_words=8, maxlen=5, validation_size=0.4, seed=1, path=path)
    if again:
        splits = load_imdb(num_words=8, maxlen=5, validation_size=0.4, seed=1, path=path)
    x, y = keras_ids(TRAIN, TRAIN_LABELS, num_words=8)
    lengths = [len(ids) for ids in x]
    rows = keras.utils.pad_sequences(x, maxlen=5)
    from sklearn.model_selection import train_test_split

    x1, x2, y1, y2, lengths1, _ = train_test_split(rows, y, lengths, test_size=0.4, random_state=1)
    np.testing.assert_array_equal(splits.train.ids, x1)
    np.testing.assert_array_equal(splits.train.labels, y1)
    np.testing.assert_array_equal(splits.validation.ids, x2)
    np.testing.assert_array_equal(splits.validation.labels, y2)
    np.testing.assert_array_equal(splits.lengths, lengths1)
    x, y = keras_ids(TEST, TEST_LABELS, num_words=8)
    np.testing.assert_array_equal(splits.test.ids, keras.utils.pad_sequences(x, maxlen=5))
    np.testing.assert_array_equal(splits.test.labels, y)
    assert (splits.vocab_size, splits.label_names) == (8, ("negative", "positive"))
    assert splits.vocabulary.words == ("the", "film", "is", "good")


def keras_ids(
    reviews: list[list[int]], labels: list[int], num_words: int
) -> tuple[list[list[int]], list[int]]:
    """Do what keras.datasets.imdb.load_data does, in the plainest way."""
    rows = np.arange(len(reviews))
    np.random.RandomState(113).shuffle(rows)
    offset = [[1, *(rank + 3 for rank in reviews[row])] for row in rows]
    limited = [[id if id < num_words else 2 for id in ids] for ids in offset]
    return limited, [labels[row] for row in rows]


def test_without_a_limit_every_word_has_its_id(tmp_path: Path) -> None:
    splits = load_imdb(None, 20, 0.4, path=write_npz_with_index(tmp_path))
    assert splits.vocab_size == 10
    shown = {
        splits.vocabulary.decode(ids) for part in (splits.train, splits.test) for ids in part.ids
    }
    assert "<start> the bad" in shown


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_arrays_pickled_by_any_numpy_are_read(tmp_path: Path, protocol: int) -> None:
    reviews = read_npz(write_npz(tmp_path / "imdb.npz", protocol))
    assert reviews.train.values.tolist() == [rank for ranks in TRAIN for rank in ranks]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("write", [pickle.dumps, pickle._dumps])  # type: ignore[attr-defined]
def test_arrays_of_many_lists_and_of_long_ones_are_read(
    tmp_path: Path, protocol: int, write: Callable[..., bytes]
) -> None:
    lists = [[1] * 250_001, *([] for _ in range(3_000)), *([number] for number in range(70_000))]
    array = objects(lists)
    path = tmp_path / "imdb.npz"
    reviews = npy(array, pickled=write(array, protocol=protocol))
    labels = npy(np.zeros(len(lists), np.uint8))
    parts = ((f"x_{part}.npy", reviews, f"y_{part}.npy", labels) for part in ("train", "test"))
    zip_of(path, *chain.from_iterable(parts))
    assert read_npz(path).train.lengths.tolist() == [len(one) for one in lists]


@pytest.mark.parametrize("num_words", [8, None])
def test_high_ranks_are_rare_words(tmp_path: Path, num_words: int | None) -> None:
    path = write_npz(tmp_path / "imdb.npz", x_test=objects([[1], [10**9]]))
    splits = load_imdb(num_words, 5, 0.4, path=path)
    assert splits.test.ids.max() == (4 if num_words else 10**9 + 3)


@pytest.mark.parametrize("kind", [np.bool_, np.uint8, np.int64, np.float32])
def test_labels_are_whole_numbers_of_any_type(tmp_path: Path, kind: Any) -> None:
    labels = np.array(TRAIN_LABELS, kind)
    reviews = read_npz(write_npz(tmp_path / "imdb.npz", y_train=labels))
    assert reviews.train.labels.tolist() == TRAIN_LABELS
    assert reviews.train.labels.dtype == np.int32


def test_without_a_word_index_ids_stay_ids(tmp_path: Path) -> None:
    splits = load_imdb(8, 5, 0.4, path=write_npz(tmp_path / "imdb.npz"))
    assert "<4?>" in " ".join(map(splits.vocabulary.decode, splits.test.ids))


def test_the_folder_named_by_the_environment_is_looked_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_npz_with_index(tmp_path)
    monkeypatch.setenv("SEQSENT_DATA", str(tmp_path))
    assert load_imdb(8, 5, 0.4).fingerprint == load_imdb(8, 5, 0.4, path=tmp_path).fingerprint


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "imdb.npz")
    before = load_imdb(8, 5, 0.4, path=path)
    write_npz(path, x_test=objects([[1, 1, 1], [2]]))
    os.utime(path, (1, 1))
    assert load_imdb(8, 5, 0.4, path=path).fingerprint != before.fingerprint


def test_a_damaged_copy_is_made_again(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "imdb.npz")
    before = load_imdb(8, 5, 0.4, path=path)
    (copy,) = (tmp_path / "cache").iterdir()
    for damage in (b"", b"no zip", copy.read_bytes()[:-40]):
        copy.write_bytes(damage)
        assert load_imdb(8, 5, 0.4, path=path).fingerprint == before.fingerprint


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SEQSENT_CACHE", str(tmp_path / "file"))
    assert isinstance(load_imdb(8, 5, 0.4, path=write_npz(tmp_path / "imdb.npz")), Splits)


class Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def test_pickled_code_does_not_run(tmp_path: Path) -> None:
    fired = tmp_path / "fired"
    path = write_npz(tmp_path / "imdb.npz", x_test=objects([[1], Bomb(fired)]))
    with pytest.raises(DataError, match="expected lists of whole numbers|cannot be read"):
        load_imdb(path=path)
    path = write_npz(tmp_path / "labels.npz", y_test=objects([1, Bomb(fired)]))
    with pytest.raises(DataError, match="has objects; expected numbers"):
        load_imdb(path=path)
    assert not fired.exists()


def truncated(path: Path) -> None:
    whole = write_npz(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "cannot be read"),
    "truncated": (truncated, "cannot be read"),
    "a web page": (lambda path: path.write_text("<html>404</html>"), "cannot be read"),
    "another zip": (lambda path: zip_of(path, "a.txt", b"a"), "has no x_train.npy"),
    "no labels": (lambda path: write_npz(path, y_train=np.array([1])), "5 training reviews with 1"),
    "other labels": (
        lambda path: write_npz(path, y_test=np.array([1, 7])),
        "label 7; expected 0 and 1",
    ),
    "labels that are shares": (
        lambda path: write_npz(path, y_test=np.array([0.9, 0.2])),
        "y_test.npy has the label 0.9; expected 0 and 1",
    ),
    "labels of nan": (lambda path: write_npz(path, y_test=np.array([1, np.nan])), "label nan"),
    "labels past 32 bits": (
        lambda path: write_npz(path, y_test=np.array([2**32, 1])),
        "label 4294967296",
    ),
    "negative ranks": (lambda path: write_npz(path, x_test=objects([[1], [-4]])), "below 0"),
    "huge ranks": (lambda path: write_npz(path, x_test=objects([[1], [2**40]])), "cannot be read"),
    "ranks at the end of 32 bits": (
        lambda path: write_npz(path, x_test=objects([[1], [2**31 - 1]])),
        "test reviews have the rank 2,147,483,647; expected 1,000,000,000 at most",
    ),
    "words": (lambda path: write_npz(path, x_test=objects([[1], ["a"]])), "cannot be read"),
    "no lists": (lambda path: write_npz(path, x_test=objects([1, 2])), "cannot be read"),
    "numbers": (lambda path: write_npz(path, x_test=np.array([1, 2])), "expected lists"),
    "junk": (lambda path: zip_of(path, "x_train.npy", b"junk"), "has no y_train.npy"),
    "another pickle": (
        lambda path: zip_of(
            path,
            "x_train.npy",
            npy(objects([[1]]), pickled=pickle.dumps({"a": 1})),
            "y_train.npy",
            npy(np.array([1])),
        ),
        "cannot be read",
    ),
}


def zip_of(path: Path, *parts: Any) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in zip(parts[::2], parts[1::2], strict=True):
            archive.writestr(name, content)


@pytest.mark.parametrize(("write", "message"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_not_imdb_says_so(
    tmp_path: Path, write: Callable[[Path], object], message: str
) -> None:
    path = tmp_path / "imdb.npz"
    write(path)
    with pytest.raises(DataError, match=message) as caught:
        load_imdb(path=path)
    assert str(path) in str(caught.value)
    assert "download it again or name another file" in str(caught.value)


def test_a_path_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match=r"absent, the path given .* does not exist"):
        load_imdb(path=tmp_path / "absent")
    monkeypatch.setenv("SEQSENT_DATA", str(tmp_path / "absent"))
    with pytest.raises(DataError, match=r"absent, SEQSENT_DATA given .* does not exist"):
        load_imdb()


def test_a_folder_without_reviews_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no IMDB reviews"):
        load_imdb(path=tmp_path)


def test_an_archive_without_reviews_is_named(tmp_path: Path) -> None:
    path = write_archive(tmp_path)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(tmp_path / "imdb_word_index.json", "aclImdb/imdb.vocab")
    with pytest.raises(DataError, match="0 positive and 0 negative reviews in train"):
        load_imdb(path=path)


@pytest.mark.parametrize("keep", [0, 10, 150])
def test_a_damaged_archive_is_named(tmp_path: Path, keep: int) -> None:
    path = write_archive(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"aclImdb_v1\.tar\.gz cannot be read as an archive"):
        load_imdb(path=path)


@pytest.mark.parametrize("module", [gzip, bz2, lzma], ids=lambda module: module.__name__)
def test_an_archive_that_is_cut_off_is_never_a_smaller_data_set(
    tmp_path: Path, module: Any
) -> None:
    path = write_archive(tmp_path)
    whole = module.compress(gzip.decompress(path.read_bytes()))
    for keep in range(0, len(whole), 7):
        path.write_bytes(whole[:keep])
        with pytest.raises(DataError, match=r"aclImdb_v1\.tar\.gz cannot be read as an archive"):
            load_imdb(path=path)
    path.write_bytes(whole)
    assert len(load_imdb(8, 5, 0.4, path=path).test) == len(TEST)


def test_a_tar_file_is_read_to_its_end_or_not_at_all(tmp_path: Path) -> None:
    path = write_archive(tmp_path)
    content = gzip.decompress(path.read_bytes()).rstrip(b"\0")
    end = -len(content) % 512
    path.write_bytes(content + bytes(end + 1024))
    load_imdb(8, 5, 0.4, path=path)
    for cut in (content, content + bytes(end), content + bytes(end + 511), content[:-1024]):
        path.write_bytes(cut)
        with pytest.raises(DataError, match=r"aclImdb_v1\.tar\.gz cannot be read as an archive"):
            load_imdb(path=path)


def test_an_archive_is_not_unpacked(tmp_path: Path) -> None:
    path = write_archive(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    load_imdb(8, 5, 0.4, path=path)
    after = [file for file in sorted(tmp_path.rglob("*")) if "cache" not in file.parts]
    assert after == before


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"a": 2}', '{"a": "1"}', '{"a": 1, "b": 1}']
)
def test_a_word_index_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    path = write_folder(tmp_path)
    (tmp_path / "imdb_word_index.json").write_text(text)
    with pytest.raises(DataError, match=r"imdb_word_index\.json"):
        load_imdb(path=path)


def test_a_review_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = write_folder(tmp_path)
    (path / "train" / "pos" / "0_9.txt").write_bytes(b"caf\xe9")
    with pytest.raises(DataError, match=r"train/pos/0_9\.txt' in .* is not UTF-8"):
        load_imdb(path=path)


def test_a_download_that_fails_names_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError("no network")

    monkeypatch.setattr(keras.utils, "get_file", fail)
    with pytest.raises(DataError, match="could not be downloaded: no network.*--data PATH"):
        load_imdb()


def test_the_download_is_checked_by_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []

    def get_file(name: str, **asked_for: Any) -> str:
        asked.append(asked_for)
        write_npz_with_index(tmp_path)
        return str(tmp_path / name)

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    load_imdb(8, 5, 0.4)
    assert [call["file_hash"][:4] for call in asked] == ["6966", "bfaf"]
    assert all(call["origin"].startswith("https://") for call in asked)


@pytest.mark.parametrize(
    "arguments", [{"num_words": 3}, {"maxlen": 0}, {"validation_size": 1.0}, {"validation_size": 0}]
)
def test_numbers_that_cannot_be_used_are_named(arguments: dict[str, Any]) -> None:
    (name,) = arguments
    with pytest.raises(DataError, match=f"{name}="):
        load_imdb(**arguments)


# From here on the real reviews, and what the textbook prints of them.


def test_the_textbooks_facts(imdb_folder: Path) -> None:
    splits = load_imdb(300, path=imdb_folder / "imdb.npz")
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (20_000, 5_000, 25_000)
    assert splits.train.ids.shape == (20_000, 100)
    assert splits.lengths.mean() == 239.00925
    assert np.median(splits.lengths) == 178


def test_the_textbooks_first_reviews(imdb_folder: Path) -> None:
    source = imdb._at(imdb_folder, "SEQSENT_DATA")
    train, _, _ = imdb._unpack(imdb._pack(source))
    rows = imdb._shuffled(len(train))
    examples = imdb._encode(train, rows[:20], 300, 218)
    assert examples.ids[0, :10].tolist() == [1, 14, 22, 16, 43, 2, 2, 2, 2, 65]
    assert (examples.ids[1] != 0).sum() == 189
    assert examples.labels.tolist() == [1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1]
    assert 1 + train.lengths[rows[0]] == 218


def test_raw_reviews_give_the_same_ids_word_for_word(imdb_folder: Path) -> None:
    """In a process of its own, for its memory: whole reviews, every word."""
    code = """
    import sys
    from seqsent import load_imdb
    (folder,) = sys.argv[1:]
    paths = [folder + "/imdb.npz", folder + "/aclImdb_labelled.tar.gz"]
    print(len({load_imdb(None, 2500, path=path).fingerprint for path in paths}))
    """
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(line.strip() for line in code.splitlines()), imdb_folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr
