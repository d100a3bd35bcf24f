"""The arithmetic of pacing: when may the next message go. Pure: time comes in, waits come out, in seconds."""

import math
from collections import deque
from dataclasses import dataclass, field

ChatId = int | str

_GROUP_WINDOW = 60.0
_QUIET_AFTER = 5.0
_SWEEP_AT_LEAST = 1024
_LATE_BY_AT_MOST = 0.05
_SHORTEST_WAIT = 0.00001
_REPLIES_REMEMBERED = 10.0


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

    Broadcasts leave 1/rate apart, never more than ``rate`` in any second. Late ones are caught up with, as far as
    50 ms: no burst after a stall. Replies are only noted: each takes the place of a broadcast, and while replies come,
    some places are kept free for the next ones. However many there are, a fifth of the rate is left to broadcasts.
    """

    def __init__(self, rate: float = 29.0) -> None:
        if rate <= 0:
            raise ValueError("the rate must be positive")
        self._interval = 1.0 / rate
        self._per_second = math.ceil(rate)
        self._least = math.ceil(rate / 5)
        self._next = -math.inf
        self._held_until = -math.inf
        self._last_reply = -math.inf
        self._broadcasts: deque[float] = deque()
        self._replies: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Tell how long the next broadcast has to wait; 0 when it may go. Ask again after the wait."""
        if now < self._next:
            return max(self._next - now, _SHORTEST_WAIT)
        self._forget(now)
        broadcasts, replies = self._broadcasts, self._replies
        if len(broadcasts) >= self._least and len(broadcasts) + len(replies) + self._spare(now) >= self._per_second:
            oldest = min(broadcasts[0], replies[0]) if replies else broadcasts[0]
            return max(oldest + 1.0 - now, _SHORTEST_WAIT)
        return 0.0

    def held_for(self, now: float) -> float:
        """Tell how long Telegram wants no broadcast; 0 when it does not mind."""
        return max(0.0, self._held_until - now)

    def note_broadcast(self, now: float) -> None:
        """Count a broadcast that leaves now."""
        # A late wake-up is caught up with, so that the rate is kept, but by one small step.
        self._next = max(self._next, now - _LATE_BY_AT_MOST) + self._interval
        self._broadcasts.append(now)

    def note_reply(self, now: float) -> None:
        """Count a reply that leaves now."""
        self._forget(now)
        self._replies.append(now)
        self._last_reply = now

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
