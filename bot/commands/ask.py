"""`mamori ask`: answers on the terminal, one for people or many for scripts."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TextIO

from bot.commands.errors import UsageError
from bot.commands.parts import pack_of, settings_of
from bot.commands.understanding import understander_of
from bot.replies.answer import answer
from bot.replies.model import Reply
from bot.replies.tongues import choose_tongue
from bot.replies.wording import reply_language
from bot.understanding.bar import Bar
from bot.understanding.courtesy import with_courtesy
from bot.understanding.explain import render_explanation, why
from bot.understanding.model import Understander, Understanding
from content.bank import load_bank
from content.dialling import is_region
from content.load import BASE_PACK
from content.model import Audience, Pack, Urgency
from content.profile import Profile

_AUDIENCES = [str(audience) for audience in Audience]
_LANGUAGE = re.compile("[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*")
_TOPICS = ("topic:first:", "stats:show:")
"""What the data of a button begin with that opens a topic."""
_LONGEST_LINE = 1_000_000


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori ask`."""
    parser.add_argument("text", nargs="?", help="the question")
    parser.add_argument("--lang", default=None, help="reply language; without it that of the question")
    parser.add_argument("--country", default=None, help="two-letter country, for helplines")
    parser.add_argument("--audience", choices=_AUDIENCES, default=None, help="who asks")
    parser.add_argument("--json", action="store_true", help="print the answer as one line of JSON")
    parser.add_argument("--why", action="store_true", help="print what decided: examples, keywords, scores")
    parser.add_argument(
        "--jsonl", action="store_true", help="read lines of JSON from standard input, answer each at once"
    )


