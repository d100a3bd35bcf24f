"""What is noted of every message of a private chat, before anything else happens with it: its id, for `/hide`."""

from __future__ import annotations

from bot.handlers.context import BotContext


async def note_message(context: BotContext) -> None:
    """Note the id of what a person sent. The bot's own messages are noted where they leave, see `transport.noting`."""
    message = context.message
    if message is not None:
        context.services.tally.add_message(message.chat.id, message.message_id)
