"""/hide: delete what both sides wrote in this chat, as far as Telegram allows. At once: who needs it has no time."""

from __future__ import annotations

import logging
from datetime import timedelta

from telegram.error import BadRequest

from bot.handlers.context import BotContext
from bot.handlers.feature import Feature
from bot.handlers.sending import send_reply
from bot.replies.hide import hidden_reply, only_private_reply
from bot.storage.model import StoreError
from bot.storage.protocol import MESSAGE_KEPT

logger = logging.getLogger(__name__)

_AT_ONCE = 100
"""Messages that Telegram deletes in one call."""
_MARGIN = timedelta(minutes=1)
"""Messages this near to Telegram's limit are tried too; those that it refuses are told."""


async def hide(context: BotContext, _: str) -> None:
    """Delete, then say a bland line. Nothing that was written stays in the memory of the program either."""
    pack, profile = context.pack, await context.profile()
    if not context.is_private:
        await send_reply(context, only_private_reply(pack, profile))
        return
    context.services.pieces.forget(context.chat.id)
    known, complete = await _known(context)
    deleted = await _delete(context, known)
    await _drop(context, deleted)
    await send_reply(context, hidden_reply(pack, profile, remains=not complete or len(deleted) < len(known)))


async def _known(context: BotContext) -> tuple[list[int], bool]:
    """Return the ids of the chat's messages, and whether these are all: the store may fail, or the chat be older."""
    services, chat = context.services, context.chat.id
    found = set(services.tally.messages_of(chat))
    since = services.clock() - MESSAGE_KEPT - _MARGIN
    try:
        found.update(await services.store.messages_of(chat, since))
        known = await services.store.chat_of(chat)
    except StoreError:
        logger.warning("messages-not-read")
        return sorted(found), False
    return sorted(found), known is None or known.created_at >= since


async def _delete(context: BotContext, message_ids: list[int]) -> list[int]:
    """Delete in batches, newest first; a batch that Telegram refuses is tried one by one. Return what is gone."""
    gone: list[int] = []
    newest_first = message_ids[::-1]
    for start in range(0, len(newest_first), _AT_ONCE):
        batch = newest_first[start : start + _AT_ONCE]
        try:
            await context.bot.delete_messages(context.chat.id, batch)
            gone += batch
        except BadRequest:
            for message_id in batch:
                try:
                    await context.bot.delete_message(context.chat.id, message_id)
                    gone.append(message_id)
                except BadRequest as error:
                    if "not found" in str(error):
                        gone.append(message_id)
    return gone


async def _drop(context: BotContext, message_ids: list[int]) -> None:
    context.services.tally.drop_messages(context.chat.id, message_ids)
    try:
        await context.services.store.forget_messages(context.chat.id, message_ids)
    except StoreError:
        logger.warning("messages-not-forgotten")  # they leave with their 48 hours


FEATURE = Feature("hide", {"hide": "command.hide"}, {"hide": hide})
