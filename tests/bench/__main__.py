"""All benchmarks, one after the other: `make bench`. Each can be run alone as `python -m tests.bench.NAME`."""

from __future__ import annotations

import subprocess
import sys

BENCHES = ("process", "handlers", "buttons", "transport", "storage", "delivery", "echo")


def main() -> int:
    """Run each benchmark in a process of its own, so that none warms or burdens another."""
    codes = []
    for name in BENCHES:
        print(f"\n## {name}\n", flush=True)  # noqa: T201 -- a benchmark's output
        codes.append(subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode)  # noqa: S603 -- our own modules
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
