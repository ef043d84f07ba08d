"""WQL, the query language of WMI: SELECT with conditions, ASSOCIATORS OF and REFERENCES OF.

A pure module: text in, a query out; a query is asked of anything that can name its
properties. An event query selects from a class of events, says how often to look (WITHIN)
and of which class's instances (TargetInstance ISA). What real WQL has and this one lacks
(GROUP BY, HAVING) is named when it is met. Comparison of texts is without case, as WMI's is.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from hvlab.console.patterns import like

Read = Callable[[str], object]
"""Gives an instance's property by its name; MISSING if it has none."""
Getter = Callable[[Any], object]
Lookup = Callable[[str], Getter]
"""What reads the property of that name of one instance after the other."""
Test = Callable[[Any], bool]
Condition = Callable[[Lookup], Test]
"""A condition, before it is known of which class the instances are: names are looked up once, not once an instance."""
MISSING = object()
DEEPEST = 50
"""How deep brackets and NOT may lie within one another."""


class BadQuery(Exception):
    """Not WQL: what stands where it cannot stand, and at which character."""

    def __init__(self, what: str, place: int) -> None:
        super().__init__(f"{what} (character {place + 1})")
        self.what, self.place = what, place


class _Conditional:
    condition: Condition

    def holds(self, read: Read) -> bool:
        """Whether the condition holds for something that can name its properties. BadQuery."""
        return self.condition(lambda name: lambda one: read(name))(None)


@dataclass(frozen=True)
class Select(_Conditional):
    """SELECT `properties` (empty: all) FROM `source`, for instances that the condition holds for."""

    properties: tuple[str, ...]
    source: str
    condition: Condition = field(compare=False)


@dataclass(frozen=True)
class Related:
    """ASSOCIATORS OF or REFERENCES OF {path}, narrowed by `filters` (ResultClass, AssocClass, Role, ResultRole)."""

    path: str
    references: bool
    filters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EventQuery(_Conditional):
    """SELECT * FROM `event` WITHIN (ns) for the instances of `target`, where the condition holds for an event."""

    event: str
    within: int
    target: str
    condition: Condition = field(compare=False)


@dataclass(frozen=True)
class _Property:
    """A property on the right of a comparison, as event queries have it."""

    name: str


EVENTS = (
    "__instancecreationevent",
    "__instancedeletionevent",
    "__instancemodificationevent",
    "__instanceoperationevent",
)
SHORTEST, LONGEST = 0.001, 86_400.0
"""WITHIN in seconds, at least and at most."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<number>-?\d+(?:\.\d+)?)"""
    r"""|(?P<word>[A-Za-z_][\w.]*)|(?P<path>\{[^}]*\})|(?P<sign><=|>=|<>|!=|[=<>(),*]))"""
)
_FILTERS = {"resultclass", "assocclass", "role", "resultrole", "requiredqualifier", "classdefsonly"}


@lru_cache(maxsize=128)  # a watchdog asks the same again and again
def parse(text: str) -> Select | Related | EventQuery:
    """The query of a text. BadQuery."""
    return _Parser(text).query()


