"""Runs the commands of docs/operations.md that need no account, to the letter: `make image-test`.

What differs: the ports are free ones, and it waits where a person would.
"""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.process.conftest import free_port

ROOT = Path(__file__).parents[2]
SECTION = "## Trying all this without Telegram\n"
FETCH = "curl --silent --fail http://127.0.0.1:"
WAIT = "for _ in $(seq 300); do " + FETCH + "{} && break; sleep 0.2; done"


def blocks() -> list[str]:
    """Return the commands of the page's last section, block by block."""
    text = (ROOT / "docs/operations.md").read_text("utf-8").partition(SECTION)[2].partition("\n## ")[0]
    return [textwrap.dedent(block) for block in re.findall(r"(?:^ {4}.*\n)+", text, re.MULTILINE)]


def test_two_replicas_on_postgresql_without_containers_are_green(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    alone, replicas, end = blocks()
    script = "\n".join(
        [
            f"finish() {{ kill $(jobs -p); wait; {end} }}",
            "trap finish EXIT",
            alone.splitlines()[0],
            WAIT.format("8090/healthz"),
            replicas,
            WAIT.format("8081/readyz"),
            WAIT.format("8082/readyz"),
            f"{FETCH}8081/metrics",
            f"{FETCH}8082/metrics",
        ]
    )
    for port in ("8090", "8081", "8082"):
        script = re.sub(rf"\b{port}\b", str(free_port()), script)
    done = subprocess.run(  # noqa: S603 - our own page
        ["/bin/bash", "-euc", script],
        cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}, capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing is in the way." in done.stdout
    assert sorted(re.findall(r"^mamori_dispatcher_lead (\S+)", done.stdout, re.MULTILINE)) == ["0.0", "1.0"]
