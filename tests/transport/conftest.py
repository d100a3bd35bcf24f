import pytest


@pytest.fixture(autouse=True)
def _pauses_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    # As in production: without it, python-telegram-bot warns at every RetryAfter, and warnings are errors here.
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
