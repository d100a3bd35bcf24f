"""A transport for python-telegram-bot that never leaves the process: it calls the local Bot API as a function."""

from __future__ import annotations

from typing import Any

import httpx
from starlette.applications import Starlette
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData


class AsgiRequest(BaseRequest):
    """Carries requests to an ASGI application. `broken` makes the next sends fail after the server took them."""

    def __init__(self, app: Starlette) -> None:
        transport = httpx.ASGITransport(app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None:
        await self._client.aclose()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *_timeouts: Any,
        **_more_timeouts: Any,
    ) -> tuple[int, bytes]:
        data = request_data.json_parameters if request_data else None
        files = request_data.multipart_data if request_data else None
        try:
            response = await self._client.request(method, url, data=data, files=files)
        except (httpx.HTTPError, ConnectionResetError) as error:
            raise NetworkError(type(error).__name__) from error
        return response.status_code, response.content
