"""Proposes checks: what is so after somebody's work and was not before, as expressions and patterns of events.

Nothing here is proved yet: `hvlab.course.drafting` lets each proposal be judged along the work, and keeps those
that fail at the beginning and hold at the end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hvlab.course.model import LANGUAGES, Check, Pattern
from hvlab.course.patterns import matches
from hvlab.course.surveying import LOOKS, MADE_NAME, Found, Key, Place, Survey, written
from hvlab.kernel import TraceEvent
from hvlab.text import Text

EVENTS: Mapping[str, tuple[tuple[str, ...], Mapping[str, tuple[object, ...]]]] = {
    "migration": (("action", "vm"), {}),
    "transfer": (("action", "vm"), {}),
    "snapshot": (("action", "name"), {}),
    "guest.database": (("action", "outcome"), {}),
    "guest.workload": (("action", "operation"), {"action": ("end",)}),
    "guest.network": (("action", "detail", "outcome"), {"action": ("ping",)}),
    "guest.file": (("action", "name", "outcome"), {}),
    "vm.state": (("vm", "state"), {"state": ("Running", "Off", "Saved", "Paused")}),
    "guest.phase": (("phase",), {"phase": ("running",)}),
    "cluster": (("action", "object"), {}),
    "fault": (("action", "fault"), {}),
    "licence": (("action", "edition", "server"), {}),
    "server": (("action", "detail"), {}),
    "host.file": (("action", "path"), {}),
    "instruction": (("text", "way"), {}),
}
"""What is telling among events, by kind and the most telling first: the fields that make a pattern, and which of
their values count."""
GREW = ("Committed",)
"""What grows as work goes on: a check asks for at least so much."""


@dataclass(frozen=True)
class Proposal:
    """A check that may be worth it. Those of a lower rank tell more."""

    check: Check
    rank: int

    @property
    def of_state(self) -> bool:
        """Whether it asks what is so, and not what happened."""
        return self.check.happened is None


class Proposer:
    """Makes proposals with ids of their own and titles in each language."""

    def __init__(self) -> None:
        self._texts = {language: Text(language) for language in LANGUAGES}
        self._ids: set[str] = set()

    def from_states(self, before: Survey, after: Survey) -> Iterator[Proposal]:
        """What two surveys of one lab differ in."""
        machines = {
            (str(key[0]), place.host)
            for place, found in after.items()
            if place.look.name == "vm"
            for key in found.counts
        }
        for place in _both(before, after):
            if place.vm and (place.vm, place.host) not in machines:
                continue  # it is gone itself, which says enough
            old, new = _earlier(before, place), after.get(place, _NOTHING)
            here = before.get(place, _NOTHING)
            yield from self._counted(place, here, old, new)
            yield from self._valued(place, old, new)

    def from_events(
        self, before: Iterable[TraceEvent], during: Iterable[TraceEvent], machines: Sequence[str]
    ) -> Iterator[Proposal]:
        """What happened during the work, as patterns that what happened before does not fit often enough."""
        earlier = [event for event in before if event.kind in EVENTS]
        found: dict[str, tuple[Pattern, TraceEvent]] = {}
        times: Counter[str] = Counter()
        for event in during:
            pattern = _pattern(event, machines)
            if pattern is not None:
                found.setdefault(repr(pattern), (pattern, event))
                times[repr(pattern)] += 1
        for mark, (pattern, event) in found.items():
            before_it = sum(matches(pattern, one) for one in earlier)
            for more in sorted({1, times[mark]}):
                yield self._happened(pattern, event, before_it + more)

    def _happened(self, pattern: Pattern, event: TraceEvent, count: int) -> Proposal:
        """That events which fit a pattern, such as this one, have happened so often."""
        values = {"vm": pattern.vm, **{field: str(event.get(field)) for field in EVENTS[event.kind][0]}}
        title = self._title(f"drafts.event.{event.kind.replace('.', '_')}", **values)
        if count > 1:
            title = {
                language: self._texts[language]("drafts.times", title=said, count=count)
                for language, said in title.items()
            }
        name = self._id(pattern.vm or next(iter(values.values())), event.kind)
        check = Check(name, 1, title, {}, happened=pattern, at_least=count)
        return Proposal(check, len(LOOKS) + list(EVENTS).index(event.kind))

    def _counted(self, place: Place, here: Found, old: Found, new: Found) -> Iterator[Proposal]:
        look = place.look
        if not old.counts and not here.counts and place.vm and not look.born:
            return
        if look.by_guest and not new.counts:
            return
        for key in dict.fromkeys([*new.counts, *here.counts]):
            count, known = new.counts[key], here.counts[key]
            if place.vm and not known:
                known = old.counts[key]  # it came along from another host
            if count == known or (look.name == "address" and str(key[0]).startswith("169.254.")):
                continue
            rows = f"@({place.command(look.listing)} | {_filter(look.key, key)}).Count"
            if count > known:
                expression = place.command(look.there, key) if look.there else f"{rows} -ge {count}"
            elif look.there:
                expression = f"-not ({place.command(look.there, key)})"
            else:
                expression = f"{rows} -eq {count}"
            what = "there" if count > known else "gone"
            yield self._stated(place, key, what, expression, LOOKS.index(look))

    def _valued(self, place: Place, old: Found, new: Found) -> Iterator[Proposal]:
        look = place.look
        for (key, name), value in new.values.items():
            known = old.values.get((key, name))
            if value == known or (known is None and (value in look.values[name] or not look.born)):
                continue
            if name == "Heartbeat" and not str(value).startswith("Ok"):
                continue  # a guest that is not up: the machine's state says it better
            one = f"({place.command(look.one, key)}).{name}"
            if value == "":
                expression = f"-not {one}"
            elif name == "Heartbeat":
                expression, value = f"{one} -like 'Ok*'", "OK"
            else:
                expression = f"{one} {'-ge' if name in GREW else '-eq'} {written(value)}"
            yield self._stated(place, key, name, expression, LOOKS.index(look), value=value)

    def _stated(
        self, place: Place, key: Key, what: str, expression: str, rank: int, value: object = ""
    ) -> Proposal:
        said = value if isinstance(value, str) else written(value).lstrip("$")
        parts = {f"k{number}": part for number, part in enumerate(key)}
        host = place.host.rpartition(" ")[2]
        title = self._title(f"drafts.{place.look.name}.{what.lower()}", vm=place.vm, value=said, **parts)
        if host:
            title = {
                language: self._texts[language]("drafts.on", title=text, host=host)
                for language, text in title.items()
            }
        about = place.vm or str(key[0])
        name = what if place.look.name in ("vm", "vhd") else f"{place.look.name}-{what}"
        check = Check(self._id(about, name), 1, title, {}, expression=expression)
        return Proposal(check, rank)

    def _title(self, message: str, **values: object) -> dict[str, str]:
        return {language: text(message, **values) for language, text in self._texts.items()}

    def _id(self, *words: str) -> str:
        return unused("-".join(words), self._ids)


def unused(name: str, taken: set[str]) -> str:
    """An id made of a name: small letters, digits and dashes, and no one else's."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "one"
    found, number = plain, 1
    while found in taken:
        number += 1
        found = f"{plain}-{number}"
    taken.add(found)
    return found


