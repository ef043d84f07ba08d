"""What becomes of single instructions in a partition: run natively, trapped, a call, or an exception.

The processor of 2008 has two modes. In a partition the guest's own kernel runs at
privilege level 0 and its applications at level 3, as ever; the hypervisor stands
below both, in a mode of its own. So a guest's application calls its kernel without
leaving the partition, while what belongs to the machine itself leads out of it. The
table below says which instruction does what; it is a choice of examples, not a
processor.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from hvlab.hypervisor.calls import HYPERCALLS
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.partition import MSR_HYPERCALL, MSR_NAMES

if TYPE_CHECKING:
    from hvlab.hypervisor.hypervisor import Hypervisor

OWN_CALL = "VPCEXT 7, 11"
KERNEL, USER = 0, 3
"""Privilege levels of the processor."""
NATIVE, SYSTEM_CALL, EXIT, INTERCEPT, HYPERCALL, EXCEPTION = (
    "native",
    "system call",
    "exit",
    "intercept",
    "hypercall",
    "exception",
)
_WORDS = re.compile(r"\s*([A-Za-z0-9]+)\s*(.*?)\s*$", re.ASCII)
_NUMBER = re.compile(r"\[?\s*(?:0[xX]([0-9A-Fa-f]+)|([0-9A-Fa-f]+)[hH]|([0-9]+))\s*\]?$", re.ASCII)


class BadInstruction(Exception):
    """A text that is no instruction the lab knows; the message says what would be."""


@dataclass(frozen=True)
class Outcome:
    """What becomes of an instruction: how it runs, the detail, its cost in ns, and what it leads to.

    An intercept has no cost of its own: the processor stands until the parent has answered.
    """

    way: str
    detail: str
    cost: int = 0
    then: Callable[[], object] | None = None


@dataclass(frozen=True)
class _Place:
    """Where an instruction runs."""

    hypervisor: Hypervisor
    partition: int
    vp: int
    level: int


def parse(text: str) -> tuple[str, list[str]]:
    """Mnemonic and operands, in upper case. Raises BadInstruction for one that the table does not hold."""
    found = _WORDS.match(text)
    mnemonic = found[1].upper() if found else ""
    if mnemonic not in _TABLE or found is None:
        raise BadInstruction(f"'{text}' is none of the instructions that the lab knows: {', '.join(_TABLE)}")
    operands = [part.strip().upper() for part in found[2].split(",")] if found[2] else []
    return mnemonic, operands


def execute(hypervisor: Hypervisor, partition: int, vp: int, text: str, level: int) -> Outcome:
    """Run one instruction on a processor of a partition that may run, and record what became of it.

    Raises BadInstruction. What an intercept's answer is, the processor finds in RAX when it goes on.
    """
    mnemonic, operands = parse(text)
    place = _Place(hypervisor, partition, vp, level)
    world = hypervisor.world
    software = hypervisor.software_name(hypervisor.partitions[partition])
    act = _TABLE[mnemonic]
    if act in _PRIVILEGED and level == USER:
        outcome = Outcome(EXCEPTION, "#GP: only for level 0", hypervisor.costs.native)
    else:
        outcome = act(place, operands)
    seq = world.emit(
        "instruction",
        software,
        hypervisor.name if outcome.then is not None else software,
        partition,
        vp,
        None,
        " ".join(text.split()),
        level,
        outcome.way,
        outcome.detail,
    )
    if outcome.then is not None:
        world.because(seq, outcome.then)
    return outcome


def _number(text: str, what: str) -> int:
    found = _NUMBER.match(text)
    if found is None:
        raise BadInstruction(f"'{text}' is no {what}: write it like 0x1F7")
    return int(found[1] or found[2] or found[3], 10 if found[3] else 16)


# -- one function a behaviour -------------------------------------------------------------------


def _native(place: _Place, operands: list[str]) -> Outcome:
    return Outcome(NATIVE, "", place.hypervisor.costs.native)


def _interrupts(place: _Place, operands: list[str]) -> Outcome:
    return Outcome(NATIVE, "the interrupt flag is the partition's own", place.hypervisor.costs.native)


def _system_call(place: _Place, operands: list[str]) -> Outcome:
    if place.level == KERNEL:
        return Outcome(EXCEPTION, "#UD: the lab's kernel does not call itself", place.hypervisor.costs.native)
    return Outcome(SYSTEM_CALL, "level 3 to 0, in the partition", place.hypervisor.costs.system_call)


def _move(place: _Place, operands: list[str]) -> Outcome:
    if len(operands) != 2:
        raise BadInstruction("MOV needs two operands, as in MOV EAX, 1")
    register = next((one for one in operands if re.fullmatch("CR[034]", one)), "")
    if register:
        if place.level == USER:
            return Outcome(EXCEPTION, "#GP: only for level 0", place.hypervisor.costs.native)
        return _control(place, register, operands[0] == register)
    address = next((one for one in operands if one.startswith("[")), "")
    if address:
        return _memory(place, _number(address, "address"), operands[0] == address)
    return _native(place, operands)


def _control(place: _Place, register: str, write: bool) -> Outcome:
    """Page tables are the hypervisor's business as long as the processor does not know two levels of them."""
    hypervisor = place.hypervisor
    if hypervisor.nested_paging or not write:
        return Outcome(NATIVE, "", hypervisor.costs.native)
    return _trap(place, register.lower(), "", "the hypervisor keeps the page tables")


