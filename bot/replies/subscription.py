"""A subscription as it stands, and the pages on which each part of it is changed in one tap."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.replies.model import Button, Reply
from bot.replies.render import render_text
from bot.replies.subscribe import ELSEWHERE
from bot.replies.topics import has_words, topic_title
from bot.replies.wording import Words
from content.model import AgeBand, Pack
from content.profile import Profile

QUIET_HOURS = ("2100-0700", "2200-0700", "2200-0800", "2300-0600")
"""The quiet hours that are offered at once; any others in two taps."""
TOPICS_A_PAGE = 12
LAST_MONTH = 12
"""How many months ahead a pause may end."""
OFF = "off"


@dataclass(frozen=True, slots=True)
class Panel:
    """What the pages need to know of one subscription, whoever looks at it.

    `door` begins the data of every button: `subscribe`, or `far:ID` for another chat. `values` holds the parts as
    buttons write them: `at` 0730, `zone`, `days` (daily, weekdays, 1-7), `quiet` (2200-0700, off), `pause` (a date,
    off), `pictures` (on, off). `profile` is the chat's own, `language` that of who reads the page; `name` is the chat's
    when it is another one, `private` tells that it is the reader's own.
    """

    pack: Pack
    language: str
    door: str
    profile: Profile
    values: Mapping[str, str]
    excluded: frozenset[str]
    upcoming: datetime | None
    today: date
    name: str = ""
    private: bool = False

    @property
    def words(self) -> Words:
        """The wording of the page's reader."""
        return Words(self.pack, self.language)

    def button(self, label: str, verb: str, argument: str = "all") -> Button:
        """Return a button that comes back to this subscription."""
        return Button(label, f"{self.door}:{verb}:{argument}")

    def setting(self, label: str, part: str, value: str) -> Button:
        """Return a button that sets one part; the value in force is marked."""
        mark = "✓ " if self.values[part] == value else ""
        return self.button(f"{mark}{label}", "set", f"{part}.{value}")


def panel_reply(panel: Panel, *, undo: str | None = None) -> Reply:
    """Return the subscription as it stands, each part with its button; `undo` brings back the last change."""
    words, values = panel.words, panel.values
    local = panel.upcoming
    lines = [
        words(
            "subscribe.state",
            time=clock_text(values["at"]),
            days=days_text(words, values["days"]),
            zone=values["zone"].replace("_", " "),
            next=f"{local:%Y-%m-%d %H:%M}" if local else words("subscribe.no-next"),
        ).rstrip()
    ]
    if panel.name:
        lines.insert(0, words("subscribe.for-chat", name=panel.name.replace("*", "")))
    if values["pause"] != OFF and values["pause"] > panel.today.isoformat():
        lines.append(words("subscribe.state-pause", date=values["pause"]))
    if values["quiet"] != OFF:
        lines.append(words("subscribe.state-quiet", hours=quiet_text(values["quiet"])))
    if panel.excluded:
        lines.append(words("subscribe.state-topics", number=len(panel.excluded)))
    if panel.profile.age_band:
        lines.append(words("subscribe.state-age", age=words(f"age.{panel.profile.age_band}")))
    rows: list[tuple[Button, ...]] = [
        (
            panel.button(words("subscribe.change-hour"), "page", "time"),
            panel.button(words("subscribe.change-zone"), "zones", clock_text(values["at"])),
        ),
        (
            panel.button(words("subscribe.change-days"), "page", "days"),
            panel.button(words("subscribe.change-quiet"), "page", "quiet"),
        ),
        (
            panel.button(words("subscribe.change-topics"), "topics", "0"),
            panel.button(words("settings.age"), "page", "age"),
        ),
        (
            panel.button(words("subscribe.pause"), "page", "pause"),
            panel.setting(words("subscribe.pictures-off"), "pictures", OFF)
            if values["pictures"] == "on"
            else panel.setting(words("subscribe.pictures-on"), "pictures", "on"),
        ),
        (panel.button(words("stop"), "stop"),),
    ]
    if panel.private:
        rows.append((Button(words("subscribe.elsewhere"), ELSEWHERE),))
    if panel.name:
        languages = panel.pack.languages.items()
        rows.insert(4, tuple(panel.button(entry.name, "language", code) for code, entry in languages))
    if undo is not None:
        rows.insert(0, (Button(words("undo"), undo),))
    return Reply((render_text("\n".join(lines)),), tuple(rows))


def page_reply(panel: Panel, page: str) -> Reply:
    """Return the page of one part: `time`, `days`, `quiet`, `pause` or `age`. Raises KeyError for any other."""
    words = panel.words
    rows = {"time": _time, "days": _days, "quiet": _quiet, "pause": _pause, "age": _age}[page](panel)
    return Reply((words.html(f"subscribe.page.{page}"),), (*rows, _back(panel)))


def quiet_until_reply(panel: Panel, start: int) -> Reply:
    """Return the second question for quiet hours of one's own: until when, if they begin at `start` o'clock."""
    buttons = [
        panel.setting(f"{hour:02}:00", "quiet", f"{start:02}00-{hour:02}00") for hour in range(24) if hour != start
    ]
    text = panel.words.html("subscribe.page.quiet-until", start=f"{start:02}:00")
    return Reply((text,), (*_rows(buttons, 6), _back(panel)))


