from __future__ import annotations

import pytest

from bot.understanding.artefact import Fitted
from bot.understanding.engine import Engine
from bot.understanding.fit import fit
from bot.understanding.loading import load_engine
from tests.understanding.small_bank import HashEncoder, small_bank, small_topics


@pytest.fixture(scope="session")
def small_fitted() -> Fitted:
    return fit(small_bank(), small_topics(), HashEncoder())


@pytest.fixture
def small_engine(small_fitted: Fitted) -> Engine:
    return Engine(small_fitted, HashEncoder())


@pytest.fixture(scope="session")
def shipped() -> Engine:
    return load_engine()
