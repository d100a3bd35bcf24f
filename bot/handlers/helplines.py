"""/helplines: whom to call or message, for the country that the reader chose."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.helplines import countries_reply, helplines_reply

logger = logging.getLogger(__name__)


async def helplines(context: BotContext, _: str) -> None:
    """Show the helplines of the reader's country; without one, the worldwide ones and the countries to choose from."""
    await send_reply(context, helplines_reply(context.pack, await context.profile(), context.services.clock()))


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Show the helplines, or the countries; when one was tapped, its lines (and keep it, where the person may)."""
    profile = await context.profile()
    if press.verb == "others":
        await edit_reply(context, countries_reply(context.pack, profile))
        return
    if press.verb == "country":
        if press.argument not in context.pack.countries:
            raise KeyError(press.argument)
        profile = replace(profile, country=press.argument)
        if context.is_private:
            await keep_country(context, profile.country)
    await edit_reply(context, helplines_reply(context.pack, profile, context.services.clock()))


async def keep_country(context: BotContext, country: str | None) -> None:
    """Keep the country if the store can; the helplines are shown in any case."""
    try:
        await context.save_profile(replace(await context.profile(), country=country))
    except Exception:  # noqa: BLE001  # help is shown even when nothing can be written
        logger.warning("country-not-kept")


FEATURE = Feature("helplines", {"helplines": "command.helplines"}, {"helplines": helplines}, ("helplines",), on_button)
