"""Broadcasts on the way from the store to the screen: cards, previews, and the messages themselves."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.broadcasting import Progress, progress_of
from bot.handlers.sending import keyboard
from bot.handlers.services import Services
from bot.replies.broadcast import message_reply
from bot.replies.broadcast_card import Card, card_reply
from bot.replies.model import Reply
from bot.replies.wording import FALLBACK_LANGUAGE
from bot.storage.broadcast import STARTED, Broadcast, BroadcastState, HeldBack
from bot.transport.pacing import BROADCAST, REPLY
from bot.transport.sending import edit_text, send_text
from content.model import Audience, Pack
from content.profile import Profile

logger = logging.getLogger(__name__)

_COUNTED = (BroadcastState.DRAFT, BroadcastState.WAITING)


def reply_of(pack: Pack, broadcast: Broadcast, profile: Profile, now: datetime) -> Reply:
    """Return what a reader gets. Raises KeyError when there is nothing to say, or the pack lost it."""
    return message_reply(
        pack,
        profile,
        now,
        correction=broadcast.correction,
        item=broadcast.item,
        texts=broadcast.texts,
        about=broadcast.target.seen_item,
    )


def preview_profiles(pack: Pack, broadcast: Broadcast) -> list[Profile]:
    """Return a reader of each language that the broadcast is for, as its target describes them."""
    target = broadcast.target
    country = min(target.countries, default=None)
    audience = Audience(min(target.audiences)) if target.audiences else None
    return [Profile(code, country, audience) for code in sorted(target.languages or pack.languages)]


async def card_of(services: Services, broadcast: Broadcast, reader: int, progress: Progress | None = None) -> Card:
    """Return a broadcast as an administrator sees it. Raises StoreError."""
    now = services.clock()
    if progress is None and broadcast.state in STARTED:
        held = await services.store.held_back(broadcast.broadcast_id, now)
        progress = progress_of(broadcast, held, now, services.broadcast_rate)
    progress = progress or progress_of(broadcast, HeldBack(0, None), now, services.broadcast_rate)
    counted = broadcast.state in _COUNTED
    target = broadcast.target
    return Card(
        broadcast_id=broadcast.broadcast_id,
        state=broadcast.state.value,
        own=broadcast.author == reader,
        revision=broadcast.revision,
        correction=broadcast.correction,
        urgent=broadcast.urgent,
        item=broadcast.item,
        texts=broadcast.texts,
        languages=target.languages,
        countries=target.countries,
        audiences=target.audiences,
        seen_item=target.seen_item,
        seen_version=target.seen_version,
        days=broadcast.days,
        people=await services.store.count_target(target) if counted else broadcast.total,
        ends_at=broadcast.ends_at,
        share=progress.share,
        done=progress.done,
        held=progress.held,
        arrival=progress.arrival,
        tally={outcome.value: count for outcome, count in broadcast.tally.items()},
    )


async def send_plain(bot: ExtBot[str], chat_id: int, reply: Reply) -> None:
    """Send a reply of one part. Raises TelegramError."""
    await send_text(bot, chat_id, reply.parts[0], keyboard(reply.buttons), lane=REPLY)


class BroadcastSender:
    """The broadcaster's hands at Telegram, in the lane that no reply waits behind."""

    def __init__(self, bot: ExtBot[str], services: Services) -> None:
        self._bot = bot
        self._services = services

    async def send_broadcast(self, chat_id: int, broadcast: Broadcast, profile: Profile) -> None:
        """Send the message as its reader gets it. Raises TelegramError."""
        services = self._services
        if profile.language not in services.pack.languages:
            profile = replace(profile, language=FALLBACK_LANGUAGE)
        reply = reply_of(services.pack, broadcast, profile, services.clock())
        buttons = keyboard(reply.buttons)
        await send_text(self._bot, chat_id, reply.parts[0], buttons, lane=BROADCAST, paid=services.pays)
        services.tally.add_shown(chat_id, reply.shows, services.pack, profile.language)

    async def show_progress(self, broadcast: Broadcast, progress: Progress) -> None:
        """Edit the cards of the author and of the approver in place; one that is gone is not missed."""
        services = self._services
        for administrator, message_id in (
            (broadcast.author, broadcast.author_message),
            (broadcast.approver, broadcast.approver_message),
        ):
            if administrator is None or message_id is None or administrator not in services.administrators:
                continue
            profile = await services.store.profile_of(administrator) or Profile()
            card = await card_of(services, broadcast, administrator, progress)
            reply = card_reply(services.pack, profile.language, card, services.clock())
            await self._edit(administrator, message_id, reply)

    async def _edit(self, chat_id: int, message_id: int, reply: Reply) -> None:
        try:
            await edit_text(self._bot, chat_id, message_id, reply.parts[0], keyboard(reply.buttons))
        except TelegramError as error:
            if "not modified" not in str(error):
                logger.info("card-not-edited", extra={"error": type(error).__name__})
