"""Files that were made to do harm: each is refused in one line that says why."""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import json
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

import seqsent
from seqsent import SeqsentError, load_texts, read_texts
from seqsent.artifact import MANIFEST, MODEL, TOKENIZER, read_manifest
from seqsent.datasets import imdb_files
from seqsent.repetition import read_record
from tests.hostile.targets import (
    ASKED,
    METRICS,
    RANKS,
    REVIEWS,
    TARGETS,
    VECTORS,
    arguments,
    encoders,
    imdb,
    member,
    npy,
    objects,
    packed,
    parquet,
    part,
    restore,
    tarred,
    training,
    unpacked,
    vectors,
    whole,
    with_parts,
)

Case = tuple[str, Callable[[], bytes], str]


def changed(content: bytes, **values: Any) -> bytes:
    """Return JSON with other values; a name may lead inwards: ``tokenizer__words``."""
    record = json.loads(content)
    for path, value in values.items():
        *inwards, name = path.split("__")
        functools.reduce(lambda inner, one: inner[one], inwards, record)[name] = value
    return json.dumps(record).encode()


def manifest(**values: Any) -> Callable[[], bytes]:
    return lambda: changed(part("manifest"), **values)


def words(**values: Any) -> Callable[[], bytes]:
    return lambda: changed(encoders()[0].to_json().encode(), **values)


def pieces(**values: Any) -> Callable[[], bytes]:
    return lambda: changed(encoders()[2].to_json().encode(), **values)


DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
LEVELS = b"[" * 1_000 + b"]" * 1_000
DIGITS = b"1" * 10_000

