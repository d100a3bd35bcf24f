"""The understander: text in, meaning out, with whatever works at that moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.artefact import Fitted
from bot.understanding.classifier import log_softmax
from bot.understanding.cries import plain_cry
from bot.understanding.encoder import Encoder
from bot.understanding.evidence import Gate
from bot.understanding.heads import CONCERN, EMERGENCY, HARMFUL, INJECTION, REFUSE, Numbers, is_long
from bot.understanding.model import FigureQuery, Ranked, Refusal, Understanding
from bot.understanding.normalise import Normaliser
from bot.understanding.views import View, build_views
from content.model import Urgency

FigureReader = Callable[[str, str | None], FigureQuery | None]
"""Reads a question about a number from (text as written, best `stats-*` topic); with no topic, only a clear one."""

Read = tuple[str, tuple[str, ...]]
"""A normalised text and its sentences."""

FIGURE_TOPICS = "stats-"
BOT_TOPICS = "bot-"
RANKED = 5
NEAR_TOP = 3
JOINED = 2
"""How many of the chat's last messages are joined with the present one."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One view with its numbers and whether they come from letters alone.

    `sentences` are the numbers of those of its sentences that may decide by themselves.
    """

    view: View
    numbers: Numbers
    letters: bool
    sentences: tuple[Numbers, ...] = ()


class Engine:
    """Understands messages with fitted heads. Safe to call from several threads; never raises for any text.

    Without an encoder, or when it fails, letters alone decide and the answer is marked `degraded`, as it always is
    when `degraded` is given (the fitted heads are not those of the present content). `trouble` says in a sentence
    why there is no encoder.
    """

    def __init__(
        self,
        fitted: Fitted,
        encoder: Encoder | None,
        figure_reader: FigureReader | None = None,
        *,
        degraded: bool = False,
        trouble: str | None = None,
    ) -> None:
        self.fitted = fitted
        self.encoder = encoder
        self.degraded = degraded
        self.trouble = trouble
        self._figure_reader = figure_reader
        self._plain = Normaliser(fitted.slang)
        self._normalise = Normaliser(fitted.slang, fitted.words, encoder.knows) if encoder else self._plain
        inside = fitted.heads.layout.inside
        self._inside = inside
        self._names = tuple(fitted.heads.topics.classes[i] for i in inside)

    def warm(self) -> str | None:
        """Load the encoder now, so that the first question need not wait. Return why it cannot, None when it can."""
        if self.encoder is None:
            return "there is no encoder"
        try:
            self.encoder.encode(["warm"])
        except Exception as error:  # noqa: BLE001 - an encoder of one's own may raise anything
            return str(error) or type(error).__name__
        return None

    def urgency(self, text: str, recent: Sequence[str] = ()) -> Urgency:
        """Judge only the urgency of a message, alone and joined with the chat's last two; see `Understander`."""
        try:
            return Urgency.EMERGENCY if plain_cry(text) else self._urgency(self._weigh(text, recent))
        except Exception:  # noqa: BLE001 - whatever is broken, a cry for help must not be lost
            return Urgency.CONCERN

    def understand(self, text: str, recent: Sequence[str] = ()) -> Understanding:
        """Judge urgency, topic, figure and refusal of a message; see `Understander`."""
        try:
            return self._understand(text, recent)
        except Exception as error:  # noqa: BLE001 - whatever is broken, the person gets the helplines
            note = f"broken: {type(error).__name__}"
            return Understanding(Urgency.CONCERN, None, degraded=True, notes=(note,))

    def understand_all(self, texts: Sequence[str]) -> list[Understanding]:
        """Understand messages that stand alone, in order: as `understand` does, but encoded together."""
        if self.encoder is None:
            return [self.understand(text) for text in texts]
        read = [self._normalise.read(text) for text in texts]
        views = self._views([one for one in read if one[0]], self.encoder)
        weighed = iter(self._weigh_together(views, len(views)))
        return [
            self._conclude(text, [next(weighed)] if readable else [])
            for text, (readable, _) in zip(texts, read, strict=True)
        ]

    def weigh(self, text: str) -> Weighed | None:
        """Return view and numbers of one message, None when nothing readable is left of it."""
        weighed = self._weigh(text, ())
        return weighed[0] if weighed else None

    def gate(self, name: str, weighed: Weighed) -> Gate:
        """Return the gate called `name` that belongs to the kind of numbers."""
        heads = self.fitted.heads
        return (heads.letter_gates if weighed.letters else heads.gates)[name]

    def _weigh(self, text: str, recent: Sequence[str]) -> list[Weighed]:
        """Return numbers of the message, and when there are recent ones, of all joined and of those alone."""
        if self.encoder is not None:
            try:
                views = self._views(_pieces(self._normalise, text, recent), self.encoder)
                return self._weigh_together(views, 1)
            except Exception:  # noqa: BLE001, S110 - an encoder of one's own may raise anything; letters serve instead
                pass
        views = self._views(_pieces(self._plain, text, recent), None)
        return [Weighed(view, self.fitted.heads.weigh_letters(view), letters=True) for view in views]

    def _views(self, read: Sequence[Read], encoder: Encoder | None) -> list[View]:
        choose = self.fitted.heads.choose
        return build_views([text for text, _ in read], encoder, [choose(sentences) for _, sentences in read])

    def _weigh_together(self, views: Sequence[View], judged: int) -> list[Weighed]:
        found = zip(views, *self.fitted.heads.weigh_with_sentences(views, judged), strict=True)
        return [Weighed(view, numbers, letters=False, sentences=sentences) for view, numbers, sentences in found]

    def _opens(self, name: str, weighed: Weighed) -> bool:
        return self.gate(name, weighed).opens(weighed.numbers.evidence)

    def _urgency(self, weighed: Sequence[Weighed]) -> Urgency:
        """Take the worse of the message and the pieces it belongs to.

        What was already an alarm before this message raises one again only if this message makes it worse. For as
        long as the alarm is among the recent messages, the others get a helpline, a "thank you" too.
        """
        if not weighed:
            return Urgency.NONE
        own = self._degree(weighed[0])
        if len(weighed) == 1 or own is Urgency.EMERGENCY:
            return own
        joined, before = weighed[1], weighed[2]
        together, earlier = self._degree(joined), self._degree(before)
        if together is Urgency.EMERGENCY:
            gate = self.gate(EMERGENCY, joined)
            worse = gate.score(joined.numbers.evidence) > gate.score(before.numbers.evidence)
            return Urgency.EMERGENCY if worse else Urgency.CONCERN
        if earlier is Urgency.EMERGENCY or (together is Urgency.CONCERN and earlier is Urgency.NONE):
            return Urgency.CONCERN
        return own

    def _degree(self, weighed: Weighed) -> Urgency:
        if self._cry(weighed) is not None:
            return Urgency.EMERGENCY
        return Urgency.CONCERN if self._opens(CONCERN, weighed) else Urgency.NONE

    def _cry(self, weighed: Weighed) -> Numbers | None:
        """Return what is an emergency: the message as a whole, else the loudest of its sentences, None when nothing is.

        The heads do not know long messages, which as a whole are only one more try.
        """
        gate, long = self.gate(EMERGENCY, weighed), is_long(weighed.view) and not weighed.letters
        if not long and gate.opens(weighed.numbers.evidence):
            return weighed.numbers
        tries = (*weighed.sentences, weighed.numbers) if long else weighed.sentences
        loudest = max(tries, key=lambda one: gate.score(one.evidence), default=None)
        clear = loudest is not None and gate.score(loudest.evidence) >= self.fitted.heads.alone
        return loudest if clear else None

    def _understand(self, text: str, recent: Sequence[str]) -> Understanding:
        return self._conclude(text, self._weigh(text, recent))

    def _conclude(self, text: str, weighed: Sequence[Weighed]) -> Understanding:
        degraded = self.degraded or self.encoder is None or any(one.letters for one in weighed)
        if not weighed:
            return Understanding(Urgency.NONE, None, degraded=degraded)
        cried = plain_cry(text)
        urgency = Urgency.EMERGENCY if cried else self._urgency(weighed)
        own = weighed[0]
        # as a whole a long message has the topic of what it mostly tells, not of what it cries about
        cry = self._cry(own) if is_long(own.view) else None
        ranked = self._rank(own, cry or own.numbers)
        if cried is not None and cried in self._names:
            ranked = _first(ranked, cried)
        unread = (self._plain if own.letters else self._normalise).is_foreign(own.view.text)
        refusal = None if urgency is Urgency.EMERGENCY or unread else self._refusal(own)
        figure = self._figure(text, ranked, urgency)
        if figure is not None and figure.topic != ranked[0].topic:
            ranked = _first(ranked, figure.topic)
        elif figure is None and self._figure_reader is not None:
            ranked = _without_numbers(ranked)
        also = self._also(own, ranked[0].topic)
        declined = (
            unread
            or refusal is not None
            or (not (figure and (figure.measures or figure.group)) and self._opens(REFUSE, own))
        )
        topic: str | None = ranked[0].topic
        if declined:
            topic, also = (None, ()) if unread or refusal or len(also) < 2 else (also[0], also[1:])
        close = len(ranked) > 1 and ranked[1].score >= self.fitted.close * ranked[0].score
        return Understanding(
            urgency=urgency,
            topic=topic,
            ranked=ranked,
            figure=figure if topic and topic.startswith(FIGURE_TOPICS) else None,
            refusal=refusal,
            confidence=ranked[0].score,
            degraded=degraded,
            close=close,
            also=also,
            unread=unread,
        )

    def _rank(self, weighed: Weighed, numbers: Numbers) -> tuple[Ranked, ...]:
        gate = self.gate(REFUSE, weighed)
        known = 1 / (1 + np.exp(np.clip(gate.score(numbers.evidence), -30, 30)))
        chances = np.exp(log_softmax(numbers.topics[self._inside])) * known
        best = np.argsort(-chances, kind="stable")[:RANKED]
        return tuple(Ranked(self._names[i], round(float(chances[i]), 4)) for i in best)

    def _refusal(self, weighed: Weighed) -> Refusal | None:
        """Return the firm reply that a message gets; a long one only when one of its sentences gets it too."""
        kinds = ((HARMFUL, Refusal.HARMFUL), (INJECTION, Refusal.INJECTION))
        gates = [(self.gate(name, weighed), refusal) for name, refusal in kinds]
        margins = [(gate.score(weighed.numbers.evidence) - gate.threshold, gate, refusal) for gate, refusal in gates]
        margin, gate, refusal = max(margins, key=lambda found: found[0])
        alone = (
            weighed.letters or not is_long(weighed.view) or any(gate.opens(one.evidence) for one in weighed.sentences)
        )
        return refusal if margin >= 0 and alone else None

    def _figure(self, text: str, ranked: Sequence[Ranked], urgency: Urgency) -> FigureQuery | None:
        """Return the question about a number: of a message about numbers, or of one nearly so that clearly asks it."""
        near = [one.topic for one in ranked[:NEAR_TOP] if one.topic.startswith(FIGURE_TOPICS)]
        if self._figure_reader is None or not near:
            return None
        if near[0] == ranked[0].topic:
            return self._figure_reader(text, near[0])
        if urgency is not Urgency.NONE:
            return None
        figure = self._figure_reader(text, None)
        return figure if figure and (figure.years or figure.newest) else None

    def _also(self, weighed: Weighed, best: str) -> tuple[str, ...]:
        """Return the topics of the other questions of a message that are clear by themselves, in its order."""
        view, head = weighed.view, self.fitted.heads.topics
        asked = sum(sentence.endswith("?") for sentence in view.sentences)
        if view.parts is None or asked < 2:
            return ()
        chances = np.exp(head.read(view.parts))
        found: list[str] = []
        for sentence, row in zip(view.sentences, chances, strict=True):
            name = head.classes[int(row.argmax())]
            about_bot = name.startswith(BOT_TOPICS)
            if sentence.endswith("?") and row.max() >= self.fitted.also and name in self._names and not about_bot:
                found.append(name)
        return tuple(name for name in dict.fromkeys(found) if name != best)


def _first(ranked: Sequence[Ranked], topic: str) -> tuple[Ranked, ...]:
    """Put a topic first, with the best score."""
    rest = [one for one in ranked if one.topic != topic]
    return (Ranked(topic, ranked[0].score), *rest)[:RANKED]


def _without_numbers(ranked: Sequence[Ranked]) -> tuple[Ranked, ...]:
    """Put the best topic that is not about numbers first: victims are named, but nobody asks how many."""
    others = [one.topic for one in ranked if not one.topic.startswith(FIGURE_TOPICS)]
    about_numbers = ranked[0].topic.startswith(FIGURE_TOPICS)
    return _first(ranked, others[0]) if about_numbers and others else tuple(ranked)


def _pieces(normalise: Normaliser, text: str, recent: Sequence[str]) -> list[Read]:
    own = normalise.read(text)
    if not own[0]:
        return []
    before = [part for message in recent[-JOINED:] if (part := normalise.read(message))[0]]
    return [own, _joined([*before, own]), _joined(before)] if before else [own]


def _joined(messages: Sequence[Read]) -> Read:
    return "\n".join(text for text, _ in messages), tuple(one for _, found in messages for one in found)
