"""What happens when a handler fails: one line in the log without words of people, one kind message with help."""

from __future__ import annotations

import logging
import secrets

from telegram import Update
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.handlers.context import BotContext
from bot.handlers.emergency import send_fallback

logger = logging.getLogger(__name__)


async def on_error(update: object, context: BotContext) -> None:
    """Log update id, kind of error and a reference; send the fall-back card to the person.

    Telegram's refusals (blocked, message too old) need no message: nobody would read it.
    """
    error = context.error
    context.services.metrics.failed()
    reference = secrets.token_hex(4)
    known = update.update_id if isinstance(update, Update) else None
    kind = type(error).__name__
    if isinstance(error, Forbidden | BadRequest):
        logger.warning("telegram-refused", extra={"update": known, "error": kind, "reference": reference})
        return
    # The traceback of our own code holds no words of people: locals are not printed. Telegram's errors need none.
    trace = None if isinstance(error, TelegramError) else error
    logger.error("handler-failed", extra={"update": known, "error": kind, "reference": reference}, exc_info=trace)
    if isinstance(update, Update) and update.effective_chat is not None and update.my_chat_member is None:
        context.incoming = update
        if context.is_private:
            try:
                await send_fallback(context)
            except TelegramError as second:
                logger.warning("fallback-refused", extra={"error": type(second).__name__, "reference": reference})
