"""`mamori run`: the bot on Telegram, by polling or by webhook."""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import socket
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import uvloop
from starlette.applications import Starlette
from telegram.error import InvalidToken, TelegramError

from bot.app import Running, Wiring, build_services, load_understander, process, run_bot
from bot.commands.errors import UsageError
from bot.commands.parts import pack_of, settings_of, start_logging
from bot.commands.signals import stop_on_signals
from bot.handlers.services import Services
from bot.settings import Settings
from bot.storage.model import StoreError
from bot.storage.sql import open_store
from bot.transport.pacing import Pacer
from bot.transport.polling import WebhookIsSetError
from bot.web.app import build_web
from bot.web.server import serve
from bot.web.webhook import Webhook

logger = logging.getLogger(__name__)

_SHARED_PROFILES = timedelta(seconds=5)
"""How long a replica believes a profile that another one may have changed."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori run`: none, everything is a setting."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Run until a signal asks to stop. Returns 2 with a sentence when a setting is missing or wrong."""
    del arguments
    settings = settings_of()
    if settings.token is None:
        raise UsageError("BOT_TOKEN is not set: ask @BotFather for a token, or try `mamori sandbox`, which needs none")
    start_logging(settings)
    try:
        uvloop.run(_run(settings, settings.token.get_secret_value()))
    except InvalidToken:
        raise UsageError("BOT_TOKEN: Telegram does not know this token") from None
    except WebhookIsSetError as error:
        raise UsageError(str(error)) from None
    except StoreError as error:
        raise UsageError(f"BOT_DATABASE_URL: {error}") from None
    except TelegramError as error:
        sys.stderr.write(f"The Bot API at {settings.api_url} cannot be reached ({type(error).__name__})\n")
        return 1
    except OSError as error:
        raise UsageError(f"BOT_LISTEN: {error}") from None
    return 0


async def _run(settings: Settings, token: str) -> None:
    pack = pack_of(settings)
    store = await open_store(settings.database_url)
    try:
        services = build_services(
            pack=pack,
            understander=load_understander(pack),
            store=store,
            clock=lambda: datetime.now(UTC),
            seed=secrets.randbits(32),
            operator=settings.operator,
            default_country=settings.default_country,
            administrators=settings.admins,
            # Behind a webhook several replicas may write the same profiles; polling is one process by nature.
            profiles_lasting=_SHARED_PROFILES if settings.webhook_url else None,
        )
        wiring = Wiring(
            token,
            settings.api_url,
            pacer=Pacer(rate=settings.broadcast_rate),
            pending_per_chat=settings.pending_per_chat,
        )
        worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        with stop_on_signals() as stop:
            async with run_bot(wiring, services, poll=settings.webhook_url is None, worker=worker) as running:
                web = _web(settings, services, running)
                async with serve(web, settings.listen_host, settings.listen_port):
                    logger.info("bot-started", extra={"pack": pack.version, "polling": running.poller is not None})
                    await running.wait(stop)
                    logger.info("bot-stopping")
    finally:
        await store.close()


def _web(settings: Settings, services: Services, running: Running) -> Starlette:
    """Return the web part: health for whoever watches the process, and the webhook when one is set."""

    async def store_answers() -> str | None:
        await services.store.ping()
        return None

    async def parts_run() -> str | None:
        ended = [name for name, task in running.tasks.items() if task.done()]
        return f"stopped: {', '.join(ended)}" if ended else None

    webhook: Webhook | None = None
    if settings.webhook_url is not None and settings.webhook_secret is not None:
        webhook = Webhook(
            path=urlsplit(settings.webhook_url).path or "/",
            secret=settings.webhook_secret.get_secret_value(),
            bot=running.application.bot,
            process=lambda update: process(running.application, update),
            seen=services.store.seen_update,
            record=lambda update_id: services.store.record_update(update_id, services.clock()),
        )
    return build_web(
        alive={"parts": parts_run},
        ready={"parts": parts_run, "database": store_answers},
        silent_for=running.poller.silent_for if running.poller else None,
        webhook=webhook,
    )
