"""What all entries of a pack are made of: their base, the shapes of names and texts, how well they are supported."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class Confidence(StrEnum):
    """How well a fact is supported. `memory` has no text behind it and is never shown."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    DERIVED = "derived"
    MEMORY = "memory"


IDENTIFIER, LANGUAGE = r"^[a-z0-9][a-z0-9-]{0,47}$", r"^[a-z]{2}$"
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Entry(BaseModel):
    """Base of all entries: unknown keys are faults, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
