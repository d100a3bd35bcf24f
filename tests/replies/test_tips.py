"""Tips as replies are rendered once for a kind of reader, and are those that would be rendered anew."""

from __future__ import annotations

from itertools import product

import pytest

from bot.replies.tips import TipReplies, tip_reply
from content.load import load_pack
from content.model import Audience, Pack
from content.profile import Profile


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


def test_a_kept_reply_is_the_one_that_would_be_rendered(pack: Pack) -> None:
    replies = TipReplies()
    links = (None, "https://t.me/mamori_bot?start=")
    for tip in list(pack.tips)[::50]:
        for language, audience, daily, link in product(pack.languages, (None, *Audience), (True, False), links):
            profile = Profile(language=language, audience=audience)
            expected = tip_reply(pack, tip, profile, daily=daily, link=link)
            for _ in range(2):
                assert replies.of(pack, tip, profile, daily=daily, link=link) == expected


def test_a_tip_is_rendered_once_for_readers_of_one_kind(pack: Pack) -> None:
    replies, tip = TipReplies(), next(iter(pack.tips))
    first = replies.of(pack, tip, Profile(language="ja", country="JP"))
    assert replies.of(pack, tip, Profile(language="ja", country="GB")) is first


def test_a_reloaded_pack_is_rendered_anew(pack: Pack) -> None:
    replies, tip = TipReplies(), next(iter(pack.tips))
    replies.of(pack, tip, Profile())
    english = pack.languages["en"]
    changed = english.model_copy(update={"tips": {**english.tips, tip: "Another wording."}})
    newer = pack.model_copy(update={"version": "newer", "languages": {**pack.languages, "en": changed}})
    assert "Another wording." in replies.of(newer, tip, Profile()).plain


def test_an_unknown_tip_is_refused(pack: Pack) -> None:
    with pytest.raises(KeyError):
        TipReplies().of(pack, "no-such-tip", Profile())
