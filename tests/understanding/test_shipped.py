"""What the heads that are shipped must do, on the real bank and the real encoder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from bot.understanding.engine import Engine
from bot.understanding.evaluate import Report, judge, measure, parse_questions
from bot.understanding.lines import hash_content
from bot.understanding.loading import BASE_PACK
from bot.understanding.slots import read_figure
from content.bank import Bank, fingerprint, load_bank
from content.faults import Severity
from content.load import load_pack
from content.model import Pack, Urgency
from tests.statistics_pack import base_lexicon

DEVELOPMENT = Path(__file__).parents[1] / "evaluation" / "dev.jsonl"
EMERGENCIES = DEVELOPMENT.with_name("emergencies.jsonl")
FURTHER = DEVELOPMENT.with_name("further.jsonl")
STORIES = DEVELOPMENT.with_name("stories.jsonl")
BASELINE = Path(__file__).with_name("baseline.json")
ACCEPT = "MAMORI_ACCEPT_BASELINE"
NEAR, WORTH_COMPARING = 95, 12
UPWARD = ("top-1", "top-3", "accepted and right", "out-of-scope recall", "urgent recall")
DOWNWARD = ("refused in scope", "firm in scope", "alarms on look-alikes", "alarms on calm questions")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


@pytest.fixture(scope="module")
def bank(pack: Pack) -> Bank:
    return load_bank([BASE_PACK], pack.topics)


@pytest.fixture(scope="module")
def report(shipped: Engine) -> Report:
    questions, faults = parse_questions(DEVELOPMENT.read_text("utf-8").splitlines(), DEVELOPMENT.name)
    assert not faults
    return measure(judge(shipped, questions))


def test_the_bank_has_no_faults(bank: Bank) -> None:
    assert [str(fault) for fault in bank.faults if fault.severity is Severity.FAULT] == []


def test_the_shipped_heads_were_fitted_from_the_shipped_bank(shipped: Engine, pack: Pack, bank: Bank) -> None:
    texts = {code: language.topics for code, language in pack.languages.items()}
    assert shipped.fitted.content == hash_content(bank, pack.topics, texts), "the bank has changed: run `make fit`"
    assert shipped.trouble is None


@pytest.mark.parametrize("file", [DEVELOPMENT, EMERGENCIES, FURTHER, STORIES], ids=lambda file: file.stem)
def test_no_line_of_the_bank_is_a_line_of_an_evaluation_file(bank: Bank, file: Path) -> None:
    asked = [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()]
    ours, theirs = [fingerprint(line.text) for line in bank.lines], [fingerprint(text) for text in asked]
    alike = process.cdist(theirs, ours, scorer=fuzz.ratio, score_cutoff=NEAR, dtype=np.uint8)
    leaks = [
        f"{bank.places[column][0]}:{bank.places[column][1]}: {bank.lines[column].text}"
        for row, column in zip(*np.nonzero(alike), strict=True)
        if len(theirs[row]) >= WORTH_COMPARING
    ]
    assert leaks == []


def test_no_figure_drops_below_the_baseline_by_more_than_chance(report: Report) -> None:
    """Set the variable MAMORI_ACCEPT_BASELINE to write the present figures as the new baseline."""
    present = {
        f"{rate.name}, {rate.group}": rate
        for rate in report.rates
        if rate.name in UPWARD + DOWNWARD and (rate.group == "all" or rate.group.startswith("language"))
    }
    if os.environ.get(ACCEPT):
        kept = {name: [round(rate.low, 1), round(rate.high, 1)] for name, rate in sorted(present.items())}
        BASELINE.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    baseline = json.loads(BASELINE.read_text("utf-8"))
    assert set(baseline) == set(present)
    worse = {
        name: rate.percent
        for name, rate in present.items()
        if (rate.percent < baseline[name][0] if rate.name in UPWARD else rate.percent > baseline[name][1])
    }
    assert worse == {}


def test_every_emergency_among_ordinary_questions_is_heard(shipped: Engine) -> None:
    questions, faults = parse_questions(EMERGENCIES.read_text("utf-8").splitlines(), EMERGENCIES.name)
    assert not faults
    assert [
        one.question.text for one in judge(shipped, questions) if one.understanding.urgency is not one.question.urgency
    ] == []


def test_a_question_in_any_other_language_of_the_encoder_finds_its_topic(shipped: Engine) -> None:
    questions, faults = parse_questions(FURTHER.read_text("utf-8").splitlines(), FURTHER.name)
    assert not faults
    assert {question.language for question in questions} == {"ar", "de", "fr", "it", "nl", "pl", "ru", "th", "tr", "zh"}
    found = {rate.name: rate.percent for rate in measure(judge(shipped, questions)).rates if rate.group == "all"}
    assert found["top-1"] >= 80
    assert found["top-3"] >= 93
    assert found["urgent recall"] >= 93


def test_a_cry_in_the_middle_of_a_long_story_is_heard_and_a_calm_one_seldom_raises_an_alarm(shipped: Engine) -> None:
    questions, faults = parse_questions(STORIES.read_text("utf-8").splitlines(), STORIES.name)
    assert not faults
    alarms: dict[bool, list[bool]] = {True: [], False: []}
    for one in judge(shipped, questions):
        cry = one.question.urgency is Urgency.EMERGENCY
        alarms[cry].append(one.understanding.urgency is Urgency.EMERGENCY)
    assert (len(alarms[True]), len(alarms[False])) == (20, 20)
    assert sum(alarms[True]) >= 19
    assert sum(alarms[False]) <= 6


@pytest.mark.parametrize(
    "text",
    [
        "I want to die tonight",
        "ｉ ｗａｎｔ ｔｏ ｄｉｅ",
        "i w\u200bant to d\u200bie",
        "もう死にたい",
        "しにたいしにたいしにたいしにたい",
        "he says pay 300 or he sends my nudes to everyone",
        "hes gona send teh pictrues if i dont pay",
        "My daughter left with a man she met online and does not answer",
        "||my friend took all her pills||",
        "`my friend took all her pills`",
        "Quiero morirme esta noche",
        "죽고 싶어요 지금",
        "我不想活了，今晚就走",
        "quero morrer hoje",
        "Hello! I have many questions. What is the best app? " * 3 + "I want to die tonight.",
        "what is the age limit? " * 4000 + "he is at the door and wants to come in",
    ],
)
def test_a_cry_for_help_is_heard_in_any_form(shipped: Engine, text: str) -> None:
    assert shipped.urgency(text) is Urgency.EMERGENCY


def test_a_cry_for_help_in_pieces_is_heard(shipped: Engine) -> None:
    assert shipped.urgency("said shes meeting some1", ["she wont answer", "since 4"]) is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "Mi hija habla con un desconocido por internet y le pide fotos",
        "A minha filha fala com um estranho na internet que lhe pede fotos",
        "My daughter talks to a stranger online and he asks for photos",
    ],
)
def test_a_stranger_who_asks_for_pictures_is_a_worry_but_no_emergency(shipped: Engine, text: str) -> None:
    assert shipped.urgency(text) is Urgency.CONCERN


def test_a_school_that_tells_of_its_victims_asks_for_steps_not_for_a_number(shipped: Engine) -> None:
    engine = Engine(shipped.fitted, shipped.encoder, lambda text, topic: read_figure(text, base_lexicon(), topic))
    meaning = engine.understand("our school had two tiktok victims in 2024, which steps")
    assert meaning.figure is None
    assert meaning.topic == "schools"


def test_thanks_after_an_alarm_keep_a_helpline_but_not_the_alarm(shipped: Engine) -> None:
    assert shipped.urgency("thanks", ["i want to die tonight"]) is Urgency.CONCERN
    assert shipped.urgency("thanks", ["how old must she be for tiktok"]) is Urgency.NONE


@pytest.mark.parametrize("text", ["", "😭", "\u200b", "…", "12345", "asdf jkl qwe", "̷̛̤h̵", "ａ"])
def test_what_cannot_be_read_is_declined(shipped: Engine, text: str) -> None:
    answer = shipped.understand(text)
    assert answer.topic is None
    assert answer.urgency is not Urgency.EMERGENCY


def test_several_questions_in_one_message_are_all_named(shipped: Engine) -> None:
    text = "what is the age limit for tiktok? how do i report an account? how can I make a family agreement?"
    answer = shipped.understand(text)
    named = {answer.topic, *answer.also}
    assert {"report-platform", "family-rules"} <= named
    assert len(named) == len(answer.also) + 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_the_same_answer_twice_and_nothing_breaks(shipped: Engine, text: str) -> None:
    answer = shipped.understand(text)
    assert answer == shipped.understand(text)
    assert answer.notes == ()
