"""The drills of docs/operations.md: what an operator does when something was lost."""

from __future__ import annotations

from pathlib import Path

from tests.process.conftest import YOUNG, LocalTelegram, Mamori, Start, free_port
from tests.process.test_operation import event, settings


async def finished(mamori: Mamori) -> str:
    assert await mamori.process.wait() == 0, "".join(mamori.err)
    await mamori.stop_reading()
    return "".join(mamori.out)


def lose(folder: Path) -> None:
    for file in folder.glob("mamori.db*"):
        file.unlink()


async def test_after_backup_loss_and_restore_the_bot_knows_every_subscription(
    start: Start, telegram: LocalTelegram, tmp_path: Path
) -> None:
    bot = await start("run", **settings(telegram, free_port()))
    await event(bot, "bot-started")
    await telegram.act("say", text="/subscribe 7:30 London")
    assert "07:30" in str(await telegram.answer(1))
    await finished(await start("db", "backup", "saved.db"))
    assert (tmp_path / "saved.db").stat().st_mode & 0o077 == 0
    bot.process.kill()
    await bot.process.wait()
    lose(tmp_path)
    assert "1 subscriptions" in await finished(await start("db", "copy", "sqlite:///saved.db", "sqlite:///mamori.db"))
    restored = await start("run", **settings(telegram, free_port()))
    await event(restored, "bot-started")
    await telegram.act("say", text="/subscribe", person=YOUNG)
    assert "07:30" in str(await telegram.answer(2))
    assert await restored.stop() == 0