def condition(text: str) -> Condition:
    """What stands behind WHERE, as -Filter takes it. BadQuery."""
    parser = _Parser(text)
    holds = parser.either()
    parser.end()
    return holds


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        place = 0
        while place < len(text.rstrip()):
            match = _TOKEN.match(text, place)
            if match is None:
                while text[place].isspace():
                    place += 1
                raise BadQuery(f"'{text[place]}' is no part of WQL", place)
            kind = str(match.lastgroup)
            self.tokens.append((kind, match.group(kind), match.start(kind)))
            place = match.end()
        self.tokens.append(("end", "", len(text)))
        self.at = 0
        self.depth = 0
        self.event = False
        self.target = ""
        """The class that TargetInstance is said to be of."""

    @property
    def _now(self) -> tuple[str, str, int]:
        return self.tokens[self.at]

    def _word(self, *wanted: str) -> bool:
        """Take one of these words if it comes next."""
        kind, text, _ = self._now
        if kind in ("word", "sign") and text.casefold() in wanted:
            self.at += 1
            return True
        return False

    def _need(self, kind: str, what: str) -> str:
        if self._now[0] != kind:
            raise BadQuery(f"{what} is missing", self._now[2])
        self.at += 1
        return self.tokens[self.at - 1][1]

    def _need_word(self, word: str) -> None:
        if not self._word(word.casefold()):
            raise BadQuery(f"{word} is missing", self._now[2])

    def end(self) -> None:
        """Nothing may follow."""
        kind, text, place = self._now
        if kind != "end":
            raise BadQuery(f"'{text}' cannot stand here", place)

    def query(self) -> Select | Related | EventQuery:
        """A whole query."""
        if self._word("select"):
            return self._select()
        for first, references in (("associators", False), ("references", True)):
            if self._word(first):
                return self._related(references)
        raise BadQuery("a query begins with SELECT, ASSOCIATORS OF or REFERENCES OF", self._now[2])

    def _select(self) -> Select | EventQuery:
        properties: list[str] = []
        if not self._word("*"):
            properties.append(self._need("word", "a property or *"))
            while self._word(","):
                properties.append(self._need("word", "a property"))
        self._need_word("FROM")
        source = self._need("word", "a class")
        self.event = source.casefold() in EVENTS
        within = self._within()
        found: Condition = _always
        if self._word("where"):
            found = self.either()
        for word in ("group", "having"):
            if self._word(word):
                raise BadQuery(f"{word.upper()} is not modelled", self.tokens[self.at - 1][2])
        self.end()
        if self.event:
            if not self.target:
                raise BadQuery(
                    "TargetInstance ISA 'a class' is missing: the query is too broad", self._now[2]
                )
            return EventQuery(source.casefold(), within, self.target, found)
        return Select(tuple(properties), source, found)

    def _within(self) -> int:
        """How often an event query looks, in ns; 0 for a query of instances."""
        place = self._now[2]
        if not self._word("within"):
            if self.event:
                raise BadQuery("WITHIN and a number of seconds are missing", place)
            return 0
        if not self.event:
            raise BadQuery("WITHIN belongs to a class of events", place)
        seconds = float(self._need("number", "a number of seconds"))
        if not SHORTEST <= seconds <= LONGEST:
            raise BadQuery(f"WITHIN wants {SHORTEST} to {LONGEST:.0f} seconds", self.tokens[self.at - 1][2])
        return round(seconds * 1_000_000_000)

    def _related(self, references: bool) -> Related:
        self._need_word("OF")
        path = self._need("path", "{the path of an object}")[1:-1].strip()
        filters: dict[str, str] = {}
        if self._word("where"):
            while self._now[0] == "word":
                name = self._need("word", "a name")
                if name.casefold() not in _FILTERS:
                    raise BadQuery(f"'{name}' is no condition of ASSOCIATORS OF", self.tokens[self.at - 1][2])
                if name.casefold() == "classdefsonly":
                    raise BadQuery("ClassDefsOnly is not modelled", self.tokens[self.at - 1][2])
                self._need_word("=")
                filters[name.casefold()] = self._need("word", "a class or a role")
        self.end()
        return Related(path, references, filters)

    # -- conditions ---------------------------------------------------------------------------

    def either(self) -> Condition:
        """OR binds weakest."""
        parts = [self._both()]
        while self._word("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else _joined(parts, any)

    def _both(self) -> Condition:
        parts = [self._not()]
        while self._word("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else _joined(parts, all)

    def _not(self) -> Condition:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadQuery(f"a condition is nested more than {DEEPEST} deep", self._now[2])
        if self._word("not"):
            found = _negated(self._not())
        elif self._word("("):
            found = self.either()
            self._need_word(")")
        else:
            found = self._comparison()
        self.depth -= 1
        return found

    def _comparison(self) -> Condition:
        if self._now[0] in ("text", "number"):  # 2 = EnabledState is WQL too
            value = self._value()
            sign = self._sign()
            name = self._need("word", "a property")
            return _compare(name, _TURNED[sign], value)
        name = self._need("word", "a property")
        if self._word("is"):
            negated = self._word("not")
            self._need_word("NULL")
            return _of(name, lambda value: (value is None) is not negated)
        if self._word("isa"):
            wanted = str(self._value()).casefold()
            if name.casefold() == "targetinstance":
                self.target = wanted
            return _is_a(name, wanted)
        negated = self._word("not")
        if self._word("like"):
            place = self._now[2]
            pattern = _pattern(str(self._value()), place)
            return _of(name, lambda value: like(_text(value), pattern) is not negated)
        if negated:
            raise BadQuery("LIKE is missing", self._now[2])
        sign = self._sign()
        return _compare(name, sign, self._value())

    def _sign(self) -> str:
        kind, text, place = self._now
        if kind != "sign" or text not in _SIGNS:
            raise BadQuery("a comparison (=, <>, <, >, <=, >=, LIKE, IS NULL, ISA) is missing", place)
        self.at += 1
        return text

    def _value(self) -> object:
        kind, text, place = self._now
        self.at += 1
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "word" and text.casefold() in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text.casefold()]
        if kind == "word" and self.event:
            return _Property(text)
        raise BadQuery("a value (a number or a text in quotes) is missing", place)


_SIGNS: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<>": lambda order: order != 0,
    "!=": lambda order: order != 0,
    "<": lambda order: order < 0,
    ">": lambda order: order > 0,
    "<=": lambda order: order <= 0,
    ">=": lambda order: order >= 0,
}
_EXACT: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
"""The same for two whole numbers."""
_TURNED = {"=": "=", "<>": "<>", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _always(lookup: Lookup) -> Test:
    """No condition at all."""
    return lambda one: True


def _joined(parts: list[Condition], how: Callable[[Iterable[bool]], bool]) -> Condition:
    def bind(lookup: Lookup) -> Test:
        tests = [part(lookup) for part in parts]
        return lambda one: how(test(one) for test in tests)

    return bind


def _negated(inner: Condition) -> Condition:
    def bind(lookup: Lookup) -> Test:
        test = inner(lookup)
        return lambda one: not test(one)

    return bind


def _of(name: str, holds: Callable[[object], bool]) -> Condition:
    """What holds or not for the value of a property."""

    def bind(lookup: Lookup) -> Test:
        get = lookup(name)

        def test(one: object) -> bool:
            return holds(_there(get(one), name))

        return test

    return bind


def _there(value: object, name: str) -> object:
    """A property's value, if there is such a property."""
    if value is MISSING:
        raise BadQuery(f"there is no property '{name}'", 0)
    return value


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _compare(name: str, sign: str, wanted: object) -> Condition:
    if isinstance(wanted, _Property):
        return _two_properties(name, sign, wanted.name)
    slow = _against(sign, wanted)
    if type(wanted) is not int:
        return _of(name, slow)
    exact = _EXACT[sign]

    def bind(lookup: Lookup) -> Test:
        get = lookup(name)

        def test(one: object) -> bool:
            value = get(one)
            if type(value) is int:
                return exact(value, wanted)
            return slow(_there(value, name))

        return test

    return bind


def _against(sign: str, wanted: object) -> Callable[[object], bool]:
    """A comparison with a value: numbers as numbers, everything else as text without case."""
    test = _SIGNS[sign]

    def holds(found: object) -> bool:
        if found is None or wanted is None:
            return test(0 if found is wanted else 1) and sign in ("=", "<>", "!=")
        if isinstance(wanted, (int, float)) and isinstance(found, (int, float)):
            return test((found > wanted) - (found < wanted))
        one, other = _text(found).casefold(), _text(wanted).casefold()
        return test((one > other) - (one < other))

    return holds


def _two_properties(name: str, sign: str, other: str) -> Condition:
    def bind(lookup: Lookup) -> Test:
        right = lookup(other)

        def test(one: object) -> bool:
            wanted = _there(right(one), other)
            return _of(name, _against(sign, wanted))(lookup)(one)

        return test

    return bind


def _is_a(name: str, wanted: str) -> Condition:
    """The class of an instance (`__CLASS ISA "x"`, `TargetInstance ISA "x"`), or one that it derives from."""
    prefix = "" if name.casefold() == "__class" else f"{name}."

    def bind(lookup: Lookup) -> Test:
        own, derivation = lookup(f"{prefix}__CLASS"), lookup(f"{prefix}__DERIVATION")

        def test(one: object) -> bool:
            bases = derivation(one)
            classes = [own(one), *(bases if isinstance(bases, list) else [])]
            return wanted in [str(known).casefold() for known in classes]

        return test

    return bind


def _pattern(text: str, place: int) -> str:
    """LIKE's pattern as the console's own wildcards: % is any text, _ any character, [..] one of these."""
    if "[^" in text:
        raise BadQuery("LIKE with [^...] is not modelled", place)
    return text.translate(_WILD)


_WILD = str.maketrans({"*": "`*", "?": "`?", "`": "``", "%": "*", "_": "?"})
