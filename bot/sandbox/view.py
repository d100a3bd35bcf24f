"""What the chat page needs to draw everything, as JSON."""

from __future__ import annotations

from bot.sandbox.state import Sandbox, describe
from bot.sandbox.world import Chat, Json, Person

NEWEST = 300
"""Messages of one chat that the page is shown."""


def view_sandbox(sandbox: Sandbox) -> Json:
    """Return people, chats with their newest messages, the bot's face and the settings of the sandbox."""
    people = sandbox.world.people
    return {
        "bot": sandbox.world.bot,
        "now": sandbox.clock.now().isoformat(),
        "people": [_view_person(sandbox, person) for person in people.values()],
        "chats": [_view_chat(sandbox, people[chat.id], chat) for chat in sandbox.world.chats.values() if chat.private]
        + [_view_group(sandbox, chat) for chat in sandbox.world.groups()],
        "limits": sandbox.flood.limits.mode,
        "waiting": len(sandbox.queue.pending),
    }


def _view_person(sandbox: Sandbox, person: Person) -> Json:
    return {
        **person.as_user(),
        "zone": person.zone,
        "part": person.part,
        "started": person.started,
        "blocked": person.blocked,
        "description": sandbox.profile.text_for("description", person.language_code),
        "short_description": sandbox.profile.text_for("short_description", person.language_code),
        "bot_name": sandbox.profile.text_for("name", person.language_code) or sandbox.world.bot["first_name"],
    }


def _view_chat(sandbox: Sandbox, person: Person, chat: Chat) -> Json:
    return {
        "id": chat.id,
        "type": chat.type,
        "title": "",
        "people": chat.people,
        "administrators": [],
        "member": True,
        "keyboard": chat.keyboard,
        "menu": sandbox.profile.button_for(chat.id),
        "commands": {str(person.id): sandbox.profile.commands_for(chat, person.id, person.language_code)},
        "messages": _newest(chat),
    }


def _view_group(sandbox: Sandbox, chat: Chat) -> Json:
    people = sandbox.world.people
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title,
        "people": chat.people,
        "administrators": chat.administrators,
        "member": chat.member,
        "keyboard": chat.keyboard,
        "menu": {"type": "default"},
        "commands": {
            str(person_id): sandbox.profile.commands_for(chat, person_id, people[person_id].language_code)
            for person_id in chat.people
        },
        "messages": _newest(chat),
    }


def _newest(chat: Chat) -> list[Json]:
    return [describe(message) for message in list(chat.messages.values())[-NEWEST:]]
