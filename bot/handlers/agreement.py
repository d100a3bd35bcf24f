"""/agreement: the family agreement, as a text to talk about and a page to print."""

from __future__ import annotations

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.documents import send_paper
from bot.handlers.feature import Feature
from bot.handlers.sending import answer_query, send_reply
from bot.prints.press import PrintError
from bot.replies.agreement import agreement_paper, agreement_reply
from bot.replies.model import Reply
from bot.replies.wording import Words


async def agreement(context: BotContext, _: str) -> None:
    """Send the text, then the same as a PDF; without the PDF the text still helps."""
    language = (await context.profile()).language
    words = Words(context.pack, language)
    await send_reply(context, agreement_reply(context.pack, language))
    paper = agreement_paper(context.pack, language)
    try:
        await send_paper(context, paper, name=words("agreement.file"), caption=words.html("agreement.caption"))
    except PrintError:
        await send_reply(context, Reply((words.html("agreement.no-page"),)))


async def on_button(context: BotContext, _: ButtonPress) -> None:
    """Send it for the button under the topic about rules."""
    await answer_query(context)
    await agreement(context, "")


FEATURE = Feature("agreement", {"agreement": "command.agreement"}, {"agreement": agreement}, ("agreement",), on_button)
