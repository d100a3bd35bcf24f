import asyncio
import io
import logging
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import RequestData

from bot.transport.fate import FateUnknownError, NotSentError, retry_seconds, was_not_sent
from bot.transport.request import AiohttpRequest, encode_form
from tests.transport.bot_api import TOKEN, Behaviour, BotApi, answer, bot_api, cut, refuse

MESSAGE = {"ok": True, "result": {"message_id": 7, "date": 1, "chat": {"id": 5, "type": "private"}}}


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with bot_api() as running:
        yield running


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    async with AiohttpRequest() as opened:
        yield opened


def make_bot(api: BotApi, request: AiohttpRequest) -> Bot:
    return Bot(TOKEN, base_url=f"{api.url}/bot", request=request, get_updates_request=request)


async def send(api: BotApi, request: AiohttpRequest, **timeouts: Any) -> None:
    await make_bot(api, request).send_message(chat_id=5, text="hello", **timeouts)


@pytest.fixture
def _no_name_resolves(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_args: object, **_kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", fail)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_message_arrives_as_it_was_written(api: BotApi, request_: AiohttpRequest) -> None:
    api.behaviour = answer(200, MESSAGE)
    text = "助けて & <b>100%</b> a+b=c; 😀\n\x07"
    message = await make_bot(api, request_).send_message(chat_id=5, text=text)
    assert message.message_id == 7
    assert api.taken == [{"chat_id": "5", "text": text}]


async def test_a_picture_is_uploaded_with_its_name_type_and_caption(api: BotApi, request_: AiohttpRequest) -> None:
    api.behaviour = answer(200, MESSAGE)
    picture = b"\x89PNG" + bytes(range(256)) * 8_000
    file = InputFile(io.BytesIO(picture), filename="図 1.png")
    await make_bot(api, request_).send_photo(chat_id=5, photo=file, caption="件数")
    taken = api.taken[0]
    assert (taken["chat_id"], taken["caption"]) == ("5", "件数")
    assert taken["photo"] == ("図 1.png", "image/png", picture)


@pytest.mark.parametrize(
    ("behaviour", "error", "words"),
    [
        (refuse(403, "Forbidden: bot was blocked by the user"), Forbidden, "blocked"),
        (refuse(400, "Bad Request: chat not found"), BadRequest, "Chat not found"),
        (refuse(401, "Unauthorized"), InvalidToken, "Unauthorized"),
        (refuse(404, "Not Found"), InvalidToken, "Not Found"),
        (refuse(409, "Conflict: terminated by other getUpdates request"), Conflict, "terminated"),
        (refuse(400, "Bad Request: group upgraded", migrate_to_chat_id=-100), ChatMigrated, "-100"),
    ],
)
async def test_what_telegram_refuses_is_named_and_was_not_sent(
    api: BotApi, request_: AiohttpRequest, behaviour: Behaviour, error: type[TelegramError], words: str
) -> None:
    api.behaviour = behaviour
    with pytest.raises(error, match=words) as caught:
        await send(api, request_)
    assert type(caught.value) is error
    assert was_not_sent(caught.value)


@pytest.mark.parametrize(
    ("behaviour", "seconds"),
    [
        (refuse(429, "Too Many Requests: retry after 7", retry_after=7), 7),
        (refuse(429, "Too Many Requests"), 5),
        (answer(429, "<html>slow down</html>"), 5),
        (answer(429, "slow down", {"Retry-After": "12"}), 12),
    ],
)
async def test_flooding_is_a_pause_even_when_telegram_does_not_say_how_long(
    api: BotApi, request_: AiohttpRequest, behaviour: Behaviour, seconds: float
) -> None:
    api.behaviour = behaviour
    with pytest.raises(RetryAfter) as caught:
        await send(api, request_)
    assert retry_seconds(caught.value) == seconds
    assert was_not_sent(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("make", [refuse, answer])
async def test_after_a_server_error_the_fate_is_unknown(
    api: BotApi, request_: AiohttpRequest, status: int, make: Callable[[int, str], Behaviour]
) -> None:
    api.behaviour = make(status, "<html>oops</html>")
    with pytest.raises(NetworkError) as caught:
        await send(api, request_)
    assert type(caught.value) is NetworkError
    assert not was_not_sent(caught.value)


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 409])
@pytest.mark.parametrize("body", ["<html>The school's proxy says no</html>", "[]", "{}", '{"ok": true}', ""])
async def test_an_answer_from_something_else_never_looks_like_a_blocked_bot(
    api: BotApi, request_: AiohttpRequest, status: int, body: str
) -> None:
    api.behaviour = answer(status, body)
    with pytest.raises(NetworkError) as caught:
        await send(api, request_)
    assert type(caught.value) is NetworkError
    assert "proxy" not in str(caught.value)


