"""Which language a message is answered in, and what is said about it in the asker's own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.replies.model import CAPTION_LIMIT, MESSAGE_LIMIT, Reply
from bot.replies.render import italic, length
from bot.replies.wording import FALLBACK_LANGUAGE, Words
from bot.understanding.spoken import spoken_language
from content.model import Pack
from content.profile import Profile


@dataclass(frozen=True, slots=True)
class Tongue:
    """The reply language of a message, and a line in the asker's language when that is not the expected one."""

    language: str
    line: str = ""

    def on_top(self, reply: Reply) -> Reply:
        """Return the reply with the line above its first words. Where there is no room for it, it is left out."""
        if not self.line:
            return reply
        first = f"{italic(self.line)}\n\n{reply.parts[0]}"
        if length(first) > (CAPTION_LIMIT if reply.picture else MESSAGE_LIMIT):
            return reply
        return replace(reply, parts=(first, *reply.parts[1:]))


def choose_tongue(pack: Pack, text: str, profile: Profile, app: str | None = None) -> Tongue:
    """Choose the language of the answer to `text`: the asker's where the pack has it, else that of the profile.

    `app` is the language tag of the person's app; it counts where the words do not tell, and nobody chose a language.
    """
    spoken = spoken_language(text, pack.askers, reader=profile.language)
    if spoken is None:
        return Tongue(profile.language, app_line(pack, profile, app))
    code = spoken.partition("-")[0]
    if code == profile.language:
        return Tongue(profile.language)
    if code in pack.languages:
        return Tongue(code, Words(pack, code)("as-you-wrote"))
    return Tongue(profile.language, _line(pack, spoken, profile.language))


def app_line(pack: Pack, profile: Profile, app: str | None) -> str:
    """Return the line for a reader whose app speaks a language that the pack lacks, empty when there is nothing to say.

    `app` is a language tag such as `de`, `pt-br` or `zh-hant`.
    """
    tag = (app or "").lower().replace("_", "-")
    code = tag.partition("-")[0]
    known = next((name for name in (tag, code) if name in pack.askers), None)
    if known is None or code in pack.languages or profile.language != FALLBACK_LANGUAGE:
        return ""
    return _line(pack, known, profile.language)


def _line(pack: Pack, asker: str, language: str) -> str:
    return pack.askers[asker].line.format(language=pack.languages[language].name)
