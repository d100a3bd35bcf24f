"""The methods of the Bot API that the sandbox knows, by their name in lower case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.sandbox.inputs import Inputs
from bot.sandbox.methods import about, answering, chats, editing, receiving, sending
from bot.sandbox.state import Sandbox

Method = Callable[[Sandbox, Inputs], object | Awaitable[object]]

METHODS: dict[str, Method] = {
    function.__name__.replace("_", ""): function
    for module in (about, answering, chats, editing, receiving, sending)
    for function in module.METHODS
}
