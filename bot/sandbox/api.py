"""The Bot API over HTTP: /bot<TOKEN>/<method> and /file/bot<TOKEN>/<path>."""

from __future__ import annotations

import asyncio
import hmac
import inspect
from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.errors import ApiError, too_many_requests
from bot.sandbox.faults import REFUSALS, Fault
from bot.sandbox.inputs import Inputs, read_inputs
from bot.sandbox.methods import METHODS, Method
from bot.sandbox.state import Call, Sandbox

CUT_EXTENSION = "sandbox.cut"
"""Where the server puts the way to cut a request's connection, in the ASGI scope's extensions."""


def build_api_routes(sandbox: Sandbox) -> list[Route]:
    """Return the routes that a Bot API client speaks to."""
    return [
        Route("/bot{token}/{method}", partial(_call, sandbox), methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", partial(_download, sandbox), methods=["GET"]),
    ]


async def _call(sandbox: Sandbox, request: Request) -> Response:
    inputs = Inputs({})
    fault = None
    answer: Response
    try:
        _check_token(sandbox, request.path_params["token"])
        method = _find_method(request.path_params["method"])
        inputs = await read_inputs(request)
        fault = sandbox.faults.take(request.path_params["method"], _chat_id(inputs))
        if fault is not None and fault.kind in ("hang", "cut_before"):
            _record(sandbox, request, inputs, 0)
            return await _leave_unanswered(sandbox, request, fault)
        if fault is not None and fault.kind in REFUSALS:
            answer = _refuse(fault)
        else:
            result = method(sandbox, inputs)
            answer = JSONResponse({"ok": True, "result": await result if inspect.isawaitable(result) else result})
    except ApiError as error:
        answer = JSONResponse(error.body(), error.code)
    if fault is not None and fault.kind in ("hang_after", "cut_after"):
        _record(sandbox, request, inputs, 0)
        return await _leave_unanswered(sandbox, request, fault)
    _record(sandbox, request, inputs, answer.status_code)
    return answer


def _check_token(sandbox: Sandbox, token: str) -> None:
    if hmac.compare_digest(token.encode(), sandbox.token.encode()):
        return
    head, colon, _ = token.partition(":")
    # Telegram knows no such address when the token is not even shaped like one.
    raise ApiError(401, "Unauthorized") if colon and head.isdigit() else ApiError(404, "Not Found")


def _find_method(name: str) -> Method:
    method = METHODS.get(name.lower())
    if method is None:
        raise ApiError(404, "Not Found")
    return method


def _chat_id(inputs: Inputs) -> int | None:
    try:
        return int(inputs.text("chat_id"))
    except ValueError:
        return None


def _record(sandbox: Sandbox, request: Request, inputs: Inputs, status: int) -> None:
    sandbox.calls.append(Call(request.path_params["method"], _chat_id(inputs), status, sandbox.clock.now()))


def _refuse(fault: Fault) -> Response:
    if fault.kind == "502":
        return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", 502)
    error = ApiError(int(fault.kind), fault.description or REFUSALS[fault.kind])
    if fault.kind == "429" and fault.description is None:
        error = too_many_requests(fault.retry_after)
    return JSONResponse(error.body(), error.code)


async def _leave_unanswered(sandbox: Sandbox, request: Request, fault: Fault) -> Response:
    """Say nothing: cut the connection, or hold it until the client gives up or the sandbox closes."""
    cut: Callable[[], None] | None = request.scope.get("extensions", {}).get(CUT_EXTENSION)
    gone = asyncio.ensure_future(_until_gone(request))
    closing = asyncio.ensure_future(sandbox.closing.wait())
    try:
        if not fault.kind.startswith("cut"):
            await asyncio.wait((gone, closing), return_when=asyncio.FIRST_COMPLETED)
        if cut is None:
            raise ConnectionResetError("the connection was cut on order")
        cut()
        await gone
    finally:
        gone.cancel()
        closing.cancel()
    return Response(status_code=499)


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _download(sandbox: Sandbox, request: Request) -> Response:
    try:
        _check_token(sandbox, request.path_params["token"])
    except ApiError as error:
        return JSONResponse(error.body(), error.code)
    stored = sandbox.files.find_path(request.path_params["path"])
    if stored is None:
        return JSONResponse(ApiError(404, "Not Found").body(), 404)
    return Response(stored.content, media_type=stored.mime_type)
