"""The loop that sends broadcasts: a store in memory, a clock of its own, a sender that does what the test says."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.broadcaster import SHOWN_EVERY, Broadcaster, limits_for
from bot.delivery.broadcasting import Progress
from bot.delivery.dispatcher import Limits
from bot.delivery.verdict import Verdict
from bot.storage.broadcast import Broadcast, BroadcastState
from bot.storage.memory import MemoryStore
from bot.storage.model import ChatKind, Due, Outcome, StoreError, SubscriptionChoice
from content.profile import Profile
from tests.delivery.house import Clock, SendError, classify, settle

START = datetime(2026, 3, 10, 8, tzinfo=UTC)
AUTHOR, SECOND = 900, 901
S = BroadcastState
CHOICE = SubscriptionChoice(hour=9, zone="UTC")


class Mailbox:
    """Notes what is sent and shown; `answers` are raised for a chat, one for each send; None: it arrives."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.words: list[tuple[str, str]] = []
        self.shown: list[tuple[BroadcastState, int, int]] = []
        self.answers: dict[int, list[Exception | None]] = {}
        self.gate: asyncio.Event | None = None

    async def send_broadcast(self, chat_id: int, broadcast: Broadcast, profile: Profile) -> None:
        await asyncio.sleep(0)
        if self.gate is not None:
            await self.gate.wait()
        answer = self.answers[chat_id].pop(0) if self.answers.get(chat_id) else None
        if answer is not None:
            raise answer
        self.sent.append(chat_id)
        self.words.append((broadcast.texts["en"], profile.language))

    async def show_progress(self, broadcast: Broadcast, progress: Progress) -> None:
        self.shown.append((broadcast.state, progress.done, progress.total))


class House:
    """A store with people, an approved broadcast, and those who send it."""

    def __init__(self) -> None:
        self.store, self.clock, self.mailbox = MemoryStore(), Clock(), Mailbox()
        self.broadcaster = self.hire("w1")

    def hire(self, worker: str, **limits: int) -> Broadcaster:
        return Broadcaster(
            self.store,
            self.mailbox,
            classify,
            clock=self.clock,
            sleep=self.clock.sleep,
            worker=worker,
            rate=29.0,
            limits=Limits(**limits),  # type: ignore[arg-type]  # only the whole numbers are set here
        )

    async def people(self, number: int, choice: SubscriptionChoice = CHOICE) -> None:
        for chat_id in range(1, number + 1):
            await self.store.save_profile(chat_id, Profile(), ChatKind.PRIVATE, START)
            due = Due(START + timedelta(days=9), START.date())
            await self.store.subscribe(chat_id, choice, due, START)

    async def approved(self, *, urgent: bool = False) -> None:
        draft = Broadcast("b1", AUTHOR, START, texts={"en": "Hello"}, urgent=urgent)
        await self.store.create_broadcast(draft)
        await self.move(S.DRAFT, S.WAITING)
        end = START + timedelta(days=3)
        await self.store.move_broadcast("b1", [S.WAITING], S.GATHERING, START, approver=SECOND, ends_at=end)

    async def move(self, source: S, target: S) -> None:
        assert await self.store.move_broadcast("b1", [source], target, self.clock.now)

    async def work(self, *broadcasters: Broadcaster) -> None:
        """Let broadcasters work until none of them finds anything to do."""
        working = broadcasters or (self.broadcaster,)
        for _ in range(200):
            found = await asyncio.gather(*(one.step() for one in working))
            await asyncio.gather(*(one.finish() for one in working))
            if not any(found):
                return
        raise AssertionError("the broadcast does not come to rest")

    async def broadcast(self) -> Broadcast:
        found = await self.store.broadcast_of("b1")
        assert found is not None
        return found


@pytest.mark.parametrize(("rate", "batch"), [(0.5, 20), (29, 29), (1000, 1000)])
def test_about_a_seconds_worth_is_claimed_at_once(rate: float, batch: int) -> None:
    assert limits_for(rate).batch == batch


