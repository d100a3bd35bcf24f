"""The parameters of a Bot API request, whatever way they were sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.sandbox.errors import bad_request

_MOST_FIELDS = 1000
_TRUE = ("true", "yes", "1", "y")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the request."""

    name: str
    content: bytes
    mime_type: str


class Inputs:
    """Typed access to the parameters; every getter raises ApiError 400 naming the parameter that does not fit."""

    def __init__(self, values: Mapping[str, Any], uploads: Mapping[str, Upload] | None = None) -> None:
        self._values = values
        self._uploads = uploads or {}

    def has(self, name: str) -> bool:
        """Return whether the parameter was given, and not as null."""
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        """Return the parameter as text; empty when it is missing."""
        value = self._values.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, int | float) else json.dumps(value)

    def integer(self, name: str, default: int | None = None) -> int:
        """Return the parameter as a whole number."""
        if not self.has(name) or self.text(name) == "":
            if default is None:
                raise bad_request(f"{name} is not specified")
            return default
        try:
            return int(self.text(name).strip())
        except ValueError as error:
            raise bad_request(f'can\'t parse field "{name}" as an integer') from error

    def flag(self, name: str) -> bool:
        """Return whether the parameter says yes."""
        return self.text(name).strip().lower() in _TRUE

    def structure(self, name: str, what: str) -> Any:  # noqa: ANN401  JSON of any shape; each caller checks its own
        """Return the parameter's JSON, None when missing; `what` is Telegram's word for it in the refusal."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            parsed = json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {what} JSON object") from error
        return _utf8(parsed)

    def upload(self, name: str) -> Upload | None:
        """Return the file sent under this name, or the one that the parameter points at with attach://."""
        if name in self._uploads:
            return self._uploads[name]
        return self.attached(self.text(name))

    def attached(self, reference: str) -> Upload | None:
        """Return the file behind `attach://name`; None when the reference is something else."""
        if not reference.startswith("attach://"):
            return None
        found = self._uploads.get(reference.removeprefix("attach://"))
        if found is None:
            raise bad_request("no file with the name was attached to the request")
        return found


async def read_inputs(request: Request) -> Inputs:
    """Return what a request brings in its query, form, multipart parts or JSON body. Raises ApiError 400."""
    values: dict[str, Any] = dict(request.query_params)
    uploads: dict[str, Upload] = {}
    if request.method != "POST":
        return Inputs(values)
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type == "application/json":
        values.update(_read_json(await request.body()))
    elif content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with request.form(max_files=_MOST_FIELDS, max_fields=_MOST_FIELDS, max_part_size=1 << 20) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    uploads[name] = Upload(
                        value.filename or "file",
                        await value.read(),
                        value.content_type or "application/octet-stream",
                    )
                else:
                    values[name] = value
    return Inputs(values, uploads)


def _read_json(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        values = json.loads(body)
    except ValueError as error:
        raise bad_request("can't parse JSON object") from error
    if not isinstance(values, dict):
        raise bad_request("object expected as JSON body")
    return dict(_utf8(values))


def _utf8(value: Any) -> Any:  # noqa: ANN401  JSON of any shape, returned as it came
    """Return a value whose strings are whole. Raises ApiError 400 for half a surrogate pair, as Telegram does."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise bad_request("strings must be encoded in UTF-8") from error
    return value
