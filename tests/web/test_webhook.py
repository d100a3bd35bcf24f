import asyncio
import hmac
import json
import logging
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Bot, Update

from bot.transport.reading import read_update
from bot.transport.request import AiohttpRequest
from bot.web.app import build_web
from bot.web.webhook import MAX_BODY_BYTES, SECRET_HEADER, Webhook

SECRET = "the-secret_1"
HEADERS = {SECRET_HEADER: SECRET}


def raw(update_id: int, text: str = "hello") -> dict[str, Any]:
    chat = {"id": 5, "type": "private"}
    return {"update_id": update_id, "message": {"message_id": 1, "date": 1, "chat": chat, "text": text}}


def read(data: Any) -> Update:
    return read_update(data, Bot("1:x", request=AiohttpRequest(), get_updates_request=AiohttpRequest()))


class Hook:
    """A webhook with a memory of its own and a handler that can be slow or broken."""

    def __init__(self) -> None:
        self.handled: list[int] = []
        self.recorded: list[int] = []
        self.fail: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self.webhook = Webhook(
            path="/telegram",
            secret=SECRET,
            read=read,
            process=self._process,
            seen=self._seen,
            record=self.recorded.append,
        )
        transport = httpx.ASGITransport(app=build_web(webhook=self.webhook))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://bot")

    async def _process(self, update: Update) -> None:
        self.begun.set()
        await self.gate.wait()
        if self.fail is not None:
            raise self.fail
        self.handled.append(update.update_id)

    async def _seen(self, update_id: int) -> bool:
        return update_id in self.recorded

    async def post(self, body: Any, headers: dict[str, str] | None = None) -> int:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = await self.client.post("/telegram", content=content, headers=HEADERS if headers is None else headers)
        return response.status_code


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    async with made.client:
        yield made


async def test_an_update_is_acknowledged_only_after_it_was_handled_and_then_recorded(hook: Hook) -> None:
    hook.gate.clear()
    posting = asyncio.create_task(hook.post(raw(1)))
    await hook.begun.wait()
    assert not posting.done()
    assert hook.recorded == []
    hook.gate.set()
    assert await posting == 200
    assert hook.handled == [1]
    assert hook.webhook.counts.handled == 1
    assert hook.recorded == [1]


@pytest.mark.parametrize("given_secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "sécret", SECRET.upper()])
async def test_a_request_without_the_secret_is_refused(hook: Hook, given_secret: str | None) -> None:
    headers = {} if given_secret is None else {SECRET_HEADER: given_secret.encode()}
    response = await hook.client.post("/telegram", json=raw(1), headers=headers)  # type: ignore[arg-type] # bytes allow any sign
    assert response.status_code == 403
    assert hook.handled == []
    assert hook.webhook.counts.refused == 1


async def test_the_secret_is_compared_in_constant_time_before_the_body_is_read(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    read: list[bytes] = []
    compare = hmac.compare_digest

    def watch(given: bytes, wanted: bytes) -> bool:
        compared.append((given, wanted))
        return compare(given, wanted)

    async def receive() -> dict[str, object]:
        read.append(b"{}")
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        answers.append(message.get("status"))

    monkeypatch.setattr(hmac, "compare_digest", watch)
    answers: list[object] = []
    scope = {
        "type": "http", "method": "POST", "path": "/telegram", "raw_path": b"/telegram", "query_string": b"",
        "headers": [(SECRET_HEADER.lower().encode(), b"wrong")],
    }  # fmt: skip
    await build_web(webhook=hook.webhook)(scope, receive, send)
    assert compared == [(b"wrong", SECRET.encode())]
    assert answers[0] == 403
    assert read == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json: what a child wrote",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'"what a child wrote"',
        b"null",
        b'{"update_id": "what a child wrote"}',
        b'{"update_id": true}',
        b'{"update_id": 1, "message": "what a child wrote"}',
        b'{"update_id": 1, "message": {"text": "what a child wrote"}}',
        b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "what a child wrote"}}',
        b"[" * 100_000,
    ],
)
async def test_what_is_no_update_is_acknowledged_counted_and_never_quoted(
    hook: Hook, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert await hook.post(body) == 200
    assert hook.webhook.counts.malformed == 1
    assert hook.handled == []
    assert "child" not in caplog.text


async def test_a_body_that_is_too_large_is_refused_whatever_length_it_announces(hook: Hook) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 1000 + 1):
            yield b" " * 1000

    assert await hook.post(b" " * (MAX_BODY_BYTES + 1)) == 413
    response = await hook.client.post("/telegram", content=pieces(), headers=HEADERS)
    assert response.status_code == 413
    assert await hook.post(json.dumps(raw(1)).encode().ljust(MAX_BODY_BYTES)) == 200
    assert hook.handled == [1]


async def test_a_repeated_update_is_skipped(hook: Hook) -> None:
    assert [await hook.post(raw(1)) for _ in range(3)] == [200, 200, 200]
    assert hook.handled == [1]
    assert hook.webhook.counts.repeated == 2


async def test_a_repeat_of_an_update_in_hand_waits_for_its_end(hook: Hook) -> None:
    hook.gate.clear()
    first = asyncio.create_task(hook.post(raw(1)))
    await hook.begun.wait()
    second = asyncio.create_task(hook.post(raw(1)))
    other = asyncio.create_task(hook.post(raw(2)))
    hook.gate.set()
    assert set(await asyncio.gather(first, second, other)) == {200}
    assert sorted(hook.handled) == [1, 2]


async def test_an_update_that_fails_is_delivered_again_but_not_for_ever(
    hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    hook.fail = ValueError("what a child wrote")
    assert [await hook.post(raw(1)) for _ in range(3)] == [500, 500, 200]
    hook.fail = None
    assert await hook.post(raw(2)) == 200
    assert hook.webhook.counts.failed == 3
    assert {vars(record)["error"] for record in caplog.records} == {"ValueError"}
    assert "child" not in caplog.text


async def test_an_update_that_failed_once_is_handled_at_its_next_delivery(hook: Hook) -> None:
    hook.fail = ValueError()
    assert await hook.post(raw(1)) == 500
    hook.fail = None
    assert await hook.post(raw(1)) == 200
    assert hook.handled == [1]


async def test_only_posts_are_taken(hook: Hook) -> None:
    assert (await hook.client.get("/telegram", headers=HEADERS)).status_code == 405


@pytest.mark.parametrize(("wrong", "words"), [({"secret": ""}, "secret"), ({"path": "telegram"}, "slash")])
def test_a_webhook_that_could_not_be_safe_is_refused(wrong: dict[str, str], words: str) -> None:
    async def nothing(_anything: object) -> bool:
        return False

    async def nothing_at_all(_anything: object) -> None: ...

    parts: dict[str, Any] = {"path": "/telegram", "secret": SECRET, **wrong}
    with pytest.raises(ValueError, match=words):
        Webhook(
            **parts,
            read=read,
            process=nothing_at_all,
            seen=nothing,
            record=lambda _update_id: None,
        )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
fields = st.sampled_from(["message", "edited_message", "callback_query", "inline_query", "my_chat_member", "poll"])


@settings(deadline=None)
@given(st.dictionaries(fields | st.just("update_id"), json_values, max_size=4) | json_values)
def test_nothing_that_is_posted_makes_the_server_fail(body: Any) -> None:
    async def main() -> int:
        made = Hook()
        async with made.client:
            return await made.post(body)

    assert asyncio.run(main()) == 200
