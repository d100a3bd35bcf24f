from __future__ import annotations

import io

import pypdf
import pytest
from telegram.ext import ExtBot

from bot.handlers import documents
from bot.prints.press import PrintError
from content.model import Pack
from tests.handlers.rig import MOTHER, YOUNG, Rig, buttons_of, text_of


def pdf_of(rig: Rig, message: dict[str, object]) -> pypdf.PdfReader:
    document = message["document"]
    assert isinstance(document, dict)
    assert document["mime_type"] == "application/pdf"
    stored = rig.sandbox.files.find(document["file_id"])
    assert stored is not None
    return pypdf.PdfReader(io.BytesIO(stored.content))


@pytest.mark.parametrize(("person", "language"), [(MOTHER, "ja"), (YOUNG, "en")])
async def test_the_agreement_comes_as_text_and_as_one_page_with_the_same_points(
    rig: Rig, pack: Pack, person: int, language: str
) -> None:
    text, page = await rig.says("/agreement", person)
    agreement = pack.languages[language].agreement
    assert agreement is not None
    reader = pdf_of(rig, page)
    assert len(reader.pages) == 1
    printed = "".join(reader.pages[0].extract_text().split())
    for part in agreement.parts:
        for point in part.points:
            words = point.replace("**", "")
            assert words in text_of(text)
            assert "".join(words.split()) in printed
    assert "topic:first:family-rules" in buttons_of(text)


async def test_the_page_is_printed_once_and_then_sent_by_its_id(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    (*_, first) = await rig.says("/agreement", YOUNG)

    async def not_again(*_: object) -> bytes:
        raise AssertionError("the page was printed a second time")

    monkeypatch.setattr(documents, "print_paper", not_again)
    (*_, second) = await rig.says("/agreement", YOUNG)
    assert second["document"]["file_id"] == first["document"]["file_id"]


async def test_without_the_press_the_text_still_comes_and_says_so(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> bytes:
        raise PrintError("out of paper")

    monkeypatch.setattr(documents, "print_paper", broken)
    text, note = await rig.says("/agreement", YOUNG)
    assert "Whoever tells about a problem is not punished" in text_of(text)
    assert "cannot be made" in text_of(note)


async def test_a_file_id_that_telegram_refuses_is_printed_anew(rig: Rig) -> None:
    bot = rig.application.bot
    assert isinstance(bot, ExtBot)
    (*_, first) = await rig.says("/agreement", YOUNG)
    store = rig.services.store
    key = next(key for number, key in store.pictures if key.startswith("paper/"))  # type: ignore[attr-defined]
    await store.save_picture_file_id(bot.id, key, "BQACgone")
    (*_, second) = await rig.says("/agreement", YOUNG)
    assert second["document"]["file_id"] == first["document"]["file_id"]


async def test_the_topic_about_rules_leads_to_the_agreement(rig: Rig) -> None:
    (topic,) = await rig.says("/start t_family-rules", YOUNG)
    assert "agreement:show:all" in buttons_of(topic)
    *_, page = await rig.presses("agreement:show:all", topic, YOUNG)
    assert "document" in page
