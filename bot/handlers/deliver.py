"""Sends a daily tip to a chat: the dispatcher's hands at Telegram."""

from __future__ import annotations

from telegram.ext import ExtBot

from bot.handlers.sending import keyboard
from bot.handlers.services import Services
from bot.replies.tips import tip_reply
from bot.transport.pacing import BROADCAST
from bot.transport.sending import send_text
from content.profile import Profile


class TipSender:
    """Renders a tip for its reader and sends it in the lane of broadcasts, so that no reply waits behind it."""

    def __init__(self, bot: ExtBot[str], services: Services) -> None:
        self._bot = bot
        self._services = services

    async def send_tip(self, chat_id: int, tip_id: str, profile: Profile) -> int:
        """Send the tip and return the message's id. Raises TelegramError."""
        reply = tip_reply(self._services.pack, tip_id, profile, daily=True)
        return await send_text(self._bot, chat_id, reply.parts[0], keyboard(reply.buttons), lane=BROADCAST)