DOCUMENTS: dict[str, Case] = {
    "a manifest of a thousand levels": ("manifest", lambda: LEVELS, "more than 50 levels"),
    "a manifest of 100,000 levels": ("manifest", lambda: DEEP, "more than 50 levels"),
    "levels below what is read": (
        "manifest",
        manifest(about=json.loads(b"[" * 60 + b"]" * 60)),
        "more than 50 levels",
    ),
    "10,000 digits": ("metrics", lambda: b'{"asked": ' + DIGITS + b"}", "no record"),
    "too large for 64 bits": ("manifest", manifest(about={"epochs": 2**64}), "is too large"),
    "a name twice": (
        "seqsent",
        lambda: packed({**unpacked(whole()), MANIFEST: part("manifest")[:-3] + b', "format": 1}'}),
        "has a name twice",
    ),
    "half a character as a label": ("manifest", manifest(labels=["\ud800", "b"]), "half a char"),
    "NUL for JSON": ("manifest", lambda: b"\0" * 99, "manifest that cannot be read"),
    "latin-1": ("metrics", lambda: b'{"a": "\xe9"}', "no record"),
    "labels that are numbers": ("manifest", manifest(labels=[1, 2]), r"labels\[0\] is a number"),
    "labels that are a text": ("manifest", manifest(labels="ab"), "labels is a text"),
    "a label twice": ("manifest", manifest(labels=["a", "a"]), "one is there twice"),
    "one label": ("manifest", manifest(labels=["a"]), "too few"),
    "a threshold that is a list": ("manifest", manifest(threshold=[0.5]), "threshold is a list"),
    "a threshold of NaN": ("manifest", manifest(threshold=float("nan")), "no finite number"),
    "a threshold of 1e400": (
        "manifest",
        lambda: part("manifest").replace(b'"threshold": 0.5', b'"threshold": 1e400'),
        "no finite number",
    ),
    "a threshold of 2": ("manifest", manifest(threshold=2), "is no share"),
    "a confidence below 0": ("manifest", manifest(confidence=-1), "is no share"),
    "truth that is a number": ("manifest", manifest(multi_label=1), "multi_label is a number"),
    "a sample of texts": ("manifest", manifest(sample=[["a", "b"]]), "sample.0..0. is a text"),
    "a sample of three": ("manifest", manifest(sample=[[1, 2, 3]]), "one number per label"),
    "no figures": ("manifest", manifest(about={"accuracy": {"gru": 1}}), "accuracy.gru is a num"),
    "no data": ("manifest", manifest(about={"data": {"train": 1}}), "data has no fingerprint"),
    "environment of lists": ("manifest", manifest(environment={"a": []}), "environment.a is a"),
    "a format that is a text": ("manifest", manifest(format="1"), "format is a text"),
    "an older format": ("manifest", manifest(format=0), "its format is 0"),
    "an architecture to import": (
        "tokenizer",
        lambda: with_manifest(architecture="os:system"),
        "needs the architecture|unknown architecture",
    ),
    "maxlen of 10**12": ("encoder", words(maxlen=10**12), "from 1 to 100,000"),
    "maxlen below 0": ("encoder", words(maxlen=-1), "from 1 to 100,000"),
    "maxlen that is a truth value": ("encoder", words(maxlen=True), "maxlen is a truth value"),
    "padding of junk": ("encoder", words(padding="../.."), "expected one of 'front', 'back'"),
    "truncation of junk": ("encoder", words(truncation=[1]), "truncation is a list"),
    "a level of another": ("encoder", words(tokenizer__level="byte"), "level is a text; expected"),
    "words that are numbers": ("encoder", words(tokenizer__words=[1]), r"words\[0\] is a number"),
    "a word twice": ("encoder", words(tokenizer__words=["a", "a"]), "a word twice"),
    "half a word": ("encoder", words(tokenizer__words=["\udfff"]), "half a character"),
    "an encoder of levels": ("encoder", lambda: DEEP, "more than 50 levels"),
    "an expression that takes for ever": (
        "encoder",
        pieces(
            tokenizer__model__pre_tokenizer={
                "type": "Split",
                "pattern": {"Regex": "(a+)+$"},
                "behavior": "Isolated",
                "invert": False,
            }
        ),
        "does something else",
    ),
    "padding of pieces without end": (
        "encoder",
        pieces(
            tokenizer__model__padding={
                "strategy": {"Fixed": 10**12},
                "direction": "Right",
                "pad_to_multiple_of": None,
                "pad_id": 0,
                "pad_type_id": 0,
                "pad_token": "a",
            }
        ),
        "does something else",
    ),
    "pieces numbered at will": (
        "encoder",
        pieces(tokenizer__model__model__vocab={"<pad>": 0, "a": 2**31}),
        "not numbered from 0",
    ),
    "pieces of negative numbers": (
        "encoder",
        pieces(tokenizer__model__model__vocab={"<pad>": -1}),
        "not numbered from 0",
    ),
    "other pieces first": (
        "encoder",
        pieces(tokenizer__model__model__vocab={"a": 0, "b": 1}),
        "first pieces are not <pad>",
    ),
    "merges of nothing": (
        "encoder",
        pieces(tokenizer__model__model__merges=[["zz", "zzz"]]),
        "merges are none",
    ),
    "merges of three": (
        "encoder",
        pieces(tokenizer__model__model__merges=[["f", "i", "l"]]),
        "merges are none",
    ),
    "ranks that are truth values": ("ranks", lambda: b'{"a": true}', "a truth value"),
    "ranks that are not whole": ("ranks", lambda: b'{"a": 1.0}', "expected int"),
    "a rank of 1e400": ("ranks", lambda: b'{"a": 1e400}', "no finite number"),
    "a word over two lines": ("ranks", lambda: b'{"a\\nb": 1}', "is not Keras'"),
    "half a word in the index": ("ranks", lambda: b'{"\\ud800": 1}', "half a character"),
    "another place to write to": (
        "arguments",
        lambda: changed(json.dumps(ASKED).encode(), out=["/etc/passwd"]),
        "out is a list",
    ),
    "an argument too many": (
        "arguments",
        lambda: json.dumps({**ASKED, "more": 1}).encode(),
        "not the arguments",
    ),
    "arguments of levels": ("arguments", lambda: DEEP, "more than 50 levels"),
    "a record of nothing": (
        "metrics",
        lambda: json.dumps({**METRICS, "runs": []}).encode(),
        "records no run",
    ),
    "runs of texts": (
        "metrics",
        lambda: json.dumps({**METRICS, "runs": ["gru"]}).encode(),
        r"runs\[0\] is a text",
    ),
    "a loss of NaN": (
        "metrics",
        lambda: json.dumps(METRICS).replace('"test_loss": 0.5', '"test_loss": NaN').encode(),
        "no finite number",
    ),
}


def with_manifest(**values: Any) -> bytes:
    parts = unpacked(whole())
    return packed({**parts, MANIFEST: changed(parts[MANIFEST], **values)})


# Networks.


def layers(edit: Callable[[list[dict[str, Any]]], None]) -> Callable[[], bytes]:
    """Return the network's configuration with its layers edited."""

    def build() -> bytes:
        config = json.loads(part("config"))
        edit(config["config"]["layers"])
        return json.dumps(config).encode()

    return build


def put(class_name: str, module: str = "keras.layers", **config: Any) -> Callable[[], bytes]:
    """Put another layer in the place of the head."""

    def edit(all_layers: list[dict[str, Any]]) -> None:
        named = {"name": "head", **config}
        all_layers[-1] |= {"class_name": class_name, "module": module, "config": named}

    return layers(edit)


def setting(place: int, **values: Any) -> Callable[[], bytes]:
    """Give a layer other settings; 1 is the embedding, 2 the GRU, 3 the head."""
    return layers(lambda all_layers: all_layers[place]["config"].update(values))


def function(module: str, name: str) -> dict[str, Any]:
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


LAMBDA = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None}}

