"""The process as an operator starts it, against the local Bot API over HTTP."""

from __future__ import annotations

import asyncio
import signal

import httpx
import pytest

from bot.__main__ import main
from bot.commands import doctor
from tests.process.conftest import TOKEN, LocalTelegram, Start, free_port


def settings(telegram: LocalTelegram, port: int, **more: str) -> dict[str, str]:
    return {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": telegram.address,
        "BOT_LISTEN": f"127.0.0.1:{port}",
        "BOT_LOG_LEVEL": "DEBUG",
        **more,
    }


async def test_it_answers_is_healthy_and_stops_cleanly_on_sigterm(start: Start, telegram_apart: LocalTelegram) -> None:
    port = free_port()
    bot = await start("run", **settings(telegram_apart, port))
    await telegram_apart.act("say", text="How many children were victims in 2017? zebra-marker")
    answer = await telegram_apart.answer()
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


async def test_a_subscription_outlives_a_restart(start: Start, telegram: LocalTelegram) -> None:
    bot = await start("run", **settings(telegram, free_port()))
    await telegram.act("say", text="/subscribe 7:30 London")
    await telegram.answer()
    assert await bot.stop(signal.SIGINT) == 0
    await start("run", **settings(telegram, free_port()))
    await telegram.act("say", text="/subscribe")
    assert "07:30" in str(await telegram.answer(2))


@pytest.mark.usefixtures("called_here")
async def test_where_only_a_proxy_leads_to_telegram_doctor_and_bot_go_through_it(
    start: Start, telegram: LocalTelegram, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {
        "BOT_TOKEN": TOKEN,
        "BOT_OPERATOR": "A school",
        "BOT_API_URL": "http://127.0.0.1:9",
        "BOT_PROXY": telegram.address,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(doctor, "examine_pack", lambda *_: ([], None))  # which needs no way to Telegram
    assert await asyncio.to_thread(main, ["doctor"]) == 0
    assert "agrees with Telegram's" in capsys.readouterr().out
    await start("run", **settings, BOT_LISTEN=f"127.0.0.1:{free_port()}")
    await telegram.act("say", text="/start")
    await telegram.answer()


async def test_a_wrong_call_ends_the_process_with_its_exit_code_and_one_sentence(start: Start) -> None:
    mamori = await start("run")
    assert await mamori.process.wait() == 2
    await mamori.stop_reading()
    assert not mamori.out
    (sentence,) = mamori.err
    assert "BOT_TOKEN is not set" in sentence


@pytest.mark.usefixtures("called_here")
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
def test_a_wrong_call_is_one_sentence_with_the_right_exit_code(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    code: int,
    words: str,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(arguments) == code
    said = capsys.readouterr()
    assert words in said.err + said.out
    assert "Traceback" not in said.err + said.out
    assert len([line for line in said.err.splitlines() if line.strip()]) <= 1
