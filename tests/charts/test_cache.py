from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.charts.cache import ChartCache, ChartError
from tests.statistics_pack import base_pack

COUNTING = """
import sys
from pathlib import Path
log = Path(sys.argv[1])
for line in sys.stdin.buffer:
    log.write_text((log.read_text() if log.exists() else "") + "x")
    picture = b"picture %d" % len(log.read_text())
    sys.stdout.buffer.write(len(picture).to_bytes(8, "big") + picture)
    sys.stdout.buffer.flush()
"""
DYING = "import sys; sys.stdin.buffer.readline()"
ONCE = """
import sys
sys.stdin.buffer.readline()
sys.stdout.buffer.write((1).to_bytes(8, "big") + b"x")
sys.stdout.buffer.flush()
sys.stdin.buffer.read()
"""
SILENT = "import sys; sys.stdin.buffer.read()"


def worker(code: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code, *arguments)


async def test_a_chart_is_drawn_by_a_real_worker() -> None:
    async with ChartCache(wait=60) as cache:
        picture = await cache.png(base_pack(), "stats-total", "ja")
        assert picture.startswith(b"\x89PNG")
        assert cache.is_working
    assert not cache.is_working


async def test_a_chart_is_drawn_once_for_all_who_ask_at_the_same_time(tmp_path: Path) -> None:
    async with ChartCache(worker=worker(COUNTING, str(tmp_path / "log"))) as cache:
        first = await asyncio.gather(*(cache.png(base_pack(), "stats-total", "en") for _ in range(20)))
        again = await cache.png(base_pack(), "stats-total", "en")
        other = await cache.png(base_pack(), "stats-total", "ja")
    assert {*first, again} == {b"picture 1"}
    assert other == b"picture 2"


async def test_a_new_version_of_the_pack_is_drawn_anew(tmp_path: Path) -> None:
    newer = base_pack().model_copy(update={"version": "newer"})
    async with ChartCache(worker=worker(COUNTING, str(tmp_path / "log"))) as cache:
        assert await cache.png(base_pack(), "stats-total", "en") == b"picture 1"
        assert await cache.png(newer, "stats-total", "en") == b"picture 2"
        assert await cache.png(newer, "stats-total", "en") == b"picture 2"


async def test_the_worker_ends_when_nothing_is_asked_for(tmp_path: Path) -> None:
    async with ChartCache(idle=0, worker=worker(COUNTING, str(tmp_path / "log"))) as cache:
        await cache.png(base_pack(), "stats-total", "en")
        process = cache._process
        assert process is not None
        async with asyncio.timeout(10):
            await process.wait()
        assert await cache.png(base_pack(), "stats-trend", "en") == b"picture 2"


async def test_a_worker_that_dies_is_one_clear_error_and_the_next_call_tries_again(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    code = (
        f"import pathlib,sys\nflag = pathlib.Path({str(flag)!r})\nif not flag.exists():\n flag.touch(); sys.exit(1)\n"
    )
    async with ChartCache(worker=worker(code + COUNTING, str(tmp_path / "log"))) as cache:
        with pytest.raises(ChartError, match="gave no picture"):
            await cache.png(base_pack(), "stats-total", "en")
        assert await cache.png(base_pack(), "stats-total", "en") == b"picture 1"


@pytest.mark.parametrize("code", [DYING, SILENT])
async def test_a_worker_without_an_answer_does_not_hold_the_caller(code: str) -> None:
    async with ChartCache(patience=0.5, worker=worker(code)) as cache:
        with pytest.raises(ChartError):
            await cache.png(base_pack(), "stats-total", "en")
        assert not cache.is_working


async def test_an_answer_goes_out_without_a_slow_chart_and_the_next_one_has_it(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    slow = f"open({str(gate)!r}).read()\n"
    async with ChartCache(wait=0, worker=worker(slow + COUNTING, str(tmp_path / "log"))) as cache:
        with pytest.raises(ChartError, match="not drawn yet"):
            await cache.png(base_pack(), "stats-total", "en")
        await asyncio.to_thread(gate.write_text, "now")
        await asyncio.wait(cache._pictures.values())
        assert await cache.png(base_pack(), "stats-total", "en") == b"picture 1"


async def test_a_drawing_that_fails_when_nobody_waits_any_more_is_tried_again() -> None:
    async with ChartCache(wait=0, worker=worker(DYING)) as cache:
        with pytest.raises(ChartError, match="not drawn yet"):
            await cache.png(base_pack(), "stats-total", "en")
        await asyncio.wait(cache._pictures.values())
        assert not cache._pictures


async def test_who_stops_waiting_does_not_stop_the_others(tmp_path: Path) -> None:
    async with ChartCache(worker=worker(COUNTING, str(tmp_path / "log"))) as cache:
        impatient = asyncio.create_task(cache.png(base_pack(), "stats-total", "en"))
        patient = asyncio.create_task(cache.png(base_pack(), "stats-total", "en"))
        await asyncio.sleep(0)
        impatient.cancel()
        assert await patient == b"picture 1"


async def test_closing_while_a_chart_is_drawn_ends_the_worker() -> None:
    cache = ChartCache(worker=worker(ONCE))
    await cache.png(base_pack(), "stats-total", "en")
    waiting = asyncio.create_task(cache.png(base_pack(), "stats-total", "ja"))
    await asyncio.sleep(0)
    assert cache.is_working
    await cache.close()
    assert not cache.is_working
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_unknown_chart_is_an_error_that_starts_no_worker() -> None:
    async with ChartCache(worker=worker(DYING)) as cache:
        with pytest.raises(KeyError):
            await cache.png(base_pack(), "stats-nothing", "en")
        assert not cache.is_working


def test_the_bot_does_not_load_the_drawing_library() -> None:
    code = "import sys, bot.charts.cache, bot.replies.figures; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert done.stdout.strip() == "False"
