"""The loop with a store in memory, a clock of its own and a sender that does what the test says."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from bot.delivery.dispatcher import FAILED, LOST, Limits
from bot.delivery.schedule import next_due
from bot.delivery.verdict import Verdict
from bot.storage.memory import MemoryStore
from bot.storage.model import (
    DeliveryState,
    DueDelivery,
    Outcome,
    Quiet,
    Result,
    StoreError,
    SubscriptionChoice,
)
from tests.delivery.house import CHOICE, START, House, SendError, settle
from tests.delivery.packs import make_pack


async def test_a_due_tip_is_sent_recorded_and_the_next_one_planned() -> None:
    house = House()
    await house.subscribe(5)
    assert await house.dispatcher.run_once() == {}
    house.clock.move(hours=1, minutes=10)
    assert await house.dispatcher.run_once() == {"sent": 1}
    ((chat_id, tip, language),) = house.mailbox.sent
    assert (chat_id, language) == (5, "ja")
    assert await house.store.sent_tips(5) == (tip,)
    due = await house.due_of(5)
    assert due is not None
    assert due.local_date.isoformat() == "2026-03-11"
    assert await house.dispatcher.run_once() == {}


async def test_only_who_wished_for_pictures_gets_them() -> None:
    house = House()
    await house.subscribe(5)
    await house.subscribe(6, choice=replace(CHOICE, pictures=True))
    house.clock.move(hours=1, minutes=10)
    assert await house.dispatcher.run_once() == {"sent": 2}
    assert house.mailbox.pictures == 1


async def test_thirty_days_bring_thirty_tips_without_a_repeat_before_all_are_through() -> None:
    house = House()
    await house.subscribe(5)
    for _ in range(30 * 24):
        house.clock.move(hours=1)
        await house.dispatcher.run_once()
    tips = [tip for _, tip, _ in house.mailbox.sent]
    assert len(tips) == 30
    assert all(len(set(tips[first : first + 5])) == 5 for first in range(0, 30, 5))


async def test_a_chat_that_is_gone_is_deactivated_and_gets_nothing_more() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=2)
    house.mailbox.answers = [SendError(Verdict(Outcome.GONE, "blocked"))]
    assert await house.dispatcher.run_once() == {"gone": 1}
    chat = await house.store.chat_of(5)
    assert chat is not None
    assert chat.reason == "blocked"
    assert await house.due_of(5) is None
    assert await house.last_outcome(5) is Outcome.GONE
    house.clock.move(days=1)
    assert await house.dispatcher.run_once() == {}


async def test_a_migrated_group_gets_its_tip_under_its_new_id() -> None:
    house = House()
    await house.subscribe(-5)
    house.clock.move(hours=2)
    house.mailbox.answers = [SendError(Verdict(Outcome.MOVED, "migrated", None, -100))]
    await house.dispatcher.run_once()
    assert await house.dispatcher.run_once() == {"sent": 1}
    assert [chat for chat, _, _ in house.mailbox.sent] == [-100]
    assert await house.store.held(-5) == {}


async def test_a_flood_error_is_waited_out_and_the_same_day_tried_again() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=2)
    house.mailbox.answers = [SendError(Verdict(Outcome.LATER, "flood", timedelta(seconds=7)))]
    assert await house.dispatcher.run_once() == {"later": 1}
    house.clock.move(seconds=6)
    assert await house.dispatcher.run_once() == {}
    house.clock.move(seconds=1)
    assert await house.dispatcher.run_once() == {"sent": 1}
    assert await house.last_outcome(5) is Outcome.SENT


async def test_who_keeps_failing_is_tried_less_often_and_skipped_when_it_is_too_late() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=1, minutes=10)
    house.mailbox.answers = [SendError(Verdict(Outcome.LATER, "never left"))] * 500
    tally: Counter[str] = Counter()
    for _ in range(4 * 60):
        house.clock.move(minutes=1)
        tally += await house.dispatcher.run_once()
    assert 8 <= tally["later"] <= 15
    assert tally["skipped"] == 1
    assert await house.last_outcome(5) is Outcome.SKIPPED
    assert await house.store.sent_tips(5) == ()
    due = await house.due_of(5)
    assert due is not None
    assert due.local_date.isoformat() == "2026-03-11"


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.UNCERTAIN])
async def test_what_is_rejected_or_uncertain_is_not_sent_again_and_tomorrow_is_another_day(outcome: Outcome) -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=2)
    house.mailbox.answers = [SendError(Verdict(outcome, "reason"))]
    assert await house.dispatcher.run_once() == {outcome.value: 1}
    for _ in range(20):
        house.clock.move(minutes=30)
        assert await house.dispatcher.run_once() == {}
    assert house.mailbox.sent == []
    house.clock.move(days=1)
    house.clock.now = house.clock.now.replace(hour=9, minute=10)
    assert await house.dispatcher.run_once() == {"sent": 1}


async def test_an_uncertain_tip_is_not_chosen_again_before_the_others() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=2)
    house.mailbox.answers = [SendError(Verdict(Outcome.UNCERTAIN, "time-out"))]
    await house.dispatcher.run_once()
    (uncertain,) = await house.store.sent_tips(5)
    for _ in range(4):
        house.clock.move(days=1)
        await house.dispatcher.run_once()
    assert uncertain not in [tip for _, tip, _ in house.mailbox.sent]


async def test_a_service_that_was_down_skips_what_is_too_late_and_says_so() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=5)
    assert await house.dispatcher.run_once() == {"skipped": 1}
    assert house.mailbox.sent == []
    assert [(count.kind, count.key, count.number) for count in await house.store.counts(START.date())] == [
        ("delivery", "skipped", 1)
    ]


async def test_a_tip_delayed_into_the_quiet_hours_waits_or_is_skipped() -> None:
    house = House()
    short = SubscriptionChoice(hour=9, quiet=Quiet(time(10), time(11)))
    night = SubscriptionChoice(hour=9, quiet=Quiet(time(10), time(23)))
    await house.subscribe(1, choice=short)
    await house.subscribe(2, choice=night)
    house.clock.move(hours=2, minutes=30)
    assert await house.dispatcher.run_once() == {"later": 1, "skipped": 1}
    house.clock.move(minutes=30)
    assert await house.dispatcher.run_once() == {"sent": 1}
    assert [chat for chat, _, _ in house.mailbox.sent] == [1]


async def test_when_no_tip_fits_the_day_is_skipped() -> None:
    house = House(pack=make_pack({}))
    await house.subscribe(5)
    house.clock.move(hours=2)
    assert await house.dispatcher.run_once() == {"skipped": 1}


async def test_a_send_that_a_dead_process_began_is_not_repeated() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=2)
    (claim,) = await house.store.claim_due(house.clock.now, 1, "dead", Limits().lease)
    await house.store.mark_sending([(claim, "tip-3")], house.clock.now, Limits().margin)
    house.clock.move(minutes=10)
    assert await house.dispatcher.run_once() == {"uncertain": 1}
    assert house.mailbox.sent == []
    assert await house.store.sent_tips(5) == ("tip-3",)
    house.clock.move(days=1)
    assert await house.dispatcher.run_once() == {"sent": 1}


async def test_a_claim_that_a_dead_process_never_began_is_sent_by_another() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=2)
    await house.store.claim_due(house.clock.now, 1, "dead", Limits().lease)
    house.clock.move(minutes=10)
    assert await house.dispatcher.run_once() == {"sent": 1}


async def test_a_second_wish_for_the_same_day_brings_no_second_tip() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=2)
    await house.dispatcher.run_once()
    later = SubscriptionChoice(hour=12)
    await house.store.subscribe(5, later, next_due(later, house.clock.now, 5), house.clock.now)
    house.clock.move(hours=3)
    assert await house.dispatcher.run_once() == {LOST: 1}
    assert len(house.mailbox.sent) == 1
    due = await house.due_of(5)
    assert due is not None
    assert due.at.hour == 12
    assert due.local_date.isoformat() == "2026-03-11"


async def test_sends_run_at_once_up_to_the_limit_and_not_beyond() -> None:
    house = House(concurrency=4)
    await house.subscribe(*range(1, 21))
    house.clock.move(hours=2)
    assert await house.dispatcher.run_once() == {"sent": 20}
    assert house.mailbox.busiest == 4


async def test_many_tips_of_a_batch_are_all_sent_once() -> None:
    house = House(batch=7)
    await house.subscribe(*range(1, 31))
    house.clock.move(hours=2)
    running = asyncio.create_task(house.dispatcher.run())
    await settle()
    house.dispatcher.stop()
    await running
    assert sorted(chat for chat, _, _ in house.mailbox.sent) == list(range(1, 31))


async def test_the_loop_looks_again_after_its_interval_and_at_once_when_it_is_woken() -> None:
    house = House()
    await house.subscribe(5, 6)
    running = asyncio.create_task(house.dispatcher.run())
    await settle()
    assert house.clock.slept == [5.0]
    house.clock.now += timedelta(hours=2)  # the clock is moved by hand: the sleeper does not notice
    await settle()
    assert house.mailbox.sent == []
    house.dispatcher.wake()
    await settle()
    assert len(house.mailbox.sent) == 2
    house.clock.move(days=1)
    await settle()
    assert len(house.mailbox.sent) == 4
    house.dispatcher.stop()
    await running


async def test_stopping_finishes_the_sends_in_flight_and_gives_back_the_rest() -> None:
    house = House(concurrency=2)
    await house.subscribe(*range(1, 7))
    house.clock.move(hours=2)
    house.mailbox.gate = asyncio.Event()
    running = asyncio.create_task(house.dispatcher.run())
    await settle()
    house.dispatcher.stop()
    await settle()
    assert not running.done()
    house.mailbox.gate.set()
    await running
    # One more had been taken from the batch and waited for a place when the loop was stopped: it is given back too.
    assert len(house.mailbox.sent) == 2
    rows = [row for chat_id in range(1, 7) for row in await house.store.deliveries_of(chat_id)]
    states = Counter(row.state for row in rows)
    assert states == {DeliveryState.DONE: 2, DeliveryState.WAITING: 4}
    assert await house.hire("w2").run_once() == {"sent": 4}


async def test_a_stopped_idle_loop_ends_at_once() -> None:
    house = House()
    running = asyncio.create_task(house.dispatcher.run())
    await settle()
    house.dispatcher.stop()
    await running
    assert house.mailbox.sent == []


async def test_a_cancelled_loop_leaves_nothing_running() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=2)
    house.mailbox.gate = asyncio.Event()
    running = asyncio.create_task(house.dispatcher.run())
    await settle()
    assert house.mailbox.busy == 1
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await settle()
    assert house.mailbox.busy == 0
    assert [row.state for row in await house.store.deliveries_of(5)] == [DeliveryState.SENDING]


class Moody(MemoryStore):
    """A store that fails as often as the test says, verb by verb."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: Counter[str] = Counter()

    def _maybe_fail(self, verb: str) -> None:
        if self.failures[verb] > 0:
            self.failures[verb] -= 1
            raise StoreError("The database is locked.")

    async def claim_due(self, now: datetime, limit: int, worker: str, lease: timedelta) -> Sequence[DueDelivery]:
        self._maybe_fail("claim")
        return await super().claim_due(now, limit, worker, lease)

    async def mark_sending(
        self, tips: Sequence[tuple[DueDelivery, str]], now: datetime, margin: timedelta
    ) -> Sequence[bool]:
        self._maybe_fail("mark")
        return await super().mark_sending(tips, now, margin)

    async def record(self, results: Sequence[Result], now: datetime) -> None:
        self._maybe_fail("record")
        await super().record(results, now)

    async def release(self, claims: Sequence[DueDelivery], now: datetime) -> None:
        self._maybe_fail("release")
        await super().release(claims, now)

    async def count(self, *args: object, **values: object) -> None:
        self._maybe_fail("count")
        await super().count(*args, **values)  # type: ignore[arg-type]  # handed on as they came


