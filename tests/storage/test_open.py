"""Opening a store: what an operator may have got wrong is one sentence."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.storage.engine import Database, parse_url
from bot.storage.memory import MemoryStore
from bot.storage.model import StoreError
from bot.storage.sql import open_store


async def sentence_of(address: str) -> str:
    with pytest.raises(StoreError) as caught:
        await open_store(address)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return sentence


@pytest.mark.parametrize("address", ["", "mamori.db", "sqlite://", "sqlite:///:memory:", "mysql://h/d", "redis://h"])
async def test_an_address_that_is_none_is_explained(address: str) -> None:
    assert "database" in await sentence_of(address)


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"The folder {tmp_path}/none" in await sentence_of(f"sqlite:///{tmp_path}/none/mamori.db")


async def test_a_folder_is_not_a_database(tmp_path: Path) -> None:
    assert "is a folder" in await sentence_of(f"sqlite:///{tmp_path}")


async def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear reader, this is a letter.", encoding="utf-8")
    assert "is not a SQLite database" in await sentence_of(f"sqlite:///{file}")
    assert file.read_text(encoding="utf-8") == "Dear reader, this is a letter."


async def test_a_damaged_database_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "mamori.db"
    file.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    assert str(file) in await sentence_of(f"sqlite:///{file}")


async def test_a_place_where_nothing_can_be_written_is_named() -> None:
    assert "The database /proc/mamori.db cannot be written" in await sentence_of("sqlite:////proc/mamori.db")


async def test_an_unreachable_server_is_one_sentence_without_the_password() -> None:
    sentence = await sentence_of("postgresql://mamori:s3cret@127.0.0.1:1/mamori")
    assert "127.0.0.1:1/mamori" in sentence
    assert "s3cret" not in sentence


async def test_a_database_of_a_newer_version_is_refused(address: str) -> None:
    store = await open_store(address)
    await store.close()
    database = Database(parse_url(address))
    async with database.writing() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await database.close()
    assert "newer version of this program (schema 9999)" in await sentence_of(address)


async def test_a_new_file_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/mamori.db")
    await store.close()
    assert stat.S_IMODE((tmp_path / "mamori.db").stat().st_mode) == 0o600


async def test_sqlite_is_opened_for_many_readers_beside_one_writer(tmp_path: Path) -> None:
    database = Database(parse_url(f"sqlite:///{tmp_path}/mamori.db"))
    database.prepare_file()
    async with database.reading() as connection:
        found = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    await database.close()
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000}


async def test_a_file_that_is_removed_while_in_use_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "mamori.db"
    store = await open_store(f"sqlite:///{file}")
    await store.ping()
    file.unlink()
    with pytest.raises(StoreError, match="was removed or exchanged"):
        await store.ping()
    await store.close()


async def test_a_locked_database_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.engine.BUSY_SECONDS", 0)
    file = tmp_path / "mamori.db"
    store = await open_store(f"sqlite:///{file}")
    blocker = sqlite3.connect(file, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="database is locked"):
        await store.forget(5)
    blocker.close()
    assert (await store.forget(5)).total == 0
    await store.close()


async def test_errors_hold_no_values(address: str) -> None:
    store = await open_store(address)
    with pytest.raises(StoreError) as caught:
        await store.save_picture_file_id(1, "key", None)  # type: ignore[arg-type]  # the fault under test
    assert "INSERT" not in str(caught.value)
    assert "key" not in str(caught.value).replace(address, "")
    await store.close()


async def test_nobody_waits_until_thousands_of_ids_are_written(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'mamori.db'}")
    now = datetime(2026, 3, 10, tzinfo=UTC)
    ids = range(2_000)
    for recording in (store.record_messages([(5, number) for number in ids], now), store.record_updates(ids, now)):
        task = asyncio.create_task(recording)
        await asyncio.sleep(0)
        await store.forget(7)
        assert not task.done()
        await task
    assert await store.messages_of(5, now) == list(ids)
    assert await store.seen_updates(ids) == set(ids)
    await store.close()


async def test_the_store_in_memory_has_an_address_too() -> None:
    store = await open_store("memory:")
    assert isinstance(store, MemoryStore)
    await store.ping()
    await store.close()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("sqlite:///mamori.db", "sqlite+aiosqlite:///mamori.db"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:***@h/d"),
        ("postgresql+psycopg://h/d?sslmode=require", "postgresql+asyncpg://h/d?ssl=require"),
    ],
)
def test_the_usual_spellings_of_an_address_are_understood(given: str, read: str) -> None:
    assert parse_url(given).render_as_string(hide_password=True) == read
