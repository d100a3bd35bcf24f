"""The typed pack: everything the bot can say, as values.

All types are immutable. They are made by `content.load` from the files of a pack and hold plain text:
no markup of any chat program, no database rows. Dates are calendar dates without a zone.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from content.entries import Confidence, Entry, Identifier, Language, Text
from content.observations import Observations
from content.statistics import Chart, Figure, FigureWording, Series


class Urgency(StrEnum):
    """How a message or topic is treated: act now, stay calm and careful, or simply answer."""

    EMERGENCY = "emergency"
    CONCERN = "concern"
    NONE = "none"


class Audience(StrEnum):
    """Who reads. A reader who did not say is addressed neutrally (None at the place of use)."""

    PARENT = "parent"
    YOUNG = "young"
    TEACHER = "teacher"


class AgeBand(StrEnum):
    """The age of the child that a reader cares for (or is)."""

    UNDER_10 = "under-10"
    FROM_10 = "10-12"
    FROM_13 = "13-15"
    FROM_16 = "16-17"


class Need(StrEnum):
    """What a helpline is for. Topics name needs; the helplines of the reader's country that serve them are shown."""

    EMERGENCY = "emergency"
    SEXTORTION = "sextortion"
    SUICIDE = "suicide"
    MISSING = "missing"
    SEXUAL_ASSAULT = "sexual-assault"
    ABUSE = "abuse"
    GROOMING = "grooming"
    STALKING = "stalking"
    BULLYING = "bullying"
    SCAM = "scam"
    REPORT_IMAGE = "report-image"
    REMOVE_IMAGE = "remove-image"
    REPORT_POLICE = "report-police"
    RIGHTS = "rights"
    MENTAL_HEALTH = "mental-health"
    MY_CHILD_DID_IT = "my-child-did-it"
    GENERAL = "general"


_MONTH_DAY = r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
Closure = Annotated[str, StringConstraints(pattern=rf"^(public-holidays|{_MONTH_DAY}(\.\.{_MONTH_DAY})?)$")]
"""Days off: `MM-DD`, `MM-DD..MM-DD` (both included, may cross the year) or `public-holidays`, of unknown days."""


class Source(Entry):
    """Where a statement comes from. `date` is as printed by the source (a day, a month or a year)."""

    title: Text
    publisher: Text
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    date: Text
    read: datetime.date
    confidence: Confidence = Confidence.VERIFIED


class Topic(Entry):
    """One line of the list of topics: what it is about, in every language alike.

    `needs` choose the helplines in order of importance; `group` is its place in the menu. The texts of a `sensitive`
    topic are hidden until they are tapped, since somebody else may look at the screen; helplines never are.
    """

    urgency: Urgency
    scope: Text
    group: Literal["happened", "do", "prevent", "apps", "figures", "bot"]
    needs: tuple[Need, ...] = ()
    related: tuple[Identifier, ...] = ()
    sensitive: bool = False


PART_NAMES = ("now", "say", "prevent", "worry")
"""The further parts of a topic, in reading order: what to do now, what to say, how to prevent, when to worry."""


class TopicText(Entry):
    """The text of one topic in one language.

    `first` is the first screen (at most 600 characters when rendered). `parent`, `young` and `teacher` replace
    it for that reader, `young_parts` likewise replace `parts`, `young_title` the title. `{figure:ID}` stands for a
    figure with its unit, year and scope; `**words**` are emphasised; lines beginning with "- " are a list.
    """

    title: Text
    first: Text
    parts: Mapping[Literal["now", "say", "prevent", "worry"], Text] = Field(default_factory=dict)
    parent: Text | None = None
    young_title: Text | None = None
    young: Text | None = None
    young_parts: Mapping[Literal["now", "say", "prevent", "worry"], Text] = Field(default_factory=dict)
    teacher: Text | None = None
    sources: tuple[Identifier, ...]
    reviewed: date
    settings_known: date | None = None
    examples: tuple[Text, ...] = ()
    keywords: tuple[Text, ...] = ()


