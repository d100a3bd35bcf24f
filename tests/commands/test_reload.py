"""Packs taken in anew while the bot runs."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import build_services
from bot.commands.reload import keep_reloading, reload_packs
from bot.handlers.services import Services
from bot.storage.memory import MemoryStore
from bot.understanding.model import Understander, Understanding
from content.load import load_pack
from content.model import Pack, Urgency

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Silent:
    """Understands nothing; which one it is, is all that matters here."""

    def urgency(self, text: str, recent: object = ()) -> Urgency:
        del text, recent
        return Urgency.NONE

    def understand(self, text: str, recent: object = ()) -> Understanding:
        del text, recent
        return Understanding(urgency=Urgency.NONE, topic=None)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


@pytest.fixture
def services(pack: Pack) -> Services:
    return build_services(pack=pack, understander=Silent(), store=MemoryStore(), clock=lambda: NOW)


async def test_pack_understanding_and_fallback_change_together(services: Services, pack: Pack) -> None:
    new, understander, before = pack.model_copy(update={"version": "new"}), Silent(), services.fallback
    assert await reload_packs(services, lambda: (new, understander))
    assert services.pack is new
    assert services.understander is understander
    assert services.fallback is not before
    assert b'mamori_pack_reloads_total{result="taken"} 1.0' in services.metrics.render()


async def test_a_broken_pack_is_refused_in_one_line_that_names_file_and_line(
    services: Services, pack: Pack, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "tips.yaml").write_text("ask-first:\n  texxt: oops\n", "utf-8")
    caplog.set_level(logging.INFO)
    held = services.understander, services.fallback

    def read() -> tuple[Pack, Understander]:
        return load_pack([tmp_path]), Silent()

    assert not await reload_packs(services, read)
    assert services.pack is pack
    assert (services.understander, services.fallback) == held
    (line,) = [record for record in caplog.records if record.message == "pack-refused"]
    assert "tips.yaml:" in vars(line)["reason"]
    assert line.exc_info is None
    assert b'mamori_pack_reloads_total{result="refused"} 1.0' in services.metrics.render()


async def test_whatever_goes_wrong_the_next_signal_is_heard(services: Services, pack: Pack) -> None:
    asked, first, second = asyncio.Event(), asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    tries = 0

    def read() -> tuple[Pack, Understander]:
        nonlocal tries
        tries += 1
        loop.call_soon_threadsafe((first if tries == 1 else second).set)
        if tries == 1:
            raise MemoryError
        return pack, Silent()

    task = asyncio.create_task(keep_reloading(services, read, asked))
    async with asyncio.timeout(20):
        asked.set()
        await first.wait()
        asked.set()
        await second.wait()
    task.cancel()
    assert services.pack is pack
    assert tries == 2
