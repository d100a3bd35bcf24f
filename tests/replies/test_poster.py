"""The poster: what to know, whom to call, and a code that opens the bot at the topic."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pypdf
import pytest

from bot.prints.draw import draw_on_one_page
from bot.prints.model import Code, Paper, Points
from bot.replies.deeplink import DeepLink, deep_link, parse_deep_link
from bot.replies.poster import poster_paper
from content.model import Audience
from content.profile import Profile
from tests.statistics_pack import base_pack

PACK = base_pack()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOPICS = [name for name in PACK.topics if name in PACK.languages["en"].topics]


def poster(topic: str, language: str, country: str | None = None, audience: Audience | None = None) -> Paper:
    profile = Profile(language=language, country=country, audience=audience)
    return poster_paper(PACK, topic, profile, NOON, username="mamori_bot")


def words(paper: Paper) -> str:
    reader = pypdf.PdfReader(io.BytesIO(draw_on_one_page(paper)))
    assert len(reader.pages) == 1
    return reader.pages[0].extract_text()


@pytest.mark.parametrize(("language", "country"), [("en", "GB"), ("ja", "JP")])
@pytest.mark.parametrize(
    "topic", ["sextortion", "self-harm", "grooming", "sexual-assault", "helplines", "family-rules"]
)
def test_a_poster_fits_one_page_with_title_numbers_and_address(topic: str, language: str, country: str) -> None:
    paper = poster(topic, language, country)
    printed = words(paper)
    assert ("999" if country == "GB" else "110") in printed
    assert "mamori_bot" in printed
    assert PACK.languages[language].topics[topic].title[:6] in printed.replace("\n", " ")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_code_opens_the_bot_at_the_topic_in_the_language_of_the_poster(language: str) -> None:
    (code,) = [block for block in poster("sextortion", language).blocks if isinstance(block, Code)]
    assert code.address == f"https://t.me/mamori_bot?start={language}_sextortion"
    assert parse_deep_link(PACK, code.address.partition("=")[2]) == DeepLink("sextortion", language)


def test_without_a_country_no_countrys_number_is_printed() -> None:
    printed = words(poster("sextortion", "en"))
    assert "local emergency number" in printed
    for number in ("999", "911", "110"):
        assert number not in printed


def test_no_sign_that_the_fonts_lack_is_on_any_poster() -> None:
    for language, words in PACK.languages.items():
        for topic in words.topics.keys() & set(TOPICS):
            text = str(poster(topic, language, "JP"))
            assert not set(text) & set("☎💬🌐✉🆘"), (topic, language)


def test_a_poster_can_speak_to_young_people() -> None:
    own, parents = (poster("sextortion", "en", "GB", who).blocks for who in (Audience.YOUNG, None))
    first = [next(block for block in blocks if isinstance(block, Points)).items for blocks in (own, parents)]
    assert first[0] != first[1]


@pytest.mark.parametrize(
    "link", [DeepLink("grooming"), DeepLink("grooming", "ja"), DeepLink(None), DeepLink(None, "ja")]
)
def test_a_deep_link_leads_where_it_was_made_for(link: DeepLink) -> None:
    address = deep_link("mamori_bot", link)
    payload = address.partition("?start=")[2]
    assert len(payload) <= 64
    assert parse_deep_link(PACK, payload) == link
