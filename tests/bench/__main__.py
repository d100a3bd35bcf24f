"""All benchmarks, one after the other: `make bench`; with `--write` their tables go into the documentation.

`make figures` measures everything, load and faults too, and writes it: a figure in the documentation is always what a
command made. Names choose some: `python -m tests.bench --write storage load`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from tests.bench.report import machine, write

BENCHES = ("process", "understanding", "handlers", "buttons", "transport", "storage", "delivery", "echo")
LONGER = ("load", "faults")


def run(name: str) -> tuple[int, str]:
    """Run one in a process of its own, so that none warms or burdens another; return its exit code and its words."""
    module = "tests.faults" if name == "faults" else f"tests.bench.{name}"
    print(f"\n## {name}\n", flush=True)  # noqa: T201 -- a benchmark's output
    before = os.getloadavg()[0]
    process = subprocess.Popen([sys.executable, "-m", module], stdout=subprocess.PIPE, text=True)  # noqa: S603 -- our own modules
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        print(line, end="", flush=True)  # noqa: T201 -- a benchmark's output
        lines.append(line)
    said = f"`.venv/bin/python -m {module}`; load of the machine before it began: {before:.1f}."
    return process.wait(), f"{said}\n\n{''.join(lines)}"


def main() -> int:
    """Run what is asked for; return 1 when one of them failed, whose table is then not written."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join((*BENCHES, *LONGER)))
    parser.add_argument("--write", action="store_true", help="write the tables into docs/; without names all of them")
    wanted = parser.parse_args()
    for name in wanted.names:
        if name not in {*BENCHES, *LONGER}:
            parser.error(f"there is no benchmark {name!r}")
    failed = []
    for name in wanted.names or ((*BENCHES, *LONGER) if wanted.write else BENCHES):
        code, said = run(name)
        if code:
            failed.append(name)
        elif wanted.write:
            write("machine", machine())
            write(name, said)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)  # noqa: T201 -- same
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
