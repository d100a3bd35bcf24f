"""How many questions a chat may ask within a minute. Its memory holds times and chat ids only."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

WINDOW = timedelta(minutes=1)
PER_MINUTE = 60
"""One a second for a whole minute: nobody who reads the answers asks as fast."""
_CHATS = 10_000


class Turn(Enum):
    """What becomes of a question that is not urgent."""

    ANSWER = "answer"
    PAUSE = "pause"
    """The first one too many: the chat is told to wait."""
    SILENCE = "silence"
    """It was told already."""


@dataclass(slots=True)
class _Asked:
    times: deque[datetime] = field(default_factory=deque)
    told: bool = False


class QuestionLimit:
    """Lets `per_minute` questions of each chat through. What is urgent must not be held up by its answer."""

    def __init__(self, clock: Callable[[], datetime], per_minute: int = PER_MINUTE) -> None:
        self._clock, self._per_minute = clock, per_minute
        self._chats: OrderedDict[int, _Asked] = OrderedDict()

    def take(self, chat_id: int) -> Turn:
        """Count a question, and say what becomes of it."""
        now = self._clock()
        self._forget_silent(now)
        asked = self._chats.setdefault(chat_id, _Asked())
        while asked.times and asked.times[0] <= now - WINDOW:
            asked.times.popleft()
        if len(asked.times) < self._per_minute:
            asked.times.append(now)
            asked.told = False
            self._chats.move_to_end(chat_id)
            return Turn.ANSWER
        turn = Turn.SILENCE if asked.told else Turn.PAUSE
        asked.told = True
        return turn

    def _forget_silent(self, now: datetime) -> None:
        # The chat whose last counted question is oldest stands first.
        while self._chats:
            chat_id, asked = next(iter(self._chats.items()))
            if len(self._chats) <= _CHATS and asked.times[-1] > now - WINDOW:
                return
            del self._chats[chat_id]

    def forget(self, chat_id: int) -> None:
        """Drop what is remembered of a chat."""
        self._chats.pop(chat_id, None)
