from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from content.check import CHECKS
from content.checks.advice import check_advice
from content.checks.agreement import check_agreement
from content.checks.numbers_in_text import check_numbers_in_text
from content.load import load_pack, load_with_faults

TODAY = date(2026, 11, 29)
RULES = (check_agreement, check_advice, check_numbers_in_text)


def findings(tmp_path: Path, text: str, language: str = "en") -> list[str]:
    folder = tmp_path / language
    folder.mkdir()
    (folder / "agreement.yaml").write_text(text, "utf-8")
    return [line for line in all_findings(tmp_path) if "agreement" in line]


def all_findings(folder: Path) -> list[str]:
    loaded = load_with_faults([folder])
    return [*map(str, loaded.faults), *(str(fault) for rule in RULES for fault in rule(loaded, TODAY))]


def test_the_rules_belong_to_every_check() -> None:
    assert set(RULES) <= set(CHECKS)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_language_has_an_agreement_with_room_to_write(language: str) -> None:
    agreement = load_pack().languages[language].agreement
    assert agreement is not None
    assert sum("____" in point for part in agreement.parts for point in part.points) >= 5


def test_an_overlay_replaces_a_part_and_keeps_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "agreement.yaml").write_text("title: The paper of Harbour School\n", "utf-8")
    agreement = load_pack([tmp_path]).languages["en"].agreement
    base = load_pack().languages["en"].agreement
    assert agreement is not None
    assert base is not None
    assert agreement.title == "The paper of Harbour School"
    assert agreement.parts == base.parts


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sources: [nobody]\n", "'nobody' is not in sources.yaml"),
        ("reviewed: 2027-01-01\n", "is in the future"),
        ("parts: [{heading: One, points: [" + "word " * 700 + "]}]\n", "at most 3000"),
        ("parts: [{heading: One, points: ['Delete the chat at once.']}]\n", "delete"),
        ("intro: Call 0120-99-7777\n", "0120-99-7777"),
        ("blanks: []\n", "blanks"),
        ("extra: 1\n", "unknown key 'extra'"),
    ],
)
def test_what_is_wrong_is_said_with_its_file(tmp_path: Path, text: str, sentence: str) -> None:
    found = findings(tmp_path, text)
    assert any(sentence in line and "en/agreement.yaml:1:" in line for line in found), found


def test_a_complete_language_without_an_agreement_is_named(tmp_path: Path) -> None:
    for language in ("en", "ja"):
        (tmp_path / language).mkdir()
    keys = ("title", "intro", "parts", "blanks", "sources", "reviewed")
    (tmp_path / "ja" / "agreement.yaml").write_text("".join(f"{key}: {{remove: true}}\n" for key in keys), "utf-8")
    found = all_findings(tmp_path)
    assert any("the family agreement is missing in 'ja'" in line and ": fault:" in line for line in found)


def test_an_agreement_of_another_shape_than_the_other_languages_is_warned_of(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, "parts: [{heading: 一つ, points: [約束]}]\n", "ja")
    assert "ja/agreement.yaml:1: warning:" in found
