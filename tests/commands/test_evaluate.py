"""`mamori evaluate` on anybody's labelled rows: what it prints, and what wrong calls get."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.__main__ import main
from tests.understanding.small_bank import small_bank


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    rows = [
        f'"{line.text}",{"" if line.topics[0].startswith("out:") else line.topics[0]}\n' for line in small_bank().lines
    ]
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("text,label\n" + "".join(rows[::2]), "utf-8")
    test.write_text("text,label\n" + "".join(rows[1::2]), "utf-8")
    return train, test


def test_the_engine_is_fitted_on_one_file_and_measured_on_the_other(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = files
    assert main(["evaluate", "--train", str(train), "--test", str(test)]) == 0
    out = capsys.readouterr().out
    assert "4 labels" in out
    for name in ("accuracy", "out-of-scope recall", "AUROC of refusal"):
        assert f"| {name} |" in out


def test_a_row_without_text_is_named_and_the_rest_is_measured(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = files
    test.write_text(test.read_text("utf-8") + ",passwords\n", "utf-8")
    assert main(["evaluate", "--train", str(train), "--test", str(test)]) == 1
    printed = capsys.readouterr()
    assert "fault: a row without text" in printed.err
    assert "| accuracy |" in printed.out


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (["--train", "train.csv"], "--train and --test go together"),
        (["--train", "train.csv", "--test", "nowhere.csv"], "nowhere.csv: cannot be read"),
        (["--train", "train.csv", "--test", "empty.csv"], "there is no labelled row in it"),
        ([], "give a file of labelled questions, or --train and --test"),
    ],
)
def test_a_wrong_call_gets_one_sentence(
    wrong: list[str],
    sentence: str,
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(files[0].parent)
    Path("empty.csv").write_text("text,label\n", "utf-8")
    assert main(["evaluate", *wrong]) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert "Traceback" not in printed.err
