"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import settings

# In CI the same examples are tried each time, so that a change is judged by itself and not by luck; whoever looks for
# new ones runs the tests elsewhere, or `make fuzz`.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
