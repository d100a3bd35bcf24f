"""What is left in a chat that was hidden: one bland line, which tells nothing to whoever reads it."""

from __future__ import annotations

from bot.replies.model import Reply
from bot.replies.wording import Words
from content.model import Pack
from content.profile import Profile


def hidden_reply(pack: Pack, profile: Profile, *, remains: bool) -> Reply:
    """Return the line after hiding; `remains` when something older stands in the chat still."""
    return Reply((Words(pack, profile.language).html("hide.remains" if remains else "hide.done"),))


def only_private_reply(pack: Pack, profile: Profile) -> Reply:
    """Return that a group's messages are not the bot's to delete."""
    return Reply((Words(pack, profile.language).html("hide.private-only"),))
