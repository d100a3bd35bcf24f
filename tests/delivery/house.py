"""Everything a dispatcher needs around it: a store in memory, a clock of its own, and a sender that does as told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.delivery.dispatcher import Dispatcher, Limits, Sender
from bot.delivery.schedule import next_due
from bot.delivery.verdict import Verdict
from bot.storage.memory import MemoryStore
from bot.storage.model import ChatKind, Due, Outcome, SubscriptionChoice
from bot.storage.protocol import Store
from content.model import Pack
from content.profile import Profile
from tests.delivery.packs import make_pack, make_tip

START = datetime(2026, 3, 10, 8, tzinfo=UTC)
PACK = make_pack({f"tip-{number}": make_tip() for number in range(5)})
CHOICE = SubscriptionChoice(hour=9, zone="UTC")
JAPANESE = Profile(language="ja")


class Clock:
    """A clock that moves when it is told to, and a sleep that ends when the clock reaches its end."""

    def __init__(self) -> None:
        self.now = START
        self.slept: list[float] = []
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)
        for end, event in self._sleepers:
            if end <= self.now:
                event.set()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        event = asyncio.Event()
        self._sleepers.append((self.now + timedelta(seconds=seconds), event))
        await event.wait()


class SendError(Exception):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__("PRIVATE WORDS")
        self.verdict = verdict


def classify(error: Exception) -> Verdict:
    return error.verdict if isinstance(error, SendError) else Verdict(Outcome.UNCERTAIN, "unexpected")


class Mailbox:
    """A sender that notes what it sends; `answers` are raised first, one for each send, None for success."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str, str]] = []
        self.answers: list[Exception | None] = []
        self.gate: asyncio.Event | None = None
        self.pictures = 0
        self.busy = 0
        self.busiest = 0

    async def send_tip(self, chat_id: int, tip_id: str, profile: Profile, *, picture: bool = False) -> int:
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            await asyncio.sleep(0)
            if self.gate is not None:
                await self.gate.wait()
            answer = self.answers.pop(0) if self.answers else None
            if answer is not None:
                raise answer
            self.pictures += picture
            self.sent.append((chat_id, tip_id, profile.language))
            return len(self.sent)
        finally:
            self.busy -= 1


class House:
    """Everything a dispatcher needs, with its store."""

    def __init__(
        self,
        store: Store | None = None,
        pack: Pack = PACK,
        sender: Sender | None = None,
        meaning: Callable[[Exception], Verdict] = classify,
        **limits: int,
    ) -> None:
        self.store = store or MemoryStore()
        self.clock = Clock()
        self.mailbox = Mailbox()
        self.sender, self.meaning = sender or self.mailbox, meaning
        self.dispatcher = self.hire("w1", pack, **limits)

    def hire(self, worker: str, pack: Pack = PACK, **limits: int) -> Dispatcher:
        return Dispatcher(
            self.store,
            lambda: pack,
            self.sender,
            self.meaning,
            clock=self.clock,
            sleep=self.clock.sleep,
            worker=worker,
            limits=Limits(**limits),  # type: ignore[arg-type]  # only the whole numbers are set here
        )

    async def subscribe(self, *chat_ids: int, choice: SubscriptionChoice = CHOICE) -> None:
        for chat_id in chat_ids:
            await self.store.save_profile(chat_id, JAPANESE, ChatKind.PRIVATE, self.clock.now)
            due = next_due(choice, self.clock.now, chat_id)
            await self.store.subscribe(chat_id, choice, due, self.clock.now)

    async def due_of(self, chat_id: int) -> Due | None:
        subscription = await self.store.subscription_of(chat_id)
        assert subscription is not None
        return subscription.due

    async def last_outcome(self, chat_id: int) -> Outcome | None:
        return (await self.store.deliveries_of(chat_id))[-1].outcome


async def settle() -> None:
    """Let everything run that can run without the clock moving."""
    for _ in range(200):
        await asyncio.sleep(0)
