"""/quiz: five questions with buttons. Nothing about a round is stored: the buttons carry all of it."""

from __future__ import annotations

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.chance import draw
from bot.replies.quiz import SEEDS, Place, answer_reply, parse_choice, parse_place, question_reply
from bot.replies.topics import topic_reply


async def quiz(context: BotContext, _: str) -> None:
    """Ask the first question of a new round."""
    message_id = context.message.message_id if context.message else 0
    seed = draw(context.services.seed, context.chat.id, message_id) % SEEDS
    await send_reply(context, question_reply(context.pack, Place(seed), await context.profile()))


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Explain an answer or ask the next question in place; a topic comes below, so that the round stays."""
    profile = await context.profile()
    match press.verb:
        case "a":
            await edit_reply(context, answer_reply(context.pack, parse_choice(press.argument), profile))
        case "n":
            await edit_reply(context, question_reply(context.pack, parse_place(press.argument), profile))
        case "t":
            await send_reply(context, topic_reply(context.pack, press.argument, profile, context.services.clock()))
        case _:
            raise KeyError(press.verb)


FEATURE = Feature("quiz", {"quiz": "command.quiz"}, {"quiz": quiz}, ("quiz",), on_button)
