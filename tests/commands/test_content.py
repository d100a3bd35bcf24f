from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.__main__ import main
from content.checks.tips import check_tips

TIP = """\
walk-and-talk:
  topic: talking-together
  audience: [parent]
  ages: [10-12]
  sources: [nspcc-talking]
  reviewed: 2026-11-23
"""


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # only a tip is changed here: what is wrong with other things need not be looked for
    monkeypatch.setattr("content.check.CHECKS", (check_tips,))
    monkeypatch.setattr("content.check.check_questions", lambda *_: ())
    folder = tmp_path / "overlay"
    for language, words in (("en", "Go for a walk."), ("ja", "散歩をしましょう。")):
        (folder / language).mkdir(parents=True)
        (folder / language / "tips.yaml").write_text(f"walk-and-talk: {words}\n", "utf-8")
    (folder / "tips.yaml").write_text(TIP, "utf-8")
    return folder


def test_an_overlay_goes_out_is_changed_and_comes_in(
    overlay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "pack.xlsx"
    assert main(["content", "export", "--xlsx", str(book), "--pack", str(overlay)]) == 0
    workbook = load_workbook(book)
    page = workbook["tips"]
    assert [cell.value for cell in page[2]][:2] == ["walk-and-talk", "talking-together"]
    page["G2"] = "Go for a long walk."
    workbook.save(book)
    assert main(["content", "import", str(book), "--pack", str(overlay)]) == 0
    assert "cells changed: 1, files changed: 1" in capsys.readouterr().out
    assert (overlay / "en" / "tips.yaml").read_text("utf-8") == "walk-and-talk: Go for a long walk.\n"


def test_a_fault_is_printed_with_its_cell_and_the_overlay_stays(
    overlay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "pack.xlsx"
    main(["content", "export", str(book), "--pack", str(overlay)])
    workbook = load_workbook(book)
    workbook["tips"]["B2"] = "nonsense"
    workbook.save(book)
    assert main(["content", "import", str(book), "--pack", str(overlay)]) == 1
    said = capsys.readouterr().out
    assert "tips!B2: fault: the tip 'walk-and-talk' belongs to 'nonsense', which is no topic" in said
    assert "no file has changed" in said
    assert (overlay / "tips.yaml").read_text("utf-8") == TIP


@pytest.mark.parametrize(
    ("arguments", "culprit"),
    [
        (["export"], "name one workbook"),
        (["import", "a.xlsx", "--xlsx", "b.xlsx"], "name one workbook"),
        (["import", "/nowhere/a.xlsx"], "/nowhere/a.xlsx cannot be read"),
        (["export", "/nowhere/a.xlsx"], "/nowhere/a.xlsx cannot be written"),
        (["export", "a.xlsx", "--pack", "/nowhere"], "/nowhere does not exist"),
        (["burn", "a.xlsx"], "burn"),
    ],
)
def test_a_wrong_call_is_one_sentence(arguments: list[str], culprit: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["content", *arguments]) == 2
    said = capsys.readouterr().err
    assert culprit in said
    assert said.count("\n") == 1
