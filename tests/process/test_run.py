"""The process as an operator starts it, against the local Bot API over HTTP."""

from __future__ import annotations

import signal

import httpx
import pytest

from tests.process.conftest import TOKEN, YOUNG, LocalTelegram, Start, free_port


def settings(telegram: LocalTelegram, port: int, **more: str) -> dict[str, str]:
    return {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": telegram.address,
        "BOT_LISTEN": f"127.0.0.1:{port}",
        "BOT_LOG_LEVEL": "DEBUG",
        **more,
    }


async def test_it_answers_is_healthy_and_stops_cleanly_on_sigterm(start: Start, telegram: LocalTelegram) -> None:
    port = free_port()
    bot = await start("run", **settings(telegram, port))
    await telegram.act("say", text="How many children were victims in 2017? zebra-marker")
    answer = await telegram.answer()
    assert "1,813" in str(answer)
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"http://127.0.0.1:{port}/healthz")).json()["ok"]
        assert (await http.get(f"http://127.0.0.1:{port}/readyz")).json()["ok"]
    assert await bot.stop() == 0
    log = "".join(bot.err)
    assert "bot-started" in log
    assert TOKEN.partition(":")[2] not in log, "no token at DEBUG"
    assert "zebra-marker" not in log, "no word of a message at DEBUG"
    assert "Ellie" not in log, "no name at DEBUG"
    assert "Traceback" not in log


async def test_a_malformed_update_in_a_batch_stalls_nobody(start: Start, telegram: LocalTelegram) -> None:
    await start("run", **settings(telegram, free_port()))
    await telegram.http.post("/sandbox/updates", json={"message": {"message_id": "not a number", "chat": 5}})
    await telegram.act("say", text="hello")
    assert await telegram.answer()


async def test_a_subscription_outlives_a_restart(start: Start, telegram: LocalTelegram) -> None:
    bot = await start("run", **settings(telegram, free_port()))
    await telegram.act("say", text="/subscribe 7:30 London")
    await telegram.answer()
    assert await bot.stop(signal.SIGINT) == 0
    await start("run", **settings(telegram, free_port()))
    await telegram.act("say", text="/subscribe")
    assert "07:30" in str(await telegram.answer(2))


async def test_what_was_written_while_it_was_killed_is_answered_after_the_restart(
    start: Start, telegram: LocalTelegram
) -> None:
    bot = await start("run", **settings(telegram, free_port()))
    await telegram.act("say", text="hello")
    await telegram.answer()
    bot.process.kill()
    await bot.process.wait()
    await telegram.act("say", text="what is grooming", person_id=YOUNG)
    await start("run", **settings(telegram, free_port()))
    assert await telegram.answer(2)


async def test_by_webhook_it_answers_too(start: Start, telegram: LocalTelegram) -> None:
    port = free_port()
    hook = {"BOT_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram", "BOT_WEBHOOK_SECRET": "a-secret"}
    await start("run", **settings(telegram, port, **hook))
    setup = await start("telegram", "setup", **settings(telegram, port, **hook))
    await setup.line("webhook")
    await telegram.act("say", text="hello")
    assert await telegram.answer()


async def test_where_only_a_proxy_leads_to_telegram_doctor_and_bot_go_through_it(
    start: Start, telegram: LocalTelegram
) -> None:
    settings = {
        "BOT_TOKEN": TOKEN,
        "BOT_OPERATOR": "A school",
        "BOT_API_URL": "http://127.0.0.1:9",
        "BOT_PROXY": telegram.address,
    }
    doctor = await start("doctor", **settings)
    assert await doctor.process.wait() == 0
    await doctor.stop_reading()
    assert "agrees with Telegram's" in "".join(doctor.out)
    await start("run", **settings, BOT_LISTEN=f"127.0.0.1:{free_port()}")
    await telegram.act("say", text="/start")
    await telegram.answer()


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "words"),
    [
        (("run",), {}, 2, "BOT_TOKEN is not set"),
        (("run",), {"BOT_TOKEN": "nonsense"}, 2, "BOT_TOKEN:"),
        (("run",), {"BOT_TOKEN": TOKEN, "BOT_PACKS": "nowhere"}, 2, "BOT_PACKS"),
        (("run",), {"BOT_TOKEN": TOKEN, "BOT_DATABASE_URL": "nonsense://x"}, 2, "BOT_DATABASE_URL"),
        (("dance",), {}, 2, "no command 'dance'"),
        (("sandbox", "--port", "x"), {}, 2, "--port"),
        (("sandbox", "--port", "99999"), {}, 2, "--port"),
        (("ask",), {}, 2, "question"),
        (("ask", "hello", "--country", "Atlantis"), {}, 2, "Atlantis"),
        (("evaluate", "nowhere.jsonl"), {}, 2, "nowhere.jsonl"),
        (("check", "--pack", "nowhere"), {}, 1, "does not exist"),
    ],
)  # fmt: skip
async def test_a_wrong_call_is_one_sentence_with_the_right_exit_code(
    start: Start, arguments: tuple[str, ...], environment: dict[str, str], code: int, words: str
) -> None:
    mamori = await start(*arguments, **environment)
    assert await mamori.process.wait() == code
    await mamori.stop_reading()
    said = "".join([*mamori.err, *mamori.out])
    assert words in said
    assert "Traceback" not in said
    assert len([line for line in mamori.err if line.strip()]) <= 1
