"""Changing and deleting messages that stand in a chat."""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox.content import caption_fields, read_caption, read_text, text_fields
from bot.sandbox.errors import bad_request
from bot.sandbox.files import describe_document, describe_photo
from bot.sandbox.inputs import Inputs
from bot.sandbox.markup import read_markup
from bot.sandbox.methods.sending import check_flood, check_open, find_chat
from bot.sandbox.state import Sandbox
from bot.sandbox.world import Chat, Json, Message

DELETABLE_FOR = timedelta(hours=48)
MOST_DELETED_AT_ONCE = 100
_TEXT = ("text", "entities", "link_preview_options")
_CAPTION = ("caption", "caption_entities", "show_caption_above_media")
_MEDIA = ("photo", "document", "has_media_spoiler")
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def edit_message_text(sandbox: Sandbox, inputs: Inputs) -> Json | bool:
    """Put another text into a text message."""
    chat, message = _find(sandbox, inputs)
    fields = text_fields(read_text(inputs))
    if "text" not in message.raw:
        raise bad_request("there is no text in the message to edit")
    options = inputs.structure("link_preview_options", "link preview options")
    if isinstance(options, dict) and options:
        fields["link_preview_options"] = options
    return _change(sandbox, inputs, chat, message, drop=_TEXT, put=fields)


def edit_message_caption(sandbox: Sandbox, inputs: Inputs) -> Json | bool:
    """Put another caption under a picture or file."""
    chat, message = _find(sandbox, inputs)
    fields = caption_fields(read_caption(inputs))
    if not any(field in message.raw for field in _MEDIA):
        raise bad_request("there is no caption in the message to edit")
    if inputs.flag("show_caption_above_media"):
        fields["show_caption_above_media"] = True
    return _change(sandbox, inputs, chat, message, drop=_CAPTION, put=fields)


def edit_message_media(sandbox: Sandbox, inputs: Inputs) -> Json | bool:
    """Put another picture or file, with its own caption, in the place of a message's content."""
    chat, message = _find(sandbox, inputs)
    media = inputs.structure("media", "input media")
    if not isinstance(media, dict):
        raise bad_request("media must be specified")
    kind = media.get("type")
    if kind not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: media type is unsupported")
    stored = sandbox.files.read(inputs, "media", kind, str(media.get("media", "")))
    described = describe_photo(stored) if kind == "photo" else describe_document(stored)
    fields: Json = {kind: described, **caption_fields(read_caption(Inputs(media)))}
    if media.get("has_spoiler"):
        fields["has_media_spoiler"] = True
    return _change(sandbox, inputs, chat, message, drop=(*_TEXT, *_CAPTION, *_MEDIA), put=fields)


def edit_message_reply_markup(sandbox: Sandbox, inputs: Inputs) -> Json | bool:
    """Put another inline keyboard under a message, or none."""
    chat, message = _find(sandbox, inputs)
    return _change(sandbox, inputs, chat, message, drop=(), put={})


def delete_message(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Delete one message, within 48 hours."""
    chat = find_chat(sandbox, inputs)
    message_id = inputs.integer("message_id")
    if message_id not in chat.messages:
        raise bad_request("message to delete not found")
    _delete(sandbox, chat, [message_id])
    return True


def delete_messages(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Delete up to 100 messages of a chat, within 48 hours; those that are gone already are passed over."""
    chat = find_chat(sandbox, inputs)
    given = inputs.structure("message_ids", "message identifiers")
    if not isinstance(given, list) or not all(isinstance(message_id, int) for message_id in given):
        raise bad_request("message identifiers are not specified")
    if not 1 <= len(given) <= MOST_DELETED_AT_ONCE:
        raise bad_request(
            "too many message identifiers specified" if given else "message identifiers are not specified"
        )
    _delete(sandbox, chat, [message_id for message_id in given if message_id in chat.messages])
    return True


def _delete(sandbox: Sandbox, chat: Chat, message_ids: list[int]) -> None:
    now = sandbox.clock.now()
    for message_id in message_ids:
        message = chat.messages[message_id]
        too_old = now.timestamp() - message.raw["date"] > DELETABLE_FOR.total_seconds()
        foreign = message.incoming and not chat.private and not chat.bot_is_administrator
        if too_old or foreign:
            raise bad_request("message can't be deleted for everyone" if too_old else "message can't be deleted")
    for message_id in message_ids:
        del chat.messages[message_id]
    if message_ids:
        sandbox.events.tell("deleted", chat=chat.id, ids=message_ids)


def _find(sandbox: Sandbox, inputs: Inputs) -> tuple[Chat, Message]:
    inline_id = inputs.text("inline_message_id")
    if inline_id:
        place = sandbox.world.inline_messages.get(inline_id)
        if place is None or place[1] not in sandbox.world.chats[place[0]].messages:
            raise bad_request("MESSAGE_ID_INVALID")
        chat = sandbox.world.chats[place[0]]
        return chat, chat.messages[place[1]]
    chat = find_chat(sandbox, inputs)
    found = chat.messages.get(inputs.integer("message_id"))
    if found is None:
        raise bad_request("message to edit not found")
    if found.author != sandbox.world.bot["id"]:
        raise bad_request("message can't be edited")
    check_open(sandbox, chat)
    return chat, found


def _change(
    sandbox: Sandbox, inputs: Inputs, chat: Chat, message: Message, *, drop: tuple[str, ...], put: Json
) -> Json | bool:
    markup = read_markup(inputs, inline_only=True, private=chat.private)
    check_flood(sandbox, chat)
    # An edit without a keyboard takes the old one away: that is how Telegram reads a missing reply_markup.
    changed = {key: value for key, value in message.raw.items() if key not in (*drop, "reply_markup")} | put
    if markup:
        changed["reply_markup"] = markup
    if changed == message.raw:
        raise bad_request(_NOT_MODIFIED)
    if drop:
        changed["edit_date"] = sandbox.timestamp()
    message.raw = changed
    sandbox.show(chat, message)
    return True if message.inline_id else changed


METHODS = (
    edit_message_text,
    edit_message_caption,
    edit_message_media,
    edit_message_reply_markup,
    delete_message,
    delete_messages,
)
