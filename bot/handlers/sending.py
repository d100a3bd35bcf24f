"""From a Reply to Telegram: send, edit in place, and never lose an emergency."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import lru_cache

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Message
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.charts.cache import ChartError
from bot.handlers.context import BotContext
from bot.handlers.file_ids import known_file_id, remember_file_id
from bot.replies.model import CAPTION_LIMIT, Button, Picture, Reply
from bot.replies.render import length
from bot.transport.pacing import REPLY, URGENT
from bot.transport.sending import answer_press, edit_text, send_text

logger = logging.getLogger(__name__)

EMERGENCY_ATTEMPTS = 4
"""How often an emergency reply is tried when nobody knows whether it arrived."""
_PAUSE = 0.5


@lru_cache(maxsize=512)
def keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """Return the rows as Telegram's inline keyboard, or None when there are none."""
    made = [
        [
            InlineKeyboardButton(
                button.label[:64], callback_data=button.data, url=button.url, switch_inline_query=button.share
            )
            for button in row
        ]
        for row in rows
        if row
    ]
    return InlineKeyboardMarkup(made) if made else None


async def send_reply(context: BotContext, reply: Reply, chat_id: int | None = None) -> int | None:
    """Send all parts of a reply, buttons under the last, and return the id of the message that carries them.

    An emergency reply whose fate is unknown is sent again. Raises TelegramError when Telegram refuses.
    """
    target = context.chat.id if chat_id is None else chat_id
    try:
        sent = await _send_parts(context, reply, target)
    except ChatMigrated as moved:
        # The group became a supergroup while we thought; it is told by a message of its own, which may come later.
        target = moved.new_chat_id
        sent = await _send_parts(context, reply, target)
    await _note_shown(context, reply, target)
    return sent


async def _note_shown(context: BotContext, reply: Reply, chat_id: int) -> None:
    """Remember which versions a subscribed chat saw. Nothing that breaks here may take an answer with it."""
    if not reply.shows:
        return
    try:
        language = (await context.profile()).language
        context.services.tally.add_shown(chat_id, reply.shows, context.pack, language)
    except Exception:
        logger.exception("shown-not-noted")


async def _send_parts(context: BotContext, reply: Reply, target: int) -> int | None:
    parts = reply.parts
    sent: int | None = None
    if reply.picture is not None and parts and length(parts[0]) <= CAPTION_LIMIT:
        buttons = reply.buttons if len(parts) == 1 else ()
        sent = await _send_picture(context, target, reply.picture, parts[0], buttons)
        if sent is not None:
            parts = parts[1:]
    lane = URGENT if reply.emergency else REPLY
    for number, part in enumerate(parts, start=1):
        markup = keyboard(reply.buttons) if number == len(parts) else None

        def send(text: str = part, markup: InlineKeyboardMarkup | None = markup) -> Awaitable[int]:
            return send_text(context.bot, target, text, markup, lane=lane)

        sent = await (_insist(send) if reply.emergency else send())
    return sent


async def _insist(send: Callable[[], Awaitable[int]]) -> int:
    """Try again while the fate is unknown or Telegram asks to wait: twice is better than never."""
    for attempt in range(1, EMERGENCY_ATTEMPTS + 1):
        try:
            return await send()
        except RetryAfter as error:
            wait = error.retry_after
            pause = wait if isinstance(wait, int | float) else wait.total_seconds()
        except BadRequest:
            raise
        except (TimedOut, NetworkError):
            pause = _PAUSE * attempt
        if attempt < EMERGENCY_ATTEMPTS:
            await asyncio.sleep(pause)
    return await send()


async def edit_reply(context: BotContext, reply: Reply) -> None:
    """Show a reply in place of the message whose button was pressed.

    Unchanged text is fine. A message that cannot be edited (too old, deleted, of another kind, in a group that moved)
    gets a new one.
    """
    query = context.query
    message = query.message
    simple = len(reply.parts) == 1 and isinstance(message, Message)
    try:
        if simple and reply.picture is None and isinstance(message, Message) and message.text is not None:
            await edit_text(context.bot, message.chat.id, message.message_id, reply.parts[0], keyboard(reply.buttons))
            await _note_shown(context, reply, context.chat.id)
            return
        if simple and reply.picture is not None and isinstance(message, Message) and message.photo:
            await _swap_picture(context, reply, reply.picture)
            await _note_shown(context, reply, context.chat.id)
            return
    except ChartError:
        logger.exception("chart-not-drawn", extra={"chart": reply.picture and reply.picture.chart})
        reply = replace(reply, picture=None)
    except (BadRequest, ChatMigrated) as error:
        if "not modified" in str(error):
            return
        logger.info("edit-refused", extra={"error": type(error).__name__})
    await send_reply(context, reply)


async def drop_row(context: BotContext, prefix: str) -> None:
    """Take the rows away whose buttons' data begin with `prefix`. A message that cannot be changed stays as it is."""
    message = context.query.message
    if not isinstance(message, Message) or message.reply_markup is None:
        return
    kept = [
        row
        for row in message.reply_markup.inline_keyboard
        if not any(str(button.callback_data).startswith(prefix) for button in row)
    ]
    try:
        await context.query.edit_message_reply_markup(InlineKeyboardMarkup(kept) if kept else None)
    except BadRequest as error:
        logger.info("edit-refused", extra={"error": type(error).__name__})


async def _swap_picture(context: BotContext, reply: Reply, picture: Picture) -> None:
    key, known = await _known_picture(context, picture)
    media = InputMediaPhoto(
        known or await context.services.charts.png(context.pack, picture.chart, picture.language),
        caption=reply.parts[0],
    )
    result = await context.query.edit_message_media(media, reply_markup=keyboard(reply.buttons))
    if known is None and isinstance(result, Message):
        await _remember_picture(context, key, result)


async def _send_picture(
    context: BotContext, chat_id: int, picture: Picture, caption: str, buttons: tuple[tuple[Button, ...], ...]
) -> int | None:
    """Send a chart by `file_id` or as an upload; None when it could not be drawn, so that the text is sent alone."""
    key, known = await _known_picture(context, picture)
    if known is not None:
        try:
            message = await context.bot.send_photo(chat_id, known, caption=caption, reply_markup=keyboard(buttons))
        except BadRequest as error:
            logger.info("picture-id-refused", extra={"error": type(error).__name__})
        else:
            return message.message_id
    try:
        png = await context.services.charts.png(context.pack, picture.chart, picture.language)
    except Exception:  # the same numbers stand in the text, which must not be lost with the picture
        logger.exception("chart-not-drawn", extra={"chart": picture.chart})
        return None
    message = await context.bot.send_photo(chat_id, png, caption=caption, reply_markup=keyboard(buttons))
    await _remember_picture(context, key, message)
    return message.message_id


async def _known_picture(context: BotContext, picture: Picture) -> tuple[str, str | None]:
    key = picture_key(context, picture)
    return key, await known_file_id(context, key)


def picture_key(context: BotContext, picture: Picture) -> str:
    """Return the name under which the store remembers the file of a chart."""
    return f"{picture.chart}/{picture.language}/{context.pack.version}"


async def _remember_picture(context: BotContext, key: str, message: Message) -> None:
    if message.photo:
        await remember_file_id(context, key, message.photo[-1].file_id)


async def answer_query(context: BotContext, text: str | None = None) -> None:
    """Stop the button's spinner, maybe with a short note. A query that is too old is not an error."""
    try:
        await answer_press(context.bot, context.query.id, text)
    except TelegramError as error:
        logger.debug("query-not-answered", extra={"error": type(error).__name__})
