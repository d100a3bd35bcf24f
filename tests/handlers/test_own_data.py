"""/mydata and /forget: what is held is shown, and the receipt speaks the reader's language."""

from __future__ import annotations

import pytest

from bot.replies.about import forgotten_reply
from bot.storage.model import ChatKind
from bot.storage.schema import PERSONAL, broadcast_texts, broadcasts
from content.model import Pack
from content.profile import Profile
from tests.handlers.rig import GROUP, MOTHER, Rig, buttons_of, text_of


@pytest.mark.parametrize("language", ["en", "ja", "es"])
def test_the_receipt_names_everything_that_can_be_erased_in_the_readers_language(pack: Pack, language: str) -> None:
    tables = [table.name for table in (*PERSONAL, broadcasts, broadcast_texts)]
    receipt = forgotten_reply(pack, Profile(language=language), dict.fromkeys(tables, 3)).plain
    assert not [name for name in tables if f"• {name}:" in receipt or f"• {name}：" in receipt]
    lines = [line for line in receipt.split("\n") if line.startswith("•")]
    assert len(set(lines)) == len(tables)
    assert all("3" in line for line in lines)


async def test_forgetting_gives_a_receipt_without_the_names_of_tables(rig: Rig, pack: Pack) -> None:
    await rig.services.store.save_profile(MOTHER, Profile(language="ja"), ChatKind.PRIVATE, rig.clock.now())
    (asked,) = await rig.says("/forget", MOTHER)
    await rig.presses("forget:yes:all", asked, MOTHER)
    receipt = text_of(rig.last(MOTHER))
    assert pack.languages["ja"].wording["table.chats"] in receipt
    assert "chats" not in receipt


async def test_where_nothing_is_stored_a_sentence_says_so(rig: Rig, pack: Pack) -> None:
    username = rig.sandbox.world.bot["username"]
    (group,) = await rig.says(f"/mydata@{username}", MOTHER, GROUP)
    assert text_of(group) == pack.languages["ja"].wording["mydata.nothing"].replace("**", "")
    assert "privacy:show:all" in buttons_of(group)
