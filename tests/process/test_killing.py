"""Updates are confirmed after they were handled: what kill -9 cut short is answered after the restart."""

from __future__ import annotations

import pytest

from tests.process.conftest import TOKEN, YOUNG, LocalTelegram, Start, free_port, until

HOOK = {"BOT_WEBHOOK_SECRET": "a-secret"}


def settings(telegram: LocalTelegram, port: int, *, webhook: bool) -> dict[str, str]:
    common = {"BOT_TOKEN": TOKEN, "BOT_API_URL": telegram.address, "BOT_LISTEN": f"127.0.0.1:{port}"}
    return common | (HOOK | {"BOT_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram"} if webhook else {})


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_what_was_in_hand_when_it_was_killed_is_answered_after_the_restart(
    start: Start, telegram: LocalTelegram, *, webhook: bool
) -> None:
    chosen = settings(telegram, free_port(), webhook=webhook)
    bot = await start("run", **chosen)
    if webhook:
        setup = await start("telegram", "setup", **chosen)
        await setup.line("webhook")
    await telegram.act("say", text="hello")
    await telegram.answer()
    await telegram.http.post("/sandbox/faults", json={"kind": "hang", "method": "sendMessage"})
    await telegram.act("say", text="someone threatens to post naked pictures of me")

    async def the_answer_is_on_its_way() -> bool | None:
        faults = (await telegram.http.get("/sandbox/faults")).json()["faults"]
        return True if faults[0]["seen"] else None

    await until(the_answer_is_on_its_way)
    bot.process.kill()
    await bot.process.wait()
    assert len(await telegram.answers(YOUNG)) == 1
    await start("run", **chosen)
    assert "emergency:" in str(await telegram.answer(2))
