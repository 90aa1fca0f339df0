"""Labelled texts come in whole from files of every kind; what is wrong is named."""

import csv
import gzip
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from errno import EACCES
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqsent import DataError, load_texts, read_texts
from seqsent.datasets.columns import label_column, text_column
from seqsent.datasets.table import Table

ROWS = [
    ("A fine film, truly.", "pos"),
    ('She said "no".\nTwice.\r\nAgain;', "neg"),
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


def write_lf(path: Path) -> Path:
    path.write_bytes(write_csv(path).read_bytes().replace(b"\r\n", b"\n"))
    return path


def write_jsonl(path: Path, rows: Any = ROWS) -> Path:
    lines = [json.dumps({"review": text, "label": label}) for text, label in rows]
    path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_parquet(path: Path) -> Path:
    columns = {"n": [*range(len(ROWS))], "review": TEXTS, "label": LABELS}
    pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=2)
    return path


def zipped(path: Path) -> Path:
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return packed


KINDS: dict[str, Callable[[Path], Path]] = {
    "csv": lambda folder: write_csv(folder / "a.csv"),
    "capitals": lambda folder: write_csv(folder / "A.CSV"),
    "semicolons": lambda folder: write_csv(folder / "a.csv", ";"),
    "tabs": lambda folder: write_csv(folder / "a.csv", "\t"),
    "byte order mark": lambda folder: write_csv(folder / "a.csv", encoding="utf-8-sig"),
    "tsv": lambda folder: write_csv(folder / "a.tsv", "\t"),
    "csv.gz": lambda folder: zipped(write_csv(folder / "a.csv")),
    "jsonl": lambda folder: write_jsonl(folder / "a.jsonl"),
    "ndjson": lambda folder: write_jsonl(folder / "a.ndjson"),
    "jsonl.gz": lambda folder: zipped(write_jsonl(folder / "a.jsonl")),
    "parquet": lambda folder: write_parquet(folder / "a.parquet"),
}


@pytest.mark.parametrize("write", KINDS.values(), ids=KINDS)
def test_every_kind_of_file_gives_the_same_texts(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    path = write(tmp_path)
    texts = load_texts(str(path))
    assert texts.texts == TEXTS
    assert [texts.label_names[label] for label in texts.labels] == LABELS
    assert "eview', label from '" in texts.columns
    assert texts.name == path.name
    assert list(read_texts(path)) == TEXTS


def test_line_ends_of_unix(tmp_path: Path) -> None:
    assert load_texts(write_lf(tmp_path / "a.csv")).texts[0] == TEXTS[0]


def test_a_folder_of_class_folders(tmp_path: Path) -> None:
    folder = tmp_path / "train"
    for number, (text, label) in enumerate(ROWS):
        (folder / label).mkdir(exist_ok=True, parents=True)
        (folder / label / f"{number}.txt").write_bytes(text.encode())
        (folder / label / "notes.md").write_bytes(b"no text")
    texts = load_texts(folder)
    assert sorted(texts.texts) == sorted(TEXTS)
    assert texts.label_names == ("neg", "pos")
    assert "folders" in texts.columns
    with pytest.raises(DataError, match="Did you mean .*train"):
        load_texts(tmp_path)
    with pytest.raises(DataError, match="is a folder; expected a file"):
        read_texts(tmp_path)


class DataSet:
    """What seqsent uses of a Hugging Face Dataset."""

    column_names = ("text", "label")
    features: Any = None

    def __getitem__(self, column: str) -> list[Any]:
        return TEXTS if column == "text" else self.labels()

    def labels(self) -> list[Any]:
        return LABELS


class NumberedDataSet(DataSet):
    """One with a ClassLabel."""

    class ClassLabel:
        names = ("neg", "pos")

    features: Any = {"text": None, "label": ClassLabel()}  # noqa: RUF012

    def labels(self) -> list[Any]:
        return [int(label == "pos") for label in LABELS]


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame(ROWS, columns=["text", "label"]),
        pd.DataFrame(ROWS, columns=["text", "features"]),
        pd.DataFrame(ROWS),
        pd.DataFrame(ROWS, columns=["text", "label"], index=[3] * len(ROWS)).astype("category"),
        DataSet(),
        NumberedDataSet(),
    ],
)
def test_tables_in_memory(table: Any) -> None:
    texts = load_texts(table)
    assert texts.texts == TEXTS
    assert [texts.label_names[label] for label in texts.labels] == LABELS