def month_reply(panel: Panel, month: str) -> Reply:
    """Return the days of a month (`2026-12`) of which one ends the pause. Raises ValueError when it is too far away."""
    first = date.fromisoformat(f"{month}-01")
    ahead = (first.year - panel.today.year) * 12 + first.month - panel.today.month
    if not 0 <= ahead <= LAST_MONTH:
        raise ValueError(f"the month {month} is not within the next {LAST_MONTH}")
    blank = panel.button("·", "month", month)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    rows = [
        tuple(
            panel.setting(str(day.day), "pause", day.isoformat())
            if day.month == first.month and day > panel.today
            else blank
            for day in week
        )
        for week in weeks
    ]
    rows = [row for row in rows if any(button is not blank for button in row)]
    turns = [(first - timedelta(days=1), "◀", ahead > 0), (first + timedelta(days=31), "▶", ahead < LAST_MONTH)]
    paging = tuple(panel.button(f"{sign} {day:%Y-%m}", "month", f"{day:%Y-%m}") for day, sign, there in turns if there)
    return Reply((panel.words.html("subscribe.page.month", month=month),), (*rows, paging, _back(panel)))


def topics_reply(panel: Panel, first: int) -> Reply:
    """Return the topics that have tips from position `first` on: a tap leaves one out, or takes it in again."""
    words, names = panel.words, tip_topics(panel.pack)
    first = max(0, min(first, len(names) - 1)) // TOPICS_A_PAGE * TOPICS_A_PAGE
    buttons = [
        panel.button(
            f"{'✗' if name in panel.excluded else '✓'} {topic_title(panel.pack, name, panel.language)}", "toggle", name
        )
        for name in names[first : first + TOPICS_A_PAGE]
    ]
    turns = [(first - TOPICS_A_PAGE, "◀"), (first + TOPICS_A_PAGE, "▶")]
    paging = tuple(panel.button(sign, "topics", str(at)) for at, sign in turns if 0 <= at < len(names))
    text = words("subscribe.page.topics")
    if panel.excluded.issuperset(names):
        text += "\n\n" + words("subscribe.no-topic-left")
    return Reply((render_text(text),), (*_rows(buttons, 2), paging, _back(panel)))


def tip_topics(pack: Pack) -> Sequence[str]:
    """Return the ids of all topics that have tips, in the order of the list of topics."""
    have = {tip.topic for tip in pack.tips.values()}
    return [name for name in pack.topics if name in have and has_words(pack, name)]


def clock_text(value: str) -> str:
    """Return `0730` as people read it."""
    return f"{value[:-2]}:{value[-2:]}"


def days_text(words: Words, value: str) -> str:
    """Return the days as people say them: daily, on weekdays, or on one weekday."""
    if value.isdecimal():
        return words("subscribe.days.weekly", weekday=words(f"weekday.{value}"))
    return words(f"subscribe.days.{value}")


def quiet_text(value: str) -> str:
    """Return `2200-0700` as people read it."""
    start, _, until = value.partition("-")
    return f"{clock_text(start)}–{clock_text(until)}"


def _time(panel: Panel) -> tuple[tuple[Button, ...], ...]:
    hour, minute = panel.values["at"][:2], panel.values["at"][2:]
    hours = [panel.setting(f"{number:02}", "at", f"{number:02}{minute}") for number in range(24)]
    minutes = [panel.setting(f":{number:02}", "at", f"{hour}{number:02}") for number in range(0, 60, 10)]
    return (*_rows(hours, 6), tuple(minutes))


def _days(panel: Panel) -> tuple[tuple[Button, ...], ...]:
    words = panel.words
    wide = [panel.setting(words(f"subscribe.days.{value}"), "days", value) for value in ("daily", "weekdays")]
    narrow = [panel.setting(days_text(words, str(number)), "days", str(number)) for number in range(1, 8)]
    return (tuple(wide), *_rows(narrow, 2))


def _quiet(panel: Panel) -> tuple[tuple[Button, ...], ...]:
    offered = [panel.setting(quiet_text(value), "quiet", value) for value in QUIET_HOURS]
    own = [panel.button(f"{hour:02}:00–", "quiet", str(hour)) for hour in range(24)]
    return (
        *_rows(offered, 2),
        *_rows(own, 6),
        (panel.setting(panel.words("subscribe.no-quiet"), "quiet", OFF),),
    )


def _pause(panel: Panel) -> tuple[tuple[Button, ...], ...]:
    words, today = panel.words, panel.today
    ends = {
        words("subscribe.pause-week"): today + timedelta(days=7),
        words("subscribe.pause-weeks"): today + timedelta(days=14),
        words("subscribe.pause-month"): today + timedelta(days=30),
    }
    rows = [(panel.setting(f"{label} ({end.isoformat()})", "pause", end.isoformat()),) for label, end in ends.items()]
    rows.append((panel.button(words("subscribe.pause-date"), "month", f"{today:%Y-%m}"),))
    if panel.values["pause"] != OFF:
        rows.append((panel.setting(words("subscribe.no-pause"), "pause", OFF),))
    return tuple(rows)


def _age(panel: Panel) -> tuple[tuple[Button, ...], ...]:
    words, own = panel.words, panel.profile.age_band
    bands = [panel.button(f"{'✓ ' * (band is own)}{words(f'age.{band}')}", "age", band) for band in AgeBand]
    return (*_rows(bands, 2), (panel.button(words("settings.rather-not"), "age", "skip"),))


def _back(panel: Panel) -> tuple[Button, ...]:
    return (panel.button(panel.words("back"), "show"),)


def _rows(buttons: Sequence[Button], width: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))
