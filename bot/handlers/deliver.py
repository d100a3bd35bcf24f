"""Sends a daily tip to a chat: the dispatcher's hands at Telegram."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict

from telegram import Message
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.charts.cache import ChartError
from bot.charts.wire import Card
from bot.handlers.sending import keyboard
from bot.handlers.services import Services
from bot.replies.model import Reply
from bot.replies.tips import tip_source, tip_text
from bot.storage.model import StoreError
from bot.transport.pacing import BROADCAST
from bot.transport.sending import send_text
from content.profile import Profile

logger = logging.getLogger(__name__)


class TipSender:
    """Renders a tip for its reader and sends it in the lane of broadcasts, so that no reply waits behind it.

    A card is drawn and uploaded once for a language and a version of the pack; then Telegram's own copy is sent.
    """

    def __init__(self, bot: ExtBot[str], services: Services) -> None:
        self._bot = bot
        self._services = services
        self._drawing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def send_tip(self, chat_id: int, tip_id: str, profile: Profile, *, picture: bool = False) -> int:
        """Send the tip, maybe under a picture of it, and return the message's id. Raises TelegramError."""
        link = f"https://t.me/{self._bot.username}?start=" if chat_id < 0 else None
        reply = self._services.tip_replies.of(self._services.pack, tip_id, profile, daily=True, link=link)
        message = await self._send_card(chat_id, tip_id, profile.language, reply) if picture else None
        if message is not None:
            return message.message_id
        buttons, paid = keyboard(reply.buttons), self._services.pays
        return await send_text(self._bot, chat_id, reply.parts[0], buttons, lane=BROADCAST, paid=paid)

    async def _send_card(self, chat_id: int, tip_id: str, language: str, reply: Reply) -> Message | None:
        """Send the tip with its card; None when the card could not be drawn, so that the words are sent alone."""
        pack = self._services.pack
        key = f"tip/{tip_id}/{language}/{pack.version}"
        known = await self._known(key)
        if known is not None:
            try:
                return await self._send_photo(chat_id, known, reply)
            except BadRequest as error:  # refused, so certainly not sent: perhaps Telegram lost its copy
                logger.info("picture-id-refused", extra={"error": type(error).__name__})
        async with self._drawing[key]:
            fresh = await self._known(key)
            if fresh is not None and fresh != known:
                return await self._send_photo(chat_id, fresh, reply)
            card = Card(tip_text(pack, tip_id, language), tip_source(pack, tip_id, language))
            try:
                png = await self._services.charts.draw(card, language)
            except ChartError:
                logger.warning("card-not-drawn", extra={"tip": tip_id})
                return None
            message = await self._send_photo(chat_id, png, reply)
            if message.photo:
                await self._remember(key, message.photo[-1].file_id)
            return message

    async def _send_photo(self, chat_id: int, photo: str | bytes, reply: Reply) -> Message:
        return await self._bot.send_photo(
            chat_id,
            photo,
            caption=reply.parts[0],
            # The words of a tip are for its reader, not for whoever sees the phone light up.
            has_spoiler=True,
            reply_markup=keyboard(reply.buttons),
            allow_paid_broadcast=self._services.pays or None,
            rate_limit_args=BROADCAST,
        )

    async def _known(self, key: str) -> str | None:
        try:
            return await self._services.store.picture_file_id(self._bot.id, key)
        except StoreError as error:
            logger.warning("picture-id-not-read", extra={"error": type(error).__name__})
            return None

    async def _remember(self, key: str, file_id: str) -> None:
        try:
            await self._services.store.save_picture_file_id(self._bot.id, key, file_id)
        except StoreError as error:
            logger.warning("picture-id-not-kept", extra={"error": type(error).__name__})
