"""`mamori simulate`: what will come, from the real store, which it only reads."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.delivery.schedule import next_due
from bot.storage.model import ChatKind, SubscriptionChoice
from bot.storage.sql import open_store
from content.profile import Profile


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with three subscriptions, one of them ended."""
    file = tmp_path / "mamori.db"

    async def fill() -> None:
        store = await open_store(f"sqlite:///{file}")
        now = datetime.now(UTC)
        for chat_id, zone in ((5, "Asia/Tokyo"), (6, "Asia/Kolkata"), (7, "Asia/Kolkata")):
            choice = SubscriptionChoice(hour=8, zone=zone)
            await store.save_profile(chat_id, Profile(language="ja"), ChatKind.PRIVATE, now)
            await store.subscribe(chat_id, choice, next_due(choice, now, chat_id), now)
        await store.unsubscribe(7, now)
        await store.close()

    asyncio.run(fill())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{file}")
    return file


def test_it_shows_days_zones_and_hours_and_changes_nothing(
    database: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    assert main(["simulate", "--days", "3", "--chart", "load.png"]) == 0
    said = capsys.readouterr().out
    assert "6 tips for 2 subscriptions" in said
    assert "Asia/Tokyo" in said
    assert "02:00         3" in said
    assert (tmp_path / "load.png").read_bytes().startswith(b"\x89PNG")
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before


@pytest.mark.usefixtures("database")
def test_it_lists_what_each_chat_gets_by_ids_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--days", "2", "--list"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == ["5", "5", "6", "6"]
    assert {len(line) for line in lines} == {4}
    assert main(["simulate", "--days", "2", "--chat", "6"]) == 0
    assert [line.split("\t") for line in capsys.readouterr().out.splitlines()] == lines[2:]


@pytest.mark.usefixtures("database")
def test_it_begins_on_a_day_of_ones_choice(capsys: pytest.CaptureFixture[str]) -> None:
    first = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    assert main(["simulate", "--days", "1", "--from", first, "--chat", "6"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.split("\t")[1].startswith(first)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--days"), (["--days", "0"], "'0'"), (["--days", "400"], "366"), (["--days", "x"], "'x'"),
        (["--days", "1", "--from", "tomorrow"], "'tomorrow' is not a date"),
        (["--days", "1", "--from", "2020-01-01"], "has passed"),
        (["--days", "1", "--chat", "9"], "9 has no subscription"),
        (["--days", "1", "--chat", "7"], "7 has no subscription"),
        (["--days", "1", "--chart", "nowhere/load.png"], "nowhere/load.png"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_sentence(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1


def test_a_database_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    assert main(["simulate", "--days", "1"]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
