"""The voice of one conversation, carried by its buttons: whom an emergency happens to is stored nowhere."""

from __future__ import annotations

from dataclasses import replace

from bot.replies.model import Button, Reply
from content.model import Audience

_CARRIERS = ("emergency:", "emergency-country:", "topic:")


def carry_voice(reply: Reply, voice: Audience | None) -> Reply:
    """Return the reply with the voice in the data of the buttons that lead on, so that what follows is told in it.

    Without a voice the reply is returned as it is, and its buttons answer in that of the profile.
    """
    if voice is None:
        return reply
    return replace(reply, buttons=tuple(tuple(_with_voice(button, voice) for button in row) for row in reply.buttons))


def read_voice(argument: str) -> tuple[str, Audience | None]:
    """Return the argument of a button without the voice that it carries, and that voice; None when it carries none."""
    rest, _, voice = argument.rpartition(".")
    return (rest, Audience(voice)) if rest and voice in set(Audience) else (argument, None)


def _with_voice(button: Button, voice: Audience) -> Button:
    if button.data is None or not button.data.startswith(_CARRIERS):
        return button
    return replace(button, data=f"{button.data}.{voice}")
