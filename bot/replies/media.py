"""What is said to a picture, a voice message, a file or a sticker."""

from __future__ import annotations

from datetime import datetime

from bot.replies.helplines import country_rows, helpline_card
from bot.replies.model import Reply
from bot.replies.wording import Words
from content.model import Need, Pack
from content.profile import Profile


def media_reply(pack: Pack, profile: Profile, now: datetime) -> Reply:
    """Return that only text is read, that no picture of a child should ever be sent, and the helplines."""
    words = Words(pack, profile.language)
    card = helpline_card(pack, profile, (Need.EMERGENCY, Need.GENERAL, Need.SEXTORTION), now, limit=3)
    rows = country_rows(pack, profile.language, "helplines:country") if profile.country is None else ()
    return Reply((f"{words.html('media')}\n\n{card}",), rows)
