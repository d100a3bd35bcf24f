"""Settings and packs as commands need them: loaded once, faults said in one sentence."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import unquote, urlsplit

from telegram import Bot

from bot.commands.errors import UsageError
from bot.logs import setup_logging
from bot.settings import Settings, SettingsError, load_settings, unknown_names
from bot.transport.request import AiohttpRequest
from content.dialling import is_region
from content.load import load_pack
from content.model import Pack


def settings_of(**overrides: Any) -> Settings:  # noqa: ANN401  # values of any setting, typed by the model
    """Return the settings. Raises UsageError with the sentence of the first wrong one.

    A name with the prefix that is no setting is said on standard error, with the setting that it may stand for.
    """
    for name, nearest in unknown_names().items():
        meant = f"; did you mean {nearest}?" if nearest else ""
        sys.stderr.write(f"{name} is no setting{meant}\n")
    try:
        settings = load_settings(**overrides)
    except SettingsError as error:
        raise UsageError(str(error)) from None
    if settings.default_country and not is_region(settings.default_country):
        raise UsageError(f"BOT_DEFAULT_COUNTRY: '{settings.default_country}' is no country; write a code such as JP")
    return settings


def pack_of(settings: Settings) -> Pack:
    """Return the base pack with the operator's overlays. Raises PackError, or UsageError for a missing folder."""
    for folder in settings.packs:
        if not folder.is_dir():
            raise UsageError(f"BOT_PACKS: the folder {folder} does not exist")
    return load_pack([Path(folder) for folder in settings.packs])


def bot_of(settings: Settings) -> Bot:
    """Return the bot of the settings, to ask Telegram something once. Raises UsageError without a token."""
    if settings.token is None:
        raise UsageError("BOT_TOKEN is not set: ask @BotFather for a token")
    request = AiohttpRequest(proxy=settings.proxy_address)
    token = settings.token.get_secret_value()
    return Bot(token, base_url=f"{settings.api_url}/bot", request=request, get_updates_request=request)


def start_logging(settings: Settings, *more_secrets: str, stream: TextIO | None = None) -> None:
    """Begin to log as the settings say, with all secrets replaced."""
    secrets = [secret.get_secret_value() for secret in (settings.token, settings.webhook_secret) if secret]
    for address in (settings.database_url, settings.proxy_address or ""):
        secrets += [address, _password(address)]
    secrets += more_secrets
    setup_logging(settings.log_level, settings.log_format, secrets, stream)
    logging.captureWarnings(capture=True)


def _password(address: str) -> str:
    """Return the password in an address, as it is written there; empty when there is none."""
    try:
        return unquote(urlsplit(address).password or "")
    except ValueError:
        return ""
