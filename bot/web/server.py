"""Serving an ASGI application inside the bot's own event loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp


@contextlib.asynccontextmanager
async def serve(app: ASGIApp, host: str, port: int, *, stop_within: int = 5) -> AsyncIterator[int]:
    """Serve while the context lasts; gives the port, which is of use when 0 was asked for.

    Requests are accepted when the context is entered. On leaving, no new ones are, those in hand may finish within
    ``stop_within`` seconds, and then they are cut. Signals and logging are left alone: they are the caller's. There is
    no access log, because a webhook's path may be secret.

    Raises ``OSError`` with one sentence that names host and port when it cannot listen there.
    """
    listener = await _listen(host, port)
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=stop_within,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        starting = asyncio.create_task(server.ready.wait())
        await asyncio.wait({serving, starting}, return_when=asyncio.FIRST_COMPLETED)
        starting.cancel()
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        listener.close()


async def _listen(host: str, port: int) -> socket.socket:
    # Not left to uvicorn: it ends the whole process when the port is taken.
    loop = asyncio.get_running_loop()
    try:
        infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = infos[0]
        return socket.create_server(address, family=family, backlog=2048)
    except OSError as error:
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from error


class _Server(uvicorn.Server):
    """A server that tells when it is ready and leaves signals to the process that it is a part of."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()
