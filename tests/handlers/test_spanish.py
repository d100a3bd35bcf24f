"""A language that is one folder and not complete: its own words, else English with a line that says so."""

from __future__ import annotations

import pytest

from bot.handlers.menu import set_up_menu
from bot.replies.agreement import agreement_reply
from bot.replies.tips import tip_reply
from bot.replies.topics import part_reply
from bot.sandbox.world import Person
from bot.storage.model import ChatKind
from content.model import Pack, Urgency
from content.profile import Profile
from tests.handlers.conftest import NOON
from tests.handlers.rig import Rig, buttons_of, text_of

ANA = 71009
LINE = "Este texto aún no está en español. Idioma: English."


@pytest.fixture
def spanish(rig: Rig) -> Rig:
    rig.sandbox.world.add_person(Person(ANA, "Ana", "es-419", "America/Mexico_City"))
    return rig


async def test_the_first_contact_is_in_the_language_that_telegram_tells(spanish: Rig) -> None:
    (welcome,) = await spanish.says("/start", ANA)
    assert "Hola, soy Mamori" in text_of(welcome)


async def test_an_emergency_shows_the_lines_of_the_country_by_their_spanish_names(spanish: Rig) -> None:
    profile = Profile(language="es", country="MX")
    await spanish.services.store.save_profile(ANA, profile, ChatKind.PRIVATE, spanish.clock.now())
    (answer,) = await spanish.says("un desconocido amenaza con publicar las fotos de mi hija", ANA)
    text = text_of(answer)
    assert "La culpa es solo de quien amenaza" in text
    assert "911" in text
    assert "Línea de la Vida" in text
    assert "las 24 horas" in text


async def test_a_topic_without_spanish_is_shown_in_english_with_a_line_in_spanish(spanish: Rig, pack: Pack) -> None:
    assert "app-roblox" not in pack.languages["es"].topics
    answer = (await spanish.says("/start t_app-roblox", ANA))[-1]
    first, *rest = text_of(answer).split("\n")
    assert first == LINE
    assert pack.languages["en"].topics["app-roblox"].title in "\n".join(rest)


@pytest.mark.parametrize("command", ["/quiz", "/talk"])
async def test_what_has_no_spanish_begins_with_a_line_that_says_so(spanish: Rig, command: str) -> None:
    (answer,) = await spanish.says(command, ANA)
    if command == "/talk":
        await spanish.presses("talk:age:10-12", answer, ANA)
    assert text_of(spanish.last(ANA)).split("\n")[0] == LINE
    if command == "/quiz":
        data = next(data for data in buttons_of(answer) if data.startswith("quiz:a:"))
        await spanish.presses(data, answer, ANA)
        assert text_of(spanish.last(ANA)).split("\n")[0] == LINE, "the answer too"


async def test_a_further_part_a_tip_and_an_agreement_without_spanish_say_so_too(pack: Pack) -> None:
    reader = Profile(language="es")
    part = next(iter(pack.languages["en"].topics["app-roblox"].parts))
    assert part_reply(pack, "app-roblox", part, reader, NOON).plain.startswith(LINE)
    assert not part_reply(pack, "app-roblox", "help", reader, NOON).plain.startswith(LINE), "helplines speak Spanish"
    tip = next(name for name in pack.languages["en"].tips if name not in pack.languages["es"].tips)
    assert tip_reply(pack, tip, reader, daily=True).plain.split("\n\n")[1] == LINE, "below the bland line"
    alone = pack.languages["es"].model_copy(update={"agreement": None})
    without = pack.model_copy(update={"languages": {**pack.languages, "es": alone}})
    assert agreement_reply(without, "es").plain.startswith(LINE)
    assert LINE not in agreement_reply(pack, "es").plain


async def test_a_figure_is_told_with_the_marks_of_the_language(spanish: Rig) -> None:
    (answer,) = await spanish.says("cuántos menores fueron víctimas en 2019", ANA)
    assert "2019: 2082 menores" in text_of(answer)
    assert "+15,0 %" in text_of(answer)


async def test_the_chart_of_stats_has_a_spanish_caption(spanish: Rig) -> None:
    (menu,) = await spanish.says("/stats", ANA)
    data = next(data for data in buttons_of(menu) if "stats-trend" in data)
    await spanish.presses(data, menu, ANA)
    assert "Menos víctimas en total, pero muchos más delitos graves" in text_of(spanish.last(ANA))


async def test_telegram_shows_commands_and_descriptions_in_spanish(spanish: Rig, pack: Pack) -> None:
    await set_up_menu(spanish.application.bot, pack)
    commands = spanish.sandbox.profile.commands[("all_private_chats", 0, 0), "es"]
    assert {"command": "helplines", "description": "A quién llamar o escribir"} in commands
    assert len(commands) == len(spanish.sandbox.profile.commands[("all_private_chats", 0, 0), "en"])


def test_every_emergency_and_the_twenty_most_asked_topics_speak_spanish(pack: Pack) -> None:
    spanish, english = pack.languages["es"], pack.languages["en"]
    for name, topic in pack.topics.items():
        if topic.urgency is Urgency.EMERGENCY:
            theirs, ours = spanish.topics[name], english.topics[name]
            assert set(theirs.parts) == set(ours.parts)
            assert set(theirs.young_parts) == set(ours.young_parts)
            assert theirs.teacher is not None
    assert len(spanish.topics) >= 20
    assert len(spanish.tips) >= 60
