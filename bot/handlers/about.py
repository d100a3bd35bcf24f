"""/help, /about, /privacy, /mydata and /forget: what the bot is, what it keeps, and how to erase it."""

from __future__ import annotations

import json

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.about import about_reply, forget_question, forgotten_reply, held_reply, privacy_reply
from bot.replies.menus import help_reply, ready_reply


async def show_help(context: BotContext, _: str) -> None:
    """List what the bot can do."""
    await send_reply(context, help_reply(context.pack, await context.profile(), context.commands))


async def about(context: BotContext, _: str) -> None:
    """Say who runs the bot."""
    reply = about_reply(context.pack, await context.profile(), operator=context.services.operator)
    await send_reply(context, reply)


async def privacy(context: BotContext, _: str) -> None:
    """Say what is stored, why and how long."""
    await send_reply(context, privacy_reply(context.pack, await context.profile()))


async def mydata(context: BotContext, _: str) -> None:
    """Show the very rows that are held about this chat."""
    await send_reply(context, held_reply(context.pack, await context.profile(), await _held(context)))


async def forget(context: BotContext, _: str) -> None:
    """Ask before erasing."""
    await send_reply(context, forget_question(context.pack, await context.profile()))


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Show privacy, the rows held, the question before erasing; or erase and give a receipt."""
    profile = await context.profile()
    match press.feature, press.verb:
        case "privacy", "show":
            await edit_reply(context, privacy_reply(context.pack, profile))
        case "mydata", "show":
            await edit_reply(context, held_reply(context.pack, profile, await _held(context)))
        case "forget", "ask":
            await edit_reply(context, forget_question(context.pack, profile))
        case "forget", "no":
            await edit_reply(context, ready_reply(context.pack, profile))
        case "forget", "yes":
            if not await context.may_change_settings():
                raise KeyError(press.verb)
            receipt = await context.services.store.forget(context.chat.id)
            context.services.forget(context.chat.id)
            context.services.wake()
            await edit_reply(context, forgotten_reply(context.pack, profile, receipt.rows))
        case _:
            raise KeyError(press.verb)


async def _held(context: BotContext) -> str:
    """Return all rows, those included that wait in memory to be written; nothing when there are none."""
    await context.services.tally.flush(context.services.store)
    held = await context.services.store.held(context.chat.id)
    return json.dumps(held, ensure_ascii=False, indent=1, default=str) if held else ""


FEATURE = Feature(
    "about",
    {
        "help": "command.help",
        "about": "command.about",
        "privacy": "command.privacy",
        "mydata": "command.mydata",
        "forget": "command.forget",
    },
    {"help": show_help, "about": about, "privacy": privacy, "mydata": mydata, "forget": forget},
    ("privacy", "mydata", "forget"),
    on_button,
)
