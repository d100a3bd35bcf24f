"""What Telegram's answer to a send means for the delivery: one table, each line with its test."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import httpx
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

from bot.delivery.verdict import Verdict
from bot.storage.model import Outcome
from bot.transport.fate import NotSentError

SOON = timedelta(seconds=30)
"""The first pause after a send that never left; the dispatcher doubles it with every further try."""
WHEN_REPAIRED = timedelta(minutes=5)
"""The pause while the bot itself is refused (its token, its address): an operator has to act first."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: an exception, words that its text must hold (lower case), and what it means.

    `reason` is kept with a chat that is gone and counted in the log; it names no person.
    """

    error: type[Exception]
    words: str
    outcome: Outcome
    reason: str
    delay: timedelta | None = None


NEVER_LEFT: tuple[type[BaseException], ...] = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    ConnectionRefusedError,
    socket.gaierror,
    NotSentError,
)
"""Causes that prove that Telegram never saw the request: no connection was there to carry it."""

TABLE: tuple[Rule, ...] = (
    # The chat takes no more messages from this bot.
    Rule(Forbidden, "not enough rights", Outcome.REJECTED, "no rights"),
    Rule(Forbidden, "have no rights", Outcome.REJECTED, "no rights"),
    Rule(Forbidden, "need administrator rights", Outcome.REJECTED, "no rights"),
    Rule(Forbidden, "deactivated", Outcome.GONE, "deactivated"),
    Rule(Forbidden, "blocked", Outcome.GONE, "blocked"),
    Rule(Forbidden, "kicked", Outcome.GONE, "kicked"),
    Rule(Forbidden, "", Outcome.GONE, "forbidden"),
    Rule(BadRequest, "chat not found", Outcome.GONE, "not found"),
    Rule(BadRequest, "user not found", Outcome.GONE, "not found"),
    Rule(BadRequest, "peer_id_invalid", Outcome.GONE, "not found"),
    Rule(BadRequest, "chat_id is empty", Outcome.GONE, "not found"),
    Rule(BadRequest, "deactivated", Outcome.GONE, "deactivated"),
    Rule(BadRequest, "kicked", Outcome.GONE, "kicked"),
    Rule(BadRequest, "group chat was deleted", Outcome.GONE, "deleted"),
    # Telegram understood and will not do it; the chat itself stays.
    Rule(BadRequest, "not enough rights", Outcome.REJECTED, "no rights"),
    Rule(BadRequest, "have no rights", Outcome.REJECTED, "no rights"),
    Rule(BadRequest, "need administrator rights", Outcome.REJECTED, "no rights"),
    Rule(BadRequest, "chat_write_forbidden", Outcome.REJECTED, "no rights"),
    Rule(BadRequest, "topic_closed", Outcome.REJECTED, "topic closed"),
    Rule(BadRequest, "", Outcome.REJECTED, "bad request"),
    # Refused, so certainly not delivered.
    Rule(InvalidToken, "", Outcome.LATER, "bot refused", WHEN_REPAIRED),
    Rule(EndPointNotFound, "", Outcome.LATER, "bot refused", WHEN_REPAIRED),
    Rule(Conflict, "", Outcome.LATER, "conflict", SOON),
    Rule(NetworkError, "too many requests", Outcome.LATER, "flood", SOON),
    Rule(NetworkError, "request entity too large", Outcome.REJECTED, "too large"),
    # Perhaps delivered: the request left, and no answer tells.
    Rule(TimedOut, "", Outcome.UNCERTAIN, "time-out"),
    Rule(NetworkError, "", Outcome.UNCERTAIN, "network"),
    Rule(TelegramError, "", Outcome.UNCERTAIN, "unknown"),
    Rule(Exception, "", Outcome.UNCERTAIN, "unexpected"),
)
"""The first line that fits counts. `BadRequest` and `TimedOut` are kinds of `NetworkError`, so they stand before it."""


def classify(error: Exception) -> Verdict:
    """Say what an exception raised by a send means.

    Every exception means something: what is not known is UNCERTAIN, so that no tip is sent twice.
    """
    if isinstance(error, ChatMigrated):
        return Verdict(Outcome.MOVED, "migrated", new_chat_id=error.new_chat_id)
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return Verdict(Outcome.LATER, "flood", wait if isinstance(wait, timedelta) else timedelta(seconds=wait))
    if not isinstance(error, BadRequest) and any(isinstance(cause, NEVER_LEFT) for cause in _causes(error)):
        return Verdict(Outcome.LATER, "never left", SOON)
    words = str(error).lower()
    rule = next(rule for rule in TABLE if isinstance(error, rule.error) and rule.words in words)
    return Verdict(rule.outcome, rule.reason, rule.delay)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__
