"""What every test may use."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from seqsent import choose_backend

# Before any test module imports Keras.
choose_backend()

# Folders and files whose tests run no network, or run one only for what is around it: every step
# of it is asked of each backend in other files. What is in these for each backend is marked so.
ANY_BACKEND = {
    "cli",
    "datasets",
    "docs",
    "hostile",
    "reports",
    "text",
    "test_architecture.py",
    "test_baselines.py",
    "test_batches.py",
    "test_certainty.py",
    "test_checkpoint.py",
    "test_docs.py",
    "test_estimator.py",
    "test_estimator_checks.py",
    "test_evaluation.py",
    "test_experiments.py",
    "test_explanation.py",
    "test_members.py",
    "test_ngrams.py",
    "test_options.py",
    "test_pipeline.py",
    "test_presets.py",
    "test_recipe.py",
    "test_registry.py",
    "test_results.py",
    "test_streams.py",
    "test_textbook.py",
    "test_texts_experiment.py",
    "test_tuning.py",
}

# Of these most start processes. So do those of test_predict.py and test_saved.py, for which there
# is time where PyTorch is.
ANY_PROCESS = {"cli/test_answers.py", "cli/test_app.py", "test_scaffold.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is the same on every backend."""
    for item in items:
        if item.get_closest_marker("each_backend"):
            continue
        if _is_in(ANY_PROCESS, item.path):
            item.add_marker("any_process")
        elif _is_in(ANY_BACKEND, item.path) or isinstance(item, pytest.DoctestItem):
            item.add_marker("any_backend")


def _is_in(names: set[str], path: Path) -> bool:
    return any(path.is_relative_to(Path(__file__).parent / name) for name in names)


@pytest.fixture(scope="session")
def imdb_folder() -> Path:
    """Return the folder with the real reviews, or skip."""
    folder = os.environ.get("SEQSENT_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs the IMDB reviews: set SEQSENT_DATA to a folder with imdb.npz")
    return Path(folder)


@pytest.fixture(autouse=True)
def own_cache(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep tests with made-up files away from each other's copies and the user's."""
    if "imdb_folder" not in request.fixturenames:
        monkeypatch.setenv("SEQSENT_CACHE", str(tmp_path / "cache"))
        monkeypatch.delenv("SEQSENT_DATA", raising=False)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return a small disk of its own, which root may mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs to mount a small disk, which this user or container may not")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
