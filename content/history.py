"""A folder of a pack as it was at an earlier revision, read through git; the folder itself stays as it is."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path


class HistoryError(Exception):
    """The revision cannot be read. The message is one sentence that names it."""


def folder_at(folder: Path, revision: str, into: Path) -> Path:
    """Write the folder as it was at a revision below `into` and return it; one that did not exist then is empty.

    Raises HistoryError when the folder is under no git, or git does not know the revision.
    """
    into.mkdir(parents=True, exist_ok=True)
    prefix = _git(folder, "rev-parse", "--show-prefix")
    if prefix is None:
        raise HistoryError(f"{folder} is not kept in git, so that there is no '{revision}' to compare with")
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        raise HistoryError(f"git does not know the revision '{revision}'")
    commit, place = found.decode().strip(), prefix.decode().strip()
    # From within a folder, git would look for that folder once more inside the tree.
    top = Path((_git(folder, "rev-parse", "--show-toplevel") or b".").decode().strip())
    packed = _git(top, "archive", "--format=tar", f"{commit}:{place}")
    if packed is not None:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            # One by one, since only Python from 3.11.4 on can be told to leave out what leads out of the folder.
            for member in archive:
                path = into / member.name
                inside = ".." not in path.parts and path.is_relative_to(into)
                if member.isfile() and inside and (content := archive.extractfile(member)) is not None:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content.read())
    return into


def _git(folder: Path, *arguments: str) -> bytes | None:
    """Return what git says about a folder, None when it refuses or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