def test_tables_in_memory_that_are_none_or_several() -> None:
    with pytest.raises(DataError, match="a list arrived; expected a path"):
        load_texts([1])
    several = DataSet()
    several.column_names = {"train": ["text"], "test": ["text"]}  # type: ignore[assignment]
    with pytest.raises(DataError, match=r"several tables .* data\['train'\] or data\['test'\]"):
        load_texts(several)


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_missing_values_in_memory_are_counted(missing: Any) -> None:
    frame = pd.DataFrame({"text": ["a", missing, missing], "label": ["x", "y", "y"]}, dtype=object)
    with pytest.raises(DataError, match="2 of 3 rows have no text: row 2 of the DataFrame"):
        load_texts(frame)
    frame = pd.DataFrame({"text": ["a", "b", "c"], "label": ["x", "y", missing]}, dtype=object)
    with pytest.raises(DataError, match="1 of 3 rows of the DataFrame have no label.* row 3"):
        load_texts(frame)


CELLS: list[list[Any]] = [
    [np.array(["a", "b"]), np.array(["a"]), np.array([])],
    [pd.Series([1, 2]), pd.Series([1]), pd.Series([2])],
    [([1], [2]), ([1],), ([2],)],
    [Decimal("sNaN"), Decimal("NaN"), Decimal(1)],
    [10**5_000, [10**5_000], 1],
]


@pytest.mark.parametrize("cells", CELLS, ids=map(str, range(len(CELLS))))
@pytest.mark.parametrize("names", [("text", "label"), ("words", "tags"), ("tags", "words")])
def test_cells_may_hold_anything(cells: list[Any], names: tuple[str, str]) -> None:
    frame = pd.DataFrame({names[0]: ["a b", "c", "d"] * 3, names[1]: pd.Series(cells * 3)})
    with suppress(DataError):
        load_texts(frame)
    frame = pd.DataFrame({names[0]: pd.Series(cells * 3), names[1]: [0, 1, 0] * 3})
    with pytest.raises(DataError):
        load_texts(frame)


def test_arrays_in_cells_are_lists_of_labels() -> None:
    tags = [np.array(["a", "b"]), np.array(["a"]), np.array(["b"])]
    texts = load_texts(pd.DataFrame({"words": ["a b", "c", "d"] * 3, "tags": tags * 3}))
    assert texts.label_names == ("a", "b")
    assert texts.labels[:3].tolist() == [[1, 1], [1, 0], [0, 1]]


def test_a_row_of_a_data_set_without_a_label_is_named() -> None:
    table = NumberedDataSet()
    table.labels = lambda: [1, 0, -1, 0, 1]  # type: ignore[method-assign]
    with pytest.raises(DataError, match="no label, the first is row 3"):
        load_texts(table)


GUESSED: dict[str, tuple[str, str, str]] = {
    "usual names": ("id,stars,Review Text\n1,5,a\n2,1,b\n", "Review Text", "stars"),
    "Korean names": ("번호,감성,리뷰\n1,긍정,가\n2,부정,나\n", "리뷰", "감성"),
    "the Korean corpus": ("id,document,label\n1,가,1\n2,나,0\n", "document", "label"),
    "an index": (",text,label\n0,a,x\n1,b,y\n", "text", "label"),
    "by content": (
        "nr,what,verdict,lang\n1,a fine film,up,en\n2,so dull,down,en\n3,oh,up,en\n4,no,down,en\n",
        "what",
        "verdict",
    ),
    "no header, numbers": ("1,a fine film\n0,so dull\n1,fine\n", "1", "0"),
    "no header, words": ("a fine film,pos\nso dull,neg\nfine,pos\ndull,neg\n", "0", "1"),
    "no header, sentences": ("up,a b c d e f\ndown,x\nup,y\ndown,z\n", "1", "0"),
}


