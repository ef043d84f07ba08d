"""Invoke-LabInstruction: single instructions in a partition, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.machines import find_machines
from hvlab.console.hyperv.objects import guest_of
from hvlab.console.objects import ObjectType
from hvlab.hypervisor import Hypervisor, instructions
from hvlab.hypervisor.hypervisor import ROOT
from hvlab.kernel import TraceEvent

MODULE = "Lab"
ROOT_NAME = "root"


@dataclass(frozen=True)
class Ran:
    """An instruction's event, and what it led to at once (None: it stayed with the processor)."""

    event: TraceEvent
    followed: TraceEvent | None
    hosted: bool

    @property
    def answered_by(self) -> str:
        """Who answered: the processor itself, the hypervisor (hosted: the monitor), or on an intercept the parent."""
        if self.followed is None:
            return "processor"
        if self.followed.kind == "intercept":
            return "parent"
        return "monitor" if self.hosted else "hypervisor"

    @property
    def status(self) -> object:
        """A hypercall's status by name; None for anything else."""
        called = self.followed is not None and self.followed.kind == "hypercall"
        return self.followed.get("status_name") if called and self.followed is not None else None


INSTRUCTION = ObjectType(
    "Hvlab.Instruction",
    {
        "Partition": lambda ran: ran.event.source.rpartition("/")[2],
        "Instruction": lambda ran: ran.event.get("text"),
        "Level": lambda ran: ran.event.get("level"),
        "Way": lambda ran: ran.event.get("way"),
        "AnsweredBy": lambda ran: ran.answered_by,
        "Status": lambda ran: ran.status,
        "Detail": lambda ran: ran.event.get("detail"),
        "Event": lambda ran: ran.event.seq,
    },
    columns=("Partition", "Instruction", "Level", "Way", "AnsweredBy", "Status", "Detail"),
)


def _checked(call: Call) -> list[str]:
    for text in call.args.Instruction:
        try:
            instructions.parse(text)
        except instructions.BadInstruction as error:
            raise _bad(error) from None
    return list(call.args.Instruction)


def _bad(error: instructions.BadInstruction) -> CmdletError:
    return CmdletError(
        f"{error}.", "InvalidParameter", "InvalidArgument", explain=("explain.bad-instruction", {})
    )


def _run(call: Call) -> Iterator[object]:
    texts = _checked(call)
    level = instructions.USER if call.args.User else instructions.KERNEL
    if call.args.VM.casefold() == ROOT_NAME:
        yield from _in_root(call, texts, level)
        return
    for machine in find_machines(call, [call.args.VM]):
        guest = guest_of(call.lab, machine)
        if guest is None or guest.phase != "running":
            raise CmdletError(
                f"The guest of '{machine.name}' is not running.",
                "InvalidState",
                "InvalidOperation",
                explain=("explain.guest-not-running", {"name": machine.name}),
            )
        mark = len(call.lab.world.trace)
        thread = guest.spawn("instructions", [("instruction", text, level) for text in texts])
        partition = guest.partition

        def done(machine: object = machine, thread: int = thread.number, vp: int = thread.vp) -> bool:
            now = guest_of(call.lab, machine)  # type: ignore[arg-type]
            if now is None or now.hung:
                return True
            # what its processor does next is not the instructions' doing: it must have looked for other work
            return thread not in now.threads and not now.processors[vp].due

        try:
            call.lab.wait(done)
        except instructions.BadInstruction as error:
            raise _bad(error) from None
        yield from _found(call, mark, partition)


def _in_root(call: Call, texts: list[str], level: int) -> Iterator[object]:
    """The root's own kernel runs them at once: nobody stands above it whose answer it would wait for."""
    hypervisor = call.lab.world.get(f"{call.lab.host}/hypervisor", Hypervisor)
    mark = len(call.lab.world.trace)
    for text in texts:
        try:
            instructions.execute(hypervisor, ROOT, 0, text, level)
        except instructions.BadInstruction as error:
            raise _bad(error) from None
    yield from _found(call, mark, ROOT)


def _found(call: Call, mark: int, partition: int) -> Iterator[object]:
    trace = call.lab.world.trace
    for seq in range(mark + 1, len(trace) + 1):
        event: TraceEvent = trace[seq]
        if event.kind == "instruction" and event.partition == partition:
            after = trace[seq + 1] if seq < len(trace) else None
            followed = after if after is not None and after.cause == seq else None
            yield INSTRUCTION.of(Ran(event, followed, call.lab.platform.hosted))


CMDLETS = (
    Cmdlet(
        "Invoke-LabInstruction",
        MODULE,
        (
            Parameter("VM", position=0, mandatory=True, completer="vm", aliases=("VMName", "Name")),
            Parameter("Instruction", position=1, mandatory=True, array=True),
            Parameter("User", "switch"),
        ),
        _run,
        lab_only=True,
        summary_id="help.Invoke-LabInstruction",
    ),
)
