"""/settings: language, who reads, age and country, each changed in one tap."""

from __future__ import annotations

from dataclasses import replace

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.menus import settings_question, settings_reply
from content.model import AgeBand, Audience


async def settings(context: BotContext, _: str) -> None:
    """Show the settings as they are."""
    await send_reply(context, settings_reply(context.pack, await context.profile(), first_language=_own(context)))


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Ask for one setting, or keep the answer and show the settings again."""
    profile = await context.profile()
    said = None if press.argument == "skip" else press.argument
    match press.verb:
        case "show":
            await edit_reply(context, settings_reply(context.pack, profile, first_language=_own(context)))
            return
        case "ask":
            await edit_reply(context, settings_question(context.pack, profile, press.argument))
            return
        case "language":
            if press.argument not in context.pack.languages:
                raise KeyError(press.argument)
            profile = replace(profile, language=press.argument)
        case "audience":
            profile = replace(profile, audience=Audience(said) if said else None)
        case "age":
            profile = replace(profile, age_band=AgeBand(said) if said else None)
        case "country":
            if said is not None and said not in context.pack.countries:
                raise KeyError(said)
            profile = replace(profile, country=said)
        case _:
            raise KeyError(press.verb)
    await context.save_profile(profile)
    await edit_reply(context, settings_reply(context.pack, profile, first_language=_own(context)))


def _own(context: BotContext) -> str:
    """Return the language of the person's app, which stands first among the languages."""
    return context.guessed_profile().language


FEATURE = Feature(
    "settings", {"settings": "command.settings"}, {"settings": settings}, ("settings",), on_button, admin_only=True
)
