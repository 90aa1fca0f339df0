"""What every test may use."""

import os
from pathlib import Path

import pytest

from seqsent import choose_backend

# Before any test module imports Keras.
choose_backend()


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
