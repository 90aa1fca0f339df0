"""One file: whole or not at all, the same answers again, and a reason where it cannot be used."""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import seqsent
from seqsent import (
    Architecture,
    ArtifactError,
    OutputError,
    TextClassifier,
    TextEncoder,
    build_model,
    set_seed,
)
from seqsent.artifact import MANIFEST, MODEL, NGRAMS, TOKENIZER, read_manifest, sample_ids, save
from seqsent.certainty import Certainty
from seqsent.datasets.synthetic import generate
from seqsent.ngrams import Ngrams
from seqsent.registry import Providers
from seqsent.verification import verify

TEXTS, NUMBERS = generate(60)


def classifier_of(
    multi_label: bool = False, embedding: int | str = 4, runs: bool = False, **encoding: Any
) -> TextClassifier:
    """Return one that has learned nothing: a file keeps weights, whatever they are."""
    encoder = TextEncoder.fit(TEXTS, maxlen=12, **encoding)
    set_seed(0)
    model = build_model(
        "gru",
        vocab_size=encoder.vocab_size,
        maxlen=12,
        embedding=embedding,
        num_classes=2,
        multi_label=multi_label,
        units=3,
    )
    about = {"architecture": "gru", "distribution": "seqsent", "options": {"units": 3}}
    labels = np.eye(2, dtype=np.int32)[NUMBERS] if multi_label else np.array(NUMBERS)
    ngrams = replace(Ngrams.fit(TEXTS, labels, 2), shares=(0.25, 0.5, 0.75)) if runs else None
    return TextClassifier(model, encoder, ("neg", "pos"), multi_label, about=about, ngrams=ngrams)


@pytest.fixture(scope="module")
def classifier() -> TextClassifier:
    return classifier_of()


@pytest.fixture
def path(classifier: TextClassifier, tmp_path: Path) -> Path:
    save(classifier, tmp_path / "model.seqsent")
    return tmp_path / "model.seqsent"


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"multi_label": True},
        {"level": "subword", "vocab_size": 90},
        {"embedding": "onehot"},
        {"padding": "back", "truncation": "middle"},
        {"runs": True},
        {"runs": True, "multi_label": True},
    ],
    ids=str,
)
def test_a_loaded_classifier_answers_as_before(tmp_path: Path, made: dict[str, Any]) -> None:
    classifier = classifier_of(**made)
    save(classifier, tmp_path / "model.seqsent")
    loaded = seqsent.load(tmp_path / "model.seqsent")
    texts = [*TEXTS[:20], "", "never seen"]
    np.testing.assert_allclose(
        loaded.predict_proba(texts), classifier.predict_proba(texts), atol=1e-6
    )
    assert loaded.predict(texts) == classifier.predict(texts)
    assert loaded.label_names == ("neg", "pos")


def test_the_manifest_says_what_the_file_is(path: Path) -> None:
    manifest = read_manifest(path)
    assert (manifest.architecture, manifest.distribution) == ("gru", "seqsent")
    assert manifest.about["options"] == {"units": 3}
    assert manifest.environment["keras"] == keras.__version__
    assert set(manifest.files) == {MODEL, TOKENIZER}


def test_the_manifest_names_runs_of_words_where_there_are_some(tmp_path: Path) -> None:
    save(classifier_of(runs=True), tmp_path / "model.seqsent")
    manifest = read_manifest(tmp_path / "model.seqsent")
    assert set(manifest.files) == {MODEL, TOKENIZER, NGRAMS}


def test_the_manifest_keeps_answers_to_a_sample(path: Path, classifier: TextClassifier) -> None:
    answers = classifier.probabilities(sample_ids(classifier.encoder))
    np.testing.assert_allclose(read_manifest(path).sample, answers, atol=1e-6)


def test_a_classifier_of_which_nothing_is_known_is_kept(
    classifier: TextClassifier, tmp_path: Path
) -> None:
    save(replace(classifier, about={}), tmp_path / "model.seqsent")
    manifest = read_manifest(tmp_path / "model.seqsent")
    assert (manifest.architecture, manifest.distribution) == ("", "")
    assert seqsent.load(tmp_path / "model.seqsent").predict(["a film"]) in (["neg"], ["pos"])