async def test_a_refusal_with_status_200_is_a_refusal(api: BotApi, request_: AiohttpRequest) -> None:
    api.behaviour = answer(200, {"ok": False, "error_code": 403, "description": "Forbidden: bot was kicked"})
    with pytest.raises(Forbidden):
        await send(api, request_)


async def test_broken_json_is_reported_without_its_text(
    api: BotApi, request_: AiohttpRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("telegram").setLevel(logging.INFO)
    api.behaviour = answer(200, '{"ok": true, "result": {"text": "what a child wrote"')
    with pytest.raises(NetworkError) as caught:
        await send(api, request_)
    assert isinstance(caught.value.__cause__, FateUnknownError)
    assert "child" not in str(caught.value) + caplog.text


async def test_a_refused_connection_means_not_sent(api: BotApi, request_: AiohttpRequest) -> None:
    api.url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NetworkError, match="ClientConnectorError") as caught:
        await send(api, request_)
    assert isinstance(caught.value.__cause__, NotSentError)
    assert was_not_sent(caught.value)


@pytest.mark.usefixtures("_no_name_resolves")
async def test_a_name_that_does_not_resolve_means_not_sent(api: BotApi, request_: AiohttpRequest) -> None:
    api.url = "http://no-such-host.invalid"
    with pytest.raises(NetworkError) as caught:
        await send(api, request_)
    assert was_not_sent(caught.value)


async def test_a_connection_cut_after_the_message_was_taken_leaves_the_fate_unknown(
    api: BotApi, request_: AiohttpRequest
) -> None:
    api.behaviour = cut
    with pytest.raises(NetworkError) as caught:
        await send(api, request_)
    assert len(api.taken) == 1, "a message of unknown fate must not be sent again by the transport"
    assert isinstance(caught.value.__cause__, FateUnknownError)


async def test_a_connection_cut_before_the_message_was_read_leaves_the_fate_unknown(
    request_: AiohttpRequest,
) -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        bot = Bot(TOKEN, base_url=f"http://127.0.0.1:{port}/bot", request=request_)
        with pytest.raises(NetworkError) as caught:
            await bot.send_message(chat_id=5, text="hello")
    assert not was_not_sent(caught.value)


async def test_an_answer_cut_in_the_middle_leaves_the_fate_unknown(api: BotApi, request_: AiohttpRequest) -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"ok": true, "result"')
        return await cut(request)

    api.behaviour = half
    with pytest.raises(NetworkError) as caught:
        await send(api, request_)
    assert not was_not_sent(caught.value)


async def hang(api: BotApi) -> None:
    async def wait(_request: web.Request) -> web.Response:
        await api.release.wait()
        return web.json_response(MESSAGE)

    api.behaviour = wait


async def test_an_answer_that_comes_too_late_leaves_the_fate_unknown(api: BotApi, request_: AiohttpRequest) -> None:
    await hang(api)
    with pytest.raises(TimedOut) as caught:
        await send(api, request_, read_timeout=0.05)
    assert isinstance(caught.value.__cause__, FateUnknownError)


async def test_an_answer_that_trickles_is_cut_off_by_the_sum_of_the_limits(api: BotApi) -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while not api.release.is_set():
            await response.write(b" ")
            await asyncio.wait([asyncio.ensure_future(api.release.wait())], timeout=0.01)
        return response

    api.behaviour = trickle
    async with AiohttpRequest(read_timeout=0.1, write_timeout=0, connect_timeout=0.05, pool_timeout=0) as request:
        with pytest.raises(TimedOut):
            await send(api, request)


async def test_no_free_connection_means_not_sent(api: BotApi) -> None:
    await hang(api)
    async with AiohttpRequest(pool_size=1, pool_timeout=0.01, connect_timeout=0.01) as request:
        first = asyncio.create_task(send(api, request))
        await api.arrived.wait()
        with pytest.raises(TimedOut) as caught:
            await send(api, request)
        assert isinstance(caught.value.__cause__, NotSentError)
        api.behaviour = answer(200, MESSAGE)
        api.release.set()
        await first
        assert len(api.taken) == 1