async def test_a_failing_store_never_ends_the_loop_and_is_asked_ever_less_often() -> None:
    store = Moody()
    house = House(store)
    await house.subscribe(5)
    house.clock.move(hours=2)
    store.failures["claim"] = 9
    running = asyncio.create_task(house.dispatcher.run())
    for _ in range(9):
        await settle()
        house.clock.move(seconds=61)
    await settle()
    assert house.clock.slept[:9] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert len(house.mailbox.sent) == 1
    house.dispatcher.stop()
    await running


async def test_an_outcome_that_cannot_be_written_is_tried_again_and_nothing_is_sent_twice() -> None:
    store = Moody()
    house = House(store)
    await house.subscribe(5)
    house.clock.move(hours=2)
    store.failures["record"] = 3
    batch = asyncio.create_task(house.dispatcher.run_once())
    for _ in range(4):
        await settle()
        house.clock.move(seconds=10)
    assert await batch == {"sent": 1}
    assert len(house.mailbox.sent) == 1
    assert await house.last_outcome(5) is Outcome.SENT


async def test_when_an_outcome_is_never_written_the_tip_is_uncertain_and_not_repeated() -> None:
    store = Moody()
    house = House(store)
    await house.subscribe(5)
    house.clock.move(hours=2)
    store.failures["record"] = 6
    batch = asyncio.create_task(house.dispatcher.run_once())
    for _ in range(6):
        await settle()
        house.clock.move(seconds=10)
    assert await batch == {FAILED: 1}
    house.clock.move(minutes=10)
    assert await house.dispatcher.run_once() == {"uncertain": 1}
    assert len(house.mailbox.sent) == 1