def _trap(place: _Place, reason: str, what: str, detail: str) -> Outcome:
    hypervisor = place.hypervisor
    then = partial(hypervisor.trap, place.partition, place.vp, reason, what)
    return Outcome(EXIT, detail, hypervisor.costs.exit, then)


def _trapped_exception(place: _Place, reason: str, detail: str) -> Outcome:
    """It leads out, and comes back as an exception for the guest's kernel."""
    return replace(_trap(place, reason, "", detail), way=EXCEPTION)


def _memory(place: _Place, address: int, write: bool) -> Outcome:
    hypervisor = place.hypervisor
    page = address // PAGE_SIZE
    if hypervisor.partitions[place.partition].translate(page) is not None:
        return Outcome(NATIVE, f"page {page:#x} of its own", hypervisor.costs.native)
    then = partial(hypervisor.unmapped_access, place.partition, place.vp, address, write)
    return Outcome(INTERCEPT, "no memory of its own is there: its parent answers", 0, then)


def _identify(place: _Place, operands: list[str]) -> Outcome:
    hypervisor = place.hypervisor
    leaf = _number(operands[0], "leaf") if operands else 0
    then = partial(hypervisor.cpuid, place.partition, place.vp, leaf)
    return Outcome(EXIT, "the hypervisor says what processor there is", hypervisor.costs.exit, then)


def _halt(place: _Place, operands: list[str]) -> Outcome:
    return _trap(place, "hlt", "", "the processor is free for others")


def _port(place: _Place, operands: list[str], write: bool) -> Outcome:
    hypervisor = place.hypervisor
    at = operands[0 if write else -1] if operands else ""
    number = _number(at, "port") & 0xFFFF
    if hypervisor.owns_devices(place.partition):
        return Outcome(NATIVE, "the root owns the machine's devices", hypervisor.costs.native)
    value = 0
    if write and len(operands) > 1 and _NUMBER.match(operands[1]):
        value = _number(operands[1], "value")
    then = partial(hypervisor.io_port, place.partition, place.vp, number, write, 1, value)
    if hypervisor.intercepts_port(place.partition, number):
        return Outcome(INTERCEPT, f"port {number:#x}: its parent emulates a device there", 0, then)
    return Outcome(
        EXIT, f"port {number:#x}: nothing is there for this partition", hypervisor.costs.exit, then
    )


def _in(place: _Place, operands: list[str]) -> Outcome:
    return _port(place, operands, False)


def _out(place: _Place, operands: list[str]) -> Outcome:
    return _port(place, operands, True)


def _model_register(place: _Place, operands: list[str]) -> Outcome:
    msr = _number(operands[0], "register") if operands else MSR_HYPERCALL
    if msr not in MSR_NAMES:
        return _trapped_exception(place, "msr", f"#GP: there is no register 0x{msr:x}")
    return _trap(place, "msr", MSR_NAMES[msr], MSR_NAMES[msr])


def _hypercall(place: _Place, operands: list[str]) -> Outcome:
    hypervisor = place.hypervisor
    if place.level == USER and hypervisor.takes_calls:
        # The processor leaves the guest at any level; it is the hypervisor that answers with the exception.
        return _trapped_exception(place, "vmcall", "#UD: hypercalls are for level 0")
    if not hypervisor.takes_calls:
        return _trapped_exception(place, "vmcall", "#UD: nobody below takes calls")
    wanted = operands[0].casefold().removeprefix("hvcall") if operands else "createpartition"
    name = next((known for known in HYPERCALLS if known.casefold() == wanted), "")
    if not name:
        raise BadInstruction(f"'{operands[0]}' is no hypercall; there are: {', '.join(HYPERCALLS)}")
    first = _number(operands[1], "partition") if len(operands) > 1 else 0
    target = hypervisor.partitions.get(first)
    if target is not None and target.parent == place.partition:
        raise BadInstruction("the lab's root does not pull the ground from under its own worker processes")
    block = first.to_bytes(8, "little").ljust(HYPERCALLS[name].layout.size, b"\0")[
        : HYPERCALLS[name].layout.size
    ]
    then = partial(hypervisor.call, place.partition, place.vp, name, block)
    detail = f"{name}, partition {first}" if first else name
    return Outcome(HYPERCALL, detail, hypervisor.costs.hypercall, then)


def _own_call(place: _Place, operands: list[str]) -> Outcome:
    """Virtual PC's and Virtual Server's way of being called: bytes (0F 3F) that are no instruction to anybody else."""
    hypervisor = place.hypervisor
    if not hypervisor.knows_additions:
        return Outcome(EXCEPTION, "#UD: nobody below knows this call", hypervisor.costs.native)
    return _trap(place, "vpcext", "", "the Additions call their monitor")


_TABLE: dict[str, Callable[[_Place, list[str]], Outcome]] = {
    "ADD": _native,
    "SUB": _native,
    "MUL": _native,
    "CMP": _native,
    "JMP": _native,
    "NOP": _native,
    "RDTSC": _native,
    "MOV": _move,
    "CLI": _interrupts,
    "STI": _interrupts,
    "SYSCALL": _system_call,
    "CPUID": _identify,
    "INVLPG": lambda place, operands: _control(place, "invlpg", True),
    "HLT": _halt,
    "IN": _in,
    "OUT": _out,
    "RDMSR": _model_register,
    "WRMSR": _model_register,
    "VMCALL": _hypercall,
    "VPCEXT": _own_call,
}
"""Mnemonic to behaviour. MOV to a control register, to memory and between registers are three different things."""
_PRIVILEGED = frozenset({_interrupts, _halt, _in, _out, _model_register, _TABLE["INVLPG"]})
