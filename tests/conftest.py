"""What holds for every test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import settings

from content.topicfile import parse_topic_file
from content.yamlfile import Document, parse_yaml

# In CI the same examples are tried each time, so that a change is judged by itself and not by luck; whoever looks for
# new ones runs the tests elsewhere, or `make fuzz`.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session", autouse=True)
def _files_of_the_pack_are_parsed_once() -> Iterator[None]:
    """The shipped pack is loaded a hundred times here, mostly below an overlay: the same words are parsed once."""

    def once(parse: Callable[..., Document]) -> Callable[..., Document]:
        parsed = lru_cache(maxsize=4096)(parse)

        def document(*words: object) -> Document:
            found = parsed(*words)
            return replace(found, faults=[*found.faults])  # whoever reads a document adds to its faults

        return document

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("content.load.parse_yaml", once(parse_yaml))
        patch.setattr("content.load.parse_topic_file", once(parse_topic_file))
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left with it when the others have nothing more to do."""
    long = ("tests/process/", "tests/faults/", "tests/sandbox/", "tests/commands/", "tests/test_whole.py")
    items.sort(key=lambda item: not item.nodeid.startswith(long))
