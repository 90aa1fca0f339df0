"""Text files appear whole, and nothing else is harmed."""

import os
from pathlib import Path
from threading import Thread

import pytest

from seqsent.errors import OutputError
from seqsent.outputs import check_place, whole_file

pytestmark = pytest.mark.any_backend


def write(path: Path, text: str = "new") -> None:
    with whole_file(path) as file:
        file.write(text)


def test_a_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    write(tmp_path / "new")
    (tmp_path / "plain").touch()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "plain").chmod(0o600)
    write(tmp_path / "plain")
    assert (tmp_path / "plain").stat().st_mode & 0o777 == 0o600


def test_what_was_there_stays_until_the_new_file_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def write_half() -> None:
        with whole_file(path) as file:
            file.write("half")
            assert path.read_text() == "old"
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_half_a_character_is_written_as_its_number(tmp_path: Path) -> None:
    write(tmp_path / "a", "caf\udce9")
    assert (tmp_path / "a").read_text() == "caf\\udce9"


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder/file")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder" / "file").read_text() == "new"


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    Thread(target=write, args=(pipe,), daemon=True).start()
    assert pipe.read_text() == "new"
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_device_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "null").symlink_to(os.devnull)
    write(tmp_path / "null")
    assert (tmp_path / "null").is_char_device()


@pytest.mark.parametrize("name", [".", "/", "", "folder", "..", "absent/a", "file/a", "n" * 300])
def test_a_place_where_no_file_can_be_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("file").touch()
    for refused in (check_place, write):
        with pytest.raises(OutputError, match=r"cannot be written: .*\. Name another file"):
            refused(Path(name))
