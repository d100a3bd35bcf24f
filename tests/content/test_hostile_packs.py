"""A pack is data only. Whoever writes one, nothing is executed, nothing else is read, and the program lives on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from content.faults import PackError
from content.load import load_pack, load_with_faults
from content.yamlfile import parse_yaml

ROOT = Path(__file__).parents[2]


def overlay(folder: Path, name: str, text: str) -> Path:
    file = folder / "overlay" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return folder / "overlay"


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:pathlib.Path.touch [{path}]",
        "!!python/object/new:subprocess.Popen [[touch, {path}]]",
        "!!python/name:os.system",
        "!!python/module:os",
    ],
)
def test_a_pack_cannot_run_code(tmp_path: Path, value: str) -> None:
    mark = tmp_path / "mark"
    made = overlay(tmp_path, "en/wording.yaml", f"unknown-command: {value.format(path=mark)}\n")
    with pytest.raises(PackError, match=r"wording\.yaml:1: fault"):
        load_pack([made])
    assert not mark.exists()


def test_a_pack_cannot_read_files_outside_its_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("unknown-command: the secret of the machine\n", "utf-8")
    made = overlay(tmp_path, "en/tips.yaml", "")
    (made / "en" / "wording.yaml").symlink_to(secret)
    (made / "ja").symlink_to(tmp_path, target_is_directory=True)
    overlay(tmp_path, "en/quiz.yaml", "../../secret: !include ../../secret.yaml\n")
    loaded = load_with_faults([made])
    assert "secret of the machine" not in repr(loaded.pack.languages)
    assert any("quiz.yaml" in str(fault) for fault in loaded.faults)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "references"),
        ("a: &a [*a]\n", "references"),
        ("[" * 200_000, "nested"),
        ("- " * 100_000, "nested"),
        ("{a: " * 100_000, "nested"),
    ],
    ids=["unfolding", "itself", "flow", "block", "mappings"],
)
def test_a_pack_cannot_end_the_process(text: str, words: str) -> None:
    (fault,) = parse_yaml(text, "x.yaml").faults
    assert words in fault.message


def test_the_command_survives_what_would_end_the_parser(tmp_path: Path) -> None:
    made = overlay(tmp_path, "tips.yaml", "[" * 200_000)
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-m", "bot", "check", "--pack", str(made)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "tips.yaml:1: fault: values are nested" in done.stdout + done.stderr


def test_a_name_that_cannot_be_one_is_a_fault_with_its_line(tmp_path: Path) -> None:
    made = overlay(tmp_path, "en/tips.yaml", "ask-first: fine\nTwo Words: text\n")
    with pytest.raises(PackError, match=r"tips\.yaml:2: fault: 'Two Words' cannot be the name"):
        load_pack([made])
