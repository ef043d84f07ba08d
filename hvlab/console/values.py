"""The values of the language that Python has no ready type for.

Mapping: ``$null`` None, Boolean bool, Int32/Int64 int, Double float, String str, arrays list; the rest is
here. All of them are plain values: no clock, no locale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import total_ordering

NS_PER_SECOND = 1_000_000_000
WEEKDAYS = ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
"""From the epoch of ``DateTime`` on, which was a Saturday."""
_TICK = 100  # .NET counts time in units of 100 ns and prints seven digits


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class EnumValue:
    """A member of an enumeration: prints as its name, equals its name in any case, and its number."""

    type_name: str
    name: str
    number: int = 0

    def __str__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        if isinstance(other, EnumValue):
            return (self.type_name, self.number) == (other.type_name, other.number)
        if isinstance(other, str):
            return self.name.lower() == other.lower()
        if isinstance(other, (int, float)) and not isinstance(other, bool):
            return self.number == other
        return NotImplemented

    def __lt__(self, other: object) -> bool:
        if isinstance(other, EnumValue):
            return self.number < other.number
        if isinstance(other, (int, float)):
            return self.number < other
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.name.lower())


class EnumType:
    """An enumeration by its members; hands out the same ``EnumValue`` for the same name."""

    def __init__(self, type_name: str, members: Iterable[str | tuple[str, int]]) -> None:
        self.type_name = type_name
        self._members: dict[str, EnumValue] = {}
        for index, member in enumerate(members):
            name, number = member if isinstance(member, tuple) else (member, index)
            self._members[name.lower()] = EnumValue(type_name, name, number)

    def __getitem__(self, name: str) -> EnumValue:
        return self._members[name.lower()]

    def __iter__(self) -> Iterator[EnumValue]:
        return iter(self._members.values())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(member.name for member in self._members.values())


@total_ordering
@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A length of time in integer nanoseconds."""

    nanoseconds: int

    @classmethod
    def of_seconds(cls, seconds: int) -> TimeSpan:
        return cls(seconds * NS_PER_SECOND)

    def __lt__(self, other: object) -> bool:
        if isinstance(other, TimeSpan):
            return self.nanoseconds < other.nanoseconds
        return NotImplemented

    def parts(self) -> tuple[int, int, int, int, int]:
        """Days, hours, minutes, seconds and nanoseconds of the absolute value."""
        seconds, nanoseconds = divmod(abs(self.nanoseconds), NS_PER_SECOND)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        return days, hours, minutes, seconds, nanoseconds

    def __str__(self) -> str:
        """As .NET prints it: ``[-][d.]hh:mm:ss[.fffffff]``."""
        ticks = self.nanoseconds // _TICK % (NS_PER_SECOND // _TICK)
        if self.nanoseconds < 0:
            ticks = -self.nanoseconds // _TICK % (NS_PER_SECOND // _TICK)
        return self.clock_text() + (f".{ticks:07d}" if ticks else "")

    def clock_text(self) -> str:
        """Whole seconds only, as the Uptime column of Get-VM shows it."""
        days, hours, minutes, seconds, _ = self.parts()
        sign = "-" if self.nanoseconds < 0 else ""
        return f"{sign}{f'{days}.' if days else ''}{hours:02d}:{minutes:02d}:{seconds:02d}"


@total_ordering
@dataclass(frozen=True, slots=True)
class DateTime:
    """A moment: nanoseconds since 2000-01-01 00:00:00 UTC (the epoch of VHD), always printed as UTC."""

    nanoseconds: int

    @classmethod
    def of(cls, year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> DateTime:
        days = _days_from_2000(year, month, day)
        return cls(((days * 24 + hour) * 3600 + minute * 60 + second) * NS_PER_SECOND)

    def __lt__(self, other: object) -> bool:
        if isinstance(other, DateTime):
            return self.nanoseconds < other.nanoseconds
        return NotImplemented

    def parts(self) -> tuple[int, int, int, int, int, int]:
        """Year, month, day, hour, minute, second."""
        seconds = self.nanoseconds // NS_PER_SECOND
        days, rest = divmod(seconds, 86_400)
        return (*_date_from_days(days), rest // 3600, rest // 60 % 60, rest % 60)

    def __str__(self) -> str:
        """As PowerShell puts a date into a string: invariant culture."""
        year, month, day, hour, minute, second = self.parts()
        return f"{month:02d}/{day:02d}/{year:04d} {hour:02d}:{minute:02d}:{second:02d}"

    @property
    def weekday(self) -> str:
        """The day's English name."""
        return WEEKDAYS[self.nanoseconds // (86_400 * NS_PER_SECOND) % 7]

    def display(self) -> str:
        """As a table shows it (en-US, 12-hour clock)."""
        year, month, day, hour, minute, second = self.parts()
        half = "AM" if hour < 12 else "PM"
        return f"{month}/{day}/{year} {hour % 12 or 12}:{minute:02d}:{second:02d} {half}"


def _days_from_2000(year: int, month: int, day: int) -> int:
    """Days of the proleptic Gregorian calendar since 2000-01-01."""
    shifted = year - (month <= 2)
    era, of_era = divmod(shifted, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 730_425


def _date_from_days(days: int) -> tuple[int, int, int]:
    era, of_era = divmod(days + 730_425, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    index = (5 * of_year + 2) // 153
    month = index + (3 if index < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, of_year - (153 * index + 2) // 5 + 1


class Hashtable:
    """``@{}``: keys keep their order here, and strings are found in any case."""

    __slots__ = ("_items", "ordered")

    def __init__(self, items: Iterable[tuple[object, object]] = (), *, ordered: bool = False) -> None:
        self._items: dict[object, tuple[object, object]] = {}
        self.ordered = ordered
        for key, value in items:
            self[key] = value

    @staticmethod
    def _fold(key: object) -> object:
        if isinstance(key, str):
            return key.lower()
        if isinstance(key, (bool, int, float, EnumValue, TimeSpan, DateTime)):
            return (type(key).__name__, key)
        return id(key)

    def __getitem__(self, key: object) -> object:
        return self._items[self._fold(key)][1]

    def __setitem__(self, key: object, value: object) -> None:
        folded = self._fold(key)
        old = self._items.get(folded)
        self._items[folded] = (key if old is None else old[0], value)

    def __contains__(self, key: object) -> bool:
        return self._fold(key) in self._items

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: object, default: object = None) -> object:
        item = self._items.get(self._fold(key))
        return default if item is None else item[1]

    def remove(self, key: object) -> None:
        self._items.pop(self._fold(key), None)

    def clear(self) -> None:
        self._items.clear()

    def keys(self) -> list[object]:
        return [key for key, _ in self._items.values()]

    def values(self) -> list[object]:
        return [value for _, value in self._items.values()]

    def items(self) -> list[tuple[object, object]]:
        return list(self._items.values())
