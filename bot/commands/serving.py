"""The web part of `mamori run`: what is checked, what is measured, and the webhook when one is set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.applications import Starlette
from telegram import Bot
from telegram.error import TelegramError

from bot.app import Running, process
from bot.handlers.services import Services
from bot.settings import Settings
from bot.storage.handled import HandledUpdates
from bot.storage.model import StoreError
from bot.transport.reading import read_update
from bot.web.app import SILENCE_LIMIT, Check, build_web
from bot.web.webhook import Webhook

ASK_AGAIN = timedelta(minutes=5)
"""How long Telegram's word on the webhook is believed, so that probes cost it nothing."""


def build_serving(settings: Settings, services: Services, running: Running, handled: HandledUpdates) -> Starlette:
    """Return health, readiness, metrics, and the webhook when `settings` have one."""
    bot = running.application.bot
    ready: dict[str, Check] = {"dispatcher": _dispatches(running), "database": _answers(services)}
    webhook: Webhook | None = None
    if settings.webhook_url is not None and settings.webhook_secret is not None:
        webhook = Webhook(
            path=urlsplit(settings.webhook_url).path or "/",
            secret=settings.webhook_secret.get_secret_value(),
            read=lambda data: read_update(data, bot),
            process=lambda update: process(running.application, update),
            seen=handled.seen,
            record=handled.record,
        )
        ready["webhook"] = WebhookCheck(bot, settings.webhook_url, services.clock)
    silent_for = running.poller.silent_for if running.poller else None
    if silent_for is not None:
        ready["poller"] = _polls(silent_for)
    return build_web(
        alive={"parts": _parts_run(running)},
        ready=ready,
        silent_for=silent_for,
        webhook=webhook,
        metrics=services.metrics.render,
    )


class WebhookCheck:
    """Says when Telegram sends the updates somewhere else. Asks Telegram every five minutes at most.

    Failed deliveries do not count: they would make the very process unready that is to receive the next ones.
    When Telegram cannot be asked, its last word stands.
    """

    def __init__(self, bot: Bot, url: str, clock: Callable[[], datetime]) -> None:
        self._bot, self._url, self._clock = bot, url, clock
        self._asked: datetime | None = None
        self._problem: str | None = None

    async def __call__(self) -> str | None:
        """Return None, or what is wrong in words."""
        now = self._clock()
        if self._asked is None or now - self._asked >= ASK_AGAIN or self._problem is not None:
            try:
                info = await self._bot.get_webhook_info()
            except TelegramError:
                return self._problem
            self._asked, self._problem = now, webhook_problem(info.url, self._url)
        return self._problem


def webhook_problem(registered: str, wanted: str) -> str | None:
    """Return what is wrong with the address that Telegram holds, None when it is the wanted one."""
    if not registered:
        return "Telegram sends its updates nowhere: run `mamori telegram setup`"
    if registered != wanted:
        return f"Telegram sends its updates to {urlsplit(registered).hostname}: run `mamori telegram setup`"
    return None


def _answers(services: Services) -> Check:
    async def check() -> str | None:
        try:
            await services.store.ping()
        except StoreError as error:
            return str(error)  # the store's own sentence: without password, statement and values
        return None

    return check


def _parts_run(running: Running) -> Check:
    async def check() -> str | None:
        ended = [name for name, task in running.tasks.items() if task.done()]
        return f"stopped: {', '.join(ended)}" if ended else None

    return check


def _dispatches(running: Running) -> Check:
    async def check() -> str | None:
        return "the dispatcher of daily tips has stopped" if running.tasks["dispatcher"].done() else None

    return check


def _polls(silent_for: Callable[[], float]) -> Check:
    async def check() -> str | None:
        silence = silent_for()
        return f"Telegram has not answered a poll for {silence:.0f} s" if silence > SILENCE_LIMIT else None

    return check
