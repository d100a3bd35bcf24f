"""How one helpline is worded: its name, the ways to reach it, and whether it is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import reduce

from bot.replies.helpline_choice import understands
from bot.replies.render import escape, render_text
from bot.replies.wording import FALLBACK_LANGUAGE, Words
from content.freshness import Freshness, freshness
from content.hours import PUBLIC_HOLIDAYS, OpenKind, open_state
from content.model import Audience, Helpline, Phone

_MINUTES_UP_TO = 90
"""An opening nearer than this is told in minutes."""
_HOURS_UP_TO = 12
"""An opening nearer than this is told in hours, a later one by its day and time."""
_CHAT_WAYS = {"chat", "LINE", "KakaoTalk", "Telegram", "WhatsApp"}
_OWN_AUDIENCE = {"child": Audience.YOUNG, "parent": Audience.PARENT}


def line_block(
    line: Helpline, words: Words, audience: Audience | None, now: datetime, *, notes: bool = True, lasting: bool = False
) -> str:
    """Return a helpline as two or three HTML lines: name; ways, hours, cost and languages; note and date of check.

    A `lasting` block, which is kept and shown at any hour, says of the hours only "round the clock".
    """
    hours = [] if lasting and not line.always else open_words(line, words, now)
    facts = [*ways(line, words), *map(escape, (*hours, *_cost_and_languages(line, words)))]
    rows = [_title(line, words, audience), " · ".join(facts)]
    small = [escape(localised(line.note, words.language))] if notes and line.note else []
    small += map(escape, age_of_check(line, words, now))
    if small:
        rows.append(f"<i>{' · '.join(small)}</i>")
    return "\n".join(row for row in rows if row)


def brief_line(line: Helpline, words: Words, audience: Audience | None, now: datetime, *, cost: bool = True) -> str:
    """Return a helpline as one HTML line to be seen at once: how to speak to somebody now, when, and at what cost.

    Left out are the note, beside a number also mail and forms, and the words that hours are not known; without `cost`
    also that and the name in the language of the country.
    """
    quick = {way: to for way, to in line.contact.items() if way in _CHAT_WAYS} if line.phones else line.contact
    line = line.model_copy(update={"contact": quick})
    if not cost:
        line = line.model_copy(update={"cost": "unknown", "name_local": None})
    hours = [told for told in open_words(line, words, now) if told != words("helpline.hours-unknown")]
    told = (*hours, *_cost_and_languages(line, words), *age_of_check(line, words, now))
    return f"{_title(line, words, audience)} {' · '.join([*ways(line, words), *map(escape, told)])}"


def line_row(line: Helpline, words: Words, audience: Audience | None, now: datetime) -> str:
    """Return a helpline as one HTML line: name, ways, hours, and the date of its check when that is old."""
    facts = [*ways(line, words), *map(escape, (*open_words(line, words, now), *age_of_check(line, words, now)))]
    return f"{_title(line, words, audience)} {' · '.join(facts)}"


def emergency_row(numbers: tuple[Helpline, ...], words: Words) -> str:
    """Return the emergency numbers of a country as one HTML line, in the given order."""
    items = []
    for line in numbers:
        dialled = f" {escape(words('helpline.or'))} ".join(_phone(phone, words) for phone in line.phones)
        items.append(f"{dialled} {escape(localised(line.name, words.language))}")
    return f"🆘 {escape(words('helpline.danger'))} {' · '.join(items)}"


def localised(texts: Mapping[str, str], language: str) -> str:
    """Return the text in the language, else in the fall-back language, else in any."""
    return texts.get(language) or texts.get(FALLBACK_LANGUAGE) or next(iter(texts.values()), "")


def ways(line: Helpline, words: Words) -> list[str]:
    """Return the ways to reach a line as HTML: numbers first, then chats, forms and mail, else its page."""
    found = []
    for phone in line.phones:
        sign = "💬" if phone.kind in {"text", "whatsapp"} else "☎"
        found.append(f"{sign} {_phone(phone, words)}")
    for way, address in line.contact.items():
        if way in _CHAT_WAYS:
            found.append(f"💬 {escape(_known(words, 'helpline.way.', way))}: {_address(way, address)}")
        else:
            found.append(f"{'✉' if way == 'email' else '🌐'} {_address(way, address)}")
    if not found and line.url:
        found.append(f"🌐 {_link(line.url)}")
    return found


def open_words(line: Helpline, words: Words, now: datetime) -> list[str]:
    """Return what is known about the opening of a line: nothing for pages that have no hours."""
    state = open_state(line, now)
    holidays = [words("helpline.not-holidays")] if PUBLIC_HOLIDAYS in line.closed else []
    if state.kind is OpenKind.ALWAYS:
        return [words("helpline.always")]
    if state.kind is OpenKind.OPEN and state.until is not None:
        return [words("helpline.open-until", time=f"{state.until:%H:%M}"), *holidays]
    if state.kind is OpenKind.CLOSED:
        return [_opens(state.opens, words, now) if state.opens else words("helpline.closed"), *holidays]
    online_only = not line.phones and not _CHAT_WAYS & line.contact.keys()
    return [] if online_only else [words("helpline.hours-unknown")]


def age_of_check(line: Helpline, words: Words, now: datetime) -> list[str]:
    """Return when the line was checked if that is more than six months ago, or that nobody knows when."""
    match freshness(line, now.date()):
        case Freshness.FRESH:
            return []
        case Freshness.UNDATED:
            return [words("helpline.undated")]
        case _:
            return [words("helpline.checked", date=line.checked.isoformat() if line.checked else "")]


def _opens(opens: datetime, words: Words, now: datetime) -> str:
    minutes = max(1, round((opens - now).total_seconds() / 60))
    if minutes < _MINUTES_UP_TO:
        return words("helpline.opens-minutes", minutes=minutes)
    hours = round(minutes / 60)
    if hours <= _HOURS_UP_TO:
        return words("helpline.opens-hours", hours=hours)
    days = (opens.date() - now.astimezone(opens.tzinfo).date()).days
    day = words(f"helpline.weekday.{opens.isoweekday()}") if days < 7 else f"{opens:%Y-%m-%d}"
    return words("helpline.opens-day", day=day, time=f"{opens:%H:%M}")


def _title(line: Helpline, words: Words, audience: Audience | None) -> str:
    name = localised(line.name, words.language)
    title = f"**{name}**"
    if line.name_local and line.name_local not in name and words.language not in line.languages:
        title += f" {line.name_local}"
    whom = localised(line.ages, words.language)
    if not whom and line.for_ != "anyone" and _OWN_AUDIENCE[line.for_] is not audience:
        whom = words("helpline.for-" + line.for_)
    return _labelled(title, whom, words)


def _labelled(what: str, label: str, words: Words) -> str:
    """Render a text with a remark in brackets, where there is one."""
    return render_text(words("helpline.labelled", what=what, label=label) if label else what)


def _cost_and_languages(line: Helpline, words: Words) -> list[str]:
    facts = []
    if line.cost != "unknown":
        facts.append(words("helpline.cost-" + line.cost))
    if line.languages and words.language not in line.languages:
        names = [_known(words, "helpline.lang.", code) for code in line.languages]
        listed = reduce(lambda before, name: words("helpline.and", before=before, name=name), names)
        key = "helpline.languages" if understands(line, words.language) else "helpline.languages-only"
        facts.append(words(key, languages=listed))
    return facts


def _phone(phone: Phone, words: Words) -> str:
    label = localised(phone.label, words.language)
    match phone.kind:
        case "text" if phone.text:
            way = words("helpline.text-word", text=phone.text, number=phone.number)
        case "call":
            way = f"**{phone.number}**"
        case kind:
            way = words("helpline." + kind, number=phone.number)
    return _labelled(way, label, words)


def _address(way: str, address: str) -> str:
    return _link(f"https://{address}") if way in {"chat", "form"} else escape(address)


def _link(url: str) -> str:
    shown = url.partition("://")[2].removeprefix("www.").rstrip("/")
    return f'<a href="{escape(url).replace(chr(34), "%22")}">{escape(shown)}</a>'


def _known(words: Words, prefix: str, name: str) -> str:
    """Return the wording of a name, or the name itself: an overlay may bring ways and languages of its own."""
    try:
        return words(prefix + name)
    except KeyError:
        return name
