from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from inspect import signature

import httpx
import pytest

from bot.sandbox.clock import MovableClock, next_morning
from bot.sandbox.server import KEEP_ALIVE, build_sandbox, serve_sandbox
from bot.transport.request import AiohttpRequest
from tests.sandbox.conftest import GROUP, MOTHER, NOON, TOKEN, YOUNG, Rig


def test_a_standing_clock_moves_only_by_hand_and_tells_of_it() -> None:
    clock = MovableClock(NOON, ticking=False)
    heard: list[datetime] = []
    forget = clock.on_move(heard.append)
    clock.advance(timedelta(hours=1))
    clock.set(NOON)
    forget()
    clock.advance(timedelta(hours=2))
    assert heard == [NOON + timedelta(hours=1), NOON]
    assert clock.now() == NOON + timedelta(hours=2)


def test_a_ticking_clock_runs_on_from_where_it_was_put() -> None:
    clock = MovableClock(NOON)
    first = clock.now()
    clock.advance(timedelta(days=-1))
    assert NOON <= first < NOON + timedelta(minutes=1)
    assert clock.now() >= first - timedelta(days=1)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        MovableClock(datetime(2026, 1, 1))  # noqa: DTZ001  the fault under test
    with pytest.raises(ValueError, match="needs a time zone"):
        MovableClock().set(datetime(2026, 1, 1))  # noqa: DTZ001  the fault under test


@pytest.mark.parametrize(
    ("now", "zone", "morning"),
    [
        (datetime(2026, 3, 2, 12, tzinfo=UTC), "Asia/Tokyo", datetime(2026, 3, 2, 22, 5, tzinfo=UTC)),
        (datetime(2026, 3, 2, 16, tzinfo=UTC), "Asia/Tokyo", datetime(2026, 3, 2, 22, 5, tzinfo=UTC)),
        (datetime(2026, 3, 2, 22, tzinfo=UTC), "Asia/Tokyo", datetime(2026, 3, 3, 22, 5, tzinfo=UTC)),
        (datetime(2026, 3, 28, 12, tzinfo=UTC), "Europe/London", datetime(2026, 3, 29, 6, 5, tzinfo=UTC)),
    ],
)
def test_the_next_morning_is_a_little_past_seven_where_the_person_is(
    now: datetime, zone: str, morning: datetime
) -> None:
    assert next_morning(now, zone) == morning


async def test_the_clock_is_moved_over_http(rig: Rig) -> None:
    assert (await rig.post("clock", {"next_morning": MOTHER})).json()["now"] == "2026-03-02T22:05:00+00:00"
    assert (await rig.post("clock", {"set": "2026-05-01T00:00:00+09:00"})).json()["now"] == "2026-04-30T15:00:00+00:00"
    assert rig.clock.now() == datetime(2026, 4, 30, 15, tzinfo=UTC)
    wrong: object
    for wrong in ({}, {"set": "2026-05-01T00:00:00"}, {"next_morning": 1}, [], {"set": "soon"}):
        assert (await rig.post("clock", wrong)).status_code == 400


async def test_health_answers_without_any_token(rig: Rig) -> None:
    assert (await rig.http.get("/healthz")).json() == {"status": "ok"}


async def test_the_page_allows_nothing_from_outside(rig: Rig) -> None:
    page = await rig.http.get("/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("page.css", "page.js"):
        assert (await rig.http.get(f"/page/{name}")).status_code == 200


async def test_without_the_page_the_api_stands_alone() -> None:
    app = build_sandbox(token=TOKEN, clock=MovableClock(), page=False)
    async with (
        serve_sandbox(app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        assert (await http.get("/")).status_code == 404
        assert (await http.get(f"/bot{TOKEN}/getMe")).json()["ok"] is True


async def test_two_sandboxes_share_nothing() -> None:
    one, two = (build_sandbox(token=TOKEN, clock=MovableClock()) for _ in range(2))
    one.state.sandbox.world.people[YOUNG].started = True
    assert not two.state.sandbox.world.people[YOUNG].started


async def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} on 127.0.0.1 cannot be used"):
            async with serve_sandbox(build_sandbox(token=TOKEN, clock=MovableClock()), port):
                pass


async def test_only_this_machine_can_connect(rig: Rig) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.2", rig.port))  # free, so the sandbox does not listen on every address


@pytest.mark.parametrize("token", ["", "abc", "abc:def", "123456"])
def test_a_token_without_its_shape_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="a token looks like"):
        build_sandbox(token=token, clock=MovableClock())


async def test_news_reach_the_page_as_they_happen(begun: Rig) -> None:
    async with begun.http.stream("GET", "/sandbox/events") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 500"
        await begun.bot.send_message(YOUNG, "hello")
        async for line in lines:
            if line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))
                break
        assert (event["kind"], event["chat"], event["message"]["text"]) == ("message", YOUNG, "hello")
        await begun.sandbox.close()
        assert [line async for line in lines if line] == []


