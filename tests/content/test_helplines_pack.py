from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from content.checks.helplines import check_helplines
from content.dialling import SHORT_NUMBERS, is_dialable
from content.entries import Confidence
from content.faults import Fault, Severity
from content.load import load_with_faults
from content.model import WORLD, Need
from tests.statistics_pack import loaded_pack

LOADED = loaded_pack()
PACK = LOADED.pack
TODAY = date(2026, 11, 23)
COUNTRIES = (
    "AU",
    "BR",
    "CA",
    "CN",
    "DE",
    "ES",
    "FR",
    "GB",
    "HK",
    "IE",
    "IN",
    "JP",
    "KR",
    "MX",
    "NZ",
    "PH",
    "PT",
    "TW",
    "US",
)


def faults(tmp_path: Path, text: str, country: str = "JP", today: date = TODAY) -> list[Fault]:
    folder = tmp_path / "overlay"
    (folder / "helplines").mkdir(parents=True)
    (folder / "helplines" / f"{country}.yaml").write_text(text, "utf-8")
    loaded = load_with_faults([folder])
    ours = [fault for fault in loaded.faults if "overlay" in fault.file]
    return [*ours, *(fault for fault in check_helplines(loaded, today) if "overlay" in fault.file)]


ENTRY = """\
# our own line
our-line:
  kind: line
  name: {en: Our line, ja: "わたしたちの窓口"}
  need: [general]
  phones:
    - {number: "03-5774-0992"}
  zone: Asia/Tokyo
  source: "https://example.org/line"
  checked: 2026-11-01
  confidence: verified
"""


def test_the_shipped_helplines_have_no_fault() -> None:
    found = [fault for fault in check_helplines(LOADED, TODAY) if fault.severity is Severity.FAULT]
    assert found == []


def test_the_only_warnings_about_shipped_helplines_are_ages_of_checks() -> None:
    warnings = [fault.message for fault in check_helplines(LOADED, TODAY)]
    assert [message for message in warnings if "checked" not in message] == []


def test_every_country_of_the_collected_facts_is_there() -> None:
    assert PACK.countries == tuple(sorted(COUNTRIES))


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_has_an_emergency_number_and_somebody_to_talk_to(country: str) -> None:
    lines = PACK.helplines[country].values()
    emergency = [line for line in lines if line.kind == "emergency" and Need.EMERGENCY in line.needs]
    assert emergency
    assert all(phone.number.replace(" ", "").isdigit() for line in emergency for phone in line.phones)
    assert any(line.kind == "line" and line.phones for line in lines)


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_ids_of_a_country_begin_with_its_code(country: str) -> None:
    assert all(name.startswith(f"{country.lower()}-") for name in PACK.helplines[country])


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_name_and_every_country_is_worded(language: str) -> None:
    wording = PACK.languages[language].wording
    assert all(wording[f"country.{code}"] for code in PACK.countries)
    assert all(language in line.name for lines in PACK.helplines.values() for line in lines.values())


def test_every_need_is_served_somewhere() -> None:
    served = {need for lines in PACK.helplines.values() for line in lines.values() for need in line.needs}
    assert served == set(Need)


@pytest.mark.parametrize("need", [Need.SUICIDE, Need.REMOVE_IMAGE, Need.REPORT_IMAGE, Need.GENERAL])
def test_worldwide_services_stand_for_every_country(need: Need) -> None:
    assert any(need in line.needs and line.for_ != "child" for line in PACK.helplines[WORLD].values())


def test_worldwide_services_name_no_number_of_any_country() -> None:
    assert not any(line.phones for line in PACK.helplines[WORLD].values())


def test_nothing_that_nobody_could_find_a_source_for_is_in_the_pack() -> None:
    lines = [line for lines in PACK.helplines.values() for line in lines.values()]
    assert all(line.confidence is not Confidence.MEMORY for line in lines)
    assert all(line.source for line in lines)


def test_an_own_line_that_is_complete_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, ENTRY) == []


