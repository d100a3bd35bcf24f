"""`mamori poster --topic T --lang L`: a page to hang up, with whom to call and a QR code that opens the bot there."""

from __future__ import annotations

import argparse
import asyncio
import difflib
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from telegram.error import InvalidToken, TelegramError

from bot.commands.errors import UsageError
from bot.commands.parts import bot_of, pack_of, settings_of
from bot.prints.draw import draw_on_one_page
from bot.replies.poster import poster_paper
from bot.settings import Settings
from content.model import Audience
from content.profile import Profile

_USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori poster`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--topic", help="id of the topic, for example sextortion")
    what.add_argument("--list", action="store_true", help="print the ids of all topics in that language")
    parser.add_argument("--lang", required=True, help="language of the poster, for example ja")
    parser.add_argument("--country", help="whose helplines; default BOT_DEFAULT_COUNTRY, else those of every country")
    parser.add_argument("--audience", choices=[str(one) for one in Audience], help="whom it speaks to")
    parser.add_argument(
        "--bot", metavar="USERNAME", help="user name of the bot; needed unless BOT_TOKEN is set, which tells it"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="default poster-TOPIC-LANG.pdf")


def run(arguments: argparse.Namespace) -> int:
    """Write the PDF and say where it is."""
    settings = settings_of()
    pack = pack_of(settings)
    _known("--lang", arguments.lang, pack.languages)
    topics = [name for name in pack.topics if name in pack.languages[arguments.lang].topics]
    if arguments.list:
        sys.stdout.writelines(f"{name}\n" for name in topics)
        return 0
    _known(
        "--topic", arguments.topic, topics, f"`mamori poster --lang {arguments.lang} --list` names all {len(topics)}"
    )
    country = arguments.country or settings.default_country
    if country is not None:
        country = country.upper()
        _known("--country", country, pack.countries)
    username = (arguments.bot or "").removeprefix("@") or asyncio.run(_ask_username(settings))
    if not _USERNAME.fullmatch(username):
        raise UsageError(f"mamori poster: --bot: '{username}' is not a user name (5 to 32 letters, digits and _)")
    audience = Audience(arguments.audience) if arguments.audience else None
    profile = Profile(language=arguments.lang, audience=audience, country=country)
    paper = poster_paper(pack, arguments.topic, profile, datetime.now(UTC), username=username)
    out: Path = arguments.out or Path(f"poster-{arguments.topic}-{arguments.lang}.pdf")
    try:
        out.write_bytes(draw_on_one_page(paper))
    except OSError as error:
        raise UsageError(f"mamori poster: {out} cannot be written: {error.strerror}") from None
    sys.stdout.write(f"{out}\n")
    return 0


def _known(option: str, given: str, known: Iterable[str], where: str = "") -> None:
    """Raise UsageError for what is not known, with the nearest names, and all of them or `where` they stand."""
    names = sorted(known)
    if given in names:
        return
    near = difflib.get_close_matches(given, names, n=3, cutoff=0.4)
    told = [f"near it: {', '.join(near)}"] if near else []
    told.append(where or f"there is {', '.join(names)}")
    raise UsageError(f"mamori poster: {option}: there is no '{given}'; {'; '.join(told)}")


async def _ask_username(settings: Settings) -> str:
    if settings.token is None:
        raise UsageError("mamori poster: name the bot with --bot USERNAME, or set BOT_TOKEN")
    try:
        async with bot_of(settings) as bot:
            return bot.username
    except InvalidToken:
        raise UsageError("BOT_TOKEN: Telegram does not know this token") from None
    except TelegramError:
        raise UsageError(f"the Bot API at {settings.api_url} cannot be reached; name the bot with --bot") from None
