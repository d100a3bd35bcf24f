from __future__ import annotations

import sys

import pytest

from bot.prints.draw import draw_paper
from bot.prints.press import PrintError, decode_paper, encode_paper, print_paper
from tests.prints.test_draw import PAPERS


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_paper_travels_unchanged(language: str) -> None:
    assert decode_paper(encode_paper(PAPERS[language])) == PAPERS[language]


async def test_the_press_prints_what_the_drawing_draws() -> None:
    assert await print_paper(PAPERS["ja"]) == draw_paper(PAPERS["ja"])


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "pass"])
async def test_a_press_that_gives_nothing_is_an_error(code: str) -> None:
    with pytest.raises(PrintError):
        await print_paper(PAPERS["en"], worker=(sys.executable, "-c", code))


async def test_a_press_that_hangs_is_ended() -> None:
    hanging = (sys.executable, "-c", "import sys; sys.stdin.read(); import time; time.sleep(600)")
    with pytest.raises(PrintError, match="seconds"):
        await print_paper(PAPERS["en"], worker=hanging, patience=0.5)
