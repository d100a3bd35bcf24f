"""What the bot and its drawing worker say to one another: a sheet as one line of JSON, a picture with its length."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import BinaryIO

from pydantic import TypeAdapter

from content.panels import Sheet

_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Card:
    """A tip to draw: its words, and the line that says where they come from."""

    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Job:
    """One picture to draw: everything that the worker needs, so that it reads no file of the pack."""

    language: str
    sheet: Sheet | Card


_JOBS = TypeAdapter(Job)


def write_job(process: asyncio.subprocess.Process, job: Job) -> None:
    """Hand a job to the worker. Raises OSError when it has gone."""
    if process.stdin is None:
        raise BrokenPipeError
    process.stdin.write(encode_job(job))


async def read_answer(process: asyncio.subprocess.Process) -> bytes:
    """Return the picture. Raises EOFError when the worker ends without one."""
    if process.stdout is None:
        raise EOFError
    try:
        size = int.from_bytes(await process.stdout.readexactly(_LENGTH), "big")
        return await process.stdout.readexactly(size)
    except asyncio.IncompleteReadError as error:
        raise EOFError from error


def encode_job(job: Job) -> bytes:
    """Return a job as one line."""
    return _JOBS.dump_json(job) + b"\n"


def decode_job(line: bytes) -> Job:
    """Return the job that a line holds. Raises ValueError when it holds none."""
    return _JOBS.validate_json(line)


def write_picture(stream: BinaryIO, picture: bytes) -> None:
    """Answer a job."""
    stream.write(len(picture).to_bytes(_LENGTH, "big") + picture)
    stream.flush()
