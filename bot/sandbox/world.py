"""The little world around the bot: people, chats and their messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

GROUP_TITLE = "Year 9 families"


@dataclass(slots=True)
class Person:
    """Somebody who can write to the bot. `zone` is an IANA name, `part` says on the page who this is."""

    id: int
    first_name: str
    language_code: str = "en"
    zone: str = "UTC"
    last_name: str = ""
    username: str = ""
    part: str = ""
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def as_user(self) -> Json:
        """Return the person as a Bot API User."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user


@dataclass(slots=True)
class Message:
    """A message: `raw` is the Bot API Message; `author` is its sender's id."""

    raw: Json
    author: int
    incoming: bool
    inline_id: str | None = None


@dataclass(slots=True)
class Chat:
    """A private chat or a group with its messages by id. `member`: whether the bot is in it."""

    id: int
    type: str
    title: str = ""
    people: list[int] = field(default_factory=list)
    administrators: list[int] = field(default_factory=list)
    member: bool = True
    bot_is_administrator: bool = False
    can_send: bool = True
    migrated_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard: Json | None = None

    @property
    def private(self) -> bool:
        """Whether this is a chat of one person with the bot."""
        return self.type == "private"


class World:
    """People and chats of one sandbox. Message ids count through all chats, as one account sees them."""

    def __init__(self, bot: Json) -> None:
        self.bot = bot
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.inline_messages: dict[str, tuple[int, int]] = {}
        self._last_message = 0

    def add_person(self, person: Person) -> Chat:
        """Let a person in and return the private chat with the bot. Raises ValueError for an id that is taken."""
        if person.id in self.chats or person.id <= 0:
            raise ValueError(f"the id {person.id} is taken or not a person's")
        self.people[person.id] = person
        chat = Chat(person.id, "private", people=[person.id])
        self.chats[chat.id] = chat
        return chat

    def add_group(self, chat: Chat) -> Chat:
        """Add a group. Raises ValueError for an id that is taken or not negative."""
        if chat.id in self.chats or chat.id >= 0:
            raise ValueError(f"the id {chat.id} is taken or not a group's")
        self.chats[chat.id] = chat
        return chat

    def next_message_id(self) -> int:
        """Return a fresh message id."""
        self._last_message += 1
        return self._last_message

    def describe_chat(self, chat: Chat) -> Json:
        """Return the chat as a Bot API Chat."""
        if not chat.private:
            return {"id": chat.id, "type": chat.type, "title": chat.title}
        user = self.people[chat.id].as_user()
        names: Json = {key: user[key] for key in ("first_name", "last_name", "username") if key in user}
        return {"id": chat.id, "type": "private", **names}

    def groups(self) -> Iterator[Chat]:
        """Yield the groups that are still in use."""
        return (chat for chat in self.chats.values() if not chat.private and chat.migrated_to is None)


def populate(world: World) -> None:
    """Let in the people of the page: a mother in Japan, a young person and a teacher in Britain, and their group."""
    mother = Person(71001, "陽子", "ja", "Asia/Tokyo", last_name="佐藤", username="yoko_sato", part="mother")
    young = Person(71002, "Ellie", "en", "Europe/London", username="ellie_b", part="young")
    teacher = Person(71003, "James", "en", "Europe/London", last_name="Carter", username="mr_carter", part="teacher")
    for person in (mother, young, teacher):
        world.add_person(person)
    world.add_group(
        Chat(-71100, "group", GROUP_TITLE, people=[teacher.id, mother.id, young.id], administrators=[teacher.id])
    )