@pytest.mark.parametrize(("content", "text", "label"), GUESSED.values(), ids=GUESSED)
def test_columns_are_guessed_and_named(tmp_path: Path, content: str, text: str, label: str) -> None:
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    texts = load_texts(tmp_path / "a.csv")
    assert texts.columns == f"text from {text!r}, label from {label!r}"
    assert list(read_texts(tmp_path / "a.csv")) == texts.texts


@pytest.mark.parametrize("by_column", [False, True])
def test_all_columns_are_guessed_in_one_pass_of_a_file(by_column: bool) -> None:
    columns = [*map(str, range(99)), "words", "kind"]
    passes = []

    def rows(wanted: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        passes.append(len(wanted))
        for row in range(9):
            yield tuple(row % 2 if name == "kind" else f"{row} {name}" for name in wanted)

    table = Table("a table", columns, rows, by_column)
    assert text_column(table, None) == "words"
    assert label_column(table, None, "words") == "kind"
    assert passes == ([1] * 202 if by_column else [101, 1, 100])


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv")
    texts = load_texts(path, text="sentiment", label="id")
    assert texts.texts == LABELS
    assert texts.label_names == ("0", "1", "2", "3", "4")
    (tmp_path / "b.csv").write_bytes(b"up,one\ndown,two\n")
    assert load_texts(tmp_path / "b.csv", text="1", label="0").texts == ["one", "two"]
    assert load_texts(tmp_path / "b.csv", text="1", label="0").label_names == ("down", "up")


def test_columns_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv")
    for wrong in ({"text": "reviw"}, {"label": "reviw"}):
        with pytest.raises(
            DataError, match=r"unknown column 'reviw'; .*'Review'\? Known: Rev.*, i"
        ):
            load_texts(path, **wrong)
    with pytest.raises(DataError, match="column 'id' of a.csv holds numbers like '0'"):
        load_texts(path, text="id")
    with pytest.raises(DataError, match="column 'id' of a.csv holds numbers like '0'"):
        read_texts(path, text="id")
    with pytest.raises(DataError, match="'Review' of a.csv was taken for texts and for labels"):
        load_texts(path, label="Review")


@pytest.mark.parametrize("separator", [";", ", "])
def test_several_labels_in_one_column(tmp_path: Path, separator: str) -> None:
    path = write_csv(tmp_path / "a.csv", rows=[("a", f"x{separator}y"), ("b", "y")])
    texts = load_texts(path, label_separator=separator)
    assert (texts.label_names, texts.multi_label) == (("x", "y"), True)
    assert texts.labels.tolist() == [[1, 1], [0, 1]]


def test_several_labels_as_lists(tmp_path: Path) -> None:
    rows = [("a", ["x", "y"]), ("b", []), ("c", ["y"])]
    texts = load_texts(write_jsonl(tmp_path / "a.jsonl", rows))
    assert texts.labels.tolist() == [[1, 1], [0, 0], [0, 1]]
    columns = {"text": ["a", "b", "c"], "label": [label for _, label in rows]}
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    assert load_texts(tmp_path / "a.parquet").labels.tolist() == texts.labels.tolist()


@pytest.mark.parametrize("encoding", ["cp949", "utf-16"])
def test_another_encoding_can_be_named(tmp_path: Path, encoding: str) -> None:
    rows = [("좋다", "1"), ("나쁘다", "0")]
    path = write_csv(tmp_path / "a.csv", rows=rows, encoding=encoding)
    assert load_texts(path, encoding=encoding).texts == ["좋다", "나쁘다"]
    with pytest.raises(DataError, match=r"a\.csv is not utf-8: byte 0x.* --encoding"):
        load_texts(path)
    with pytest.raises(DataError, match="encoding 'klingon'"):
        load_texts(path, encoding="klingon")
    with pytest.raises(DataError, match="encoding 'hex'"):
        load_texts(path, encoding="hex")


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("size", [10, 100_000])
def test_the_byte_that_cannot_be_read_is_at_its_offset(
    tmp_path: Path, start: bytes, size: int
) -> None:
    before = start + b"text,label\n" + b"\xea\xb0\x80a,x\n" * size
    (tmp_path / "a.csv").write_bytes(before + b"\xff,x\n")
    with pytest.raises(DataError, match=f"byte 0xff at offset {len(before)} "):
        load_texts(tmp_path / "a.csv")
    with pytest.raises(DataError, match=f"byte 0xff at offset {len(before)} "):
        load_texts(zipped(tmp_path / "a.csv"))


ANY_ROWS = st.lists(
    st.tuples(
        st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        st.sampled_from(["x", "y"]),
    ),
    min_size=1,
    max_size=6,
)
LAST = [("first", "x"), ("second", "y")]


@settings(deadline=None)
@given(ANY_ROWS, st.sampled_from([("csv", ","), ("csv", ";"), ("csv", "\t"), ("tsv", "\t")]))
def test_any_text_survives_csv(
    tmp_path_factory: pytest.TempPathFactory, rows: Any, kind: tuple[str, str]
) -> None:
    ending, delimiter = kind
    path = tmp_path_factory.mktemp("csv") / f"a.{ending}"
    write_csv(path, delimiter, rows=[*rows, *LAST])
    assert load_texts(path).texts == [text for text, _ in [*rows, *LAST]]


@settings(deadline=None)
@given(ANY_ROWS, st.booleans())
def test_any_text_survives_jsonl(
    tmp_path_factory: pytest.TempPathFactory, rows: Any, escaped: bool
) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "a.jsonl"
    records = [{"text": text, "label": label} for text, label in [*rows, *LAST]]
    lines = [json.dumps(record, ensure_ascii=escaped) for record in records]
    path.write_bytes("\n".join(lines).encode())
    assert load_texts(path).texts == [text for text, _ in [*rows, *LAST]]


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=60), st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.txt", "a.csv.gz"]))
def test_any_bytes_are_texts_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = tmp_path_factory.mktemp("bytes") / name
    path.write_bytes(content)
    with suppress(DataError):
        load_texts(path)
    with suppress(DataError):
        assert all(isinstance(text, str) for text in read_texts(path))


