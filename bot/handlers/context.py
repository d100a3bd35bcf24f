"""Typed access of handlers to the update, the reader and the services."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from telegram import CallbackQuery, Chat, Message, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError
from telegram.ext import Application, CallbackContext, ExtBot

from bot.handlers.services import Services
from bot.replies.wording import reply_language
from bot.storage.model import ChatKind, StoreError
from content.model import Pack
from content.profile import Profile

logger = logging.getLogger(__name__)

_STORE_PATIENCE = 2.0
"""Seconds a reply waits for the store before it is given without it."""


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """What a pressed button asks for: `feature:verb:argument`."""

    feature: str
    verb: str
    argument: str


def parse_button(data: str | None) -> ButtonPress | None:
    """Return what the data of a button ask for, or None when this version does not know the form."""
    parts = (data or "").split(":", 2)
    return ButtonPress(*parts) if len(parts) == 3 and all(parts) else None


class BotContext(CallbackContext[ExtBot[str], dict[str, object], dict[str, object], dict[str, object]]):
    """The context of one update, with the services and what is known about the chat."""

    incoming: Update
    _profile: Profile | None = None
    _pack: Pack | None = None

    @classmethod
    def from_update(cls, update: object, application: Application[Any, Any, Any, Any, Any, Any]) -> BotContext:
        """Make the context and remember the update as `incoming`, so that handlers need not pass it on."""
        context = super().from_update(update, application)
        if isinstance(update, Update):
            context.incoming = update
        return context

    @property
    def services(self) -> Services:
        """The parts behind the handlers."""
        return cast(Services, self.bot_data["services"])

    @property
    def commands(self) -> Mapping[str, str]:
        """The commands of this reader with the keys of their descriptions, in the order of the menu."""
        known = cast("Mapping[str, str]", self.bot_data["commands"])
        more = cast("Mapping[str, str]", self.bot_data["administrators' commands"])
        return {**known, **more} if self.is_administrator else known

    @property
    def pack(self) -> Pack:
        """The content pack of this answer: the same from its beginning to its end, also while packs are reloaded."""
        if self._pack is None:
            self._pack = self.services.pack
        return self._pack

    @property
    def chat(self) -> Chat:
        """The chat of the update. Every update that reaches a handler has one."""
        chat = self.incoming.effective_chat
        if chat is None:
            raise LookupError("this update has no chat")
        return chat

    @property
    def reader_id(self) -> int:
        """The chat whose profile tells who reads: that of the update, else the private one of who sent it."""
        chat, user = self.incoming.effective_chat, self.incoming.effective_user
        if chat is None and user is not None:
            return user.id
        return self.chat.id

    @property
    def message(self) -> Message | None:
        """The message of the update, edited ones included."""
        return self.incoming.effective_message

    @property
    def query(self) -> CallbackQuery:
        """The pressed button of the update."""
        query = self.incoming.callback_query
        if query is None:
            raise LookupError("this update has no button")
        return query

    @property
    def is_private(self) -> bool:
        """Whether one person alone reads the answer."""
        return self.chat.type == ChatType.PRIVATE

    @property
    def is_administrator(self) -> bool:
        """Whether an administrator of the bot (`BOT_ADMINS`) writes, in a private chat."""
        user = self.incoming.effective_user
        return self.is_private and user is not None and user.id in self.services.administrators

    @property
    def app_language(self) -> str | None:
        """The language tag of the person's app, as Telegram tells it."""
        user = self.incoming.effective_user
        return user.language_code if user else None

    @property
    def own_language(self) -> str | None:
        """The language that the person chose or else that of their app, when they are answered in another one."""
        return self.services.profiles.own_language(self.chat.id) if self.is_private else None

    def guessed_profile(self) -> Profile:
        """Return what Telegram alone tells: the language of the person's app. Nothing else is assumed."""
        return Profile(language=reply_language(self.pack, self.app_language))

    async def profile(self) -> Profile:
        """Return what the chat told about its reader. A store that fails or hangs never keeps an answer back."""
        if self._profile is None:
            try:
                async with asyncio.timeout(_STORE_PATIENCE):
                    self._profile = await self.services.profiles.of(self.reader_id, self.services.store)
            except (StoreError, TimeoutError) as error:
                logger.warning("profile-not-read", extra={"error": type(error).__name__})
            self._profile = self._profile or self.guessed_profile()
            if self._profile.language not in self.pack.languages:
                self._profile = self.guessed_profile()
        return self._profile

    def speak(self, profile: Profile) -> None:
        """Answer this person so from now on: remembered in memory alone, for nothing was chosen."""
        own = self.own_language or (self._profile or self.guessed_profile()).language
        self._profile = profile
        if self.is_private:
            self.services.profiles.keep(self.chat.id, profile, own)

    async def save_profile(self, profile: Profile) -> None:
        """Keep what the chat told. Raises StoreError."""
        await self.services.store.save_profile(self.chat.id, profile, ChatKind(self.chat.type), self.services.clock())
        self.services.profiles.keep(self.chat.id, profile)
        self._profile = profile

    async def may_change_settings(self) -> bool:
        """Tell whether the person may change this chat's settings: in a group only administrators may."""
        user = self.incoming.effective_user
        if self.is_private:
            return True
        message = self.message
        if message is not None and message.sender_chat is not None and message.sender_chat.id == self.chat.id:
            return True  # an anonymous administrator speaks as the group itself
        if user is None:
            return False
        try:
            member = await self.bot.get_chat_member(self.chat.id, user.id)
        except TelegramError:
            return False
        return member.status in {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR}
