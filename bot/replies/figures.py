"""Statistics as sentences and replies: never a number without unit, year, scope and source."""

from __future__ import annotations

from bot.replies.model import Button, Picture, Reply
from bot.replies.wording import Words
from bot.understanding.model import FigureQuery
from content.model import Figure, Pack

_TOPICS = ("stats-total", "stats-trend", "stats-crimes", "stats-platforms", "stats-ages", "stats-motives")
_CHARTS = ("stats-total", "stats-trend", "stats-crimes")


def figure_sentence(pack: Pack, figure_id: str, language: str) -> str:
    """Return a figure as plain words with unit, year and scope, for use inside a text.

    Raises KeyError for a figure that the pack does not have.
    """
    return _worded(pack, pack.figures[figure_id], language)


def figure_reply(pack: Pack, query: FigureQuery, language: str) -> Reply:
    """Return the answer to a question about a number."""
    return stats_reply(pack, query.topic, language)


def stats_menu(pack: Pack, language: str) -> Reply:
    """Return the menu of statistics."""
    words = Words(pack, language)
    rows = tuple((Button(words(f"topic.{name}"), f"stats:show:{name}"),) for name in _TOPICS)
    return Reply((words.html("stats.choose"),), rows)


def stats_reply(pack: Pack, topic: str, language: str) -> Reply:
    """Return one statistic with its numbers as text."""
    words = Words(pack, language)
    found = [figure for figure in pack.figures.values() if figure.topic == topic]
    lines = [_worded(pack, figure, language) for figure in found]
    picture = Picture(topic, language) if topic in _CHARTS else None
    back = ((Button(words("back"), "stats:menu:all"),),)
    return Reply(("\n".join(lines) or words.html("stats.choose"),), back, picture)


def _worded(pack: Pack, figure: Figure, language: str) -> str:
    words = pack.languages[language].figures
    unit = words.units[figure.unit].format(value=f"{figure.value:,.10g}")
    return f"{words.measures[figure.measure]}: {unit} ({figure.year}; {words.scopes[figure.scope]})"
