"""What Telegram itself shows of the bot: the menu of commands and the descriptions, by language."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest

from bot.handlers import commands
from bot.replies.wording import FALLBACK_LANGUAGE, Words
from content.model import Pack

logger = logging.getLogger(__name__)

GROUP_COMMANDS = ("helplines", "topics", "tips", "stats", "help")
"""What a group's menu offers; the rest is for a private chat."""


@dataclass(slots=True)
class MenuChanges:
    """What was changed at Telegram, in words; empty when everything stood as it should."""

    made: list[str] = field(default_factory=list)


async def set_up_menu(
    bot: Bot,
    pack: Pack,
    administrators: Iterable[int] = (),
    *,
    pause: float = 0.0,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> MenuChanges:
    """Set commands and descriptions in every language, and change only what differs.

    Telegram picks the most specific scope first and then the language inside it, so each scope gets a list without
    language (the fall-back) and one per language. Each of the `administrators` gets a menu with their own commands
    too, once they have written to the bot. `pause` seconds lie between changes. Raises TelegramError.
    """
    changes = MenuChanges()
    for code in ("", *sorted(pack.languages)):
        words = Words(pack, code or FALLBACK_LANGUAGE)
        asked = code or None
        wanted = [BotCommand(name, words(key)) for name, key in commands().items()]
        short = [command for command in wanted if command.command in GROUP_COMMANDS]
        for scope, listed in ((BotCommandScopeAllPrivateChats(), wanted), (BotCommandScopeDefault(), short)):
            if await _set_commands(bot, listed, scope, asked):
                changes.made.append(f"commands {scope.type} {code}".strip())
                await sleep(pause)
        own = [*wanted, *(BotCommand(name, words(key)) for name, key in commands(for_administrators=True).items())]
        for administrator in administrators:
            try:
                changed = await _set_commands(bot, own, BotCommandScopeChat(administrator), asked)
            except BadRequest:  # Telegram knows no chat with somebody who never wrote to the bot
                logger.warning("administrator-not-met", extra={"administrator": administrator})
                continue
            if changed:
                changes.made.append(f"commands administrator {administrator} {code}".strip())
                await sleep(pause)
        if (await bot.get_my_description(asked)).description != words("bot.description"):
            await bot.set_my_description(words("bot.description"), language_code=asked)
            changes.made.append(f"description {code}".strip())
            await sleep(pause)
        if (await bot.get_my_short_description(asked)).short_description != words("bot.short-description"):
            await bot.set_my_short_description(words("bot.short-description"), language_code=asked)
            changes.made.append(f"short description {code}".strip())
            await sleep(pause)
    return changes


async def _set_commands(bot: Bot, wanted: Sequence[BotCommand], scope: BotCommandScope, language: str | None) -> bool:
    if list(await bot.get_my_commands(scope=scope, language_code=language)) == list(wanted):
        return False
    await bot.set_my_commands(wanted, scope=scope, language_code=language)
    return True
