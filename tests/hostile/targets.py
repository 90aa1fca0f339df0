"""Every reader of bytes from outside, with what it reads when all is well.

Property tests and fuzzers share them. A target is broken when it ends with anything but a
`SeqsentError`, or does not end.
"""

from __future__ import annotations

import gzip
import io
import json
import pickle
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

import seqsent
from seqsent import Recipe, SeqsentError, TextClassifier, build_model, load_texts, read_texts
from seqsent.artifact import MANIFEST, MODEL, NGRAMS, TOKENIZER, read_manifest, save
from seqsent.checkpoint import Checkpoint
from seqsent.cli.unfinished import arguments_of
from seqsent.datasets import imdb_files
from seqsent.ngrams import Ngrams
from seqsent.repetition import read_record
from seqsent.reports.card import model_card
from seqsent.text import TextEncoder
from seqsent.text.vectors import read_vectors

TEXTS = ["A fine film, truly.", "a dull film", "좋은 영화 🎬", "not fine"]
RECIPE = Recipe("adam", 0.01, epochs=1)

Mutation = Callable[[bytes, Random], bytes]


@dataclass(frozen=True)
class Target:
    """A reader, whole examples of what it reads, and what damages them without being seen."""

    read: Callable[[bytes], object]
    examples: Callable[[], list[bytes]]
    mutate: Mutation

    def survives(self, content: bytes) -> None:
        """Read; a refusal is as good as an answer."""
        with suppress(SeqsentError):
            self.read(content)


