"""What every kind of store promises of tips on their way: each is claimed by one, sent once, and written down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.storage.model import ChatKind, DeliveryState, Due, DueDelivery, Outcome, Result
from bot.storage.protocol import Store
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
