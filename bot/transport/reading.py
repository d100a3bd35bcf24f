"""Reading an update, where the library lets one pass that lacks what every handler relies on."""

from collections.abc import Iterator
from typing import Any

from telegram import Bot, MaybeInaccessibleMessage, Update


def read_update(data: Any, bot: Bot) -> Update:  # noqa: ANN401 -- whatever stood in Telegram's answer
    """Make an update of Telegram's JSON.

    Raises ``ValueError`` for one without what the Bot API promises (the library makes None of it): the chat of a
    message, who pressed a button or asked inline, what became of a membership. A broken one can raise anything else.
    """
    update = Update.de_json(data, bot)
    if any(part is None for part in _promised(update)):
        raise ValueError("the update lacks what the Bot API promises")
    return update


def _promised(update: Update) -> Iterator[object]:
    query, membership = update.callback_query, update.my_chat_member
    messages: list[MaybeInaccessibleMessage | None] = [update.message, update.edited_message]
    if query is not None:
        yield query.from_user
        messages.append(query.message)
    for message in messages:
        if message is not None:
            yield message.chat
    if update.inline_query is not None:
        yield update.inline_query.from_user
    if membership is not None:
        yield from (membership.chat, membership.from_user, membership.old_chat_member, membership.new_chat_member)
