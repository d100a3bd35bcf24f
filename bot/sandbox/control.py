"""The sandbox's own controls over HTTP, under /sandbox: people's actions, the clock, faults, limits and the news."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.clock import next_morning
from bot.sandbox.faults import parse_fault
from bot.sandbox.flood import parse_limits
from bot.sandbox.formatting import mend
from bot.sandbox.people import People
from bot.sandbox.state import Sandbox
from bot.sandbox.view import view_sandbox
from bot.sandbox.world import Chat, Person

Endpoint = Callable[[Sandbox, Request], Awaitable[Response]]


def build_control_routes(sandbox: Sandbox) -> list[Route]:
    """Return the routes of the controls."""
    table: tuple[tuple[str, str, Endpoint], ...] = (
        ("GET", "state", _state),
        ("GET", "events", _events),
        ("GET", "calls", _calls),
        ("GET", "file/{file_id}", _file),
        ("GET", "faults", _list_faults),
        ("POST", "faults", _order_fault),
        ("DELETE", "faults", _clear_faults),
        ("POST", "limits", _limit),
        ("POST", "clock", _move_clock),
        ("POST", "people", _add_people),
        ("POST", "groups", _add_group),
        ("POST", "updates", _inject),
        ("POST", "act", _act),
    )
    return [
        Route(f"/sandbox/{path}", partial(_guarded, endpoint, sandbox), methods=[method])
        for method, path, endpoint in table
    ]


async def _guarded(endpoint: Endpoint, sandbox: Sandbox, request: Request) -> Response:
    """Refuse other websites' requests, and turn a wrong one into a sentence."""
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        return JSONResponse({"error": "the sandbox takes orders from its own page only"}, 403)
    try:
        return await endpoint(sandbox, request)
    except (ValueError, KeyError, TypeError) as error:
        missing = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        return JSONResponse({"error": missing}, 400)


async def _json(request: Request) -> Any:  # noqa: ANN401  JSON of any shape; each caller checks its own
    given = json.loads(await request.body() or b"{}")
    # Half a sign, as a page that cuts a text may send it, could not be written into any answer afterwards.
    return json.loads(mend(json.dumps(given, ensure_ascii=False)))


async def _object(request: Request) -> dict[str, Any]:
    given = await _json(request)
    if not isinstance(given, dict):
        raise TypeError("the body is a JSON object")
    return given


async def _state(sandbox: Sandbox, request: Request) -> Response:  # noqa: ARG001  one shape for all endpoints
    return JSONResponse(view_sandbox(sandbox), headers={"Cache-Control": "no-store"})


async def _events(sandbox: Sandbox, request: Request) -> Response:  # noqa: ARG001  one shape for all endpoints
    async def stream() -> AsyncIterator[str]:
        yield "retry: 500\n\n"
        async for event in sandbox.events.listen():
            yield ": still here\n\n" if event is None else f"data: {json.dumps(event, ensure_ascii=False)}\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _calls(sandbox: Sandbox, request: Request) -> Response:  # noqa: ARG001  one shape for all endpoints
    calls = [{**asdict(call), "at": call.at.isoformat()} for call in sandbox.calls]
    return JSONResponse({"calls": calls, "refused_for_flood": sandbox.flood.refused})


async def _file(sandbox: Sandbox, request: Request) -> Response:
    stored = sandbox.files.find(request.path_params["file_id"])
    if stored is None:
        return JSONResponse({"error": "there is no such file"}, 404)
    shown = stored.kind == "photo"
    headers = {
        "Cache-Control": "max-age=3600",
        "X-Content-Type-Options": "nosniff",
        # A document is never opened inside the page, whatever it holds.
        "Content-Disposition": "inline" if shown else "attachment",
    }
    kind = stored.mime_type if shown and stored.mime_type in ("image/png", "image/jpeg") else "application/octet-stream"
    if shown and kind == "application/octet-stream":
        kind = "image/png" if stored.content.startswith(b"\x89PNG") else "image/jpeg"
    return Response(stored.content, media_type=kind, headers=headers)


async def _list_faults(sandbox: Sandbox, request: Request) -> Response:  # noqa: ARG001  one shape for all endpoints
    return JSONResponse({"faults": sandbox.faults.describe()})


async def _order_fault(sandbox: Sandbox, request: Request) -> Response:
    given = await _json(request)
    orders = [parse_fault(order) for order in (given if isinstance(given, list) else [given])]
    for order in orders:
        sandbox.order_fault(order)
    return JSONResponse({"faults": sandbox.faults.describe()})


async def _clear_faults(sandbox: Sandbox, request: Request) -> Response:  # noqa: ARG001  one shape for all endpoints
    sandbox.faults.clear()
    return JSONResponse({"faults": []})


async def _limit(sandbox: Sandbox, request: Request) -> Response:
    sandbox.limit(parse_limits(sandbox.flood.limits, await _object(request)))
    return JSONResponse(asdict(sandbox.flood.limits))


async def _move_clock(sandbox: Sandbox, request: Request) -> Response:
    given = await _object(request)
    if "advance_seconds" in given:
        sandbox.clock.advance(timedelta(seconds=float(given["advance_seconds"])))
    elif "set" in given:
        sandbox.clock.set(datetime.fromisoformat(str(given["set"])))
    elif "next_morning" in given:
        person = sandbox.world.people[int(given["next_morning"])]
        sandbox.clock.set(next_morning(sandbox.clock.now(), person.zone, hour=int(given.get("hour", 7))))
    else:
        raise ValueError("the clock is moved by advance_seconds, set or next_morning")
    return JSONResponse({"now": sandbox.clock.now().isoformat()})


async def _add_people(sandbox: Sandbox, request: Request) -> Response:
    given = await _json(request)
    people = given if isinstance(given, list) else [given]
    for fields in people:
        sandbox.world.add_person(Person(**fields))
    sandbox.events.tell("reload")
    return JSONResponse({"people": len(sandbox.world.people)})


async def _add_group(sandbox: Sandbox, request: Request) -> Response:
    given = await _object(request)
    members = [int(person_id) for person_id in given["people"]]
    for person_id in members:
        if person_id not in sandbox.world.people:
            raise ValueError(f"there is no person {person_id}")
    chat = Chat(int(given["id"]), "group", str(given["title"]), members, members[:1])
    sandbox.world.add_group(chat)
    sandbox.events.tell("reload")
    return JSONResponse({"id": chat.id})


async def _inject(sandbox: Sandbox, request: Request) -> Response:
    return JSONResponse({"update_id": sandbox.queue.put_raw(await _object(request))})


async def _act(sandbox: Sandbox, request: Request) -> Response:
    given = await _object(request)
    people = People(sandbox)
    actions: dict[str, Callable[..., object]] = {
        "say": people.say,
        "start": people.start,
        "send": people.send,
        "edit": people.edit,
        "press": people.press,
        "block": people.block,
        "ask_inline": people.ask_inline,
        "choose": people.choose,
        "speak": people.speak,
        "invite_bot": people.invite_bot,
        "share_chat": people.share_chat,
        "upgrade": people.upgrade,
    }
    name = given.pop("action", "")
    if name not in actions:
        raise ValueError(f"an action is one of {', '.join(actions)}")
    return JSONResponse({"result": actions[name](given.pop("person_id"), **given)})
