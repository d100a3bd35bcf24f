"""The sandbox as one web application, and the way to serve it to this machine alone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from bot.sandbox.api import CUT_EXTENSION, build_api_routes
from bot.sandbox.clock import MovableClock
from bot.sandbox.control import build_control_routes
from bot.sandbox.flood import FloodLimits
from bot.sandbox.state import Sandbox
from bot.sandbox.world import populate

HOST = "127.0.0.1"
KEEP_ALIVE = 75
"""Seconds that an idle connection stays open: longer than clients keep theirs, or a request meets a closing one."""
PAGE = Path(__file__).parent / "page"
_KINDS = {".css": "text/css", ".js": "text/javascript"}
_HEADERS = {
    # The browser itself keeps the promise that nothing leaves this machine.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def build_sandbox(
    *,
    token: str,
    clock: MovableClock,
    bot_username: str = "mamori_bot",
    page: bool = True,
    limits: FloodLimits | None = None,
    webhook_pause: float = 1.0,
) -> Starlette:
    """Return a sandbox of its own: the Bot API, its controls and the chat page (without `page`: no page).

    The bot speaks to it with `token` (like 123456:letters). The three people of the page and their group are there
    already. `limits` are Telegram's flood limits, off unless given; `webhook_pause` is the wait in seconds before an
    unanswered webhook is tried again. `app.state.sandbox` is the Sandbox, `People(app.state.sandbox)` acts for people.
    Raises ValueError when the token is not shaped like one.
    """
    sandbox = Sandbox(token, clock, bot_username, limits=limits or FloodLimits(), webhook_pause=webhook_pause)
    populate(sandbox.world)
    routes = [Route("/healthz", _health), *build_api_routes(sandbox), *build_control_routes(sandbox)]
    if page:
        routes += [
            Route("/", partial(_page_file, "index.html", "text/html")),
            *(
                Route(f"/page/{path.name}", partial(_page_file, path.name, _KINDS[path.suffix]))
                for path in PAGE.iterdir()
                if path.suffix in _KINDS
            ),
        ]
    # A foreign website that points its own name at this machine must not reach the sandbox.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    app = Starlette(routes=routes, middleware=[hosts])
    app.state.sandbox = sandbox
    return app


@asynccontextmanager
async def serve_sandbox(app: Starlette, port: int = 0) -> AsyncIterator[int]:
    """Serve the sandbox on 127.0.0.1 while the block runs, and yield the port (0: any free one).

    Raises OSError when the port is taken. Leaves the process's signals alone; on the way out every open
    stream and long poll ends first.
    """
    sandbox: Sandbox = app.state.sandbox
    listener = _listen(port)
    config = uvicorn.Config(
        app,
        http=_CuttableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,  # a request's path holds the token
        server_header=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=KEEP_ALIVE,
    )
    server = _QuietServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield int(listener.getsockname()[1])
    finally:
        await sandbox.close()
        server.should_exit = True
        await serving
        listener.close()


def _listen(port: int) -> socket.socket:
    # The protocol is named so that asyncio switches Nagle's algorithm off: else every answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"port {port} on {HOST} cannot be used: {error.strerror}") from error
    listener.listen(2048)
    listener.setblocking(False)  # noqa: FBT003  the socket's own signature
    return listener


class _QuietServer(uvicorn.Server):
    """A server inside somebody else's process: signals are not its business."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class _CuttableProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # chosen by uvicorn at run time
    """Hands the way to cut its connection to the application, for the faults that need it."""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401  uvicorn's signature
        super().connection_made(transport)
        self.app: ASGIApp = partial(_with_cut, self.app, transport)


async def _with_cut(app: ASGIApp, transport: asyncio.Transport, scope: Scope, receive: Receive, send: Send) -> None:
    scope.setdefault("extensions", {})[CUT_EXTENSION] = transport.abort
    await app(scope, receive, send)


async def _health(request: Request) -> Response:  # noqa: ARG001  Starlette's signature
    return JSONResponse({"status": "ok"})


async def _page_file(name: str, kind: str, request: Request) -> Response:  # noqa: ARG001  Starlette's signature
    return FileResponse(PAGE / name, media_type=kind, headers=_HEADERS)
