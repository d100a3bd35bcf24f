from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.metrics import FATES, LANES
from bot.transport.fate import NotSentError
from bot.transport.observed import ObservedLimiter
from bot.transport.pacing import BROADCAST, REPLY, URGENT, Pacer


@pytest.fixture(autouse=True)
def _pauses_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


def no_connection() -> NetworkError:
    error = NetworkError("x")
    error.__cause__ = NotSentError("x")
    return error


FAILURES: dict[str, tuple[Callable[[], Exception], str]] = {
    "flood": (lambda: RetryAfter(timedelta(hours=1)), "flood"),
    "blocked": (lambda: Forbidden("blocked"), "gone"),
    "refused": (lambda: BadRequest("chat not found"), "refused"),
    "no connection": (no_connection, "not-sent"),
    "time-out": (TimedOut, "unknown"),
    "a bug": (lambda: ValueError("a bug"), "unknown"),
}


@pytest.mark.parametrize("what", FAILURES)
@pytest.mark.parametrize("lane", [REPLY, BROADCAST, URGENT])
async def test_lane_and_fate_of_a_message_that_failed_are_told(what: str, lane: str) -> None:
    told: list[tuple[str, str]] = []
    limiter = ObservedLimiter(Pacer(), lambda *fate: told.append(fate))
    make, fate = FAILURES[what]
    error = make()

    async def send() -> Any:
        raise error

    with pytest.raises(type(error)):
        await limiter.process_request(send, (), {}, "sendMessage", {"chat_id": 5}, lane)
    assert told == [(lane, fate)]
    assert lane in LANES
    assert fate in FATES


async def test_a_message_that_arrived_is_told_as_a_reply_unless_it_says_otherwise() -> None:
    told: list[tuple[str, str]] = []
    limiter = ObservedLimiter(Pacer(), lambda *fate: told.append(fate))

    async def send() -> bool:
        return True

    assert await limiter.process_request(send, (), {}, "sendMessage", {"chat_id": 5}, None) is True
    assert told == [("reply", "sent")]


async def test_what_is_no_message_is_not_counted() -> None:
    told: list[tuple[str, str]] = []
    limiter = ObservedLimiter(Pacer(), lambda *what: told.append(what))

    async def answer() -> bool:
        return True

    await limiter.process_request(answer, (), {}, "answerCallbackQuery", {}, None)
    await limiter.process_request(answer, (), {}, "sendChatAction", {"chat_id": 5}, None)
    assert told == []
