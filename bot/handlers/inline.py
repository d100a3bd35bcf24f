"""Inline mode: `@bot ...` in any chat shows cards to send there, each in the language of who types."""

from __future__ import annotations

import logging

from telegram import (
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    InputTextMessageContent,
)
from telegram.error import TelegramError

from bot.handlers.context import BotContext
from bot.handlers.file_ids import known_file_id
from bot.handlers.sending import keyboard, picture_key
from bot.replies.inline import Card, inline_cards
from bot.replies.wording import Words

logger = logging.getLogger(__name__)

_KEPT = 60
"""Seconds that Telegram may show the same cards to the same person: whether a line is open changes."""


async def inline(context: BotContext) -> None:
    """Answer what was typed so far. The words are judged, never counted: they are half a question most of the time."""
    query = context.incoming.inline_query
    if query is None:
        return
    profile = await context.profile()
    typed = query.query.strip()
    meaning = await context.services.understand(typed, ()) if typed else None
    cards = inline_cards(context.pack, typed, meaning, profile, context.services.clock(), username=context.bot.username)
    results = [await _result(context, card) for card in cards]
    aside = InlineQueryResultsButton(Words(context.pack, profile.language)("inline.private"), start_parameter="h")
    try:
        await query.answer(results, cache_time=_KEPT, is_personal=True, button=aside)
    except TelegramError as error:
        logger.debug("inline-not-answered", extra={"error": type(error).__name__})  # the person has typed on


async def _result(context: BotContext, card: Card) -> InlineQueryResult:
    markup = keyboard(((card.button,),))
    known = await known_file_id(context, picture_key(context, card.picture)) if card.picture else None
    if known is not None:
        return InlineQueryResultCachedPhoto(
            card.key, known, title=card.title, description=card.description, caption=card.html, reply_markup=markup
        )
    content = InputTextMessageContent(card.html)
    return InlineQueryResultArticle(card.key, card.title, content, description=card.description, reply_markup=markup)