async def test_the_pool_recovers_from_requests_that_were_given_up(api: BotApi) -> None:
    await hang(api)
    async with AiohttpRequest(pool_size=1) as request:
        for _ in range(5):
            with pytest.raises(TimedOut):
                await send(api, request, read_timeout=0.01)
        api.behaviour = answer(200, MESSAGE)
        await send(api, request)


async def test_no_error_and_no_traceback_holds_the_token(api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("telegram").setLevel(logging.INFO)
    await hang(api)
    addresses = [api.url, f"http://127.0.0.1:{free_port()}", "http://[bad", "x://y"]
    async with AiohttpRequest(pool_size=1, pool_timeout=0.01, connect_timeout=0.2) as request:
        blocking = asyncio.create_task(send(api, request))
        await api.arrived.wait()
        for address in addresses:
            bot = Bot(TOKEN, base_url=f"{address}/bot", request=request)
            with pytest.raises(NetworkError) as caught:
                await bot.send_message(chat_id=5, text="hello")
            logging.getLogger("test").error("it failed", exc_info=caught.value)
            assert caught.value.__context__ is caught.value.__cause__ or caught.value.__context__ is None
        api.release.set()
        await blocking
    assert "secret-token" not in caplog.text


async def test_a_closed_request_says_so_and_was_not_sent(api: BotApi, request_: AiohttpRequest) -> None:
    await request_.shutdown()
    await request_.shutdown()
    with pytest.raises(NetworkError, match="not open") as caught:
        await send(api, request_)
    assert was_not_sent(caught.value)
    await request_.initialize()
    api.behaviour = answer(200, MESSAGE)
    await send(api, request_)


async def test_files_get_the_time_of_uploads(api: BotApi) -> None:
    timeouts = AiohttpRequest(read_timeout=1, write_timeout=2, media_write_timeout=30, connect_timeout=3)._timeouts
    unset = AiohttpRequest.DEFAULT_NONE
    small = timeouts.choose(unset, unset, unset, unset, with_files=False)
    large = timeouts.choose(unset, unset, unset, unset, with_files=True)
    long = timeouts.choose(60, unset, None, unset, with_files=False)
    assert (small.total, small.connect, small.sock_connect, small.sock_read) == (7, 4, 3, 1)
    assert large.total == 35
    assert (long.sock_read, long.total, long.connect) == (60, None, None)
    assert api.taken == []


async def test_the_default_read_timeout_is_told() -> None:
    assert AiohttpRequest(read_timeout=9).read_timeout == 9


async def test_requests_go_through_the_proxy(api: BotApi) -> None:
    api.behaviour = answer(200, MESSAGE)
    async with AiohttpRequest(proxy=api.url) as request:
        bot = Bot(TOKEN, base_url="http://api.invalid/bot", request=request)
        await bot.send_message(chat_id=5, text="hello")
    assert len(api.taken) == 1


async def test_an_unreachable_proxy_means_not_sent(api: BotApi) -> None:
    async with AiohttpRequest(proxy=f"http://127.0.0.1:{free_port()}") as request:
        with pytest.raises(NetworkError) as caught:
            await send(api, request)
    assert was_not_sent(caught.value)


def test_a_proxy_of_another_kind_is_refused_without_its_password() -> None:
    with pytest.raises(ValueError, match="http:// or https://") as caught:
        AiohttpRequest(proxy="socks5://user:password@127.0.0.1:1")
    assert "password" not in str(caught.value)


async def test_a_file_is_fetched_as_it_is(api: BotApi, request_: AiohttpRequest) -> None:
    api.behaviour = answer(200, "no json at all")
    assert await request_.retrieve(f"{api.url}/bot1/file") == b"no json at all"


async def test_redirects_are_not_followed_with_the_token(api: BotApi, request_: AiohttpRequest) -> None:
    api.behaviour = answer(302, "", {"Location": f"{api.url}/bot1/elsewhere"})
    with pytest.raises(NetworkError):
        await request_.post(f"{api.url}/bot1/getMe", RequestData())
    assert len(api.taken) == 1


@settings(deadline=None)
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8"))))
def test_a_form_reads_back_as_what_was_put_in(parameters: dict[str, str]) -> None:
    form = encode_form(parameters).decode("ascii")
    assert dict(parse_qsl(form, keep_blank_values=True)) == parameters
