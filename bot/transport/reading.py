"""Reading an update, where the library lets one pass that lacks what every handler relies on, or takes long.

The library looks for each of ninety fields of a message, and asks at each whether it may be set. Plain texts, commands
and pressed buttons have ten of them, and are most of what comes: they are read at less than half the cost.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from telegram import (
    Bot,
    CallbackQuery,
    Chat,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MaybeInaccessibleMessage,
    Message,
    MessageEntity,
    Update,
    User,
)

_PLAIN_UPDATE = frozenset({"update_id", "message", "callback_query"})
_PLAIN_QUERY = frozenset({"id", "from", "chat_instance", "data", "message"})
_PLAIN_MESSAGE = frozenset(
    {"message_id", "date", "edit_date", "chat", "from", "text", "entities", "reply_markup", "link_preview_options"}
)


class _Message(Message):
    __slots__ = ()
    __setattr__ = object.__setattr__  # type: ignore[assignment] # the name of the parameter differs


class _Update(Update):
    __slots__ = ()
    __setattr__ = object.__setattr__  # type: ignore[assignment] # the name of the parameter differs


def read_update(data: Any, bot: Bot) -> Update:  # noqa: ANN401 -- whatever stood in Telegram's answer
    """Make an update of Telegram's JSON, equal to the library's own; times are in UTC.

    Raises ``ValueError`` for one without what the Bot API promises (the library makes None of it): the chat of a
    message, who pressed a button or asked inline, what became of a membership. A broken one can raise anything else.
    """
    update = _update(data, bot)
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


def _update(raw: Any, bot: Bot) -> Update:  # noqa: ANN401 -- whatever stood in Telegram's answer
    if not raw.keys() <= _PLAIN_UPDATE:
        return Update.de_json(raw, bot)
    message, query = raw.get("message"), raw.get("callback_query")
    update = _Update(
        raw["update_id"],
        message=_message(message, bot) if message is not None else None,
        callback_query=_query(query, bot) if query is not None else None,
    )
    update.set_bot(bot)
    return update


def _query(raw: dict[str, Any], bot: Bot) -> CallbackQuery:
    if not (raw.keys() <= _PLAIN_QUERY and raw.get("from") and raw.get("message")):
        return CallbackQuery.de_json(raw, bot)
    sender, message = User.de_json(raw["from"], bot), _message(raw["message"], bot)
    query = CallbackQuery(raw["id"], sender, raw["chat_instance"], message=message, data=raw.get("data"))
    query.set_bot(bot)
    return query


def _message(raw: dict[str, Any], bot: Bot) -> Message:
    # Without a date it is a message that can no more be accessed.
    if not (raw.keys() <= _PLAIN_MESSAGE and raw.get("chat") and raw.get("date")):
        return Message.de_json(raw, bot)
    sender, edited, entities = raw.get("from"), raw.get("edit_date"), raw.get("entities")
    markup, preview = raw.get("reply_markup"), raw.get("link_preview_options")
    message = _Message(
        raw["message_id"],
        datetime.fromtimestamp(raw["date"], UTC),
        Chat.de_json(raw["chat"], bot),
        from_user=User.de_json(sender, bot) if sender else None,
        text=raw.get("text"),
        entities=MessageEntity.de_list(entities, bot) if entities else None,
        edit_date=datetime.fromtimestamp(edited, UTC) if edited else None,
        reply_markup=InlineKeyboardMarkup.de_json(markup, bot) if markup else None,
        link_preview_options=LinkPreviewOptions.de_json(preview, bot) if preview else None,
    )
    message.set_bot(bot)
    return message
