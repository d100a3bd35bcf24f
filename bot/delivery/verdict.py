"""The meaning of a failed send, as a value that knows nothing of Telegram."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.storage.model import Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failed send means: outcome, a word for the reason, how long to wait, the new id of a moved chat."""

    outcome: Outcome
    reason: str
    delay: timedelta | None = None
    new_chat_id: int | None = None
