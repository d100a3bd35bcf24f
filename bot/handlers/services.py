"""What handlers work with: every part is handed in by the composition root."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from bot.charts.cache import ChartCache
from bot.delivery.tally import Tally
from bot.handlers.limits import QuestionLimit
from bot.metrics import Metrics
from bot.replies.emergency import FallbackCards
from bot.replies.tips import TipReplies
from bot.storage.protocol import Store
from bot.transport.sending import FREE_RATE
from bot.understanding.model import Understander, Understanding
from content.model import Pack, Urgency
from content.profile import Profile

logger = logging.getLogger(__name__)
ResultT = TypeVar("ResultT")

PIECES_KEPT = timedelta(minutes=5)
"""How long a chat's last messages count as pieces of one story."""
_PIECES = 2
_CHATS = 10_000
_SHOWN = 40
"""How many tips of a chat are remembered, in memory only, so that "next" does not repeat itself."""


@dataclass(frozen=True, slots=True)
class _Piece:
    at: datetime
    text: str
    message_id: int | None


@dataclass(slots=True)
class _Story:
    """What a chat told lately, and when it last got the answer to an emergency."""

    touched: datetime
    pieces: deque[_Piece] = field(default_factory=lambda: deque(maxlen=_PIECES))
    answered: datetime | None = None


class Pieces:
    """The last two messages of each chat, in memory only, because people tell an emergency in pieces."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._chats: OrderedDict[int, _Story] = OrderedDict()

    def of(self, chat_id: int, *, without: int | None = None) -> list[str]:
        """Return the chat's messages of the past five minutes, oldest first, at most two; not that of this id."""
        story, since = self._chats.get(chat_id), self._clock() - PIECES_KEPT
        pieces = story.pieces if story else ()
        return [one.text for one in pieces if one.at >= since and (without is None or one.message_id != without)]

    def add(self, chat_id: int, text: str, message_id: int | None = None) -> None:
        """Remember a message; an edited one takes the place of what it said before."""
        story, piece = self._story(chat_id), _Piece(self._clock(), text, message_id)
        known = next((at for at, one in enumerate(story.pieces) if one.message_id == message_id is not None), None)
        if known is None:
            story.pieces.append(piece)
        else:
            story.pieces[known] = piece

    def answer_emergency(self, chat_id: int) -> None:
        """Drop the pieces of an emergency that is answered now: kept, they would make an alarm of "thanks" too."""
        story = self._story(chat_id)
        story.pieces.clear()
        story.answered = story.touched

    def after_emergency(self, chat_id: int) -> bool:
        """Tell whether the answer to an emergency is less than five minutes old: what follows may belong to it."""
        story = self._chats.get(chat_id)
        return story is not None and story.answered is not None and story.answered >= self._clock() - PIECES_KEPT

    def forget(self, chat_id: int) -> None:
        """Drop what is remembered of a chat."""
        self._chats.pop(chat_id, None)

    def _story(self, chat_id: int) -> _Story:
        now = self._clock()
        story = self._chats.setdefault(chat_id, _Story(now))
        story.touched = now
        self._chats.move_to_end(chat_id)
        # The chat that was silent longest stands first: what is older than five minutes is dropped from there.
        while len(self._chats) > _CHATS or next(iter(self._chats.values())).touched < now - PIECES_KEPT:
            self._chats.popitem(last=False)
        return story


class ShownTips:
    """The tips that each chat saw by asking, in memory; the daily ones have a history of their own."""

    def __init__(self) -> None:
        self._chats: dict[int, list[str]] = {}

    def of(self, chat_id: int) -> list[str]:
        """Return the ids shown to the chat, the latest last."""
        return self._chats.get(chat_id, [])

    def add(self, chat_id: int, tip: str) -> None:
        """Remember a shown tip; the oldest are forgotten."""
        shown = [other for other in self.of(chat_id) if other != tip]
        self._chats[chat_id] = [*shown, tip][-_SHOWN:]
        if len(self._chats) > _CHATS:
            self._chats.pop(next(iter(self._chats)))

    def forget(self, chat_id: int) -> None:
        """Drop what is remembered of a chat."""
        self._chats.pop(chat_id, None)


@dataclass(frozen=True, slots=True)
class _Known:
    at: datetime
    profile: Profile | None
    own: str | None


