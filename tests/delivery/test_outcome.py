"""Each answer of Telegram means exactly one thing."""

from __future__ import annotations

import socket
from datetime import timedelta

import aiohttp
import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.delivery.outcome import NEVER_LEFT, SOON, TABLE, WHEN_REPAIRED, classify
from bot.delivery.verdict import Verdict
from bot.storage.model import Outcome


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), Outcome.GONE, "blocked"),
        (Forbidden("Forbidden: user is deactivated"), Outcome.GONE, "deactivated"),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), Outcome.GONE, "kicked"),
        (Forbidden("Forbidden: bot is not a member of the channel chat"), Outcome.GONE, "forbidden"),
        (Forbidden("Forbidden: bot can't initiate conversation with a user"), Outcome.GONE, "forbidden"),
        (Forbidden("Forbidden: not enough rights to send text messages"), Outcome.REJECTED, "no rights"),
        (Forbidden("Forbidden: have no rights to send a message"), Outcome.REJECTED, "no rights"),
        (Forbidden("Forbidden: need administrator rights in the channel chat"), Outcome.REJECTED, "no rights"),
        (BadRequest("Chat not found"), Outcome.GONE, "not found"),
        (BadRequest("Bad Request: user not found"), Outcome.GONE, "not found"),
        (BadRequest("PEER_ID_INVALID"), Outcome.GONE, "not found"),
        (BadRequest("Chat_id is empty"), Outcome.GONE, "not found"),
        (BadRequest("User is deactivated"), Outcome.GONE, "deactivated"),
        (BadRequest("Bot was kicked from the group chat"), Outcome.GONE, "kicked"),
        (BadRequest("Group chat was deleted"), Outcome.GONE, "deleted"),
        (BadRequest("Not enough rights to send text messages to the chat"), Outcome.REJECTED, "no rights"),
        (BadRequest("Have no rights to send a message"), Outcome.REJECTED, "no rights"),
        (BadRequest("Need administrator rights in the channel chat"), Outcome.REJECTED, "no rights"),
        (BadRequest("CHAT_WRITE_FORBIDDEN"), Outcome.REJECTED, "no rights"),
        (BadRequest("TOPIC_CLOSED"), Outcome.REJECTED, "topic closed"),
        (BadRequest("Can't parse entities: unclosed tag"), Outcome.REJECTED, "bad request"),
        (BadRequest("Message is too long"), Outcome.REJECTED, "bad request"),
        (InvalidToken("Unauthorized"), Outcome.LATER, "bot refused"),
        (EndPointNotFound("Not Found"), Outcome.LATER, "bot refused"),
        (Conflict("Conflict: terminated by other getUpdates request"), Outcome.LATER, "conflict"),
        (NetworkError("Too Many Requests"), Outcome.LATER, "flood"),
        (NetworkError("Too Many Requests (429)"), Outcome.LATER, "flood"),
        (NetworkError("Request Entity Too Large"), Outcome.REJECTED, "too large"),
        (TimedOut(), Outcome.UNCERTAIN, "time-out"),
        (NetworkError("Bad Gateway"), Outcome.UNCERTAIN, "network"),
        (NetworkError("Internal Server Error (500)"), Outcome.UNCERTAIN, "network"),
        (NetworkError("Gateway Timeout"), Outcome.UNCERTAIN, "network"),
        (TelegramError("something new"), Outcome.UNCERTAIN, "unknown"),
        (KeyError("a fault of ours"), Outcome.UNCERTAIN, "unexpected"),
        (ConnectionResetError("cut in the middle"), Outcome.UNCERTAIN, "unexpected"),
    ],
)
def test_every_answer_is_mapped_once(error: Exception, outcome: Outcome, reason: str) -> None:
    verdict = classify(error)
    assert (verdict.outcome, verdict.reason, verdict.new_chat_id) == (outcome, reason, None)


def test_every_line_of_the_table_can_be_reached() -> None:
    for line in TABLE:
        make = line.error if issubclass(line.error, TelegramError) else Exception
        assert classify(make(line.words or "anything else")) == Verdict(line.outcome, line.reason, line.delay)


def test_a_migrated_group_tells_its_new_id() -> None:
    assert classify(ChatMigrated(-100123)) == Verdict(Outcome.MOVED, "migrated", None, -100123)


@pytest.mark.parametrize("seconds", [7, timedelta(seconds=7)])
def test_a_flood_error_tells_how_long_to_wait(seconds: int | timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    assert classify(RetryAfter(seconds)) == Verdict(Outcome.LATER, "flood", timedelta(seconds=7))


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
def test_a_flood_error_in_whole_seconds_is_understood_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "0")
    assert classify(RetryAfter(7)).delay == timedelta(seconds=7)


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


def make_cause(kind: type[BaseException]) -> BaseException:
    if issubclass(kind, aiohttp.ClientConnectorError):
        return kind.__new__(kind)
    return kind("no connection")


@pytest.mark.parametrize("kind", NEVER_LEFT)
@pytest.mark.parametrize("outer", [TimedOut, lambda: NetworkError("Unknown error in HTTP implementation")])
def test_what_never_left_is_tried_again(kind: type[BaseException], outer: type[TimedOut]) -> None:
    expected = Verdict(Outcome.LATER, "never left", SOON)
    assert classify(caused(outer(), make_cause(kind))) == expected
    deeper = RuntimeError("wrapped once more")
    deeper.__cause__ = make_cause(kind)
    assert classify(caused(outer(), deeper)) == expected


@pytest.mark.parametrize(
    "cause",
    [
        TimeoutError(),
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        aiohttp.ServerDisconnectedError(),
        aiohttp.SocketTimeoutError("slow"),
        ConnectionResetError("cut"),
        BrokenPipeError("cut"),
    ],
)
def test_what_may_have_left_is_uncertain(cause: BaseException) -> None:
    assert classify(caused(TimedOut(), cause)).outcome is Outcome.UNCERTAIN
    assert classify(caused(NetworkError("failed"), cause)).outcome is Outcome.UNCERTAIN


def test_telegrams_own_word_counts_more_than_what_came_before_it() -> None:
    error = caused(BadRequest("Chat not found"), socket.gaierror("an earlier try"))
    assert classify(error).outcome is Outcome.GONE


def test_a_circle_of_causes_ends() -> None:
    first, second = TimedOut(), TimedOut()
    first.__cause__, second.__cause__ = second, first
    assert classify(first).outcome is Outcome.UNCERTAIN


def test_a_refused_bot_is_asked_again_when_somebody_may_have_repaired_it() -> None:
    assert classify(InvalidToken()).delay == WHEN_REPAIRED
