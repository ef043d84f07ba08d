"""Cmdlets at work: records come in one at a time, results go on to the next stage."""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinMethodType
from typing import Any

from hvlab.console.arguments import BindingError
from hvlab.console.binding import Argument, Bound, bind, bind_record
from hvlab.console.cmdlets import Call, Cmdlet, Emit, Stage
from hvlab.console.convert import NOTHING, to_list, to_text
from hvlab.console.errors import CmdletError
from hvlab.console.runtime import (
    Runtime,
)
from hvlab.console.source import Position

Take = Callable[[list[object], bool], None]
"""Takes a whole list of records, and whether they are as new: made for this very moment of the lab."""


def cmdlet_stage(
    runtime: Runtime,
    cmdlet: Cmdlet,
    name: str,
    arguments: list[Argument],
    position: Position,
    emit: Emit,
    has_input: bool,
    silenced: bool,
) -> Stage:
    try:
        bound = bind(cmdlet, arguments, expects_input=has_input)
    except BindingError as error:
        raise binding_failure(runtime, cmdlet, name, error, position) from None
    common = bound.common
    if silenced:
        common = {"erroraction": "SilentlyContinue", **common}
    call = Call(cmdlet, name, bound.args(), runtime.lab, runtime, "", [], has_input, common, position)
    call.parameter_set = bound.sets[0] if len(bound.sets) == 1 else ""
    if "outvariable" in common:
        emit = kept(runtime, to_text(common["outvariable"]), emit)
    if cmdlet.stage is not None:
        return CustomStage(runtime, call, cmdlet.stage(call, emit), bound, position)
    return CmdletStage(runtime, call, bound, emit, position)


def kept(runtime: Runtime, name: str, emit: Emit) -> Emit:
    """-OutVariable: what is emitted is kept as well."""
    append = name.startswith("+")
    name = name.lstrip("+").lower()
    values = to_list(runtime.globals.get(name)) if append else []
    runtime.globals.variables[name] = values

    def both(value: object) -> None:
        values.append(value)
        emit(value)

    return both


def binding_failure(
    runtime: Runtime, cmdlet: Cmdlet, name: str, error: BindingError, position: Position
) -> CmdletError:
    error.position = Position(position.source, error.span) if error.span is not None else position
    call = Call(cmdlet, name, Bound(cmdlet).args(), runtime.lab, runtime)
    error.explain = error.explain or ("console.how_written", {"command": cmdlet.name})
    error.record = runtime.make_record(error, call)
    return error


class CmdletStage:
    """A cmdlet that runs record by record, or once with all of them."""

    def __init__(self, runtime: Runtime, call: Call, bound: Bound, emit: Emit, position: Position) -> None:
        self.runtime = runtime
        self.call = call
        self.bound = bound
        self.emit = emit
        self.onward: Take | None = None
        """Where a whole list of results may go at once; None: they go on one by one, to `emit`."""
        self.position = position
        self.collected: list[object] | None = [] if call.cmdlet.collects else None

    def process(self, record: object) -> None:
        if self.collected is not None:
            if record is not NOTHING:
                self.collected.append(record)
                self.runtime.charge(1)
            return
        runtime = self.runtime
        runtime.charge(2)
        call = self.call
        if call.expects_input:
            if record is NOTHING:
                return
            runtime.position = self.position
            try:
                args, parameter_set = bind_record(self.bound, record)
            except BindingError as error:
                error.position = self.position
                runtime.report(call, error)
                return
            call = Call(
                call.cmdlet,
                call.name,
                args,
                call.lab,
                runtime,
                parameter_set,
                [record],
                True,
                call.common,
                self.position,
            )
        self._run(call)

    def end(self) -> None:
        if self.collected is not None:
            self.call.input = self.collected
            if not self.call.expects_input and "inputobject" in self.bound.values:
                self.call.input = to_list(self.bound.values["inputobject"])
            self._run(self.call)

    def _run(self, call: Call) -> None:
        runtime = self.runtime
        outer = runtime.position
        runtime.position = self.position
        run = call.cmdlet.run
        if run is None:
            raise RuntimeError(f"{call.cmdlet.name} has no code")
        try:
            results = run(call)
            if results is None:
                return
            following = iter(results).__next__
        except CmdletError as error:
            self._failed(call, error)
            return
        finally:
            runtime.position = outer
        if self.onward is not None and type(results) is list and tuple not in set(map(type, results)):
            self.onward(results, True)
            return
        while True:
            try:
                item = following()
            except StopIteration:
                return
            except CmdletError as error:
                self._failed(call, error)
                return
            self.emit(list(item) if type(item) is tuple else item)

    def _failed(self, call: Call, error: CmdletError) -> None:
        fail(self.runtime, call, error, self.position)


