"""The composition root: the one place where real parts are put together. Every part is a parameter."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from telegram import LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.ext import Application, BaseUpdateProcessor, ContextTypes, Defaults
from telegram.request import BaseRequest

from bot.charts.cache import ChartCache
from bot.delivery.broadcaster import Broadcaster
from bot.delivery.dispatcher import Dispatcher, Limits
from bot.delivery.outcome import classify
from bot.delivery.overview import keep_summaries
from bot.delivery.retention import keep_retention
from bot.delivery.tally import Tally, keep_tally
from bot.handlers import BotApplication, register
from bot.handlers.admin import SummarySender
from bot.handlers.broadcast_cards import BroadcastSender
from bot.handlers.context import BotContext
from bot.handlers.deliver import TipSender
from bot.handlers.emergency import send_fallback
from bot.handlers.limits import PER_MINUTE, QuestionLimit
from bot.handlers.questions import overflow
from bot.handlers.services import Pieces, ProfileCache, Services, ShownTips
from bot.metrics import OTHER, UPDATE_KINDS, Metrics, Sources, watch_lag
from bot.replies.emergency import prepare_fallback
from bot.storage.model import StoreError
from bot.storage.protocol import Store
from bot.transport.noting import Noting
from bot.transport.observed import ObservedLimiter
from bot.transport.pacing import Pacer
from bot.transport.polling import Poller
from bot.transport.processor import PerChatProcessor
from bot.transport.request import AiohttpRequest
from bot.understanding.artefact import ArtefactError
from bot.understanding.encoder import Encoder, UseEncoder, limit_threads, load_encoder
from bot.understanding.engine import Engine
from bot.understanding.lines import Progress
from bot.understanding.loading import FITTED, content_of, find_fitted, load_engine, load_or_fit, probe
from bot.understanding.model import FigureQuery, Understander
from bot.understanding.slots import read_figure
from content.faults import Fault, PackError, shown
from content.lexicon import load_lexicon
from content.load import BASE_PACK
from content.model import Pack, Urgency

logger = logging.getLogger(__name__)

LONG_POLL = 25
"""Seconds that Telegram may hold a request for updates open."""

HANDLING_ENDS_WITHIN = 5.0
"""Seconds that updates in hand may still take when the bot stops; Telegram brings again what is not finished then."""
ALL_ENDS_WITHIN = 8.5
"""Seconds after which what has not ended is cut: whatever was being sent then is in doubt, as after a kill."""

SELDOM = 10_000
"""How many more objects there must be than before until the garbage collector looks: several batches of tips make so
many, and are gone by themselves before it would have looked twice."""


def load_understander(
    pack: Pack,
    overlays: Sequence[Path] = (),
    cache: Path | None = None,
    progress: Progress | None = None,
    encoder: str | Encoder = "use",
) -> Engine:
    """Return the understanding of a pack; without an encoder it answers by letters and says so.

    `overlays` are the folders laid over the base pack. Heads fitted from their sentences and topics too are looked
    for in `cache`. When there are none yet, those of the base pack serve and the engine says that it is `degraded`;
    with `progress` they are fitted first, which takes some minutes, and kept in `cache`. The same holds for an
    `encoder` (itself, or its name) other than the one shipped. Raises EncoderUnavailable when that one cannot be
    loaded or does not answer.
    """
    lexicon = load_lexicon([BASE_PACK, *overlays], pack)
    limit_threads()

    def reader(text: str, topic: str | None) -> FigureQuery | None:
        return read_figure(text, lexicon, topic)

    try:
        made = load_encoder(encoder, cache) if isinstance(encoder, str) else encoder
        if made.name != UseEncoder.name:
            probe(made)
        folder, behind = FITTED, False
        if overlays or made.name != UseEncoder.name:
            content = content_of(pack, overlays)
            found = find_fitted(content.hash(), cache, encoder=made.name)
            if found is None and progress is not None and cache is not None:
                return load_or_fit(content, cache, encoder, progress, reader)
            folder, behind = found or FITTED, found is None
        engine = load_engine(folder, load_encoder(cache=cache) if behind else made, reader, degraded=behind)
    except ArtefactError as error:
        raise PackError([Fault(shown(BASE_PACK / "fitted"), 1, f"{error}; `make fit` makes it anew")]) from None
    if engine.trouble:
        logger.warning("encoder-missing", extra={"reason": engine.trouble})
    return engine


@dataclass(slots=True)
class Wiring:
    """What differs between Telegram, the sandbox and a test: where the Bot API is, and what carries the bytes."""

    token: str
    api_url: str
    request: BaseRequest = field(default_factory=AiohttpRequest)
    updates_request: BaseRequest = field(default_factory=lambda: AiohttpRequest(pool_size=4))
    pacer: Pacer = field(default_factory=Pacer)
    pending_per_chat: int = 5


def build_services(
    *,
    pack: Pack,
    understander: Understander,
    store: Store,
    clock: Callable[[], datetime],
    seed: int = 0,
    operator: str = "",
    default_country: str | None = None,
    administrators: Collection[int] = (),
    questions_per_minute: int = PER_MINUTE,
    broadcast_rate: float = 29.0,
    profiles_lasting: timedelta | None = None,
) -> Services:
    """Return what the handlers work with. One thread thinks, so that the event loop never waits for arithmetic."""
    return Services(
        pack=pack,
        understander=understander,
        store=store,
        charts=ChartCache(),
        fallback=prepare_fallback(pack, clock()),
        clock=clock,
        seed=seed,
        pieces=Pieces(clock),
        shown_tips=ShownTips(),
        profiles=ProfileCache(clock, profiles_lasting),
        thinking=ThreadPoolExecutor(max_workers=1, thread_name_prefix="thinking"),
        tally=Tally(clock),
        limit=QuestionLimit(clock, questions_per_minute),
        metrics=Metrics(),
        operator=operator,
        default_country=default_country,
        administrators=frozenset(administrators),
        broadcast_rate=broadcast_rate,
    )


def build_application(wiring: Wiring, services: Services) -> BotApplication:
    """Return the Telegram application with every handler, not yet started."""
    holder: list[BotApplication] = []

    async def on_overflow(update: Update) -> None:
        await overflow(BotContext.from_update(update, holder[0]))

    async def on_timeout(update: Update) -> None:
        context = BotContext.from_update(update, holder[0])
        if context.is_private:
            await send_fallback(context)

    processor: BaseUpdateProcessor = PerChatProcessor(
        is_urgent=lambda update: is_urgent(update, services),
        on_overflow=on_overflow,
        on_timeout=on_timeout,
        pending_per_chat=wiring.pending_per_chat,
    )
    builder = (
        Application.builder()
        .token(wiring.token)
        .base_url(f"{wiring.api_url}/bot")
        .base_file_url(f"{wiring.api_url}/file/bot")
        .request(wiring.request)
        .get_updates_request(wiring.updates_request)
        .rate_limiter(Noting(ObservedLimiter(wiring.pacer, services.metrics.sent), services.tally.add_message))
        .concurrent_updates(processor)
        .context_types(ContextTypes(context=BotContext))
        .defaults(Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .updater(None)
    )
    application: BotApplication = builder.build()
    application.bot_data["services"] = services
    holder.append(application)
    register(application)
    return application


def settle_memory() -> None:
    """Take what was loaded at the start, and lives as long as the process, out of the garbage collector's rounds.

    A round through all of it would hold the event loop for a tenth of a second, every few thousand messages. The rounds
    that are left are through what is on its way: it goes by itself when it is done, so they can be seldom.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM)


