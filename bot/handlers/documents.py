"""A paper sent as a file: printed once for each version of the pack, then known to Telegram by its id."""

from __future__ import annotations

import hashlib
import logging

from telegram import InputFile, Message
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

from bot.handlers.context import BotContext
from bot.handlers.file_ids import known_file_id, remember_file_id
from bot.prints.model import Paper
from bot.prints.press import PrintError, encode_paper, print_paper

logger = logging.getLogger(__name__)


async def send_paper(context: BotContext, paper: Paper, *, name: str, caption: str) -> Message:
    """Send the paper as `name`.pdf, by its `file_id` where Telegram has it already.

    Raises PrintError when it cannot be printed, TelegramError when Telegram refuses.
    """
    key = f"paper/{name}/{hashlib.sha256(encode_paper(paper)).hexdigest()[:16]}"
    chat = context.chat.id
    known = await known_file_id(context, key)
    if known is not None:
        try:
            return await context.bot.send_document(chat, known, caption=caption)
        except BadRequest as error:
            logger.info("document-id-refused", extra={"error": type(error).__name__})
    await _show_upload(context)
    try:
        printed = await print_paper(paper)
    except PrintError:
        logger.exception("paper-not-printed", extra={"paper": name})
        raise
    file = InputFile(printed, filename=f"{name}.pdf")
    message = await context.bot.send_document(chat, file, caption=caption)
    if message.document is not None:
        await remember_file_id(context, key, message.document.file_id)
    return message


async def _show_upload(context: BotContext) -> None:
    try:
        await context.bot.send_chat_action(context.chat.id, ChatAction.UPLOAD_DOCUMENT)
    except TelegramError as error:
        logger.debug("action-not-shown", extra={"error": type(error).__name__})
