"""The arithmetic of pacing: when may the next message go. Pure: time comes in, waits come out, in seconds."""

import math
from collections import deque
from dataclasses import dataclass, field

ChatId = int | str

_GROUP_WINDOW = 60.0
_QUIET_AFTER = 5.0
_SWEEP_AT_LEAST = 1024
_LATE_BY_AT_MOST = 0.15
_IDLE_AFTER = 1.0
_SHORTEST_WAIT = 0.00001
_REPLIES_REMEMBERED = 10.0
_QUICKEST_REMEMBERED = 60.0


class ChatPace:
    """One message a second to a chat after a burst of ``burst``, and ``group_per_minute`` in any minute to a group.

    Broadcasts have no burst: they wait until the chat's is whole again. A group or channel has a negative id or a
    name. Also remembers which chats Telegram asked to leave alone.
    """

    def __init__(self, *, gap: float = 1.0, burst: int = 4, group_per_minute: int = 20) -> None:
        if gap <= 0 or burst < 1 or group_per_minute < 1:
            raise ValueError("gap, burst and group_per_minute must be positive")
        self._gap, self._burst, self._group_per_minute = gap, burst, group_per_minute
        self._chats: dict[ChatId, _Chat] = {}
        self._sweep_at = _SWEEP_AT_LEAST

    def __len__(self) -> int:
        """Count the chats that are remembered: those written to in the last seconds, groups of the last minute."""
        return len(self._chats)

    def book(self, chat_id: ChatId, now: float, *, broadcast: bool = False) -> float:
        """Take the chat's next place and give its time, ``now`` or later; in a group never before an earlier place."""
        self._sweep(now)
        chat = self._chats.setdefault(chat_id, _Chat())
        ahead = 0 if broadcast else self._burst - 1
        at = max(now, chat.full_until - ahead * self._gap)
        if is_group(chat_id):
            at = max(at, chat.last)
            if len(chat.places) == self._group_per_minute:
                at = max(at, chat.places[0] + _GROUP_WINDOW)
                chat.places.popleft()
            chat.places.append(at)
        chat.full_until = max(at, chat.full_until) + self._gap
        chat.last = max(at, chat.last)
        return at

    def is_quiet(self, chat_id: ChatId, now: float) -> bool:
        """Tell whether nothing was sent to the chat lately, so that a refusal cannot be its own fault."""
        chat = self._chats.get(chat_id)
        return chat is None or chat.last + _QUIET_AFTER <= now

    def hold(self, chat_id: ChatId, until: float) -> None:
        """Leave the chat alone until then."""
        chat = self._chats.setdefault(chat_id, _Chat())
        chat.held_until = max(chat.held_until, until)

    def held_for(self, chat_id: ChatId, now: float) -> float:
        """Tell how long the chat is still to be left alone; 0 when it is not."""
        chat = self._chats.get(chat_id)
        return max(0.0, chat.held_until - now) if chat else 0.0

    def _sweep(self, now: float) -> None:
        # Only now and then, when the number of chats has doubled: on average a step or two for each booking.
        if len(self._chats) >= self._sweep_at:
            self._chats = {key: chat for key, chat in self._chats.items() if not chat.is_over(now)}
            self._sweep_at = max(_SWEEP_AT_LEAST, 2 * len(self._chats))


@dataclass(slots=True)
class _Chat:
    full_until: float = -math.inf  # the burst is whole again at this time
    last: float = -math.inf
    held_until: float = -math.inf
    places: deque[float] = field(default_factory=deque)

    def is_over(self, now: float) -> bool:
        memory = _GROUP_WINDOW if self.places else _QUIET_AFTER
        return max(self.full_until, self.last + memory, self.held_until) <= now


def is_group(chat_id: ChatId) -> bool:
    """Tell a group or channel from a private chat."""
    return not str(chat_id).isdecimal()