@pytest.mark.parametrize(
    ("old", "new", "sentence", "at"),
    [
        ("03-5774-0992", "03-57", "the number '03-57' cannot be dialled in JP", 2),
        ("03-5774-0992", "#9999", "the number '#9999' cannot be dialled in JP", 2),
        ("confidence: verified", "confidence: memory", "confidence is 'memory'", 2),
        ("Asia/Tokyo", "Asia/Edo", "the time zone 'Asia/Edo' does not exist", 2),
        ("  zone:", "  url: http://example.org\n  zone:", "must begin with https://", 2),
        ("  zone:", "  contact: {chat: https://example.org}\n  zone:", "'chat' must be an address without", 2),
        ("2026-11-01", "2026-12-01", "lies in the future", 2),
        ('  phones:\n    - {number: "03-5774-0992"}\n', "", "nobody can reach this line", 2),
        ("  zone:", "  always: true\n  closed: [public-holidays]\n  zone:", "'always' stands alone", 2),
        ('  source: "https://example.org/line"\n', "", "'source' is missing", 2),
        ("  zone:", "  closed: [13-01]\n  zone:", "closed", 8),
        ("  zone:", "  open: always\n  zone:", "unknown key 'open'", 8),
    ],
)
def test_a_fault_names_the_entry_its_line_and_what_to_mend(
    tmp_path: Path, old: str, new: str, sentence: str, at: int
) -> None:
    assert ENTRY.count(old) == 1
    found = faults(tmp_path, ENTRY.replace(old, new))
    assert [fault.severity for fault in found] == [Severity.FAULT]
    assert sentence in found[0].message
    assert found[0].line == at


@pytest.mark.parametrize(
    ("checked", "sentence"),
    [
        ("checked: 2026-01-01", "more than 6 months ago"),
        ("checked: 2024-01-01", "more than 24 months ago"),
        ("", "nobody knows when"),
    ],
)
def test_an_old_check_is_a_warning_and_never_a_fault(tmp_path: Path, checked: str, sentence: str) -> None:
    found = faults(tmp_path, ENTRY.replace("  checked: 2026-11-01\n", f"  {checked}\n" if checked else ""))
    assert [fault.severity for fault in found] == [Severity.WARNING]
    assert sentence in found[0].message


def test_a_new_country_needs_an_emergency_number_and_a_name(tmp_path: Path) -> None:
    found = faults(tmp_path, ENTRY.replace("03-5774-0992", "06 6988 1234"), country="IT")
    assert any("IT has no emergency number" in fault.message for fault in found if fault.severity is Severity.FAULT)
    assert any("country.IT" in fault.message for fault in found if fault.severity is Severity.WARNING)


def test_a_file_that_is_no_country_is_a_fault(tmp_path: Path) -> None:
    found = faults(tmp_path, ENTRY, country="Japan")
    assert any("not the ISO code" in fault.message for fault in found)


@pytest.mark.parametrize(
    ("number", "country", "dialable"),
    [
        ("110", "JP", True),
        ("#9110", "JP", True),
        ("#9110", "KR", False),
        ("0120-0-78310", "JP", True),
        ("116 111", "DE", True),
        ("1-800-843-5678", "US", True),
        ("1-800-843-5678", "JP", False),
        ("1-800-843-56", "US", False),
        ("+55 61 99611-0100", "BR", True),
        ("110", WORLD, False),
        ("+55 61 99611-0100", WORLD, True),
        ("", "JP", False),
    ],
)
def test_a_number_is_judged_by_the_plan_of_its_country(number: str, country: str, dialable: bool) -> None:  # noqa: FBT001  # a table's column
    assert is_dialable(number, country) is dialable


def test_every_listed_short_number_is_used_by_a_helpline() -> None:
    used = {
        (country, phone.number)
        for country, lines in PACK.helplines.items()
        for line in lines.values()
        for phone in line.phones
    }
    assert {(country, number) for country, numbers in SHORT_NUMBERS.items() for number in numbers} <= used
