"""What a subscription can be asked to do, for the chat itself or for another one: words and buttons become a reply."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time

from bot.delivery.cities import find_cities
from bot.delivery.schedule import next_due, zone_of
from bot.delivery.wish import Part, change, value_of
from bot.delivery.zones import find_zone, proposed_zones, zones_of_country
from bot.handlers.services import Services
from bot.replies.model import Reply
from bot.replies.subscribe import (
    OWN,
    bad_time_reply,
    clock_question,
    hour_question,
    place_label,
    unsubscribed_reply,
    zone_question,
)
from bot.replies.subscription import (
    Panel,
    month_reply,
    page_reply,
    panel_reply,
    quiet_until_reply,
    tip_topics,
    topics_reply,
)
from bot.storage.model import ChatKind, Subscription, SubscriptionChoice
from content.model import AgeBand
from content.profile import Profile

_FULL_WIDTH = str.maketrans("０１２３４５６７８９：", "0123456789:")
_TIME = re.compile(r"(\d{1,2})(?:[:：時](\d{2})?分?)?\s*(am|pm)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wishes:
    """The wishes of one chat, as one reader sees and changes them.

    `profile` is the chat's own, `language` the reader's; `door` and `name` differ when the chat is not the one that
    they look from. Every method returns what to show. A ValueError or KeyError means: this button is from another time.
    """

    services: Services
    chat_id: int
    kind: ChatKind
    profile: Profile
    language: str
    door: str = OWN
    name: str = ""

    @property
    def _private(self) -> bool:
        return self.kind is ChatKind.PRIVATE and self.door == OWN

    async def act(self, verb: str, argument: str) -> Reply:
        """Do what a button asks for, and return what stands there afterwards."""
        match verb:
            case "show":
                return await self.show()
            case "cancel":
                return unsubscribed_reply(self.services.pack, self.language, was_active=False, door=self.door)
            case "stop":
                return await self.stop()
            case "resume":
                return await self._resume()
            case "hour":
                hour, _, zone = argument.partition(".")
                return await self.at(hour, zone)
            case "zone":
                hour, _, zone = argument.partition(".")
                return await self._subscribe(hour, zone)
            case "set":
                part, _, value = argument.partition(".")
                return await self._set(Part(part), value)
            case "age":
                band = None if argument == "skip" else AgeBand(argument)
                old = f"{self.door}:age:{self.profile.age_band or 'skip'}"
                return await self._tell(replace(self.profile, age_band=band), old)
            case "language":
                if argument not in self.services.pack.languages:
                    raise KeyError(argument)
                old = f"{self.door}:language:{self.profile.language}"
                return await self._tell(replace(self.profile, language=argument), old)
        return self._question(verb, argument) or await self._page(verb, argument)

    def _question(self, verb: str, argument: str) -> Reply | None:
        pack, now = self.services.pack, self.services.clock()
        match verb:
            case "hours":
                return hour_question(pack, self.language, find_zone(argument), door=self.door)
            case "zones":
                return self._ask_zone(argument)
            case "clock":
                return clock_question(pack, self.language, argument, now, door=self.door)
        return None

    async def _page(self, verb: str, argument: str) -> Reply:
        subscription = await self._active()
        if subscription is None:
            return await self.show()
        panel = self._panel(subscription)
        match verb:
            case "page":
                return page_reply(panel, argument)
            case "month":
                return month_reply(panel, argument)
            case "quiet":
                return quiet_until_reply(panel, time(int(argument)).hour)
            case "topics":
                return topics_reply(panel, int(argument))
            case "toggle":
                names = tip_topics(self.services.pack)
                place = names.index(argument)
                await self._set(Part.TOPIC, argument)
                changed = await self._active()
                return topics_reply(self._panel(changed or subscription), place)
        raise KeyError(verb)

    async def show(self) -> Reply:
        """Return the subscription as it stands, or the first question when there is none."""
        subscription = await self._active()
        if subscription is None:
            return hour_question(self.services.pack, self.language, door=self.door, private=self._private)
        return panel_reply(self._panel(subscription))

    async def from_words(self, words: str) -> Reply:
        """Read `7:30`, `7:30 Tokyo` or `19 UTC+9`; what cannot be read is said, and nothing is changed."""
        hour, _, place = words.strip().partition(" ")
        clock = _parse_time(hour)
        if clock is None:
            return bad_time_reply(self.services.pack, self.language, hour)
        text = f"{clock.hour}:{clock.minute:02}"
        if not place.strip():
            return await self.at(text, "")
        return await self.in_city(text, place) or bad_time_reply(self.services.pack, self.language, place)

    async def in_city(self, hour: str, words: str) -> Reply | None:
        """Subscribe at `hour` in the place that the words name; ask which one if there are several, None if none."""
        zone = find_zone(words)
        if zone is not None:
            return await self._subscribe(hour, zone)
        cities = find_cities(words)
        if not cities:
            return None
        return self._zones(hour, [(f"{city.name}, {city.country}", city.zone) for city in cities])

    async def at(self, hour: str, zone: str) -> Reply:
        """Subscribe at `hour`: in the zone given, else that of the subscription or of the country; else ask."""
        known = await self._active()
        own = zones_of_country(self.profile.country)
        zone = zone or (known.choice.zone if known else own[0] if len(own) == 1 else "")
        return await self._subscribe(hour, zone) if zone else self._ask_zone(hour)

    async def in_zone(self, zone: str) -> Reply:
        """Move the subscription to a zone, or ask for the hour when there is none yet."""
        if await self._active() is None:
            return hour_question(self.services.pack, self.language, zone, door=self.door)
        return await self._set(Part.ZONE, zone)

    async def stop(self) -> Reply:
        """End the subscription."""
        was_active = await self.services.store.unsubscribe(self.chat_id, self.services.clock())
        self.services.wake()
        return unsubscribed_reply(self.services.pack, self.language, was_active=was_active, door=self.door)

    async def _resume(self) -> Reply:
        known = await self.services.store.subscription_of(self.chat_id)
        return await self.show() if known is None else await self._keep(known.choice, known, None)

    async def _subscribe(self, hour: str, zone: str) -> Reply:
        clock, found = _parse_time(hour), find_zone(zone)
        if clock is None or found is None:
            raise ValueError("this button names no hour or no zone")
        known = await self.services.store.subscription_of(self.chat_id)
        choice = SubscriptionChoice(hour=clock.hour, minute=clock.minute, zone=found)
        undo = None
        if known is not None:
            old = known.choice
            pause = old.paused_until if known.active else None
            choice = replace(old, hour=choice.hour, minute=choice.minute, zone=found, paused_until=pause)
            undo = f"{self.door}:zone:{old.hour}:{old.minute:02}.{old.zone}" if known.active else None
        return await self._keep(choice, known, undo)

    async def _set(self, part: Part, value: str) -> Reply:
        known = await self._active()
        if known is None:
            return await self.show()
        undo = f"{self.door}:set:{part}.{value_of(known.choice, part, value)}"
        return await self._keep(change(known.choice, part, value), known, undo)

    async def _keep(self, choice: SubscriptionChoice, known: Subscription | None, undo: str | None) -> Reply:
        now = self.services.clock()
        if known is not None and known.active and known.choice == choice:
            return panel_reply(self._panel(known))
        due = next_due(choice, now, seed=self.chat_id, last=known.last_date if known else None)
        await self._save(self.profile)
        await self.services.store.subscribe(self.chat_id, choice, due, now)
        self.services.wake()
        subscription = Subscription(self.chat_id, choice, due, now)
        return panel_reply(self._panel(subscription), undo=undo)

    async def _tell(self, profile: Profile, undo: str) -> Reply:
        await self._save(profile)
        subscription = await self._active()
        if subscription is None:
            return await self.show()
        return panel_reply(replace(self._panel(subscription), profile=profile), undo=undo)

    async def _save(self, profile: Profile) -> None:
        await self.services.store.save_profile(self.chat_id, profile, self.kind, self.services.clock())
        self.services.profiles.keep(self.chat_id, profile)

    async def _active(self) -> Subscription | None:
        subscription = await self.services.store.subscription_of(self.chat_id)
        return subscription if subscription is not None and subscription.active else None

    def _ask_zone(self, hour: str) -> Reply:
        country = self.profile.country or self.services.default_country
        zones = proposed_zones(country, self.profile.language)
        return self._zones(hour, [(place_label(zone), zone) for zone in zones])

    def _zones(self, hour: str, places: list[tuple[str, str]]) -> Reply:
        now = self.services.clock()
        return zone_question(
            self.services.pack, self.language, hour, places, now, door=self.door, private=self._private
        )

    def _panel(self, subscription: Subscription) -> Panel:
        choice = subscription.choice
        zone = zone_of(choice.zone)
        return Panel(
            pack=self.services.pack,
            language=self.language,
            door=self.door,
            profile=self.profile,
            values={part.value: value_of(choice, part) for part in Part},
            excluded=choice.excluded,
            upcoming=subscription.next_due.astimezone(zone) if subscription.next_due else None,
            today=self.services.clock().astimezone(zone).date(),
            name=self.name,
            private=self._private,
        )


def _parse_time(text: str) -> time | None:
    match = _TIME.fullmatch(text.translate(_FULL_WIDTH))
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3].lower() == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
