"""The shell's state for going back: variables, functions and errors as they were after a command.

Values of the language are copied, each once however often it is referred to. What a
value shows of the world (a machine, a workload) is kept as a way to it: the
component, its attribute, and the steps from there; so that after going back it
shows the world that is there then, exactly as if the commands had been typed
again. What the world does not hold any more is kept as it was.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from hvlab.console.convert import NOTHING
from hvlab.console.objects import CustomFields, PSObject
from hvlab.console.runtime import Scope
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.shell import Shell
from hvlab.console.values import Hashtable
from hvlab.kernel import Component, World
from hvlab.kernel.state import field_names

Way = tuple[str, tuple[tuple[str, Any], ...]]
"""A component's name, and steps: ("attribute", name) or ("item", key or place)."""

_ATOMS = frozenset({type(None), bool, int, float, str, bytes})


@dataclass(frozen=True)
class ShellState:
    """A shell at a moment. The values are this object's own: `apply` copies them once more."""

    variables: dict[str, object]
    casts: dict[str, Any]
    functions: dict[str, Any]
    environment: dict[str, str]
    aliases: dict[str, tuple[str, str]]
    errors: list[object]
    failures: int
    ok: bool
    ways: dict[int, Way]
    """By the identity of an object in `variables` or `errors` that stands for a part of the world."""


def save(shell: Shell, world: World) -> ShellState:
    """What the shell holds at present."""
    runtime = shell.runtime
    copier = _Copier(_Anchors(world))
    variables = {name: copier.copy(value) for name, value in runtime.globals.variables.items()}
    return ShellState(
        variables,
        dict(runtime.globals.casts or {}),
        dict(runtime.functions),
        dict(runtime.environment),
        dict(runtime.aliases),
        list(runtime.error_list),
        runtime.failures,
        runtime.ok,
        copier.ways,
    )


def apply(state: ShellState, shell: Shell, world: World) -> None:
    """Give the shell back what it held; the world must stand at the same moment already."""
    runtime = shell.runtime
    copier = _Copier(None)
    for identity, way in state.ways.items():
        found = _follow(world, way)
        if found is not None:
            copier.known[identity] = found
    runtime.globals.variables.clear()
    runtime.globals.variables.update({name: copier.copy(value) for name, value in state.variables.items()})
    runtime.globals.casts = dict(state.casts) or None
    runtime.functions.clear()
    runtime.functions.update(state.functions)
    runtime.environment.clear()
    runtime.environment.update(state.environment)
    runtime.aliases.clear()
    runtime.aliases.update(state.aliases)
    runtime.error_list[:] = state.errors
    runtime.failures, runtime.ok = state.failures, state.ok


class _Anchors:
    """Finds the way to a part of the world by its identity; the world is walked only when one is asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._ways: dict[int, Way] | None = None

    def way(self, value: object) -> Way | None:
        if self._ways is None:
            self._ways = {}
            for component in self.world.components():
                for attribute in component.STATE:
                    steps = (("attribute", attribute),)
                    self._walk(getattr(component, attribute), component.name, steps)
        return self._ways.get(id(value))

    def _walk(self, value: Any, component: str, steps: tuple[tuple[str, Any], ...]) -> None:
        assert self._ways is not None
        kind = type(value)
        if kind is dict:
            for key, item in value.items():
                if type(item) not in _ATOMS:
                    self._walk(item, component, (*steps, ("item", key)))
        elif kind is list:
            for place, item in enumerate(value):
                if type(item) not in _ATOMS:
                    self._walk(item, component, (*steps, ("item", place)))
        elif is_dataclass(kind):
            self._ways[id(value)] = (component, steps)
            for name in field_names(kind):
                item = getattr(value, name)
                if type(item) not in _ATOMS:
                    self._walk(item, component, (*steps, ("attribute", name)))


def _follow(world: World, way: Way) -> object:
    name, steps = way
    if not world.has(name):
        return None
    value: Any = world.get(name, Component)
    for kind, key in steps:
        try:
            value = getattr(value, key) if kind == "attribute" else value[key]
        except (KeyError, IndexError, AttributeError):
            return None
    return value


class _Copier:
    """Copies values of the language; `known` says what stands for an object that was met before."""

    def __init__(self, anchors: _Anchors | None) -> None:
        self._anchors = anchors
        self.known: dict[int, object] = {}
        self.ways: dict[int, Way] = {}
        self._kept: list[object] = []  # identities stay theirs as long as these live

    def copy(self, value: Any) -> Any:
        """A copy that shares nothing changeable with the original."""
        kind = type(value)
        if kind in _ATOMS:
            return value
        found = self.known.get(id(value))
        if found is not None:
            return found
        twin = self._copy(kind, value)
        self.known[id(value)] = twin
        self._kept.append(value)
        return twin

    def _copy(self, kind: type, value: Any) -> Any:
        if isinstance(value, list) and value is not NOTHING:
            twin: Any = copy.copy(value)
            twin.clear()
            self.known[id(value)] = twin
            twin += [self.copy(item) for item in value]
            return twin
        if kind is tuple:
            return tuple([self.copy(item) for item in value])
        if kind is Hashtable:
            twin = Hashtable(ordered=value.ordered)
            self.known[id(value)] = twin
            for key, item in value.items():
                twin[self.copy(key)] = self.copy(item)
            return twin
        if kind is PSObject:
            return PSObject(value.type, self.copy(value.subject))
        if kind is CustomFields:
            twin = CustomFields({})
            self.known[id(value)] = twin
            twin.values.update({name: self.copy(item) for name, item in value.values.items()})
            return twin
        if is_dataclass(kind) and not isinstance(value, (ScriptBlock, Scope)):
            return self._copy_record(kind, value)
        return value

    def _copy_record(self, kind: type, value: Any) -> Any:
        of_the_world = not kind.__module__.startswith("hvlab.console")
        way = self._anchors.way(value) if of_the_world and self._anchors is not None else None
        if way is not None:
            twin = copy.copy(value)
            self.ways[id(twin)] = way
            self._kept.append(twin)
            return twin
        names = [field.name for field in fields(kind)]
        parts = [self.copy(getattr(value, name)) for name in names]
        if all(part is getattr(value, name) for part, name in zip(parts, names, strict=True)):
            return value
        twin = copy.copy(value)
        for name, part in zip(names, parts, strict=True):
            object.__setattr__(twin, name, part)
        return twin
