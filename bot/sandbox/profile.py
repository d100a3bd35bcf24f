"""What the bot tells about itself: commands, descriptions and the menu button, by scope and language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.inputs import Inputs
from bot.sandbox.world import Chat

Json = dict[str, Any]
ScopeKey = tuple[str, int, int]

MOST_COMMANDS = 100
LONGEST = {"description": 512, "short_description": 120, "name": 64}
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_PLAIN_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")
_DESCRIPTION_LENGTH = 256


@dataclass(slots=True)
class Profile:
    """The bot's public face. Texts are by language, "" for everyone else; commands by scope and language."""

    commands: dict[tuple[ScopeKey, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    buttons: dict[int, Json] = field(default_factory=dict)

    def commands_for(self, chat: Chat, person_id: int, language: str) -> list[Json]:
        """Return the commands that a person sees in a chat: the narrowest scope first, in it the own language first."""
        scopes: list[ScopeKey] = [("chat", chat.id, 0), ("all_private_chats", 0, 0)]
        if not chat.private:
            scopes = [("chat_member", chat.id, person_id)]
            if person_id in chat.administrators:
                scopes.append(("chat_administrators", chat.id, 0))
            scopes.append(("chat", chat.id, 0))
            if person_id in chat.administrators:
                scopes.append(("all_chat_administrators", 0, 0))
            scopes.append(("all_group_chats", 0, 0))
        scopes.append(("default", 0, 0))
        for scope in scopes:
            for code in (language[:2], ""):
                if self.commands.get((scope, code)):
                    return self.commands[(scope, code)]
        return []

    def text_for(self, what: str, language: str) -> str:
        """Return the description, short_description or name in a language, else the one for everyone."""
        return self.texts.get((what, language[:2])) or self.texts.get((what, ""), "")

    def button_for(self, chat_id: int) -> Json:
        """Return the menu button of a private chat."""
        return self.buttons.get(chat_id) or self.buttons.get(0) or {"type": "commands"}


def read_language(inputs: Inputs) -> str:
    """Return the request's language_code: two letters or nothing. Raises ApiError 400."""
    code = inputs.text("language_code")
    if code and not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def read_scope(inputs: Inputs) -> ScopeKey:
    """Return the request's command scope. Raises ApiError 400."""
    raw = inputs.structure("scope", "BotCommandScope")
    if raw is None:
        return ("default", 0, 0)
    kind = raw.get("type") if isinstance(raw, dict) else None
    if kind in _PLAIN_SCOPES:
        return (str(kind), 0, 0)
    if kind not in _CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    try:
        return (str(kind), int(raw["chat_id"]), int(raw.get("user_id", 0)))
    except (KeyError, TypeError, ValueError) as error:
        raise bad_request("chat not found") from error


def read_commands(inputs: Inputs) -> list[Json]:
    """Return the request's list of commands, checked. Raises ApiError 400."""
    raw = inputs.structure("commands", "commands")
    if not isinstance(raw, list):
        raise bad_request("commands must be an Array of BotCommand")
    if len(raw) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_command(entry) for entry in raw]


def _command(entry: object) -> Json:
    if not isinstance(entry, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(entry.get("command", "")).removeprefix("/")
    description = str(entry.get("description", "")).strip()
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= _DESCRIPTION_LENGTH:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def read_profile_text(inputs: Inputs, what: str) -> str:
    """Return the request's description, short_description or name. Raises ApiError 400 when it is too long."""
    text = inputs.text(what)
    if len(text) > LONGEST[what]:
        raise bad_request(f"BOT_{what.upper()}_TOO_LONG")
    return text
