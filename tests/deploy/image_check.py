"""Runs the Dockerfile's own commands in an empty environment, where there is no container engine: `make image-test`.

What differs from an image: the folders lie below a temporary one, the Python is this machine's, and nobody becomes
another user.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOKEN = "123456:the-token-of-the-tests"
FOLDERS = re.compile(r"(?<![\w.])/(opt|src|wheels|data|tmp/matplotlib)\b")
LAST = 60.0


@dataclass
class Stage:
    """One stage of the Dockerfile: its instructions, with continued lines joined."""

    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        return [text for kind, text in self.instructions if kind == name]


def stages() -> list[Stage]:
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text("utf-8"))
    found: list[Stage] = []
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "FROM":
            found.append(Stage())
        elif line and not line.startswith("#"):
            found[-1].instructions.append((kind, rest.strip()))
    return found


@dataclass
class Machine:
    """A folder that stands for the root of a container."""

    root: Path
    environment: dict[str, str]
    workdir: Path

    def here(self, text: str) -> str:
        return FOLDERS.sub(lambda match: f"{self.root}{match[0]}", text)

    def set(self, text: str) -> None:
        for pair in shlex.split(text):
            name, _, value = pair.partition("=")
            self.environment[name] = self.here(value).replace("$PATH", self.environment["PATH"])

    def build(self, stage: Stage) -> None:
        for kind, text in stage.instructions:
            match kind:
                case "ENV":
                    self.set(text)
                case "WORKDIR":
                    self.workdir = Path(self.here(text))
                    self.workdir.mkdir(parents=True, exist_ok=True)
                case "COPY":
                    self.copy(text.split())
                case "RUN":
                    done = subprocess.run(  # noqa: S603 - our own Dockerfile
                        ["/bin/sh", "-ec", self.here(text)], cwd=self.workdir, env=self.environment,
                        capture_output=True, text=True, check=False, timeout=600,
                    )  # fmt: skip
                    assert done.returncode == 0, f"RUN {text}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
                case _:
                    raise AssertionError(f"the build stage holds an instruction that is not tried here: {kind}")

    def copy(self, words: list[str]) -> None:
        *sources, target = words
        for source in sources:
            origin = ROOT / source
            if origin.is_dir():
                shutil.copytree(origin, self.workdir / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(origin, self.workdir / target)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    root = tmp_path_factory.mktemp("image")
    (root / "opt").mkdir()
    python = root / "usr/local/bin"  # Debian's own Python has no `python`, which the image's base has
    python.mkdir(parents=True)
    (python / "python").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    registry = {
        name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "HTTPS_", "https_"))
    }
    made = Machine(root, {"PATH": f"{python}:/usr/bin:/bin", "HOME": str(root), **registry}, root)
    build, _ = stages()
    made.build(build)
    return made


@pytest.fixture
def telegram() -> Iterator[str]:
    """The local Bot API, from the working tree."""
    command = [sys.executable, "-m", "bot", "sandbox", "--api-only", "--port", "0", "--token", TOKEN]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own code
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found is not None
        yield found[0]
        process.terminate()


def test_the_image_starts_answers_its_own_health_check_and_stops(machine: Machine, telegram: str) -> None:
    _, final = stages()
    data = machine.root / "data"
    data.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(data)}
    runner = Machine(machine.root, environment, data)
    for text in final.all("ENV"):
        runner.set(text)
    environment |= {"BOT_TOKEN": TOKEN, "BOT_API_URL": telegram, "BOT_LISTEN": "127.0.0.1:18081"}
    program = [*json.loads(final.all("ENTRYPOINT")[0]), *json.loads(final.all("CMD")[0])]
    probe = [word.replace(":8081", ":18081") for word in json.loads(final.all("HEALTHCHECK")[0].partition(" CMD ")[2])]
    program[0] = str(machine.root / "opt/mamori/bin" / program[0])
    before = written(machine.root)
    with subprocess.Popen(program, cwd=data, env=environment, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own code
        healthy, until = False, time.monotonic() + LAST
        while not healthy and process.poll() is None and time.monotonic() < until:
            tried = subprocess.run(probe, env=environment, capture_output=True, check=False)  # noqa: S603 - our own
            healthy = tried.returncode == 0
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
        assert healthy, said
        assert process.returncode == 0, said
    new = {path for path in written(machine.root) - before if not path.is_relative_to(data)}
    assert new == set(), "a read-only root file system would refuse these"


def written(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_file()}
