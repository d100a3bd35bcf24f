"""What every kind of store promises of profiles and subscriptions."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.storage.model import ChatKind, Days, Due, Outcome, Result, SubscriptionChoice
from bot.storage.protocol import Store
from content.model import Audience
from content.profile import Profile
from tests.storage.tips import (
    CHOICE,
    DUE,
    FULL,
    LEASE,
    MARGIN,
    NOW,
    PARENT,
    TODAY,
    TOMORROW,
    claim,
    claim_one,
    deliver,
    subscribed,
)


async def test_the_profiles_of_many_chats_come_at_once(store: Store) -> None:
    await subscribed(store, 1, 2, 3)
    young = Profile(language="en", audience=Audience.YOUNG)
    await store.save_profile(2, young, ChatKind.PRIVATE, NOW)
    assert await store.profiles_of([1, 2, 9]) == {1: PARENT, 2: young}
    assert await store.profiles_of([]) == {}


async def test_a_subscription_tells_what_was_sent(store: Store) -> None:
    await subscribed(store, 1)
    for day, tip in ((TOMORROW, "first"), (Due(NOW, TODAY), "second")):
        await store.subscribe(1, CHOICE, Due(NOW, day.local_date), NOW)
        held = await claim_one(store)
        await store.mark_sending([(held, tip)], NOW, MARGIN)
        await store.record([Result(held, Outcome.SENT, TOMORROW, tip, 1)], NOW)
    (listed,) = await store.subscriptions(None, 10)
    assert listed.sent == ("first", "second")
    assert listed == await store.subscription_of(1)


async def test_an_unknown_chat_has_no_profile_and_no_subscription(store: Store) -> None:
    assert await store.chat_of(1) is None
    assert await store.profile_of(1) is None
    assert await store.subscription_of(1) is None
    assert await store.sent_tips(1) == ()
    assert await store.deliveries_of(1) == []
    assert await store.held(1) == {}
    await store.ping()


@pytest.mark.parametrize("kind", list(ChatKind))
async def test_a_profile_comes_back_as_it_was_saved(store: Store, kind: ChatKind) -> None:
    await store.save_profile(-1001234567890123, PARENT, kind, NOW)
    chat = await store.chat_of(-1001234567890123)
    assert chat is not None
    assert (chat.kind, chat.profile, chat.created_at) == (kind, PARENT, NOW)
    await store.save_profile(-1001234567890123, Profile(), kind, NOW + LEASE)
    assert await store.profile_of(-1001234567890123) == Profile()
    chat = await store.chat_of(-1001234567890123)
    assert chat is not None
    assert chat.created_at == NOW


@pytest.mark.parametrize("choice", [CHOICE, FULL])
async def test_a_choice_comes_back_as_it_was_made(store: Store, choice: SubscriptionChoice) -> None:
    await store.subscribe(5, choice, DUE, NOW)
    subscription = await store.subscription_of(5)
    assert subscription is not None
    assert (subscription.choice, subscription.due, subscription.next_due) == (choice, DUE, NOW)
    assert subscription.active
    assert subscription.created_at == NOW


@pytest.mark.parametrize(
    "choice",
    [
        replace(CHOICE, hour=24),
        replace(CHOICE, minute=60),
        replace(CHOICE, zone="Mars/Olympus"),
        replace(CHOICE, zone="../etc/passwd"),
        replace(CHOICE, days=Days.WEEKLY),
        replace(CHOICE, weekday=1),
        replace(CHOICE, excluded=frozenset({"two words"})),
    ],
)
async def test_an_impossible_choice_is_refused_and_nothing_is_kept(store: Store, choice: SubscriptionChoice) -> None:
    with pytest.raises(ValueError, match=r"^[a-z0-9'].* (not|needs|goes) "):
        await store.subscribe(5, choice, DUE, NOW)
    assert await store.held(5) == {}


async def test_unsubscribing_ends_the_tips_and_says_whether_there_were_any(store: Store) -> None:
    await subscribed(store, 5)
    assert await store.unsubscribe(5, NOW) is True
    assert await store.unsubscribe(5, NOW) is False
    assert await store.unsubscribe(6, NOW) is False
    subscription = await store.subscription_of(5)
    assert subscription is not None
    assert not subscription.active
    assert subscription.due is None
    assert not await claim(store)


async def test_subscribing_again_keeps_the_history_of_tips(store: Store) -> None:
    await subscribed(store, 5)
    await deliver(store, "tip-a")
    await store.unsubscribe(5, NOW)
    await store.subscribe(5, FULL, TOMORROW, NOW)
    assert await store.sent_tips(5) == ("tip-a",)
    subscription = await store.subscription_of(5)
    assert subscription is not None
    assert (subscription.choice, subscription.last_date, subscription.ended_at) == (FULL, TODAY, None)


async def test_active_subscriptions_are_listed_page_by_page(store: Store) -> None:
    await subscribed(store, -7, 3, 1, 2)
    await store.unsubscribe(2, NOW)
    first = await store.subscriptions(None, 2)
    assert [row.chat_id for row in first] == [-7, 1]
    assert [row.chat_id for row in await store.subscriptions(1, 2)] == [3]
    assert list(await store.subscriptions(3, 2)) == []


async def test_many_profiles_at_the_same_moment_go_to_whom_they_belong(store: Store) -> None:
    for number in range(0, 20, 2):
        await store.save_profile(number, Profile(country=("JP", "US")[number % 4 == 0]), ChatKind.PRIVATE, NOW)
    found = await asyncio.gather(*(store.profile_of(number) for number in (*range(20), 4, 4)))
    assert [profile and profile.country for profile in found] == ["US", None, "JP", None] * 5 + ["US", "US"]


async def test_a_plan_that_no_choice_explains_is_adrift_and_planned_anew_but_a_pause_is_kept(store: Store) -> None:
    far = Due(NOW + timedelta(days=40), TODAY + timedelta(days=40))
    week = Due(NOW + timedelta(days=7), TODAY + timedelta(days=7))
    await subscribed(store, 1, 2, 3, 4, due=far)
    await subscribed(store, 5, due=week)
    await store.subscribe(2, replace(CHOICE, paused_until=TODAY + timedelta(days=39)), far, NOW)
    await store.subscribe(3, replace(CHOICE, paused_until=TODAY - timedelta(days=1)), far, NOW)
    await store.unsubscribe(4, NOW)
    assert {one.chat_id for one in await store.adrift(NOW, 10)} == {1, 3}
    assert len(await store.adrift(NOW, 1)) == 1
    moved = [chat_id for chat_id in range(1, 7) if await store.replan(chat_id, TOMORROW, NOW)]
    assert moved == [1, 3]
    assert not await store.adrift(NOW, 10)
    plans = {one.chat_id: one.due for one in await store.subscriptions(None, 10)}
    assert plans == {1: TOMORROW, 2: far, 3: TOMORROW, 5: week}


async def test_a_claim_of_a_wrong_clock_is_adrift_and_its_last_day_is_forgotten(store: Store) -> None:
    ahead = NOW + timedelta(days=40)
    await subscribed(store, 1)
    claimed = await claim_one(store, ahead)
    await store.record([Result(claimed, Outcome.SENT, Due(ahead, ahead.date()), "tip", 7)], ahead)
    await claim_one(store, ahead, "w2")
    assert await store.replan(1, TOMORROW, NOW)
    (known,) = await store.subscriptions(None, 10)
    assert (known.due, known.last_date, known.sent) == (TOMORROW, None, ("tip",))
    assert [one.chat_id for one in await claim(store, TOMORROW.at)] == [1], "whoever held it holds it no more"