async def test_a_few_first_then_everybody_once() -> None:
    house = House()
    await house.people(250)
    await house.approved()
    await house.work()
    assert (len(house.mailbox.sent), (await house.broadcast()).state) == (3, S.ASKING)
    await house.move(S.ASKING, S.RUNNING)
    await house.work()
    assert Counter(house.mailbox.sent) == Counter(range(1, 251))
    assert set(house.mailbox.words) == {("Hello", "en")}
    assert (await house.broadcast()).state is S.DONE
    assert house.mailbox.shown[-1] == (S.DONE, 250, 250)


async def test_a_draft_and_one_that_waits_for_approval_send_nothing() -> None:
    house = House()
    await house.people(3)
    await house.store.create_broadcast(Broadcast("b1", AUTHOR, START, texts={"en": "Hello"}))
    await house.work()
    await house.move(S.DRAFT, S.WAITING)
    await house.work()
    assert house.mailbox.sent == []


async def test_two_processes_on_one_store_send_each_message_once() -> None:
    house = House()
    await house.people(120)
    await house.approved()
    both = house.hire("w1", batch=7), house.hire("w2", batch=7)
    await house.work(*both)
    await house.move(S.ASKING, S.RUNNING)
    await house.work(*both)
    assert Counter(house.mailbox.sent) == Counter(range(1, 121))


async def test_after_a_restart_in_the_middle_it_goes_on_and_nobody_gets_it_twice() -> None:
    house = House()
    await house.people(100)
    await house.approved()
    await house.work()
    await house.move(S.ASKING, S.RUNNING)
    house.mailbox.gate = asyncio.Event()
    first = house.hire("old", batch=10, concurrency=4)
    running = asyncio.create_task(first.run())
    await settle()
    first.stop()
    house.mailbox.gate.set()
    await running
    sent = len(house.mailbox.sent)
    assert 1 < sent < 100
    await house.work(house.hire("new"))
    assert Counter(house.mailbox.sent) == Counter(range(1, 101))
    assert (await house.broadcast()).tally == {Outcome.SENT: 100}


async def test_what_a_killed_process_was_sending_is_sent_again_after_its_lease() -> None:
    house = House()
    await house.people(100)
    await house.approved()
    await house.work()
    await house.move(S.ASKING, S.RUNNING)
    house.mailbox.gate = asyncio.Event()
    killed = asyncio.create_task(house.hire("killed", batch=5).run())
    await settle()
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    house.mailbox.gate = None
    await house.work()
    before = len(house.mailbox.sent)
    assert before < 100
    house.clock.move(minutes=11)
    await house.work()
    assert Counter(house.mailbox.sent) == Counter(range(1, 101))
    assert (await house.broadcast()).state is S.DONE


async def test_pause_holds_it_and_going_on_brings_the_rest() -> None:
    house = House()
    await house.people(100)
    await house.approved()
    await house.work()
    await house.move(S.ASKING, S.RUNNING)
    await house.broadcaster.step()
    await house.move(S.RUNNING, S.PAUSED)
    await house.broadcaster.finish()
    await house.work()
    held = len(house.mailbox.sent)
    assert held < 100
    await house.move(S.PAUSED, S.RUNNING)
    await house.work()
    assert Counter(house.mailbox.sent) == Counter(range(1, 101))


async def test_stop_is_the_end_and_the_last_day_too() -> None:
    for stopped in (True, False):
        house = House()
        await house.people(100)
        await house.approved()
        await house.work()
        if stopped:
            await house.move(S.ASKING, S.STOPPED)
        else:
            house.clock.move(days=3)
        await house.work()
        assert len(house.mailbox.sent) == 1
        assert (await house.broadcast()).state is (S.STOPPED if stopped else S.EXPIRED)
        assert house.mailbox.shown[-1][0] is (S.STOPPED if stopped else S.EXPIRED)


