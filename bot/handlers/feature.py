"""What a feature is: its commands, its buttons, and how they are handled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.handlers.context import BotContext, ButtonPress

CommandHandling = Callable[[BotContext, str], Awaitable[None]]
"""Handles a command; the text is what follows it."""
ButtonHandling = Callable[[BotContext, ButtonPress], Awaitable[None]]
"""Handles a button of the feature. A KeyError or ValueError from it means: this button is from another time."""

TextHandling = Callable[[BotContext, str], Awaitable[bool]]
"""Handles a text and says whether it was meant for the feature."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature. Menu, help and handlers are all made from the tuple of features.

    `commands` maps a command to the key of its description in the wording. `prefixes` are the first words of the
    callback data that belong to the feature. `admin_only` features change a group's settings.
    `for_administrators` are those of the bot alone (`BOT_ADMINS`): to everybody else its commands and buttons do not
    exist. Such a feature may take what an administrator writes: `on_text` says whether it did.
    """

    name: str
    commands: Mapping[str, str] = field(default_factory=dict)
    on_command: Mapping[str, CommandHandling] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ()
    on_button: ButtonHandling | None = None
    admin_only: bool = False
    for_administrators: bool = False
    on_text: TextHandling | None = None
