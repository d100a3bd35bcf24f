"""The understanding as commands need it: on the encoder of the settings, with one sentence when that cannot be."""

from __future__ import annotations

from bot.app import load_understander
from bot.commands.errors import UsageError
from bot.settings import Settings
from bot.understanding.encoder import EncoderUnavailable
from bot.understanding.engine import Engine
from bot.understanding.lines import Progress
from content.model import Pack


def understander_of(settings: Settings, pack: Pack, progress: Progress | None = None) -> Engine:
    """Return the understanding of a pack as the settings want it; with `progress` it is fitted first if need be.

    Raises UsageError when the encoder that the operator chose cannot be used. Without the one that is shipped, the
    engine answers by letters.
    """
    try:
        return load_understander(pack, settings.packs, settings.cache_dir, progress, settings.encoder)
    except EncoderUnavailable as error:
        raise UsageError(f"BOT_ENCODER: {error}") from None
