"""/admin: what administrators may know of the whole, as a picture and as numbers, now and every week."""

from __future__ import annotations

import logging

from telegram.error import Forbidden, TelegramError
from telegram.ext import ExtBot

from bot.charts.cache import ChartError
from bot.delivery.overview import gather_overview, next_summary
from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, keyboard
from bot.handlers.services import Services
from bot.replies.overview import overview_reply, overview_sheet
from content.profile import Profile

logger = logging.getLogger(__name__)


async def admin(context: BotContext, _: str) -> None:
    """Send the overview."""
    await send_overview(context.bot, context.services, context.chat.id, (await context.profile()).language)


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Show the numbers anew, or begin or end the weekly summary."""
    services, chat_id = context.services, context.chat.id
    match press.verb:
        case "show":
            pass
        case "weekly-on":
            await services.store.want_summary(chat_id, next_summary(services.clock()))
        case "weekly-off":
            await services.store.want_summary(chat_id, None)
        case _:
            raise KeyError(press.verb)
    await services.tally.flush(services.store)
    language = (await context.profile()).language
    overview = await gather_overview(services.store, services.pack, services.clock(), language)
    weekly = await services.store.summary_due(chat_id) is not None
    await edit_reply(context, overview_reply(services.pack, language, overview, weekly=weekly))


async def send_overview(bot: ExtBot[str], services: Services, chat_id: int, language: str) -> None:
    """Send the picture and the numbers; a picture that cannot be drawn is left out. Raises TelegramError."""
    await services.tally.flush(services.store)
    overview = await gather_overview(services.store, services.pack, services.clock(), language)
    sheet = overview_sheet(services.pack, language, overview)
    if sheet is not None:
        try:
            await bot.send_photo(chat_id, await services.charts.draw(sheet, language))
        except ChartError as error:
            logger.warning("overview-not-drawn", extra={"error": str(error)})
    weekly = await services.store.summary_due(chat_id) is not None
    reply = overview_reply(services.pack, language, overview, weekly=weekly)
    for number, part in enumerate(reply.parts, start=1):
        markup = keyboard(reply.buttons) if number == len(reply.parts) else None
        await bot.send_message(chat_id, part, reply_markup=markup)


class SummarySender:
    """Sends the weekly overview to one who wants it and still is an administrator."""

    def __init__(self, bot: ExtBot[str], services: Services) -> None:
        self._bot = bot
        self._services = services

    async def __call__(self, chat_id: int) -> None:
        """Send it; who is no administrator any more, or blocked the bot, gets none again. Raises StoreError."""
        services = self._services
        if chat_id not in services.administrators:
            await services.store.want_summary(chat_id, None)
            return
        profile = await services.store.profile_of(chat_id) or Profile()
        try:
            await send_overview(self._bot, services, chat_id, profile.language)
        except Forbidden:
            await services.store.want_summary(chat_id, None)
        except TelegramError as error:
            logger.warning("summary-refused", extra={"error": type(error).__name__})


FEATURE = Feature("admin", {"admin": "command.admin"}, {"admin": admin}, ("admin",), on_button, for_administrators=True)
