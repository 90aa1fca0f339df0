"""A saved classifier is used by command: on texts, a file, a stream."""

import errno
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import Result

import seqsent
from seqsent.artifact import save
from seqsent.certainty import Certainty
from tests.cli.conftest import TEXTS

Run = Callable[..., Result]
Refused = Callable[..., str]


def expected(model: str, texts: list[str]) -> list[str]:
    classifier = seqsent.load(model)
    shares = classifier.predict_proba(texts).max(axis=1)
    return [f"{name}\t{p:.4f}" for name, p in zip(classifier.predict(texts), shares, strict=True)]


@pytest.mark.each_backend
def test_texts_are_answered(run: Run, model: str) -> None:
    texts = ["a fine film", "", "좋은 영화"]
    assert run("predict", model, *texts).stdout.splitlines() == expected(model, texts)


def test_a_stream_is_answered_line_by_line(run: Run, model: str) -> None:
    result = run("predict", model, input="\n".join(TEXTS) + "\n")
    assert result.stdout.splitlines() == expected(model, TEXTS)


def test_an_answer_is_one_line_whatever_a_label_is(run: Run, model: str, tmp_path: Path) -> None:
    odd = replace(seqsent.load(model), label_names=("a\nb", "c\t\x1b[2J"))
    save(odd, tmp_path / "odd.seqsent")
    lines = run("predict", str(tmp_path / "odd.seqsent"), *TEXTS).stdout.splitlines()
    assert len(lines) == len(TEXTS)
    assert {line.split("\t")[0] for line in lines} <= {r"a\nb", r"c\t\x1b[2J"}


def test_a_stream_of_another_encoding_is_one_line(model: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seqsent.cli", "predict", model],
        input=b"a film\ncaf\xe9\n",
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    *remarks, line = done.stderr.decode().splitlines()
    assert line.startswith("error: standard input is not utf-8: byte 0xe9 cannot be read")
    # TensorFlow has remarks on the machine that nothing silences.
    assert not remarks or os.environ["KERAS_BACKEND"] == "tensorflow"
    assert not any(remark.startswith(("error", "Traceback")) for remark in remarks)
    assert done.returncode == 2


@pytest.mark.parametrize("encoding", ["cp949", "utf-16", "utf-8", "UTF8"])
def test_a_stream_is_read_in_the_encoding_that_is_named(
    run: Run, model: str, encoding: str
) -> None:
    texts = ["좋은 영화", "a fine film"]
    content = "\r\n".join(texts).encode(encoding)
    result = run("predict", model, "--encoding", encoding, input=content)
    assert result.stdout.splitlines() == expected(model, texts)


def test_the_mark_before_a_stream_is_no_part_of_its_first_text(
    run: Run, model: str, tmp_path: Path
) -> None:
    content = "\ufeffgood".encode()
    (tmp_path / "a.txt").write_bytes(content)
    piped = run("predict", model, input=content)
    assert piped.stdout == run("predict", model, "--input", str(tmp_path / "a.txt")).stdout
    assert piped.stdout.splitlines() == expected(model, ["good"])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "nothing", "base64"])
def test_a_stream_that_cannot_be_read_so_is_one_line(run: Run, model: str, encoding: str) -> None:
    result = run("predict", model, "--encoding", encoding, input=b"caf\xe9")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert len(result.stderr.splitlines()) == 1
    assert encoding in result.stderr


def test_a_terminal_without_the_letters_gets_their_numbers(model: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seqsent.cli", "explain", model, "fine 영화", "--json"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=True,
    )
    assert json.loads(done.stdout)["words"] == ["fine", "영화"]


def test_a_slow_producer_gets_its_answer_at_once(model: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "seqsent.cli", "predict", model],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text in TEXTS[:3]:
            process.stdin.write(f"{text}\n")
            process.stdin.flush()
            assert process.stdout.readline().rstrip("\n") == expected(model, [text])[0]
        process.stdin.close()
    assert process.returncode == 0