def from_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """Return what writes bytes to a file of that name and reads it."""

    def read_bytes(content: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            return read(path)

    return read_bytes


# What damages.

ODD: list[Any] = [None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 10**30, 0.5, 1e308]
ODD += [float("inf"), float("nan"), "", "\0", "\ud800", "gru", "a\nb\t\x1b[2J", "x" * 5_000, "0.5"]
ODD += [[], {}, [[]], [[[1]]], {"": ""}, {"class_name": "Lambda", "config": {}}, ["a", "a"], "../x"]


PIECES = [b"\0", b"\xff" * 8, b"\n", b'"', b",", b"[" * 99, b"9" * 20]


def mutate_bytes(content: bytes, random: Random) -> bytes:
    """Change, leave out, repeat, or insert some bytes."""
    for _ in range(random.randint(1, 4)):
        begin = random.randint(0, len(content))
        end = min(begin + random.choice([1, 1, 2, 4, 8, 64]), len(content))
        kept = content[begin:end]
        others = [b"", kept * 2, kept * 50, random.randbytes(len(kept)), *PIECES]
        content = content[:begin] + random.choice(others) + content[end:]
    return content


def mutate_json(content: bytes, random: Random) -> bytes:
    """Put something odd in the place of one value, name or whole document."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return mutate_bytes(content, random)
    for _ in range(random.randint(1, 3)):
        document = _odd_somewhere(document, random)
    return json.dumps(document).encode()


def mutate_members(content: bytes, random: Random) -> bytes:
    """Damage one member of a zip file, its checksum right."""
    try:
        parts = unpacked(content)
        name = random.choice([*parts])
    except Exception:  # it was damaged before
        return mutate_bytes(content, random)
    if random.random() < 0.2:
        return mutate_bytes(content, random)
    return packed({**parts, name: mutate_bytes(parts[name], random)})


def mutate_unpacked(content: bytes, random: Random) -> bytes:
    """Damage what is in a gzip file."""
    try:
        inside = gzip.decompress(content)
    except Exception:  # it was damaged before, or never packed
        return mutate_bytes(content, random)
    return gzip.compress(mutate_bytes(inside, random), 1)


def _odd_somewhere(value: Any, random: Random) -> Any:
    if random.random() < 0.1 or not value or not isinstance(value, dict | list):
        return random.choice(ODD)
    if isinstance(value, dict):
        name = random.choice([*value])
        changed = {**value, name: _odd_somewhere(value[name], random)}
        if random.random() < 0.1:
            changed[str(random.choice(ODD))] = changed.pop(name)
        return changed
    place = random.randrange(len(value))
    return [*value[:place], _odd_somewhere(value[place], random), *value[place + 1 :]]


# What is read.


def table(name: str) -> Callable[[bytes], object]:
    """Read labelled texts, and the texts alone."""

    def read(path: Path) -> None:
        with suppress(SeqsentError):
            list(read_texts(path))
        load_texts(path)

    return from_file(name, read)


def read_text(content: bytes) -> None:
    """Take any bytes for a text, halves of characters included."""
    text = content.decode("utf-8", "surrogateescape")
    for encoder in encoders():
        (row,) = encoder.encode([text])
        assert row.shape == (encoder.maxlen,)
        assert row.min() >= 0
        assert row.max() < encoder.vocab_size
        encoder.decode(row)
        encoder.read(text)


@cache
def encoders() -> list[TextEncoder]:
    """Return one of each level, and one that drops words."""
    fit = partial(TextEncoder.fit, TEXTS, maxlen=6, vocab_size=60)
    return [fit(), fit(unseen="drop"), fit(level="subword")]


def vectors(path: Path) -> None:
    """Read the vectors of a few words."""
    pieces = encoders()[0].vocabulary.pieces
    matrix = read_vectors(path, pieces)
    assert len(matrix) == len(pieces)
    assert np.isfinite(matrix).all()


def read_encoder(content: bytes) -> None:
    """Read an encoder, and ask it."""
    encoder = TextEncoder.from_json(content)
    encoder.encode(TEXTS)


VECTORS = b"2 3\nfilm 1 0 -1.5\nfine 0 2e-1 0\n"
CSV = 'text,label\nA fine film,1\n"so, so",0\n\'좋은\' ""영화"",1\n'.encode()
JSONL = b'{"text": "a film", "label": 1}\n{"text": "\xec\x98\x81", "label": "b"}\n'


def parquet(**more: Any) -> bytes:
    """Return a table as parquet, with more columns if asked."""
    import pyarrow
    import pyarrow.parquet

    file = io.BytesIO()
    columns = {"text": TEXTS, "label": [1, 0, 1, 0], **more}
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()


def npy(array: Any, pickled: bytes | None = None, header: bytes | None = None) -> bytes:
    """Return an array as NumPy writes it, its header or its objects exchanged if asked."""
    file = io.BytesIO()
    if header is None:
        head = np.lib.format.header_data_from_array_1_0(array)
        np.lib.format.write_array_header_1_0(file, head)
    else:
        file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    objects = array.dtype.hasobject
    file.write(pickled or (pickle.dumps(array, protocol=2) if objects else array.tobytes()))
    return file.getvalue()


def objects(lists: list[Any]) -> Any:
    """Return an array of lists, as Keras' imdb.npz has it."""
    array = np.empty(len(lists), dtype=object)
    array[:] = lists
    return array


def packed(parts: Mapping[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """Return the members of a zip file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def imdb(**changes: bytes) -> bytes:
    """Return a small imdb.npz, some of its arrays exchanged."""
    reviews, labels = npy(objects([[1, 300, 70_000], [2]])), npy(np.array([1, 0]))
    arrays = {"x_train": reviews, "y_train": labels, "x_test": reviews, "y_test": labels}
    return packed({f"{name}.npy": array for name, array in {**arrays, **changes}.items()})


REVIEWS = [
    f"aclImdb/{part}/{label}/0_1.txt" for part in ("train", "test") for label in ("pos", "neg")
]
RANKS = {"a": 1, "film": 2, "영화": 3}


def member(name: str, **fields: Any) -> tarfile.TarInfo:
    """Return what a tar file says of a member."""
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def tarred(more: Iterable[tuple[tarfile.TarInfo, bytes]] = (), pack: Any = gzip.compress) -> bytes:
    """Return a small aclImdb.tar.gz with more members before the reviews."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for info, content in [*more, *((member(name, size=6), b"a film") for name in REVIEWS)]:
            archive.addfile(info, io.BytesIO(content))
    return bytes(pack(file.getvalue()))


def read_reviews(path: Path) -> None:
    """Read the raw reviews with a small word index."""
    imdb_files.read_raw(path, RANKS)


@cache
def whole() -> bytes:
    """Return a classifier's file."""
    encoder = TextEncoder.fit(TEXTS, maxlen=6, vocab_size=12)
    model = build_model("gru", vocab_size=12, maxlen=6, embedding=2, units=2)
    about = {
        "architecture": "gru",
        "distribution": "seqsent",
        "options": {"units": 2},
        "recipe": {"epochs": 1},
        "data": {"fingerprint": "ab", "train": 3, "validation": 1},
        "epochs": 1,
        "best_epoch": 1,
        "accuracy": {"gru": {"validation": 0.5, "test": 0.5}},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.seqsent"
        save(TextClassifier(model, encoder, ("bad", "good"), about=about), path)
        return path.read_bytes()


def with_parts(**changes: bytes) -> bytes:
    """Return a classifier's file with parts exchanged, and checksums that are right.

    Of the names, "manifest" and "tokenizer" are parts, "config" and "weights" the network's.
    """
    parts = unpacked(whole())
    network = unpacked(parts[MODEL])
    network["config.json"] = changes.get("config", network["config.json"])
    network["model.weights.h5"] = changes.get("weights", network["model.weights.h5"])
    parts[MODEL] = changes.get("model", packed(network))
    parts[TOKENIZER] = changes.get("tokenizer", parts[TOKENIZER])
    if "ngrams" in changes:
        parts[NGRAMS] = changes["ngrams"]
    digests = {name: sha256(parts[name]).hexdigest() for name in parts if name != MANIFEST}
    try:
        manifest = json.loads(changes.get("manifest", parts[MANIFEST]))
        if isinstance(manifest, dict) and "files" in manifest:
            manifest["files"] = digests
        parts[MANIFEST] = json.dumps(manifest).encode()
    except (ValueError, RecursionError):
        parts[MANIFEST] = changes["manifest"]
    return packed(parts)


def part(name: str) -> bytes:
    """Return a part of a classifier's file, as `with_parts` calls it."""
    parts = unpacked(whole())
    network = unpacked(parts[MODEL])
    return {
        "manifest": parts[MANIFEST],
        "tokenizer": parts[TOKENIZER],
        "config": network["config.json"],
        "weights": network["model.weights.h5"],
    }[name]


def ngrams() -> bytes:
    """Return the runs of words of a classifier's file, which has none of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, NGRAMS)
        Ngrams.fit(TEXTS, np.array([1, 0, 1, 0]), 2).write(path)
        return path.read_bytes()


def inspect(path: Path) -> None:
    """Read what a file says of itself, and show it."""
    model_card(path.name, read_manifest(path))


def use(path: Path) -> None:
    """Load a classifier and ask it."""
    classifier = seqsent.load(path)
    answers = classifier.predict(TEXTS)
    assert len(answers) == len(TEXTS)


def load(path: Path) -> None:
    """Load a classifier."""
    seqsent.load(path)


def exchanged(name: str, then: Callable[[Path], object]) -> Callable[[bytes], object]:
    """Return what reads a classifier's file with one part exchanged."""
    read = from_file("model.seqsent", then)
    return lambda content: read(with_parts(**{name: content}))


@cache
def classifier() -> TextClassifier:
    """Return a classifier, loaded."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.seqsent"
        path.write_bytes(whole())
        return seqsent.load(path)


def ask(content: bytes) -> None:
    """Ask for answers and for reasons, halves of characters included."""
    text = content.decode("utf-8", "surrogateescape")
    (answer,) = classifier().predict([text])
    assert classifier().explain(text).label == answer


@cache
def training() -> tuple[Any, bytes]:
    """Return a small network, compiled, and the state of its training."""
    model = build_model("gru", vocab_size=8, maxlen=4, embedding=2, units=2)
    model.compile(optimizer="adam", loss="binary_crossentropy")
    epoch = seqsent.results.Epoch(0.5, 0.5, 0.5, 0.5)
    with tempfile.TemporaryDirectory() as folder:
        Checkpoint(Path(folder), {"network": "gru"}).save(model, [epoch], model.get_weights())
        return model, (Path(folder) / "state.npz").read_bytes()


def restore(path: Path) -> None:
    """Go on with a training."""
    Checkpoint(path.parent, {"network": "gru"}).restore(training()[0])


ARGUMENTS = {"data": Path, "epochs": int, "option": list[str] | None, "out": Path}


def arguments(path: Path) -> None:
    """Read what an interrupted training was asked for."""
    found = arguments_of(path.parent, ARGUMENTS)
    assert found["out"] == path.parent.with_name("m")


ASKED = {"data": "/a", "epochs": 3, "option": ["units=2"], "out": "/b"}
EPOCH = {"loss": 0.5, "accuracy": 0.5, "val_loss": 0.5, "val_accuracy": 0.5}
METRICS = {
    "asked": {"data": "imdb", "experiments": "", "epochs": None, "seed": 4, "seeds": 1},
    "data": {"fingerprint": "ab"},
    "environment": {"backend": "jax"},
    "runs": [{"experiment": "gru", "seed": 4, "epochs": [EPOCH], "test_loss": 0.5}],
}


def document(record: Any) -> Callable[[], list[bytes]]:
    """Return one example, as JSON."""
    return lambda: [json.dumps(record, ensure_ascii=False).encode()]


TARGETS: dict[str, Target] = {
    "text": Target(read_text, lambda: [one.encode() for one in TEXTS], mutate_bytes),
    "predict": Target(ask, lambda: [one.encode() for one in TEXTS], mutate_bytes),
    "lines": Target(
        from_file("a.txt", lambda path: list(read_texts(path))), lambda: [CSV], mutate_bytes
    ),
    "csv": Target(table("a.csv"), lambda: [CSV, CSV.replace(b",", b";")], mutate_bytes),
    "tsv": Target(table("a.tsv"), lambda: [CSV.replace(b",", b"\t")], mutate_bytes),
    "csv.gz": Target(table("a.csv.gz"), lambda: [gzip.compress(CSV)], mutate_unpacked),
    "jsonl": Target(table("a.jsonl"), lambda: [JSONL], mutate_bytes),
    "parquet": Target(table("a.parquet"), lambda: [parquet()], mutate_bytes),
    "lists": Target(
        table("a.parquet"), lambda: [parquet(more=[{"a": [1.5]}] * len(TEXTS))], mutate_bytes
    ),
    "npz": Target(from_file("imdb.npz", imdb_files.read_npz), lambda: [imdb()], mutate_members),
    "pickled": Target(
        lambda content: from_file("imdb.npz", imdb_files.read_npz)(
            imdb(x_train=npy(objects([[1], [2]]), pickled=content or b"."))
        ),
        lambda: [pickle.dumps(objects([[1, 300], [70_000]]), protocol=n) for n in (2, 4)],
        mutate_bytes,
    ),
    "tar": Target(
        from_file("a.tar.gz", read_reviews), lambda: [tarred(), tarred(pack=bytes)], mutate_unpacked
    ),
    "ranks": Target(
        from_file("index.json", imdb_files.read_word_index), document(RANKS), mutate_json
    ),
    "vec": Target(from_file("a.vec", vectors), lambda: [VECTORS, VECTORS[4:]], mutate_bytes),
    "vec.gz": Target(
        from_file("a.vec.gz", vectors), lambda: [gzip.compress(VECTORS)], mutate_unpacked
    ),
    "encoder": Target(
        read_encoder, lambda: [one.to_json().encode() for one in encoders()], mutate_json
    ),
    "manifest": Target(exchanged("manifest", inspect), lambda: [part("manifest")], mutate_json),
    "tokenizer": Target(exchanged("tokenizer", load), lambda: [part("tokenizer")], mutate_json),
    "config": Target(exchanged("config", load), lambda: [part("config")], mutate_json),
    "weights": Target(exchanged("weights", load), lambda: [part("weights")], mutate_bytes),
    "ngrams": Target(exchanged("ngrams", use), lambda: [ngrams()], mutate_members),
    "seqsent": Target(from_file("model.seqsent", use), lambda: [whole()], mutate_bytes),
    "state": Target(from_file("m/state.npz", restore), lambda: [training()[1]], mutate_members),
    "arguments": Target(
        from_file("m.unfinished/arguments.json", arguments), document(ASKED), mutate_json
    ),
    "metrics": Target(from_file("metrics.json", read_record), document(METRICS), mutate_json),
}
