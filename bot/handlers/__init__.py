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
    MessageHandler,
    filters,
)

from bot.handlers import (
    about,
    agreement,
    emergency,
    far,
    helplines,
    quiz,
    settings,
    start,
    stats,
    subscribe,
    talk,
    tips,
    topics,
)
from bot.handlers.buttons import Buttons
from bot.handlers.context import BotContext
from bot.handlers.errors import on_error
from bot.handlers.feature import CommandHandling, Feature
from bot.handlers.membership import migrated, my_membership
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
    about.FEATURE,
    emergency.FEATURE,
)

BotApplication = Application[Any, BotContext, dict[str, object], dict[str, object], dict[str, object], Any]
_Callback = Callable[[Update, BotContext], Coroutine[Any, Any, None]]

_NEW = filters.UpdateType.MESSAGE
_MEDIA = (
    filters.PHOTO | filters.VIDEO | filters.VOICE | filters.AUDIO | filters.VIDEO_NOTE | filters.ANIMATION
    | filters.Document.ALL | filters.Sticker.ALL | filters.LOCATION | filters.CONTACT | filters.POLL
)  # fmt: skip


def commands(features: tuple[Feature, ...] = FEATURES) -> Mapping[str, str]:
    """Return every command with the key of its description, in the order of the menu."""
    return {name: key for feature in features for name, key in feature.commands.items()}


def register(application: BotApplication, features: tuple[Feature, ...] = FEATURES) -> None:
    """Add all handlers. Order matters: commands, buttons, then what people write; edits are judged for urgency only."""
    application.bot_data["commands"] = commands(features)
    for feature in features:
        for name, handling in feature.on_command.items():
            callback = _command(handling, admin_only=feature.admin_only)
            application.add_handler(CommandHandler(name, callback, filters=_NEW))
    application.add_handler(CallbackQueryHandler(_plain(Buttons(features))))
    application.add_handler(MessageHandler(_NEW & filters.StatusUpdate.MIGRATE, _plain(migrated)))
    application.add_handler(MessageHandler(_NEW & filters.StatusUpdate.CHAT_SHARED, _plain(far.shared)))
    application.add_handler(MessageHandler(_NEW & filters.ChatType.PRIVATE & filters.LOCATION, _plain(location)))
    application.add_handler(MessageHandler(_NEW & filters.COMMAND, _command(unknown_command, private_only=True)))
    application.add_handler(MessageHandler(_NEW & filters.TEXT, _plain(question)))
    application.add_handler(MessageHandler(_NEW & _MEDIA, _plain(media)))
    application.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, _plain(edited)))
    application.add_handler(ChatMemberHandler(_plain(my_membership), ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_error_handler(on_error)


def _plain(handling: Callable[[BotContext], Awaitable[None]]) -> _Callback:
    async def handle(_: Update, context: BotContext) -> None:
        await handling(context)

    return handle


def _command(handling: CommandHandling, *, admin_only: bool = False, private_only: bool = False) -> _Callback:
    async def handle(_: Update, context: BotContext) -> None:
        if private_only and not context.is_private:
            return
        if admin_only and not await context.may_change_settings():
            words = Words(context.pack, (await context.profile()).language)
            await send_reply(context, Reply((words.html("admins-only"),)))
            return
        text = (context.message.text if context.message else None) or ""
        # A command that does not exist is handed over whole, so that the words behind it can be answered.
        await handling(context, text if private_only else text.partition(" ")[2].strip())

    return handle
