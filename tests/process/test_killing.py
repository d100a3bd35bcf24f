"""Updates are confirmed after they were handled: what kill -9 cut short, or nobody heard, is answered afterwards."""

from __future__ import annotations

import pytest

from tests.process.conftest import TOKEN, YOUNG, LocalTelegram, Start, free_port, until

HOOK = {"BOT_WEBHOOK_SECRET": "a-secret"}


def settings(telegram: LocalTelegram, port: int, *, webhook: bool) -> dict[str, str]:
    common = {"BOT_TOKEN": TOKEN, "BOT_API_URL": telegram.address, "BOT_LISTEN": f"127.0.0.1:{port}"}
    return common | (HOOK | {"BOT_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram"} if webhook else {})


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_what_was_in_hand_when_it_was_killed_or_written_until_the_restart_is_answered_then(
    start: Start, telegram: LocalTelegram, *, webhook: bool
) -> None:
    chosen = settings(telegram, free_port(), webhook=webhook)
    bot = await start("run", **chosen)
    if webhook:
        secret = chosen["BOT_WEBHOOK_SECRET"]
        await telegram.call("setWebhook", url=chosen["BOT_WEBHOOK_URL"], secret_token=secret)
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
    await telegram.act("say", text="what is grooming")
    await start("run", **chosen)
    found = "".join(map(str, [await telegram.answer(3), *await telegram.answers()]))
    assert "emergency:" in found
    assert "vote:no:grooming" in found
