"""Each thing that `mamori doctor` can find, without a process: the rest is in tests/process/test_doctor.py."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from telegram import Bot, WebhookInfo
from telegram.error import TimedOut

from bot.charts.cache import ChartCache, ChartError
from bot.commands import examinations
from bot.commands.examinations import (
    Finding,
    Grade,
    examine_database,
    examine_disk,
    examine_fonts,
    examine_pack,
    examine_settings,
    examine_webhook,
)
from bot.settings import Settings, load_settings
from bot.storage.sql import open_store
from content.load import load_pack

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOOK = "https://bot.example.org/telegram"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings(**wanted: object) -> Settings:
    return load_settings(**{"operator": "A school", **wanted})


def hooked() -> Settings:
    return settings(webhook_url=HOOK, webhook_secret="a-secret")


def says(finding: Finding, grade: Grade, found: str, advice: str = "") -> None:
    assert finding.grade is grade, finding
    assert found in finding.found
    assert advice in finding.advice
    assert (finding.grade is Grade.OK) == (finding.advice == ""), "what is not well comes with what to do"


def bot(answer: WebhookInfo | Exception) -> Bot:
    async def get_webhook_info() -> WebhookInfo:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return cast(Bot, SimpleNamespace(get_webhook_info=get_webhook_info))


def info(url: str = HOOK, waiting: int = 0, failed: timedelta | None = None) -> WebhookInfo:
    more: dict[str, Any] = {} if failed is None else {"last_error_date": NOW - failed, "last_error_message": "refused"}
    return WebhookInfo(url, has_custom_certificate=False, pending_update_count=waiting, **more)


@pytest.mark.parametrize(
    ("answer", "grade", "found", "advice"),
    [
        (info(), Grade.OK, "delivers to bot.example.org", ""),
        (info(""), Grade.FIX, "sends its updates nowhere", "mamori telegram setup"),
        (info("https://old.example.org/telegram"), Grade.FIX, "to old.example.org", "mamori telegram setup"),
        (info(failed=timedelta(minutes=5)), Grade.LOOK, "failed was at 11:55 UTC: refused", "from outside"),
        (info(failed=timedelta(minutes=5), waiting=3), Grade.FIX, "11:55 UTC", "BOT_WEBHOOK_SECRET"),
        (info(failed=timedelta(hours=2)), Grade.OK, "delivers", ""),
        (info(waiting=101), Grade.LOOK, "101 updates wait", "running"),
        (TimedOut(), Grade.FIX, "Telegram does not say (TimedOut)", "token"),
    ],
)
async def test_the_webhook(answer: WebhookInfo | Exception, grade: Grade, found: str, advice: str) -> None:
    says(await examine_webhook(bot(answer), hooked(), NOW), grade, found, advice)


async def test_a_webhook_where_the_bot_is_to_poll() -> None:
    says(await examine_webhook(bot(info("")), settings(), NOW), Grade.OK, "polls")
    says(await examine_webhook(bot(info()), settings(), NOW), Grade.FIX, "bot.example.org", "BOT_WEBHOOK_URL")


def only(chosen: Settings) -> Finding:
    (finding,) = examine_settings(chosen)
    return finding


def test_settings_that_are_possible_and_not_meant(tmp_path: Path) -> None:
    says(only(settings()), Grade.OK, "all can be used")
    (tmp_path / ".env").write_text("", "utf-8")
    (tmp_path / ".env").chmod(0o644)
    says(only(settings()), Grade.LOOK, ".env can be read by others", "chmod 600 .env")
    (tmp_path / ".env").chmod(0o600)
    says(only(settings(broadcast_rate=1000)), Grade.LOOK, "paid", "Stars")
    says(only(settings(broadcast_rate=30)), Grade.OK, "all can be used")


async def test_a_database_of_another_version(tmp_path: Path) -> None:
    chosen = settings(database_url=f"sqlite:///{tmp_path}/mamori.db")
    store = await open_store(chosen.database_url)
    await store.close()
    says(await examine_database(chosen), Grade.OK, "takes writes")
    for version, grade, found, advice in (
        ("0001", Grade.LOOK, "has schema 0001, the newest is", "mamori db upgrade"),
        ("9999", Grade.FIX, "made by a newer version", "install the newer version"),
    ):
        with closing(sqlite3.connect(tmp_path / "mamori.db", isolation_level=None)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", [version])
        says(await examine_database(chosen), grade, found, advice)


async def test_a_database_that_keeps_nothing_is_none_or_takes_no_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(await examine_database(settings(database_url="memory:")), Grade.FIX, "keeps nothing", "BOT_DATABASE_URL")
    (tmp_path / "mamori.db").write_text("no database at all, but long enough to be asked about" * 20, "utf-8")
    chosen = settings(database_url=f"sqlite:///{tmp_path}/mamori.db")
    says(await examine_database(chosen), Grade.FIX, "mamori.db", "rights")
    (tmp_path / "mamori.db").unlink()
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    says(await examine_database(chosen), Grade.FIX, "cannot be written", "give the bot's user the folder")


async def test_a_full_disk_and_a_folder_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    for free, grade in ((5_000_000_000, Grade.OK), (500_000_000, Grade.LOOK), (50_000_000, Grade.FIX)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: usage._replace(free=free))
        (finding,) = await examine_disk(settings(), str(tmp_path))
        says(finding, grade, "GB free at", "" if grade is Grade.OK else "make room")
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    says((await examine_disk(settings(), None))[1], Grade.FIX, "cannot be written", "give the bot's user the folder")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(trouble=None)
    monkeypatch.setattr(examinations, "understander_of", lambda *_: made)
    return made


def test_an_encoder_that_is_missing_and_helplines_that_are_old(engine: SimpleNamespace) -> None:
    engine.trouble = "the encoder is not installed"
    findings, pack = examine_pack(settings(), NOW + timedelta(days=400))
    assert pack is not None
    assert [finding.grade for finding in findings] == [Grade.OK, Grade.FIX, Grade.LOOK]
    says(findings[1], Grade.FIX, "the encoder is not installed", "every reply carries helplines")
    says(findings[2], Grade.LOOK, "checked more than 6 months ago", "mamori check")


@pytest.mark.usefixtures("engine")
def test_a_default_country_without_helplines() -> None:
    findings, _ = examine_pack(settings(default_country="SG"), NOW)
    says(findings[1], Grade.LOOK, "BOT_DEFAULT_COUNTRY is SG, of which the pack has no helplines", "overlay")


async def test_a_chart_that_cannot_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> bytes:
        raise ChartError("the process that draws ended")

    monkeypatch.setattr(ChartCache, "png", fails)
    says(await examine_fonts(load_pack()), Grade.FIX, "the process that draws ended", "charts go as text")
