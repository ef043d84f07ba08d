"""A shell's state in a file: variables with what they refer to, functions as the text they were written in.

What cannot be told by a file (a script block that belongs to a function's call, a type that
was made for the occasion) is refused, and then nothing is kept.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from hvlab.console.assigning import CastTo
from hvlab.console.collections import ArrayList, Char, GenericList, TypedArray
from hvlab.console.convert import NOTHING, BareNumber, TypeName
from hvlab.console.errors import ParseError
from hvlab.console.objects import CustomFields, ObjectType, PSObject, custom_type
from hvlab.console.parser import Parser, parse_source
from hvlab.console.runtime import Runtime
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.source import Source, Span
from hvlab.console.statements import StatementCompiler
from hvlab.console.syntax import BlockBody, BlockLiteral, Function
from hvlab.console.values import Hashtable
from hvlab.session.encoding import EXTRA, BadState, Blobs, CannotKeep, Reader, Writer
from hvlab.session.shellstate import ShellState

_TEXTS: dict[str, type] = {"Char": Char, "TypeName": TypeName}
_LISTS: dict[str, type] = {"list": list, "ArrayList": ArrayList, "GenericList": GenericList}
_STATE = ("variables", "casts", "functions", "environment", "aliases", "errors", "failures", "ok")


class ShellWriter:
    """Writes shells' states; what several of them refer to is written once for each."""

    def __init__(self, blobs: Blobs, runtime: Runtime) -> None:
        self._writer = Writer(self._extra, blobs=blobs)
        self._runtime = runtime
        self._known: dict[int, int] = {}
        self._kept: list[Any] = []
        self._types: dict[int, str] | None = None
        self._ways: dict[int, Any] = {}
        self._gone: set[int] = set()
        """Those whose way is written."""

    def write(self, state: ShellState) -> Any:
        """The form of a shell's state. CannotKeep."""
        self._known, self._kept, self._ways, self._gone = {}, [], state.ways, set()
        return [self._pairs(getattr(state, name)) for name in _STATE]

    def _pairs(self, value: Any) -> Any:
        if type(value) is dict:
            return [[key, self._writer.write(item)] for key, item in value.items()]
        return self._writer.write(value)

    def _extra(self, value: Any) -> list[Any] | None:
        """Forms of the language's own things: EXTRA, a word, and what belongs to it."""
        number = self._known.get(id(value))
        if number is not None:
            return [EXTRA, "again", number]
        write = self._writer.write
        kind = type(value)
        if value is NOTHING:
            return [EXTRA, "nothing"]
        if value is self._runtime.lab:
            return [EXTRA, "lab"]
        if kind is Source:
            return self._noted(value, ["source", value.text, value.name])
        if kind is Span:
            return [EXTRA, "span", value.start, value.end]
        if kind in (Char, TypeName):
            return [EXTRA, "text", kind.__name__, str(value)]
        if kind is BareNumber:
            return [EXTRA, "bare", write(value.value), value.text]
        if kind is CastTo:
            return [EXTRA, "cast", value.full]
        if kind is ScriptBlock:
            if value.scope is not self._runtime.globals:
                raise CannotKeep("a script block of a function's own")
            return self._noted(value, ["block", write(value.source), *value.span])
        if kind is ObjectType:
            return [EXTRA, "type", self._type_name(value)]
        form = self._changeable(value)
        if form is None and id(value) not in self._gone and (way := self._ways.get(id(value))) is not None:
            self._gone.add(id(value))
            form = ["way", write(way), write(value)]
            return self._noted(value, form)
        return form

    def _changeable(self, value: Any) -> list[Any] | None:
        """What a script may change in place, and what may hold itself: noted before what it holds."""
        kind, write = type(value), self._writer.write
        if kind is TypedArray:
            form = self._noted(value, ["typed", value.element])
            form.extend(map(write, value))
        elif kind in (list, ArrayList, GenericList):
            form = self._noted(value, ["list", kind.__name__])
            form.extend(map(write, value))
        elif kind is Hashtable:
            form = self._noted(value, ["table", value.ordered])
            form.extend([write(key), write(item)] for key, item in value.items())
        elif kind is CustomFields:
            form = self._noted(value, ["fields"])
            form.extend([key, write(item)] for key, item in value.values.items())
        elif kind is PSObject:
            form = self._noted(value, ["object"])
            form += [write(value.type), write(value.subject)]
        else:
            return None
        return form

    def _noted(self, value: Any, form: list[Any]) -> list[Any]:
        self._known[id(value)] = len(self._kept)
        self._kept.append(value)
        return [EXTRA, form[0], len(self._kept) - 1, *form[1:]]

    def _type_name(self, kind: ObjectType) -> str | list[Any]:
        if kind.free_standing:
            return ["free", kind.name, *kind.properties]
        if self._types is None:
            self._types = {id(found): name for name, found in _object_types()}
        name = self._types.get(id(kind))
        if name is None:
            raise CannotKeep(f"the type {kind.name}")
        return name


