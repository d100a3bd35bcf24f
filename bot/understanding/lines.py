"""The lines that heads are fitted from, and the hash that says which content fitted heads belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.understanding.artefact import content_hash
from content.bank import Bank
from content.model import BankLine, Topic, TopicText, Urgency

Progress = Callable[[str, float], None]
"""Is told what is being done and how much of all is done, from 0 to 1."""

EDITOR = "editor"
"""The writer of lines that come from a topic's own examples and keywords: they say nothing of urgency."""

Texts = Mapping[str, Mapping[str, TopicText]]
"""Topic texts by language and topic."""


def silent(_what: str, _share: float) -> None:
    """Take progress without a word."""


def training_lines(bank: Bank, texts: Texts | None = None) -> tuple[BankLine, ...]:
    """Return the lines of the bank, then the examples and keywords that editors gave to topics."""
    lines = list(bank.lines)
    for language, topics in sorted((texts or {}).items()):
        for topic, text in sorted(topics.items()):
            for style, sentences in (("short", text.examples), ("keyword", text.keywords)):
                lines += [
                    BankLine(
                        topics=(topic,), urgency=Urgency.NONE, style=style, text=t, language=language, writer=EDITOR
                    )
                    for t in sentences
                ]
    return tuple(lines)


def hash_content(bank: Bank, topics: Mapping[str, Topic], texts: Texts | None = None) -> str:
    """Return the hash that fitted heads of this content carry."""
    return content_hash(
        training_lines(bank, texts), bank.slang, {name: topic.urgency.value for name, topic in topics.items()}
    )
