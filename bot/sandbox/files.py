"""Files that the bot uploaded, kept in memory and known by their file_id."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.inputs import Inputs, Upload

PHOTO_BYTES = 10 * 1024 * 1024
DOCUMENT_BYTES = 50 * 1024 * 1024
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
_LETTERS = {"photo": "AgAC", "document": "BQAC", "voice": "AwAC", "sticker": "CAAC"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file: `kind` is photo, document, voice or sticker; sides in pixels where it is a picture."""

    file_id: str
    unique_id: str
    kind: str
    name: str
    content: bytes
    mime_type: str
    width: int = 0
    height: int = 0

    @property
    def path(self) -> str:
        """The file_path that getFile answers."""
        return f"{self.kind}s/{self.unique_id}_{self.name}"


class FileStore:
    """Keeps each different file once."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}

    def add(self, kind: str, upload: Upload, sides: tuple[int, int] = (0, 0)) -> StoredFile:
        """Keep a file and return it with its file_id; the same content has the same id."""
        unique = hashlib.sha256(kind.encode() + upload.name.encode() + upload.content).hexdigest()[:32]
        file_id = _LETTERS[kind] + unique
        if file_id not in self._files:
            name = upload.name.replace("/", "_").replace("\\", "_")
            self._files[file_id] = StoredFile(
                file_id, unique[:16], kind, name, upload.content, upload.mime_type, *sides
            )
        return self._files[file_id]

    def find(self, file_id: str) -> StoredFile | None:
        """Return the file with this id, or None."""
        return self._files.get(file_id)

    def find_path(self, path: str) -> StoredFile | None:
        """Return the file with this file_path, or None."""
        return next((stored for stored in self._files.values() if stored.path == path), None)

    def read(self, inputs: Inputs, field: str, kind: str, reference: str | None = None) -> StoredFile:
        """Return the file that a request sends: uploaded now, or an earlier one by its file_id.

        `reference` stands for the parameter's own text inside an album or a media object. Raises ApiError 400 or 413.
        """
        upload = inputs.upload(field) if reference is None else inputs.attached(reference)
        if upload is not None:
            return self._take(kind, upload)
        given = inputs.text(field) if reference is None else reference
        if not given:
            raise bad_request(f"there is no {kind} in the request")
        stored = self.find(given)
        if stored is None:
            if given.startswith(("http://", "https://")):
                raise bad_request("failed to get HTTP URL content")  # nothing leaves this machine
            raise bad_request("wrong file identifier/HTTP URL specified")
        if stored.kind != kind:
            raise bad_request(f"can't use file of type {stored.kind.capitalize()} as {kind.capitalize()}")
        return stored

    def _take(self, kind: str, upload: Upload) -> StoredFile:
        if not upload.content:
            raise bad_request("file must be non-empty")
        if len(upload.content) > DOCUMENT_BYTES:
            raise ApiError(413, "Request Entity Too Large")
        if kind != "photo":
            return self.add(kind, upload)
        if len(upload.content) > PHOTO_BYTES:
            raise bad_request("too big for a photo")
        sides = picture_sides(upload.content)
        if sides is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        if sum(sides) > PHOTO_SIDES or max(sides) > PHOTO_RATIO * min(sides):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        return self.add(kind, upload, sides)


def describe_photo(stored: StoredFile) -> list[dict[str, Any]]:
    """Return the `photo` field of a message: one size, the original's."""
    return [
        {
            "file_id": stored.file_id,
            "file_unique_id": stored.unique_id,
            "width": stored.width,
            "height": stored.height,
            "file_size": len(stored.content),
        }
    ]


def describe_document(stored: StoredFile) -> dict[str, Any]:
    """Return the `document` field of a message."""
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "file_name": stored.name,
        "mime_type": stored.mime_type,
        "file_size": len(stored.content),
    }


def picture_sides(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or JPEG in pixels; None when it is neither."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return (width, height) if width and height else None
    return _jpeg_sides(content) if content.startswith(b"\xff\xd8") else None


def _jpeg_sides(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        # The frame header carries the sides; C4, C8 and CC in the same range are tables, not frames.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return (width, height) if width and height else None
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
