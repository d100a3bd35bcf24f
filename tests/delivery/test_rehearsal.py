"""The rehearsal of the coming days says what the dispatcher will then do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.rehearsal import Load, planned, queue_waits, tips_of
from bot.delivery.schedule import next_due
from bot.storage.model import Days, Due, Quiet, Subscription, SubscriptionChoice
from tests.delivery.house import JAPANESE, PACK, START, House

DAYS = 12


def subscription(chat_id: int, **choice: object) -> Subscription:
    chosen = SubscriptionChoice(hour=9, **choice)  # type: ignore[arg-type]  # any part of a choice
    return Subscription(chat_id, chosen, next_due(chosen, START, chat_id), START)


async def test_it_names_exactly_the_tips_that_are_sent_then() -> None:
    house = House()
    choices = {
        5: SubscriptionChoice(hour=9, zone="Asia/Tokyo"),
        6: SubscriptionChoice(hour=23, quiet=Quiet(time(22), time(7)), zone="Europe/Berlin"),
        7: SubscriptionChoice(hour=12, days=Days.WEEKDAYS, excluded=frozenset({"none"})),
    }
    for chat_id, choice in choices.items():
        await house.subscribe(chat_id, choice=choice)
    end = START + timedelta(days=DAYS)
    expected = [
        (chat_id, tip)
        for chat_id in choices
        if (known := await house.store.subscription_of(chat_id))
        for _, tip in tips_of(known, JAPANESE, PACK, now=START, start=START, end=end)
    ]
    while house.clock() < end:
        await house.dispatcher.run_once()
        house.clock.move(minutes=10)
    sent = sorted(((chat, tip) for chat, tip, _ in house.mailbox.sent), key=lambda pair: pair[0])
    assert sent == expected


async def test_days_further_on_are_rehearsed_with_all_that_is_sent_before() -> None:
    whole = list(tips_of(subscription(5), JAPANESE, PACK, now=START, start=START, end=START + timedelta(days=DAYS)))
    later = START + timedelta(days=5)
    part = list(tips_of(subscription(5), JAPANESE, PACK, now=START, start=later, end=START + timedelta(days=DAYS)))
    assert part == whole[5:]
    assert [due for due, _ in part] == list(planned(subscription(5), START, later, START + timedelta(days=DAYS)))


def test_what_is_overdue_comes_now_unless_it_is_too_late() -> None:
    due = Due(START - timedelta(hours=2), START.date())
    late = Due(START - timedelta(hours=4), START.date())
    end = START + timedelta(days=1)
    for given_due, first in ((due, START), (late, None)):
        found = list(planned(Subscription(5, subscription(5).choice, given_due, START), START, START, end))
        assert (found[0].at == START) is (first is not None)
        assert len({entry.local_date for entry in found}) == len(found)


def test_the_load_counts_days_minutes_and_zones() -> None:
    load = Load(START, START, 2)
    load.add([subscription(number) for number in range(1, 101)] + [subscription(200, zone="Asia/Tokyo")])
    assert (load.chats, len(load.seconds)) == (101, 202)
    assert load.zones == {"UTC": 200, "Asia/Tokyo": 2}
    assert sum(load.hours()) == 202
    first, second, third = load.by_day(rate=1)
    assert (first.day, first.tips, second.tips, third.tips) == (START.date(), 100, 101, 1)
    assert time(9, 0) <= first.fullest.time() <= time(9, 4)
    assert load.by_day(rate=1000)[0].longest_wait < first.longest_wait
    assert load.too_late(rate=0.001) > 0
    assert load.too_late(rate=10) == 0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 500), max_size=60), st.sampled_from((0.5, 1.0, 2.0, 29.0)))
def test_the_queue_is_that_of_one_door_through_which_they_go_one_by_one(seconds: list[int], rate: float) -> None:
    due = np.sort(np.asarray(seconds, dtype=np.int64))
    free, waits = 0.0, []
    for moment in due:
        leaves = max(float(moment), free)
        waits.append(leaves - moment)
        free = leaves + 1 / rate
    assert np.allclose(queue_waits(due, rate), waits)


def test_a_chat_without_a_plan_gets_nothing() -> None:
    ended = Subscription(5, SubscriptionChoice(hour=9), None, START)
    assert list(planned(ended, START, START, datetime(2027, 1, 1, tzinfo=UTC))) == []
