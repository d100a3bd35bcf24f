from __future__ import annotations

import ast
import io
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, Update
from telegram.error import InvalidToken
from telegram.ext import Application

from bot.commands.parts import start_logging
from bot.logs import REDACTED, setup_logging
from bot.settings import load_settings
from tests.obliging import Obliging

ROOT = Path(__file__).parent.parent
TOKEN = "123456789:AAF-very_secret_token_of_the_bot"


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.mark.parametrize("style", ["text", "json"])
def test_the_token_never_reaches_the_log(stream: io.StringIO, style: str) -> None:
    setup_logging("DEBUG", style, [TOKEN], stream)
    logger = logging.getLogger("anything.at.all")
    logger.info("calling https://api.example.org/bot%s/getMe", TOKEN)
    logger.info("with extra", extra={"url": f"/bot{TOKEN}/getMe"})
    logger.warning("a bot: %r", Bot(TOKEN))
    logging.getLogger("telegram.Bot").debug("Set Bot API URL: https://x/bot%s", TOKEN)
    logging.getLogger("telegram.ext.Application").error("%s", TOKEN)
    try:
        raise InvalidToken(f"The token `{TOKEN}` was rejected")
    except InvalidToken:
        logger.exception("failed")
    logger.info("the key alone: %s, quoted: %s", TOKEN.partition(":")[2], TOKEN.replace(":", "%3A"))
    assert REDACTED in stream.getvalue()
    assert TOKEN.partition(":")[2] not in stream.getvalue()


@pytest.mark.parametrize("name", ["telegram.ext.Application", "telegram.ext.ExtBot", "telegram", "httpx", "aiosqlite"])
def test_libraries_that_print_updates_are_silent_at_every_level(stream: io.StringIO, name: str) -> None:
    setup_logging("DEBUG", "text", [TOKEN], stream)
    update = Update.de_json({"update_id": 1, "message": {"message_id": 1, "date": 0, "text": "my secret worry",
                                                        "chat": {"id": 5, "type": "private"}}}, None)  # fmt: skip
    logging.getLogger(name).debug("Processing update %s", update)
    logging.getLogger(name).info("Processing update %s", update)
    assert "my secret worry" not in stream.getvalue()


def test_json_lines_hold_one_event_with_its_fields(stream: io.StringIO) -> None:
    setup_logging("INFO", "json", [], stream)
    logging.getLogger("bot.test").info("tip-sent", extra={"outcome": "sent", "number": 3})
    line = json.loads(stream.getvalue())
    assert (line["event"], line["outcome"], line["number"], line["level"]) == ("tip-sent", "sent", 3, "info")


def test_every_line_that_our_own_code_writes_is_an_event_name() -> None:
    """Names can be searched and counted; what differs from time to time stands in the fields."""
    calls = {"debug", "info", "warning", "error", "exception"}
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "content").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id in {"logger", "_log"}):
                continue
            name = node.args[1 if node.func.attr == "log" else 0]
            assert node.func.attr in {*calls, "log"}
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            text = name.value if isinstance(name, ast.Constant) else "".join(
                str(part.value) if isinstance(part, ast.Constant) else "x" for part in getattr(name, "values", [])
            )  # fmt: skip
            assert re.fullmatch(r"[a-z]+(-[a-z]+)*", str(text)), f"{where}: {text!r} is no name of an event"
            assert len(node.args) == (2 if node.func.attr == "log" else 1), f"{where}: values belong into `extra`"


@pytest.mark.parametrize("style", ["text", "json"])
def test_what_a_library_says_has_an_event_name_too(stream: io.StringIO, style: str) -> None:
    setup_logging("INFO", style, [], stream)
    logging.getLogger("uvicorn.error").warning("Shutting down in %s s", 5)
    logging.getLogger("alembic.runtime.migration").info("Context impl SQLiteImpl.")
    (line,) = stream.getvalue().splitlines()
    if style == "json":
        written = json.loads(line)
        assert (written["event"], written["said"]) == ("library-says", "Shutting down in 5 s")
    else:
        assert line.endswith("warning uvicorn.error library-says said=Shutting down in 5 s")


SECRETS = ("the-webhook-secret-42", "s3cret-of-the-database", "s3cret-of-the-proxy")


@pytest.mark.parametrize("style", ["text", "json"])
async def test_whatever_a_library_prints_holds_no_secret(
    stream: io.StringIO, style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    settings = load_settings(
        token=TOKEN, webhook_secret=SECRETS[0], webhook_url="https://bot.example.org/telegram", log_level="DEBUG",
        log_format=style, database_url=f"postgresql://mamori:{SECRETS[1]}@db.example.org/mamori",
        proxy=f"http://school:{SECRETS[2]}@proxy.example.org:3128",
    )  # fmt: skip
    start_logging(settings, stream=stream)
    application = Application.builder().token(TOKEN).request(Refusing()).get_updates_request(Refusing()).build()
    logger = logging.getLogger("bot.test")
    logger.error("%r %r %r", application, application.bot, settings)
    logger.error("an address", extra={"url": settings.database_url, "headers": {"X-Secret": SECRETS[0]}})
    logger.error("a password alone: %s, %s", SECRETS[1], SECRETS[2])
    logger.error("a proxy: %s", settings.proxy_address)
    try:
        await application.initialize()
    except InvalidToken:
        logger.exception("refused")
    for name in (
        "telegram.Bot",
        "telegram.ext.ExtBot",
        "uvicorn.error",
        "alembic.runtime",
        "asyncpg",
        "aiohttp.client",
    ):
        logging.getLogger(name).error("at %s with %s", application.bot.base_url, SECRETS)
    written = stream.getvalue()
    assert "refused" in written
    for secret in (TOKEN, TOKEN.partition(":")[2], *SECRETS):
        assert secret not in written


class Refusing(Obliging):
    """A Telegram that does not know the token."""

    async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        return 401, b'{"ok": false, "error_code": 401, "description": "Unauthorized"}'
