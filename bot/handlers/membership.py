"""Who blocks the bot or puts it out of a group: deactivated at once, never subscribed again by itself."""

from __future__ import annotations

from telegram.constants import ChatMemberStatus, ChatType

from bot.handlers.context import BotContext
from bot.handlers.far import offer

_GONE = {ChatMemberStatus.BANNED, ChatMemberStatus.LEFT}


async def my_membership(context: BotContext) -> None:
    """Note that the chat takes no more messages."""
    change = context.incoming.my_chat_member
    # The library takes a change that says nothing, whatever its types promise.
    if change is None or not change.new_chat_member or not change.old_chat_member:
        return
    if change.new_chat_member.status in _GONE:
        await context.services.store.deactivate(context.chat.id, "blocked", context.services.clock())
        context.services.wake()
    elif context.chat.type == ChatType.CHANNEL and change.old_chat_member.status in _GONE:
        await offer(context, change.from_user.id)


async def migrated(context: BotContext) -> None:
    """Follow a group that became a supergroup: everything moves to the new id."""
    message = context.message
    if message is not None and message.migrate_to_chat_id is not None:
        await context.services.store.migrate_chat(message.chat.id, message.migrate_to_chat_id)
        context.services.forget(message.migrate_to_chat_id)
