"""Copies of a whole store."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.storage.broadcast import Broadcast, BroadcastState
from bot.storage.engine import Database, parse_url
from bot.storage.model import ChatKind, Due, Outcome, Result, Shown, StoreError, SubscriptionChoice
from bot.storage.protocol import Store
from bot.storage.sql import open_store
from bot.storage.transfer import backup, copy
from bot.storage.upgrade import newest_version, version_of
from content.profile import Profile

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TODAY = date(2026, 3, 10)


async def fill(store: Store) -> None:
    for chat_id in (-1001234567890123, 5):
        await store.save_profile(chat_id, Profile("ja", "JP"), ChatKind.PRIVATE, NOW)
        await store.subscribe(chat_id, SubscriptionChoice(hour=18, zone="Asia/Tokyo"), Due(NOW, TODAY), NOW)
        await store.record_messages([(chat_id, 3)], NOW)
    (claim,) = await store.claim_due(NOW, 1, "w", timedelta(minutes=10))
    await store.record([Result(claim, Outcome.SENT, Due(NOW + timedelta(days=1), TODAY), "tip", 1)], NOW)
    await store.record_updates([77], NOW)
    await store.count(TODAY, "topic", "grooming", "en", 4)
    await store.save_picture_file_id(1, "total-en", "abc")
    await store.record_shown([Shown(5, "topic:grooming", "v1")], NOW)
    await store.want_summary(5, NOW)
    await store.create_broadcast(Broadcast("b1", 5, NOW, texts={"en": "Hello", "ja": "こんにちは"}))
    await store.move_broadcast("b1", [BroadcastState.DRAFT], BroadcastState.GATHERING, NOW)
    await store.gather("b1", 10, NOW)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


async def everything(store: Store) -> list[object]:
    return [
        await store.held(5),
        await store.held(-1001234567890123),
        await store.counts(TODAY),
        await store.picture_file_id(1, "total-en"),
        await store.seen_updates([77]),
    ]


@pytest.fixture
async def filled(address: str) -> AsyncIterator[Store]:
    store = await open_store(address)
    await fill(store)
    yield store
    await store.close()


async def test_a_copy_has_every_row(filled: Store, address: str, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/copy.db"
    assert await copy(address, target) == {
        "chats": 2,
        "subscriptions": 2,
        "deliveries": 1,
        "messages": 2,
        "shown": 1,
        "broadcasts": 1,
        "broadcast_texts": 2,
        "broadcast_deliveries": 2,
        "summaries": 1,
        "updates": 1,
        "counts": 1,
        "pictures": 1,
    }
    copied = await open_store(target)
    assert await everything(copied) == await everything(filled)
    await copied.close()


async def test_a_copy_goes_back_into_the_other_kind_of_database(address: str, tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path}/source.db"
    store = await open_store(source)
    await fill(store)
    await copy(source, address)
    copied = await open_store(address)
    assert await everything(copied) == await everything(store)
    await store.close()
    await copied.close()


async def test_nothing_is_copied_over_rows_that_are_there(filled: Store, address: str, tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path}/source.db"
    await (await open_store(source)).close()
    before = await everything(filled)
    with pytest.raises(StoreError, match="is not empty"):
        await copy(source, address)
    assert await everything(filled) == before


async def test_a_missing_source_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        await copy(f"sqlite:///{tmp_path}/none.db", f"sqlite:///{tmp_path}/target.db")
    with pytest.raises(StoreError, match="does not exist"):
        await backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "backup.db")
    assert names(tmp_path) == []


async def test_a_source_that_was_never_upgraded_is_refused(address: str, tmp_path: Path) -> None:
    database = Database(parse_url(address))
    database.prepare_file()
    await database.close()
    with pytest.raises(StoreError, match="upgrade it first"):
        await copy(address, f"sqlite:///{tmp_path}/target.db")


async def test_a_backup_made_while_the_bot_writes_is_whole(filled: Store, address: str, tmp_path: Path) -> None:
    writing = True

    async def keep_writing() -> int:
        written = 0
        while writing:
            await filled.count(TODAY, "vote", "one", "en")
            await filled.count(TODAY, "vote", "two", "en")
            written += 1
        return written

    writer = asyncio.create_task(keep_writing())
    await asyncio.sleep(0)
    await backup(address, tmp_path / "backup.db")
    writing = False
    assert await writer > 0
    assert mode(tmp_path / "backup.db") == 0o600
    assert not [name for name in names(tmp_path) if ".part" in name]
    database = Database(parse_url(f"sqlite:///{tmp_path}/backup.db"))
    assert await version_of(database) == newest_version()
    await database.close()
    restored = await open_store(f"sqlite:///{tmp_path}/backup.db")
    assert await restored.held(5) == await filled.held(5)
    votes = {count.key: count.number for count in await restored.counts(TODAY) if count.kind == "vote"}
    assert votes.get("one", 0) - votes.get("two", 0) in {0, 1}
    await restored.close()


async def test_a_backup_never_writes_over_a_file(filled: Store, address: str, tmp_path: Path) -> None:
    file = tmp_path / "precious.txt"
    file.write_text("precious", encoding="utf-8")
    with pytest.raises(StoreError, match="exists already"):
        await backup(address, file)
    assert file.read_text(encoding="utf-8") == "precious"
    assert await filled.profile_of(5) == Profile("ja", "JP")


async def test_a_backup_into_a_missing_folder_is_one_sentence(filled: Store, address: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"The folder .* does not exist"):
        await backup(address, tmp_path / "none" / "backup.db")
    with pytest.raises(StoreError, match="cannot be written"):
        await backup(address, Path("/proc/backup.db"))
    await filled.ping()
