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

    def on(self, reply: Reply) -> Reply:
        """Return the reply with the line above its first words, of an emergency below its last.

        There nothing stands before the first calm sentence. Where there is no room for the line, it is left out.
        """
        if not self.line:
            return reply
        blocks = (reply.parts[0], italic(self.line)) if reply.emergency else (italic(self.line), reply.parts[0])
        first = "\n\n".join(blocks)
        if length(first) > (CAPTION_LIMIT if reply.picture else MESSAGE_LIMIT):
            return reply
        return replace(reply, parts=(first, *reply.parts[1:]))


def choose_tongue(pack: Pack, text: str, profile: Profile, app: str | None = None, own: str | None = None) -> Tongue:
    """Choose the language of the answer to `text`: the asker's where the pack has it, else the one they can read.

    That is `own`, what they chose or else what their app speaks, and the profile's without it: somebody who once wrote
    in a third language is not taken to read it for ever. `app` is the language tag of the person's app; it counts where
    the words do not tell, and nobody chose a language.
    """
    spoken = spoken_language(text, pack.askers, reader=profile.language)
    if spoken is None:
        return Tongue(profile.language, app_line(pack, profile, app))
    code = spoken.partition("-")[0]
    if code == profile.language:
        return Tongue(profile.language)
    if code in pack.languages:
        return Tongue(code, Words(pack, code)("as-you-wrote"))
    readable = own if own is not None and own in pack.languages else profile.language
    return Tongue(readable, _line(pack, spoken, readable))


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


def other_language(pack: Pack, shown: str, wanted: str) -> tuple[str, ...]:
    """Return the line that says in the `wanted` language that what follows is `shown` in another; else nothing."""
    if shown == wanted:
        return ()
    return (italic(Words(pack, wanted)("other-language", language=pack.languages[shown].name)),)


def _line(pack: Pack, asker: str, language: str) -> str:
    return pack.askers[asker].line.format(language=pack.languages[language].name)
