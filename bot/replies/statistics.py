"""The menu of statistics and the charts, each with the same numbers as text, its source and its limits."""

from __future__ import annotations

from bot.replies.figure_desk import Desk, limit_lines, open_desk, source_line
from bot.replies.model import CAPTION_LIMIT, Button, Picture, Reply, rows_that_fit
from bot.replies.render import length, render_text
from content.model import Pack
from content.numbers import fill_numbers
from content.panels import Sheet, build_sheet, chart_table


def stats_menu(pack: Pack, language: str) -> Reply:
    """Return the menu of charts; each button's data is `stats:show:<chart>`."""
    desk = open_desk(pack, language)
    rows = rows_that_fit([_chart_button(desk, chart) for chart in pack.charts])
    return Reply((desk.words.html("stats.choose"),), rows)


def stats_reply(pack: Pack, topic: str, language: str) -> Reply:
    """Return a chart by its id (the same as the topic that it answers) with its numbers, source and limits.

    The caption fits under a picture. The buttons lead to the charts before and after, and to the menu. An id that the
    pack does not have, such as that of an old button, gets the menu.
    """
    if topic not in pack.charts:
        return stats_menu(pack, language)
    desk = open_desk(pack, language)
    sheet = build_sheet(pack, topic, language)
    caption, around = _caption(desk, topic, sheet), _around(desk, topic)
    return Reply((caption,), around, Picture(topic, language), shows=(f"stats:{topic}",))


def chart_of_measure(pack: Pack, measure: str) -> str | None:
    """Return the first chart that shows a measure over the years, or None."""
    for name, chart in pack.charts.items():
        shown = {pack.series[one].measure for panel in chart.panels for one in panel.series if one in pack.series}
        if measure in shown:
            return name
    return None


def _caption(desk: Desk, chart: str, sheet: Sheet) -> str:
    """Return the caption: numbers and source always, then as much of the notes and limits as there is room for."""
    head = [f"**{sheet.title}**", sheet.subtitle]
    table = chart_table(desk.pack, chart, desk.language)
    used = sheet.observations
    source = source_line(desk, used)
    notes = dict.fromkeys(note for frame in sheet.frames for line in frame.lines for note in line.breaks.values())
    breaks = [fill_numbers(desk.wording.notes[name], desk.numbers, desk.wording) for name in notes]
    for limits, extra in ((3, [*sheet.notes, *breaks]), (3, sheet.notes), (2, sheet.notes), (1, sheet.notes), (1, [])):
        parts = ["\n".join(head), table, "\n".join([*extra, *limit_lines(desk, used, limits)]), source]
        text = render_text("\n\n".join(parts))
        if length(text) <= CAPTION_LIMIT:
            return text
    return render_text("\n\n".join([head[0], table, source]))


def _around(desk: Desk, chart: str) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons to the charts before and after (the last is followed by the first), and to the menu."""
    names = list(desk.pack.charts)
    at = names.index(chart)
    before, after = names[at - 1], names[(at + 1) % len(names)]
    previous = Button(desk.words("stats.button-previous", title=_title(desk, before)), f"stats:show:{before}")
    following = Button(desk.words("stats.button-next", title=_title(desk, after)), f"stats:show:{after}")
    return (previous, following), (Button(desk.words("stats.button-menu"), "stats:menu:all"),)


def _chart_button(desk: Desk, chart: str) -> Button:
    return Button(_title(desk, chart), f"stats:show:{chart}")


def _title(desk: Desk, chart: str) -> str:
    return desk.wording.charts[chart].button if chart in desk.wording.charts else chart
