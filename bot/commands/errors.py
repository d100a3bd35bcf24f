"""What a command raises when it was called wrongly."""

from __future__ import annotations


class UsageError(Exception):
    """The call or the settings are wrong; the message is one sentence that names the culprit."""
