"""What every kind of store promises. Each test runs on the memory twin, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.storage.model import (
    ChatKind,
    Count,
    Days,
    DeliveryState,
    Due,
    DueDelivery,
    Outcome,
    Quiet,
    Result,
    SubscriptionChoice,
)
from bot.storage.protocol import CHAT_KEPT, DELIVERY_KEPT, MESSAGE_KEPT, UPDATE_KEPT, Store
from content.model import AgeBand, Audience
from content.profile import Profile

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TODAY = NOW.date()
LEASE = timedelta(minutes=10)
MARGIN = timedelta(minutes=1)
PARENT = Profile(language="ja", country="JP", audience=Audience.PARENT, age_band=AgeBand.FROM_10)
CHOICE = SubscriptionChoice(hour=18, zone="Asia/Tokyo")
FULL = SubscriptionChoice(
    hour=7,
    minute=45,
    zone="America/St_Johns",
    days=Days.WEEKLY,
    weekday=5,
    quiet=Quiet(time(22), time(6, 30)),
    paused_until=date(2026, 4, 1),
    pictures=False,
    excluded=frozenset({"grooming", "sextortion"}),
)
DUE = Due(NOW, TODAY)
TOMORROW = Due(NOW + timedelta(days=1), TODAY + timedelta(days=1))


async def subscribed(store: Store, *chat_ids: int, due: Due = DUE) -> None:
    for chat_id in chat_ids:
        await store.save_profile(chat_id, PARENT, ChatKind.PRIVATE, NOW)
        await store.subscribe(chat_id, CHOICE, due, NOW)


async def claim(store: Store, now: datetime = NOW, worker: str = "w1", limit: int = 10) -> Sequence[DueDelivery]:
    return await store.claim_due(now, limit, worker, LEASE)


async def claim_one(store: Store, now: datetime = NOW, worker: str = "w1") -> DueDelivery:
    (only,) = await claim(store, now, worker)
    return only


async def deliver(store: Store, tip: str, outcome: Outcome = Outcome.SENT, due: Due = TOMORROW) -> DueDelivery:
    found = await claim_one(store)
    assert await store.mark_sending([(found, tip)], NOW, MARGIN) == [True]
    await store.record([Result(found, outcome, due, tip, 77)], NOW)
    return found


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


async def test_only_what_is_due_is_claimed_and_the_longest_due_comes_first(store: Store) -> None:
    await subscribed(store, 1, due=Due(NOW - timedelta(minutes=1), TODAY))
    await subscribed(store, 2, due=Due(NOW - timedelta(minutes=2), TODAY))
    await subscribed(store, 3, due=Due(NOW, TODAY))
    await subscribed(store, 4, due=Due(NOW + timedelta(seconds=1), TODAY))
    assert [found.chat_id for found in await claim(store, limit=2)] == [2, 1]
    assert [found.chat_id for found in await claim(store)] == [3]
    assert not await claim(store)


async def test_moments_are_kept_to_the_second(store: Store) -> None:
    odd = NOW + timedelta(microseconds=900_000)
    await subscribed(store, 5, due=Due(odd, TODAY))
    await store.record_messages([(5, 1)], odd)
    assert (await claim_one(store, NOW)).due == DUE
    assert await store.messages_of(5, odd) == [1]
    end = NOW + LEASE
    assert not await store.claim_due(end - timedelta(microseconds=1), 1, "w2", LEASE)
    assert await store.claim_due(end, 1, "w2", LEASE)


async def test_a_claim_carries_all_that_is_needed_to_choose_and_send(store: Store) -> None:
    await store.save_profile(5, PARENT, ChatKind.PRIVATE, NOW)
    await store.subscribe(5, FULL, DUE, NOW)
    found = await claim_one(store)
    assert found == DueDelivery(chat_id=5, due=DUE, worker="w1", attempt=1, profile=PARENT, choice=FULL, found=None)


async def test_a_sent_tip_is_in_the_ledger_and_in_the_history_and_the_next_one_is_planned(store: Store) -> None:
    await subscribed(store, 5)
    await deliver(store, "tip-a")
    (row,) = await store.deliveries_of(5)
    assert (row.state, row.outcome, row.tip_id, row.message_id, row.local_date, row.recorded_at) == (
        DeliveryState.DONE,
        Outcome.SENT,
        "tip-a",
        77,
        TODAY,
        NOW,
    )
    assert await store.sent_tips(5) == ("tip-a",)
    subscription = await store.subscription_of(5)
    assert subscription is not None
    assert (subscription.due, subscription.last_date) == (TOMORROW, TODAY)
    assert not await claim(store)
    again = await claim_one(store, TOMORROW.at)
    assert (again.sent, again.last_date, again.due, again.found) == (("tip-a",), TODAY, TOMORROW, None)


async def test_a_tip_sent_again_becomes_the_latest_of_the_history(store: Store) -> None:
    await subscribed(store, 5)
    for day, tip in enumerate(("a", "b", "a")):
        now = NOW + timedelta(days=day)
        found = await claim_one(store, now)
        await store.mark_sending([(found, tip)], now, MARGIN)
        following = Due(now + timedelta(days=1), TODAY + timedelta(days=day + 1))
        await store.record([Result(found, Outcome.SENT, following, tip, 1)], now)
    assert await store.sent_tips(5) == ("b", "a")


async def test_an_uncertain_tip_counts_as_sent(store: Store) -> None:
    await subscribed(store, 5)
    await deliver(store, "tip-a", Outcome.UNCERTAIN)
    assert await store.sent_tips(5) == ("tip-a",)


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.SKIPPED, Outcome.GONE])
async def test_a_tip_that_did_not_arrive_is_not_in_the_history(store: Store, outcome: Outcome) -> None:
    await subscribed(store, 5)
    await deliver(store, "tip-a", outcome)
    assert await store.sent_tips(5) == ()
    (row,) = await store.deliveries_of(5)
    assert (row.state, row.outcome) == (DeliveryState.DONE, outcome)
    subscription = await store.subscription_of(5)
    assert subscription is not None
    assert (subscription.last_date, subscription.due) == (None, TOMORROW)


async def test_one_local_day_never_has_two_deliveries(store: Store) -> None:
    await subscribed(store, 5)
    await deliver(store, "tip-a")
    later = Due(NOW + timedelta(hours=5), TODAY)
    await store.subscribe(5, CHOICE, later, NOW)
    found = await claim_one(store, later.at)
    assert (found.found, found.tip_id) == (DeliveryState.DONE, "tip-a")
    assert await store.mark_sending([(found, "tip-b")], later.at, MARGIN) == [False]
    await store.record([Result(found, None, TOMORROW)], later.at)
    (row,) = await store.deliveries_of(5)
    assert (row.tip_id, row.outcome) == ("tip-a", Outcome.SENT)
    subscription = await store.subscription_of(5)
    assert subscription is not None
    assert subscription.due == TOMORROW


async def test_a_later_tip_waits_for_its_time_and_is_the_same_days_second_try(store: Store) -> None:
    await subscribed(store, 5)
    found = await claim_one(store)
    await store.mark_sending([(found, "tip-a")], NOW, MARGIN)
    retry = NOW + timedelta(seconds=90)
    await store.record([Result(found, Outcome.LATER, None, "tip-a", None, retry)], NOW)
    (row,) = await store.deliveries_of(5)
    assert (row.state, row.outcome) == (DeliveryState.WAITING, Outcome.LATER)
    assert not await claim(store, retry - timedelta(seconds=1))
    again = await claim_one(store, retry)
    assert (again.due, again.attempt, again.found, again.sent) == (DUE, 2, DeliveryState.WAITING, ())
    assert await store.mark_sending([(again, "tip-b")], retry, MARGIN) == [True]


async def test_a_claim_that_was_never_sent_is_found_again_after_its_lease(store: Store) -> None:
    await subscribed(store, 5)
    lost = await claim_one(store)
    assert not await claim(store, NOW + LEASE - timedelta(seconds=1), "w2")
    again = await claim_one(store, NOW + LEASE, "w2")
    assert (again.found, again.attempt, again.worker) == (DeliveryState.CLAIMED, 2, "w2")
    # The first worker wakes up: too late to send, and its word does not count.
    assert await store.mark_sending([(lost, "tip-a")], NOW + LEASE, MARGIN) == [False]
    await store.record([Result(lost, Outcome.SENT, TOMORROW, "tip-a", 1)], NOW + LEASE)
    assert await store.mark_sending([(again, "tip-b")], NOW + LEASE, MARGIN) == [True]
    subscription = await store.subscription_of(5)
    assert subscription is not None
    assert subscription.due == DUE


async def test_a_send_without_an_outcome_is_found_in_doubt_with_its_tip(store: Store) -> None:
    await subscribed(store, 5)
    lost = await claim_one(store)
    await store.mark_sending([(lost, "tip-a")], NOW, MARGIN)
    doubt = await claim_one(store, NOW + LEASE, "w2")
    assert (doubt.found, doubt.tip_id) == (DeliveryState.SENDING, "tip-a")
    assert await store.mark_sending([(doubt, "tip-a")], NOW + LEASE, MARGIN) == [False]
    await store.record([Result(doubt, Outcome.UNCERTAIN, TOMORROW, doubt.tip_id)], NOW + LEASE)
    await store.record([Result(lost, Outcome.SENT, TOMORROW, "tip-a", 9)], NOW + LEASE)
    (row,) = await store.deliveries_of(5)
    assert (row.state, row.outcome, row.tip_id) == (DeliveryState.DONE, Outcome.UNCERTAIN, "tip-a")
    assert await store.sent_tips(5) == ("tip-a",)


async def test_a_send_that_is_doubted_twice_stays_in_doubt(store: Store) -> None:
    await subscribed(store, 5)
    lost = await claim_one(store)
    await store.mark_sending([(lost, "tip-a")], NOW, MARGIN)
    await claim_one(store, NOW + LEASE, "w2")
    third = await claim_one(store, NOW + 2 * LEASE, "w3")
    assert (third.found, third.tip_id) == (DeliveryState.SENDING, "tip-a")


async def test_nothing_is_sent_in_the_last_moments_of_a_lease(store: Store) -> None:
    await subscribed(store, 5)
    found = await claim_one(store)
    end = NOW + LEASE
    assert await store.mark_sending([(found, "tip-a")], end - MARGIN, MARGIN) == [False]
    assert await store.mark_sending([(found, "tip-a")], end - MARGIN - timedelta(seconds=1), MARGIN) == [True]


async def test_a_released_claim_is_taken_again_at_once(store: Store) -> None:
    await subscribed(store, 5, 6)
    claims = await claim(store)
    await store.release(claims, NOW)
    again = await claim(store, NOW, "w2")
    assert [(found.found, found.attempt) for found in again] == [(DeliveryState.WAITING, 2)] * 2


async def test_who_unsubscribes_after_the_claim_gets_no_tip(store: Store) -> None:
    await subscribed(store, 5)
    found = await claim_one(store)
    await store.unsubscribe(5, NOW)
    assert await store.mark_sending([(found, "tip-a")], NOW, MARGIN) == [False]
    await store.record([Result(found, Outcome.SKIPPED, TOMORROW)], NOW)
    subscription = await store.subscription_of(5)
    assert subscription is not None
    assert (subscription.active, subscription.due) == (False, None)


async def test_a_new_wish_during_the_send_stays_and_the_tip_is_in_the_history(store: Store) -> None:
    await subscribed(store, 5)
    found = await claim_one(store)
    await store.mark_sending([(found, "tip-a")], NOW, MARGIN)
    wish = Due(NOW + timedelta(hours=30), TODAY + timedelta(days=1))
    await store.subscribe(5, FULL, wish, NOW)
    await store.record([Result(found, Outcome.SENT, TOMORROW, "tip-a", 9)], NOW)
    subscription = await store.subscription_of(5)
    assert subscription is not None
    assert (subscription.due, subscription.choice, subscription.last_date) == (wish, FULL, TODAY)
    assert await store.sent_tips(5) == ("tip-a",)


async def test_what_is_forgotten_during_the_send_does_not_come_back(store: Store) -> None:
    await subscribed(store, 5)
    found = await claim_one(store)
    await store.mark_sending([(found, "tip-a")], NOW, MARGIN)
    await store.forget(5)
    await store.record([Result(found, Outcome.SENT, TOMORROW, "tip-a", 9)], NOW)
    assert await store.held(5) == {}


async def test_several_tips_are_marked_and_recorded_together_each_by_itself(store: Store) -> None:
    await subscribed(store, 1, 2, 3)
    claims = {found.chat_id: found for found in await claim(store)}
    await store.unsubscribe(2, NOW)
    order = [claims[3], claims[2], claims[1]]
    assert await store.mark_sending([(found, "t") for found in order], NOW, MARGIN) == [True, False, True]
    await store.record(
        [
            Result(claims[1], Outcome.SENT, TOMORROW, "t", 1),
            Result(claims[3], Outcome.LATER, None, "t", None, NOW + LEASE),
        ],
        NOW,
    )
    assert [row.outcome for chat in (1, 2, 3) for row in await store.deliveries_of(chat)] == [
        Outcome.SENT,
        None,
        Outcome.LATER,
    ]
    assert not await store.mark_sending([], NOW, MARGIN)
    await store.record([], NOW)
    await store.release([], NOW)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_late_word_about_a_lost_claim_never_loses_the_sent_tip(store: Store, order: tuple[int, int]) -> None:
    await subscribed(store, 5)
    lost = await claim_one(store)
    again = await claim_one(store, NOW + LEASE)
    await store.mark_sending([(again, "tip-a")], NOW + LEASE, MARGIN)
    results = [Result(again, Outcome.SENT, TOMORROW, "tip-a", 1), Result(lost, Outcome.SKIPPED, TOMORROW)]
    await store.record([results[place] for place in order], NOW + LEASE)
    assert await store.sent_tips(5) == ("tip-a",)
    (row,) = await store.deliveries_of(5)
    assert (row.outcome, row.attempt) == (Outcome.SENT, 2)
    subscription = await store.subscription_of(5)
    assert subscription is not None
    assert (subscription.due, subscription.last_date) == (TOMORROW, TODAY)


async def test_a_deactivated_chat_gets_nothing_and_is_deleted_after_thirty_days(store: Store) -> None:
    await subscribed(store, 5, 6)
    await store.record_messages([(5, 1)], NOW + CHAT_KEPT)
    await store.deactivate(5, "blocked", NOW)
    await store.deactivate(5, "again", NOW + LEASE)
    await store.deactivate(404, "unknown", NOW)
    chat = await store.chat_of(5)
    assert chat is not None
    assert (chat.deactivated_at, chat.reason) == (NOW, "blocked")
    assert [found.chat_id for found in await claim(store)] == [6]
    await store.purge(NOW + CHAT_KEPT - timedelta(seconds=1))
    assert await store.chat_of(5) is not None
    receipt = await store.purge(NOW + CHAT_KEPT)
    assert receipt.rows == {"chats": 1, "subscriptions": 1, "messages": 1}
    assert await store.held(5) == {}
    assert await store.chat_of(6) is not None


async def test_a_chat_that_comes_back_is_not_deleted(store: Store) -> None:
    await subscribed(store, 5)
    await store.deactivate(5, "blocked", NOW)
    await store.save_profile(5, PARENT, ChatKind.PRIVATE, NOW + LEASE)
    await store.purge(NOW + CHAT_KEPT + LEASE)
    chat = await store.chat_of(5)
    assert chat is not None
    assert (chat.deactivated_at, chat.reason) == (None, None)
    assert await store.subscription_of(5) is None


async def test_a_chat_that_subscribes_again_is_present_again(store: Store) -> None:
    await subscribed(store, 5)
    await store.deactivate(5, "blocked", NOW)
    await store.subscribe(5, CHOICE, DUE, NOW)
    await store.purge(NOW + CHAT_KEPT + LEASE)
    assert (await claim_one(store)).profile == PARENT


async def test_the_purge_removes_what_has_outlived_its_purpose_and_nothing_else(store: Store) -> None:
    await subscribed(store, 5)
    await deliver(store, "tip-a")
    await store.record_messages([(5, 1)], NOW)
    await store.record_update(900, NOW)
    for name, kept in (("updates", UPDATE_KEPT), ("messages", MESSAGE_KEPT)):
        assert (await store.purge(NOW + kept - timedelta(seconds=1))).rows == {}
        assert (await store.purge(NOW + kept)).rows == {name: 1}
    assert (await store.purge(NOW + DELIVERY_KEPT - timedelta(seconds=1))).rows == {}
    assert (await store.purge(NOW + DELIVERY_KEPT)).rows == {"deliveries": 1}
    assert await store.sent_tips(5) == ("tip-a",)


async def test_forgetting_deletes_every_row_and_says_how_many(store: Store) -> None:
    await subscribed(store, 5, 6)
    await deliver_both(store)
    await store.record_messages([(5, 1)], NOW)
    await store.record_messages([(5, 2)], NOW)
    receipt = await store.forget(5)
    assert receipt.rows == {"chats": 1, "subscriptions": 1, "deliveries": 1, "messages": 2}
    assert receipt.total == 5
    assert await store.held(5) == {}
    assert (await store.forget(5)).rows == {}
    assert set(await store.held(6)) == {"chats", "subscriptions", "deliveries"}


async def deliver_both(store: Store) -> None:
    claims = await claim(store)
    await store.mark_sending([(found, "tip-a") for found in claims], NOW, MARGIN)
    await store.record([Result(found, Outcome.SENT, TOMORROW, "tip-a", 1) for found in claims], NOW)


async def test_the_rows_held_are_shown_as_they_are(store: Store) -> None:
    await store.save_profile(5, PARENT, ChatKind.PRIVATE, NOW)
    await store.subscribe(5, FULL, DUE, NOW)
    await deliver(store, "tip-a")
    await store.record_messages([(5, 31)], NOW)
    written = "2026-03-10T09:00:00+00:00"
    assert await store.held(5) == {
        "chats": [
            {
                "chat_id": 5,
                "kind": "private",
                "language": "ja",
                "country": "JP",
                "audience": "parent",
                "age_band": "10-12",
                "created_at": written,
                "deactivated_at": None,
                "reason": None,
            }
        ],
        "subscriptions": [
            {
                "chat_id": 5,
                "hour": 7,
                "minute": 45,
                "zone": "America/St_Johns",
                "days": "weekly",
                "weekday": 5,
                "quiet_start": 1320,
                "quiet_until": 390,
                "paused_until": "2026-04-01",
                "pictures": False,
                "excluded": "grooming sextortion",
                "sent": "tip-a",
                "created_at": written,
                "ended_at": None,
                "last_date": "2026-03-10",
                "next_due": "2026-03-11T09:00:00+00:00",
                "next_date": "2026-03-11",
                "wake_at": "2026-03-11T09:00:00+00:00",
                "worker": None,
            }
        ],
        "deliveries": [
            {
                "chat_id": 5,
                "local_date": "2026-03-10",
                "due_at": written,
                "state": "done",
                "attempt": 1,
                "worker": "w1",
                "outcome": "sent",
                "tip_id": "tip-a",
                "message_id": 77,
                "recorded_at": written,
            }
        ],
        "messages": [{"chat_id": 5, "message_id": 31, "at": written}],
    }


async def test_a_group_keeps_its_rows_under_its_new_id(store: Store) -> None:
    await store.save_profile(-5, PARENT, ChatKind.GROUP, NOW)
    await store.subscribe(-5, CHOICE, DUE, NOW)
    await deliver(store, "tip-a")
    await store.record_messages([(-5, 1)], NOW)
    assert await store.migrate_chat(-5, -100) is True
    assert await store.held(-5) == {}
    chat = await store.chat_of(-100)
    assert chat is not None
    assert (chat.kind, chat.profile) == (ChatKind.SUPERGROUP, PARENT)
    assert await store.sent_tips(-100) == ("tip-a",)
    assert [row.tip_id for row in await store.deliveries_of(-100)] == ["tip-a"]
    assert await store.messages_of(-100, NOW - LEASE) == []
    assert (await claim_one(store, TOMORROW.at)).chat_id == -100
    assert await store.migrate_chat(-5, -100) is False
    assert await store.migrate_chat(-100, -100) is False


async def test_what_the_new_id_already_has_is_kept(store: Store) -> None:
    await subscribed(store, -5, -100)
    await store.subscribe(-100, FULL, TOMORROW, NOW)
    await deliver(store, "tip-a")
    await store.migrate_chat(-5, -100)
    subscription = await store.subscription_of(-100)
    assert subscription is not None
    assert (subscription.choice, subscription.due) == (FULL, TOMORROW)
    assert [row.tip_id for row in await store.deliveries_of(-100)] == ["tip-a"]
    assert await store.held(-5) == {}


async def test_a_claim_survives_the_move_of_its_group(store: Store) -> None:
    await subscribed(store, -5)
    found = await claim_one(store)
    await store.mark_sending([(found, "tip-a")], NOW, MARGIN)
    await store.migrate_chat(-5, -100)
    moved = replace(found, chat_id=-100)
    await store.record([Result(moved, Outcome.LATER, None, "tip-a", None, NOW)], NOW)
    again = await claim_one(store)
    assert (again.chat_id, again.found) == (-100, DeliveryState.WAITING)


async def test_a_pictures_file_id_is_kept_by_bot_and_can_change(store: Store) -> None:
    assert await store.picture_file_id(1, "total-en") is None
    await store.save_picture_file_id(1, "total-en", "abc")
    await store.save_picture_file_id(2, "total-en", "xyz")
    await store.save_picture_file_id(1, "total-en", "abd")
    assert await store.picture_file_id(1, "total-en") == "abd"
    assert await store.picture_file_id(2, "total-en") == "xyz"


async def test_message_ids_are_listed_from_a_moment_on_until_they_are_dropped(store: Store) -> None:
    await store.record_messages([(5, 12)], NOW)
    await store.record_messages([(5, 11)], NOW + LEASE)
    await store.record_messages([(5, 11)], NOW + LEASE)
    await store.record_messages([(5, 10)], NOW - LEASE)
    await store.record_messages([(6, 13)], NOW)
    assert await store.messages_of(5, NOW) == [11, 12]
    await store.forget_messages(5, [11, 12, 13])
    await store.forget_messages(5, [])
    assert await store.messages_of(5, NOW - LEASE) == [10]
    assert await store.messages_of(6, NOW) == [13]


async def test_a_handled_update_is_known_again(store: Store) -> None:
    assert await store.seen_update(2**40) is False
    await store.record_update(2**40, NOW)
    await store.record_update(2**40, NOW)
    assert await store.seen_update(2**40) is True


async def test_many_updates_at_the_same_moment_are_told_apart(store: Store) -> None:
    await asyncio.gather(*(store.record_update(number, NOW) for number in (*range(0, 40, 2), 4, 4)))
    seen = await asyncio.gather(*(store.seen_update(number) for number in range(40)))
    assert seen == [number % 2 == 0 for number in range(40)]


async def test_many_profiles_at_the_same_moment_go_to_whom_they_belong(store: Store) -> None:
    for number in range(0, 20, 2):
        await store.save_profile(number, Profile(country=("JP", "US")[number % 4 == 0]), ChatKind.PRIVATE, NOW)
    found = await asyncio.gather(*(store.profile_of(number) for number in (*range(20), 4, 4)))
    assert [profile and profile.country for profile in found] == ["US", None, "JP", None] * 5 + ["US", "US"]


async def test_counters_add_up_by_day_kind_key_and_language(store: Store) -> None:
    for language in ("ja", "en", "en"):
        await store.count(TODAY, "topic", "grooming", language)
    await store.count(TODAY, "vote", "grooming", "en", 3)
    await store.count(TODAY - timedelta(days=1), "topic", "grooming", "en")
    assert await store.counts(TODAY) == [
        Count(TODAY, "topic", "grooming", "en", 2),
        Count(TODAY, "topic", "grooming", "ja", 1),
        Count(TODAY, "vote", "grooming", "en", 3),
    ]
    assert len(await store.counts(TODAY - timedelta(days=1))) == 4


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
