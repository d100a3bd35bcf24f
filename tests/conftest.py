"""What holds for every test."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from typing import TypeVar

import pytest
from hypothesis import settings

from content.checks import advice_english, advice_japanese, numbers_in_text
from content.topicfile import parse_topic_file
from content.yamlfile import Document, parse_yaml

FoundT = TypeVar("FoundT")

# In CI the same examples are tried each time, so that a change is judged by itself and not by luck; whoever looks for
# new ones runs the tests elsewhere, or `make fuzz`.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    """Read the shipped pack once: it is loaded, copied and checked some hundred times, mostly with one file changed.

    The same words are parsed once, whatever file they stand in, and a line is judged once.
    """
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    for name, parse in (("parse_yaml", _parsed_once(parse_yaml)), ("parse_topic_file", _parsed_once(parse_topic_file))):
        patch.setattr(f"content.load.{name}", parse)
        patch.setattr(f"content.sheets.folder.{name}", parse)
    for language in (advice_english, advice_japanese):
        patch.setattr(language, "forbidden", _found_once(language.forbidden))
    patch.setattr(numbers_in_text, "passage_faults", _found_once(numbers_in_text.passage_faults))


def _parsed_once(parse: Callable[..., Document]) -> Callable[..., Document]:
    parsed = lru_cache(maxsize=4096)(lambda text, *others: parse(text, "", *others))

    def document(text: str, file: str, *others: object) -> Document:
        found = parsed(text, *others)
        # Whoever reads a document adds to its faults.
        return replace(found, file=file, faults=[replace(fault, file=file) for fault in found.faults])

    return document


def _found_once(search: Callable[..., Iterator[FoundT]]) -> Callable[..., Iterator[FoundT]]:
    found = cache(lambda *what, **how: tuple(search(*what, **how)))
    return lambda *what, **how: iter(found(*what, **how))


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Undo what a command that was called in the process of a test did to logging: its stream ends with the test."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def pytest_collection_finish() -> None:
    """Take what was imported and collected out of the garbage collector's rounds: it lives to the end."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left with it when the others have nothing more to do."""
    long = ("tests/process/", "tests/faults/", "tests/sandbox/", "tests/commands/", "tests/test_whole.py")
    items.sort(key=lambda item: not item.nodeid.startswith(long))