NETWORKS: dict[str, Case] = {
    "a lambda": ("config", put("Lambda", function=LAMBDA), "has a 'Lambda'"),
    "a lambda of a known function": (
        "config",
        put("Lambda", function=function("keras.activations", "relu")),
        "has a 'Lambda'",
    ),
    "a lambda by its own module": (
        "config",
        put("Lambda", "keras.src.layers.core.lambda_layer", function="relu"),
        "has a 'Lambda'",
    ),
    "a lambda as an activation": ("config", setting(3, activation=LAMBDA), "has a '__lambda__'"),
    "a lambda that is nobody's activation": (
        "config",
        layers(lambda all_layers: all_layers[3].update(build_config=LAMBDA)),
        "has a '__lambda__'",
    ),
    "os.system": ("config", put("system", "os"), "no installed plugin registers"),
    "os.system under a known name": (
        "config",
        layers(lambda all_layers: all_layers[3].update(module="os", registered_name="seqsent>LS")),
        "no installed plugin registers",
    ),
    "a function of os": (
        "config",
        setting(3, activation=function("os", "system")),
        "may run a program",
    ),
    "a function that downloads": (
        "config",
        setting(3, activation=function("keras.utils", "get_file")),
        "may run a program",
    ),
    "a vocabulary in a file": (
        "config",
        put("StringLookup", vocabulary="/etc/passwd"),
        "may run a program or read a file",
    ),
    "a model in a folder": ("config", put("TFSMLayer", filepath="/tmp"), "has a 'TFSMLayer'"),
    "a pickled module": ("config", put("TorchModuleWrapper", module="x"), "TorchModuleWrapper"),
    "a class that is none": ("config", put("NoSuchLayer"), "cannot be built"),
    "a class that is no layer": ("config", put("Adam", "keras.optimizers"), "cannot be built"),
    "an embedding of a billion": (
        "config",
        setting(1, input_dim=10**9),
        "2,000,000,0.. weights, and its file",
    ),
    "an embedding of 10**15": ("config", setting(1, input_dim=10**15), "Do not trust"),
    "an embedding below 0": ("config", setting(1, input_dim=-5), "cannot be"),
    "units of a million": ("config", setting(2, units=10**6), "cannot be built"),
    "units of texts": ("config", setting(2, units="a"), "cannot be built"),
    "no configuration": ("config", lambda: b"[]", "has no configuration"),
    "a configuration of levels": ("config", lambda: LEVELS, "more than 50 levels"),
    "a configuration of half a megabyte": ("config", lambda: b" " * 2**19 + b"{}", "at most"),
    "no layer at all": (
        "config",
        lambda: changed(part("config"), config__layers=[]),
        "cannot be built",
    ),
    "three labels for one number": (
        "manifest loaded",
        manifest(labels=["a", "b", "c"], sample=[]),
        "and the file says 6 ids and 3 labels",
    ),
    "several labels for one number": (
        "manifest loaded",
        manifest(multi_label=True),
        "and the file says 6 ids and 2 labels",
    ),
    "more words than the embedding has": (
        "tokenizer",
        lambda: changed(
            part("tokenizer"), tokenizer__words=[f"word{number}" for number in range(99)]
        ),
        "103 ids arrived at a model that knows 12",
    ),
    "longer texts than the network takes": (
        "tokenizer",
        lambda: changed(part("tokenizer"), maxlen=7),
        "takes .* and the file says 7 ids",
    ),
    "a network of weights only": (
        "model",
        lambda: packed({"model.weights.h5": part("weights")}),
        "its network holds 'model.weights.h5'",
    ),
    "an asset outside": (
        "model",
        lambda: packed({**unpacked(unpacked(whole())[MODEL]), "../../evil": b"x"}),
        r"its network holds '\.\./\.\./evil",
    ),
    "a bomb in the network": (
        "model",
        lambda: packed(
            {
                "config.json": b" " * 2**25,
                "metadata.json": b"{}",
                "model.weights.h5": b"\0" * 2**25,
            },
            zipfile.ZIP_DEFLATED,
        ),
        "would unpack to",
    ),
    "a network that is a pickle": ("model", lambda: b"\x80\x04N.", "cannot be loaded"),
}


def weights(edit: Callable[[Any], object]) -> Callable[[], bytes]:
    """Return the network's weights with their HDF5 file edited."""

    def build() -> bytes:
        file = io.BytesIO(part("weights"))
        with h5py.File(file, "r+") as opened:
            edit(opened)
        return file.getvalue()

    return build


PLACE = "layers/embedding/vars"


def replaced(**how: Any) -> Callable[[Any], None]:
    def edit(opened: Any) -> None:
        del opened[PLACE]["0"]
        opened[PLACE].create_dataset("0", **how)

    return edit


def linked(link: Any) -> Callable[[Any], None]:
    def edit(opened: Any) -> None:
        del opened[PLACE]["0"]
        opened[PLACE]["0"] = link

    return edit


