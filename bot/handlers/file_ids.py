"""What Telegram calls the files that were sent before. The store remembers; nothing breaks when it does not."""

from __future__ import annotations

import logging

from bot.handlers.context import BotContext

logger = logging.getLogger(__name__)


async def known_file_id(context: BotContext, key: str) -> str | None:
    """Return the `file_id` of the file with this key, None when it has to be uploaded."""
    try:
        return await context.services.store.picture_file_id(context.bot.id, key)
    except Exception:  # noqa: BLE001  # without the store the file is uploaded again, nothing else changes
        return None


async def remember_file_id(context: BotContext, key: str, file_id: str) -> None:
    """Keep a `file_id` for the next time."""
    try:
        await context.services.store.save_picture_file_id(context.bot.id, key, file_id)
    except Exception as error:  # noqa: BLE001  # only the next upload is not saved
        logger.warning("file-id-not-kept", extra={"error": type(error).__name__})
