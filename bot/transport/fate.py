"""What became of a request: Telegram took it, refused it, or nobody knows.

Whoever sends must know the difference: a message that was surely not sent may be sent again, one that was
perhaps sent may not (a tip) or must (an emergency reply).
"""

from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
)

# Telegram says so itself when it refuses: whatever was asked, it was not done.
_REFUSALS = (BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter)


class NotSentError(ConnectionError):
    """Cause of a network error that came before the request left: nothing reached the Bot API."""


class FateUnknownError(ConnectionError):
    """Cause of a network error after the request left: it may have been carried out, or not."""


def was_not_sent(error: BaseException) -> bool:
    """Tell whether a failed request had surely no effect, so that asking again cannot double it.

    True for everything that Telegram refused and for requests that found no connection. False when the answer
    was lost, came too late, was a server error, or the exception is of another kind altogether.
    """
    return isinstance(error, _REFUSALS) or isinstance(error.__cause__, NotSentError)


def retry_seconds(error: RetryAfter) -> float:
    """Give the pause that Telegram asked for, in seconds, whichever type this version hands it over in."""
    pause = error.retry_after
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)
