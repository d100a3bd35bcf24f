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
from bot.understanding.engine import Engine
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


class Behind(Engine):
    """An engine that says nobody has fitted the packs yet; nothing else of it is looked at."""

    def __init__(self, *, degraded: bool) -> None:  # the real one needs fitted heads
        self.degraded = degraded


async def test_packs_that_nobody_fitted_are_fitted_beside_and_taken_in(
    services: Services, pack: Pack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    services.understander = Behind(degraded=True)
    fitted, go = Behind(degraded=False), asyncio.Event()

    async def fit() -> bool:
        await go.wait()
        return True

    keeping = asyncio.create_task(keep_reloading(services, lambda: (pack, fitted), asyncio.Event(), fit))
    await asyncio.sleep(0)
    assert services.understander is not fitted  # meanwhile the base pack's serve
    go.set()
    async with asyncio.timeout(20):
        while services.understander is not fitted:  # noqa: ASYNC110 -- a thread reads, which sets no event here
            await asyncio.sleep(0)
    assert "understanding-behind" in caplog.messages
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_a_fit_that_fails_is_said_once_and_the_base_pack_serves_on(
    services: Services, pack: Pack, caplog: pytest.LogCaptureFixture
) -> None:
    held = services.understander = Behind(degraded=True)
    tried = asyncio.Event()

    async def fit() -> bool:
        tried.set()
        return False

    keeping = asyncio.create_task(keep_reloading(services, lambda: (pack, Silent()), asyncio.Event(), fit))
    async with asyncio.timeout(20):
        await tried.wait()
        while "fitting-failed" not in caplog.messages:  # noqa: ASYNC110 -- a line of the log sets no event
            await asyncio.sleep(0)
    assert services.understander is held
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_a_fit_under_way_ends_with_the_bot(services: Services, pack: Pack) -> None:
    services.understander = Behind(degraded=True)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def fit() -> bool:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return True

    keeping = asyncio.create_task(keep_reloading(services, lambda: (pack, Silent()), asyncio.Event(), fit))
    async with asyncio.timeout(20):
        await begun.wait()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
    assert ended.is_set()