WEIGHTS: dict[str, Case] = {
    "weights of another shape": (
        "weights",
        weights(replaced(data=np.zeros((3, 3)))),
        "cannot be built",
    ),
    "weights of 10**12 numbers": (
        "weights",
        weights(replaced(shape=(10**12,), dtype="f4", chunks=(1000,), compression="gzip")),
        "cannot be built",
    ),
    "weights in another file": (
        "weights",
        weights(replaced(shape=(12, 2), dtype="f4", external=[("/etc/passwd", 0, 96)])),
        "cannot be built",
    ),
    "weights behind a link": ("weights", weights(linked(h5py.SoftLink("/vars"))), "cannot be"),
    "weights behind a link outside": (
        "weights",
        weights(linked(h5py.ExternalLink("/etc/passwd", "/"))),
        "cannot be built",
    ),
    "weights that are texts": (
        "weights",
        weights(replaced(data=[b"text"] * 24)),
        "cannot be built",
    ),
    "no weights": ("weights", weights(lambda opened: opened.clear()), "cannot be built"),
    "weights that are none": ("weights", lambda: b"\x89HDF\r\n\x1a\n" + b"\xff" * 5_000, "cannot"),
}


# Zip files.


def flagged(content: bytes, offset: int, value: int) -> bytes:
    """Set two bytes in every header of a zip file: 6 are the flags, 8 the method."""
    edited = bytearray(content)
    for magic, shift in ((b"PK\3\4", 0), (b"PK\1\2", 2)):
        place = edited.find(magic)
        while place >= 0:
            struct.pack_into("<H", edited, place + offset + shift, value)
            place = edited.find(magic, place + 4)
    return bytes(edited)


def twice() -> bytes:
    file = io.BytesIO(whole())
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(MANIFEST, b"{}")
    return file.getvalue()


def bomb(name: str) -> bytes:
    parts = {**unpacked(whole()), name: b"\0" * 2**25}
    return packed(parts, zipfile.ZIP_DEFLATED)


