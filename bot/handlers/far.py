"""The tips of a group or channel, set by its administrators from their private chat with the bot.

A channel hears no commands, and in a group the settings need not stand before everybody.
"""

from __future__ import annotations

import logging

from telegram import (
    ChatAdministratorRights,
    KeyboardButton,
    KeyboardButtonRequestChat,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.places import ASKING, ask_for_place
from bot.handlers.sending import edit_reply, send_reply
from bot.handlers.wishes import Wishes
from bot.replies.model import Button, Reply
from bot.replies.wording import Words
from bot.storage.model import ChatKind
from content.profile import Profile

logger = logging.getLogger(__name__)

GROUP, CHANNEL = 1, 2
"""What was asked for when a chat is shared."""
_RULING = {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR}


def rights(*, posting: bool) -> ChatAdministratorRights:
    """Return the least that an administrator, or the bot in a channel, must be allowed to."""
    wanted = {"can_manage_chat": True, "can_post_messages": posting}
    return ChatAdministratorRights(**{**ChatAdministratorRights.no_rights().to_dict(), **wanted})


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Ask which group or channel, or change its subscription in place."""
    if press.verb == "choose":
        await _choose(context)
        return
    wishes = await far_wishes(context, int(press.verb))
    verb, _, argument = press.argument.partition(":")
    if wishes is None:
        await edit_reply(context, await _refused(context))
    elif verb in ASKING:
        await ask_for_place(context, wishes, verb, argument)
    else:
        await edit_reply(context, await wishes.act(verb, argument))


async def shared(context: BotContext) -> None:
    """Show the subscription of the group or channel that an administrator chose."""
    message = context.message
    if message is not None and message.chat_shared is not None:
        words = Words(context.pack, (await context.profile()).language)
        done = words.html("subscribe.chosen")
        await context.bot.send_message(context.chat.id, done, reply_markup=ReplyKeyboardRemove())
        wishes = await far_wishes(context, message.chat_shared.chat_id)
        await send_reply(context, await (wishes.show() if wishes else _refused(context)))


async def offer(context: BotContext, person_id: int) -> None:
    """Tell whoever made the bot an administrator of a channel where its tips are set, if that person knows the bot."""
    profile = await context.services.store.profile_of(person_id) or context.guessed_profile()
    words = Words(context.pack, profile.language)
    text = words.html("subscribe.added", name=(context.chat.title or "").replace("*", ""))
    rows = ((Button(words("menu.subscribe"), f"far:{context.chat.id}:show:all"),),)
    try:
        await send_reply(context, Reply((text,), rows), person_id)
    except TelegramError as error:
        logger.info("offer-not-sent", extra={"error": type(error).__name__})


async def far_wishes(context: BotContext, chat_id: int) -> Wishes | None:
    """Return the wishes of another chat; None unless the person is an administrator there, and the bot is in it."""
    user = context.incoming.effective_user
    services = context.services
    if user is None or not context.is_private:
        return None
    try:
        chat = await context.bot.get_chat(chat_id)
        member = await context.bot.get_chat_member(chat_id, user.id)
    except TelegramError as error:
        logger.info("far-chat-refused", extra={"error": type(error).__name__})
        return None
    if member.status not in _RULING or chat_id > 0:
        return None
    reader = await context.profile()
    known = await services.store.profile_of(chat_id)
    profile = known or Profile(language=reader.language, country=reader.country)
    return Wishes(
        services, chat_id, ChatKind(chat.type), profile, reader.language, f"far:{chat_id}", chat.title or str(chat_id)
    )


async def _choose(context: BotContext) -> None:
    words = Words(context.pack, (await context.profile()).language)
    channel = KeyboardButtonRequestChat(
        CHANNEL,
        chat_is_channel=True,
        user_administrator_rights=rights(posting=True),
        bot_administrator_rights=rights(posting=True),
    )
    group = KeyboardButtonRequestChat(
        GROUP, chat_is_channel=False, user_administrator_rights=rights(posting=False), bot_is_member=True
    )
    buttons = [
        [KeyboardButton(words("subscribe.a-channel"), request_chat=channel)],
        [KeyboardButton(words("subscribe.a-group"), request_chat=group)],
    ]
    keyboard = ReplyKeyboardMarkup(buttons, resize_keyboard=True, one_time_keyboard=True)
    await context.bot.send_message(context.chat.id, words.html("subscribe.choose-chat"), reply_markup=keyboard)


async def _refused(context: BotContext) -> Reply:
    words = Words(context.pack, (await context.profile()).language)
    return Reply((words.html("subscribe.not-yours"),))


FEATURE = Feature("far", prefixes=("far",), on_button=on_button)
