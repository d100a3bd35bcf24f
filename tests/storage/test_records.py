"""What every kind of store promises of pictures, messages, updates and counts."""

from __future__ import annotations

from datetime import timedelta

from bot.storage.model import Count
from bot.storage.protocol import Store
from tests.storage.tips import LEASE, NOW, TODAY


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
    assert await store.seen_updates([2**40]) == set()
    assert await store.newest_update() is None
    for _ in range(2):
        await store.record_updates([2**40], NOW)
    assert await store.seen_updates([2**40]) == {2**40}


async def test_many_updates_are_told_apart(store: Store) -> None:
    await store.record_updates([*range(0, 400, 2), 4, 4], NOW)
    await store.record_updates([], NOW)
    assert await store.newest_update() == 398
    assert await store.seen_updates(range(500)) == set(range(0, 400, 2))
    assert await store.seen_updates([]) == set()


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
