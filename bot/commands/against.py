"""`mamori check --against REV`: what an edit of the pack does to the questions that the pack itself knows."""

from __future__ import annotations

import importlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.commands.errors import UsageError
from bot.replies.answer import NEAREST
from bot.understanding.blast import Asked, Blast, Edit, Heard, compare, unique
from bot.understanding.encoder import Encoder, EncoderUnavailable, Remembering, load_encoder
from bot.understanding.engine import Engine
from bot.understanding.lines import Progress, training_lines
from bot.understanding.loading import Content, find_fitted, load_engine, load_or_fit
from bot.understanding.model import FigureQuery, Understanding
from bot.understanding.slots import read_figure
from content.bank import OUT, Bank, load_bank
from content.coverage import unreviewed
from content.faults import Fault
from content.history import HistoryError, folder_at
from content.lexicon import load_lexicon
from content.load import BASE_PACK, Loaded, load_with_faults
from content.model import Urgency

_BATCH = 256


@dataclass(frozen=True, slots=True)
class State:
    """The packs at one time: their content, their questions, and the folder of the base pack."""

    loaded: Loaded
    content: Content
    base: Path
    overlays: tuple[Path, ...]

    def questions(self) -> Iterator[Asked]:
        """Yield the lines of the bank, then the examples that editors gave to topics."""
        bank: Bank = self.content.bank
        for line, (file, number) in zip(bank.lines, bank.places, strict=True):
            yield Asked(line.text, line.language, line.topics, file, number, line.urgency)
        for code, texts in sorted(self.content.texts.items()):
            for name, text in sorted(texts.items()):
                file, number = self.loaded.place(code, "topics", name)
                yield from (Asked(example, code, (name,), file, number) for example in text.examples)


@dataclass(frozen=True, slots=True)
class Since:
    """What changed: texts without a new review, and what became of questions (None: nothing is fitted otherwise)."""

    reviews: tuple[Fault, ...]
    blast: Blast | None


EngineFor = Callable[[State, Path, Progress], Engine]
"""Makes the engine of a state, with the folder for what can be made again."""


def compare_with(
    revision: str, overlays: Sequence[Path], cache: Path, *, base: Path = BASE_PACK, engine_for: EngineFor | None = None
) -> Since:
    """Return what changed since a revision in the base pack and its overlays.

    Takes some minutes when one of the two has to be fitted; that and what was heard is kept in `cache`. Raises
    UsageError for a revision that no folder has, or without an encoder.
    """
    with tempfile.TemporaryDirectory() as scratch:
        try:
            old = _state(*_earlier(revision, [base, *overlays], Path(scratch)))
            new = _state(base, overlays)
            reviews = tuple(unreviewed(old.loaded, new.loaded))
            if old.content.hash() == new.content.hash():
                return Since(reviews, None)
            gone = (replace(one, file=one.file.removeprefix(f"{scratch}/")) for one in old.questions())
            asked = _undisputed(unique([*new.questions(), *gone]), old)
            texts = sorted({one.text for one in asked})
            asking = _Asking(texts, cache, engine_for or maker(Remembering(load_encoder())))
            before, after = asking.heard(old, "1 of 2, before"), asking.heard(new, "2 of 2, after")
            return Since(reviews, compare(asked, before, after, edit_between(old.content, new.content)))
        except (HistoryError, EncoderUnavailable) as error:
            raise UsageError(f"mamori check: {error}") from None
        except OSError as error:
            raise UsageError(f"mamori check: the folder {cache} cannot be written: {error.strerror}") from None


def _undisputed(asked: Sequence[Asked], old: State) -> list[Asked]:
    """Return the questions, without the urgency that the edit itself has changed: what that does is to be seen."""
    told = {(one.language, one.text): one.urgency for one in old.questions()}
    same = (told.get((one.language, one.text), one.urgency) == one.urgency for one in asked)
    return [one if kept else replace(one, urgency=None) for one, kept in zip(asked, same, strict=True)]