def _nothing(records: list[object], new: bool) -> None:
    """What Out-Null does with many records."""


def fail(runtime: Runtime, call: Call, error: CmdletError, position: Position) -> None:
    """What becomes of an error raised in a cmdlet's code."""
    if error.record is not None:
        raise error  # it is a script block's own, and placed already
    if error.position is None:
        error.position = position
    if error.terminating:
        error.record = runtime.make_record(error, call)
        raise error
    runtime.report(call, error)


class CustomStage:
    """A cmdlet with state of its own (``Cmdlet.stage``)."""

    def __init__(self, runtime: Runtime, call: Call, inner: Stage, bound: Bound, position: Position) -> None:
        self.runtime = runtime
        self.call = call
        self.inner = inner
        self.bound = bound
        self.position = position
        self.process: Emit = self._streaming(inner.process) if call.expects_input else self._alone
        keep = getattr(inner, "keep", None)
        self.take: Take | None = None
        if getattr(inner, "free", False):  # what is thrown away costs nothing
            self.process = inner.process
            self.take = _nothing
        elif keep is not None and call.expects_input:
            self.take = self._filtering(keep, inner)

    def _alone(self, record: object) -> None:
        """The one call of a stage at the head of its pipeline."""
        self.runtime.charge(1)
        try:
            if "inputobject" in self.bound.values:
                for item in to_list(self.bound.values["inputobject"]):
                    self.inner.process(item)
        except CmdletError as error:
            fail(self.runtime, self.call, error, self.position)

    def _streaming(self, process: Emit) -> Emit:
        """Called once a record: everything it needs is at hand."""
        runtime = self.runtime

        def stream(record: object) -> None:
            steps = runtime.steps = runtime.steps - 1
            if steps < 0:
                runtime.charge(0)
            if record is NOTHING:
                return
            try:
                process(record)
            except CmdletError as error:
                fail(runtime, self.call, error, self.position)

        return stream

    def _filtering(self, keep: Callable[[object], bool], inner: Any) -> Take:
        """A list of records for a stage that passes some of them on: one is still asked after the other,
        each when the one before it has gone all its way, but they are paid for together.

        Where nothing that is done with a record can change the lab, new records stay as good as new.
        """
        runtime, emit = self.runtime, inner.emit
        harmless = isinstance(emit, BuiltinMethodType) or getattr(
            getattr(emit, "__self__", None), "free", False
        )
        keep_new = inner.keep_new if harmless else keep
        # A list takes them all at once, with the same ones in it if one of them fails.
        into: Any = emit.__self__ if isinstance(emit, BuiltinMethodType) else None

        def take(records: list[object], new: bool) -> None:
            if runtime.steps < len(records) or NOTHING in records:
                for record in records:
                    self.process(record)
                return
            runtime.steps -= len(records)
            passing = filter(keep_new if new else keep, records)
            while True:
                try:
                    if type(into) is list:
                        into.extend(passing)
                        return
                    for record in passing:
                        emit(record)
                    return
                except CmdletError as error:  # one record's; the next ones come all the same
                    fail(runtime, self.call, error, self.position)

        return take

    def end(self) -> None:
        try:
            self.inner.end()
        except CmdletError as error:
            fail(self.runtime, self.call, error, self.position)
