"""An exam: how long it lasts, which commands it allows, and how it stands. Times are ms by the server's clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Literal

import msgspec

from hvlab.console.cmdlets import CmdletTable
from hvlab.console.errors import ParseError
from hvlab.console.parser import parse_source
from hvlab.console.source import Source
from hvlab.console.syntax import BareWord, Command, Constant, Invoke, ParameterArgument
from hvlab.console.wmi.methods import METHODS

State = Literal["waiting", "runs", "paused", "over"]
GRACE = 5_000
"""ms for which inputs are taken that were on their way when the exam stopped."""
ANYTHING = "&"
"""What a command whose name only turns out when it runs counts as; so does a script's path."""
BY_WMI = "Invoke-WmiMethod"
WMI_METHODS = frozenset({name.lower() for kind in METHODS.values() for name in kind} | {"invokemethod"})
ALIASING = ("set-alias", "new-alias", "sal", "nal")
EACH = ("foreach-object", "foreach", "%")


class Terms(msgspec.Struct, frozen=True):
    """`allowed` are names of commands, with * and ?; none: all are. `lost` is how long it was paused so far."""

    minutes: Annotated[int, msgspec.Meta(ge=1, le=24 * 60)]
    allowed: list[str] = []
    offline: Literal["pause", "work"] = "pause"
    """What a learner without a connection does: wait for it, or work on."""
    hidden: bool = False
    """Whether there are checks that only the server knows."""
    begun: int = 0
    paused: int = 0
    lost: int = 0
    ended: bool = False
    """Whether the instructor has ended it before its time."""

    @property
    def ends(self) -> int:
        """When it is over, if it is not paused again; 0 before it has begun."""
        return self.begun + self.minutes * 60_000 + self.lost if self.begun else 0

    def state(self, now: int, grace: int = 0) -> State:
        """How it stands. With `grace`, as it stood for what was on its way."""
        if not self.begun:
            return "waiting"
        if self.paused and now > self.paused + grace:
            return "paused"
        return "over" if now > self.ends + grace else "runs"

    def left(self, now: int) -> int:
        """ms that are left."""
        if not self.begun:
            return self.minutes * 60_000
        return max(0, self.ends - (self.paused or now))

    def begin(self, now: int) -> Terms:
        """It begins now, unless it has."""
        return self if self.begun else msgspec.structs.replace(self, begun=now)

    def pause(self, now: int) -> Terms:
        """Its clock stands."""
        return self if self.paused or not self.begun else msgspec.structs.replace(self, paused=now)

    def resume(self, now: int) -> Terms:
        """Its clock goes on."""
        if not self.paused:
            return self
        return msgspec.structs.replace(self, paused=0, lost=self.lost + now - self.paused)

    def end(self, now: int) -> Terms:
        """It is over now."""
        running = self.resume(now)
        if not running.begun or running.state(now) == "over":
            return running
        return msgspec.structs.replace(running, lost=running.lost - running.left(now) - 1, ended=True)


def forbidden(text: str, allowed: Sequence[str], table: CmdletTable) -> str:
    """The first command in a text that is not allowed, by its full name; empty if all are.

    What cannot be known before it runs (`& $name`, a script) is ANYTHING, and is allowed only by `*` or `&`.
    """
    if not allowed:
        return ""
    patterns = [pattern.lower() for pattern in allowed]
    for full in named_commands(text, table):
        if not any(fnmatchcase(full.lower(), pattern) for pattern in patterns):
            return full
    return ""


def named_commands(text: str, table: CmdletTable) -> Iterator[str]:
    """The full names of all commands in a text, in order, those in blocks and strings too; none if it does not parse.

    Names are resolved as the console does, so an alias is what it stands for; what is made an alias counts as
    used, and a method that changes the lab through WMI counts as Invoke-WmiMethod.
    """
    try:
        tree, _ = parse_source(Source(text))
    except ParseError:
        return  # it does not run at all
    for name in _commands(tree):
        full = _full(name, table)
        yield full


def _full(name: str, table: CmdletTable) -> str:
    if name.lower().endswith(".ps1"):
        return ANYTHING
    found = table.find(name) or (table.find("Get-" + name) if "-" not in name else None)
    return found.name if found is not None else name


def _written(node: object) -> str | None:
    """A word as it stands in the text; None if it only turns out when it runs."""
    if isinstance(node, BareWord):
        return node.value
    return node.value if isinstance(node, Constant) and isinstance(node.value, str) else None


def _commands(node: object) -> Iterator[str]:
    if isinstance(node, Command):
        written = _written(node.name)
        yield written if written is not None else ANYTHING
        if (written or "").lower() in ALIASING:
            yield from _made_alias(node)
        if (written or "").lower() in EACH and any(
            (_written(element) or "").lower() in WMI_METHODS for element in node.elements
        ):
            yield BY_WMI
    elif isinstance(node, Invoke):
        method = _written(node.name)
        if method is None:
            yield ANYTHING
        elif method.lower() in WMI_METHODS:
            yield BY_WMI
    if isinstance(node, msgspec.Struct):
        for field in node.__struct_fields__:
            yield from _commands(getattr(node, field))
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from _commands(item)


def _made_alias(node: Command) -> Iterator[str]:
    """Whatever stands behind a command that makes an alias may be the command that it will stand for."""
    for element in node.elements:
        value = element.value if isinstance(element, ParameterArgument) else element
        if value is not None:
            written = _written(value)
            yield written if written is not None else ANYTHING
