"""Rules for the bot's own words: every key in every language, with the same places to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from string import Formatter

from content.faults import Fault
from content.load import Loaded

REFERENCE_LANGUAGE = "en"


def check_wording(loaded: Loaded, today: date) -> Iterator[Fault]:  # noqa: ARG001  # all checks are called alike
    """Yield keys that a language lacks or has too many, and `{places}` that differ from the reference language."""
    reference = loaded.pack.languages.get(REFERENCE_LANGUAGE)
    if reference is None:
        yield Fault(
            REFERENCE_LANGUAGE, 1, f"the language '{REFERENCE_LANGUAGE}', which all others fall back to, is missing"
        )
        return
    for code, language in loaded.pack.languages.items():
        file, _ = loaded.place(code, "language", "name")
        for key, text in reference.wording.items():
            if key not in language.wording:
                yield Fault(file, 1, f"the wording '{key}' is missing in '{code}'")
                continue
            own_file, line = loaded.place(code, "wording", key)
            try:
                wanted, found = _places(text), _places(language.wording[key])
            except ValueError:
                yield Fault(own_file, line, f"the wording '{key}' has a brace that is not closed")
                continue
            if wanted != found:
                names = ", ".join(sorted(wanted ^ found))
                yield Fault(own_file, line, f"the wording '{key}' and its English differ in what is filled in: {names}")
        for key in language.wording:
            if key not in reference.wording:
                own_file, line = loaded.place(code, "wording", key)
                yield Fault(own_file, line, f"no language but '{code}' knows the wording '{key}'")


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
