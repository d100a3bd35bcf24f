"""/tips: the next tip that fits, now."""

from __future__ import annotations

from bot.delivery.choose import choose_tip
from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.model import Reply
from bot.replies.tips import no_tip_reply, tip_topics_menu


async def tips(context: BotContext, _: str) -> None:
    """Show the next tip."""
    await send_reply(context, await _next_tip(context, None))


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Show the next tip, the choice of topics, or the next tip of one topic."""
    match press.verb:
        case "next":
            await edit_reply(context, await _next_tip(context, None))
        case "topics":
            await edit_reply(context, tip_topics_menu(context.pack, await context.profile()))
        case "topic":
            if press.argument not in context.pack.topics:
                raise KeyError(press.argument)
            await edit_reply(context, await _next_tip(context, press.argument))
        case _:
            raise KeyError(press.verb)


async def _next_tip(context: BotContext, topic: str | None) -> Reply:
    services = context.services
    profile = await context.profile()
    shown = services.shown_tips
    excluded = frozenset() if topic is None else context.pack.topics.keys() - {topic}
    tip = choose_tip(
        context.pack,
        profile,
        sent=shown.of(context.chat.id),
        excluded=excluded,
        day=services.clock().date(),
        seed=services.seed + context.chat.id,
    )
    if tip is None:
        return no_tip_reply(context.pack, profile)
    shown.add(context.chat.id, tip)
    return services.tip_replies.of(context.pack, tip, profile)


FEATURE = Feature("tips", {"tips": "command.tips"}, {"tips": tips}, ("tips",), on_button)
