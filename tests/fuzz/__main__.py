"""Coverage-guided fuzzing, `python -m tests.fuzz pack|update [options of libFuzzer]`. Called by `make fuzz`.

What it finds is written into the corpus by hand, with a name that says what it was, and is replayed by the tests.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["bot", "content"]):
    from tests.fuzz.targets import Bot, Target, pack

CORPUS = Path(__file__).parent / "corpus"


def main() -> None:
    """Fuzz one target until the options say stop. New samples go into a temporary folder, the corpus stays small."""
    name, *options = sys.argv[1:] or ["pack"]
    os.environ["PTB_TIMEDELTA"] = "1"
    target: Target = Bot() if name == "update" else pack
    with tempfile.TemporaryDirectory() as new:
        atheris.Setup([sys.argv[0], *options, new, str(CORPUS / name)], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
