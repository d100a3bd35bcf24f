"""A tip's card: every tip of the pack fits on it, in every language."""

from __future__ import annotations

import io

from PIL import Image

from bot.charts.card import SIDE, _fitting, draw_card
from bot.charts.style import MARGIN, fonts, text_width
from bot.charts.wire import Card
from content.load import load_pack


def test_the_words_of_every_tip_fit_on_the_card() -> None:
    for code, language in load_pack().languages.items():
        for words in language.tips.values():
            size, lines = _fitting(words, code)
            assert size >= 40
            assert all(text_width(line, fonts(code), size) <= SIDE - MARGIN for line in lines)
            assert "".join(lines).replace(" ", "") == words.replace(" ", "")


def test_a_card_is_a_square_picture_and_always_the_same() -> None:
    card = Card("「よく話してくれたね」と声に出してみましょう。", "出典:ユニセフ")
    picture = draw_card(card, "ja")
    assert Image.open(io.BytesIO(picture)).size == (SIDE, SIDE)
    assert draw_card(card, "ja") == picture