ARCHIVES: dict[str, Case] = {
    "a member twice": ("seqsent", twice, "has a member twice"),
    "encrypted": ("seqsent", lambda: flagged(whole(), 6, 1), "is encrypted"),
    "packed in an unknown way": ("seqsent", lambda: flagged(whole(), 8, 77), "cannot be read as a"),
    "packed in another way": ("seqsent", lambda: flagged(whole(), 8, 0), "cannot be read as a"),
    "packed with lzma it is not": ("seqsent", lambda: flagged(whole(), 8, 14), "cannot be read"),
    "a wrong checksum": (
        "seqsent",
        lambda: packed(unpacked(whole())).replace(b'"threshold": 0.5', b'"threshold": 0.6', 1),
        "CRC",
    ),
    "an absolute name": (
        "seqsent",
        lambda: packed({**unpacked(whole()), "/etc/passwd": b"x"}),
        "holds '/etc/passwd",
    ),
    "a name that writes on the screen": (
        "seqsent",
        lambda: packed({"\x1b[2J": b"x"}),
        r"holds '\\x1b\[2J'",
    ),
    "a thousand names": (
        "seqsent",
        lambda: packed({f"{number:0100}": b"" for number in range(1_000)}),
        "It is no .seqsent file",
    ),
    "nothing": ("seqsent", lambda: packed({}), "holds nothing"),
    "a bomb as manifest": ("seqsent", lambda: bomb(MANIFEST), "would unpack to"),
    "a bomb as tokenizer": ("seqsent", lambda: bomb(TOKENIZER), "would unpack to"),
    "cut in two": ("seqsent", lambda: whole()[: len(whole()) // 2], "cannot be read as a"),
    "gzip": ("seqsent", lambda: gzip.compress(whole()), "cannot be read as a .seqsent"),
}


# Arrays.


def state(**changes: bytes) -> Callable[[], bytes]:
    def build() -> bytes:
        arrays = unpacked(training()[1])
        return packed({**arrays, **{f"{name}.npy": content for name, content in changes.items()}})

    return build


def header(shape: str, kind: str = "'<f4'") -> bytes:
    return f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()


def lies(shape: str, kind: str = "'<f4'") -> bytes:
    return npy(np.zeros(2, np.float32), header=header(shape, kind))


def about(record: Any) -> bytes:
    return npy(np.frombuffer(json.dumps(record).encode(), np.uint8))


OBJECTS = objects([[1], [2]])
SHARED = b"\x80\x02]q\0(" + b"K\x01" * 999 + b"e" + b"h\0" * 9_999 + b"."

ARRAYS: dict[str, Case] = {
    "terabytes": ("state", state(**{"variable-0": lies("(10**12,)")}), "cannot be read"),
    "terabytes in digits": (
        "state",
        state(**{"variable-0": lies("(1000000000000,)")}),
        "says it is of shape",
    ),
    "a product past 64 bits": (
        "state",
        state(**{"variable-0": lies("(4611686018427387904, 8)")}),
        "says it is of shape",
    ),
    "a shape below 0": ("state", state(**{"variable-0": lies("(-2, -1)")}), "says it is of shape"),
    "a shape of texts": ("state", state(**{"variable-0": lies("('a',)")}), "cannot be read"),
    "a header of levels": (
        "state",
        state(**{"variable-0": lies("(" * 2_000 + ")" * 2_000)}),
        "cannot be read",
    ),
    "a header that calls": (
        "state",
        state(**{"variable-0": lies("__import__('os').getpid()")}),
        "cannot be read",
    ),
    "objects": ("state", state(**{"variable-0": npy(OBJECTS)}), "has objects; expected numbers"),
    "objects within records": (
        "state",
        state(**{"variable-0": lies("(1,)", "[('a', 'O')]")}),
        "has objects|says it is",
    ),
    "of no array's version": ("state", state(**{"variable-0": b"\x93NUMPY\7\0"}), "of version"),
    "of no array at all": ("state", state(**{"variable-0": b"junk"}), "cannot be read"),
    "another shape": (
        "state",
        state(**{"variable-0": npy(np.zeros((3, 3), np.float32))}),
        "has shape",
    ),
    "another type": ("state", state(**{"variable-0": npy(np.array([1]))}), "and type int64"),
    "texts for numbers": (
        "state",
        state(**{"variable-0": npy(np.array(["a"]))}),
        "has '<U1'; expected numbers",
    ),
    "a billion of nothing": (
        "state",
        state(about=lies("(1000000000,)", "'|V0'")[:-8]),
        "has '.V0'; expected numbers",
    ),
    "a billion texts of no length": (
        "state",
        state(about=lies("(1000000000,)", "'<U0'")[:-8]),
        "has '<U0'; expected numbers",
    ),
    "records for numbers": (
        "state",
        state(about=lies("(2,)", "[('a', '<f4')]")),
        "expected numbers",
    ),
    "labels that take no room": (
        "npz",
        lambda: imdb(y_train=lies("(1000000000,)", "'|V0'")[:-8]),
        "has '.V0'; expected numbers",
    ),
    "no figures of epochs": ("state", state(about=about({"identity": {}, "epochs": 1})), "a numb"),
    "an epoch of texts": (
        "state",
        state(about=about({"identity": {"network": "gru"}, "epochs": [{"loss": "a"}]})),
        "cannot be read",
    ),
    "figures of levels": ("state", state(about=npy(np.frombuffer(LEVELS, np.uint8))), "levels"),
    "nothing at all": ("state", lambda: packed({}), "cannot be read"),
    "a state that is a bomb": (
        "state",
        lambda: packed({"about.npy": b"\0" * 2**25}, zipfile.ZIP_DEFLATED),
        "would unpack to",
    ),
    "labels that lie": ("npz", lambda: imdb(y_train=lies("(10000000000,)")), "says it is of"),
    "labels that are objects": ("npz", lambda: imdb(y_train=npy(OBJECTS)), "has objects"),
    "reviews that call": (
        "npz",
        lambda: imdb(x_train=npy(OBJECTS, pickled=b"cos\nsystem\n(S'true'\ntR.")),
        "expected lists of whole numbers",
    ),
    "reviews that ask for memory": (
        "npz",
        lambda: imdb(x_train=npy(OBJECTS, pickled=b"\x80\x02]r\xff\xff\xff\x7f.")),
        "cannot be read",
    ),
    "reviews that are one review": (
        "npz",
        lambda: imdb(x_train=npy(OBJECTS, pickled=SHARED)),
        "cannot be read",
    ),
    "more lists than rows": (
        "npz",
        lambda: imdb(x_train=npy(OBJECTS, pickled=b"\x80\x02" + b"]" * 2**20)),
        "take more instructions than 2 lists have",
    ),
    "instructions without end": (
        "npz",
        lambda: imdb(x_train=npy(OBJECTS, pickled=b"\x80\x02" + b"Nq\0" * 2**18)),
        "take more instructions than 2 lists have",
    ),
    "ten million rows": (
        "npz",
        lambda: imdb(x_train=npy(OBJECTS, header=header("(10000000,)", "'|O'"))),
        "has 10,000,000 reviews; expected 1,000,000 at most",
    ),
    "rows below 0": (
        "npz",
        lambda: imdb(x_train=npy(OBJECTS, header=header("(-1000000,)", "'|O'"))),
        "than -1,000,000 lists have",
    ),
    "reviews that end early": (
        "npz",
        lambda: imdb(x_train=npy(OBJECTS, pickled=b"\x80\x02](K")),
        "expected lists of whole numbers",
    ),
}


# Tar files.


def raw_header(name: bytes, kind: bytes, size: bytes) -> bytes:
    """Return a header that tarfile itself would not write."""
    fields = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + size.ljust(12, b"\0")
    fields += b"00000000000\0" + b" " * 8 + kind + b"\0" * 100 + b"ustar\x0000"
    fields = fields.ljust(512, b"\0")
    return fields[:148] + f"{sum(fields):06o}\0 ".encode() + fields[156:]


LONG_NAMES = raw_header(b"././@LongLink", b"L", b"00000000001\0") + b"a".ljust(512, b"\0")
BELOW_ZERO = raw_header(b"aclImdb/train/pos/1_1.txt", b"0", b"\xff" * 12)
NAME_OF_8_GB = raw_header(b"././@LongLink", b"L", b"77777777777\0") + b"\0" * 2**20
DIGITS_IN_PAX = b"5020 GNU.sparse.major=" + b"1" * 4_996 + b"\n"

TARS: dict[str, Case] = {
    "names without end": ("tar", lambda: gzip.compress(LONG_NAMES * 3_000), "as an archive"),
    "a size below 0": ("tar", lambda: gzip.compress(BELOW_ZERO), "as an archive"),
    "a name of 8 GB": ("tar", lambda: gzip.compress(NAME_OF_8_GB), "that is no file"),
    "attributes of digits": (
        "tar",
        lambda: gzip.compress(
            raw_header(b"pax", b"x", b"%011o\0" % len(DIGITS_IN_PAX))
            + DIGITS_IN_PAX.ljust(5_120, b"\0")
            + raw_header(b"a", b"0", b"0")
        ),
        "as an archive|0 positive",
    ),
    "a bomb": (
        "tar",
        lambda: tarred([(member("aclImdb/x", size=2**25), b"\0" * 2**25)]),
        "more than 100 times",
    ),
    "damaged within": (
        "tar",
        lambda: (lambda whole_tar: whole_tar[:60] + b"\xff" * 20 + whole_tar[80:])(tarred()),
        "as an archive",
    ),
    "cut within a review": (
        "tar",
        lambda: tarred(pack=lambda content: content[:520]),
        "as an archive",
    ),
    "damaged lzma": (
        "tar",
        lambda: tarred(pack=lzma.compress)[:90] + b"\xff" * 90,
        "as an archive",
    ),
    "damaged bz2": ("tar", lambda: tarred(pack=bz2.compress)[:90] + b"\xff" * 90, "as an archive"),
    "another checksum": (
        "tar",
        lambda: tarred()[:-8] + bytes(4) + tarred()[-4:],
        "CRC check failed",
    ),
    "another length": ("tar", lambda: tarred()[:-1] + b"\7", "Incorrect length"),
    "no checksum": ("tar", lambda: tarred()[:-8], "as an archive"),
    "more behind it": ("tar", lambda: tarred() + b"junk", "Not a gzipped file"),
    "a bomb behind the end": (
        "tar",
        lambda: tarred(pack=lambda content: gzip.compress(content + bytes(2**25))),
        "more than 100 times",
    ),
    "no end": (
        "tar",
        lambda: tarred(pack=lambda content: gzip.compress(content[: 4 * 1024])),
        "empty header where",
    ),
    "a header that is none": (
        "tar",
        lambda: tarred(pack=lambda content: content[:3_072] + b"a" * 512 + content[3_584:]),
        "where a member or the end was expected",
    ),
    "a review of latin-1": (
        "tar",
        lambda: tarred([(member("a/train/pos/9_9.txt", size=1), b"\xe9")]),
        "is not UTF-8",
    ),
}


# Tables.


def gz(content: bytes) -> Callable[[], bytes]:
    return lambda: gzip.compress(content)


def parquet_of(how: Any = None, **columns: Any) -> Callable[[], bytes]:
    def build() -> bytes:
        import pyarrow
        import pyarrow.parquet

        file = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.table(columns), file, **(how or {}))
        return file.getvalue()

    return build


def fixed_bytes() -> bytes:
    import pyarrow

    labels = pyarrow.array([LONG.encode()] * 4_096, pyarrow.binary(len(LONG)))
    return parquet_of(ONCE, text=["a"] * 4_096, label=labels)()


def invalid_utf8() -> bytes:
    import pyarrow

    ends, content = struct.pack("<iii", 0, 3, 4), b"\xff\xfe\x80b"
    buffers = [None, pyarrow.py_buffer(ends), pyarrow.py_buffer(content)]
    texts = pyarrow.Array.from_buffers(pyarrow.string(), 2, buffers)
    return parquet_of(text=texts, label=[0, 1])()


# A value that recurs is in the file once, however long it is.
ONCE = {"compression": "zstd", "store_schema": False, "dictionary_pagesize_limit": 2**30}
LONG = "a" * 100_000

# Of a text that begins as the one before does there is in the file how far, and the rest.
DIFFERENCES = {
    **ONCE,
    "use_dictionary": False,
    "column_encoding": dict.fromkeys(["text", "label.list.element"], "DELTA_BYTE_ARRAY"),
}

TABLES: dict[str, Case] = {
    "NUL in quotes": ("csv", lambda: b'text,label\n"a\0",1\n', "has a NUL byte"),
    "100,000 columns": (
        "csv",
        lambda: b"text," * 100_000 + b"label\n" + b"," * 100_000 + b"\n",
        "columns",
    ),
    "100,000 keys": (
        "jsonl",
        lambda: json.dumps({f"k{number}": "a b" for number in range(100_000)}).encode(),
        "100,000 columns; expected 1,000 at most",
    ),
    "quotes that never end": ("csv", lambda: b'text,label\n"' + b"a\n" * 1_000, "cannot be read"),
    "1e400 as a text": ("jsonl", lambda: b'{"text": 1e400, "label": 1}', "has inf where a text"),
    "NaN as a label": ("jsonl", lambda: b'{"text": "a", "label": NaN}', "have no label"),
    "nan as a label": ("csv", lambda: b"text,label\na,nan\nb,1\n", "where a label was expected"),
    "10,000 digits as a text": ("jsonl", lambda: b'{"text": %s}' % DIGITS, "is no JSON"),
    "900 levels as a text": (
        "jsonl",
        lambda: b'{"text": %s, "label": 1}' % (b"[" * 900 + b"]" * 900),
        "where a text was expected|is no JSON",
    ),
    "900 levels as a label": (
        "jsonl",
        lambda: b'{"text": "a", "label": %s}' % (b"[" * 900 + b"]" * 900),
        "where a label was expected|is no JSON",
    ),
    "900 levels in every column": (
        "jsonl",
        lambda: b'{"a": "b c", "d": %s}' % (b"[" * 900 + b"]" * 900),
        "no label column|is no JSON",
    ),
    "a label of its own for each text": (
        "jsonl",
        lambda: b"".join(b'{"text":"a","label":["%d"]}\n' % row for row in range(10_000)),
        "10,000 different labels",
    ),
    "a bomb in gzip": (
        "csv.gz",
        gz(b"text,label\n" + (b"a" * 2**20 + b",1\n") * 2**5),
        "more than 100 times",
    ),
    "gzip of a gzip": ("csv.gz", gz(gzip.compress(b"text,label\na,1\n")), "is not utf-8"),
    "damaged gzip": (
        "csv.gz",
        lambda: gzip.compress(b"text,label\na,1\n" * 99)[:20] + b"\xff" * 30,
        "cut off or damaged|is not utf-8",
    ),
    "texts that are no UTF-8": ("parquet", invalid_utf8, "cannot be read as parquet"),
    "more rows than bytes": (
        "parquet",
        parquet_of(text=np.full(2**25, 1, "i1"), label=np.full(2**25, 1, "i1")),
        "would unpack to",
    ),
    "no columns": ("parquet", parquet_of(), "has no rows"),
    "a text for thousands of rows": (
        "parquet",
        parquet_of(ONCE, text=[LONG] * 4_096, label=[0, 1] * 2_048),
        "would unpack to",
    ),
    "a text that others repeat": (
        "parquet",
        parquet_of(DIFFERENCES, text=[LONG] * 4_096, label=[0, 1] * 2_048),
        "would unpack to",
    ),
    "a list of texts that repeat one": (
        "parquet",
        parquet_of(DIFFERENCES, text=["a"] * 4, label=[[LONG] * 4_096] * 4),
        "cannot be read as parquet: Not yet implemented",
    ),
    "a label for thousands of lists": (
        "parquet",
        parquet_of(ONCE, text=["a"] * 4_096, label=[[LONG]] * 4_096),
        "would unpack to",
    ),
    "a list of millions of labels": (
        "parquet",
        parquet_of(ONCE, text=["a"], label=[np.full(2**23, 1, "i1")]),
        "would unpack to",
    ),
    "long labels of bytes": ("parquet", fixed_bytes, "would unpack to"),
    "a footer that lies": (
        "parquet",
        lambda: parquet()[:-8] + struct.pack("<I", 2**31) + b"PAR1",
        "cannot be read as parquet",
    ),
    "columns of one name": ("parquet", lambda: b"PAR1" + zlib.compress(b"a"), "cannot be read"),
}

# Vectors.

VECTOR_FILES: dict[str, Case] = {
    "vectors cut off": (
        "vec.gz",
        lambda: gzip.compress(VECTORS)[:-12],
        "cut off or damaged: .* Expected a whole gzip file",
    ),
    "vectors cut off at the end": ("vec.gz", lambda: gzip.compress(VECTORS)[:-2], "cut off"),
    "vectors damaged in the middle": (
        "vec.gz",
        lambda: gzip.compress(VECTORS)[:12] + b"\xff" * 30,
        "cut off or damaged",
    ),
    "a bomb of vectors": (
        "vec.gz",
        lambda: gzip.compress((b"film" + b" 1" * 1_000 + b"\n") * 2**14),
        "more than 100 times",
    ),
    "a vector without end": (
        "vec.gz",
        lambda: gzip.compress(b"film " + b"1 " * 2**23),
        "line 1 .* has 131,072 characters or more",
    ),
    "a vector of 4,097 numbers": (
        "vec",
        lambda: b"film" + b" 1" * 4_097,
        "line 1 .* has 4,097 numbers; expected .* 4,096 at most",
    ),
    "a vector of 10,000 digits and a letter": (
        "vec",
        lambda: VECTORS + b"film " + DIGITS + b"x\n",
        "line 4 .* has no vector: could not convert .*…",
    ),
    "vectors of another checksum": (
        "vec.gz",
        lambda: gzip.compress(VECTORS)[:-8] + b"checksum",
        "cannot be read: CRC check failed",
    ),
}

READERS_OF_FILES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a classifier": ("a.seqsent", seqsent.load),
    "a manifest": ("a.seqsent", read_manifest),
    "a csv file": ("a.csv", lambda path: list(read_texts(path))),
    "a packed file": ("a.jsonl.gz", lambda path: list(read_texts(path))),
    "parquet": ("a.parquet", load_texts),
    "imdb.npz": ("imdb.npz", imdb_files.read_npz),
    "an archive": ("a.tar.gz", lambda path: imdb_files.read_raw(path, RANKS)),
    "vectors": ("a.vec", vectors),
    "packed vectors": ("a.vec.gz", vectors),
    "a word index": ("index.json", imdb_files.read_word_index),
    "a state": ("m/state.npz", restore),
    "arguments": ("m.unfinished/arguments.json", arguments),
    "metrics": ("metrics.json", read_record),
}

