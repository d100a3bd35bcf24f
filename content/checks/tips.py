"""Rules for tips: short, sourced, for somebody, in every complete language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from content.faults import Fault
from content.load import Loaded

LENGTH = 280
"""Characters of a tip: one thing to do today."""


def check_tips(loaded: Loaded, today: date) -> Iterator[Fault]:
    """Yield what is wrong with tips and their words."""
    pack = loaded.pack
    for name, tip in pack.tips.items():
        file, line = loaded.place("tips", name)
        if tip.topic not in pack.topics:
            yield Fault(file, line, f"the tip '{name}' belongs to '{tip.topic}', which is no topic")
        for source in tip.sources:
            if source not in pack.sources:
                yield Fault(file, line, f"the tip '{name}' names the source '{source}', which is not in sources.yaml")
        if tip.reviewed > today:
            yield Fault(file, line, f"the review of the tip '{name}' ({tip.reviewed}) is in the future")
        for code, language in pack.languages.items():
            if language.complete and name not in language.tips:
                meanwhile = f"readers of '{code}' get other tips instead"
                yield loaded.untranslated(("tips", name), f"the tip '{name}' has no words in '{code}'", meanwhile)
    for code, language in pack.languages.items():
        for name, text in language.tips.items():
            file, line = loaded.place(code, "tips", name)
            if name not in pack.tips:
                yield Fault(file, line, f"'{name}' is not in the list of tips")
            if len(text) > LENGTH:
                yield Fault(file, line, f"the tip '{name}' has {len(text)} characters; at most {LENGTH} are read")
