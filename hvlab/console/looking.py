"""Whether a statement only looks at the lab: then there is nothing to undo.

Decided by the syntax tree alone, before anything runs, so in doubt it says no: a method whose name is not
known to be harmless, a command that is no cmdlet, an assignment, a file written.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from hvlab.console.cmdlets import CmdletTable
from hvlab.console.syntax import (
    Assignment,
    BareWord,
    BlockLiteral,
    Command,
    Constant,
    For,
    ForEach,
    Function,
    Invoke,
    Jump,
    Redirection,
    Step,
    Switch,
    Try,
    While,
)

_CHANGES = (Assignment, For, ForEach, Function, Jump, Redirection, Step, Switch, Try, While)
_HARMLESS = {
    *("tostring", "toupper", "tolower", "trim", "trimstart", "trimend", "substring", "split", "replace"),
    *(
        "contains",
        "startswith",
        "endswith",
        "indexof",
        "lastindexof",
        "padleft",
        "padright",
        "join",
        "format",
    ),
    *("where", "foreach", "gettype", "equals", "compareto", "containskey", "isnullorempty", "round", "floor"),
    *("adddays", "addhours", "addminutes", "addseconds", "addmonths", "max", "min", "ceiling", "abs", "sqrt"),
}
"""Methods of text, numbers, dates and lists that leave everything as it is; each name in lower case."""


def only_looks(node: Struct, table: CmdletTable) -> bool:
    """Whether running the statement can neither change the lab nor keep anything for later."""
    return all(_harmless(inner, table) for inner in _parts(node))


def commands_in(node: Struct, table: CmdletTable) -> Iterator[str]:
    """The names of the cmdlets that a statement calls anywhere in it, whatever alias they are called by."""
    for inner in _parts(node):
        if isinstance(inner, Command) and isinstance(inner.name, BareWord):
            cmdlet = table.find(inner.name.value)
            if cmdlet is not None:
                yield cmdlet.name


def _parts(node: object) -> Iterator[Struct]:
    """A node and all within it."""
    if isinstance(node, Struct):
        yield node
        for name in node.__struct_fields__:
            yield from _parts(getattr(node, name))
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from _parts(item)


def _harmless(node: Struct, table: CmdletTable) -> bool:
    if isinstance(node, Command):
        if not isinstance(node.name, BareWord) or node.operator:
            return False
        cmdlet = table.find(node.name.value)
        if cmdlet is None:
            return False
        if (
            cmdlet.name == "ForEach-Object"
        ):  # what its blocks do is looked at; a word could be a method's name
            return all(isinstance(element, BlockLiteral) for element in node.elements)
        return cmdlet.read_only
    if isinstance(node, Invoke):
        return isinstance(node.name, (BareWord, Constant)) and str(node.name.value).lower() in _HARMLESS
    return not isinstance(node, _CHANGES)
