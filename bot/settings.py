"""The settings: the only reader of the environment.

Every setting is an environment variable with the prefix `BOT_` (also read from `.env`). A secret may stand in a
file named by `NAME_FILE` instead, as container platforms mount them.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "BOT_"
_ENCODER_FORM = r"use|e5|[A-Za-z_][\w.]*:[A-Za-z_]\w*"
_IN_FILES = ("token", "webhook_secret", "database_url", "proxy")
"""Settings that may stand in a file."""
_NAMES = re.compile(r"^\s*(?:export\s+)?(\w+)\s*=", re.MULTILINE)
"""The names that a `.env` file sets."""
_TOKEN_FORM = r"^\d{3,20}:[A-Za-z0-9_-]{3,}$"  # noqa: S105  # a form, not a token


class SettingsError(Exception):
    """A setting that cannot be used; the message is one sentence that names it."""


class Settings(BaseSettings):
    """What the operator chose. Values are passed on from here; no other module reads the environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    token: SecretStr | None = Field(default=None, description="The bot's token, from @BotFather.")
    api_url: str = Field(default="https://api.telegram.org", description="Root address of the Bot API.")
    proxy: SecretStr | None = Field(
        default=None,
        description="HTTP proxy that leads to the Bot API, http://user:password@host:port; empty means none.",
    )
    database_url: str = Field(
        default="sqlite:///mamori.db",
        description="Where profiles and subscriptions are kept (SQLite or PostgreSQL).",
    )
    packs: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(), description="Folders laid over the base pack, in order, separated by commas."
    )
    webhook_url: str | None = Field(
        default=None, description="Full public address of the webhook, path included; empty means polling."
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Secret that Telegram sends with each webhook call (1-256 letters, digits, _ and -).",
    )
    listen: str = Field(default="127.0.0.1:8081", description="host:port of the web part (health, metrics, webhook).")
    admins: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(), description="Telegram user ids of administrators, separated by commas; a broadcast needs two."
    )
    operator: str = Field(default="", description="Who runs this bot, shown in /about.")
    default_country: str | None = Field(
        default=None,
        description="Two-letter country that is proposed first; never assumed.",
    )
    broadcast_rate: float = Field(
        default=29.0,
        gt=0,
        le=1000,
        description="Messages a second for tips and broadcasts; above 30 they are sent as paid ones, which cost Stars.",
    )
    pending_per_chat: int = Field(
        default=5,
        ge=1,
        le=100,
        description="Messages of one chat that may wait before it is asked to slow down.",
    )
    questions_per_minute: int = Field(
        default=60,
        ge=1,
        le=10_000,
        description="Questions of one chat within a minute before it is asked for a pause; urgent ones are exempt.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR."
    )
    log_format: Literal["text", "json"] = Field(default="text", description="text or json.")
    encoder: str = Field(
        default="use",
        description="What reads meaning: use (shipped), e5 (larger, slower, a package of its own) or module:Class.",
    )
    cache_dir: Path = Field(
        default=Path(".cache/mamori"),
        description="Folder for what can be made again (fitted overlays, the encoder's table).",
    )

    @field_validator("packs", mode="before")
    @classmethod
    def _split_paths(cls, value: object) -> object:
        return [part for part in value.split(",") if part] if isinstance(value, str) else value

    @field_validator("admins", mode="before")
    @classmethod
    def _split_ids(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("token", "proxy", "webhook_secret", "webhook_url", "default_country", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("token")
    @classmethod
    def _token_form(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.match(_TOKEN_FORM, value.get_secret_value()):
            raise ValueError("is not a bot token (digits, a colon, then letters; @BotFather gives it)")
        return value

    @field_validator("default_country", "log_level", mode="before")
    @classmethod
    def _capital(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("default_country")
    @classmethod
    def _country_form(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch("[A-Z]{2}", value):
            raise ValueError("must be the two letters of a country, for example JP")
        return value

    @field_validator("encoder")
    @classmethod
    def _encoder_form(cls, value: str) -> str:
        if not re.fullmatch(_ENCODER_FORM, value):
            raise ValueError("must be use, e5, or package.module:Class for one of your own")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _secret_form(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("may hold only 1 to 256 letters, digits, _ and -")
        return value

    @field_validator("api_url", "webhook_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ValueError("must be an address that begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("proxy")
    @classmethod
    def _proxy_form(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError("must be the address of an HTTP proxy, which begins with http:// or https://")
        return value

    @field_validator("listen")
    @classmethod
    def _host_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
            raise ValueError("must be host:port, for example 127.0.0.1:8081")
        return value

    @model_validator(mode="after")
    def _webhook_is_secret(self) -> Self:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("BOT_WEBHOOK_SECRET must be set when BOT_WEBHOOK_URL is")
        return self

    @property
    def proxy_address(self) -> str | None:
        """The address of the proxy with its password, None when there is none."""
        return self.proxy.get_secret_value() if self.proxy else None

    @property
    def listen_host(self) -> str:
        """The host part of `listen`."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def listen_port(self) -> int:
        """The port part of `listen`."""
        return int(self.listen.rpartition(":")[2])


def load_settings(**overrides: Any) -> Settings:  # noqa: ANN401  # values of any setting, typed by the model
    """Return the settings of the environment and `.env`, with `overrides` above them.

    Raises SettingsError with one sentence that names the first setting that is wrong.
    """
    try:
        return Settings(**{**_secrets_from_files(), **overrides})
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        message = problem["msg"].removeprefix("Value error, ")
        if not problem["loc"]:
            raise SettingsError(message) from None
        field = str(problem["loc"][0])
        if problem["type"] != "value_error":
            message = _what_is_allowed(field)
        raise SettingsError(f"{PREFIX}{field.upper()}: {message}") from None


def _what_is_allowed(field: str) -> str:
    """Return what a setting may be, as the end of a sentence, for a value that cannot be read as one."""
    model = Settings.model_fields[field]
    if get_origin(model.annotation) is Literal:
        *others, last = get_args(model.annotation)
        return f"must be {', '.join(others)} or {last}"
    if model.annotation in {int, float}:
        least, above, most = (_limit(model.metadata, name) for name in ("ge", "gt", "le"))
        kind = "a whole number" if model.annotation is int else "a number"
        span = f"above {above} and up to {most}" if least is None else f"from {least} to {most}"
        return f"must be {kind} {span}"
    if field == "admins":
        return "must be user ids, which are whole numbers, separated by commas"
    return f"cannot be used; it is this: {model.description}"


def _limit(metadata: Sequence[object], name: str) -> object:
    return next((getattr(one, name) for one in metadata if hasattr(one, name)), None)


def unknown_names() -> dict[str, str | None]:
    """Return the names of the environment and `.env` that begin like settings and are none, with the nearest one."""
    known = [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]
    known += [f"{PREFIX}{name.upper()}_FILE" for name in _IN_FILES]
    given = [*os.environ]
    with suppress(OSError, UnicodeDecodeError):
        given += _NAMES.findall(Path(".env").read_text(encoding="utf-8"))
    unknown = sorted({name for name in map(str.upper, given) if name.startswith(PREFIX)} - set(known))
    return {name: next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.75)), None) for name in unknown}


def _secrets_from_files() -> dict[str, str]:
    found = {}
    for name in _IN_FILES:
        variable = f"{PREFIX}{name.upper()}_FILE"
        path = os.environ.get(variable)
        if path:
            try:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{variable}: the file cannot be read ({error.strerror})") from None
    return found
