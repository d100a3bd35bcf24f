"""/stats: the figures, with charts and always with the same numbers as text."""

from __future__ import annotations

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.figures import stats_menu, stats_reply


async def stats(context: BotContext, _: str) -> None:
    """Show the menu of statistics."""
    profile = await context.profile()
    await send_reply(context, stats_menu(context.pack, profile.language))


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Show the menu or one statistic; charts are swapped in place."""
    profile = await context.profile()
    if press.verb == "menu":
        await edit_reply(context, stats_menu(context.pack, profile.language))
        return
    await edit_reply(context, stats_reply(context.pack, press.argument, profile.language))


FEATURE = Feature("stats", {"stats": "command.stats"}, {"stats": stats}, ("stats",), on_button)
