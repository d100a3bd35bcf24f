"""The refusals of the Bot API, in Telegram's words."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A request that the Bot API refuses: HTTP `code`, `description` as Telegram words it, maybe `parameters`."""

    def __init__(self, code: int, description: str, parameters: dict[str, int] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """Return the JSON that the client sees."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(reason: str) -> ApiError:
    """Return the 400 with this reason."""
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    """Return the 403 with this reason."""
    return ApiError(403, f"Forbidden: {reason}")


def too_many_requests(seconds: int | None) -> ApiError:
    """Return the 429 that asks to wait `seconds`, or the rare one that names no time."""
    if seconds is None:
        return ApiError(429, "Too Many Requests")
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