async def test_a_tip_that_could_not_be_marked_is_not_sent_now_but_after_its_lease() -> None:
    store = Moody()
    house = House(store)
    await house.subscribe(5)
    house.clock.move(hours=2)
    store.failures["mark"] = 1
    assert await house.dispatcher.run_once() == {FAILED: 1}
    assert house.mailbox.sent == []
    house.clock.move(minutes=10)
    assert await house.dispatcher.run_once() == {"sent": 1}


@pytest.mark.parametrize("verb", ["count", "release"])
async def test_a_store_that_fails_beside_the_way_stops_nothing(verb: str) -> None:
    store = Moody()
    house = House(store, concurrency=1)
    await house.subscribe(5, 6)
    house.clock.move(hours=2)
    store.failures[verb] = 1
    house.mailbox.gate = asyncio.Event()
    running = asyncio.create_task(house.dispatcher.run())
    await settle()
    house.dispatcher.stop()
    house.mailbox.gate.set()
    await running
    assert len(house.mailbox.sent) == 1
    assert store.failures[verb] == 0


async def test_who_unsubscribes_at_the_last_moment_gets_nothing() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=2)
    real_claim = house.store.claim_due

    async def claim_then_unsubscribe(now: datetime, limit: int, worker: str, lease: timedelta) -> Sequence[DueDelivery]:
        claims = await real_claim(now, limit, worker, lease)
        await house.store.unsubscribe(5, now)
        return claims

    house.store.claim_due = claim_then_unsubscribe  # type: ignore[method-assign]  # the moment in between
    assert await house.dispatcher.run_once() == {LOST: 1}
    assert house.mailbox.sent == []


