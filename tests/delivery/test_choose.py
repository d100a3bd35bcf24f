from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.choose import choose_tip
from content.model import AgeBand, Audience
from content.profile import Profile
from tests.delivery.packs import ALL_AGES, EVERYONE, make_pack, make_tip

DAY = date(2026, 3, 10)
ANYONE = Profile()


@given(st.integers(-(2**40), 2**40), st.integers(1, 12), st.integers(1, 40))
def test_no_tip_is_repeated_until_all_that_fit_are_through(seed: int, tips: int, days: int) -> None:
    pack = make_pack({f"tip-{number}": make_tip() for number in range(tips)})
    sent: list[str] = []
    for day in range(days):
        chosen = choose_tip(pack, ANYONE, sent=sent, excluded=(), day=DAY + timedelta(days=day), seed=seed)
        assert chosen is not None
        assert chosen not in sent[-(tips - 1) :] or tips == 1
        sent.append(chosen)
    assert len(set(sent[:tips])) == min(days, tips)


@given(st.integers(), st.sets(st.integers(0, 9), max_size=9))
def test_every_tip_not_sent_has_the_same_chance(seed: int, sent: set[int]) -> None:
    pack = make_pack({str(number): make_tip() for number in range(10)})
    left = [str(number) for number in range(10) if number not in sent]
    before = choose_tip(make_pack({tip: make_tip() for tip in left}), ANYONE, sent=(), excluded=(), day=DAY, seed=seed)
    gone = [str(number) for number in sent]
    assert choose_tip(pack, ANYONE, sent=gone, excluded=(), day=DAY, seed=seed) == before


def test_when_all_are_through_the_least_recently_sent_comes_first() -> None:
    pack = make_pack({tip: make_tip() for tip in "abc"})
    assert choose_tip(pack, ANYONE, sent=["b", "c", "a"], excluded=(), day=DAY, seed=1) == "b"
    assert choose_tip(pack, ANYONE, sent=["b", "gone", "c", "a", "b"], excluded=(), day=DAY, seed=1) == "c"


def test_the_same_chat_and_day_get_the_same_tip_and_chats_differ() -> None:
    pack = make_pack({f"tip-{number}": make_tip() for number in range(30)})
    chosen = [choose_tip(pack, ANYONE, sent=(), excluded=(), day=DAY, seed=seed) for seed in range(50)]
    again = [choose_tip(pack, ANYONE, sent=(), excluded=(), day=DAY, seed=seed) for seed in range(50)]
    assert chosen == again
    assert len(set(chosen)) > 10


@given(st.none() | st.sampled_from(Audience), st.none() | st.sampled_from(AgeBand), st.integers())
def test_a_tip_fits_its_reader_and_its_topic_is_wanted(
    audience: Audience | None, age_band: AgeBand | None, seed: int
) -> None:
    tips = {
        f"{who}-{age}-{topic}": make_tip(topic, (who,), (age,))
        for who in EVERYONE
        for age in ALL_AGES
        for topic in ("grooming", "sextortion")
    }
    profile = Profile(audience=audience, age_band=age_band)
    chosen = choose_tip(make_pack(tips), profile, sent=(), excluded={"sextortion"}, day=DAY, seed=seed)
    assert chosen is not None
    tip = tips[chosen]
    assert audience is None or audience in tip.audience
    assert age_band is None or age_band in tip.ages
    assert tip.topic == "grooming"


def test_nothing_is_chosen_when_nothing_fits() -> None:
    pack = make_pack({"a": make_tip("grooming", (Audience.PARENT,), (AgeBand.FROM_16,))})
    young = Profile(audience=Audience.YOUNG, age_band=AgeBand.FROM_16)
    small = Profile(audience=Audience.PARENT, age_band=AgeBand.UNDER_10)
    for profile in (young, small):
        assert choose_tip(pack, profile, sent=(), excluded=(), day=DAY, seed=1) is None
    assert choose_tip(pack, ANYONE, sent=(), excluded={"grooming"}, day=DAY, seed=1) is None
    assert choose_tip(make_pack({}), ANYONE, sent=(), excluded=(), day=DAY, seed=1) is None


def test_teachers_get_what_parents_get_where_nothing_is_written_for_them() -> None:
    parents_only = {"a": make_tip(audience=(Audience.PARENT,)), "b": make_tip(audience=(Audience.YOUNG,))}
    teacher = Profile(audience=Audience.TEACHER)
    assert choose_tip(make_pack(parents_only), teacher, sent=(), excluded=(), day=DAY, seed=1) == "a"
    with_own = {**parents_only, "c": make_tip(audience=(Audience.TEACHER,))}
    assert choose_tip(make_pack(with_own), teacher, sent=("c",), excluded=(), day=DAY, seed=1) == "c"


def test_tips_in_the_readers_own_language_come_before_all_others() -> None:
    pack = make_pack({tip: make_tip() for tip in "abc"}, {"en": ("a", "b", "c"), "ja": ("b",)})
    for seed in range(20):
        assert choose_tip(pack, Profile(language="ja"), sent=(), excluded=(), day=DAY, seed=seed) == "b"
    assert choose_tip(pack, Profile(language="fr"), sent=("a", "b"), excluded=(), day=DAY, seed=1) == "c"
