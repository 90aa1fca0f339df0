"""Labelled texts come in whole from files of every kind; what is wrong is named."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsent import DataError, load_texts, read_texts

ROWS = [
    ("A fine film, truly.", "pos"),
    ('She said "no".\nTwice.', "neg"),
    ("좋은 영화 🎬", "pos"),
    ("فيلم سيئ", "neg"),
    ("", "neg"),
]
TEXTS, LABELS = [text for text, _ in ROWS], [label for _, label in ROWS]


def write_csv(path: Path, delimiter: str = ",", rows: Any = ROWS, **how: Any) -> Path:
    with path.open("w", newline="", **{"encoding": "utf-8", **how}) as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["id", "Review", "sentiment"])
        writer.writerows([number, *row] for number, row in enumerate(rows))
    return path


def write_jsonl(path: Path) -> Path:
    lines = [json.dumps({"review": text, "label": label}) for text, label in ROWS]
    path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return path


def zipped(path: Path) -> Path:
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return packed


KINDS: dict[str, Callable[[Path], Path]] = {
    "csv": lambda folder: write_csv(folder / "a.csv"),
    "semicolons": lambda folder: write_csv(folder / "a.csv", ";"),
    "byte order mark": lambda folder: write_csv(folder / "a.csv", encoding="utf-8-sig"),
    "tsv": lambda folder: write_csv(folder / "a.tsv", "\t"),
    "csv.gz": lambda folder: zipped(write_csv(folder / "a.csv")),
    "jsonl": lambda folder: write_jsonl(folder / "a.jsonl"),
    "jsonl.gz": lambda folder: zipped(write_jsonl(folder / "a.jsonl")),
}


@pytest.mark.parametrize("write", KINDS.values(), ids=KINDS)
def test_every_kind_of_file_gives_the_same_texts(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    path = write(tmp_path)
    texts = load_texts(path)
    assert list(texts.texts) == TEXTS
    assert [texts.label_names[label] for label in texts.labels] == LABELS
    assert "eview'" in texts.columns
    assert list(read_texts(path)) == TEXTS


def test_a_folder_of_class_folders(tmp_path: Path) -> None:
    for number, (text, label) in enumerate(ROWS):
        (tmp_path / label).mkdir(exist_ok=True)
        (tmp_path / label / f"{number}.txt").write_text(text, encoding="utf-8")
    texts = load_texts(tmp_path)
    assert set(texts.texts) == set(TEXTS)
    assert texts.label_names == ("neg", "pos")


class Frame:
    """What seqsent uses of a pandas DataFrame."""

    columns = ("text", "label")

    def to_dict(self, orient: str) -> list[dict[str, str]]:
        assert orient == "records"
        return [{"text": text, "label": label} for text, label in ROWS]


class DataSet:
    """What seqsent uses of a Hugging Face Dataset."""

    column_names = ("text", "label")

    def __getitem__(self, row: int) -> dict[str, str]:
        return dict(zip(self.column_names, ROWS[row], strict=True))

    def __iter__(self) -> Iterator[dict[str, str]]:
        return map(self.__getitem__, range(len(ROWS)))


@pytest.mark.parametrize("table", [Frame(), DataSet()])
def test_tables_in_memory(table: Any) -> None:
    assert list(load_texts(table).texts) == TEXTS


def test_columns_can_be_named(tmp_path: Path) -> None:
    texts = load_texts(write_csv(tmp_path / "a.csv"), text="sentiment", label="id")
    assert list(texts.texts) == LABELS
    assert texts.label_names == ("0", "1", "2", "3", "4")


def test_several_labels_in_one_column(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", rows=[("a", "x;y"), ("b", "y")])
    texts = load_texts(path, label_separator=";")
    assert (texts.label_names, texts.multi_label) == (("x", "y"), True)


def test_another_encoding_can_be_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", rows=[("좋다", "1"), ("나쁘다", "0")], encoding="cp949")
    assert list(load_texts(path, encoding="cp949").texts) == ["좋다", "나쁘다"]
    with pytest.raises(DataError, match=r"a\.csv is not utf-8: byte 0x.* --encoding"):
        load_texts(path)
    with pytest.raises(DataError, match="encoding 'klingon'"):
        load_texts(path, encoding="klingon")


@given(
    st.lists(
        st.tuples(
            st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            st.sampled_from(["x", "y"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_text_survives_csv(tmp_path_factory: pytest.TempPathFactory, rows: Any) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    write_csv(path, rows=[*rows, ("first", "x"), ("second", "y")])
    assert list(load_texts(path).texts) == [text for text, _ in rows] + ["first", "second"]


def test_lines_of_any_other_file_are_texts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("one\r\n\r\n둘\n".encode())
    assert list(read_texts(tmp_path / "a.txt")) == ["one", "", "둘"]


BROKEN: dict[str, tuple[str, bytes, str]] = {
    "unknown kind": ("a.xlsx", b"PK", "of no known kind; expected .csv"),
    "empty": ("a.csv", b"", "has no rows"),
    "header only": ("a.csv", b"text,label\n", "has no rows"),
    "no text column": ("a.csv", b"id,label\n1,x\n", "no text column .* it has id, label"),
    "no label column": ("a.csv", b"id,text\n1,x\n", "no label column .* --label"),
    "a comma in a text": ("a.csv", b"text,label\na,b,x\n", "row 2 .* has 3 fields; expected 2"),
    "open quotes": ("a.csv", b'text,label\n"a,x\n', "cannot be read as ','-separated"),
    "one class": ("a.csv", b"text,label\na,x\nb,x\n", "one label only, 'x'"),
    "no json": ("a.jsonl", b"text\n", "line 1 of a.jsonl is no JSON"),
    "a list": ("a.jsonl", b"[1]\n", "line 1 of a.jsonl is a list; expected an object"),
    "deep json": ("a.jsonl", b"[" * 100_000, "line 1 of a.jsonl is no JSON"),
    "a number": ("a.jsonl", b'{"text": 3, "label": 1}\n', "row 1 has 3 where a text"),
    "nothing": ("a.jsonl", b'{"text": null, "label": 1}\n', "row 1 has None where a text"),
    "a missing key": (
        "a.jsonl",
        b'{"text": "a", "label": 1}\n{"text": "b"}\n',
        "line 2 of a.jsonl has no 'label'",
    ),
    "a truncated gzip": (
        "a.csv.gz",
        gzip.compress(b"text,label\na,x\n" * 99)[:-20],
        "Copy it again",
    ),
    "no gzip": ("a.csv.gz", b"text,label\n", "cannot be read"),
}


@pytest.mark.parametrize(("name", "content", "message"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_used_says_why(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        load_texts(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="absent.csv does not exist"):
        load_texts(tmp_path / "absent.csv")
    with pytest.raises(DataError, match="holds no folders with .txt files"):
        load_texts(tmp_path)
    with pytest.raises(DataError, match="a list arrived; expected a path"):
        load_texts([1])
    with pytest.raises(DataError, match="unknown column 'reviw'; did you mean 'Review'"):
        load_texts(write_csv(tmp_path / "a.csv"), text="reviw")
