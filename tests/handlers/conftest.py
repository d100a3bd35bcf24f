from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.app import Wiring, build_application, build_services, load_understander
from bot.replies.emergency import FallbackCards, prepare_fallback
from bot.sandbox.clock import MovableClock
from bot.sandbox.people import People
from bot.sandbox.server import build_sandbox
from bot.storage.memory import MemoryStore
from bot.transport.pacing import Pacer
from bot.understanding.model import Understander
from content.load import load_pack
from content.model import Pack
from tests.asgi_request import AsgiRequest
from tests.handlers.rig import TOKEN, Painted, Rig


class VirtualTime:
    """Seconds that pass only while somebody waits: pacing is real, waiting takes no time."""

    def __init__(self) -> None:
        self._now = 0.0

    def clock(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self._now += seconds


NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack()


@pytest.fixture(scope="session")
def understander(pack: Pack) -> Understander:
    return load_understander(pack)


@pytest.fixture(autouse=True)
def _pauses_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture(scope="session")
def fallback(pack: Pack) -> FallbackCards:
    return prepare_fallback(pack, NOON)


@pytest.fixture
async def rig(
    pack: Pack, understander: Understander, fallback: FallbackCards, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Rig]:
    clock = MovableClock(NOON, ticking=False)
    app = build_sandbox(token=TOKEN, clock=clock)
    monkeypatch.setattr("bot.app.prepare_fallback", lambda *_: fallback)  # of this pack at noon, as it would be anyway
    services = build_services(pack=pack, understander=understander, store=MemoryStore(), clock=clock.now)
    services.charts = Painted()
    time = VirtualTime()
    pacer = Pacer(clock=time.clock, sleep=time.sleep)
    wiring = Wiring(TOKEN, "http://127.0.0.1", AsgiRequest(app), AsgiRequest(app), pacer)
    application = build_application(wiring, services)
    async with application:
        await application.start()
        sandbox = app.state.sandbox
        yield Rig(sandbox, People(sandbox), application, services, clock)
        await application.stop()
    await services.charts.close()
    services.thinking.shutdown(wait=False)
    await sandbox.close()
