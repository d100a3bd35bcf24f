import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web.app import Check, build_web


@asynccontextmanager
async def client_of(**parts: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=build_web(**parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        yield client


def says(words: str | None) -> Check:
    async def check() -> str | None:
        return words

    return check


async def broken() -> str | None:
    raise ConnectionError("postgresql://user:password@host")


async def hangs() -> str | None:
    await asyncio.Event().wait()
    return None


async def get(path: str, **parts: Any) -> tuple[int, Any]:
    async with client_of(**parts) as client:
        response = await client.get(path)
        assert response.headers["cache-control"] == "no-store"
        return response.status_code, response.json()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_nothing_to_check_is_well(path: str) -> None:
    assert await get(path) == (200, {"ok": True, "problems": {}})


@pytest.mark.parametrize(("silence", "status"), [(0.0, 200), (90.0, 200), (90.1, 503), (4000.0, 503)])
async def test_a_poller_that_hears_nothing_for_90_seconds_is_unhealthy(silence: float, status: int) -> None:
    got, body = await get("/healthz", silent_for=lambda: silence)
    assert got == status
    assert body["ok"] is (status == 200)
    if status == 503:
        assert body["problems"] == {"poller": f"Telegram has not answered a poll for {silence:.0f} s"}


@pytest.mark.parametrize(("path", "kind"), [("/healthz", "alive"), ("/readyz", "ready")])
async def test_what_is_wrong_is_said_in_words_by_name(path: str, kind: str) -> None:
    checks = {"database": says("it is locked"), "dispatcher": says(None)}
    assert await get(path, **{kind: checks}) == (503, {"ok": False, "problems": {"database": "it is locked"}})


async def test_a_broken_check_is_a_problem_told_without_its_text() -> None:
    status, body = await get("/readyz", ready={"database": broken, "pack": says(None)})
    assert status == 503
    assert body["problems"] == {"database": "the check failed (ConnectionError)"}


async def test_a_hanging_check_is_a_problem_and_does_not_hang_the_answer() -> None:
    status, body = await get("/readyz", ready={"database": hangs, "store": hangs}, check_timeout=0.01)
    assert status == 503
    assert set(body["problems"].values()) == {"no answer within 0.01 s"}


async def test_being_alive_does_not_depend_on_being_ready() -> None:
    assert (await get("/healthz", ready={"database": broken}))[0] == 200


async def test_further_routes_are_served() -> None:
    async def metrics(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("metrics")

    async with client_of(routes=[Route("/metrics", metrics)]) as client:
        assert (await client.get("/metrics")).text == "metrics"
        assert (await client.get("/nothing")).status_code == 404


@pytest.mark.parametrize("method", [httpx.AsyncClient.head, httpx.AsyncClient.get])
async def test_probes_may_use_head(method: Callable[..., Any]) -> None:
    async with client_of() as client:
        assert (await method(client, "/healthz")).status_code == 200
