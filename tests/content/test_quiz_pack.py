from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from content.check import CHECKS, count_table
from content.checks.quiz import EXPLANATION, OPTION, QUESTION, STARTER, STARTERS, check_quiz
from content.load import load_pack, load_with_faults
from content.model import AgeBand
from tests.statistics_pack import base_pack

PACK = base_pack()
TODAY = date(2026, 11, 23)
COMPLETE = sorted(code for code, language in PACK.languages.items() if language.complete)
A_QUESTION = next(iter(PACK.quiz))


def faults_of(folder: Path) -> list[str]:
    loaded = load_with_faults([folder])
    found = [*loaded.faults, *check_quiz(loaded, TODAY)]
    return [str(fault) for fault in found if fault.file.endswith(("quiz.yaml", "starters.yaml"))]


def written(folder: Path, file: str, text: str) -> list[str]:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return faults_of(folder)


def words(*, question: str = "Which?", options: str = "[A, B, C, D]", explanation: str = "So.") -> str:
    return f"{A_QUESTION}:\n  question: '{question}'\n  options: {options}\n  explanation: '{explanation}'\n"


def test_the_shipped_quiz_has_no_fault(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == []


def test_the_rules_of_the_quiz_belong_to_every_check() -> None:
    assert check_quiz in CHECKS


@pytest.mark.parametrize("code", COMPLETE)
def test_there_are_sixty_questions_in_every_complete_language(code: str) -> None:
    assert len(PACK.quiz) >= 60
    assert set(PACK.languages[code].quiz) == set(PACK.quiz)


def test_the_options_stand_in_the_same_number_in_every_language() -> None:
    for name in PACK.quiz:
        assert len({len(PACK.languages[code].quiz[name].options) for code in COMPLETE}) == 1, name


def test_the_place_of_an_option_does_not_give_the_answer_away() -> None:
    english = PACK.languages["en"].quiz
    threes = Counter(question.answer for name, question in PACK.quiz.items() if len(english[name].options) == 3)
    assert max(threes.values()) <= 0.45 * threes.total()


@pytest.mark.parametrize("code", COMPLETE)
@pytest.mark.parametrize("band", AgeBand)
def test_there_are_ten_starters_for_each_age_and_each_is_a_question(code: str, band: AgeBand) -> None:
    starters = PACK.languages[code].starters[band]
    assert len(starters) == STARTERS
    assert all(re.search("[?？]|かな。", text) for text in starters)


def test_no_starter_stands_in_two_ages() -> None:
    for code in COMPLETE:
        every = [text for texts in PACK.languages[code].starters.values() for text in texts]
        assert len(every) == len(set(every))


def test_the_count_table_counts_questions_and_starters() -> None:
    header, english, *_ = (line.split() for line in count_table(PACK).splitlines())
    counted = dict(zip(header, english, strict=True))
    assert counted["quiz"] == str(len(PACK.quiz))
    assert counted["starters"] == str(STARTERS * len(AgeBand))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{topic: nowhere, answer: 0, sources: [nspcc-talking], reviewed: 2026-11-23}", "'nowhere', which is no topic"),
        ("{topic: stats-ages, answer: 0, sources: [nspcc-talking], reviewed: 2026-11-23}", "no topic with a text"),
        ("{topic: law, answer: 0, sources: [nobody], reviewed: 2026-11-23}", "the source 'nobody'"),
        ("{topic: law, answer: 0, sources: [], reviewed: 2026-11-23}", "sources"),
        ("{topic: law, answer: -1, sources: [nspcc-talking], reviewed: 2026-11-23}", "answer"),
        ("{topic: law, answer: 0, sources: [nspcc-talking], reviewed: 2027-01-01}", "in the future"),
        ("{topic: law, sources: [nspcc-talking], reviewed: 2026-11-23}", "'answer' is missing"),
    ],
)
def test_what_is_wrong_with_a_question_is_said_with_its_line(tmp_path: Path, entry: str, message: str) -> None:
    found = written(tmp_path, "quiz.yaml", f"# one\n{A_QUESTION}: {entry}\n")
    assert any(message in fault and "quiz.yaml:2: fault" in fault for fault in found), found


