"""`mamori doctor` against the local Bot API: green when all is well, one line with advice for what is not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands import doctor
from bot.commands.examinations import Grade, clock_finding
from tests.process.conftest import TOKEN, LocalTelegram, Start

Examined = Callable[..., Awaitable[tuple[int, str]]]


def checked(code: int, said: str, token: str) -> tuple[int, str]:
    assert "Traceback" not in said
    assert token.partition(":")[2] not in said
    return code, said


async def examined_apart(start: Start, **settings: str) -> tuple[int, str]:
    """Run the command as an operator does."""
    mamori = await start("doctor", **settings)
    code = await mamori.process.wait()
    await mamori.stop_reading()
    return checked(code, "".join([*mamori.out, *mamori.err]), settings["BOT_TOKEN"])


@pytest.fixture
def examined(called_here: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Examined:  # noqa: ARG001
    """Run the command in the process of the test."""

    async def run(**settings: str) -> tuple[int, str]:
        with monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            code = await asyncio.to_thread(main, ["doctor"])
        said = capsys.readouterr()
        return checked(code, said.out + said.err, settings["BOT_TOKEN"])

    return run


@pytest.fixture
def without_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    """What there is to say of the pack and the fonts takes seconds and is said above."""
    monkeypatch.setattr(doctor, "examine_pack", lambda *_: ([], None))


def well(telegram: LocalTelegram, **more: str) -> dict[str, str]:
    return {"BOT_TOKEN": TOKEN, "BOT_API_URL": telegram.address, "BOT_OPERATOR": "A school", **more}


async def test_a_deployment_without_faults_is_green_and_before_the_first_start_nothing_is_made(
    start: Start, telegram: LocalTelegram, tmp_path: Path, examined: Examined
) -> None:
    code, said = await examined_apart(start, **well(telegram))
    assert code == 0, said
    assert "ok   fonts     " in said
    assert "will be made at the first start" in said
    assert not (tmp_path / "mamori.db").exists()
    assert await asyncio.to_thread(main, ["db", "upgrade"]) == 0
    code, said = await examined(**well(telegram))
    assert code == 0, said
    for line in (
        "ok   settings  ",
        "ok   token     the bot is @",
        "ok   webhook   none; the bot polls",
        "ok   clock     ",
        "ok   database  sqlite",
        "ok   pack      ",
        "ok   fonts     ",
        f"GB free at {tmp_path}",
        "Nothing is in the way.",
    ):
        assert line in said, said


async def test_each_fault_is_named_with_what_to_do(telegram: LocalTelegram, tmp_path: Path, examined: Examined) -> None:
    overlay = tmp_path / "overlay" / "en"
    overlay.mkdir(parents=True)
    (overlay / "wording.yaml").write_text("unknown-command: [no, text]\n", "utf-8")
    code, said = await examined(
        **well(
            telegram,
            BOT_OPERATOR="",
            BOT_PACKS=str(overlay.parent),
            BOT_DATABASE_URL="sqlite:///nowhere/mamori.db",
            BOT_WEBHOOK_URL="http://bot.example.org:9000/telegram",
            BOT_WEBHOOK_SECRET="a-secret",
        ),
    )
    assert code == 1
    for line in (
        "fix  settings  BOT_WEBHOOK_URL is not https",
        "fix  settings  BOT_WEBHOOK_URL has port 9000",
        "look settings  BOT_OPERATOR is empty",
        "fix  webhook   Telegram sends its updates nowhere -> run `mamori telegram setup`",
        "fix  database  ",
        "fix  pack      ",
    ):
        assert line in said, said


@pytest.mark.usefixtures("without_pack")
async def test_a_webhook_that_is_not_wanted_and_a_token_that_telegram_does_not_know_are_named(
    telegram: LocalTelegram, examined: Examined
) -> None:
    await telegram.call("setWebhook", url="http://127.0.0.1:9/telegram", secret_token="a-secret")
    code, said = await examined(**well(telegram))
    assert code == 1
    assert "fix  webhook   updates go to a webhook at 127.0.0.1" in said
    code, said = await examined(**{**well(telegram), "BOT_TOKEN": "999999:another-token"})
    assert code == 1
    assert "fix  token     Telegram does not know this token" in said


@pytest.mark.usefixtures("without_pack")
async def test_no_way_to_telegram_is_named(examined: Examined) -> None:
    code, said = await examined(BOT_TOKEN=TOKEN, BOT_API_URL="http://127.0.0.1:9")
    assert code == 1
    assert "fix  token     the Bot API at http://127.0.0.1:9 cannot be reached" in said
    assert "look clock     could not be compared" in said


@pytest.mark.parametrize(
    ("seconds", "grade", "words"),
    [
        (0, Grade.OK, "agrees"),
        (-4, Grade.OK, "agrees"),
        (60, Grade.FIX, "60 s fast"),
        (-3600, Grade.FIX, "3600 s slow"),
    ],
)
def test_a_clock_that_nobody_sets_is_named(seconds: int, grade: Grade, words: str) -> None:
    finding = clock_finding(timedelta(seconds=seconds))
    assert finding.grade is grade
    assert words in finding.found
