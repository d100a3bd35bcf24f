"""`mamori run`: the bot on Telegram, by polling or by webhook."""

from __future__ import annotations

import argparse
import sys

import uvloop
from telegram.error import InvalidToken, TelegramError

from bot.commands.errors import UsageError
from bot.commands.parts import settings_of, start_logging
from bot.storage.model import StoreError
from bot.transport.polling import WebhookIsSetError


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
        raise UsageError(f"BOT_LISTEN: {settings.listen} cannot be used ({error.strerror or error})") from None
    return 0
