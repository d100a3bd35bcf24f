from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replies.helpline_choice import understands
from bot.replies.helplines import (
    CARD_LIMIT,
    choose_helplines,
    countries_reply,
    country_rows,
    helpline_card,
    helpline_line,
    helplines_reply,
)
from bot.replies.model import BUTTON_DATA_LIMIT, MESSAGE_LIMIT
from bot.replies.render import length
from bot.replies.screen import lines_over
from content.entries import Confidence
from content.freshness import Freshness, freshness
from content.model import WORLD, Audience, Helpline, Need, Pack
from content.profile import Profile
from tests.statistics_pack import base_pack

PACK = base_pack()
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""10:00 on a Tuesday in Tokyo."""
NIGHT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""Midnight in Tokyo."""
THREAT = (Need.EMERGENCY, Need.SEXTORTION, Need.REMOVE_IMAGE, Need.SUICIDE, Need.GENERAL)
DESPAIR = (Need.SUICIDE, Need.EMERGENCY, Need.MENTAL_HEALTH, Need.GENERAL)
AUDIENCES = (None, *Audience)
NEED_LISTS = sorted({topic.needs for topic in PACK.topics.values() if topic.needs})


def plain(card: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", card))


def entry(**changes: object) -> Helpline:
    data: dict[str, object] = {
        "kind": "line",
        "name": {"en": "A line", "ja": "窓口"},
        "need": ["general"],
        "phones": [{"number": "0120-000-000"}],
        "zone": "Asia/Tokyo",
        "always": True,
        "source": "https://example.org",
        "checked": date(2026, 11, 1),
        "confidence": "verified",
    }
    return Helpline.model_validate({**data, **changes})


def pack_with(lines: Mapping[str, Helpline], world: Mapping[str, Helpline] | None = None) -> Pack:
    return PACK.model_copy(update={"helplines": {"JP": dict(lines), WORLD: dict(world or {})}})


def chosen(
    lines: Mapping[str, Helpline],
    needs: Sequence[Need] = (Need.GENERAL,),
    audience: Audience | None = None,
    *,
    limit: int = 4,
    world: Mapping[str, Helpline] | None = None,
    now: datetime = MORNING,
) -> list[str]:
    pack = pack_with(lines, world)
    names = {id(line): name for named in pack.helplines.values() for name, line in named.items()}
    profile = Profile(language="ja", country="JP", audience=audience)
    return [names[id(line)] for line in choose_helplines(pack, profile, needs, now, limit)]


def hours(start: str, until: str) -> dict[str, object]:
    return {"always": False, "hours": [{"days": [1, 2, 3, 4, 5, 6, 7], "start": start, "until": until}]}


# --- the right country


def numbers_of(country: str) -> set[str]:
    return {phone.number for line in PACK.helplines[country].values() for phone in line.phones}


@pytest.mark.parametrize("country", [None, "ZZ", WORLD])
@pytest.mark.parametrize("needs", NEED_LISTS)
def test_without_a_known_country_no_country_s_number_is_shown(country: str | None, needs: tuple[Need, ...]) -> None:
    every = {number for code in PACK.countries for number in numbers_of(code)}
    for language, audience in product(PACK.languages, AUDIENCES):
        profile = Profile(language=language, country=country, audience=audience)
        text = plain(helpline_card(PACK, profile, needs, MORNING))
        line = plain(helpline_line(PACK, profile, needs, MORNING))
        assert not every & set(re.findall(r"[#+\d][\d -]*\d", text + line))
        assert "🆘" in text


@pytest.mark.parametrize("country", PACK.countries)
def test_a_reader_gets_numbers_of_their_own_country_only(country: str) -> None:
    own = {id(line) for code in (country, WORLD) for line in PACK.helplines[code].values()}
    for language, audience, needs in product(PACK.languages, AUDIENCES, NEED_LISTS):
        profile = Profile(language=language, country=country, audience=audience)
        assert {id(line) for line in choose_helplines(PACK, profile, needs, MORNING, limit=9)} <= own
    reply = helplines_reply(PACK, Profile(country=country), MORNING)
    shown = set(re.findall(r"(?<=☎ )[#+\d][\d -]*\d", reply.plain))
    assert shown <= numbers_of(country)
    assert shown


@pytest.mark.parametrize("country", PACK.countries)
@pytest.mark.parametrize("needs", [THREAT, DESPAIR])
def test_in_an_emergency_the_emergency_number_stands_in_the_first_line(country: str, needs: tuple[Need, ...]) -> None:
    for language, audience in product(PACK.languages, AUDIENCES):
        profile = Profile(language=language, country=country, audience=audience)
        first, *others = choose_helplines(PACK, profile, needs, NIGHT)
        assert first.kind == "emergency"
        assert others
        assert all(line.kind != "emergency" for line in others)
        head = plain(helpline_card(PACK, profile, needs, NIGHT)).splitlines()[0]
        assert first.phones[0].number in head


def test_the_police_come_first_in_a_threat_and_the_ambulance_in_despair() -> None:
    japan = Profile(language="ja", country="JP")
    assert choose_helplines(PACK, japan, THREAT, NIGHT)[0].phones[0].number == "110"
    assert choose_helplines(PACK, japan, DESPAIR, NIGHT)[0].phones[0].number == "119"


def test_without_an_emergency_no_emergency_number_takes_the_place_of_a_line() -> None:
    japan = Profile(language="ja", country="JP")
    assert all(line.kind != "emergency" for line in choose_helplines(PACK, japan, (Need.SUICIDE,), NIGHT, 9))


def test_a_country_without_an_emergency_number_says_to_call_the_local_one() -> None:
    card = helpline_card(pack_with({"a": entry()}), Profile("ja", "JP"), THREAT, MORNING)
    assert "緊急番号" in card


# --- the order


def test_the_earlier_need_comes_first() -> None:
    lines = {"later": entry(need=["abuse"]), "earlier": entry(need=["suicide"])}
    assert chosen(lines, (Need.SUICIDE, Need.ABUSE)) == ["earlier", "later"]


def test_every_need_gets_a_line_before_one_gets_a_second() -> None:
    lines = {"one": entry(need=["suicide"]), "two": entry(need=["suicide"]), "other": entry(need=["abuse"])}
    assert chosen(lines, (Need.SUICIDE, Need.ABUSE), limit=2) == ["one", "other"]


def test_open_lines_come_before_unknown_hours_and_those_before_closed_ones() -> None:
    lines = {
        "closed": entry(**hours("16:00", "21:00")),
        "unknown": entry(always=False),
        "open": entry(**hours("09:00", "17:00")),
    }
    assert chosen(lines) == ["open", "unknown", "closed"]
    assert chosen(lines, now=datetime(2026, 11, 24, 9, 0, tzinfo=UTC)) == ["closed", "unknown", "open"]


@pytest.mark.parametrize(
    ("audience", "order"),
    [
        (Audience.YOUNG, ["child", "anyone"]),
        (Audience.PARENT, ["parent", "anyone", "child"]),
        (Audience.TEACHER, ["anyone", "parent", "child"]),
        (None, ["anyone", "child", "parent"]),
    ],
)
def test_lines_that_suit_the_reader_come_first(audience: Audience | None, order: list[str]) -> None:
    lines = {name: entry(**{"for": name}) for name in ("anyone", "child", "parent")}
    assert chosen(lines, audience=audience) == order


def test_a_line_that_understands_the_reader_comes_before_one_that_does_not() -> None:
    lines = {
        "english": entry(languages=["en"]),
        "interpreter": entry(languages=["en", "other"]),
        "japanese": entry(languages=["ja"]),
    }
    assert chosen(lines) == ["interpreter", "japanese", "english"]


def test_what_a_line_is_mainly_for_decides_between_equals() -> None:
    lines = {"also": entry(need=["bullying", "suicide"]), "mainly": entry(need=["suicide", "bullying"])}
    assert chosen(lines, (Need.SUICIDE,)) == ["mainly", "also"]


def test_a_check_older_than_24_months_goes_behind_every_fresher_one_and_an_undated_one_behind_all() -> None:
    lines = {
        "undated": entry(need=["suicide"], checked=None),
        "old": entry(need=["suicide"], checked=date(2024, 11, 1)),
        "aging": entry(need=["abuse"], checked=date(2024, 12, 1), **hours("16:00", "21:00")),
    }
    assert chosen(lines, (Need.SUICIDE, Need.ABUSE)) == ["aging", "old", "undated"]


def test_an_old_line_is_kept_when_it_is_the_last_for_its_need() -> None:
    lines = {f"fresh-{n}": entry(need=["suicide"]) for n in range(5)}
    lines["last"] = entry(need=["abuse"], checked=date(2001, 1, 1))
    names = chosen(lines, (Need.SUICIDE, Need.ABUSE), limit=2)
    assert names == ["fresh-0", "last"]


def test_an_old_line_of_the_country_is_not_given_up_for_a_worldwide_directory() -> None:
    world = {"directory": entry(need=["general"], phones=[], url="https://example.org")}
    lines = {"last": entry(checked=date(2001, 1, 1))}
    assert "last" in chosen(lines, limit=1, world=world)


def test_a_line_without_a_source_is_never_shown() -> None:
    assert chosen({"memory": entry(confidence="memory"), "good": entry()}) == ["good"]
    card = helpline_card(pack_with({"memory": entry(confidence="memory")}), Profile("ja", "JP"), THREAT, MORNING)
    assert "0120-000-000" not in card


@pytest.mark.parametrize("audience", [Audience.PARENT, Audience.TEACHER, None])
def test_a_children_s_line_is_never_all_that_a_grown_up_gets(audience: Audience | None) -> None:
    lines = {f"child-{n}": entry(need=["bullying"], **{"for": "child"}) for n in range(3)}
    lines["for-all"] = entry(need=["general"])
    names = chosen(lines, (Need.BULLYING,), audience, limit=2)
    assert "for-all" in names
    assert len(names) == 2
    for country, language, needs in product((None, *PACK.countries), PACK.languages, NEED_LISTS):
        profile = Profile(language, country, audience)
        assert any(line.for_ != "child" for line in choose_helplines(PACK, profile, needs, NIGHT, 3))


def test_a_young_person_gets_a_children_s_line_and_none_for_parents_only() -> None:
    lines = {f"all-{n}": entry(need=["suicide"]) for n in range(4)}
    lines["child"] = entry(need=["suicide"], checked=date(2020, 1, 1), **{"for": "child"})
    lines["parent"] = entry(need=["suicide"], **{"for": "parent"})
    names = chosen(lines, (Need.SUICIDE,), Audience.YOUNG)
    assert len(names) == 4
    assert "child" in names
    assert "parent" not in names


def test_a_need_that_nobody_serves_leads_to_general_help() -> None:
    assert chosen({"general": entry()}, (Need.RIGHTS,)) == ["general"]


def test_a_service_that_the_country_lists_itself_is_not_shown_twice() -> None:
    page = "https://report.example.org"
    own = {"own": entry(kind="reporting", need=["report-image"], url=page, phones=[])}
    world = {"world": entry(kind="reporting", need=["report-image"], url=page, phones=[])}
    assert chosen(own, (Need.REPORT_IMAGE,), world=world) == ["own"]


@settings(deadline=None)  # the machine may be busy; what is tested is the rule
@given(
    st.builds(
        Profile,
        language=st.sampled_from(sorted(PACK.languages)),
        country=st.sampled_from([None, *PACK.countries]),
        audience=st.sampled_from(AUDIENCES),
    ),
    st.lists(st.sampled_from(list(Need)), min_size=1, max_size=6, unique=True),
    st.integers(0, 6),
    st.datetimes(datetime(2026, 11, 23), datetime(2031, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # bounds are naive by the library's rule
)
def test_a_choice_keeps_its_rules_for_every_reader_at_every_time(
    profile: Profile, needs: list[Need], limit: int, now: datetime
) -> None:
    lines = choose_helplines(PACK, profile, needs, now, limit)
    assert len(lines) <= limit
    assert len({id(line) for line in lines}) == len(lines)
    others = [line for line in lines if line.kind != "emergency"]
    order = [
        (not understands(line, profile.language), max(Freshness.AGING, freshness(line, now.date()))) for line in others
    ]
    assert order == sorted(order), "who understands the reader first, then who was checked lately"
    if limit:
        assert lines
    assert helpline_card(PACK, profile, needs, now, limit=limit)
    assert helpline_line(PACK, profile, needs, now)


@pytest.mark.parametrize("now", [MORNING, datetime(2035, 1, 1, tzinfo=UTC)])
def test_no_age_of_checks_empties_a_card_or_drops_the_last_line_of_a_need(now: datetime) -> None:
    for country, language, needs in product(PACK.countries, PACK.languages, NEED_LISTS):
        lines = choose_helplines(PACK, Profile(language, country), needs, now, limit=len(needs) + 1)
        served = {need for line in lines for need in line.needs}
        possible = {
            need
            for line in PACK.helplines[country].values()
            if line.kind != "emergency" and line.confidence is not Confidence.MEMORY
            for need in line.needs
        }
        assert served >= possible & set(needs)


# --- the words


def card_of(line: Helpline, language: str = "en", now: datetime = MORNING, audience: Audience | None = None) -> str:
    return plain(helpline_card(pack_with({"a": line}), Profile(language, "JP", audience), (Need.GENERAL,), now))


def test_the_card_says_until_when_a_line_is_open_and_when_it_opens() -> None:
    office = entry(**hours("08:30", "17:15"), closed=["public-holidays"])
    assert "open now until 17:15 · not on public holidays" in card_of(office)
    assert "受付中（17:15まで）" in card_of(office, "ja")
    assert "opens in 45 min" in card_of(office, now=datetime(2026, 11, 23, 22, 45, tzinfo=UTC))
    assert "opens in 2 h" in card_of(office, now=datetime(2026, 11, 23, 21, 30, tzinfo=UTC))
    friday = entry(always=False, hours=[{"days": [1], "start": "09:00", "until": "10:00"}])
    assert "opens Mon 09:00" in card_of(friday)
    assert "opens 2027-03-01 09:00" in card_of(entry(**hours("09:00", "10:00"), closed=["11-01..02-28"]))
    assert "closed now" in card_of(entry(**hours("09:00", "10:00"), closed=["01-01..12-31"]))


def test_the_card_says_round_the_clock_or_that_the_hours_are_not_known() -> None:
    assert "round the clock" in card_of(entry())
    assert "hours not known" in card_of(entry(always=False))
    page = entry(always=False, kind="reporting", phones=[], url="https://www.example.org/report/")
    assert "🌐 example.org/report" in card_of(page)
    assert "hours" not in card_of(page)


@settings(deadline=None)  # the machine may be busy; what is tested is the rule
@given(st.datetimes(datetime(2026, 11, 23), datetime(2026, 11, 30), timezones=st.just(UTC)))  # noqa: DTZ001  # bounds are naive by the library's rule
def test_a_card_that_is_kept_is_true_at_every_hour(now: datetime) -> None:
    for country, language in product((None, "JP", "DE", "FR"), PACK.languages):
        profile = Profile(language, country)
        kept = helpline_card(PACK, profile, THREAT, MORNING, lasting=True)
        assert helpline_card(PACK, profile, THREAT, now, lasting=True) == kept
    assert "#8103" in helpline_card(PACK, Profile("ja", "JP"), THREAT, MORNING, lasting=True)


def test_the_card_says_what_a_call_costs_only_when_that_is_known() -> None:
    assert "free" in card_of(entry(cost="free"))
    assert "you pay the call" in card_of(entry(cost="caller-pays"))
    assert not re.search("free|pay", card_of(entry()))


def test_the_languages_are_told_to_those_who_are_not_sure_to_be_understood() -> None:
    japanese = entry(languages=["ja"], name_local="窓口の名前")
    assert "only in Japanese" in card_of(japanese)
    assert "窓口の名前" in card_of(japanese)
    assert "日本語" not in card_of(japanese, "ja")
    assert "窓口の名前" not in card_of(japanese, "ja")
    assert "in Japanese, other languages" in card_of(entry(languages=["ja", "other"]))
    assert "only in xx" in card_of(entry(languages=["xx"]))


def test_ways_other_than_calls_are_told() -> None:
    line = entry(
        phones=[
            {"number": "741741", "kind": "text", "text": "HOME"},
            {"number": "988", "kind": "call-or-text"},
            {"number": "+55 61 99611-0100", "kind": "whatsapp"},
            {"number": "0117", "kind": "text", "label": {"en": "from mobiles"}},
        ],
        contact={"LINE": "@help", "chat": "talk.example.org/chat", "email": "help@example.org"},
    )
    card = card_of(line)
    for words in (
        "💬 text HOME to 741741",
        "☎ 988 (call or text)",
        "💬 WhatsApp +55 61 99611-0100",
        "💬 text 0117 (from mobiles)",
        "💬 LINE: @help",
        "💬 chat: talk.example.org/chat",
        "✉ help@example.org",
    ):
        assert words in card


@pytest.mark.parametrize(
    ("checked", "words"),
    [
        (date(2026, 5, 25), None),
        (date(2026, 5, 23), "checked on 2026-05-23"),
        (date(2020, 1, 1), "checked on 2020-01-01"),
        (None, "date of check unknown"),
    ],
)
def test_the_date_of_a_check_is_shown_from_six_months_on(checked: date | None, words: str | None) -> None:
    card = card_of(entry(checked=checked))
    assert (words or "") in card
    assert ("check" in card) is (words is not None)


def test_whom_a_line_is_for_is_told_to_others() -> None:
    child = entry(**{"for": "child"})
    assert "(for young people)" in card_of(child, audience=Audience.PARENT)
    assert "for young" not in card_of(child, audience=Audience.YOUNG)
    assert "(up to 18)" in card_of(entry(ages={"en": "up to 18"}, **{"for": "child"}), audience=Audience.YOUNG)


def test_words_from_a_pack_cannot_break_the_markup() -> None:
    card = helpline_card(
        pack_with({"a": entry(name={"en": "A <b> & b"}, url='https://example.org/?a="x"&b=1', phones=[])}),
        Profile("en", "JP"),
        (Need.GENERAL,),
        MORNING,
    )
    assert "A &lt;b&gt; &amp; b" in card
    assert 'href="https://example.org/?a=%22x%22&amp;b=1"' in card


@pytest.mark.parametrize("needs", NEED_LISTS)
def test_a_card_of_four_lines_fits_a_phone_and_hides_nothing(needs: tuple[Need, ...]) -> None:
    for country, language, audience, now in product(
        (None, *PACK.countries), PACK.languages, (None, Audience.YOUNG), (MORNING, datetime(2035, 1, 1, tzinfo=UTC))
    ):
        card = helpline_card(PACK, Profile(language, country, audience), needs, now)
        assert 0 < length(card) <= CARD_LIMIT
        assert "spoiler" not in card
        assert "\n" not in helpline_line(PACK, Profile(language, country, audience), needs, now)


def test_the_one_line_holds_the_emergency_number_only_when_it_is_needed() -> None:
    japan = Profile("ja", "JP")
    assert "110" in helpline_line(PACK, japan, (Need.EMERGENCY, Need.STALKING), MORNING)
    calm = plain(helpline_line(PACK, japan, (Need.STALKING,), MORNING))
    assert calm.startswith("警察相談専用電話 ☎ #9110")
    assert "🆘" not in calm


# --- the list and its buttons


@pytest.mark.parametrize("language", sorted(PACK.languages))
@pytest.mark.parametrize("country", [None, *PACK.countries])
def test_the_list_holds_every_line_of_the_country_fits_a_phone_and_leads_to_every_country(
    language: str, country: str | None
) -> None:
    reply = helplines_reply(PACK, Profile(language, country), MORNING)
    national = [line for line in PACK.helplines.get(country or "", {}).values() if line.kind != "emergency"]
    own_pages = {line.url for line in national}
    world = [line for line in PACK.helplines[WORLD].values() if line.url not in own_pages]
    shown = reply.plain.count("\n• ")
    assert shown == len(national) + len(world)
    assert all(line.name.get(language, line.name["en"]) in reply.plain for line in (*national, *world))
    assert all(length(part) <= MESSAGE_LIMIT for part in reply.parts)
    assert lines_over(reply) == 0
    data = [button.data for row in reply.buttons for button in row]
    if country is not None:
        assert data == ["helplines:others:all"]
        data = [button.data for row in countries_reply(PACK, Profile(language, country)).buttons[:-1] for button in row]
    assert sorted(filter(None, data)) == [f"helplines:country:{code}" for code in PACK.countries]


def test_the_emergency_number_and_the_first_line_of_a_list_are_not_folded() -> None:
    for country, language in product(PACK.countries, PACK.languages):
        opened = re.sub(
            r"<blockquote.*?</blockquote>",
            "",
            helplines_reply(PACK, Profile(language, country), MORNING).parts[0],
            flags=re.DOTALL,
        )
        assert "🆘" in opened
        assert "\n• " in opened, (country, language)


def test_a_list_that_is_longer_than_a_message_is_cut_between_lines() -> None:
    lines = {f"line-{n}": entry(name={"en": f"Line number {n} " + "x" * 150}) for n in range(60)}
    reply = helplines_reply(pack_with(lines), Profile("en", "JP"), MORNING)
    assert len(reply.parts) > 1
    assert all(length(part) <= MESSAGE_LIMIT for part in reply.parts)
    assert all(f"Line number {n} " in reply.plain for n in range(60))


def test_country_buttons_put_the_proposed_first_and_skip_what_has_no_helplines() -> None:
    rows = country_rows(PACK, "en", "settings:country", first=("JP", "ZZ", "JP"))
    buttons = [button for row in rows for button in row]
    assert (buttons[0].label, buttons[0].data) == ("Japan", "settings:country:JP")
    assert len(buttons) == len(PACK.countries)
    assert [button.label for button in buttons[1:]] == sorted(button.label for button in buttons[1:])
    assert all(len(row) <= 3 for row in rows)
    assert all(len((button.data or "").encode()) <= BUTTON_DATA_LIMIT for button in buttons)


def test_a_country_without_a_name_is_shown_by_its_code() -> None:
    pack = Pack.model_construct(**{**dict(PACK), "helplines": {"ZZ": {"a": entry()}}})
    assert country_rows(pack, "en", "x")[0][0].label == "ZZ"
