"""Completion as a pure function of the text, the place, and what there is to choose from."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import repeat
from typing import NamedTuple, cast

from hvlab.console.arguments import BindingError
from hvlab.console.binding import common_parameters, find_parameter
from hvlab.console.cmdlets import Cmdlet, CmdletTable, Parameter
from hvlab.console.context import Context, Word, context_at
from hvlab.console.expressions import WORD_OPERATORS

LAB_MARK = "[lab]"
LIMIT = 200  # a longer menu helps nobody
Sources = Mapping[str, Callable[[], Iterable[str]]]

_VARIABLE = re.compile(r"\$\{?([\w:]*)$")
_KEYWORDS = [
    "break",
    "catch",
    "continue",
    "do",
    "else",
    "elseif",
    "exit",
    "finally",
    "for",
    "foreach",
    "function",
    "if",
    "param",
    "return",
    "switch",
    "throw",
    "try",
    "until",
    "while",
]
_NEEDS_QUOTES = re.compile(r"[\s'\"`$(){};,|&<>@#\[\]]")
_OPERATORS = sorted("-" + word for word in (*WORD_OPERATORS, "not", "bnot"))


class Completion(NamedTuple):
    """What may replace ``source[start:end]``. Kinds: cmdlet, alias, keyword, parameter, value, variable,
    operator, function."""

    text: str
    start: int
    end: int
    kind: str
    description: str = ""
    lab_only: bool = False


_completion_of = cast(Callable[[type[Completion], tuple[object, ...]], Completion], tuple.__new__)


class Candidates:
    """Names sorted once, found by their beginning in any case. A source may return one, ready sorted."""

    __slots__ = ("_folded", "_names", "bare")

    def __init__(self, names: Iterable[str]) -> None:
        pairs = sorted({(name.lower(), name) for name in names})
        self._folded = [folded for folded, _ in pairs]
        self._names = [name for _, name in pairs]
        self.bare = all(map(str.isalnum, self._names))
        """Whether each may stand as an argument without quotes: asked once, not at every key."""

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def starting(self, prefix: str, limit: int = LIMIT) -> list[str]:
        wanted = prefix.lower()
        first = bisect_left(self._folded, wanted)
        last = bisect_left(self._folded, wanted + "\U0010ffff", first)
        return self._names[first : min(last, first + limit)]


_NONE = Candidates(())


def _candidates(sources: Sources, name: str | None) -> Candidates:
    source = sources.get(name) if name is not None else None
    if source is None:
        return _NONE
    names = source()
    return names if isinstance(names, Candidates) else Candidates(names)


def _from(sources: Sources, name: str | None, prefix: str) -> list[str]:
    return _candidates(sources, name).starting(prefix)


def complete(source: str, cursor: int, table: CmdletTable, sources: Sources) -> list[Completion]:
    """What may stand at the cursor. Never raises for any text.

    ``sources`` may hold ``variable`` and ``function``, and whatever parameters name as their completer.
    """
    cursor = max(0, min(cursor, len(source)))
    place = context_at(source[:cursor])
    if place is None:
        return []
    variable = _VARIABLE.search(place.partial)
    if variable is not None and place.quote != "'":
        start = cursor - len(variable[1])
        return [
            Completion(name, start, cursor, "variable") for name in _from(sources, "variable", variable[1])
        ]
    if not place.words and not place.quote:
        return _commands(place, cursor, table, sources)
    if place.is_expression:
        if place.partial.startswith("-"):
            wanted = place.partial.lower()
            return [
                Completion(word, place.start, cursor, "operator")
                for word in _OPERATORS
                if word.startswith(wanted)
            ]
        return []
    cmdlet = table.find(place.words[0].text) if place.words else None
    if cmdlet is None:
        return []
    if place.partial.startswith("-") and not place.quote:
        name, colon, value = place.partial.partition(":")
        if not colon:
            return _parameters(cmdlet, place, cursor)
        parameter = _parameter(cmdlet, name[1:])
        start = place.start + len(name) + 1
        return (
            [] if parameter is None else _values(parameter, value, start, cursor, "", table, sources, cmdlet)
        )
    parameter = _expected(cmdlet, place)
    if parameter is None:
        return []
    return _values(parameter, place.partial, place.start, cursor, place.quote, table, sources, cmdlet)


def _commands(place: Context, cursor: int, table: CmdletTable, sources: Sources) -> list[Completion]:
    prefix = place.partial
    start = place.start
    found = [
        Completion(c.name, start, cursor, "cmdlet", _module(c), c.lab_only)
        for c in table.starting(prefix)[:LIMIT]
    ]
    found += [Completion(name, start, cursor, "function") for name in _from(sources, "function", prefix)]
    if prefix:
        wanted = prefix.lower()
        found += [
            Completion(
                alias, start, cursor, "alias", f"{c.name} {LAB_MARK}" if c.lab_only else c.name, c.lab_only
            )
            for alias, c in table.aliases()
            if alias.lower().startswith(wanted)
        ]
        found += [Completion(w, start, cursor, "keyword") for w in _KEYWORDS if w.startswith(wanted)]
    return found


def _module(cmdlet: Cmdlet) -> str:
    return f"{cmdlet.module} {LAB_MARK}" if cmdlet.lab_only else cmdlet.module


def _parameter(cmdlet: Cmdlet, name: str) -> Parameter | None:
    try:
        return find_parameter(cmdlet, name)[0]
    except BindingError:
        return None


def _given(cmdlet: Cmdlet, words: list[Word]) -> tuple[list[Parameter], int]:
    """The parameters named so far, and how many positional arguments there are."""
    named: list[Parameter] = []
    positional = 0
    takes_value = False
    in_list = False
    for word in words[1:]:
        if word.text == "," and not word.quoted:
            in_list = True
            continue
        if word.is_parameter:
            name, colon, _ = word.text[1:].partition(":")
            parameter = _parameter(cmdlet, name)
            if parameter is not None:
                named.append(parameter)
            takes_value = parameter is not None and parameter.kind != "switch" and not colon
        elif takes_value:
            takes_value = False
        elif not in_list:
            positional += 1
        in_list = False
    return named, positional


def _open_sets(cmdlet: Cmdlet, named: list[Parameter]) -> list[str]:
    return [name for name in cmdlet.set_names if all(not p.sets or name in p.sets for p in named)]


def _parameters(cmdlet: Cmdlet, place: Context, cursor: int) -> list[Completion]:
    named, _ = _given(cmdlet, place.words)
    sets = _open_sets(cmdlet, named)
    wanted = place.partial[1:].lower()
    found: list[Completion] = []
    for shared, parameters in ((False, cmdlet.parameters), (True, common_parameters(cmdlet))):
        for p in parameters:
            if p.hidden or p in named or not p.name.lower().startswith(wanted):
                continue
            if p.sets and not shared and not any(name in sets for name in p.sets):
                continue
            kind = "switch" if p.kind == "switch" else f"<{p.shown_type}>"
            found.append(Completion("-" + p.name, place.start, cursor, "parameter", kind, cmdlet.lab_only))
    return found


def _expected(cmdlet: Cmdlet, place: Context) -> Parameter | None:
    """The parameter that the word at the cursor would fill."""
    words = place.words
    index = len(words) - 1
    while index > 1 and words[index].text == "," and not words[index].quoted:
        index -= 2  # back over a comma and the item before it
    if index >= 1 and words[index].is_parameter:
        parameter = _parameter(cmdlet, words[index].text[1:].partition(":")[0])
        if parameter is not None and parameter.kind != "switch":
            return parameter
    named, positional = _given(cmdlet, words[: index + 1])
    sets = _open_sets(cmdlet, named)
    taken = sorted(
        (p for p in cmdlet.parameters if p.position is not None and p not in named),
        key=lambda p: (
            p.position if p.position is not None else 0,
            cmdlet.default_set is not None and bool(p.sets) and cmdlet.default_set not in p.sets,
        ),
    )
    positions: list[int] = []
    for p in taken:
        assert p.position is not None
        if (not p.sets or any(name in sets for name in p.sets)) and p.position not in positions:
            positions.append(p.position)
    if positional >= len(positions):
        return next((p for p in cmdlet.parameters if p.rest), None)
    same = [p for p in taken if p.position == positions[positional]]
    return next((p for p in same if p.completer or p.values), same[0])


def _values(
    parameter: Parameter,
    prefix: str,
    start: int,
    cursor: int,
    quote: str,
    table: CmdletTable,
    sources: Sources,
    cmdlet: Cmdlet,
) -> list[Completion]:
    bare = False
    if parameter.values is not None:
        wanted = prefix.lower()
        names = [value for value in parameter.values if value.lower().startswith(wanted)]
    elif parameter.kind == "bool":
        names = [value for value in ("$false", "$true") if value.startswith(prefix.lower())]
        return [Completion(n, start, cursor, "value", parameter.name, cmdlet.lab_only) for n in names]
    elif parameter.completer == "cmdlet" and "cmdlet" not in sources:
        names = [c.name for c in table.starting(prefix)[:LIMIT]]
    else:
        candidates = _candidates(sources, parameter.completer)
        names = candidates.starting(prefix)
        bare = candidates.bare
    if quote or not bare:
        names = [quoted(n, quote) for n in names]
    # In one go: with two hundred choices, a call of Completion for each would be half of the work.
    same = (start - len(quote), cursor, "value", parameter.name, cmdlet.lab_only)
    return list(map(_completion_of, repeat(Completion), zip(names, *map(repeat, same), strict=False)))


def quoted(name: str, quote: str = "") -> str:
    """As an argument: in quotes where it must be, or where they were begun."""
    if quote == '"':
        escaped = name.replace("`", "``").replace("$", "`$").replace('"', '`"')
        return f'"{escaped}"'
    if quote == "'" or _NEEDS_QUOTES.search(name) or not name or name.startswith("-"):
        return "'" + name.replace("'", "''") + "'"
    return name