CASES = {**DOCUMENTS, **NETWORKS, **WEIGHTS, **ARCHIVES, **ARRAYS, **TARS, **TABLES, **VECTOR_FILES}


def read(name: str, content: bytes) -> object:
    if name == "manifest loaded":
        name, content = "seqsent", with_parts(manifest=content)
    elif name == "model":
        name, content = "seqsent", with_parts(model=content)
    elif name == "tokenizer" and content.startswith(b"PK"):
        name = "seqsent"
    return TARGETS[name].read(content)


@pytest.mark.parametrize(("name", "build", "message"), CASES.values(), ids=CASES)
def test_it_is_refused_in_one_line_and_writes_nothing(
    name: str,
    build: Callable[[], bytes],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    content = build()
    with pytest.raises(SeqsentError, match=message) as caught:
        read(name, content)
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 700
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)
def test_only_files_of_an_archive_are_reviews(tmp_path: Path, kind: bytes) -> None:
    (tmp_path / "secret").write_text("film film film")
    names = ["aclImdb/train/pos/7_7.txt", "/aclImdb/train/pos/8_8.txt", "../train/pos/9_9.txt"]
    others = [member(name, type=kind, linkname=str(tmp_path / "secret")) for name in names]
    path = tmp_path / "a.tar.gz"
    path.write_bytes(tarred((one, b"") for one in others))
    assert len(imdb_files.read_raw(path, RANKS).train) == 2
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "secret"]


