"""Sending: texts, pictures, files, places and the typing sign."""

from __future__ import annotations

import math

from bot.sandbox.content import caption_fields, read_caption, read_text, text_fields
from bot.sandbox.errors import ApiError, bad_request, forbidden
from bot.sandbox.files import describe_document, describe_photo
from bot.sandbox.inputs import Inputs
from bot.sandbox.markup import read_markup
from bot.sandbox.state import Sandbox, describe
from bot.sandbox.world import Chat, Json

_ACTIONS = (
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
)


def find_chat(sandbox: Sandbox, inputs: Inputs) -> Chat:
    """Return the chat that a request names. Raises ApiError as Telegram does for unknown and migrated chats."""
    given = inputs.text("chat_id").strip()
    if not given:
        raise bad_request("chat_id is empty")
    chat = None
    try:
        chat = sandbox.world.chats.get(int(given))
    except ValueError as error:
        if not given.startswith("@"):
            raise bad_request("chat not found") from error
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.migrated_to},
        )
    return chat


def check_open(sandbox: Sandbox, chat: Chat) -> None:
    """Raise ApiError 403 (or 400) when the bot may not write into the chat."""
    if chat.private:
        person = sandbox.world.people[chat.id]
        if person.deactivated:
            raise forbidden("user is deactivated")
        if person.blocked:
            raise forbidden("bot was blocked by the user")
        if not person.started:
            raise forbidden("bot can't initiate conversation with a user")
    elif not chat.member:
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    elif not chat.can_send:
        raise bad_request("not enough rights to send text messages to the chat")


def check_flood(sandbox: Sandbox, chat: Chat) -> None:
    """Count one message to the chat. Raises ApiError 429 above the flood limits."""
    wait = sandbox.flood.check(chat.id, sandbox.clock.now())
    if wait is not None:
        raise ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})


def send_message(sandbox: Sandbox, inputs: Inputs) -> Json:
    """Send a text."""
    chat = find_chat(sandbox, inputs)
    fields = text_fields(read_text(inputs))
    options = inputs.structure("link_preview_options", "link preview options")
    if isinstance(options, dict) and options:
        fields["link_preview_options"] = options
    return _send(sandbox, inputs, chat, fields)


def send_photo(sandbox: Sandbox, inputs: Inputs) -> Json:
    """Send a picture: a new one, or one sent before by its file_id."""
    chat = find_chat(sandbox, inputs)
    stored = sandbox.files.read(inputs, "photo", "photo")
    fields: Json = {"photo": describe_photo(stored), **caption_fields(read_caption(inputs))}
    for flag in ("has_spoiler", "show_caption_above_media"):
        if inputs.flag(flag):
            fields["has_media_spoiler" if flag == "has_spoiler" else flag] = True
    return _send(sandbox, inputs, chat, fields)


def send_document(sandbox: Sandbox, inputs: Inputs) -> Json:
    """Send a file: a new one, or one sent before by its file_id."""
    chat = find_chat(sandbox, inputs)
    stored = sandbox.files.read(inputs, "document", "document")
    return _send(sandbox, inputs, chat, {"document": describe_document(stored), **caption_fields(read_caption(inputs))})


def send_location(sandbox: Sandbox, inputs: Inputs) -> Json:
    """Send a place."""
    chat = find_chat(sandbox, inputs)
    place: Json = {}
    for field, limit in (("latitude", 90.0), ("longitude", 180.0)):
        try:
            place[field] = float(inputs.text(field))
        except ValueError as error:
            raise bad_request(f"{field} is invalid") from error
        if not math.isfinite(place[field]) or abs(place[field]) > limit:
            raise bad_request(f"{field} is invalid")
    return _send(sandbox, inputs, chat, {"location": place})


def send_chat_action(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Show what the bot is doing, for five seconds or until its next message."""
    chat = find_chat(sandbox, inputs)
    check_open(sandbox, chat)
    action = inputs.text("action").lower()
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    sandbox.events.tell("typing", chat=chat.id, action=action)
    return True


def _send(sandbox: Sandbox, inputs: Inputs, chat: Chat, fields: Json) -> Json:
    markup = read_markup(inputs, private=chat.private)
    replied = _replied(inputs, chat)
    check_open(sandbox, chat)
    check_flood(sandbox, chat)
    raw: Json = {
        "message_id": sandbox.world.next_message_id(),
        "from": sandbox.world.bot,
        "chat": sandbox.world.describe_chat(chat),
        "date": sandbox.timestamp(),
        **replied,
        **fields,
    }
    if inputs.flag("protect_content"):
        raw["has_protected_content"] = True
    if markup and "inline_keyboard" in markup:
        raw["reply_markup"] = markup
    elif markup:
        chat.keyboard = markup if "keyboard" in markup else None
        sandbox.events.tell("keyboard", chat=chat.id, keyboard=chat.keyboard)
    message = sandbox.post(chat, raw, sandbox.world.bot["id"], incoming=False)
    if markup and markup.get("force_reply"):
        sandbox.events.tell("force_reply", chat=chat.id, message_id=raw["message_id"])
    if inputs.flag("disable_notification"):
        sandbox.events.tell("silent", chat=chat.id, message_id=raw["message_id"])
    return message.raw


def _replied(inputs: Inputs, chat: Chat) -> Json:
    given = inputs.structure("reply_parameters", "reply parameters")
    if given is None and inputs.has("reply_to_message_id"):
        given = {
            "message_id": inputs.integer("reply_to_message_id"),
            "allow_sending_without_reply": inputs.flag("allow_sending_without_reply"),
        }
    if not isinstance(given, dict) or "message_id" not in given:
        return {}
    answered = chat.messages.get(given["message_id"])
    if answered is None:
        if given.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {key: value for key, value in describe(answered).items() if key not in _NOT_QUOTED}}


_NOT_QUOTED = ("reply_to_message", "incoming")

METHODS = (send_message, send_photo, send_document, send_location, send_chat_action)
