"""One file that holds a classifier: model, text encoder, manifest."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from seqsent.certainty import Certainty
from seqsent.classifier import TextClassifier
from seqsent.environment import environment
from seqsent.errors import ArtifactError, OutputError, SeqsentError
from seqsent.network import load_network
from seqsent.ngrams import Ngrams
from seqsent.registry import registry
from seqsent.text import TextEncoder
from seqsent.untrusted import conform, in_brief, open_archive, read_json, read_member, shown

FORMAT = 1
MANIFEST, MODEL, TOKENIZER = "manifest.json", "model.keras", "tokenizer.json"

# Only where a classifier counts runs of words beside its network.
NGRAMS = "ngrams.npz"

# More than any real file of this kind unpacks to.
_LARGEST = {MANIFEST: 2**26, MODEL: 2**33, NGRAMS: 2**30, TOKENIZER: 2**30}

# Rows of ids by which a file is known to answer as when it was written.
_SAMPLE_ROWS = 16


@dataclass(frozen=True)
class Manifest:
    """What a file says of itself.

    Parameters
    ----------
    labels : tuple of str
        The names of the labels, by index.
    multi_label : bool
        Whether several may apply to one text.
    threshold : float
        The probability from which a label is the answer.
    architecture : str
        The name of the network's architecture.
    distribution : str
        The package whose plugin provides it.
    about : mapping
        Options, recipe, data and figures, as training recorded them.
    environment : mapping of str to str
        Versions and machine of the training.
    sample : tuple
        The model's answers to rows of ids drawn from its vocabulary.
    files : mapping of str to str
        The SHA-256 of every other part of the file.
    format : int
        The version of this layout.
    confidence : float
        The answer is "unsure" where its probability is lower.
    certainty : mapping, optional
        How often confident answers were right on the validation texts.
    """

    labels: tuple[str, ...]
    multi_label: bool
    threshold: float
    architecture: str
    distribution: str
    about: Mapping[str, Any]
    environment: Mapping[str, str]
    sample: tuple[tuple[float, ...], ...]
    files: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT
    confidence: float = 0.0
    certainty: Certainty | None = None

    def __post_init__(self) -> None:
        """Refuse what no classifier would say of itself."""
        if self.format != FORMAT:
            raise ValueError(f"its format is {self.format}; expected {FORMAT}")
        if len(set(self.labels)) < max(len(self.labels), 1 if self.multi_label else 2):
            raise ValueError("its labels are too few, or one is there twice")
        if not 0 < self.threshold < 1 or not 0 <= self.confidence <= 1:
            raise ValueError("its threshold or confidence is no share")
        if not re.fullmatch(r"[\w.-]*", self.distribution, re.ASCII):
            raise ValueError(f"{shown(self.distribution)} is no name of a package")
        if any(len(row) != len(self.labels) for row in self.sample):
            raise ValueError("its sample has not one number per label")


class _Texts(TypedDict):
    fingerprint: str
    train: int
    validation: int


class _Accuracy(TypedDict):
    validation: float
    test: float


class _Network(TypedDict):
    epochs: int
    best_epoch: int


class About(TypedDict, total=False):
    """What `Manifest.about` may say that others read: card, pages, inspection."""

    options: Mapping[str, Any]
    recipe: Mapping[str, Any]
    data: _Texts
    networks: tuple[_Network, ...]
    accuracy: Mapping[str, _Accuracy]


def sample_ids(encoder: TextEncoder) -> NDArray[np.int32]:
    """Return rows of ids of every length, the same for the same encoder.

    They are drawn from the vocabulary, so that no text of a user's is in the file.
    """
    random = np.random.RandomState(0)
    ids = random.randint(1, encoder.vocab_size, (_SAMPLE_ROWS, encoder.maxlen)).astype(np.int32)
    lengths = np.linspace(1, encoder.maxlen, _SAMPLE_ROWS).astype(int)
    places = np.arange(encoder.maxlen)
    if encoder.padding == "front":
        places = places[::-1]
    return np.where(places[None, :] < lengths[:, None], ids, 0).astype(np.int32)


def save(classifier: TextClassifier, path: str | os.PathLike[str]) -> None:
    """Write a classifier to one file, in one step.

    Parameters
    ----------
    classifier : TextClassifier
        What to keep.
    path : path
        The file, usually ``NAME.seqsent``. An old one is replaced when the new one is whole.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    path = Path(path)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as name:
            folder = Path(name)
            parts = _write_parts(classifier, folder)
            unfinished = folder / "whole"
            with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
                for part in (MANIFEST, *parts):
                    archive.write(folder / part, part)
            unfinished.replace(path)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. Name another place."
        ) from error


