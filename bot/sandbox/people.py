"""What people do in their messenger: write, edit, press, block, ask inline, join and leave."""

from __future__ import annotations

from typing import Any

from bot.sandbox.content import finish
from bot.sandbox.files import describe_document, describe_photo
from bot.sandbox.formatting import Formatted, mend, utf16_length
from bot.sandbox.inputs import Upload
from bot.sandbox.methods.answering import cached_inline_answer
from bot.sandbox.methods.chats import describe_member
from bot.sandbox.pictures import fake_photo
from bot.sandbox.state import Question, Sandbox
from bot.sandbox.world import Chat, Json, Message, Person

_LONGEST_MESSAGE = 4096
_PHOTO_SIDES = (240, 160)


class ActionError(ValueError):
    """The person cannot do that; the text says why."""


class People:
    """The hands of everybody in the sandbox. Every action names a person, maybe a chat (else the private one)."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._world = sandbox.world

    def say(self, person_id: int, text: str, *, chat_id: int | None = None, reply_to: int | None = None) -> list[Json]:
        """Send a text and return the messages it became: a messenger cuts what is longer than 4096 UTF-16 units."""
        return [
            self._write(person_id, chat_id, {"text": part.text, "entities": list(part.entities)}, reply_to)
            for piece in _pieces(mend(text))
            if (part := finish(Formatted(piece))).text
        ]

    def start(self, person_id: int, payload: str = "") -> Json:
        """Press Start, maybe through a deep link with a payload (1-64 of A-Z a-z 0-9 _ -)."""
        if payload and not (
            len(payload) <= 64 and payload.replace("_", "").replace("-", "").isalnum() and payload.isascii()
        ):
            raise ActionError("a start parameter has up to 64 letters, digits, _ and -")
        return self.say(person_id, f"/start {payload}".strip())[0]

    def send(
        self, person_id: int, kind: str, *, chat_id: int | None = None, caption: str = "", reply_to: int | None = None
    ) -> Json:
        """Send a made-up photo, voice, sticker, document or location."""
        fields = self._media(kind, person_id)
        if caption:
            formatted = finish(Formatted(mend(caption)))
            fields["caption"] = formatted.text
            if formatted.entities:
                fields["caption_entities"] = list(formatted.entities)
        return self._write(person_id, chat_id, fields, reply_to)

    def edit(self, person_id: int, message_id: int, text: str, *, chat_id: int | None = None) -> Json:
        """Change the text (or the caption) of an own message."""
        chat = self._chat(person_id, chat_id)
        message = chat.messages.get(message_id)
        if message is None or message.author != person_id:
            raise ActionError("only an own message can be edited")
        formatted = finish(Formatted(mend(text)))
        field, entities = ("text", "entities") if "text" in message.raw else ("caption", "caption_entities")
        raw = {key: value for key, value in message.raw.items() if key != entities}
        raw |= {field: formatted.text, "edit_date": self._sandbox.timestamp()}
        if formatted.entities:
            raw[entities] = list(formatted.entities)
        message.raw = raw
        self._sandbox.show(chat, message)
        self._deliver(chat, "edited_message", raw)
        return raw

    def press(self, person_id: int, message_id: int, data: str, *, chat_id: int | None = None) -> str:
        """Press a button with this callback data and return the query's id; the message may be gone already."""
        chat = self._chat(person_id, chat_id)
        query_id = self._sandbox.next_question_id()
        self._sandbox.pressed[query_id] = Question(person_id, self._sandbox.clock.now(), chat.id, message_id)
        message = chat.messages.get(message_id)
        query: Json = {
            "id": query_id,
            "from": self._world.people[person_id].as_user(),
            "chat_instance": str(-(abs(chat.id) * 1_000_003)),
            "data": data,
        }
        if message is not None and message.inline_id:
            query["inline_message_id"] = message.inline_id
        elif message is not None:
            query["message"] = message.raw
        else:
            query["message"] = {"chat": self._world.describe_chat(chat), "message_id": message_id, "date": 0}
        self._sandbox.queue.put("callback_query", query)
        return query_id

    def block(self, person_id: int, *, blocked: bool = True) -> None:
        """Block the bot, or unblock it."""
        person = self._person(person_id)
        if person.blocked == blocked:
            return
        person.blocked = blocked
        statuses = ("member", "kicked") if blocked else ("kicked", "member")
        self._bot_moved(self._world.chats[person.id], person, *statuses)

    def ask_inline(self, person_id: int, query: str, *, chat_id: int | None = None, offset: str = "") -> str:
        """Type @bot and a query (at most 256 characters) and return the query's id.

        An answer that Telegram has kept comes at once, the bot is not asked.
        """
        chat = self._chat(person_id, chat_id)
        query_id = self._sandbox.next_question_id()
        question = Question(person_id, self._sandbox.clock.now(), query=mend(query)[:256], offset=offset)
        kept = cached_inline_answer(self._sandbox, question)
        if kept is not None:
            self._sandbox.events.tell("inline", id=query_id, person=person_id, **kept)
            return query_id
        self._sandbox.inline_queries[query_id] = question
        self._sandbox.queue.put(
            "inline_query",
            {
                "id": query_id,
                "from": self._world.people[person_id].as_user(),
                "query": question.query,
                "offset": offset,
                "chat_type": "sender" if chat.private else chat.type,
            },
        )
        return query_id

    def choose(self, person_id: int, result: Json, *, chat_id: int | None = None) -> Json:
        """Send a result of an inline query into a chat, as the person, via the bot."""
        fields: Json = dict(result.get("message") or {})
        photo = self._sandbox.files.find(str(result.get("photo_file_id", "")))
        if photo is not None:
            fields = {"photo": describe_photo(photo), "caption": fields.get("text", "")}
        fields["via_bot"] = self._world.bot
        markup = result.get("reply_markup")
        if markup:
            fields["reply_markup"] = markup
        return self._write(person_id, chat_id, fields, None, inline=True)

    def speak(self, person_id: int, language_code: str) -> None:
        """Set the language of a person's messenger."""
        self._person(person_id).language_code = language_code
        self._sandbox.events.tell("reload")

    def share_chat(self, person_id: int, shared: int, *, request_id: int = 0) -> Json:
        """Answer a button that asks for a group or channel with one of the person's own."""
        chat = self._chat(person_id, shared)
        return self._write(person_id, None, {"chat_shared": {"request_id": request_id, "chat_id": chat.id}}, None)

    def invite_bot(self, person_id: int, chat_id: int, *, inside: bool = True) -> None:
        """Add the bot to a group, or remove it."""
        chat = self._chat(person_id, chat_id)
        if chat.private:
            raise ActionError("a private chat has no members to add")
        if chat.member == inside:
            return
        chat.member = inside
        self._bot_moved(chat, self._person(person_id), *(("left", "member") if inside else ("member", "kicked")))

    def upgrade(self, person_id: int, chat_id: int) -> int:
        """Turn a group into a supergroup, as Telegram does by itself at times, and return the new id."""
        old = self._chat(person_id, chat_id)
        if old.type != "group":
            raise ActionError("only a group can become a supergroup")
        new_id = -1_000_000_000_000 + old.id
        new = Chat(new_id, "supergroup", old.title, list(old.people), list(old.administrators), member=old.member)
        new.bot_is_administrator = old.bot_is_administrator
        self._world.add_group(new)
        self._write(person_id, old.id, {"migrate_to_chat_id": new_id}, None)
        self._write(person_id, new_id, {"migrate_from_chat_id": old.id}, None)
        old.migrated_to = new_id
        self._sandbox.events.tell("reload")
        return new_id

    def _write(
        self, person_id: int, chat_id: int | None, fields: Json, reply_to: int | None, *, inline: bool = False
    ) -> Json:
        chat = self._chat(person_id, chat_id)
        person = self._person(person_id)
        if chat.private:
            self.block(person_id, blocked=False)
            person.started = True
        raw: Json = {
            "message_id": self._world.next_message_id(),
            "from": person.as_user(),
            "chat": self._world.describe_chat(chat),
            "date": self._sandbox.timestamp(),
            **{key: value for key, value in fields.items() if value or key != "entities"},
        }
        answered = chat.messages.get(reply_to) if reply_to is not None else None
        if answered is not None:
            raw["reply_to_message"] = {key: value for key, value in answered.raw.items() if key != "reply_to_message"}
        message = self._sandbox.post(chat, raw, person_id, incoming=True)
        if inline:
            self._name_inline(chat, message)
        self._deliver(chat, "message", raw)
        return raw

    def _name_inline(self, chat: Chat, message: Message) -> None:
        message.inline_id = f"inline-{message.raw['message_id']}"
        message.author = self._world.bot["id"]
        self._world.inline_messages[message.inline_id] = (chat.id, message.raw["message_id"])

    def _deliver(self, chat: Chat, kind: str, raw: Json) -> None:
        if chat.private or (chat.member and self._addressed(raw)):
            self._sandbox.queue.put(kind, raw)

    def _addressed(self, raw: Json) -> bool:
        """Say whether a bot in privacy mode, as bots are by default, gets to see a group's message."""
        bot = self._world.bot
        if (
            "text" not in raw
            and "caption" not in raw
            and not any(key in raw for key in ("photo", "voice", "sticker", "document"))
        ):
            return True  # service messages reach every bot
        if raw.get("via_bot", {}).get("id") == bot["id"]:
            return True
        if raw.get("reply_to_message", {}).get("from", {}).get("id") == bot["id"]:
            return True
        text = raw.get("text") or raw.get("caption") or ""
        units = text.encode("utf-16-le")
        for entity in raw.get("entities") or raw.get("caption_entities") or ():
            words = units[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode("utf-16-le").lower()
            name = words.partition("@")[2]
            if entity["type"] in ("bot_command", "mention") and name in ("", bot["username"].lower()):
                return True
        return False

    def _bot_moved(self, chat: Chat, person: Person, old: str, new: str) -> None:
        bot = self._world.bot

        def standing(status: str) -> Json:
            return {"status": status, "user": bot, **({"until_date": 0} if status == "kicked" else {})}

        self._sandbox.queue.put(
            "my_chat_member",
            {
                "chat": self._world.describe_chat(chat),
                "from": person.as_user(),
                "date": self._sandbox.timestamp(),
                "old_chat_member": standing(old),
                "new_chat_member": describe_member(self._sandbox, chat, bot["id"])
                if new == "member"
                else standing(new),
            },
        )
        self._sandbox.events.tell("reload")

    def _media(self, kind: str, person_id: int) -> dict[str, Any]:
        files = self._sandbox.files
        if kind == "photo":
            picture = Upload("photo.png", fake_photo(*_PHOTO_SIDES), "image/png")
            return {"photo": describe_photo(files.add("photo", picture, _PHOTO_SIDES))}
        if kind == "document":
            letter = Upload("letter.txt", b"A letter that was never written.\n", "text/plain")
            return {"document": describe_document(files.add("document", letter))}
        if kind == "voice":
            stored = files.add("voice", Upload("voice.ogg", b"OggS silence", "audio/ogg"))
            return {"voice": {**_ids(stored.file_id), "duration": 7, "mime_type": "audio/ogg"}}
        if kind == "sticker":
            stored = files.add("sticker", Upload("sticker.webp", b"RIFF sticker", "image/webp"))
            flags = {"is_animated": False, "is_video": False, "type": "regular", "emoji": "🌸"}
            return {"sticker": {**_ids(stored.file_id), "width": 512, "height": 512, **flags}}
        if kind == "location":
            tokyo = self._person(person_id).zone.startswith("Asia/")
            latitude, longitude = (35.6812, 139.7671) if tokyo else (51.5072, -0.1276)
            return {"location": {"latitude": latitude, "longitude": longitude}}
        raise ActionError(f"there is no made-up {kind} to send")

    def _person(self, person_id: int) -> Person:
        person = self._world.people.get(person_id)
        if person is None:
            raise ActionError(f"there is no person {person_id}")
        return person

    def _chat(self, person_id: int, chat_id: int | None) -> Chat:
        self._person(person_id)
        chat = self._world.chats.get(person_id if chat_id is None else chat_id)
        if chat is None or person_id not in chat.people:
            raise ActionError(f"the person {person_id} is not in the chat {chat_id}")
        return chat


def _ids(file_id: str) -> Json:
    return {"file_id": file_id, "file_unique_id": file_id[4:20]}


def _pieces(text: str) -> list[str]:
    """Cut a text as a messenger does before it sends: at most 4096 UTF-16 units each."""
    pieces: list[str] = []
    current: list[str] = []
    length = 0
    for sign in text:
        size = utf16_length(sign)
        if length + size > _LONGEST_MESSAGE:
            pieces.append("".join(current))
            current, length = [], 0
        current.append(sign)
        length += size
    return [*pieces, "".join(current)]