def test_halves_of_characters_are_replaced(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [("a\ud83d", "x"), ("\ud83c\udfac", "y")])
    assert load_texts(path).texts == ["a\ufffd", "🎬"]


def test_labels_with_halves_of_characters_are_refused(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [("a", "x"), ("b", "\ud83d"), ("c", "\ude00")])
    with pytest.raises(DataError, match=r"row 2 of a.jsonl has the label '\\ud83d', which is no"):
        load_texts(path)
    path = write_jsonl(tmp_path / "b.jsonl", [("a", ["\ud83d"]), ("b", ["\ude00"])])
    with pytest.raises(DataError, match=r"row 1 of b.jsonl has the label '\\ud83d', which is no"):
        load_texts(path)


@pytest.mark.skipif(sys.platform != "linux", reason="names of this system's folders are UTF-8")
def test_classes_of_folders_named_in_another_encoding_are_not_joined(tmp_path: Path) -> None:
    for name in ("긍정", "부정"):
        folder = os.fsencode(tmp_path) + b"/" + name.encode("cp949")
        os.mkdir(folder)
        Path(os.fsdecode(folder), "1.txt").write_bytes(b"a film")
    with pytest.raises(DataError, match=r"row 1 .* has the label '\\udc.*folder in an.*Ren"):
        load_texts(tmp_path)


def test_quotes_in_tabbed_files_may_be_characters(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b'text\tlabel\n"Great film\tx\nno "good" film\ty\n')
    assert load_texts(tmp_path / "a.tsv").texts == ['"Great film', 'no "good" film']


def test_lines_of_a_plain_file_are_texts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("one\r\n\r\n둘\n".encode())
    assert list(read_texts(tmp_path / "a.txt")) == ["one", "", "둘"]