_NOTHING = Found(Counter(), {})


def _both(before: Survey, after: Survey) -> list[Place]:
    """All places of two surveys, in the order of the looks."""
    order = {look.name: number for number, look in enumerate(LOOKS)}
    return sorted(dict.fromkeys([*after, *before]), key=lambda place: order[place.look.name])


def _earlier(before: Survey, place: Place) -> Found:
    """What was known of a place; of a machine that came from another host, what was known of it there."""
    if place in before or place.look.each not in ("vm", "host"):
        return before.get(place, _NOTHING)
    return next(
        (found for known, found in before.items() if (known.look, known.vm) == (place.look, place.vm)),
        _NOTHING,
    )


def _filter(names: Sequence[str], key: Key) -> str:
    if len(names) == 1:
        return f"Where-Object {names[0]} -eq {written(key[0])}"
    terms = (f"$_.{name} -eq {written(part)}" for name, part in zip(names, key, strict=True))
    return f"Where-Object {{ {' -and '.join(terms)} }}"


def _pattern(event: TraceEvent, machines: Sequence[str]) -> Pattern | None:
    """The pattern that such an event fits; None where it tells nothing."""
    if event.kind not in EVENTS:
        return None
    names, wanted = EVENTS[event.kind]
    fields = {name: event.get(name) for name in names}
    if any(fields[name] not in values for name, values in wanted.items()):
        return None
    told = {name: value for name, value in fields.items() if isinstance(value, (str, int)) and value != ""}
    if not told or any(MADE_NAME.search(str(value)) for value in told.values()):
        return None
    paths = {part for path in (event.source, event.target) for part in path.split("/")}
    vm = next((name for name in machines if name in paths), "")
    return Pattern(event.kind, "" if "vm" in told else vm, told)