def _earlier(revision: str, now: Sequence[Path], scratch: Path) -> tuple[Path, tuple[Path, ...]]:
    """Return the folders at a revision; one that is under no git of its own stays as it is, except the last such."""
    folders: list[Path] = []
    failures: list[HistoryError] = []
    for number, folder in enumerate(now):
        try:
            folders.append(folder_at(folder, revision, scratch / str(number)))
        except HistoryError as error:
            failures.append(error)
            folders.append(folder)
    if len(failures) == len(folders):
        raise failures[0]
    return folders[0], tuple(folders[1:])


def _state(base: Path, overlays: Sequence[Path]) -> State:
    loaded = load_with_faults(overlays, base)
    texts = {code: language.topics for code, language in loaded.pack.languages.items()}
    bank = load_bank([base, *overlays], loaded.pack.topics)
    return State(loaded, Content(bank, loaded.pack.topics, texts), base, tuple(overlays))


@dataclass(frozen=True, slots=True)
class _Asking:
    """Questions that are put to one state after the other; what was heard is kept by the hash of the content."""

    texts: Sequence[str]
    cache: Path
    engine_for: EngineFor

    def heard(self, state: State, when: str) -> dict[str, Heard]:
        """Return what each text is understood as, from memory where it was asked before."""
        memory = self.cache / f"answers-{state.content.hash()}.json"
        known = _read(memory)
        missing = [text for text in self.texts if text not in known]
        if not missing:
            return known
        progress: Progress = importlib.import_module("bot.understanding.fit").Bar()  # only now: it needs much
        engine = self.engine_for(state, self.cache, progress)
        for start in range(0, len(missing), _BATCH):
            progress(f"{when}: asking {len(missing)} questions", start / len(missing))
            batch = missing[start : start + _BATCH]
            for text, meaning in zip(batch, engine.understand_all(batch), strict=True):
                known[text] = heard_in(meaning)
        progress(f"{when}: asking {len(missing)} questions", 1.0)
        self.cache.mkdir(parents=True, exist_ok=True)
        rows = [(text, one.topic, one.urgency, one.offered) for text, one in known.items()]
        memory.write_text(json.dumps(rows), "utf-8")
        return known


def _read(memory: Path) -> dict[str, Heard]:
    if not memory.is_file():
        return {}
    rows = json.loads(memory.read_text("utf-8"))
    return {text: Heard(topic, Urgency(urgent), tuple(offered)) for text, topic, urgent, offered in rows}


def heard_in(meaning: Understanding) -> Heard:
    """Return what an answer is about, with the topics that stand under it as buttons."""
    ranked = [item.topic for item in meaning.ranked]
    if meaning.topic is None:
        return Heard(None, meaning.urgency, () if meaning.refusal else tuple(ranked[:NEAREST]))
    second = ranked[1:2] if meaning.close else []
    return Heard(meaning.topic, meaning.urgency, (*second, *meaning.also))


def edit_between(old: Content, new: Content) -> Edit:
    """Return what was changed between two contents, as understanding is fitted from it."""
    before, after = (set(training_lines(one.bank, one.texts)) for one in (old, new))
    changed = before ^ after
    count = Counter(topic for line in changed for topic in line.topics if not topic.startswith(OUT))
    return Edit(tuple(topic for topic, _ in count.most_common()), len(changed))


def maker(encoder: Encoder) -> EngineFor:
    """Return what makes the engine of a state: of the heads shipped with it, of cached ones, or of heads fitted now."""

    def make(state: State, cache: Path, progress: Progress) -> Engine:
        lexicon = load_lexicon([state.base, *state.overlays], state.loaded.pack)

        def reader(text: str, topic: str | None) -> FigureQuery | None:
            return read_figure(text, lexicon, topic)

        fitted = find_fitted(state.content.hash(), cache, state.base / "fitted")
        if fitted is not None:
            return load_engine(fitted, encoder, figure_reader=reader)
        return load_or_fit(state.content, cache, encoder, progress=progress, figure_reader=reader)

    return make
