"""Every pressed button: parsed once, handed to its feature, answered kindly when nobody knows it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from bot.handlers.context import BotContext, parse_button
from bot.handlers.feature import Feature
from bot.handlers.sending import answer_query, send_reply
from bot.replies.menus import topics_menu
from bot.replies.wording import Words

logger = logging.getLogger(__name__)


class Buttons:
    """Finds the feature of a button by the first word of its data."""

    def __init__(self, features: tuple[Feature, ...]) -> None:
        self._features: Mapping[str, Feature] = {prefix: feature for feature in features for prefix in feature.prefixes}

    async def __call__(self, context: BotContext) -> None:
        """Handle one press. Buttons live for years: one that is no longer known gets the menu, never silence."""
        if context.incoming.effective_chat is None:
            # Under a card that somebody sent inline: there is no chat of ours to answer in.
            await answer_query(context, Words(context.pack, context.guessed_profile().language)("unknown-button-toast"))
            return
        press = parse_button(context.query.data)
        feature = self._features.get(press.feature) if press else None
        hidden = feature is not None and feature.for_administrators and not context.is_administrator
        if press is None or feature is None or feature.on_button is None or hidden:
            await self._unknown(context)
            return
        if feature.admin_only and not await context.may_change_settings():
            await answer_query(context, Words(context.pack, (await context.profile()).language)("admins-only"))
            return
        await answer_query(context)
        try:
            await feature.on_button(context, press)
        except (KeyError, ValueError) as error:
            logger.info("button-from-another-time", extra={"feature": feature.name, "error": type(error).__name__})
            await self._unknown(context)

    async def _unknown(self, context: BotContext) -> None:
        await answer_query(context)
        profile = await context.profile()
        hint = Words(context.pack, profile.language).html("unknown-button")
        await send_reply(context, replace(topics_menu(context.pack, profile), parts=(hint,)))
