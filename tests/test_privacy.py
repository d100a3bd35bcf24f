"""What is kept about people is what docs/privacy.md says, and no word of theirs is anywhere."""

from __future__ import annotations

import io
import logging
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from telegram import Update

from bot.app import Wiring, build_application, build_services, load_understander, process
from bot.logs import setup_logging
from bot.storage import protocol
from bot.storage.schema import metadata
from bot.storage.sql import open_store
from bot.transport.pacing import Pacer
from content.load import load_pack
from tests.obliging import Obliging

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/privacy.md").read_text("utf-8")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONVERSATIONS = int(os.environ.get("CONVERSATIONS", "180"))
"""Enough for every kind in both languages, twice; `make privacy` holds a thousand."""
MARK = "zebrafish"
"""Stands in every text, name, user name and title that the people of the test use."""


def section(table: str) -> str:
    found = re.search(rf"^### `{table}`$(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/privacy.md: add a section '### `{table}`' that says how long its rows are kept, and why"
    return found[1]


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_column_is_listed_with_what_it_is_and_why(table: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", section(table), re.MULTILINE)
    listed = [name for name, _, _ in rows]
    for column in metadata.tables[table].columns:
        assert column.name in listed, (
            f"docs/privacy.md, section '### `{table}`': add a row '| `{column.name}` | what it is | why it is kept |'"
        )
    gone = set(listed) - {column.name for column in metadata.tables[table].columns}
    assert not gone, f"docs/privacy.md, section '### `{table}`': these columns are no more: {', '.join(sorted(gone))}"
    assert "Kept " in section(table), f"docs/privacy.md, section '### `{table}`': say how long rows are kept"


def test_no_table_is_listed_that_is_no_more() -> None:
    assert set(re.findall(r"^### `(\w+)`$", PAGE, re.MULTILINE)) == set(metadata.tables)


@pytest.mark.parametrize(
    ("table", "kept", "words"),
    [
        ("chats", protocol.CHAT_KEPT, "{days} days"),
        ("subscriptions", protocol.CHAT_KEPT, "{days} days"),
        ("deliveries", protocol.DELIVERY_KEPT, "{days} days"),
        ("messages", protocol.MESSAGE_KEPT, "48 hours"),
        ("updates", protocol.UPDATE_KEPT, "one day"),
        ("shown", protocol.SHOWN_KEPT, "{days} days"),
        ("broadcasts", protocol.BROADCAST_KEPT, "{days} days"),
    ],
)
def test_the_times_are_those_of_the_purge(table: str, kept: Any, words: str) -> None:
    assert words.format(days=kept.days) in section(table)


def conversation(number: int) -> Iterator[dict[str, Any]]:
    """Updates of one person: a question, an emergency, an edit, a caption, a forwarded name, a contact, a place."""
    person = {
        "id": 500_000 + number, "is_bot": False, "language_code": ("en", "ja")[number % 2],
        "first_name": f"{MARK}-first", "last_name": f"{MARK}-last", "username": f"{MARK}_{number}",
    }  # fmt: skip
    chat = {"id": person["id"], "type": "private", "first_name": person["first_name"], "username": person["username"]}
    group = {"id": -600_000 - number, "type": "group", "title": f"{MARK} family"}
    kinds: list[dict[str, Any]] = [
        {"text": f"what is grooming? my daughter {MARK} asks"},
        {"text": f"he says he will send my pictures to everyone, his name is {MARK}"},
        {"text": f"/subscribe 7:30 {MARK}"},
        {"caption": f"look at {MARK}", "photo": [{"file_id": MARK, "file_unique_id": MARK, "width": 1, "height": 1}]},
        {"text": f"/{MARK} anything", "entities": [{"type": "bot_command", "offset": 0, "length": len(MARK) + 1}]},
        {"contact": {"phone_number": f"+44 {MARK}", "first_name": MARK}},
        {"text": f"forwarded {MARK}", "forward_origin": {"type": "hidden_user", "date": 0, "sender_user_name": MARK}},
        {"text": f"@mamori_bot {MARK}?", "chat": group, "entities": [{"type": "mention", "offset": 0, "length": 11}]},
        {"location": {"latitude": 51.5, "longitude": -0.12}},
    ]  # fmt: skip
    kind = kinds[number % len(kinds)]
    message = {"message_id": 7, "date": 0, "chat": chat, "from": person, **kind}
    yield {"update_id": number * 10, "message": message}
    if "text" in kind:
        yield {"update_id": number * 10 + 1, "edited_message": {**message, "edit_date": 1}}
    button = {"id": "1", "from": person, "chat_instance": "1", "data": f"country:set:{MARK}", "message": message}
    yield {"update_id": number * 10 + 2, "callback_query": button}
    if number % 10 == 0:
        states = [{"status": "member", "user": person}, {"status": "kicked", "user": person, "until_date": 0}]
        change = {"chat": chat, "from": person, "date": 0, "old_chat_member": states[0], "new_chat_member": states[1]}
        yield {"update_id": number * 10 + 3, "my_chat_member": change}


@pytest.fixture
def log() -> io.StringIO:
    written = io.StringIO()
    setup_logging("DEBUG", "json", [], written)
    return written


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_after_many_conversations_no_word_of_them_is_anywhere(
    tmp_path: Path, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    pack = load_pack()
    store = await open_store(f"sqlite:///{tmp_path}/mamori.db")
    services = build_services(
        pack=pack, understander=load_understander(pack), store=store, clock=lambda: NOW, operator="A school"
    )
    telegram = Obliging()
    application = build_application(Wiring("1:token-of-the-tests", "http://x", telegram, telegram, Pacer()), services)
    async with application:
        await application.start()
        for number in range(CONVERSATIONS):
            for raw in conversation(number):
                update = Update.de_json(raw, application.bot)
                logging.getLogger("telegram.ext.Application").debug("Processing update %s", update)
                await process(application, update)
                await store.record_updates([update.update_id], NOW)
        await application.stop()
    await services.tally.flush(store)
    numbers = services.metrics.render().decode()
    await store.close()
    await services.charts.close()
    services.thinking.shutdown()
    assert telegram.sent > CONVERSATIONS
    assert f'mamori_updates_total{{kind="message"}} {CONVERSATIONS}.0' in numbers
    kept = all_bytes(tmp_path)
    assert b"grooming" in kept, "the topics that were asked about are counted"
    assert MARK.encode() not in kept
    assert MARK not in log.getvalue()
    assert MARK not in numbers
    assert not re.search(r"\b[56]0\d{4}\b", numbers), "no chat id in the metrics"
    for place in ("51.5", "-0.12"):
        assert place.encode() not in kept
