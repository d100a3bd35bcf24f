"""Papers printed off the event loop, in a process of their own that ends with the paper.

A paper is asked for seldom, and its library and fonts need half a second and memory that the bot does not have to keep.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from pydantic import TypeAdapter

from bot.prints.model import Paper

PATIENCE = 60.0
"""Seconds for one paper, the start of the process included."""
WORKER = (sys.executable, "-m", "bot.prints")
_PAPERS = TypeAdapter(Paper)


class PrintError(Exception):
    """A paper could not be printed. Its words are still there."""


async def print_paper(paper: Paper, *, patience: float = PATIENCE, worker: Sequence[str] = WORKER) -> bytes:
    """Return the paper as PDF. Raises PrintError when the process gives none in time."""
    process = await asyncio.create_subprocess_exec(
        *worker, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(patience):
            printed, _ = await process.communicate(encode_paper(paper))
    except TimeoutError as error:
        raise PrintError(f"the press gave nothing within {patience:g} seconds") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not printed:
        raise PrintError(f"the press ended with {process.returncode}")
    return printed


def encode_paper(paper: Paper) -> bytes:
    """Return a paper as JSON."""
    return _PAPERS.dump_json(paper)


def decode_paper(text: bytes) -> Paper:
    """Return the paper that JSON holds. Raises ValueError when it holds none."""
    return _PAPERS.validate_json(text)