class LanePace:
    """An even pace for broadcasts that gives way to replies.

    Broadcasts leave 1/rate apart, never more than ``rate`` in any second, at high rates a sixtieth more: who waits for
    a second to be over leaves a moment late, and the next second would begin from there. Late ones are caught up with,
    as far as 150 ms: no burst after a stall. Replies are only noted: each takes a broadcast's place. While they come
    some places are kept free for the next ones. However many there are, a fifth of the rate is left to broadcasts.

    Telegram counts when messages arrive, not when they leave. One that was longer under way than the quickest of the
    last minute may have arrived as much later, close to the next ones. It takes its place for as much longer, so that
    no second of Telegram's holds more than 30/29 of the rate, whatever the way does: tell of each message that left
    (``note_broadcast``, ``note_reply``) when its answer came (``note_answer``).
    """

    def __init__(self, rate: float = 29.0) -> None:
        if rate <= 0:
            raise ValueError("the rate must be positive")
        self._interval = 1.0 / rate
        self._cap = max(1, math.floor(30 * rate / 29 + 1e-9))
        self._per_second = max(math.ceil(rate), math.floor((rate + self._cap) / 2))
        # What the lane itself made wait is made up for only where a second has room for it. Without, those that left
        # close together after a stall would do so again in each second that follows.
        self._catches_up = self._per_second >= rate + 1
        self._least = math.ceil(rate / 5)
        self._next = -math.inf
        self._held_until = -math.inf
        self._last_reply = -math.inf
        self._broadcasts: deque[float] = deque()
        self._replies: deque[float] = deque()
        self._under_way = 0
        self._quickest = self._quickest_before = math.inf
        self._quickest_since = -math.inf
        self._answered: deque[float] = deque()  # until when each one that was answered takes a place

    def wait(self, now: float) -> float:
        """Tell how long the next broadcast has to wait; 0 when it may go. Ask again after the wait."""
        free = self._next if now < self._next else self._free_at(now)
        if not self._catches_up:
            self._next = max(self._next, free)
        return max(free - now, _SHORTEST_WAIT) if free > now else 0.0

    def _free_at(self, now: float) -> float:
        self._forget(now)
        broadcasts, replies = self._broadcasts, self._replies
        if len(broadcasts) < self._least:
            return -math.inf
        if len(broadcasts) + len(replies) + self._spare(now) >= self._per_second:
            return (min(broadcasts[0], replies[0]) if replies else broadcasts[0]) + 1.0
        if self._under_way + len(self._answered) >= self._cap:
            return self._answered[0] if self._answered else now + self._interval
        return -math.inf

    def held_for(self, now: float) -> float:
        """Tell how long Telegram wants no broadcast; 0 when it does not mind."""
        return max(0.0, self._held_until - now)

    def note_broadcast(self, now: float) -> None:
        """Count a broadcast that leaves now."""
        # A late wake-up is caught up with, so that the rate is kept, but by one small step. An idle lane was not late.
        idle = now - self._next > _IDLE_AFTER
        self._next = (now if idle else max(self._next, now - _LATE_BY_AT_MOST)) + self._interval
        self._broadcasts.append(now)
        self._under_way += 1

    def note_reply(self, now: float) -> None:
        """Count a reply that leaves now."""
        self._forget(now)
        self._replies.append(now)
        self._last_reply = now
        self._under_way += 1

    def note_answer(self, left: float, now: float) -> None:
        """Count the answer, or the failure, of a message that left at ``left``."""
        if now - self._quickest_since > _QUICKEST_REMEMBERED:
            self._quickest_before, self._quickest, self._quickest_since = self._quickest, math.inf, now
        self._quickest = min(self._quickest, now - left)
        self._under_way -= 1
        self._answered.append(now - min(self._quickest, self._quickest_before) + 1.0)

    def hold(self, until: float) -> None:
        """Send no broadcast until then."""
        self._held_until = max(self._held_until, until)
        self._next = max(self._next, until)  # a pause that was asked for is nothing to catch up with

    def _spare(self, now: float) -> int:
        if now - self._last_reply > _REPLIES_REMEMBERED:
            return 0
        return min(2 + math.ceil(math.sqrt(len(self._replies))), self._per_second // 3)

    def _forget(self, now: float) -> None:
        for sent in (self._broadcasts, self._replies):
            while sent and sent[0] + 1.0 <= now:
                sent.popleft()
        while self._answered and self._answered[0] <= now:
            self._answered.popleft()