class Tip(Entry):
    """One thing to do today: for whom it fits, and where it comes from. Its words stand by language."""

    topic: Identifier
    audience: tuple[Audience, ...] = Field(min_length=1)
    ages: tuple[AgeBand, ...] = Field(min_length=1)
    sources: tuple[Identifier, ...] = Field(min_length=1)
    reviewed: date


class QuizQuestion(Entry):
    """One question of the quiz: which option is right, and the topic it leads to. Its words stand by language.

    `answer` counts the options from 0, in every language alike.
    """

    topic: Identifier
    answer: int = Field(ge=0)
    sources: tuple[Identifier, ...] = Field(min_length=1)
    reviewed: date


class QuizWords(Entry):
    """The words of one question in one language. The explanation may hold `{figure:ID}`."""

    question: Text
    options: tuple[Text, ...]
    explanation: Text


class AgreementPart(Entry):
    """One section of the family agreement. `____` in a point is a place to write."""

    heading: Text
    points: tuple[Text, ...] = Field(min_length=1)


class Agreement(Entry):
    """The family agreement: a text to fill in. `blanks` are the words under the lines for names and date."""

    title: Text
    intro: Text
    parts: tuple[AgreementPart, ...] = Field(min_length=1)
    blanks: tuple[Text, ...] = Field(min_length=1, max_length=4)
    sources: tuple[Identifier, ...] = Field(min_length=1)
    reviewed: date


class OpenHours(Entry):
    """Opening hours in the line's own zone. `days` are ISO weekdays (1 = Monday).

    `until` earlier than `start` means the next day. `always` stands alone.
    """

    days: tuple[Annotated[int, Field(ge=1, le=7)], ...]
    start: time
    until: time


class Phone(Entry):
    """A number as it is dialled, with what it is (`label`, by language) when a line has several."""

    number: Annotated[str, StringConstraints(pattern=r"^[#0-9+][0-9A-Z \-#*]*$")]
    kind: Literal["call", "text", "call-or-text", "whatsapp"] = "call"
    text: str | None = None
    label: Mapping[Language, Text] = Field(default_factory=dict)


class Helpline(Entry):
    """A number, chat or form where people help. Perishable: `checked` warns and reorders, it never hides the last.

    `hours` None means unknown: never said to be open. `always` means round the clock. `zone` is IANA.
    `kind` emergency numbers do not expire; `reporting` points are not for emergencies. `needs` begin with what the
    line is mainly for. `languages` are two-letter codes or `other` (more by interpreter); empty means not known.
    `contact` maps a way (`chat`, `form`, `email`, or a program's name such as `LINE`) to an address or name there.
    `checked` None means that nobody knows when it was last looked at: it stands behind every dated line.
    """

    kind: Literal["emergency", "line", "reporting"]
    name: Mapping[Language, Text]
    name_local: Text | None = None
    for_: Literal["anyone", "child", "parent"] = Field(default="anyone", alias="for")
    ages: Mapping[Language, Text] = Field(default_factory=dict)
    needs: tuple[Need, ...] = Field(alias="need", min_length=1)
    phones: tuple[Phone, ...] = ()
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    contact: Mapping[Text, Text] = Field(default_factory=dict)
    zone: Text
    always: bool = False
    hours: tuple[OpenHours, ...] | None = None
    closed: tuple[Closure, ...] = ()
    languages: tuple[Text, ...] = ()
    cost: Literal["free", "caller-pays", "unknown"] = "unknown"
    note: Mapping[Language, Text] = Field(default_factory=dict)
    source: Text
    checked: date | None = None
    confidence: Confidence


class LanguagePack(Entry):
    """Everything in one reply language. `complete` languages promise to have every topic, tip and question.

    `starters` are open questions to begin a talk with, by the child's age.
    """

    code: Language
    name: Text
    complete: bool = False
    topics: Mapping[Identifier, TopicText]
    tips: Mapping[Identifier, Text]
    wording: Mapping[str, str]
    figures: FigureWording
    quiz: Mapping[Identifier, QuizWords] = Field(default_factory=dict)
    starters: Mapping[AgeBand, tuple[Text, ...]] = Field(default_factory=dict)
    agreement: Agreement | None = None


