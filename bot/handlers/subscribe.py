"""/subscribe and /unsubscribe: the daily tip, at the person's own hour in their own zone."""

from __future__ import annotations

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.places import ASKING, ask_for_place
from bot.handlers.sending import edit_reply, send_reply
from bot.handlers.wishes import Wishes
from bot.storage.model import ChatKind


async def subscribe(context: BotContext, words: str) -> None:
    """Begin or change the daily tip. `/subscribe 7:30 Tokyo` does it in one line; alone it asks."""
    wishes = await own_wishes(context)
    await send_reply(context, await (wishes.from_words(words) if words else wishes.show()))


async def unsubscribe(context: BotContext, _: str) -> None:
    """End the daily tip."""
    await send_reply(context, await (await own_wishes(context)).stop())


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Change one part of the subscription in place, or ask for a place with a message of its own."""
    wishes = await own_wishes(context)
    if press.verb in ASKING:
        await ask_for_place(context, wishes, press.verb, press.argument)
    else:
        await edit_reply(context, await wishes.act(press.verb, press.argument))


async def own_wishes(context: BotContext) -> Wishes:
    """Return the wishes of the chat that the update is from."""
    profile = await context.profile()
    return Wishes(context.services, context.chat.id, ChatKind(context.chat.type), profile, profile.language)


FEATURE = Feature(
    "subscribe",
    {"subscribe": "command.subscribe", "unsubscribe": "command.unsubscribe"},
    {"subscribe": subscribe, "unsubscribe": unsubscribe},
    ("subscribe",),
    on_button,
    admin_only=True,
)
