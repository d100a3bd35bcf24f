"""The drawing worker: `python -m bot.charts` draws what it reads from standard input, until that ends."""

from __future__ import annotations

import signal
import sys
from typing import BinaryIO

from bot.charts.card import draw_card
from bot.charts.draw import draw_sheet
from bot.charts.wire import Card, decode_job, write_picture


def work(jobs: BinaryIO, pictures: BinaryIO) -> None:
    """Draw each job of a stream in turn. Raises ValueError for a line that is none."""
    for line in iter(jobs.readline, b""):
        job = decode_job(line)
        draw = (
            draw_card(job.sheet, job.language) if isinstance(job.sheet, Card) else draw_sheet(job.sheet, job.language)
        )
        write_picture(pictures, draw)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is for the bot, which then ends this process
    work(sys.stdin.buffer, sys.stdout.buffer)
