"""The font files that papers and charts are set in. They come with packages that are there anyway."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def japanese_font() -> Path:
    """Return the font file of the package matplotlib-fontja, without importing it: an import changes matplotlib."""
    return next(_folder("matplotlib_fontja").rglob("*.ttf"))


@cache
def plain_font(*, bold: bool = False) -> Path:
    """Return the file of DejaVu Sans, which has Latin, Greek and Cyrillic letters, from the package matplotlib."""
    return _folder("matplotlib") / "mpl-data/fonts/ttf" / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


def _folder(package: str) -> Path:
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise FileNotFoundError(f"the package {package}, which carries a font, is not installed")
    return Path(folders[0])
