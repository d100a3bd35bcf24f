from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.replies.credits import publishers
from bot.replies.menus import ready_reply
from bot.replies.topics import topic_reply
from content.load import load_pack
from content.model import Audience, Pack
from content.profile import Profile

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


@pytest.mark.parametrize(("language", "parent"), [("en", "my son"), ("ja", "息子")])
def test_a_young_person_gets_examples_of_their_own_after_the_first_questions(
    pack: Pack, language: str, parent: str
) -> None:
    assert parent in ready_reply(pack, Profile(language=language, audience=Audience.PARENT)).plain
    assert parent not in ready_reply(pack, Profile(language=language, audience=Audience.YOUNG)).plain


@pytest.mark.parametrize(
    ("language", "own", "parent"), [("en", "What you can say", "What to say"), ("ja", "伝えるときの言葉", "かける言葉")]
)
def test_the_names_of_parts_speak_to_the_reader(pack: Pack, language: str, own: str, parent: str) -> None:
    for audience, wanted in ((Audience.YOUNG, own), (Audience.PARENT, parent), (None, parent)):
        reply = topic_reply(pack, "sextortion", Profile(language=language, audience=audience), NOW)
        assert wanted in [button.label for row in reply.buttons for button in row]


@pytest.mark.parametrize(("language", "words"), [("en", ("my child", "your child")), ("ja", ("うちの子", "お子さん"))])
def test_no_title_speaks_in_the_voice_of_one_reader(pack: Pack, language: str, words: tuple[str, ...]) -> None:
    for text in pack.languages[language].topics.values():
        assert not any(word in text.title.casefold() for word in words), text.title


def test_publishers_are_told_apart_where_their_names_have_commas(pack: Pack) -> None:
    shown = publishers(pack, pack.languages["en"].topics["family-rules"].sources, 2)
    assert shown == "Childnet, UK · Internet Watch Foundation, UK"