def test_no_text_of_the_users_is_in_the_file(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert not any(text.encode() in content for text in TEXTS)


def test_a_whole_file_is_all_that_is_left(path: Path, classifier: TextClassifier) -> None:
    save(classifier, path)
    assert list(path.parent.glob("*")) == [path]


def test_a_file_is_written_where_it_will_be(
    path: Path, classifier: TextClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another disk it could not be moved in one step."""
    moved: list[Path] = []
    monkeypatch.setattr(Path, "replace", lambda file, _: moved.append(file))
    save(classifier, path)
    [file] = moved
    assert path.parent in file.parents


def test_an_old_file_survives_a_failure(
    path: Path, classifier: TextClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", fail)
    with pytest.raises(OutputError, match=r"cannot be written: No space left on device\. Name"):
        save(classifier, path)
    assert path.read_bytes() == before
    assert list(path.parent.glob("*")) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, classifier: TextClassifier) -> None:
    with pytest.raises(OutputError, match="absent"):
        save(classifier, tmp_path / "absent" / "model.seqsent")


def change(part: str, edit: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts[part] = edit(parts[part])
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)

    return apply


def change_manifest(**changes: Any) -> Callable[[Path], None]:
    return change(MANIFEST, lambda text: json.dumps({**json.loads(text), **changes}).encode())


def add(name: str, content: bytes) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)

    return apply


def twice(path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        add(MANIFEST, b"{}")(path)


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (MANIFEST, TOKENIZER, MODEL):
            archive.writestr(name, b"\0" * 2**24)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, "does not exist"),
    "empty": (lambda path: path.write_bytes(b""), "cannot be read as a .seqsent file"),
    "truncated": (lambda path: path.write_bytes(path.read_bytes()[:-100]), "truncated"),
    "no zip": (lambda path: path.write_text("hello"), "cannot be read as a .seqsent file"),
    "a part too many": (add("../../evil", b"x"), r"holds '\.\./\.\./evil"),
    "nothing in it": (lambda path: zipfile.ZipFile(path, "w").close(), "holds nothing; expected"),
    "a part twice": (twice, "it has a member twice"),
    "other parts": (
        lambda path: path.write_bytes(path.read_bytes().replace(b"model.keras", b"model.weird")),
        "holds 'manifest.json, model.weird, tokenizer.json'; expected",
    ),
    "a bomb": (bomb, "would unpack to"),
    "altered model": (change(MODEL, lambda b: b[:-1] + b"x"), "checksum differs"),
    "altered words": (change(TOKENIZER, lambda b: b.replace(b"film", b"fill") + b" "), "checksum"),
    "no manifest": (change(MANIFEST, lambda b: b"{"), "manifest that cannot be read"),
    "a list": (change(MANIFEST, lambda b: b"[]"), "manifest that cannot be read"),
    "deep": (change(MANIFEST, lambda b: b"[" * 100_000), "manifest that cannot be read"),
    "newer": (change_manifest(format=2), "is of format 2; .* Update seqsent"),
    "no curve": (change_manifest(certainty={"x": 1}), "manifest that cannot be read"),
    "half a curve": (
        change_manifest(certainty={"confidence": [1], "right": []}),
        "certainty is no curve",
    ),
    "curves of two lengths": (
        change_manifest(certainty={"confidence": [0.9, 0.6], "right": [1]}),
        "certainty is no curve",
    ),
    "an empty curve": (
        change_manifest(certainty={"confidence": [], "right": []}),
        "certainty is no curve",
    ),
    "more fields": (change_manifest(more=1), "manifest that cannot be read"),
    "older than the first": (change_manifest(format=0), "its format is 0; expected 1"),
    "one label": (change_manifest(labels=["pos"]), "its labels are too few"),
    "a label twice": (change_manifest(labels=["pos", "pos"]), "or one is there twice"),
    "no threshold": (change_manifest(threshold=0.0), "threshold or confidence is no share"),
    "all of it": (change_manifest(threshold=1.0), "threshold or confidence is no share"),
    "more than sure": (change_manifest(confidence=1.5), "threshold or confidence is no share"),
    "an answer too few": (change_manifest(sample=[[0.5]]), "sample has not one number per label"),
    "one answer for two labels": (change_manifest(multi_label=True), r"gives '?\(None, 1\)"),
    "no options": (change_manifest(about={"options": 3}), r"it\.about\.options"),
    "no plugin": (
        change_manifest(architecture="textcnn", distribution="seqsent-textcnn"),
        "needs the architecture 'textcnn'.*pip install seqsent-textcnn$",
    ),
    "a command for a package": (
        change_manifest(architecture="textcnn", distribution="x; rm -rf /"),
        "'x; rm -rf /' is no name of a package",
    ),
    "a package with letters that no name has": (
        change_manifest(architecture="textcnn", distribution="seqsent-tëxtcnn"),
        "'seqsent-tëxtcnn' is no name of a package",
    ),
}


def forge(part: str, content: bytes) -> Callable[[Path], None]:
    """Replace a part and its checksum, as nobody does by accident."""

    def apply(path: Path) -> None:
        files = {**read_manifest(path).files, part: hashlib.sha256(content).hexdigest()}
        change(part, lambda _: content)(path)
        change_manifest(files=files)(path)

    return apply


BROKEN |= {
    "a forged encoder": (forge(TOKENIZER, b"{}"), "a text encoder that cannot be read arrived"),
    "a forged model": (forge(MODEL, b"PK"), "cannot be loaded: BadZipFile: File is not"),
}


@pytest.mark.parametrize(("damage", "message"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_cannot_be_used_says_why(
    path: Path, damage: Callable[[Path], object], message: str
) -> None:
    damage(path)
    with pytest.raises(ArtifactError, match=message) as caught:
        seqsent.load(path)
    assert str(caught.value).count(str(path)) == 1  # what is wrong is said once
    assert "\n" not in str(caught.value)


def test_weights_that_are_no_numbers_are_refused(
    path: Path, classifier: TextClassifier, tmp_path: Path
) -> None:
    model = keras.models.clone_model(classifier.model)
    model.set_weights([np.full_like(weight, np.nan) for weight in classifier.model.get_weights()])
    model.save(tmp_path / "model.keras")
    forge(MODEL, (tmp_path / "model.keras").read_bytes())(path)
    with pytest.raises(ArtifactError, match="weights that are no finite numbers"):
        seqsent.load(path)


def test_an_architecture_of_no_package_needs_none(
    classifier: TextClassifier, tmp_path: Path
) -> None:
    about = {**classifier.about, "architecture": "mine", "distribution": ""}
    save(replace(classifier, about=about), tmp_path / "mine.seqsent")
    answers = seqsent.load(tmp_path / "mine.seqsent").predict_proba(TEXTS)
    np.testing.assert_allclose(answers, classifier.predict_proba(TEXTS), atol=1e-6)


def test_a_plugin_that_cannot_be_imported_is_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Architecture("gru", "seqsent_absent:encode")
    monkeypatch.setattr(Providers, "get", lambda *_: (None, broken))
    with pytest.raises(ArtifactError, match="cannot be loaded: the encoder of architecture 'gru'"):
        seqsent.load(path)


def test_a_manifest_that_cannot_be_read_is_named(path: Path) -> None:
    change(MANIFEST, lambda _: b"{")(path)
    with pytest.raises(ArtifactError, match=re.escape(f"{path} has a manifest that cannot")):
        read_manifest(path)


def test_a_file_of_before_there_was_certainty_loads(path: Path) -> None:
    def edit(text: bytes) -> bytes:
        record = json.loads(text)
        del record["confidence"], record["certainty"]
        return json.dumps(record).encode()

    change(MANIFEST, edit)(path)
    loaded = seqsent.load(path)
    assert (loaded.confidence, loaded.certainty) == (0.0, None)


def test_what_is_known_of_it_is_kept(path: Path, classifier: TextClassifier) -> None:
    save(replace(classifier, threshold=0.7), path)
    loaded = seqsent.load(path)
    assert (loaded.threshold, loaded.about) == (0.7, classifier.about)


def test_one_label_may_apply_or_not(path: Path) -> None:
    change_manifest(labels=["spam"], multi_label=True, sample=[])(path)
    assert read_manifest(path).labels == ("spam",)


def test_a_classifier_may_be_unsure_of_all_but_certainties(
    path: Path, classifier: TextClassifier
) -> None:
    save(replace(classifier, confidence=1.0), path)
    assert seqsent.load(path).confidence == 1.0


def test_certainty_is_kept(path: Path, classifier: TextClassifier) -> None:
    certain = replace(classifier, confidence=0.7, certainty=Certainty((0.9, 0.6), (1.0, 0.75)))
    save(certain, path)
    loaded = seqsent.load(path)
    assert (loaded.confidence, loaded.certainty) == (0.7, certain.certainty)


def test_the_sample_has_texts_of_every_length(classifier: TextClassifier) -> None:
    ids = sample_ids(classifier.encoder)
    lengths = np.count_nonzero(ids, axis=1)
    assert (lengths.min(), lengths.max()) == (1, 12)
    np.testing.assert_array_equal(ids, sample_ids(classifier.encoder))


@pytest.mark.parametrize(
    ("padding", "first", "last"),
    [("front", [0, 0, 0, 1], [4, 7, 4, 3]), ("back", [5, 0, 0, 0], [4, 7, 4, 3])],
)
def test_the_sample_of_an_encoder_stays_what_it_was(
    padding: Any, first: list[int], last: list[int]
) -> None:
    """Files keep the answers to it."""
    ids = sample_ids(TextEncoder.fit(["a b c d e"], vocab_size=None, maxlen=4, padding=padding))
    assert ids.dtype == np.int32
    assert (ids[0].tolist(), ids[-1].tolist()) == (first, last)


def test_the_running_backend_is_verified(path: Path) -> None:
    (verification,) = verify(path, [keras.backend.backend()])
    assert verification.passed
    assert verification.difference < 1e-6


@pytest.mark.any_backend
def test_answers_that_are_none_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = np.array(read_manifest(path).sample)
    monkeypatch.setattr("seqsent.verification._ask", lambda *_: answers)
    change_manifest(sample=[])(path)
    with pytest.raises(ArtifactError, match="not those to its sample"):
        verify(path, [keras.backend.backend()])


@pytest.mark.any_process
def test_another_model_is_not(path: Path) -> None:
    sample = [[1.0 - p for p in row] for row in read_manifest(path).sample]
    change_manifest(sample=sample)(path)
    (verification,) = verify(path, [keras.backend.backend()])
    assert not verification.passed