@pytest.mark.parametrize("texts", ["< lines.txt", "--input lines.txt", "--json < lines.txt"])
def test_a_reader_that_has_enough_ends_it_quietly(model: str, tmp_path: Path, texts: str) -> None:
    (tmp_path / "lines.txt").write_text("a film\n" * 50_000)
    command = f"{sys.executable} -m seqsent.cli predict {model} {texts} | head -n 1"
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.returncode == 141  # as of any program that a broken pipe ends
    # TensorFlow has remarks of its own there that no setting silences.
    assert not any(word in done.stderr for word in ("Traceback", "BrokenPipe", "error:"))


def test_a_file_is_answered_into_a_file(run: Run, model: str, tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    out = tmp_path / "answers.tsv"
    result = run("predict", model, "--input", str(tmp_path / "texts.txt"), "--output", str(out))
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_text(encoding="utf-8").splitlines() == expected(model, TEXTS)
    assert {path.name for path in tmp_path.iterdir()} == {"texts.txt", "answers.tsv"}


def test_a_folder_that_becomes_read_only_is_one_line(
    refused: Refused, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    for name in ("replace", "unlink"):  # which such a file system refuses, too
        monkeypatch.setattr(Path, name, fail)
    out = str(tmp_path / "answers")
    line = refused("predict", model, "a", "--output", out)
    assert line.startswith(f"{out} cannot be written: Read-only file system")


def test_no_file_is_planted_where_answers_go(run: Run, model: str, tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("kept")
    (tmp_path / ".a.txt.unfinished").symlink_to("victim")
    result = run("predict", model, "a", "--output", str(tmp_path / "a.txt"))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "victim").read_text() == "kept"
    assert len((tmp_path / "a.txt").read_text().splitlines()) == 1


def test_a_device_stays_one(run: Run, model: str, tmp_path: Path) -> None:
    (tmp_path / "null").symlink_to(os.devnull)
    result = run("predict", model, "a", "--output", str(tmp_path / "null"))
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "null").is_char_device()


def test_a_folder_is_refused_before_anything_is_read(refused: Refused, tmp_path: Path) -> None:
    for place in (str(tmp_path), ".", "/", ""):
        assert "it is a folder" in refused("predict", "absent", "a", "--output", place)


def test_answers_are_also_json(run: Run, model: str) -> None:
    (answer,) = map(json.loads, run("predict", model, "a film", "--json").stdout.splitlines())
    assert answer["label"] == max(answer["probabilities"], key=answer["probabilities"].get)
    assert set(answer["probabilities"]) == {"bad", "good"}


def test_the_threshold_can_be_moved(run: Run, model: str) -> None:
    assert run("predict", model, "a", "--threshold", "0.01").stdout.startswith("good\t")
    assert run("predict", model, "a", "--threshold", "0.99").stdout.startswith("bad\t")


def test_an_answer_can_be_unsure(run: Run, model: str, tmp_path: Path) -> None:
    path = str(tmp_path / "certain.seqsent")
    save(replace(seqsent.load(model), certainty=Certainty((0.999, 0.5), (1.0, 0.6))), path)
    assert run("predict", path, "a", "--sure", "1").stdout.startswith("unsure\t0.")
    assert run("predict", path, "a", "--sure", "0.6").stdout == run("predict", path, "a").stdout
    answer = json.loads(run("predict", path, "a", "--sure", "1", "--json").stdout)
    assert answer["label"] == "unsure"
    assert set(answer["probabilities"]) == {"bad", "good"}


def test_what_cannot_be_used_is_one_line(refused: Refused, model: str, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    assert "does not exist" in refused("predict", absent, "a")
    assert "does not exist" in refused("inspect", absent)
    assert "does not exist" in refused("verify", absent)
    assert absent in refused("predict", model, "--input", absent)
    assert absent in refused("predict", model, "a", "--output", f"{absent}/answers")
    assert "did you mean 'torch'" in refused("verify", model, "--backends", "touch")
    assert "threshold=1.5" in refused("predict", model, "a", "--threshold", "1.5")
    with zipfile.ZipFile(tmp_path / "other.seqsent", "w") as archive:
        archive.writestr("a", "b")
    assert "no .seqsent file" in refused("predict", str(tmp_path / "other.seqsent"), "a")