def _object_types() -> Iterator[tuple[str, ObjectType]]:
    """The types that the console's modules define, by module and name."""
    for module, content in sorted(sys.modules.items()):
        if module.startswith("hvlab."):
            for name, value in list(vars(content).items()):
                if isinstance(value, ObjectType):
                    yield f"{module}:{name}", value


class ShellReader:
    """Reads shells' states for a runtime, in which functions are compiled again."""

    def __init__(self, blobs: list[bytes | bytearray], runtime: Runtime) -> None:
        self._reader = Reader(blobs, self._extra)
        self._runtime = runtime
        self._known: dict[int, Any] = {}
        self._ways: dict[int, Any] = {}
        self._bodies: dict[tuple[str, str], dict[Span, BlockBody]] = {}
        self._sources: dict[tuple[str, str], Source] = {}

    def read(self, form: Any) -> ShellState:
        """The state of a form. BadState, or another error if it is none."""
        self._known, self._ways = {}, {}
        values = dict(zip(_STATE, form, strict=True))
        for name in ("variables", "casts", "functions", "environment", "aliases"):
            values[name] = {str(key): self._reader.read(item) for key, item in values[name]}
        for name in ("errors", "failures", "ok"):
            values[name] = self._reader.read(values[name])
        return ShellState(**values, ways=self._ways)

    def _extra(self, form: list[Any]) -> Any:
        _, word, *rest = form
        read = self._reader.read
        if word == "again":
            return self._known[rest[0]]
        if word == "nothing":
            return NOTHING
        if word == "lab":
            return self._runtime.lab
        if word == "span":
            return Span(*rest)
        if word == "text":
            return _TEXTS[rest[0]](rest[1])
        if word == "bare":
            return BareNumber(read(rest[0]), rest[1])
        if word == "cast":
            return CastTo(rest[0])
        if word == "type":
            return self._type(rest[0])
        number, *rest = rest
        if word == "source":
            found = self._sources.setdefault((rest[0], rest[1]), Source(rest[0], rest[1]))
            return self._note(number, found)
        if word == "block":
            return self._note(number, self._block(read(rest[0]), Span(rest[1], rest[2])))
        if word == "way":
            value = self._note(number, read(rest[1]))
            self._ways[id(value)] = read(rest[0])
            return value
        return self._changeable(word, number, rest)

    def _changeable(self, word: str, number: int, rest: list[Any]) -> Any:
        read = self._reader.read
        if word == "object":
            value = self._note(number, PSObject.__new__(PSObject))
            value.type, value.subject = read(rest[0]), read(rest[1])
            return value
        if word == "fields":
            custom = self._note(number, CustomFields({}))
            custom.values.update({key: read(item) for key, item in rest})
            return custom
        if word == "table":
            table = self._note(number, Hashtable(ordered=rest[0]))
            for key, item in rest[1:]:
                table[read(key)] = read(item)
            return table
        if word == "typed":
            array = self._note(number, TypedArray((), rest[0]))
        elif word == "list":
            array = self._note(number, _LISTS[rest[0]]())
        else:
            raise BadState(f"a form {word!r}")
        array.extend(map(read, rest[1:]))
        return array

    def _note(self, number: int, value: Any) -> Any:
        self._known[number] = value
        return value

    def _type(self, name: Any) -> ObjectType:
        if isinstance(name, list):
            return custom_type(name[1], tuple(name[2:]))
        module, _, attribute = str(name).partition(":")
        found = getattr(sys.modules.get(module), attribute, None) if module.startswith("hvlab.") else None
        if not isinstance(found, ObjectType):
            raise BadState(f"no type {name}")
        return found

    def _block(self, source: Source, span: Span) -> ScriptBlock:
        """A block or function of a source, compiled as it was when it was written."""
        key = source.text, source.name
        bodies = self._bodies.get(key)
        try:
            if bodies is None:
                bodies = self._bodies[key] = dict(_bodies(parse_source(source)[0]))
            node = bodies.get(span)
            if node is None and span == Span(0, len(source.text)):
                node = Parser(source).block_body("")
            if node is None:
                raise BadState("a block that its text does not have")
            body = StatementCompiler(source, self._runtime).body(node)
        except ParseError as error:
            raise BadState(str(error)) from None
        return ScriptBlock(source, span, body, self._runtime.globals)


def _bodies(node: Any) -> Iterator[tuple[Span, BlockBody]]:
    """Every block and function of a piece of syntax, by its place."""
    if isinstance(node, (BlockLiteral, Function)):
        yield node.span, node.body
    if isinstance(node, msgspec.Struct):
        for name in node.__struct_fields__:
            yield from _bodies(getattr(node, name))
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from _bodies(item)
