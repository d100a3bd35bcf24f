"""The bot's own words, by key and language."""

from __future__ import annotations

from dataclasses import dataclass

from bot.replies.render import render_text
from content.model import Pack

FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """Looks up the wording of one language; a key missing there is taken from the fall-back language.

    Both are complete in a checked pack, so that a KeyError here means a key that no language has.
    """

    pack: Pack
    language: str

    def __call__(self, key: str, /, **fields: object) -> str:
        """Return the wording with `{fields}` filled in, as plain text."""
        template = self._template(key)
        return template.format(**fields) if fields else template

    def html(self, key: str, /, **fields: object) -> str:
        """Return the wording as HTML: `**bold**` and lists are rendered, everything else is escaped."""
        return render_text(self(key, **fields))

    def _template(self, key: str) -> str:
        for code in (self.language, FALLBACK_LANGUAGE):
            pack = self.pack.languages.get(code)
            if pack is not None and key in pack.wording:
                return pack.wording[key]
        raise KeyError(f"no language of the pack words '{key}'")


def reply_language(pack: Pack, wanted: str | None) -> str:
    """Return the reply language for a language tag such as `ja` or `pt-br`: the same language, else English."""
    code = (wanted or "").lower().replace("_", "-").partition("-")[0]
    return code if code in pack.languages else FALLBACK_LANGUAGE
