"""The understanding as commands need it: on the encoder of the settings, with one sentence when that cannot be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from bot.app import load_understander
from bot.commands.errors import UsageError
from bot.commands.parts import pack_of
from bot.settings import Settings
from bot.understanding.encoder import Encoder, EncoderUnavailable, limit_threads, load_encoder
from bot.understanding.engine import Engine
from bot.understanding.lines import Progress
from bot.understanding.loading import probe
from content.model import Pack


def pack_and_understander_of(settings: Settings, progress: Progress | None = None) -> tuple[Pack, Engine]:
    """Return the pack and its understanding; the encoder is loaded while the pack is read.

    Raises PackError, and UsageError as `understander_of` does and for a missing folder of packs.
    """
    encoder = _encoder_of(settings)
    limit_threads()  # before it is used: it puts back whatever limit it found
    with ThreadPoolExecutor(1) as beside:
        beside.submit(probe, encoder)  # whatever that raises is met again, and told, when the encoder is needed
        pack = pack_of(settings)
        return pack, understander_of(settings, pack, progress, encoder)


def understander_of(
    settings: Settings, pack: Pack, progress: Progress | None = None, encoder: Encoder | None = None
) -> Engine:
    """Return the understanding of a pack as the settings want it; with `progress` it is fitted first if need be.

    `encoder` is that of the settings, where it was loaded before. Raises UsageError when the encoder that the operator
    chose cannot be used. Without the one that is shipped, the engine answers by letters.
    """
    made = encoder or _encoder_of(settings)
    try:
        return load_understander(pack, settings.packs, settings.cache_dir, progress, made)
    except EncoderUnavailable as error:
        raise _wrong(error) from None


def _encoder_of(settings: Settings) -> Encoder:
    try:
        return load_encoder(settings.encoder, settings.cache_dir)
    except EncoderUnavailable as error:
        raise _wrong(error) from None


def _wrong(error: EncoderUnavailable) -> UsageError:
    return UsageError(f"BOT_ENCODER: {error}")
