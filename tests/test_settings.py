from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load_settings, unknown_names

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"BOT_{name.upper()}", raising=False)
        monkeypatch.delenv(f"BOT_{name.upper()}_FILE", raising=False)
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default_that_works() -> None:
    settings = load_settings()
    assert settings.token is None
    assert settings.listen_port == 8081


def test_an_empty_example_file_changes_no_default(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text("utf-8"), "utf-8")
    from_example = load_settings()
    (tmp_path / ".env").unlink()
    assert from_example == load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_TOKEN", "not a token"),
        ("BOT_API_URL", "ftp://example.org"),
        ("BOT_LISTEN", "8081"),
        ("BOT_LISTEN", "localhost:99999"),
        ("BOT_ADMINS", "12,anna"),
        ("BOT_DEFAULT_COUNTRY", "Japan"),
        ("BOT_BROADCAST_RATE", "0"),
        ("BOT_LOG_LEVEL", "LOUD"),
        ("BOT_WEBHOOK_SECRET", "two words"),
        ("BOT_PROXY", "socks5://proxy.example.org:1080"),
        ("BOT_PROXY", "proxy.example.org:3128"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert str(raised.value).startswith(f"{name}: ")
    assert "\n" not in str(raised.value)


LIBRARY_WORDS = ("Input should", "String should", "unable to", "pattern", "Value error")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_whatever_is_wrong_with_a_setting_is_said_in_words_of_ours(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"BOT_{name.upper()}", "\u00a7 none of it")
    said = ""
    try:
        load_settings()
    except SettingsError as error:
        said = str(error)
    assert not any(words in said for words in LIBRARY_WORDS), said


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("BOT_LOG_LEVEL", "LOUD", "must be DEBUG, INFO, WARNING or ERROR"),
        ("BOT_LOG_FORMAT", "xml", "must be text or json"),
        ("BOT_BROADCAST_RATE", "-1", "must be a number above 0 and up to 1000"),
        ("BOT_BROADCAST_RATE", "many", "must be a number above 0 and up to 1000"),
        ("BOT_PENDING_PER_CHAT", "1.5", "must be a whole number from 1 to 100"),
        ("BOT_ADMINS", "12,anna", "must be user ids, which are whole numbers, separated by commas"),
        ("BOT_DEFAULT_COUNTRY", "Japan", "must be the two letters of a country, for example JP"),
    ],
)
def test_the_sentence_names_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert str(raised.value) == f"{name}: {allowed}"


def test_country_and_level_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_DEFAULT_COUNTRY", "jp")
    monkeypatch.setenv("BOT_LOG_LEVEL", "debug")
    settings = load_settings()
    assert (settings.default_country, settings.log_level) == ("JP", "DEBUG")


def test_names_that_are_no_settings_are_told_with_the_nearest_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOT_TOKN", "x")
    monkeypatch.setenv("BOT_TOKEN_FILE", "/run/secrets/token")
    (tmp_path / ".env").write_text("# BOT_IGNORED=1\nBOT_OPERATOR=us\nexport bot_loglevel=INFO\nBOT_TEAPOT=1\n")
    assert {name: unknown_names().get(name) for name in ("BOT_TOKN", "BOT_LOGLEVEL", "BOT_TEAPOT")} == {
        "BOT_TOKN": "BOT_TOKEN",
        "BOT_LOGLEVEL": "BOT_LOG_LEVEL",
        "BOT_TEAPOT": None,
    }
    assert not unknown_names().keys() & {"BOT_TOKEN_FILE", "BOT_OPERATOR", "BOT_IGNORED"}


def test_a_wrong_token_is_not_repeated_in_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "my-real-secret")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert "my-real-secret" not in str(raised.value)


def test_a_wrong_proxy_is_refused_and_a_right_one_shown_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_PROXY", "socks5://user:s3cret@proxy.example.org:1080")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert "s3cret" not in str(raised.value)
    monkeypatch.setenv("BOT_PROXY", "http://user:s3cret@proxy.example.org:3128")
    settings = load_settings()
    assert settings.proxy_address == "http://user:s3cret@proxy.example.org:3128"
    assert "s3cret" not in repr(settings)
    monkeypatch.setenv("BOT_PROXY", "")
    assert load_settings().proxy_address is None


def test_a_webhook_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_WEBHOOK_URL", "https://bot.example.org/telegram")
    with pytest.raises(SettingsError, match="BOT_WEBHOOK_SECRET"):
        load_settings()


def test_secrets_come_from_files_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("123456:abcdef\n", "utf-8")
    monkeypatch.setenv("BOT_TOKEN_FILE", str(tmp_path / "token"))
    token = load_settings().token
    assert token is not None
    assert token.get_secret_value() == "123456:abcdef"
    monkeypatch.setenv("BOT_TOKEN_FILE", str(tmp_path / "gone"))
    with pytest.raises(SettingsError, match="BOT_TOKEN_FILE"):
        load_settings()


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    assert "abcdef" not in repr(load_settings(token="123456:abcdef"))


def test_every_setting_stands_in_the_example_and_in_the_readme() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        variable = f"BOT_{name.upper()}"
        assert re.search(rf"^{variable}=", example, re.MULTILINE), variable
        assert f"| `{variable}` |" in readme, variable
        assert field.description, variable
        assert field.description in example, variable
        assert field.description in readme, variable