def test_texts_are_streamed(tmp_path: Path) -> None:
    rows = ((f"{row} " + "word " * 400, "x") for row in range(20_000))
    path = write_csv(tmp_path / "a.csv", rows=rows)
    tracemalloc.start()
    count = sum(1 for _ in read_texts(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < path.stat().st_size / 10


BROKEN: dict[str, tuple[str, bytes, str]] = {
    "unknown kind": ("a.xlsx", b"PK", "of no known kind; expected .csv"),
    "empty": ("a.csv", b"", "has no rows"),
    "empty tsv": ("a.tsv", b"", "has no rows"),
    "empty jsonl": ("a.jsonl", b"\n\n", "has no rows"),
    "empty parquet": ("a.parquet", b"", "cannot be read as parquet"),
    "empty gzip": ("a.csv.gz", b"", "has no rows"),
    "header only": ("a.csv", b"text,label\n", "has no rows"),
    "no text column": ("a.csv", b"id,label\n1,x\n", "no text column .* it has id, label"),
    "no label column": ("a.csv", b"id,text\n1,x\n", "no label column .* --label"),
    "two text columns": ("a.csv", b"text,text,label\na,b,x\n", "several columns 'text'"),
    "a comma in a text": (
        "a.csv",
        b"text,label\nok,y\n\na,b,x\n",
        r"row 2 \(line 4\) of a.csv has 3 fields; expected 2",
    ),
    "a row too short": (
        "a.csv",
        b"id,text,label\n1,a,x\n2,b\n",
        "row 2 .* has 2 fields; expected 3",
    ),
    "open quotes": ("a.csv", b'text,label\n"a,x\n', r"row 1 \(line 2\) of a.csv cannot be read"),
    "loose quotes": ("a.csv", b'text;label\n"a" b;x\n', "';' expected after"),
    "NUL bytes": ("a.csv", b"text,label\na\0,x\n", "line 2 of a.csv has a NUL byte"),
    "numbers": ("a.csv", b"text,label\n1,x\n2,y\n", "'text' of a.csv holds numbers like '1'"),
    "no label in a row": ("a.csv", b"text,label\na,x\nb,\n", "have no label, the first is row 2"),
    "one class": ("a.csv", b"text,label\na,x\nb,x\n", "one label only, 'x'"),
    "another encoding": ("a.csv", b"text,label\ncaf\xe9,x\n", "byte 0xe9 at offset 14"),
    "another encoding in jsonl": ("a.jsonl", b'{"text": "\xe9"}', "byte 0xe9 at offset 10"),
    "no json": ("a.jsonl", b"text\n", "line 1 of a.jsonl is no JSON: Expecting value at char"),
    "cut json": ("a.jsonl", b'{"text": "a", "label": 1}\n{"te', "line 2 of a.jsonl is no JSON"),
    "a list": ("a.jsonl", b"[1]\n", "line 1 of a.jsonl is a list; expected an object"),
    "deep json": ("a.jsonl", b"[" * 100_000, "line 1 of a.jsonl is no JSON"),
    "a huge number": ("a.jsonl", b'{"text": ' + b"1" * 9_999 + b"}", "line 1 .* is no JSON"),
    "a name twice": (
        "a.jsonl",
        b'{"text": "a", "label": 1}\n{"text": "b", "text": "c", "label": 1}\n',
        "line 2 of a.jsonl is no JSON: an object in it has a name twice",
    ),
    "65 bits": ("a.jsonl", b'{"text": "a", "label": 9223372036854775808}\n', "is too large"),
    "NUL bytes in jsonl": ("a.jsonl", b'{"text": "\0"}', "line 1 of a.jsonl has a NUL byte"),
    "a number": ("a.jsonl", b'{"text": 3, "label": 1}\n', "row 1 of a.jsonl has 3 where a text"),
    "NaN": ("a.jsonl", b'{"text": NaN, "label": 1}\n', "row 1 of a.jsonl has nan where a text"),
    "nothing": ("a.jsonl", b'{"text": null, "label": 1}\n', "row 1 of a.jsonl has None where"),
    "an object": ("a.jsonl", b'{"text": "a", "label": {}}\n', "has {} where a label"),
    "a missing key": (
        "a.jsonl",
        b'{"text": "a", "label": 1}\n{"text": "b"}\n',
        "no label, the first is row 2",
    ),
    "a truncated gzip": (
        "a.csv.gz",
        gzip.compress(b"text,label\na,x\n" * 99)[:-20],
        "cut off or damaged",
    ),
    "no gzip": ("a.csv.gz", b"text,label\n", "cannot be read: Not a gzipped file"),
    "no parquet": ("a.parquet", b"PAR1" * 99, "cannot be read as parquet"),
}


@pytest.mark.parametrize(("name", "content", "message"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_used_says_why(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        load_texts(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_texts_of_parquet_may_be_long_and_recur(tmp_path: Path) -> None:
    texts = [f"{row % 30}" + "좋은 " * 20_000 for row in range(600)]
    words = pyarrow.string()
    columns = {
        "text": texts,
        "label": [["x"], [], ["y", "x"]] * 200,
        "map": pyarrow.array([[("a", "b")]] * 600, pyarrow.map_(words, words)),
        "pair": pyarrow.array([["a", "b"]] * 600, pyarrow.list_(words, 2)),
    }
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(
        pyarrow.table(columns), path, compression="none", row_group_size=500
    )
    loaded = load_texts(path)
    assert loaded.texts == texts
    assert loaded.labels[-3:].tolist() == [[1, 0], [0, 0], [1, 1]]
    with pytest.raises(DataError, match=r"row 1 .* has \('a', 'b'\) where a label"):
        load_texts(path, label="map")
    assert load_texts(path, label="pair").label_names == ("a", "b")


@pytest.mark.parametrize("encoding", ["PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_texts_of_parquet_are_read_however_they_are_stored(tmp_path: Path, encoding: str) -> None:
    texts = [f"film {row}, so so" for row in range(20_000)]
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(
        pyarrow.table({"text": texts, "label": [["x"], ["y", "x"]] * 10_000}),
        path,
        row_group_size=9_000,
        use_dictionary=["label.list.element"],
        column_encoding={"text": encoding},
    )
    loaded = load_texts(path)
    assert loaded.texts == texts
    assert loaded.labels[-2:].tolist() == [[1, 0], [1, 1]]


MOMENTS: dict[str, tuple[int | None, Any]] = {
    "a nanosecond": (1, pyarrow.timestamp("ns")),
    "a far year": (2**60, pyarrow.timestamp("us")),
    "an unknown place": (1, pyarrow.timestamp("us", "Nowhere/AtAll")),
    "a far day": (10**7, pyarrow.date32()),
    "none": (None, pyarrow.timestamp("ns")),
}


@pytest.mark.parametrize(("number", "kind"), MOMENTS.values(), ids=MOMENTS)
def test_moments_beside_texts_may_be_what_python_has_no_word_for(
    tmp_path: Path, number: int | None, kind: Any
) -> None:
    moments = pyarrow.array([number] * 2, pyarrow.int64()).cast(f"int{kind.bit_width}").view(kind)
    texts = ["so so", "a fine film"]
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(
        pyarrow.table({"when": moments, "said": texts, "label": [0, 1]}), path
    )
    assert load_texts(path).texts == texts
    with pytest.raises(DataError, match="label"):
        load_texts(path, label="when")


def test_parquet_whose_dictionary_ends_is_read_on_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What some writers do when a dictionary is full, and pyarrow does not.
    def ending(batches: Callable[..., Iterator[Any]], **asked: Any) -> Iterator[Any]:
        yield next(batches(**asked))
        raise OSError("Not yet implemented")

    def opened(path: Path, read_dictionary: Sequence[str] = ()) -> Any:
        file = whole(path, read_dictionary=list(read_dictionary))
        if read_dictionary:
            monkeypatch.setattr(file, "iter_batches", partial(ending, file.iter_batches))
        return file

    texts = [f"film {row}" for row in range(20_000)]
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": texts, "label": [0, 1] * 10_000}), path)
    whole = pyarrow.parquet.ParquetFile
    monkeypatch.setattr(pyarrow.parquet, "ParquetFile", opened)
    assert load_texts(path).texts == texts


HUGE = "y" * 1_000_000
LONG: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "no text column": ([{HUGE: 1}], {}),
    "many columns": ([{f"{row}{HUGE[:9_000]}": 1 for row in range(900)}], {}),
    "no label column": ([{HUGE: "a b"}], {}),
    "texts and labels": ([{HUGE: "a b"}], {"label": HUGE}),
    "numbers": ([{HUGE: 1, "label": 1}] * 2, {"text": HUGE}),
    "unknown": ([{HUGE: 1}], {"text": HUGE + "x"}),
    "only label": ([{"text": "a", "label": HUGE}] * 2, {}),
    "line ends": ([{"\n\x1b[2J": 1}], {}),
}


@pytest.mark.parametrize(("rows", "columns"), LONG.values(), ids=LONG)
def test_what_is_said_is_one_line_that_can_be_read(
    tmp_path: Path, rows: list[Any], columns: dict[str, Any]
) -> None:
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(DataError) as caught:
        load_texts(tmp_path / "a.jsonl", **columns)
    assert len(str(caught.value)) < 2_000
    assert str(caught.value).isprintable()


def test_columns_with_long_names_are_named_in_brief(tmp_path: Path) -> None:
    rows = [{HUGE: "a b", "label": label} for label in "xy"]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert len(load_texts(tmp_path / "a.jsonl").columns) < 200


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_truncated_parquet_file(tmp_path: Path, keep: float) -> None:
    path = write_parquet(tmp_path / "a.parquet")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(DataError, match="cannot be read as parquet"):
        load_texts(path)


def test_json_may_have_fifty_levels(tmp_path: Path) -> None:
    path, row = tmp_path / "a.jsonl", '{"text": "[%s", "label": %d, "more": %s}\n'
    path.write_text("".join(row % ("[" * 99, label, "[" * 49 + "]" * 49) for label in (0, 1)))
    assert load_texts(path).label_names == ("0", "1")
    path.write_text(row % ("a", 1, "[" * 50 + "]" * 50))
    with pytest.raises(DataError, match="line 1 of a.jsonl is no JSON: it has more than 50 levels"):
        load_texts(path)


def test_numbers_among_texts_are_named_while_streaming(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "a"}\n{"text": 4}\n')
    texts: Iterator[str] = read_texts(tmp_path / "a.jsonl")
    assert next(texts) == "a"
    with pytest.raises(DataError, match="row 2 of a.jsonl has 4 where a text"):
        next(texts)


def test_parquet_without_pyarrow_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_parquet(tmp_path / "a.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r'python -m pip install "seqsent\[parquet\]"'):
        load_texts(path)


@pytest.mark.parametrize("read", [load_texts, read_texts])
def test_what_is_not_there_is_named(tmp_path: Path, read: Callable[[Any], Any]) -> None:
    with pytest.raises(DataError, match="absent.csv does not exist"):
        read(tmp_path / "absent.csv")
    with pytest.raises(DataError, match="cannot be opened"):
        read("a whole text " * 99)
    (tmp_path / "a.txt").touch()
    with pytest.raises(DataError, match="is empty|no known kind"):
        read(tmp_path / "a.txt")


@pytest.mark.parametrize("read", [load_texts, read_texts])
@pytest.mark.parametrize("source", [5, None, b"a.csv", ["a.csv"], pd.Series(["a"])])
def test_what_is_no_path_is_named(read: Callable[[Any], Any], source: Any) -> None:
    with pytest.raises(DataError, match=f"a {type(source).__name__} arrived; expected .*path"):
        read(source)


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folders with .txt files"):
        load_texts(tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv")
    path.chmod(0)
    with pytest.raises(DataError, match="Permission denied"):
        load_texts(path)


@pytest.mark.parametrize(
    ("method", "closed"),
    [("iterdir", "."), ("iterdir", "x"), ("is_dir", "x"), ("is_file", "x/1.txt")],
)
def test_a_folder_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, closed: str
) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "1.txt").write_text("a")
    whole = getattr(Path, method)

    def refusing(path: Path) -> Any:
        if path == tmp_path / closed:
            raise PermissionError(EACCES, "Permission denied")
        return whole(path)

    # Not by its mode, since root may read everything.
    monkeypatch.setattr(Path, method, refusing)
    with pytest.raises(DataError, match="Permission denied. Expected a folder that you may read"):
        load_texts(tmp_path)


def test_importing_loads_nothing_heavy() -> None:
    heavy = ["keras", "pandas", "pyarrow", "sklearn"]
    code = f"import seqsent.datasets, sys; sys.exit(str([n for n in {heavy} if n in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
