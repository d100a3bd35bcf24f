"""The press: `python -m bot.prints` reads one paper as JSON from standard input and writes its PDF."""

from __future__ import annotations

import sys

from bot.prints.draw import draw_paper
from bot.prints.press import decode_paper

if __name__ == "__main__":
    sys.stdout.buffer.write(draw_paper(decode_paper(sys.stdin.buffer.read())))
