"""Which first screens are longer than a phone shows: told to editors by `mamori check`, with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

from bot.replies.answer import answer
from bot.replies.emergency import LIKELY_COUNTRIES
from bot.replies.model import Reply
from bot.replies.screen import lines_over
from bot.replies.topics import topic_reply
from bot.understanding.model import Ranked, Understanding
from content.faults import Fault, Severity
from content.load import Loaded
from content.model import Audience, Pack, TopicText
from content.profile import Profile

_READERS = {
    None: "who did not say who they are",
    Audience.PARENT: "parents",
    Audience.YOUNG: "young people",
    Audience.TEACHER: "teachers",
}


def check_first_screens(loaded: Loaded) -> Iterator[Fault]:
    """Yield a warning for each text whose first screen some reader would have to scroll, naming the worst case.

    Readers are looked at without a country and in the countries that are likeliest for the language, at noon of the
    day on which the text was reviewed: helplines that grow old meanwhile are warned of by themselves.
    """
    for code, language in loaded.pack.languages.items():
        for topic, text in language.topics.items():
            if topic not in loaded.pack.topics:
                continue
            over, reader, place = max(_overhangs(loaded.pack, topic, text, code), key=lambda found: found[0])
            if over:
                lines = "a line" if over == 1 else f"{over} lines"
                told = f"takes {lines} more than a phone shows, for {_READERS[reader]}{place}"
                what = "move what need not come first to a further part"
                yield Fault(*loaded.place(code, "topics", topic), f"the first screen {told}: {what}", Severity.WARNING)


def first_screens(pack: Pack, topic: str, profile: Profile, now: datetime) -> Iterator[Reply]:
    """Yield what a reader first sees of a topic: opened from a menu, and as the answer to a question."""
    yield topic_reply(pack, topic, profile, now)
    if topic != "helplines":  # a question about them is answered with the list itself
        yield answer(pack, Understanding(pack.topics[topic].urgency, topic, (Ranked(topic, 1.0),)), profile, now)


def _overhangs(pack: Pack, topic: str, text: TopicText, code: str) -> Iterator[tuple[int, Audience | None, str]]:
    noon = datetime.combine(text.reviewed, time(12), UTC)
    for country in (None, *(one for one in LIKELY_COUNTRIES.get(code, ()) if one in pack.countries)):
        for reader in _READERS:
            profile = Profile(language=code, country=country, audience=reader)
            for reply in first_screens(pack, topic, profile, noon):
                yield lines_over(reply), reader, f" in {country}" if country else ""
