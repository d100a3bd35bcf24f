"""`mamori telegram setup`: commands, descriptions and the webhook, changing only what differs."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from telegram.error import InvalidToken, TelegramError

from bot.commands.errors import UsageError
from bot.commands.parts import bot_of, pack_of, settings_of, start_logging
from bot.handlers.menu import set_up_menu
from bot.settings import Settings
from bot.transport.polling import ALLOWED_UPDATES
from content.model import Pack

_PAUSE = 1.5
"""Seconds between changes, so that Telegram does not refuse them for flooding."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori telegram`."""
    parser.add_argument(
        "what", metavar="setup", choices=["setup"], help="set up the bot at Telegram as the settings say"
    )


def run(arguments: argparse.Namespace) -> int:
    """Set up and print what was changed as soon as it is: the webhook at once, the menu after a while."""
    del arguments
    settings = settings_of()
    if settings.token is None:
        raise UsageError("BOT_TOKEN is not set: ask @BotFather for a token")
    start_logging(settings)
    try:
        changed = asyncio.run(_set_up(settings, pack_of(settings)))
    except InvalidToken:
        raise UsageError("BOT_TOKEN: Telegram does not know this token") from None
    except TelegramError as error:
        sys.stderr.write(f"The Bot API at {settings.api_url} refused or cannot be reached ({type(error).__name__})\n")
        return 1
    if not changed:
        sys.stdout.write("Everything stands as it should.\n")
    return 0


def _tell(changes: Sequence[str]) -> None:
    sys.stdout.write("".join(f"changed: {line}\n" for line in changes))
    sys.stdout.flush()


async def _set_up(settings: Settings, pack: Pack) -> bool:
    """Return whether anything was changed."""
    changed: list[str] = []
    async with bot_of(settings) as bot:
        webhook = await bot.get_webhook_info()
        if settings.webhook_url and settings.webhook_secret:
            # Telegram never tells the secret it holds, so it is set again every time.
            await bot.set_webhook(
                settings.webhook_url,
                allowed_updates=ALLOWED_UPDATES,
                secret_token=settings.webhook_secret.get_secret_value(),
            )
            changed.append("webhook")
        elif webhook.url:
            await bot.delete_webhook()
            changed.append("webhook removed")
        _tell(changed)
        made = (await set_up_menu(bot, pack, settings.admins, pause=_PAUSE)).made
        _tell(made)
    return bool(changed or made)
