"""What administrators may know: how many, never who. On every kind of store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.storage.model import ChatKind, Crowd, Due, Seen, Shown, SubscriptionChoice
from bot.storage.protocol import SHOWN_KEPT, Store
from content.profile import Profile

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)
CHOICE = SubscriptionChoice(hour=18, zone="Asia/Tokyo")


async def subscribe(store: Store, *chat_ids: int) -> None:
    for chat_id in chat_ids:
        await store.subscribe(chat_id, CHOICE, Due(NOW, NOW.date()), NOW)


async def test_people_are_counted_by_language_and_country_while_they_take_messages(store: Store) -> None:
    for chat_id, profile in enumerate(
        (Profile(), Profile("ja", "JP"), Profile("ja", "JP"), Profile("ja"), Profile("ja", "JP")), start=1
    ):
        await store.save_profile(chat_id, profile, ChatKind.PRIVATE, NOW)
    await subscribe(store, 2, 3, 4)
    await store.unsubscribe(3, NOW)
    await store.deactivate(5, "blocked", NOW)
    assert await store.crowds() == [Crowd("en", None, 1, 0), Crowd("ja", None, 1, 1), Crowd("ja", "JP", 2, 1)]


async def test_what_was_shown_is_kept_for_subscribed_chats_alone(store: Store) -> None:
    await subscribe(store, 1, 2, 3)
    await store.unsubscribe(3, NOW)
    shown = [Shown(chat_id, "topic:grooming", "v1") for chat_id in (1, 2, 3, 4)]
    await store.record_shown([*shown, *shown, Shown(2, "topic:grooming", "v2")], NOW)
    await store.record_shown([], NOW)
    assert await store.seen() == [Seen("topic:grooming", "v1", 2), Seen("topic:grooming", "v2", 1)]
    assert (await store.held(2))["shown"] == [
        {"chat_id": 2, "item": "topic:grooming", "version": "v1", "at": NOW.isoformat()},
        {"chat_id": 2, "item": "topic:grooming", "version": "v2", "at": NOW.isoformat()},
    ]


async def test_what_was_shown_goes_with_the_subscription_with_forget_and_with_time(store: Store) -> None:
    await subscribe(store, 1, 2, 3, 4)
    await store.record_shown([Shown(chat_id, "topic:grooming", "v1") for chat_id in (1, 2, 3)], NOW)
    await store.unsubscribe(1, NOW)
    assert (await store.forget(2)).rows == {"chats": 1, "subscriptions": 1, "shown": 1}
    await store.record_shown([Shown(4, "topic:grooming", "v1")], NOW + timedelta(days=1))
    assert await store.seen() == [Seen("topic:grooming", "v1", 2)]
    assert (await store.purge(NOW + SHOWN_KEPT)).rows["shown"] == 1
    assert "shown" not in await store.held(3)


async def test_what_a_group_was_shown_moves_to_its_new_id(store: Store) -> None:
    await subscribe(store, -5)
    await store.record_shown([Shown(-5, "tip:a", "v1"), Shown(-5, "tip:b", "v1")], NOW)
    await store.migrate_chat(-5, -100)
    assert len((await store.held(-100))["shown"]) == 2
    assert await store.held(-5) == {}


async def test_a_summary_is_claimed_once_a_week_by_one_alone_until_nobody_wants_it(store: Store) -> None:
    await store.want_summary(9, NOW)
    await store.want_summary(8, NOW + WEEK)
    assert await store.claim_summaries(NOW - timedelta(seconds=1), NOW + WEEK) in ([], ())
    assert await store.claim_summaries(NOW, NOW + WEEK) == [9]
    assert await store.claim_summaries(NOW, NOW + WEEK) in ([], ())
    assert await store.summary_due(9) == NOW + WEEK
    assert await store.claim_summaries(NOW + WEEK, NOW + 2 * WEEK) == [8, 9]
    await store.want_summary(9, None)
    assert await store.summary_due(9) is None
    assert (await store.forget(8)).rows == {"summaries": 1}