def run(arguments: argparse.Namespace) -> int:
    """Answer; return 1 when a line of the input was broken."""
    if arguments.jsonl == (arguments.text is not None):
        raise UsageError("mamori ask: give either a question or --jsonl")
    if arguments.text is not None and not arguments.text.strip():
        raise UsageError("mamori ask: the question is empty")
    if arguments.jsonl and sys.stdin is None:
        raise UsageError("mamori ask: --jsonl reads standard input, which is closed")
    settings = settings_of()
    pack = pack_of(settings)
    profile = _profile(pack, arguments.lang, arguments.country, arguments.audience)
    sys.stderr.writelines(f"mamori ask: {line}\n" for line in _stand_ins(pack, arguments, profile))
    understander = understander_of(settings, pack, Bar())
    asker = Asker(pack, understander)
    if arguments.jsonl:
        return asker.answer_lines(sys.stdin, sys.stdout)
    result = asker.ask(arguments.text, profile, said=arguments.lang is not None)
    if arguments.why:
        bank = load_bank([BASE_PACK, *settings.packs], pack.topics)
        sys.stdout.write(render_explanation(why(understander, arguments.text, bank)) + "\n\n")
    sys.stdout.write((json.dumps(result.as_dict(None), ensure_ascii=False) if arguments.json else result.reply) + "\n")
    return 0


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as scripts get it."""

    topic: str | None
    ranked: tuple[str, ...]
    urgency: str
    reply: str

    def as_dict(self, line_id: object) -> dict[str, object]:
        """Return the answer in the form of the contract; `id` only when the question had one."""
        body: dict[str, object] = {
            "topic": self.topic,
            "ranked": list(self.ranked),
            "urgency": self.urgency,
            "reply": self.reply,
        }
        return body if line_id is None else {"id": line_id, **body}


class Asker:
    """Answers questions as the bot would, without any chat."""

    def __init__(self, pack: Pack, understander: Understander) -> None:
        self._pack = pack
        self._understander = understander

    def ask(self, text: str, profile: Profile, *, said: bool = True) -> Answered:
        """Return the answer to one question; when no language was `said`, it is chosen by that of the question."""
        meaning = with_courtesy(self._understander.understand(text), text, self._pack.askers)
        if not said:
            profile = replace(profile, language=choose_tongue(self._pack, text, profile).language)
        reply = answer(self._pack, meaning, profile, datetime.now(UTC))
        if not said:
            reply = choose_tongue(self._pack, text, profile).on(reply)
        ranked = tuple(item.topic for item in meaning.ranked[:5])
        return Answered(meaning.topic, ranked, str(meaning.urgency), with_choices(meaning, reply))

    def answer_lines(self, lines: Iterable[str], out: TextIO) -> int:
        """Answer each line in order, writing at once. A broken line gets an error of its own; return 1 if any was."""
        broken = 0
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            result, ok = self._answer_line(line, number)
            broken += not ok
            out.write(json.dumps(result, ensure_ascii=False) + "\n")
            out.flush()
        return 1 if broken else 0

    def _answer_line(self, line: str, number: int) -> tuple[dict[str, object], bool]:
        line_id: object = None
        try:
            if len(line) > _LONGEST_LINE:
                raise ValueError(f"line {number} is longer than {_LONGEST_LINE} characters")
            item = json.loads(line)
            if not isinstance(item, dict):
                raise ValueError(f"line {number} is not an object")
            line_id = item.get("id")
            if line_id is None:
                raise ValueError(f"line {number} has no 'id'")
            text = item.get("text")
            if not isinstance(text, str):
                raise ValueError(f"line {number} has no 'text'")
            profile = _profile(self._pack, item.get("lang"), item.get("country"), item.get("audience"))
        except (ValueError, UsageError, RecursionError) as error:
            message = f"line {number} is not JSON" if isinstance(error, json.JSONDecodeError) else str(error)
            return {"id": line_id, "error": message}, False
        return self.ask(text, profile, said=item.get("lang") is not None).as_dict(line_id), True


def with_choices(meaning: Understanding, reply: Reply) -> str:
    """Return the words of a reply. Where it asks "one of these?", the topics that its buttons offer stand below."""
    asks = meaning.topic is None or meaning.close
    if meaning.urgency is Urgency.EMERGENCY or meaning.refusal is not None or meaning.figure is not None or not asks:
        return reply.plain
    labels = [button.label for row in reply.buttons for button in row if (button.data or "").startswith(_TOPICS)]
    return "\n\n".join([reply.plain, "\n".join(f"- {label}" for label in labels)]) if labels else reply.plain


def _stand_ins(pack: Pack, arguments: argparse.Namespace, profile: Profile) -> Iterable[str]:
    """Return what is shown in place of a language and a country that the pack does not have."""
    if arguments.lang is not None and not arguments.lang.lower().startswith(profile.language):
        known = ", ".join(sorted(pack.languages))
        yield f"--lang: nothing is written in '{arguments.lang}' (there is {known}), so this is in '{profile.language}'"
    if arguments.country is not None and profile.country is None:
        if not is_region(arguments.country.upper()):
            raise UsageError(f"mamori ask: --country: '{arguments.country}' is no country; write a code such as JP")
        yield f"--country: there are no helplines of {arguments.country.upper()}, so what helps everywhere is shown"


def _profile(pack: Pack, language: object, country: object, audience: object) -> Profile:
    """Return whom the answer is for. A language without a folder gets the nearest there is; other mistakes are said."""
    if language is not None and (not isinstance(language, str) or not _LANGUAGE.fullmatch(language)):
        raise UsageError(f"'lang' {language!r} is not a language code such as en or ja")
    if country is not None and (not isinstance(country, str) or not re.fullmatch("[A-Za-z]{2}", country)):
        raise UsageError(f"'country' {country!r} is not a two-letter code such as {pack.countries[0]}")
    if audience is not None and audience not in _AUDIENCES:
        raise UsageError(f"'audience' {audience!r} is not one of {', '.join(_AUDIENCES)}")
    return Profile(
        language=reply_language(pack, language),
        # A country that the pack has no lines for is like an unknown one: what helps everywhere is shown.
        country=found if (found := str(country or "").upper()) in pack.countries else None,
        audience=Audience(str(audience)) if audience else None,
    )