class Courtesy(StrEnum):
    """What small talk says; of a message that says several of these, the first counts."""

    THANKS = "thanks"
    BYE = "bye"
    HELLO = "hello"
    ANSWER = "answer"
    OK = "ok"


class Asker(Entry):
    """A language in which people may ask, whether or not there are answers in it.

    `line` says in that language that the answer is in `{language}`; `words` are small words, and `marks` signs, by
    which a language in Latin letters is told from the others. `says` are the phrases of small talk by what they say, in
    small letters without signs, parted by semicolons; `answer` is a yes or no.
    """

    line: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^{}]*\{language\}[^{}]*$")]
    words: str = ""
    marks: str = ""
    says: Mapping[Courtesy, str] = Field(default_factory=dict)

    @cached_property
    def courtesies(self) -> Mapping[str, Courtesy]:
        """What each phrase of small talk says."""
        return {phrase.strip(): kind for kind, phrases in self.says.items() for phrase in phrases.split(";")}

    @cached_property
    def small_words(self) -> frozenset[str]:
        """The `words`, each by itself."""
        return frozenset(self.words.split())


class BankLine(Entry):
    """One sentence of the bank: accepted topics best first (or `out:KIND`), the urgency of the message, its style."""

    topics: tuple[str, ...]
    urgency: Urgency
    style: str
    text: str
    language: Language
    writer: str


class Pack(Entry):
    """A whole content pack, ready to be read. `version` is a hash of all files it was made from."""

    version: str
    topics: Mapping[Identifier, Topic]
    sources: Mapping[Identifier, Source]
    figures: Mapping[Identifier, Figure]
    series: Mapping[Identifier, Series]
    charts: Mapping[Identifier, Chart] = Field(default_factory=dict)
    helplines: Mapping[str, Mapping[Identifier, Helpline]]
    tips: Mapping[Identifier, Tip]
    quiz: Mapping[Identifier, QuizQuestion] = Field(default_factory=dict)
    languages: Mapping[Language, LanguagePack]
    question_languages: tuple[Language, ...]
    askers: Mapping[Identifier, Asker] = Field(default_factory=dict)

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """The countries that have helplines of their own, in alphabetical order of their codes."""
        return tuple(sorted(code for code in self.helplines if code != WORLD))

    @cached_property
    def observations(self) -> Observations:
        """All numbers of the pack, whether they were written as figures or as rows of a series."""
        return Observations(self.figures, self.series)

    @cached_property
    def tips_for(self) -> FittingTips:
        """The tips that fit each audience, age band and language, listed when first asked for."""
        return FittingTips(self)

    def __copy__(self) -> Self:
        """Copy without what was worked out from the contents: `model_copy` may be about to change them."""
        copied = super().__copy__()
        for name in vars(copied).keys() - type(self).model_fields.keys():
            del vars(copied)[name]
        return copied

    def topic_text(self, topic: str, language: str) -> tuple[TopicText, str] | None:
        """Return the text of a topic in the wanted language, else in the first that has it, with its language."""
        for code in (language, "en", *self.languages):
            pack = self.languages.get(code)
            if pack and topic in pack.topics:
                return pack.topics[topic], code
        return None


class FittingTips(dict[tuple[Audience | None, AgeBand | None, str | None], Mapping[str, int]]):
    """The tips of a pack by reader, each with its place in the list: who is it, the child's age, the language.

    None stands for a reader who did not say, whom any tip fits, and for tips in whatever language.
    """

    def __init__(self, pack: Pack) -> None:
        super().__init__()
        self._pack = pack

    def __missing__(self, reader: tuple[Audience | None, AgeBand | None, str | None]) -> Mapping[str, int]:
        """List the tips for a reader. Raises KeyError for a language that the pack does not have."""
        audience, band, language = reader
        worded = self._pack.tips if language is None else self._pack.languages[language].tips
        fitting = (
            name
            for name, tip in self._pack.tips.items()
            if (audience is None or audience in tip.audience) and (band is None or band in tip.ages) and name in worded
        )
        self[reader] = {name: place for place, name in enumerate(fitting)}
        return self[reader]


WORLD = "WORLD"
"""The key of `Pack.helplines` for services that exist everywhere."""