def _write_parts(classifier: TextClassifier, folder: Path) -> list[str]:
    """Write the manifest, and the parts that it names, which are returned."""
    parts = [TOKENIZER, MODEL]
    classifier.model.save(folder / MODEL)
    (folder / TOKENIZER).write_text(classifier.encoder.to_json(), encoding="utf-8")
    if classifier.ngrams:
        classifier.ngrams.write(folder / NGRAMS)
        parts.append(NGRAMS)
    manifest = Manifest(
        labels=classifier.label_names,
        multi_label=classifier.multi_label,
        threshold=classifier.threshold,
        confidence=classifier.confidence,
        certainty=classifier.certainty,
        architecture=str(classifier.about.get("architecture", "")),
        distribution=str(classifier.about.get("distribution", "")),
        about=classifier.about,
        environment=environment(),
        sample=tuple(
            tuple(float(value) for value in row)
            for row in classifier.probabilities(sample_ids(classifier.encoder))
        ),
        files={part: _digest((folder / part).read_bytes()) for part in parts},
    )
    text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return parts


def read_manifest(path: str | os.PathLike[str]) -> Manifest:
    """Return what a file says of itself, without loading its model or importing Keras' parts.

    Raises
    ------
    ArtifactError
        When the file is not there, not whole, or no classifier.
    """
    return _manifest(Path(path), _read(Path(path)))


def load(path: str | os.PathLike[str]) -> TextClassifier:
    """Load a classifier, on whichever backend is running.

    Parameters
    ----------
    path : path
        A file that `SentimentClassifier.save` wrote, on any backend.

    Returns
    -------
    TextClassifier

    Raises
    ------
    ArtifactError
        When the file is missing, truncated, altered or of a newer format, or when the plugin
        of its architecture is not installed; the message names the package to install.
    """
    path = Path(path)
    parts = _read(path)
    manifest = _manifest(path, parts)
    _require_plugin(path, manifest)
    try:
        encoder = TextEncoder.from_json(parts[TOKENIZER])
        model = load_network(
            parts[MODEL],
            maxlen=encoder.maxlen,
            vocab_size=encoder.vocab_size,
            num_classes=len(manifest.labels),
            multi_label=manifest.multi_label,
        )
        ngrams = _ngrams(parts[NGRAMS], int(model.output_shape[1])) if NGRAMS in parts else None
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path} cannot be loaded: {in_brief(error)}") from error
    return TextClassifier(
        model=model,
        encoder=encoder,
        label_names=manifest.labels,
        multi_label=manifest.multi_label,
        threshold=manifest.threshold,
        confidence=manifest.confidence,
        certainty=manifest.certainty,
        about=manifest.about,
        ngrams=ngrams,
    )


def _ngrams(content: bytes, outputs: int) -> Ngrams:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / NGRAMS
        file.write_bytes(content)
        return Ngrams.read(file, outputs)


def _read(path: Path) -> dict[str, bytes]:
    """Return the parts of a file; nothing is unpacked, so no name can lead elsewhere."""
    try:
        with open_archive(path) as archive:
            found, expected = archive.namelist(), sorted(_LARGEST)
            if sorted({*found, NGRAMS}) != expected:
                raise ArtifactError(
                    f"{path} holds {shown(', '.join(sorted(found))) if found else 'nothing'}; "
                    f"expected {MANIFEST}, {MODEL}, {TOKENIZER} and perhaps {NGRAMS}. It is no "
                    ".seqsent file."
                )
            return {name: read_member(archive, name, _LARGEST[name]) for name in found}
    except ArtifactError:  # which is a ValueError, and said all there is to say
        raise
    except FileNotFoundError as error:
        raise ArtifactError(f"{path} does not exist; expected a .seqsent file") from error
    except (OSError, ValueError) as error:
        raise ArtifactError(
            f"{path} cannot be read as a .seqsent file: {in_brief(error)}. It is truncated or "
            "something else; copy it again, or train anew."
        ) from error


def _manifest(path: Path, parts: Mapping[str, bytes]) -> Manifest:
    try:
        record = read_json(parts[MANIFEST])
        written = record.get("format") if isinstance(record, dict) else FORMAT
        if isinstance(written, int) and written > FORMAT:
            raise ArtifactError(
                f"{path} is of format {written}; this version reads format {FORMAT}. "
                "Update seqsent: python -m pip install -U seqsent"
            )
        manifest: Manifest = conform(record, Manifest)
        conform(manifest.about, About, "it.about")
    except ArtifactError:  # which is a ValueError, and said all there is to say
        raise
    except ValueError as error:
        raise ArtifactError(
            f"{path} has a manifest that cannot be read: {in_brief(error)}"
        ) from error
    for part in sorted({*parts, *manifest.files} - {MANIFEST}):
        if part not in parts or manifest.files.get(part) != _digest(parts[part]):
            raise ArtifactError(
                f"{part} in {path} is not what was saved: its checksum differs. Copy the file "
                "again, or train anew."
            )
    return manifest


def _require_plugin(path: Path, manifest: Manifest) -> None:
    """Import the architecture's plugin, which may bring layers that the model needs.

    One that came from no package, an `Architecture` itself, is not looked for.
    """
    name = manifest.architecture
    known = name in registry().architectures.by_name
    if manifest.distribution and not known:
        raise ArtifactError(
            f"{path} needs the architecture {shown(name)}, which no installed plugin provides. "
            f"Run: python -m pip install {manifest.distribution}"
        )
    try:
        if known:
            registry().architectures.get(name)[1].load_encoder()
    except SeqsentError as error:
        raise ArtifactError(f"{path} cannot be loaded: {error}") from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
