"""The emergency path: first of all, and with the helplines whatever else breaks."""

from __future__ import annotations

import logging
from dataclasses import replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.helplines import keep_country
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.emergency import audience_of_answer, emergency_reply, not_this_reply
from bot.replies.model import Reply
from bot.replies.voices import carry_voice, read_voice
from bot.replies.wording import Words

logger = logging.getLogger(__name__)


async def send_fallback(context: BotContext) -> None:
    """Send the card that was rendered at start: it needs no store, no encoder and no pack."""
    context.services.metrics.answered("fallback")
    language = country = None
    try:
        profile = await context.profile()
        language, country = profile.language, profile.country
    except Exception:  # noqa: BLE001  # the card is sent without knowing the reader
        logger.warning("fallback-without-profile")
    card = context.services.fallback.card(language, country)
    await send_reply(context, Reply((card,), emergency=True))


async def send_privately(context: BotContext) -> None:
    """In a group: show one neutral button to a private chat; nothing in the open tells what was understood."""
    words = Words(context.pack, (await context.profile()).language)
    markup = InlineKeyboardMarkup([[InlineKeyboardButton(words("group.private"), url=private_link(context))]])
    await context.bot.send_message(context.chat.id, words("group.pointer"), reply_markup=markup)


def private_link(context: BotContext) -> str:
    """Return the deep link into a private chat with the bot."""
    return f"https://t.me/{context.bot.username}?start=hello"


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Say it again for the person it happens to, for the country, or let them say that it is something else."""
    pack, now = context.pack, context.services.clock()
    argument, voice = read_voice(press.argument)
    if press.feature == "emergency":
        voice = audience_of_answer(press.verb) or voice
    profile = await context.profile()
    profile = replace(profile, audience=voice or profile.audience)

    async def show(reply: Reply) -> None:
        await edit_reply(context, carry_voice(reply, voice))

    if press.feature == "emergency-country":
        topic = press.verb if press.verb in pack.topics else None
        if argument == "all":
            await show(emergency_reply(pack, topic, profile, now, all_countries=True))
            return
        if argument not in pack.countries:
            raise KeyError(argument)
        await show(emergency_reply(pack, topic, replace(profile, country=argument), now))
        await keep_country(context, argument)
        return
    topic = argument if argument in pack.topics else None
    match press.verb:
        case "me" | "child" | "topic":
            await show(emergency_reply(pack, topic, profile, now))
        case "unsure":
            await show(emergency_reply(pack, None, profile, now))
        case "not":
            await show(not_this_reply(pack, profile))
        case _:
            raise KeyError(press.verb)


async def answer_emergency(context: BotContext, reply: Reply) -> None:
    """Send an emergency reply; what Telegram refuses is said again in the simplest form."""
    try:
        await send_reply(context, reply)
    except TelegramError as error:
        logger.error("emergency-reply-refused", extra={"error": type(error).__name__})  # noqa: TRY400  # no words
        await send_fallback(context)


FEATURE = Feature("emergency", prefixes=("emergency", "emergency-country"), on_button=on_button)
