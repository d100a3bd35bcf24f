from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.handlers.services import Pieces, ProfileCache
from bot.storage.memory import MemoryStore
from bot.storage.model import ChatKind
from content.profile import Profile

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_the_last_two_messages_of_five_minutes_are_remembered_and_no_more() -> None:
    clock = Clock()
    pieces = Pieces(clock)
    for text in ("one", "two", "three"):
        pieces.add(1, text)
    assert pieces.of(1) == ["two", "three"]
    clock.now += timedelta(minutes=5, seconds=1)
    assert pieces.of(1) == []


def test_what_is_older_than_five_minutes_leaves_memory_when_anybody_writes() -> None:
    clock = Clock()
    pieces = Pieces(clock)
    pieces.add(1, "a private worry")
    clock.now += timedelta(minutes=6)
    pieces.add(2, "hello")
    assert "a private worry" not in str(pieces._chats)


async def test_a_profile_is_read_once_and_again_only_after_its_time() -> None:
    clock, store = Clock(), MemoryStore()
    cache = ProfileCache(clock, lasting=timedelta(seconds=5))
    assert await cache.of(1, store) is None
    await store.save_profile(1, Profile(language="ja"), ChatKind.PRIVATE, NOON)
    assert await cache.of(1, store) is None, "believed for five seconds"
    clock.now += timedelta(seconds=5)
    assert await cache.of(1, store) == Profile(language="ja")
