"""The web part: is the bot alive, is it ready, its numbers, and the webhook."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.webhook import Webhook

Check = Callable[[], Awaitable[str | None]]
"""Gives None when all is well, else what is wrong, in words for the operator."""

SILENCE_LIMIT = 90.0
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def build_web(
    *,
    alive: Mapping[str, Check] | None = None,
    ready: Mapping[str, Check] | None = None,
    silent_for: Callable[[], float] | None = None,
    webhook: Webhook | None = None,
    metrics: Callable[[], bytes] | None = None,
    routes: Sequence[BaseRoute] = (),
    check_timeout: float = 3.0,
) -> Starlette:
    """Build the web application.

    ``GET /healthz`` answers 200 while the process should live, and 503 when it should be started again: when a check
    of ``alive`` objects, or the poller has heard nothing for 90 s (``silent_for`` gives the seconds; None
    without a poller). ``GET /readyz`` answers 200 when every check of ``ready`` is content, else 503. Both answer with
    an object: ``ok``, and ``problems`` by the name of the check. Checks run side by side; one that fails, or takes
    longer than ``check_timeout`` seconds, is a problem itself. ``GET /metrics`` answers with what ``metrics`` gives, in
    the text format of Prometheus. ``webhook``, ``metrics`` and ``routes`` are added when given.
    """
    living = dict(alive or {})
    if silent_for is not None:
        living["poller"] = _listens(silent_for)
    application_routes: list[BaseRoute] = [
        Route("/healthz", _endpoint(living, check_timeout)),
        Route("/readyz", _endpoint(dict(ready or {}), check_timeout)),
        *routes,
    ]
    if metrics is not None:
        application_routes.append(Route("/metrics", _numbers(metrics)))
    if webhook is not None:
        application_routes.append(webhook.route())
    return Starlette(routes=application_routes)


def _numbers(render: Callable[[], bytes]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_request: Request) -> Response:
        return Response(render(), media_type=PROMETHEUS, headers={"Cache-Control": "no-store"})

    return answer


def _listens(silent_for: Callable[[], float]) -> Check:
    async def check() -> str | None:
        silence = silent_for()
        return f"Telegram has not answered a poll for {silence:.0f} s" if silence > SILENCE_LIMIT else None

    return check


def _endpoint(checks: Mapping[str, Check], timeout: float) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def answer(_request: Request) -> JSONResponse:
        found = await asyncio.gather(*(_run(check, timeout) for check in checks.values()))
        problems = {name: problem for name, problem in zip(checks, found, strict=True) if problem is not None}
        return JSONResponse(
            {"ok": not problems, "problems": problems},
            status_code=503 if problems else 200,
            headers={"Cache-Control": "no-store"},
        )

    return answer


async def _run(check: Check, timeout: float) -> str | None:  # noqa: ASYNC109 -- the limit is the caller's to set
    try:
        async with asyncio.timeout(timeout) as limit:
            return await check()
    except Exception as error:  # noqa: BLE001 -- whatever breaks a check is the answer to it
        if limit.expired():
            return f"no answer within {timeout:g} s"
        # Its text may hold an address with a password; its type says enough to look further.
        return f"the check failed ({type(error).__name__})"