class ProfileCache:
    """What chats told about their readers, so that not every message waits for the store.

    `lasting` is how long an entry is believed; None means for ever, which is right while this process alone writes.
    """

    def __init__(self, clock: Callable[[], datetime], lasting: timedelta | None = None) -> None:
        self._clock = clock
        self._lasting = lasting
        self._chats: OrderedDict[int, _Known] = OrderedDict()

    async def of(self, chat_id: int, store: Store) -> Profile | None:
        """Return the profile, from memory or from the store. Raises StoreError."""
        now = self._clock()
        known = self._chats.get(chat_id)
        if known is not None and (self._lasting is None or now - known.at < self._lasting):
            return known.profile
        profile = await store.profile_of(chat_id)
        self.keep(chat_id, profile)
        return profile

    def own_language(self, chat_id: int) -> str | None:
        """Return the language that the person chose, or else their app's, if they have since written in another."""
        known = self._chats.get(chat_id)
        return known.own if known else None

    def keep(self, chat_id: int, profile: Profile | None, own: str | None = None) -> None:
        """Remember what was read or written; `own` is the language of someone who is answered in another one.

        The longest silent chats are forgotten when there are too many.
        """
        self._chats[chat_id] = _Known(self._clock(), profile, own)
        self._chats.move_to_end(chat_id)
        while len(self._chats) > _CHATS:
            self._chats.popitem(last=False)

    def forget(self, chat_id: int) -> None:
        """Drop what is remembered of a chat."""
        self._chats.pop(chat_id, None)


@dataclass(slots=True)
class Services:
    """The parts behind the handlers.

    `pack`, `understander` and `fallback` change together, by `use`, when a pack is reloaded. `clock` returns the
    aware time of now, `seed` makes chance repeatable, `wake` tells the dispatcher that a subscription changed,
    `wake_broadcasts` the broadcaster that there is work, `broadcast_rate` is how many messages a second may leave,
    `administrators` are the user ids of those who may see counts and send broadcasts.
    """

    pack: Pack
    understander: Understander
    store: Store
    charts: ChartCache
    fallback: FallbackCards
    clock: Callable[[], datetime]
    seed: int
    pieces: Pieces
    shown_tips: ShownTips
    profiles: ProfileCache
    thinking: Executor
    tally: Tally
    limit: QuestionLimit
    metrics: Metrics
    tip_replies: TipReplies = field(default_factory=TipReplies)
    wake: Callable[[], None] = lambda: None
    wake_broadcasts: Callable[[], None] = lambda: None
    broadcast_rate: float = 29.0
    operator: str = ""
    default_country: str | None = None
    administrators: frozenset[int] = frozenset()

    @property
    def pays(self) -> bool:
        """Whether tips and broadcasts leave faster than Telegram carries them for nothing."""
        return self.broadcast_rate > FREE_RATE

    def use(self, pack: Pack, understander: Understander, fallback: FallbackCards) -> None:
        """Answer from another pack from now on. Whoever answers now ends with the pack that it began with."""
        self.pack, self.understander, self.fallback = pack, understander, fallback

    def forget(self, chat_id: int) -> None:
        """Drop everything that memory holds of a chat."""
        self.pieces.forget(chat_id)
        self.shown_tips.forget(chat_id)
        self.profiles.forget(chat_id)
        self.tally.forget(chat_id)
        self.limit.forget(chat_id)

    async def understand(self, text: str, recent: Sequence[str]) -> Understanding:
        """Understand a message off the event loop. Never raises: what breaks inside counts as degraded."""
        try:
            return await self._off_loop(self.understander.understand, text, tuple(recent))
        except Exception:  # whatever breaks, the person still gets the helplines
            logger.exception("understanding-failed")
            return Understanding(urgency=Urgency.CONCERN, topic=None, degraded=True)

    async def urgency(self, text: str, recent: Sequence[str]) -> Urgency:
        """Judge only the urgency, off the event loop. Broken judgement counts as a concern, never as nothing."""
        try:
            return await self._off_loop(self.understander.urgency, text, tuple(recent))
        except Exception:  # whatever breaks, the person still gets the helplines
            logger.exception("urgency-failed")
            return Urgency.CONCERN

    async def _off_loop(
        self, call: Callable[[str, tuple[str, ...]], ResultT], text: str, recent: tuple[str, ...]
    ) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self.thinking, call, text, recent)
