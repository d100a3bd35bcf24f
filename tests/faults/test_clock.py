"""A clock that somebody sets: at most one tip for a local day, whatever it shows."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.retention import realign
from bot.delivery.schedule import next_due
from bot.storage.model import Outcome, SubscriptionChoice
from tests.delivery.house import START, House

ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata")


async def ticks(house: House, *, hours: int) -> None:
    for _ in range(hours * 4):
        await house.dispatcher.run_once()
        house.clock.move(minutes=15)


async def test_a_clock_set_back_brings_no_second_tip() -> None:
    house = House()
    await house.subscribe(5)
    await ticks(house, hours=3)
    assert len(house.mailbox.sent) == 1
    house.clock.now = START - timedelta(hours=5)
    await ticks(house, hours=24)
    assert len(house.mailbox.sent) == 1, "the same local day again"
    await ticks(house, hours=24)
    assert len(house.mailbox.sent) == 2


async def test_a_clock_set_forward_skips_what_is_late_and_goes_on() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.now = START + timedelta(days=10)
    assert await house.dispatcher.run_once() == {"skipped": 1}
    await ticks(house, hours=48)
    assert len(house.mailbox.sent) == 2


async def test_after_a_jump_to_the_future_that_is_corrected_tips_go_on_from_the_day_that_the_clock_had_shown() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.now = START + timedelta(days=2)
    await ticks(house, hours=3)
    assert len(house.mailbox.sent) == 1
    house.clock.now = START
    await ticks(house, hours=24 * 5)
    days = [row.local_date for row in await house.store.deliveries_of(5)]
    assert len(days) == len(set(days))
    assert [day.day for day in days] == [10, 12, 13, 14]
    assert len(house.mailbox.sent) == 3


async def test_after_a_jump_far_ahead_that_is_corrected_tips_go_on_at_once() -> None:
    house = House()
    await house.subscribe(5)
    house.clock.now = START + timedelta(days=60)
    await ticks(house, hours=3)
    house.clock.now = START + timedelta(days=1)
    assert await realign(house.store, house.clock.now) == 1
    assert await realign(house.store, house.clock.now) == 0
    await ticks(house, hours=24 * 3)
    days = [row.local_date for row in await house.store.deliveries_of(5) if row.outcome is Outcome.SENT]
    assert len(days) == len(set(days)) == len(house.mailbox.sent)
    assert [day.day for day in days if day.month == START.month] == [11, 12, 13]


moves = st.lists(
    st.tuples(st.sampled_from(ZONES), st.integers(0, 23), st.integers(1, 40)), min_size=1, max_size=8
)  # zone, hour, hours that pass


@settings(max_examples=60, deadline=None)
@given(moves)
def test_who_travels_and_changes_hours_all_the_time_never_gets_two_tips_on_a_local_day(
    steps: list[tuple[str, int, int]],
) -> None:
    async def live() -> None:
        house = House()
        days: Counter[object] = Counter()
        for zone, hour, hours in steps:
            known = await house.store.subscription_of(5)
            choice = SubscriptionChoice(hour=hour, zone=zone)
            last = known.last_date if known else None
            await house.store.subscribe(5, choice, next_due(choice, house.clock(), 5, last), house.clock())
            before = len(house.mailbox.sent)
            for _ in range(hours * 2):
                await house.dispatcher.run_once()
                if len(house.mailbox.sent) > before:
                    before = len(house.mailbox.sent)
                    days[local_day(house.clock(), zone, hour)] += 1
                house.clock.move(minutes=30)
        rows = await house.store.deliveries_of(5)
        assert len({row.local_date for row in rows}) == len(rows)
        assert len(house.mailbox.sent) == sum(row.outcome == "sent" for row in rows)
        assert all(number == 1 for number in days.values())

    asyncio.run(live())


def local_day(now: datetime, zone: str, hour: int) -> object:
    """Return the local day that a tip sent now for that hour belongs to."""
    local = now.astimezone(ZoneInfo(zone))
    return local.date() if local.hour >= hour else local.date() - timedelta(days=1)
