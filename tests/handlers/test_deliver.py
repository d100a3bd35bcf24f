"""The daily tip as it arrives: bland at first sight, with a card for who wants one, safe to press in a channel."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram.request import BaseRequest, RequestData

from bot.charts.cache import ChartCache, ChartError
from bot.charts.wire import Card
from bot.handlers.broadcast_cards import BroadcastSender
from bot.handlers.deliver import TipSender
from bot.storage.broadcast import Broadcast
from content.panels import Sheet
from content.profile import Profile
from tests.handlers.rig import GROUP, MOTHER, Rig, buttons_of, text_of

JAPANESE = Profile(language="ja")
TIP = "one-kind-message"


class Drawer(ChartCache):
    """Counts what it is asked to draw, and draws as the test says."""

    def __init__(self, *, broken: bool = False) -> None:
        super().__init__()
        self.cards: list[tuple[str, str]] = []
        self.broken = broken

    async def draw(self, sheet: Sheet | Card, language: str) -> bytes:
        assert isinstance(sheet, Card)
        self.cards.append((sheet.words, language))
        if self.broken:
            raise ChartError("no picture")
        return await super().draw(sheet, language)


@pytest.fixture
async def sender(rig: Rig) -> TipSender:
    await rig.says("/start")
    return TipSender(rig.application.bot, rig.services)


async def test_a_tip_begins_with_a_bland_line_and_ends_with_its_source(rig: Rig, sender: TipSender) -> None:
    await sender.send_tip(MOTHER, TIP, JAPANESE)
    lines = text_of(rig.last()).splitlines()
    assert lines[0] == rig.services.pack.languages["ja"].wording["tips.daily-head"]
    assert "出典" in lines[-1]
    assert "subscribe:stop:all" in buttons_of(rig.last())


async def test_a_card_is_drawn_once_and_hidden_until_it_is_tapped(rig: Rig, sender: TipSender) -> None:
    drawer = rig.services.charts = Drawer()
    async with drawer:
        first = await sender.send_tip(MOTHER, TIP, JAPANESE, picture=True)
        second = await sender.send_tip(MOTHER, TIP, JAPANESE, picture=True)
    messages = rig.messages(MOTHER)
    assert drawer.cards == [(rig.services.pack.languages["ja"].tips[TIP], "ja")]
    assert messages[first]["photo"][-1]["file_unique_id"] == messages[second]["photo"][-1]["file_unique_id"]
    assert messages[first]["has_media_spoiler"] is True
    assert text_of(messages[first]) == text_of(messages[second])
    assert rig.services.pack.languages["ja"].tips[TIP][:20] in text_of(messages[first])


async def test_without_a_picture_the_words_come_alone(rig: Rig, sender: TipSender) -> None:
    rig.services.charts = Drawer(broken=True)
    await sender.send_tip(MOTHER, TIP, JAPANESE, picture=True)
    assert "photo" not in rig.last()
    assert rig.services.pack.languages["ja"].tips[TIP][:20] in text_of(rig.last())


async def test_in_a_group_no_button_changes_what_everybody_reads(rig: Rig, sender: TipSender) -> None:
    await sender.send_tip(GROUP, TIP, JAPANESE)
    topic = rig.services.pack.tips[TIP].topic
    assert buttons_of(rig.last(GROUP)) == [f"https://t.me/mamori_bot?start=t_{topic}"]


@pytest.mark.parametrize(("rate", "paid"), [(29.0, None), (30.0, None), (1000.0, "true")])
async def test_beyond_what_is_free_tips_and_broadcasts_and_nothing_else_are_sent_as_paid(
    rig: Rig, sender: TipSender, monkeypatch: pytest.MonkeyPatch, rate: float, paid: str | None
) -> None:
    seen: list[str | None] = []
    post = BaseRequest.post

    async def watch(self: BaseRequest, url: str, request_data: RequestData | None = None, **timeouts: Any) -> Any:
        if url.endswith(("/sendMessage", "/sendPhoto")) and request_data is not None:
            seen.append(request_data.json_parameters.get("allow_paid_broadcast"))
        return await post(self, url, request_data, **timeouts)

    monkeypatch.setattr(BaseRequest, "post", watch)
    rig.services.broadcast_rate = rate
    draft = Broadcast("b1", MOTHER, datetime(2026, 11, 23, 12, tzinfo=UTC), texts={"en": "Closed tonight."})
    async with Drawer() as rig.services.charts:
        await sender.send_tip(MOTHER, TIP, JAPANESE)
        await sender.send_tip(MOTHER, TIP, JAPANESE, picture=True)
        await BroadcastSender(rig.application.bot, rig.services).send_broadcast(MOTHER, draft, JAPANESE)
    assert seen == [paid] * 3
    await rig.says("/help")
    assert seen[3:] == [None] * len(seen[3:])
    assert len(seen) > 3


async def test_every_link_to_a_topic_is_a_parameter_that_telegram_takes(rig: Rig) -> None:
    for tip in rig.services.pack.tips.values():
        assert len(f"t_{tip.topic}") <= 64
