"""Japanese text has the signs of Japanese: ？！：（）, not the half-width ones of English."""

from __future__ import annotations

import re

import pytest

from content.load import load_pack, load_with_faults
from content.prose import passages

_JAPANESE = "\u3001-\u30ff\u4e00-\u9fff\uff00-\uff5e"
_NOT_PROSE = re.compile(r"https?://\S+|^ *(?:ja|en): |「ja: |(?<=\d):(?=\d)", re.M)
"""Addresses, the form in which an announcement is written, and times of day."""
_HALF_WIDTH = re.compile(rf"[{_JAPANESE}][*]*[ ]?[?!:()]|[?!:()][*]*[ ]?[{_JAPANESE}]")


def half_width(text: str) -> list[str]:
    # What is filled in stands in a Japanese sentence, whatever it is.
    filled = re.sub(r"\{[^}]*\}", "〇", _NOT_PROSE.sub("", text))
    return _HALF_WIDTH.findall(filled)


def test_no_text_in_japanese_has_half_width_signs() -> None:
    told = [passage for passage in passages(load_with_faults()) if passage.language == "ja"]
    assert {passage.kind for passage in told} >= {"topic", "tip", "quiz", "starter", "agreement", "wording"}
    assert [(one.kind, one.name, found) for one in told if (found := half_width(one.text))] == []
    pack = load_pack()
    lines = [line for country in pack.helplines.values() for line in country.values()]
    names = [words["ja"] for line in lines for words in (line.name, line.note) if "ja" in words]
    others = [*names, *(str(measure) for measure in pack.languages["ja"].figures.measures.values())]
    assert len(names) > 100
    assert [text for text in others if half_width(text)] == []


@pytest.mark.parametrize(
    "text", ["何ですか?", "守り(Mamori)です", "出典:{sources}", "{name}: {number}", "**何時？**(任意)", "だめ!"]
)
def test_a_half_width_sign_in_japanese_is_seen(text: str) -> None:
    assert half_width(text)


@pytest.mark.parametrize(
    "text", ["/subscribe 7:30 Tokyo", "https://example.org/?a=(b) をご覧ください", "ja: こんにちは", "何時？　7:30ごろ"]
)
def test_addresses_times_and_forms_are_left_as_they_are(text: str) -> None:
    assert not half_width(text)
