"""What an operator does with the running process: look at it, reload it, stop it."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import httpx

from tests.process.conftest import TOKEN, YOUNG, LocalTelegram, Mamori, Start, free_port, lines_of_json, until


def settings(telegram: LocalTelegram, port: int, **more: str) -> dict[str, str]:
    return {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": telegram.address,
        "BOT_LISTEN": f"127.0.0.1:{port}",
        "BOT_LOG_FORMAT": "json",
        **more,
    }


async def get(port: int, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(f"http://127.0.0.1:{port}{path}")


async def event(bot: Mamori, name: str, count: int = 1) -> dict[str, Any]:
    """Wait for the so many-th line of the log with this event."""

    async def look() -> dict[str, Any] | None:
        found = [line for line in lines_of_json(bot.err) if line["event"] == name]
        return found[count - 1] if len(found) >= count else None

    return await until(look)


async def test_the_metrics_show_what_happened_and_name_nobody(start: Start, telegram: LocalTelegram) -> None:
    port = free_port()
    bot = await start("run", **settings(telegram, port))
    await event(bot, "bot-started")
    await telegram.act("say", text="How many children were victims in 2017? zebra-marker")
    await telegram.answer()

    async def handled() -> str | None:
        text = (await get(port, "/metrics")).text
        return text if 'mamori_updates_total{kind="message"} 1.0' in text else None

    text = await until(handled)
    assert 'mamori_answers_total{kind="figure"} 1.0' in text
    assert "mamori_dispatcher_lead 1.0" in text
    assert "process_resident_memory_bytes" in text
    for word in ("zebra", "Ellie", str(YOUNG), TOKEN.partition(":")[2]):
        assert word not in text


async def test_a_broken_pack_is_refused_on_hangup_and_a_mended_one_is_taken(
    start: Start, telegram: LocalTelegram, tmp_path: Path
) -> None:
    overlay = tmp_path / "overlay"
    (overlay / "en").mkdir(parents=True)
    wording = overlay / "en" / "wording.yaml"
    wording.write_text('unknown-command: "**First words.** Ask me."\n', "utf-8")
    bot = await start("run", **settings(telegram, free_port(), BOT_PACKS=str(overlay)))
    await event(bot, "bot-started")
    await telegram.act("say", text="/nonsense")
    assert "First words" in str(await telegram.answer(1))
    wording.write_text("unknown-command: [not, a, text]\n", "utf-8")
    bot.process.send_signal(signal.SIGHUP)
    refused = await event(bot, "pack-refused")
    assert "wording.yaml" in refused["reason"]
    await telegram.act("say", text="/nonsense")
    assert "First words" in str(await telegram.answer(2))
    wording.write_text('unknown-command: "**Second words.** Ask me."\n', "utf-8")
    bot.process.send_signal(signal.SIGHUP)
    await event(bot, "pack-taken")
    await telegram.act("say", text="/nonsense")
    assert "Second words" in str(await telegram.answer(3))
    assert await bot.stop() == 0


async def test_a_second_signal_does_not_cut_the_clean_end(start: Start, telegram: LocalTelegram) -> None:
    bot = await start("run", **settings(telegram, free_port()))
    await event(bot, "bot-started")
    await telegram.act("say", text="what is grooming")
    for _ in range(3):
        os.kill(bot.process.pid, signal.SIGTERM)
    assert await bot.stop() == 0
    assert "Traceback" not in "".join(bot.err)
    restarted = await start("run", **settings(telegram, free_port()))
    await event(restarted, "bot-started")
    await telegram.act("say", text="hello")
    assert await telegram.answer(2), "what was written before the end was answered, by this or by the first process"


async def test_a_webhook_that_nobody_set_is_said_in_words_until_it_is_and_then_the_bot_answers(
    start: Start, telegram: LocalTelegram
) -> None:
    port = free_port()
    hook = settings(telegram, port, BOT_WEBHOOK_URL=f"http://127.0.0.1:{port}/telegram", BOT_WEBHOOK_SECRET="a-secret")
    bot = await start("run", **hook)
    await event(bot, "bot-started")
    response = await get(port, "/readyz")
    assert response.status_code == 503
    assert response.json()["problems"] == {"webhook": "Telegram sends its updates nowhere: run `mamori telegram setup`"}
    setup = await start("telegram", "setup", **hook)
    await setup.line("webhook")
    assert (await get(port, "/readyz")).json()["ok"]
    await telegram.act("say", text="hello")
    assert await telegram.answer()


async def test_a_malformed_update_in_a_batch_stalls_nobody_and_every_line_of_the_log_is_one_object_with_one_event_name(
    start: Start, telegram: LocalTelegram
) -> None:
    await telegram.http.post("/sandbox/updates", json={"message": {"message_id": "not a number", "chat": 5}})
    bot = await start("run", **settings(telegram, free_port(), BOT_LOG_LEVEL="DEBUG"))
    await event(bot, "bot-started")
    await telegram.act("say", text="hello")
    await telegram.answer()
    assert await bot.stop() == 0
    assert bot.err
    for line in bot.err:
        written = json.loads(line)
        assert {"time", "level", "logger"} <= set(written)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", written["event"]), line
    assert '"schema-upgraded"' in "".join(bot.err)
