from __future__ import annotations

import io
import subprocess
import sys

import pytest
from matplotlib import image as pictures
from matplotlib import rcParams

from bot.charts.__main__ import work
from bot.charts.draw import draw_chart
from bot.charts.scales import highest_of
from bot.charts.style import CARD, HEIGHT, WIDTH, balance, fonts, text_width, wrap
from bot.charts.wire import Job, decode_job, encode_job
from content.panels import build_sheet, chart_text
from tests.statistics_pack import base_pack

CHARTS = tuple(base_pack().charts)
LANGUAGES = ("en", "es", "ja")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_is_drawn_within_its_card_with_every_sign_in_its_font(chart: str, language: str) -> None:
    # a sign that the font lacks is a warning of the drawing library, and warnings are errors here
    pixels = pictures.imread(io.BytesIO(draw_chart(base_pack(), chart, language)))
    assert pixels.shape[:2] == (HEIGHT, WIDTH)
    margin = 30
    assert pixels[margin:-margin, -margin:-12, :3].min() > 0.8, "words run into the margin"


@pytest.mark.parametrize("chart", ["stats-total", "stats-crimes"])
def test_the_card_is_solid_so_that_it_reads_on_light_and_dark(chart: str) -> None:
    pixels = pictures.imread(io.BytesIO(draw_chart(base_pack(), chart, "en")))
    wanted = [int(CARD[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    for corner in (pixels[20, 20], pixels[-20, -20], pixels[20, -20]):
        assert list(corner[:3]) == pytest.approx(wanted, abs=0.01)
        assert len(corner) == 3 or corner[3] == 1


@pytest.mark.parametrize("chart", ["stats-crimes", "stats-ages"])
def test_panels_that_count_the_same_have_the_same_scale(chart: str) -> None:
    first, second = highest_of(build_sheet(base_pack(), chart, "en").frames)
    assert first == second


def test_panels_that_count_different_things_keep_their_own_scale() -> None:
    reports, offences = highest_of(build_sheet(base_pack(), "stats-abroad", "en").frames)
    assert reports > 100 * offences


def test_the_same_chart_is_the_same_picture() -> None:
    assert draw_chart(base_pack(), "stats-trend", "ja") == draw_chart(base_pack(), "stats-trend", "ja")


def test_drawing_changes_no_global_setting() -> None:
    before = dict(rcParams)
    draw_chart(base_pack(), "stats-total", "ja")
    assert dict(rcParams) == before


def test_drawing_loads_nothing_that_opens_windows_or_changes_settings_by_its_import() -> None:
    code = (
        "import sys; from bot.charts.draw import draw_chart; from tests.statistics_pack import base_pack;"
        "draw_chart(base_pack(), 'stats-total', 'ja');"
        "print({'matplotlib.pyplot', 'matplotlib_fontja', 'tkinter'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert done.stdout.strip() == "set()"


def test_a_chart_that_the_pack_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        draw_chart(base_pack(), "stats-nothing", "en")


@pytest.mark.parametrize(("language", "title"), [("en", "Fewer victims in total"), ("ja", "総数は減っても、")])
def test_the_text_of_a_chart_begins_with_its_finding(language: str, title: str) -> None:
    assert chart_text(base_pack(), "stats-trend", language).startswith(f"**{title}")


def test_titles_take_their_numbers_from_the_data() -> None:
    assert build_sheet(base_pack(), "stats-total", "en").title == "1,566 children in 2025, fewer than the 2,082 of 2019"


def test_lines_are_broken_within_the_width() -> None:
    for language, text in (
        ("en", "Breaches of youth-protection ordinances " * 4),
        ("ja", "青少年保護育成条例違反の被害児童、" * 6),
    ):
        font = fonts(language)
        lines = wrap(text, font, 40, 500)
        assert all(text_width(line, font, 40) <= 500 for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_japanese_line_does_not_begin_with_a_closing_sign() -> None:
    lines = wrap("被害児童（十八歳未満）、被害児童（十八歳未満）。" * 5, fonts("ja"), 40, 410)
    assert not any(line[0] in "）、。" for line in lines)
    assert not any(line[-1] in "（" for line in lines)


def test_a_title_is_broken_at_its_own_pause() -> None:
    assert balance("総数は減っても、重要犯罪の被害は急増", fonts("ja"), 54, 952) == [
        "総数は減っても、",
        "重要犯罪の被害は急増",
    ]


def test_a_word_that_is_wider_than_the_card_stands_alone() -> None:
    assert wrap("a" * 80 + " b", fonts("en"), 40, 300) == ["a" * 80, "b"]


def test_a_job_survives_the_way_to_the_worker() -> None:
    job = Job("ja", build_sheet(base_pack(), "stats-crimes", "ja"))
    line = encode_job(job)
    assert line.count(b"\n") == 1
    assert decode_job(line) == job


def test_the_worker_answers_each_job_with_a_picture_and_its_length() -> None:
    job = encode_job(Job("en", build_sheet(base_pack(), "stats-motives", "en")))
    answers = io.BytesIO()
    work(io.BytesIO(job * 2), answers)
    data = answers.getvalue()
    size = int.from_bytes(data[:8], "big")
    assert len(data) == 2 * (8 + size)
    assert data[8:16] == b"\x89PNG\r\n\x1a\n"


def test_the_worker_refuses_what_is_no_job() -> None:
    with pytest.raises(ValueError, match="Job"):
        work(io.BytesIO(b"{}\n"), io.BytesIO())
