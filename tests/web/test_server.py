import asyncio
import signal
import socket

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web.app import build_web
from bot.web.server import serve


async def test_requests_are_answered_while_the_context_lasts_and_not_after() -> None:
    async with serve(build_web(), "127.0.0.1", 0) as port, httpx.AsyncClient() as client:
        response = await client.get(f"http://127.0.0.1:{port}/healthz")
        assert response.json()["ok"] is True
        assert "server" not in response.headers
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/healthz")


async def test_a_port_in_use_is_one_clear_sentence_and_no_exit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}: "):
            async with serve(build_web(), "127.0.0.1", port):
                pytest.fail("it cannot have started")


async def test_a_host_that_is_none_of_ours_is_named() -> None:
    with pytest.raises(OSError, match=r"cannot listen on 192\.0\.2\.1:0"):
        async with serve(build_web(), "192.0.2.1", 0):
            pytest.fail("it cannot have started")


async def test_a_request_in_hand_is_finished_when_the_server_stops() -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def slow(_request: Request) -> PlainTextResponse:
        begun.set()
        await gate.wait()
        return PlainTextResponse("done")

    app = Starlette(routes=[Route("/slow", slow)])
    async with httpx.AsyncClient() as client:
        async with serve(app, "127.0.0.1", 0) as port:
            asking = asyncio.create_task(client.get(f"http://127.0.0.1:{port}/slow"))
            await begun.wait()
            asyncio.get_running_loop().call_later(0.05, gate.set)
        assert (await asking).text == "done"


async def test_the_processs_signal_handlers_are_left_alone() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    async with serve(build_web(), "127.0.0.1", 0):
        assert {number: signal.getsignal(number) for number in before} == before


async def test_a_fault_inside_the_context_is_passed_on_after_the_server_stopped() -> None:
    with pytest.raises(ValueError, match="ours"):
        async with serve(build_web(), "127.0.0.1", 0) as port:
            raise ValueError("ours")
    with socket.create_server(("127.0.0.1", port)):
        pass
