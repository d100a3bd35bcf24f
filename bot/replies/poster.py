"""A poster for a wall: what it is about, what to know, whom to call, and the way to ask the bot in private."""

from __future__ import annotations

import html
import re
from datetime import datetime

from bot.prints.model import Block, Code, Heading, Paper, Paragraph, Points
from bot.replies.credits import publishers
from bot.replies.deeplink import DeepLink, deep_link
from bot.replies.figures import figure_sentence
from bot.replies.helpline_choice import choose_helplines, country_lines, emergency_numbers
from bot.replies.helpline_text import emergency_row, localised, ways
from bot.replies.render import escape, render_text
from bot.replies.topics import Voice, choose_voice
from bot.replies.wording import Words
from content.model import Helpline, Need, Pack, Urgency
from content.profile import Profile

_STEPS = 3
_LINES = 4
_SIZE = 16.5
"""Points of the running text: read from an arm's length, and all of it fits one page."""
_CODE_SIDE = 70.0
_SIGNS = re.compile("[☎💬🌐✉🆘]\ufe0f? ?")
"""Signs of a chat that the fonts of a paper do not have."""
_FULL_STOP = re.compile(r"([。！？](?:\*\*)?) ")
"""A space behind a full stop that is wide already: at the beginning of a line it would look like a mistake."""


def poster_paper(pack: Pack, topic: str, profile: Profile, now: datetime, *, username: str) -> Paper:
    """Return the poster of a topic in the profile's language, for its country and audience.

    The numbers are those for any hour, with the date of the oldest check at the foot. Raises KeyError when the
    language has no text of the topic.
    """
    text = pack.languages[profile.language].topics[topic]
    words = Words(pack, profile.language)
    voice = choose_voice(text, profile.audience)
    needs = pack.topics[topic].needs or (Need.GENERAL,)
    found = choose_helplines(pack, profile, needs, now, _LINES, lasting=True)
    lines = [line for line in found if line.kind != "emergency"]
    address = deep_link(username, DeepLink(topic, profile.language))
    blocks: list[Block] = [
        *([Paragraph(words("poster.comfort"))] if pack.topics[topic].urgency is not Urgency.NONE else []),
        *_steps(pack, voice, profile.language),
        Heading(words("poster.call")),
        Paragraph(_danger(pack, profile, words)),
        Points(tuple(_line(line, words) for line in lines)),
        Heading(words("poster.ask")),
        Code(address, words("poster.scan", name=f"@{username}"), _CODE_SIDE),
    ]
    checks = [line.checked for line in lines if line.checked is not None]
    footer = words(
        "poster.footer",
        sources=publishers(pack, text.sources, _STEPS),
        reviewed=text.reviewed.isoformat(),
        checked=min(checks, default=now.date()).isoformat(),
    )
    return Paper(profile.language, voice.title, tuple(blocks), footer, _SIZE)


def _steps(pack: Pack, voice: Voice, language: str) -> tuple[Block, ...]:
    """Return the first steps of what to do now; of a topic without them, how to prevent it, else its first words."""

    def plain(words: str) -> str:
        return _plain(render_text(words, lambda figure: figure_sentence(pack, figure, language)))

    for part in ("now", "prevent"):
        lines = voice.parts.get(part, "").split("\n")
        steps = [plain(line.removeprefix("- ")) for line in lines if line.startswith("- ")]
        if steps:
            return (Points(tuple(steps[:_STEPS])),)
    return (Paragraph(plain(voice.first.partition("\n\n")[0])),)


def _danger(pack: Pack, profile: Profile, words: Words) -> str:
    numbers = emergency_numbers(country_lines(pack, profile.country), (Need.EMERGENCY,))
    return _plain(emergency_row(numbers, words) if numbers else words.html("helpline.local-emergency"))


def _line(line: Helpline, words: Words) -> str:
    hours = [escape(words("helpline.always"))] if line.always else []
    cost = [escape(words("helpline.cost-free"))] if line.cost == "free" else []
    facts = " · ".join((*ways(line, words), *hours, *cost))
    return _plain(f"{escape(localised(line.name, words.language))}: {facts}")


def _plain(rendered: str) -> str:
    """Return rendered words as a paper marks them: bold between stars, no other markup, no signs of a chat."""
    marked = _FULL_STOP.sub(r"\1", re.sub(r"</?b>", "**", rendered))
    return _SIGNS.sub("", html.unescape(re.sub(r"<[^>]+>", "", marked))).strip()
