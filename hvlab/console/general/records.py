"""Where-Object and ForEach-Object: what runs once for each record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hvlab.console import operators
from hvlab.console.cmdlets import Call, Cmdlet, Emit, Parameter
from hvlab.console.convert import NOTHING, to_bool
from hvlab.console.errors import CmdletError
from hvlab.console.general.common import CORE, INPUT
from hvlab.console.members import MISSING, call_method, get_property, property_reader
from hvlab.console.objects import ObjectType, PSObject
from hvlab.console.runtime import Runtime
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.values import EnumValue

_OPERATORS = [
    "EQ",
    "NE",
    "GT",
    "GE",
    "LT",
    "LE",
    "Like",
    "NotLike",
    "Match",
    "NotMatch",
    "Contains",
    "NotContains",
    "In",
    "NotIn",
    "Is",
    "IsNot",
]
_CASED = [
    "EQ",
    "NE",
    "GT",
    "GE",
    "LT",
    "LE",
    "Like",
    "NotLike",
    "Match",
    "NotMatch",
    "Contains",
    "NotContains",
    "In",
    "NotIn",
]


_TESTS = {name.lower(): name for name in (*_OPERATORS, *("C" + name for name in _CASED))}


def _test_of(operator: str, runtime: Runtime) -> Callable[[object, object], bool]:
    case = operator[0] == "C" and operator[1:] in _CASED
    name = (operator[1:] if case else operator).lower()
    charge = runtime.charge
    if name in operators.COMPARISONS:
        return lambda left, right: to_bool(operators.comparison(name, left, right, case, charge))
    if name in ("match", "notmatch"):
        return lambda left, right: to_bool(operators.matching(name, left, right, case, charge)[0])
    if name == "is":
        return operators.is_type
    if name == "isnot":
        return lambda left, right: not operators.is_type(left, right)
    return lambda left, right: operators.membership(name, left, right, case, charge)


class _Where:
    """Passes on the records that meet the condition."""

    def __init__(self, call: Call, emit: Emit) -> None:
        condition, sure = _condition(call)

        def keep(record: object) -> object:
            holds = condition(record)
            return holds if holds is True or holds is False else to_bool(holds)

        self.keep = condition if sure else keep
        """The condition alone, for a list of records (`CustomStage`)."""
        self.keep_new = _condition(call, new=True)[0] if sure else keep
        """The same for records that are as new."""
        self.emit = emit

        def process(record: object) -> None:
            holds = condition(record)
            if holds is True or (holds is not False and to_bool(holds)):
                emit(record)

        self.process: Emit = process

    def end(self) -> None:
        pass


def _condition(call: Call, new: bool = False) -> tuple[Callable[[object], object], bool]:
    """What Where-Object asks of each record, and whether the answer always is True or False."""
    runtime: Runtime = call.runner  # type: ignore[assignment]
    args = call.args
    if "FilterScript" in args:
        return runtime.valuer(args.FilterScript) or runtime.condition(args.FilterScript), False
    read = property_reader(args.Property)
    chosen = next((_TESTS[key] for key in args if key in _TESTS and args[key]), None)
    if chosen is None:
        return read, False
    test, value = _test_of(chosen, runtime), args.Value
    if chosen in ("EQ", "NE") and type(value) is str:
        return _same(args.Property, value, chosen == "EQ", lambda found: test(found, value), new), True
    return lambda record: test(read(record), value), True


def _same(
    name: str, text: str, wanted: bool, slow: Callable[[object], bool], new: bool
) -> Callable[[object], bool]:
    """Whether a property is a text, in any case. One record mostly is like the one before: of the same
    type, and often with the very same value, whose answer is known."""
    read, key, folded = property_reader(name), name.lower(), text.lower()
    kind: ObjectType | None = None
    getter: Callable[[Any], object] | None = None
    last: object = None
    answer = False

    def same(record: object) -> bool:
        nonlocal kind, getter, last, answer
        if getter is not None and type(record) is PSObject and record.type is kind:
            found = getter(record.subject)
        else:
            found = read(record)
            getter = None
            if type(record) is PSObject and not record.type.free_standing:
                kind, getter = record.type, record.type.getters.get(key)
                if new:
                    getter = kind.new.get(key, getter)
        if found is last and found is not None:
            return answer
        if type(found) is EnumValue:
            last, answer = found, (found.name.lower() == folded) is wanted
        elif type(found) is str:
            last, answer = found, (found.lower() == folded) is wanted
        else:
            return slow(list(found) if type(found) is tuple else found)
        return answer

    return same


def _emitting(value_for: Callable[[object], object], emit: Emit) -> Emit:
    def process(record: object) -> None:
        value = value_for(record)
        if isinstance(value, list):
            for item in value:
                emit(item)
        else:
            emit(value)

    return process


class _ForEach:
    """Runs blocks, or reads a member, for each record."""

    def __init__(self, call: Call, emit: Emit) -> None:
        self.runtime: Runtime = call.runner  # type: ignore[assignment]
        self.emit = emit
        args = call.args
        self.begin: ScriptBlock | None = args.Begin
        self.last: ScriptBlock | None = args.End
        self.member: str | None = args.MemberName
        self.arguments: list[object] = args.ArgumentList or []
        self.blocks: list[ScriptBlock] = list(args.Process or [])
        if len(self.blocks) > 1 and self.begin is None:  # ForEach-Object {begin} {process} {end}
            self.begin = self.blocks.pop(0)
            if len(self.blocks) > 1 and self.last is None:
                self.last = self.blocks.pop()
        if self.begin is not None:
            self.runtime.run_inline(self.begin, None, emit)
        self.process: Emit = self._read_member if self.member is not None else self._run_blocks
        if len(self.blocks) == 1 and (value_for := self.runtime.valuer(self.blocks[0])) is not None:
            self.process = _emitting(value_for, emit)

    def _run_blocks(self, record: object) -> None:
        for block in self.blocks:
            self.runtime.run_inline(block, record, self.emit)

    def _read_member(self, record: object) -> None:
        assert self.member is not None
        value = get_property(record, self.member)
        if value is MISSING or self.arguments:
            value = self._method(record)
        for item in value if isinstance(value, list) else [value]:
            if item is not NOTHING:
                self.emit(item)

    def _method(self, record: object) -> object:
        assert self.member is not None
        try:
            return call_method(self.runtime, record, self.member, self.arguments)
        except CmdletError as error:
            if error.error_id != "MethodNotFound" or self.arguments or isinstance(record, PSObject):
                if error.error_id == "MethodNotFound" and not self.arguments:
                    return None
                raise
            return None

    def end(self) -> None:
        if self.last is not None:
            self.runtime.run_inline(self.last, None, self.emit)


def _where_parameters() -> tuple[Parameter, ...]:
    names = (*_OPERATORS, *("C" + c for c in _CASED))
    simple = ("Property", *names)
    switches = [
        Parameter(
            name,
            "switch",
            mandatory=True,
            sets=(name,),
            aliases=(("I" + name,) if name in _CASED else ()),
        )
        for name in names
    ]
    return (
        Parameter("FilterScript", "scriptblock", position=0, mandatory=True, sets=("ScriptBlock",)),
        Parameter("Property", "string", position=0, mandatory=True, sets=simple, completer="property"),
        Parameter("Value", "object", position=1, sets=simple),
        *switches,
        INPUT,
    )


CMDLETS = (
    Cmdlet(
        "Where-Object",
        CORE,
        _where_parameters(),
        aliases=("where", "?"),
        stage=_Where,
        default_set="Property",
        read_only=True,
    ),
    Cmdlet(
        "ForEach-Object",
        CORE,
        (
            Parameter("Process", "scriptblock", array=True, rest=True, mandatory=True, sets=("ScriptBlock",)),
            Parameter("Begin", "scriptblock", sets=("ScriptBlock",)),
            Parameter("End", "scriptblock", sets=("ScriptBlock",)),
            Parameter(
                "MemberName", "string", position=0, mandatory=True, sets=("Member",), completer="property"
            ),
            Parameter("ArgumentList", "object", rest=True, aliases=("Args",), sets=("Member",)),
            INPUT,
        ),
        aliases=("foreach", "%"),
        stage=_ForEach,
        default_set="ScriptBlock",
    ),
)
__all__ = ["CMDLETS"]
