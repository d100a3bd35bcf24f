"""Under an answer: "Was this it?". Counted by topic alone, and "no" leads on to the next two."""

from __future__ import annotations

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import drop_row, edit_reply
from bot.replies.answer import not_it_reply


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Count a vote. "Yes" takes the question away, "no" shows other topics in place of the answer."""
    profile = await context.profile()
    topic, *others = press.argument.split(".")
    if press.verb not in {"yes", "no"} or topic not in context.pack.topics:
        raise KeyError(press.verb)
    context.services.tally.add("vote", f"{press.verb}:{topic}", profile.language)
    if press.verb == "yes":
        await drop_row(context, "vote:")
    else:
        await edit_reply(context, not_it_reply(context.pack, others, profile))


FEATURE = Feature("vote", prefixes=("vote",), on_button=on_button)