def test_an_answer_that_is_no_option_is_a_fault(tmp_path: Path) -> None:
    entry = f"{A_QUESTION}: {{topic: law, answer: 3, sources: [nspcc-talking], reviewed: 2026-11-23}}\n"
    found = written(tmp_path, "quiz.yaml", entry)
    assert any("the answer 3 is none of the 3 options" in fault for fault in found), found


def test_an_id_that_does_not_fit_a_button_is_a_fault(tmp_path: Path) -> None:
    entry = f"{'q' * 33}: {{topic: law, answer: 0, sources: [nspcc-talking], reviewed: 2026-11-23}}\n"
    assert any("33 characters" in fault for fault in written(tmp_path, "quiz.yaml", entry))


def test_a_question_of_an_overlay_without_words_is_said_for_every_complete_language(tmp_path: Path) -> None:
    entry = "a-new-one: {topic: law, answer: 0, sources: [nspcc-talking], reviewed: 2026-11-23}\n"
    found = written(tmp_path, "quiz.yaml", entry)
    for code in COMPLETE:
        assert any(f"has no words in '{code}'" in fault and ": warning" in fault for fault in found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (words(question="a" * (QUESTION + 1)), f"the question has {QUESTION + 1} characters"),
        (words(explanation="a" * (EXPLANATION + 1)), f"the explanation has {EXPLANATION + 1} characters"),
        (words(options=f"[A, B, {'c' * (OPTION + 1)}]"), f"has {OPTION + 1} characters"),
        (words(options="[A]"), "there are 1 options"),
        (words(options="[A, B, C, D, E]"), "there are 5 options"),
        (words(options="[A, B, A]"), "two options say the same"),
        (words(explanation="See {figure:never-counted}."), "the figure 'never-counted' does not exist"),
        (words(question=""), "question"),
        ("unlisted:\n  question: Q\n  options: [A, B]\n  explanation: E\n", "'unlisted' is not in the list"),
    ],
)
def test_what_is_wrong_with_the_words_of_a_question_is_named(tmp_path: Path, text: str, message: str) -> None:
    found = written(tmp_path, "en/quiz.yaml", text)
    assert any(message in fault and "en/quiz.yaml:" in fault for fault in found), found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10-12: [One?, Two?]\n", "has 2 conversation starters for the age 10-12"),
        ("10-12: [" + ", ".join(["Same?"] * STARTERS) + "]\n", "stands there twice"),
        ("10-12: [" + ", ".join([f"{'a' * STARTER}{n}" for n in range(STARTERS)]) + "]\n", "characters; at most"),
        ("18-20: [One?]\n", "'18-20' is none of the ages"),
        ("10-12: One?\n", "'10-12' must be a list of texts"),
        ("10-12: [One?, '']\n", "'10-12' must be a list of texts"),
    ],
)
def test_what_is_wrong_with_starters_is_named(tmp_path: Path, text: str, message: str) -> None:
    found = written(tmp_path, "ja/starters.yaml", text)
    assert any(message in fault for fault in found), found


def test_an_overlay_replaces_one_question_and_the_starters_of_one_age(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "quiz.yaml").write_text(words(explanation="Our own words."), "utf-8")
    own = [f"Question {number}?" for number in range(STARTERS)]
    (tmp_path / "en" / "starters.yaml").write_text(f"16-17: {own}\n", "utf-8")
    english = load_pack([tmp_path]).languages["en"]
    assert english.quiz[A_QUESTION].explanation == "Our own words."
    assert english.starters[AgeBand.FROM_16] == tuple(own)
    assert english.starters[AgeBand.FROM_13] == PACK.languages["en"].starters[AgeBand.FROM_13]
    assert len(english.quiz) == len(PACK.quiz)
