"""The great run: 10,000 tips, killed at 20 random moments: `make faults`."""

from __future__ import annotations

import asyncio
import sys
import tempfile

from tests.faults.killing import run_with_kills
from tests.faults.telegram import running_telegram

TIPS, KILLS = 10_000, 20


async def main(seed: int) -> int:
    """Run, print the report, and return 1 when the promise was broken."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_telegram() as telegram:
            found = await run_with_kills(f"sqlite:///{folder}/mamori.db", telegram, tips=TIPS, kills=KILLS, seed=seed)
    sys.stdout.write(
        f"{TIPS} tips, {KILLS} kills (seed {seed})\n"
        f"received once {found.received[1]}, not at all {found.lost} (at most {found.most_lost} were in flight), "
        f"more than once {sum(number for times, number in found.received.items() if times > 1)}\n"
        f"ledger: {', '.join(f'{name} {number}' for name, number in sorted(found.outcomes.items()))}\n"
    )
    doubled = max(found.received) > 1
    return int(doubled or found.lost > found.most_lost or found.lost_without_doubt > 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)))
