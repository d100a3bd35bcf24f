"""What a message means, as a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from content.model import Courtesy, Urgency


class Refusal(StrEnum):
    """Why a message gets a firm reply instead of an answer."""

    HARMFUL = "harmful"
    INJECTION = "injection"


class Question(StrEnum):
    """What is asked about a figure."""

    VALUE = "value"
    CHANGE = "change"
    SHARE = "share"
    RANK = "rank"
    HIGHEST = "highest"
    LOWEST = "lowest"
    COMPARE = "compare"
    TREND = "trend"


@dataclass(frozen=True, slots=True)
class FigureQuery:
    """The slots read from a question about statistics. None or empty means: not said.

    `measures` are ids of measures of the pack in the order in which they were named; `years` calendar years.
    `group` is a set of measures asked about as a whole ("which crime"). `countries` are codes of countries that
    were named; `places` the kinds of places below a country, which statistics do not have. `unknown` are kinds of
    things that no statistic of the pack counts (`offender`, `older`, ...). `newest` asks for the newest numbers,
    `relative` says that a year was named only by its distance from today. `topic` is the `stats-*` id.
    """

    topic: str
    question: Question = Question.VALUE
    measures: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    group: str | None = None
    countries: tuple[str, ...] = ()
    newest: bool = False
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """One topic with its score between 0 and 1; scores of different messages can be compared."""

    topic: str
    score: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one message means.

    `topic` is None when the honest answer is "I don't know"; `ranked` holds up to five topics, best first, also then.
    `urgency` is that of the message, not of the topic. `degraded` is true while the encoder is missing or being
    fitted: every reply then carries the helplines. `close` is true when the two best topics cannot be told apart.
    `also` names the topics of further questions in the same message, `courtesy` what small talk says. `unread` is true
    when the message is in a language that cannot be read: what else is said of it is a guess, and the reply carries the
    helplines.
    """

    urgency: Urgency
    topic: str | None
    ranked: tuple[Ranked, ...] = ()
    figure: FigureQuery | None = None
    refusal: Refusal | None = None
    confidence: float = 0.0
    degraded: bool = False
    close: bool = False
    also: tuple[str, ...] = ()
    courtesy: Courtesy | None = None
    unread: bool = False
    notes: tuple[str, ...] = field(default=())


class Understander(Protocol):
    """Turns a text into an Understanding. Pure: same pack, same text, same answer. May take milliseconds of CPU."""

    def urgency(self, text: str, recent: Sequence[str] = ()) -> Urgency:
        """Judge only the urgency; `recent` are the chat's last messages of five minutes, oldest first."""

    def understand(self, text: str, recent: Sequence[str] = ()) -> Understanding:
        """Judge urgency first, then topic, figure and small talk. Never raises on any text."""
