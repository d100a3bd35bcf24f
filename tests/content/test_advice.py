from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.checks.advice import check_advice, passage_faults
from content.checks.advice_rule import Rule
from content.load import BASE_PACK, load_with_faults
from content.prose import Passage
from tests.content.advice_examples import ALLOWED, FORBIDDEN, MORE_ALLOWED, MORE_FORBIDDEN

TODAY = date(2026, 11, 23)


def passage(text: str, language: str = "en", heading: str = "now", *, young: bool = False) -> Passage:
    return Passage(language, "topic", "sextortion", heading, text, "a.md", 10, young)


@pytest.mark.parametrize(("rule", "language", "text"), FORBIDDEN)
def test_forbidden_advice_is_a_fault(rule: Rule, language: str, text: str) -> None:
    assert rule.message in [fault.message for fault in passage_faults(passage(text, language))]


@pytest.mark.parametrize(("language", "text"), MORE_FORBIDDEN)
def test_forbidden_advice_is_found_in_other_words_too(language: str, text: str) -> None:
    assert list(passage_faults(passage(text, language)))


@pytest.mark.parametrize(("language", "text"), [*ALLOWED, *MORE_ALLOWED])
def test_refusing_or_telling_of_it_is_no_fault(language: str, text: str) -> None:
    assert not list(passage_faults(passage(text, language)))


def test_every_rule_has_examples_in_both_languages() -> None:
    assert {(rule, language) for rule, language, _ in FORBIDDEN} == {(r, c) for r in Rule for c in ("en", "ja")}


def test_the_fault_names_the_line_of_the_sentence() -> None:
    (fault,) = passage_faults(passage("Stay calm.\n\n- Listen.\n- Delete the chat.\n"))
    assert (fault.file, fault.line) == ("a.md", 13)


def test_a_list_of_signs_tells_what_somebody_does() -> None:
    assert not list(passage_faults(passage("- 会話を消す", "ja", "worry")))
    assert list(passage_faults(passage("- 会話を消す", "ja", "now")))


@pytest.mark.parametrize(
    ("language", "alone", "more"),
    [
        ("en", "Talk to your parents today.", "Talk to your parents or a teacher today."),
        ("ja", "親に相談してください。", "親や先生に相談してください。親でなくてもかまいません。"),
    ],
)
def test_young_people_are_never_sent_to_their_parents_alone(language: str, alone: str, more: str) -> None:
    assert [f.message for f in passage_faults(passage(alone, language, young=True))] == [Rule.PARENTS.message]
    assert not list(passage_faults(passage(more, language, young=True)))
    assert not list(passage_faults(passage(alone, language)))


@given(st.text(max_size=200), st.sampled_from(["en", "ja"]))
def test_no_text_breaks_the_rules_themselves(text: str, language: str) -> None:
    assert all(fault.line >= 10 for fault in passage_faults(passage(text, language)))


def test_the_shipped_pack_gives_no_forbidden_advice() -> None:
    faults = list(check_advice(load_with_faults(), TODAY))
    assert not faults, "\n".join(map(str, faults))


def test_an_edit_of_a_shipped_text_is_found_with_its_file_and_line(tmp_path: Path) -> None:
    text = (BASE_PACK / "en/topics/sextortion.md").read_text("utf-8")
    edited = text.replace("- Pay nothing and send", "- Pay a little and send")
    assert edited != text
    path = tmp_path / "en/topics/sextortion.md"
    path.parent.mkdir(parents=True)
    path.write_text(edited, "utf-8")
    (fault,) = check_advice(load_with_faults([tmp_path]), TODAY)
    assert "- Pay a little" in path.read_text("utf-8").split("\n")[fault.line - 1]
    assert fault.file.endswith("sextortion.md")
