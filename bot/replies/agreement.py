"""The family agreement: as a message to talk about, and as a page to fill in and hang up."""

from __future__ import annotations

from bot.prints.model import Blanks, Block, Heading, Paper, Paragraph, Points
from bot.replies.credits import publishers
from bot.replies.model import Button, Reply
from bot.replies.render import bold, render_text, split_text
from bot.replies.tongues import other_language
from bot.replies.topics import has_words, topic_button
from bot.replies.wording import FALLBACK_LANGUAGE, Words
from content.model import Agreement, Pack

_TOPIC = "family-rules"
_SIZE = 10.5
"""Points of the running text: all of it fits one page."""


def agreement_reply(pack: Pack, language: str) -> Reply:
    """Return the agreement as text, with the way to the topic about rules. Raises KeyError when there is none."""
    agreement, written_in = _written(pack, language)
    words = Words(pack, language)
    sections = [
        "\n".join((f"**{part.heading}**", *(f"- {point}" for point in part.points))) for part in agreement.parts
    ]
    texts = split_text("\n\n".join((agreement.intro, *sections, words("agreement.page-follows"))))
    head = "\n\n".join((*other_language(pack, written_in, language), bold(agreement.title), render_text(texts[0])))
    parts = (head, *(render_text(text) for text in texts[1:]))
    buttons: tuple[Button, ...] = (topic_button(pack, _TOPIC, language),) if has_words(pack, _TOPIC) else ()
    return Reply(parts, (buttons,) if buttons else ())


def agreement_paper(pack: Pack, language: str) -> Paper:
    """Return the agreement as a page to print. Raises KeyError when there is none."""
    agreement, written_in = _written(pack, language)
    blocks: list[Block] = [Paragraph(agreement.intro)]
    for part in agreement.parts:
        blocks += (Heading(part.heading), Points(part.points))
    blocks.append(Blanks(agreement.blanks))
    words = Words(pack, written_in)
    footer = words("sources-line", sources=publishers(pack, agreement.sources), reviewed=agreement.reviewed.isoformat())
    return Paper(written_in, agreement.title, tuple(blocks), footer, _SIZE)


def _written(pack: Pack, language: str) -> tuple[Agreement, str]:
    for code in (language, FALLBACK_LANGUAGE, *pack.languages):
        words = pack.languages.get(code)
        if words is not None and words.agreement is not None:
            return words.agreement, code
    raise KeyError("no language of the pack has a family agreement")