async def is_urgent(update: Update, services: Services) -> bool:
    """Judge a new message, an edit or a caption before anything else may delay or drop it, off the event loop."""
    message = update.message or update.edited_message
    text = (message.text or message.caption) if message else None
    if message is None or not text or text.startswith("/") or message.via_bot is not None:
        return False
    recent = services.pieces.of(message.chat.id, without=message.message_id)
    return await services.urgency(text, recent) is Urgency.EMERGENCY


@dataclass(slots=True)
class Running:
    """A bot that runs: its parts for health checks, and the way to wait for its end."""

    application: BotApplication
    dispatcher: Dispatcher
    poller: Poller | None
    tasks: Mapping[str, asyncio.Task[None]]
    end_deliveries: Callable[[], None]
    """Begins to end the deliveries: what is being sent is finished, the rest given back. Does not wait for it."""

    async def wait(self, stop: asyncio.Event) -> None:
        """Return when `stop` is set, with deliveries about to end; raise what ended a part that should have gone on."""
        stopping = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait({stopping, *self.tasks.values()}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        self.end_deliveries()
        for task in done - {stopping}:
            task.result()


@asynccontextmanager
async def run_bot(wiring: Wiring, services: Services, *, poll: bool, worker: str) -> AsyncIterator[Running]:
    """Run the bot inside the block: handlers, delivery and (with `poll`) polling.

    On the way out no new update is taken, what is in hand is finished, and deliveries end cleanly: what was sent is
    written down, what still waits for its turn is given back. All parts do so at the same time.
    """
    application = build_application(wiring, services)
    await application.initialize()
    await application.start()
    sender = TipSender(application.bot, services)
    dispatcher = Dispatcher(
        services.store,
        lambda: services.pack,
        sender,
        classify,
        clock=services.clock,
        worker=worker,
        observe=services.metrics.delivered,
        limits=Limits.of_rate(wiring.pacer.rate),
    )
    services.wake = dispatcher.wake
    broadcaster = Broadcaster(
        services.store,
        BroadcastSender(application.bot, services),
        classify,
        clock=services.clock,
        worker=worker,
        rate=services.broadcast_rate,
    )
    services.wake_broadcasts = broadcaster.wake
    tasks = {
        "dispatcher": asyncio.create_task(dispatcher.run(), name="dispatcher"),
        "broadcaster": asyncio.create_task(broadcaster.run(), name="broadcaster"),
        "retention": asyncio.create_task(keep_retention(services.store, services.clock)),
        "summaries": asyncio.create_task(
            keep_summaries(services.store, services.clock, SummarySender(application.bot, services))
        ),
        "tally": asyncio.create_task(keep_tally(services.tally, services.store)),
        "lag": asyncio.create_task(watch_lag(services.metrics.lagged)),
    }
    poller: Poller | None = None
    if poll:
        poller = Poller(
            application.bot,
            wiring.updates_request,
            lambda update: process(application, update),
            poll_timeout=LONG_POLL,
        )
        tasks["poller"] = asyncio.create_task(poller.run())
    services.metrics.watch(_sources(wiring, services, dispatcher, poller))
    loop = asyncio.get_running_loop()
    ending: list[float] = []

    def end_deliveries() -> None:
        ending.append(loop.time())
        dispatcher.stop()
        broadcaster.stop()
        wiring.pacer.let_go()

    try:
        yield Running(application, dispatcher, poller, tasks, end_deliveries)
    finally:
        end_deliveries()
        if poller is not None:
            await poller.stop(HANDLING_ENDS_WITHIN)
        for name in ("retention", "summaries", "tally", "lag"):
            tasks[name].cancel()
        await _settle(tasks.values(), ending[0] + ALL_ENDS_WITHIN - loop.time())
        await application.stop()
        await application.shutdown()
        await _flush(services)
        await services.charts.close()
        services.thinking.shutdown(wait=False, cancel_futures=True)


async def process(application: BotApplication, update: Update) -> None:
    """Handle one update through the processor, which keeps the order within a chat."""
    services = cast(Services, application.bot_data["services"])
    with services.metrics.update(_kind_of(update)):
        await application.update_processor.process_update(update, application.process_update(update))


def _kind_of(update: Update) -> str:
    return next((kind for kind in UPDATE_KINDS if getattr(update, kind, None) is not None), OTHER)


def _sources(wiring: Wiring, services: Services, dispatcher: Dispatcher, poller: Poller | None) -> Sources:
    return Sources(
        pack=lambda: services.pack,
        clock=services.clock,
        leads=lambda: dispatcher.leads,
        waiting=lambda: wiring.pacer.waiting_broadcasts,
        refusals=lambda: wiring.pacer.counts.refusals,
        asked_to_wait=lambda: wiring.pacer.counts.asked_to_wait,
        silent_for=poller.silent_for if poller else None,
    )


async def _flush(services: Services) -> None:
    try:
        await services.tally.flush(services.store)
    except StoreError as error:
        logger.warning("counters-not-written", extra={"error": str(error)})


async def _settle(tasks: Collection[asyncio.Task[None]], within: float) -> None:
    _, late = await asyncio.wait(tasks, timeout=within)
    for task in late:
        logger.warning("part-cut", extra={"part": task.get_name()})
        task.cancel()
    for task in tasks:
        try:
            await task
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  # the end of a part is already being reported by `wait`
            logger.debug("part-ended", extra={"error": type(error).__name__})
