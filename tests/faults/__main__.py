"""The great run: 10,000 tips, killed at 20 random moments: `make faults`."""

from __future__ import annotations

import asyncio
import sys
import tempfile

from tests.bench.report import head, show
from tests.faults.killing import run_with_kills
from tests.faults.telegram import running_telegram

TIPS, KILLS = 10_000, 20


async def main(seed: int) -> int:
    """Run, print the report, and return 1 when the promise was broken."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_telegram() as telegram:
            found = await run_with_kills(f"sqlite:///{folder}/mamori.db", telegram, tips=TIPS, kills=KILLS, seed=seed)
    doubled = sum(number for times, number in found.received.items() if times > 1)
    head("what came of them", "tips", "expected")
    show(f"received once, of {TIPS:,} with {KILLS} kills (seed {seed})", f"{found.received[1]:,}", "")
    show("not at all", found.lost, f"at most {found.most_lost}, which were in flight")
    show("of these, without a doubt in the ledger", found.lost_without_doubt, 0)
    show("more than once", doubled, 0)
    for name, number in sorted(found.outcomes.items()):
        show(f"in the ledger as {name}", f"{number:,}", "")
    return int(doubled > 0 or found.lost > found.most_lost or found.lost_without_doubt > 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)))
