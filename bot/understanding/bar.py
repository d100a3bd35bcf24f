"""How far a fit is, on standard error."""

from __future__ import annotations

import sys


class Bar:
    """A progress bar on a terminal; plain lines elsewhere, one per stage."""

    def __init__(self, width: int = 30) -> None:
        self._width = width
        self._last = ""

    def __call__(self, what: str, share: float) -> None:
        """Show that `what` is being done and `share` (0 to 1) of all is done."""
        if sys.stderr.isatty():
            filled = round(self._width * min(share, 1.0))
            line = f"[{'#' * filled}{'.' * (self._width - filled)}] {what}"
            sys.stderr.write(f"\r{line:<70}" + ("\n" if share >= 1 else ""))
        elif what != self._last:
            sys.stderr.write(f"{what}\n")
        self._last = what
        sys.stderr.flush()