def test_a_sparse_review_is_no_larger_than_a_review(tmp_path: Path) -> None:
    attributes = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1"}
    attributes |= {"GNU.sparse.map": "0,1", "GNU.sparse.size": "1" + "0" * 12}
    sparse = member("aclImdb/train/pos/7_7.txt", size=1, pax_headers=attributes)
    path = tmp_path / "a.tar.gz"
    path.write_bytes(tarred([(sparse, b"a")]))
    assert len(imdb_files.read_raw(path, RANKS).train) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.parametrize("name", [*READERS_OF_FILES])
@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, name: str, kind: str) -> None:
    file, read = READERS_OF_FILES[name]
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(SeqsentError):
        read(path)


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(SeqsentError, match="67,108,864 characters or more|NUL byte"):
        list(read_texts("/dev/zero"))


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqsent.datasets.lines.LONGEST", 1_000)
    (tmp_path / "a.csv").write_bytes(b"text,label\n" + b"a" * 1_000 + b",1\n")
    with pytest.raises(SeqsentError, match="line 2 of a.csv has 1,000 characters or more"):
        load_texts(tmp_path / "a.csv")


def test_reviews_behind_links_without_end_are_left_out(tmp_path: Path) -> None:
    for name in (*REVIEWS, "aclImdb/train/pos/9_9.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a film")
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to("/dev/zero")
    assert len(imdb_files.read_raw(tmp_path / "aclImdb", RANKS).train) == 2


def test_a_program_that_switches_safe_mode_off_does_not_let_a_lambda_in() -> None:
    def switch_off_and_load() -> None:
        keras.config.enable_unsafe_deserialization()
        read("config", NETWORKS["a lambda"][1]())

    # Keras keeps the switch for each thread.
    with ThreadPoolExecutor(1) as thread, pytest.raises(SeqsentError, match="has a 'Lambda'"):
        thread.submit(switch_off_and_load).result()
