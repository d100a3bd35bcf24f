"""The examples of the editors' guide, followed to the letter in a copy of the pack."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from content.check import check_packs
from content.faults import Severity
from content.load import BASE_PACK

TODAY = date(2026, 11, 29)
GUIDE = (BASE_PACK / "README.md").read_text("utf-8")
EMERGENCIES = ("sextortion", "self-harm", "missing-child", "sexual-assault")


def shown(begins: str, which: int = 0) -> str:
    """Return the indented example of the guide that begins with these words; `which` of them when there are several."""
    lines = GUIDE.split("\n")
    starts = [n for n, line in enumerate(lines) if line.startswith("    ") and line.strip().startswith(begins)]
    start = starts[which]
    end = next(n for n in range(start, len(lines)) if lines[n].strip() and not lines[n].startswith("    "))
    return dedent("\n".join(lines[start:end])).strip() + "\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    shutil.copytree(BASE_PACK, folder, ignore=shutil.ignore_patterns("fitted", "questions"))
    return folder


def add(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text((file.read_text("utf-8") if file.exists() else "") + text, "utf-8")


def findings(pack: Path, severity: Severity) -> list[str]:
    """Return what a check says of the pack, without the dates of helplines."""
    found = check_packs([], today=TODAY, base=pack).faults
    return [str(one).replace(f"{pack}/", "") for one in found if one.severity is severity and "checked" not in str(one)]


def test_the_topic_the_tip_and_the_question_of_the_guide_have_no_fault(pack: Path) -> None:
    add(pack / "topics.yaml", "".join(f"  {line}\n" for line in shown("lost-phone:").split("\n")))
    english = shown("---")
    add(pack / "en/topics/lost-phone.md", english)
    japanese = english.replace("A phone was lost or stolen", "スマホをなくした").split("\n---\n", maxsplit=1)[0]
    add(pack / "ja/topics/lost-phone.md", f"{japanese}\n---\nよくあることです。だれも悪くありません。\n")
    for number, file in enumerate(("tips.yaml", "en/tips.yaml", "ja/tips.yaml")):
        add(pack / file, shown("apps-as-animals:", number))
    for number, file in enumerate(("quiz.yaml", "en/quiz.yaml", "ja/quiz.yaml")):
        add(pack / file, shown("prize-for-password:", number))
    assert findings(pack, Severity.FAULT) == []
    warned = shown("content/pack/en/topics/lost-phone.md:1: warning:").strip().removeprefix("content/pack/")
    assert warned in findings(pack, Severity.WARNING)


def test_the_language_of_the_guide_has_no_fault(pack: Path) -> None:
    add(pack / "pt/language.yaml", "name: Português\n")
    for file in ("wording.yaml", "figures.yaml", "privacy.md", *(f"topics/{name}.md" for name in EMERGENCIES)):
        add(pack / "pt" / file, (pack / "en" / file).read_text("utf-8"))
    assert findings(pack, Severity.FAULT) == []