async def test_one_claim_that_cannot_be_handled_does_not_hold_up_the_others() -> None:
    store = MemoryStore()
    house = House(store)
    await house.subscribe(5, 6)
    broken = {**store.subscriptions_by_id[5], "days": "weekly", "weekday": 9}
    house.clock.move(hours=5)
    store.subscriptions_by_id[5] = broken
    assert await house.dispatcher.run_once() == {FAILED: 1, "skipped": 1}


async def test_two_workers_on_one_store_send_each_tip_once() -> None:
    house = House(batch=3)
    other = house.hire("w2", batch=3)
    await house.subscribe(*range(1, 41))
    house.clock.move(hours=2)
    loops = [asyncio.create_task(worker.run()) for worker in (house.dispatcher, other)]
    await settle()
    for worker in (house.dispatcher, other):
        worker.stop()
    await asyncio.gather(*loops)
    assert sorted(chat for chat, _, _ in house.mailbox.sent) == list(range(1, 41))


async def test_the_log_of_a_batch_holds_counts_and_no_chat_and_no_words(caplog: pytest.LogCaptureFixture) -> None:
    house = House()
    await house.subscribe(987654321, 987654322)
    house.clock.move(hours=2)
    house.mailbox.answers = [SendError(Verdict(Outcome.REJECTED, "bad request")), None]
    with caplog.at_level(logging.DEBUG):
        await house.dispatcher.run_once()
    (line,) = [record for record in caplog.records if record.message == "tips"]
    assert (vars(line)["tips_rejected"], vars(line)["tips_sent"]) == (1, 1)
    assert "PRIVATE WORDS" not in caplog.text
    assert "98765432" not in caplog.text


@pytest.mark.parametrize("make", [lambda: SendError(Verdict(Outcome.UNCERTAIN, "x")), lambda: ValueError("ours")])
async def test_any_exception_of_the_sender_has_a_meaning(make: Callable[[], Exception]) -> None:
    house = House()
    await house.subscribe(5)
    house.clock.move(hours=2)
    house.mailbox.answers = [make()]
    assert await house.dispatcher.run_once() == {"uncertain": 1}
