from __future__ import annotations

import re

import pytest

from bot.__main__ import COMMANDS
from bot.handlers import FEATURES
from bot.settings import Settings
from tests.reference.pages import FOLDER, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says_now(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name](), "`make reference` writes it anew"


def test_no_other_page_stands_beside_those_made() -> None:
    assert {page.name for page in FOLDER.iterdir()} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_row_says_what_it_means(name: str) -> None:
    assert [line for line in PAGES[name]().splitlines() if re.search(r"\|\s*\|$", line)] == []


def test_nothing_is_left_out() -> None:
    read = {name: (FOLDER / name).read_text("utf-8") for name in PAGES}
    assert set(re.findall(r"^## `mamori (\w+)`", read["command-line.md"], re.MULTILINE)) == set(COMMANDS)
    assert set(re.findall(r"^\| `BOT_(\w+)`", read["settings.md"], re.MULTILINE)) == {
        name.upper() for name in Settings.model_fields
    }
    known = {name for feature in FEATURES for name in feature.commands}
    assert set(re.findall(r"^\| `/(\w+)`", read["telegram-commands.md"], re.MULTILINE)) == known