async def test_who_blocked_the_bot_is_deactivated_and_the_others_get_it() -> None:
    house = House()
    await house.people(3)
    await house.approved()
    house.mailbox.answers = {2: [SendError(Verdict(Outcome.GONE, "blocked"))]}
    await house.work()
    if (await house.broadcast()).state is S.ASKING:
        await house.move(S.ASKING, S.RUNNING)
    await house.work()
    assert sorted(house.mailbox.sent) == [1, 3]
    chat = await house.store.chat_of(2)
    assert chat is not None
    assert chat.reason == "blocked"
    assert (await house.broadcast()).tally == {Outcome.SENT: 2, Outcome.GONE: 1}


async def test_a_refusal_for_flooding_waits_as_long_as_telegram_asked() -> None:
    house = House()
    await house.people(1)
    await house.approved()
    house.mailbox.answers = {1: [SendError(Verdict(Outcome.LATER, "flood", timedelta(seconds=20)))]}
    await house.work()
    assert house.mailbox.sent == []
    house.clock.move(seconds=19)
    await house.work()
    assert house.mailbox.sent == []
    house.clock.move(seconds=1)
    await house.work()
    assert house.mailbox.sent == [1]


async def test_what_the_pack_cannot_say_any_more_is_refused_and_not_tried_again() -> None:
    house = House()
    await house.people(1)
    await house.approved()
    house.mailbox.answers = {1: [KeyError("topic")]}
    await house.work()
    assert (await house.broadcast()).tally == {Outcome.REJECTED: 1}


async def test_an_unknown_fate_is_tried_again_other_than_with_a_tip() -> None:
    house = House()
    await house.people(1)
    await house.approved()
    house.mailbox.answers = {1: [SendError(Verdict(Outcome.UNCERTAIN, "time-out"))]}
    await house.work()
    house.clock.move(minutes=1)
    await house.work()
    assert house.mailbox.sent == [1]
    assert (await house.broadcast()).tally == {Outcome.SENT: 1}


async def test_a_group_that_moved_gets_it_under_its_new_id() -> None:
    house = House()
    await house.people(1)
    await house.approved()
    house.mailbox.answers = {1: [SendError(Verdict(Outcome.MOVED, "migrated", new_chat_id=-100))]}
    await house.work()
    assert house.mailbox.sent == [-100]


async def test_by_night_it_waits_unless_it_is_urgent() -> None:
    for urgent in (False, True):
        house = House()
        house.clock.now = START.replace(hour=23)
        await house.people(1)
        await house.approved(urgent=urgent)
        await house.work()
        assert len(house.mailbox.sent) == urgent
        house.clock.move(hours=8)
        await house.work()
        assert house.mailbox.sent == [1]


async def test_progress_is_shown_every_few_seconds_by_one_process() -> None:
    house = House()
    await house.people(300)
    await house.approved()
    await house.work()
    await house.move(S.ASKING, S.RUNNING)
    house.mailbox.shown.clear()
    both = house.hire("w1", batch=10), house.hire("w2", batch=10)
    for _ in range(4):
        for one in both:
            await one.step()
            await one.finish()
        house.clock.move(seconds=SHOWN_EVERY.total_seconds())
    done = [done for state, done, _ in house.mailbox.shown if state is S.RUNNING]
    assert done == sorted(done)
    assert len(done) == 4


async def test_a_store_that_fails_for_a_while_stops_nothing() -> None:
    house = House()
    await house.people(2)
    await house.approved()
    real, failures = house.store.record_broadcast, [StoreError("The database failed."), None]

    async def sometimes(results: object) -> None:
        if failures.pop(0) if failures else None:
            raise StoreError("The database failed.")
        await real(results)  # type: ignore[arg-type]

    house.store.record_broadcast = sometimes  # type: ignore[method-assign]
    running = asyncio.create_task(house.broadcaster.run())
    for _ in range(5):
        await settle()
        house.clock.move(seconds=10)
    house.broadcaster.stop()
    await running
    assert len(house.mailbox.sent) == 1
    assert (await house.broadcast()).tally == {Outcome.SENT: 1}
