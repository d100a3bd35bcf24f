"""What is fuzzed: bytes become a pack or an update, and nothing but a fault in words may come of it."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.app import Wiring, build_application, build_services, load_understander, process
from bot.handlers import BotApplication
from bot.handlers.services import Services
from bot.storage.memory import MemoryStore
from bot.transport.pacing import Pacer
from bot.transport.reading import read_update
from content.faults import PackError
from content.load import load_pack, load_with_faults
from tests.obliging import Obliging

FILES = (
    "en/wording.yaml", "en/tips.yaml", "en/topics/grooming.md", "en/figures.yaml", "en/quiz.yaml", "en/language.yaml",
    "en/agreement.yaml", "en/starters.yaml", "en/privacy.md", "topics.yaml", "sources.yaml", "tips.yaml", "quiz.yaml",
    "figures/japan.yaml", "helplines/GB.yaml", "questions/en/bank.tsv",
)  # fmt: skip
"""The files of a pack; the first byte of a sample chooses one."""
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Target = Callable[[bytes], None]


def pack(sample: bytes, base: Path | None = None) -> None:
    """Load an overlay of one file over a base (an empty one is quick). Faults are fine; any exception is a bug."""
    with tempfile.TemporaryDirectory() as name:
        empty, overlay = Path(name) / "base", Path(name) / "overlay"
        empty.mkdir()
        file = overlay / FILES[(sample[0] if sample else 0) % len(FILES)]
        file.parent.mkdir(parents=True)
        file.write_bytes(sample[1:])
        try:
            loaded = load_with_faults([overlay], base or empty)
        except PackError:
            return
        for fault in loaded.faults:
            assert fault.line >= 1
            assert "\n" not in str(fault)


class Bot:
    """The whole bot on a Telegram that takes everything, kept for many samples."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._application, self._services = self._loop.run_until_complete(_started())
        self._failed = 0.0

    def __call__(self, sample: bytes) -> None:
        """Hand in an update, given as JSON."""
        try:
            raw = json.loads(sample)
        except ValueError:
            return
        if isinstance(raw, dict):
            self.take(raw)

    def take(self, raw: dict[str, Any]) -> None:
        """Hand in a raw update. What cannot be parsed is Telegram's fault; a handler that fails is ours."""
        try:
            update = read_update({"update_id": 1, **raw}, self._application.bot)
        except Exception:  # noqa: BLE001  # webhook and poller skip these; their own tests show it
            return
        self._loop.run_until_complete(process(self._application, update))
        failed = self._services.metrics.registry.get_sample_value("mamori_handler_errors_total") or 0.0
        before, self._failed = self._failed, failed
        assert failed == before, "a handler failed"

    def close(self) -> None:
        """End the bot."""
        self._loop.run_until_complete(_stopped(self._application, self._services))
        self._loop.close()


async def _started() -> tuple[BotApplication, Services]:
    content = load_pack()
    services = build_services(
        pack=content, understander=load_understander(content), store=MemoryStore(), clock=lambda: NOW
    )
    telegram = Obliging()
    application = build_application(Wiring("1:token-of-the-tests", "http://x", telegram, telegram, Pacer()), services)
    await application.initialize()
    await application.start()
    return application, services


async def _stopped(application: BotApplication, services: Services) -> None:
    await application.stop()
    await application.shutdown()
    await services.charts.close()
    services.thinking.shutdown()
