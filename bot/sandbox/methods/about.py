"""What the bot says of itself: who it is, its commands, descriptions and menu button."""

from __future__ import annotations

from bot.sandbox.errors import bad_request
from bot.sandbox.inputs import Inputs
from bot.sandbox.methods.sending import find_chat
from bot.sandbox.profile import read_commands, read_language, read_profile_text, read_scope
from bot.sandbox.state import Sandbox
from bot.sandbox.world import Json


def get_me(sandbox: Sandbox, inputs: Inputs) -> Json:  # noqa: ARG001  every method has the same shape
    """Return the bot."""
    return {
        **sandbox.world.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_my_commands(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Set the commands of a scope and language."""
    key = (read_scope(inputs), read_language(inputs))
    sandbox.profile.commands[key] = read_commands(inputs)
    sandbox.events.tell("profile")
    return True


def get_my_commands(sandbox: Sandbox, inputs: Inputs) -> list[Json]:
    """Return the commands of exactly this scope and language."""
    return sandbox.profile.commands.get((read_scope(inputs), read_language(inputs)), [])


def delete_my_commands(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Take the commands of a scope and language away."""
    sandbox.profile.commands.pop((read_scope(inputs), read_language(inputs)), None)
    sandbox.events.tell("profile")
    return True


def set_my_description(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Set what an empty chat shows."""
    return _set(sandbox, inputs, "description")


def get_my_description(sandbox: Sandbox, inputs: Inputs) -> Json:
    """Return what an empty chat shows."""
    return _get(sandbox, inputs, "description")


def set_my_short_description(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Set what the bot's profile shows."""
    return _set(sandbox, inputs, "short_description")


def get_my_short_description(sandbox: Sandbox, inputs: Inputs) -> Json:
    """Return what the bot's profile shows."""
    return _get(sandbox, inputs, "short_description")


def set_my_name(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Set the bot's name in a language."""
    return _set(sandbox, inputs, "name")


def get_my_name(sandbox: Sandbox, inputs: Inputs) -> Json:
    """Return the bot's name in a language."""
    return {"name": _get(sandbox, inputs, "name")["name"] or sandbox.world.bot["first_name"]}


def set_chat_menu_button(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Set the button beside the message field, for one private chat or for all."""
    button = inputs.structure("menu_button", "MenuButton") or {"type": "default"}
    kind = button.get("type") if isinstance(button, dict) else None
    if kind not in ("commands", "default", "web_app"):
        raise bad_request("can't parse menu button: Unsupported type specified")
    chat_id = find_chat(sandbox, inputs).id if inputs.has("chat_id") else 0
    sandbox.profile.buttons[chat_id] = button
    sandbox.events.tell("profile")
    return True


def get_chat_menu_button(sandbox: Sandbox, inputs: Inputs) -> Json:
    """Return the button beside the message field."""
    chat_id = find_chat(sandbox, inputs).id if inputs.has("chat_id") else 0
    return sandbox.profile.button_for(chat_id)


def _set(sandbox: Sandbox, inputs: Inputs, what: str) -> bool:
    sandbox.profile.texts[(what, read_language(inputs))] = read_profile_text(inputs, what)
    sandbox.events.tell("profile")
    return True


def _get(sandbox: Sandbox, inputs: Inputs, what: str) -> Json:
    return {what: sandbox.profile.text_for(what, read_language(inputs))}


METHODS = (
    get_me,
    set_my_commands,
    get_my_commands,
    delete_my_commands,
    set_my_description,
    get_my_description,
    set_my_short_description,
    get_my_short_description,
    set_my_name,
    get_my_name,
    set_chat_menu_button,
    get_chat_menu_button,
)
