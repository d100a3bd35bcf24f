"""/topics: the menu of menus, and every button of a topic."""

from __future__ import annotations

from dataclasses import replace

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.answer import bot_reply
from bot.replies.menus import group_menu, topics_menu
from bot.replies.model import Reply
from bot.replies.topics import part_reply, topic_reply
from bot.replies.voices import carry_voice, read_voice
from content.profile import Profile


async def topics(context: BotContext, _: str) -> None:
    """Show the groups of topics."""
    await send_reply(context, topics_menu(context.pack, await context.profile()))


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Show a group, a topic, or one part of a topic, in place."""
    argument, voice = read_voice(press.argument)
    profile = await context.profile()
    profile = replace(profile, audience=voice or profile.audience)
    now = context.services.clock()
    match press.feature, press.verb:
        case "topics", "menu":
            reply = topics_menu(context.pack, profile)
        case "topics", "group":
            reply = group_menu(context.pack, argument, profile)
        case "topic", "first":
            reply = _first(context, argument, profile)
        case "topic", part:
            reply = part_reply(context.pack, argument, part, profile, now)
        case _:
            raise KeyError(press.verb)
    await edit_reply(context, carry_voice(reply, voice))


def _first(context: BotContext, topic: str, profile: Profile) -> Reply:
    now = context.services.clock()
    if topic.startswith("bot-"):
        return bot_reply(context.pack, topic, profile, now, operator=context.services.operator)
    return topic_reply(context.pack, topic, profile, now)


FEATURE = Feature("topics", {"topics": "command.topics"}, {"topics": topics}, ("topics", "topic"), on_button)
