"""/talk: conversation starters for the child's age."""

from __future__ import annotations

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.chance import draw
from bot.replies.model import Reply
from bot.replies.talk import ages_reply, parse_starters, starters_reply
from content.model import AgeBand


async def talk(context: BotContext, _: str) -> None:
    """Show three starters for the age that the reader told, or ask for the age."""
    profile = await context.profile()
    if profile.age_band is None:
        await send_reply(context, ages_reply(context.pack, profile))
    else:
        await send_reply(context, await _from_anywhere(context, profile.age_band))


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Show other starters, the ages, or the starters of one age, in place."""
    profile = await context.profile()
    match press.verb:
        case "show":
            band, first = parse_starters(press.argument)
            await edit_reply(context, starters_reply(context.pack, band, first, profile))
        case "ages":
            await edit_reply(context, ages_reply(context.pack, profile))
        case "age":
            await edit_reply(context, await _from_anywhere(context, AgeBand(press.argument)))
        case _:
            raise KeyError(press.verb)


async def _from_anywhere(context: BotContext, band: AgeBand) -> Reply:
    """Begin at a starter that the message's number draws, so that a double tap shows the same ones."""
    message_id = context.message.message_id if context.message else 0
    first = draw(context.services.seed, context.chat.id, message_id)
    return starters_reply(context.pack, band, first, await context.profile())


FEATURE = Feature("talk", {"talk": "command.talk"}, {"talk": talk}, ("talk",), on_button)
