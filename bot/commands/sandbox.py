"""`mamori sandbox`: the bot on a local Bot API, with a chat page to talk to it."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import webbrowser
from functools import partial

from bot.app import Wiring, build_services, run_bot
from bot.commands.errors import UsageError
from bot.commands.parts import settings_of, start_logging
from bot.commands.reload import fit_beside, keep_reloading
from bot.commands.signals import stop_on_signals
from bot.commands.understanding import pack_and_understander_of
from bot.handlers.menu import set_up_menu
from bot.sandbox.clock import MovableClock
from bot.sandbox.server import build_sandbox, serve_sandbox
from bot.settings import Settings
from bot.storage.memory import MemoryStore

_API_ONLY_TOKEN = "1:sandbox"  # noqa: S105  # the sandbox's own; it opens nothing but this machine


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori sandbox`."""
    parser.add_argument("--port", type=_port, default=8080, help="port on 127.0.0.1 (0: any free one)")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page")
    parser.add_argument("--api-only", action="store_true", help="the local Bot API alone, for a bot of your own")
    parser.add_argument("--token", default=None, help="the token that the local Bot API accepts")


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    token = arguments.token or (_API_ONLY_TOKEN if arguments.api_only else f"1:{secrets.token_urlsafe(24)}")
    settings = settings_of(token=None)
    start_logging(settings, token)
    try:
        asyncio.run(_serve(arguments, settings, token))
    except OSError as error:
        raise UsageError(f"mamori sandbox: {error.strerror or error}") from None
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port between 0 and 65535")
    return int(text)


async def _serve(arguments: argparse.Namespace, settings: Settings, token: str) -> None:
    clock = MovableClock()
    try:
        app = build_sandbox(token=token, clock=clock, page=not arguments.api_only)
    except ValueError as error:
        raise UsageError(f"mamori sandbox: {error}") from None
    with stop_on_signals() as stop:
        async with serve_sandbox(app, arguments.port) as port:
            address = f"http://127.0.0.1:{port}"
            if arguments.api_only:
                sys.stdout.write(f"The Bot API listens on {address} (BOT_API_URL={address}, token {token}).\n")
                sys.stdout.flush()
                await stop.wait()
                return
            await _with_bot(arguments, settings, Wiring(token, address), clock, stop)


async def _with_bot(
    arguments: argparse.Namespace, settings: Settings, wiring: Wiring, clock: MovableClock, stop: asyncio.Event
) -> None:
    read = partial(pack_and_understander_of, settings)
    pack, understander = read()
    services = build_services(
        pack=pack,
        understander=understander,
        store=MemoryStore(),
        clock=clock.now,
        operator=settings.operator,
        default_country=settings.default_country,
        administrators=settings.admins,
    )
    async with run_bot(wiring, services, poll=True, worker="sandbox") as running:
        clock.on_move(lambda _: services.wake())
        await set_up_menu(running.application.bot, pack, settings.admins)
        sys.stdout.write(f"Talk to the bot at {wiring.api_url} (nothing leaves this machine; Ctrl-C stops it).\n")
        sys.stdout.flush()
        if not arguments.no_browser:
            webbrowser.open(wiring.api_url)
        fit = partial(fit_beside, settings.packs, settings.cache_dir, settings.encoder)
        reloading = asyncio.create_task(keep_reloading(services, read, asyncio.Event(), fit))
        await running.wait(stop)
        reloading.cancel()
        await asyncio.gather(reloading, return_exceptions=True)
