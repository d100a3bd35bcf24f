"""What every kind of store promises of rows that go: with a chat, with time, or because somebody asked for it."""

from __future__ import annotations

from datetime import timedelta

from bot.storage.model import ChatKind, Outcome, Result
from bot.storage.protocol import CHAT_KEPT, DELIVERY_KEPT, MESSAGE_KEPT, UPDATE_KEPT, Store
from tests.storage.tips import (
    CHOICE,
    DUE,
    FULL,
    LEASE,
    MARGIN,
    NOW,
    PARENT,
    TOMORROW,
    claim,
    claim_one,
    deliver,
    subscribed,
)


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
    await store.record_updates([900], NOW)
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