async def test_people_act_over_http(rig: Rig) -> None:
    answer = await rig.post("act", {"action": "start", "person_id": YOUNG, "payload": "t_grooming"})
    assert answer.json()["result"]["text"] == "/start t_grooming"
    await rig.post("act", {"action": "speak", "person_id": YOUNG, "language_code": "fr"})
    state = (await rig.http.get("/sandbox/state")).json()
    young = next(person for person in state["people"] if person["id"] == YOUNG)
    assert (young["language_code"], young["started"]) == ("fr", True)
    for wrong in (
        {"action": "fly", "person_id": YOUNG},
        {"action": "say", "person_id": 9, "text": "x"},
        {"action": "say", "person_id": YOUNG},
        {"action": "say"},
        {"action": "start", "person_id": YOUNG, "payload": "not ok"},
        {"action": "edit", "person_id": YOUNG, "message_id": 999, "text": "x"},
        {"action": "upgrade", "person_id": YOUNG, "chat_id": YOUNG},
    ):
        refused = await rig.post("act", wrong)
        assert refused.status_code == 400
        assert refused.json()["error"]


async def test_people_and_groups_can_be_added(rig: Rig) -> None:
    await rig.post("people", {"id": 5, "first_name": "<b>", "zone": "Pacific/Apia", "started": True})
    assert (await rig.post("groups", {"id": -5, "title": "Club", "people": [5, YOUNG]})).json() == {"id": -5}
    assert (await rig.bot.get_chat(5)).first_name == "<b>"
    assert (await rig.bot.get_chat_member(-5, 5)).status == "creator"
    for path, wrong in (
        ("people", {"id": 5, "first_name": "x"}),
        ("groups", {"id": GROUP, "title": "x", "people": []}),
    ):
        assert (await rig.post(path, wrong)).status_code == 400


async def test_a_document_is_never_shown_inside_the_page(begun: Rig) -> None:
    sent = await begun.bot.send_document(YOUNG, b"<script>alert(1)</script>", filename="x.html")
    assert sent.document is not None
    answer = await begun.http.get(f"/sandbox/file/{sent.document.file_id}")
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert (await begun.http.get("/sandbox/file/none")).status_code == 404


async def test_half_a_sign_in_a_message_stops_nothing(rig: Rig) -> None:
    """A page that cuts a text between the halves of an emoji sends one; no answer could be written with it."""
    half = "\\ud83d"
    raw = {"Content-Type": "application/json"}
    said = f'{{"action": "say", "person_id": {YOUNG}, "text": "help {half} me"}}'
    injected = (
        f'{{"message": {{"message_id": 1, "date": 1, "chat": {{"id": 1, "type": "private"}}, "text": "{half}"}}}}'
    )
    assert (await rig.http.post("/sandbox/act", content=said, headers=raw)).status_code == 200
    assert (await rig.http.post("/sandbox/updates", content=injected, headers=raw)).status_code == 200
    updates = await rig.bot.get_updates(timeout=0)
    assert [update.message.text for update in updates if update.message] == ["help \ufffd me", "\ufffd"]
    assert (await rig.http.get("/sandbox/state")).status_code == 200
    sent = f'{{"chat_id": {YOUNG}, "text": "{half}"}}'
    refused = await rig.http.post(f"/bot{TOKEN}/sendMessage", content=sent, headers=raw)
    assert (refused.status_code, refused.json()["description"]) == (
        400,
        "Bad Request: strings must be encoded in UTF-8",
    )


def test_the_server_keeps_idle_connections_longer_than_the_bot_does() -> None:
    assert signature(AiohttpRequest).parameters["keepalive"].default < KEEP_ALIVE
