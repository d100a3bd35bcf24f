"""The table of contents: an ordered tuple of features from which menu, help and handlers are all made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.handlers import (
    about,
    admin,
    agreement,
    broadcast,
    emergency,
    far,
    helplines,
    hide,
    quiz,
    settings,
    start,
    stats,
    subscribe,
    talk,
    tips,
    topics,
    vote,
)
from bot.handlers.buttons import Buttons
from bot.handlers.context import BotContext
from bot.handlers.errors import on_error
from bot.handlers.feature import CommandHandling, Feature
from bot.handlers.inline import inline
from bot.handlers.membership import migrated, my_membership
from bot.handlers.notes import note_message
from bot.handlers.places import location
from bot.handlers.questions import edited, media, question, unknown_command
from bot.handlers.sending import send_reply
from bot.replies.model import Reply
from bot.replies.wording import Words

FEATURES: tuple[Feature, ...] = (
    start.FEATURE,
    helplines.FEATURE,
    topics.FEATURE,
    tips.FEATURE,
    stats.FEATURE,
    quiz.FEATURE,
    talk.FEATURE,
    agreement.FEATURE,
    subscribe.FEATURE,
    far.FEATURE,
    settings.FEATURE,
    hide.FEATURE,
    about.FEATURE,
    emergency.FEATURE,
    vote.FEATURE,
    admin.FEATURE,
    broadcast.FEATURE,
)

BotApplication = Application[Any, BotContext, dict[str, object], dict[str, object], dict[str, object], Any]
_Callback = Callable[[Update, BotContext], Coroutine[Any, Any, None]]

_NEW = filters.UpdateType.MESSAGE
_MEDIA = (
    filters.PHOTO | filters.VIDEO | filters.VOICE | filters.AUDIO | filters.VIDEO_NOTE | filters.ANIMATION
    | filters.Document.ALL | filters.Sticker.ALL | filters.LOCATION | filters.CONTACT | filters.POLL
)  # fmt: skip


def commands(features: tuple[Feature, ...] = FEATURES, *, for_administrators: bool = False) -> Mapping[str, str]:
    """Return every command with the key of its description, in the order of the menu.

    Those `for_administrators` are a list of their own: nobody else is told of them.
    """
    listed = [feature for feature in features if feature.for_administrators is for_administrators]
    return {name: key for feature in listed for name, key in feature.commands.items()}


def register(application: BotApplication, features: tuple[Feature, ...] = FEATURES) -> None:
    """Add all handlers. Order matters: commands, buttons, then what people write; edits are judged for urgency only."""
    application.bot_data["commands"] = commands(features)
    application.bot_data["administrators' commands"] = commands(features, for_administrators=True)
    application.add_handler(MessageHandler(_NEW & filters.ChatType.PRIVATE, _plain(note_message)), group=-1)
    for feature in features:
        for name, handling in feature.on_command.items():
            callback = _command(handling, feature)
            application.add_handler(CommandHandler(name, callback, filters=_NEW))
    application.add_handler(InlineQueryHandler(_plain(inline)))
    application.add_handler(CallbackQueryHandler(_plain(Buttons(features))))
    application.add_handler(MessageHandler(_NEW & filters.StatusUpdate.MIGRATE, _plain(migrated)))
    application.add_handler(MessageHandler(_NEW & filters.StatusUpdate.CHAT_SHARED, _plain(far.shared)))
    application.add_handler(MessageHandler(_NEW & filters.ChatType.PRIVATE & filters.LOCATION, _plain(location)))
    application.add_handler(MessageHandler(_NEW & filters.COMMAND, _command(unknown_command)))
    application.add_handler(MessageHandler(_NEW & filters.TEXT, _text(features)))
    application.add_handler(MessageHandler(_NEW & _MEDIA, _plain(media)))
    application.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, _plain(edited)))
    application.add_handler(ChatMemberHandler(_plain(my_membership), ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_error_handler(on_error)


def _plain(handling: Callable[[BotContext], Awaitable[None]]) -> _Callback:
    async def handle(_: Update, context: BotContext) -> None:
        await handling(context)

    return handle


def _text(features: tuple[Feature, ...]) -> _Callback:
    takers = [feature.on_text for feature in features if feature.for_administrators and feature.on_text is not None]

    async def handle(_: Update, context: BotContext) -> None:
        text = context.message.text if context.message else None
        if text and context.is_administrator:
            for take in takers:
                if await take(context, text):
                    return
        await question(context)

    return handle


def _command(handling: CommandHandling, feature: Feature | None = None) -> _Callback:
    """Return the handler of a command, or of one that does not exist, which is answered in a private chat only."""

    async def handle(_: Update, context: BotContext) -> None:
        text = (context.message.text if context.message else None) or ""
        hidden = feature is not None and feature.for_administrators and not context.is_administrator
        if feature is None or hidden:
            if context.is_private:
                # Handed over whole, so that the words behind the command can be answered.
                await unknown_command(context, text)
            return
        if feature.admin_only and not await context.may_change_settings():
            words = Words(context.pack, (await context.profile()).language)
            await send_reply(context, Reply((words.html("admins-only"),)))
            return
        await handling(context, command_words(text))

    return handle


def command_words(text: str) -> str:
    """Return what was written behind a command, also when it begins on a new line."""
    parts = text.split(maxsplit=1)
    return parts[1].strip() if len(parts) > 1 else ""
