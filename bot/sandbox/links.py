"""Which addresses Telegram accepts behind a link or a button."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SCHEME = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]*:(?![\d+])"
)  # a number after the colon is read as a port, as Telegram does
_OWN_SCHEMES = ("tg", "ton", "tonsite")


class LinkError(ValueError):
    """The address is not one that Telegram opens; the text says why, in Telegram's words."""


def check_link(address: str) -> str:
    """Return the address as Telegram keeps it (`http://` added where no scheme stands).

    Raises LinkError for other schemes (`tel:` and `mailto:` among them) and for hosts without a dot, such as localhost.
    """
    address = address.strip()
    if not address or any(sign.isspace() for sign in address):
        raise LinkError("Wrong HTTP URL")
    if not _SCHEME.match(address):
        address = f"http://{address}"
    scheme = address.split(":", 1)[0].lower()
    if scheme in _OWN_SCHEMES:
        return address
    if scheme not in ("http", "https"):
        raise LinkError("Unsupported URL protocol")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise LinkError("Wrong port number specified in the URL") from error
    host = parts.hostname or ""
    if "." not in host.strip(".") or ".." in host or port == 0:
        raise LinkError("Wrong HTTP URL")
    if not parts.path and not parts.query and not parts.fragment:
        address += "/"
    return address
