"""`mamori run`: the bot on Telegram, by polling or by webhook."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import socket
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial

import uvloop
from telegram.error import InvalidToken, TelegramError

from bot.app import Wiring, build_services, run_bot, settle_memory
from bot.commands.errors import UsageError
from bot.commands.parts import settings_of, start_logging
from bot.commands.reload import fit_beside, keep_reloading
from bot.commands.serving import build_serving
from bot.commands.signals import reload_on_hangup, stop_on_signals
from bot.commands.understanding import pack_and_understander_of
from bot.settings import Settings
from bot.storage.handled import HandledUpdates
from bot.storage.model import StoreError
from bot.storage.sql import open_store
from bot.transport.pacing import Pacer
from bot.transport.polling import WebhookIsSetError
from bot.transport.request import AiohttpRequest
from bot.web.server import serve

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
    pack, understander = pack_and_understander_of(settings)
    async with AsyncExitStack() as ending:
        store = await open_store(settings.database_url)
        ending.push_async_callback(store.close)
        above = None if store.shared else await store.newest_update() or 0
        handled = HandledUpdates(store, lambda: datetime.now(UTC), above=above)
        ending.push_async_callback(handled.settle)
        services = build_services(
            pack=pack,
            understander=understander,
            store=store,
            clock=lambda: datetime.now(UTC),
            seed=secrets.randbits(32),
            operator=settings.operator,
            default_country=settings.default_country,
            administrators=settings.admins,
            broadcast_rate=settings.broadcast_rate,
            questions_per_minute=settings.questions_per_minute,
            # Behind a webhook several replicas may write the same profiles; polling is one process by nature.
            profiles_lasting=_SHARED_PROFILES if settings.webhook_url and store.shared else None,
        )
        wiring = Wiring(
            token,
            settings.api_url,
            AiohttpRequest(proxy=settings.proxy_address),
            AiohttpRequest(proxy=settings.proxy_address, pool_size=4),
            pacer=Pacer(rate=settings.broadcast_rate),
            pending_per_chat=settings.pending_per_chat,
        )
        settle_memory()
        worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        read = partial(pack_and_understander_of, settings)
        fit = partial(fit_beside, settings.packs, settings.cache_dir, settings.encoder)
        with stop_on_signals() as stop, reload_on_hangup() as asked:
            async with run_bot(wiring, services, poll=settings.webhook_url is None, worker=worker) as running:
                web = build_serving(settings, services, running, handled)
                reloading = asyncio.create_task(keep_reloading(services, read, asked, fit))
                async with serve(web, settings.listen_host, settings.listen_port):
                    logger.info("bot-started", extra={"pack": pack.version, "polling": running.poller is not None})
                    await running.wait(stop)
                    logger.info("bot-stopping")
                    reloading.cancel()
                    await asyncio.gather(reloading, return_exceptions=True)
