"""A chat that asks without end is asked for a pause; what is urgent is answered all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.handlers.limits import QuestionLimit, Turn
from tests.handlers.rig import MOTHER, YOUNG, Rig, buttons_of, has_number, text_of

START = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_one_too_many_is_told_once_and_the_oldest_makes_room() -> None:
    now = [START]
    limit = QuestionLimit(lambda: now[0], per_minute=2)
    turns = [limit.take(5) for _ in range(4)]
    assert turns == [Turn.ANSWER, Turn.ANSWER, Turn.PAUSE, Turn.SILENCE]
    assert limit.take(6) is Turn.ANSWER, "another chat has a minute of its own"
    now[0] += timedelta(seconds=61)
    assert [limit.take(5) for _ in range(3)] == [Turn.ANSWER, Turn.ANSWER, Turn.PAUSE]


def test_chats_that_fell_silent_are_forgotten() -> None:
    now = [START]
    limit = QuestionLimit(lambda: now[0], per_minute=1)
    for chat in range(50):
        limit.take(chat)
    now[0] += timedelta(minutes=2)
    limit.take(1000)
    assert len(limit._chats) == 1


@pytest.fixture
def strict(rig: Rig) -> Rig:
    rig.services.limit = QuestionLimit(rig.services.clock, per_minute=2)
    return rig


async def test_the_bot_asks_for_a_pause_once_and_then_stays_silent(strict: Rig) -> None:
    for _ in range(2):
        assert await strict.says("グルーミングとは何ですか")
    (pause,) = await strict.says("グルーミングとは何ですか")
    assert "間をおいて" in text_of(pause)
    assert buttons_of(pause) == ["helplines:show:all"]
    assert await strict.says("グルーミングとは何ですか") == []
    assert await strict.says("グルーミングとは何ですか", person=YOUNG), "another chat is not concerned"
    strict.clock.advance(timedelta(minutes=2))
    assert "間をおいて" not in text_of((await strict.says("グルーミングとは何ですか", person=MOTHER))[-1])


async def test_an_emergency_is_answered_however_much_was_asked_before(strict: Rig) -> None:
    for _ in range(6):
        await strict.says("what is grooming")
    answer = await strict.says("he says he will send my nude pictures to everyone unless I pay tonight")
    assert answer
    assert has_number(text_of(answer[0]))
