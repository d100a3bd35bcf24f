"""Where somebody is: by a city's name in any language, by a place on the map, by an offset. Never guessed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery import make_cities
from bot.delivery.cities import TABLE, City, find_cities
from bot.delivery.zones import find_zone, proposed_zones, zone_at


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"), ("america/new york", "America/New_York"), ("UTC", "UTC"),
        ("Osaka", "Asia/Tokyo"), ("大阪", "Asia/Tokyo"), ("大阪市", "Asia/Tokyo"), ("東京", "Asia/Tokyo"),
        ("ニューヨーク", "America/New_York"), ("パリ", "Europe/Paris"), ("シアトル", "America/Los_Angeles"),
        ("münchen", "Europe/Berlin"), ("Munchen", "Europe/Berlin"), ("MUNICH", "Europe/Berlin"),
        ("서울", "Asia/Seoul"), ("Москва", "Europe/Moscow"), ("北京", "Asia/Shanghai"), ("بغداد", "Asia/Baghdad"),
        ("São Paulo", "America/Sao_Paulo"), ("sao paulo", "America/Sao_Paulo"),
        ("  Ciudad de México ", "America/Mexico_City"),
        ("London", "Europe/London"), ("New York", "America/New_York"), ("Seatle", "America/Los_Angeles"),
        ("UTC+9", "Etc/GMT-9"), ("utc -3", "Etc/GMT+3"), ("GMT-0:00", "UTC"), ("+5:30", "Asia/Kolkata"),
        ("UTC＋９", "Etc/GMT-9"), ("UTC+20", None), ("+5:15", None), ("UTC−3", "Etc/GMT+3"),
        ("Portland", None), ("Lemuria", None), ("", None), ("soon", None), ("a", None), ("\t\n", None),
    ],
)  # fmt: skip
def test_words_name_one_zone_or_none(words: str, zone: str | None) -> None:
    assert find_zone(words) == zone


def test_namesakes_in_several_zones_are_all_offered_the_largest_first() -> None:
    assert find_cities("Portland") == (
        City("Portland", "US", "America/Los_Angeles"),
        City("Portland", "US", "America/New_York"),
    )
    assert [city.country for city in find_cities("san josé")] == ["US", "CR", "PH"]


def test_the_table_of_cities_names_zones_that_exist() -> None:
    lines = gzip.decompress(TABLE.read_bytes()).decode().splitlines()
    assert len(lines) > 10_000
    assert {line.split("\t")[0] for line in lines} <= available_timezones()


def test_the_table_is_made_of_the_names_that_people_write(tmp_path: Path) -> None:
    def city(name: str, population: int, *others: str) -> dict[str, object]:
        zone = {"timezone": "Asia/Tokyo", "countrycode": "JP", "geonameid": population}
        return {"name": name, "population": population, "alternatenames": others, **zone}

    cities = [
        city("Kobe", 60_000, "神戸", "Kóbe", "Kobe City"),
        city("Osaka", 2_000_000, "OSA", "da ban", "Ōsaka", "Осака", "大阪"),
        city("Hamlet", 20_000, "村"),
    ]
    source, target = tmp_path / "cities.json", tmp_path / "cities.txt.gz"
    source.write_text(json.dumps({str(number): entry for number, entry in enumerate(cities)}), encoding="utf-8")
    make_cities.main(source, target)
    assert gzip.decompress(target.read_bytes()).decode().splitlines() == [
        "Asia/Tokyo\tJP\tOsaka\tосака\t大阪",
        "Asia/Tokyo\tJP\tKobe\t神戸",
    ]


@given(st.text(max_size=60))
def test_no_words_break_the_search(words: str) -> None:
    for city in find_cities(words):
        assert city.zone in available_timezones()


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (35.68, 139.77, "Asia/Tokyo"), (51.5, -0.13, "Europe/London"), (31.80, -106.42, "America/Denver"),
        (31.69, -106.42, "America/Ciudad_Juarez"),
        (-33.87, 151.2, "Australia/Sydney"), (19.4, -99.1, "America/Mexico_City"), (200.0, 500.0, None),
    ],
)  # fmt: skip
def test_a_place_on_the_map_has_a_zone(latitude: float, longitude: float, zone: str | None) -> None:
    assert zone_at(latitude, longitude) == zone


def test_the_zones_of_the_country_are_proposed_first() -> None:
    assert proposed_zones("JP", "en")[0] == "Asia/Tokyo"
    assert proposed_zones(None, "ja")[0] == "Asia/Tokyo"
