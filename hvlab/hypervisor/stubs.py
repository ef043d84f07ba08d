"""The caller's side of hypercalls: pack the input struct, put it where the hypervisor reads it, call.

An operating system makes one of these for its virtual processor. Fast calls
carry their 8 bytes in registers; the others are written into the input page, and
what the hypervisor gets is read back from that page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hvlab.hypervisor.calls import HYPERCALLS, SET_VP_REGISTERS
from hvlab.hypervisor.hypervisor import Hypervisor
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.results import Result

_whose_registers = SET_VP_REGISTERS.struct.pack
"""Every exit that the parent answers ends with this call: here its fields stand in the layout's order."""


class Hypercalls:
    """Hypercalls as made by one virtual processor of one partition; `input_gpa` is its input page."""

    def __init__(self, hypervisor: Hypervisor, partition: int, vp: int, input_gpa: int) -> None:
        self.hypervisor = hypervisor
        self.partition = partition
        self.vp = vp
        self.input_gpa = input_gpa

    def call(
        self,
        name: str,
        runs: Sequence[tuple[int, int]] = (),
        values: Sequence[bytes] = (),
        **fields: Any,
    ) -> Result:
        """Make the call `name` (without HvCall) with the fields of its input struct."""
        call = HYPERCALLS[name]
        block = call.layout.pack(**fields)
        if not call.fast:
            block = self._through_page(block)
        return self.hypervisor.call(self.partition, self.vp, name, block, runs, values)

    def _through_page(self, block: bytes) -> bytes:
        """Write an input struct into the input page, and give what the hypervisor reads there. LookupError."""
        hypervisor = self.hypervisor
        page, begin = divmod(self.input_gpa, PAGE_SIZE)
        spa = hypervisor.machine_page(self.partition, page)
        memory = hypervisor.memory
        own, end = memory.own.get(spa) or memory.page_for_write(spa), begin + len(block)
        own[begin:end] = block
        return bytes(own[begin:end])

    def set_registers(self, partition: int, vp: int, registers: dict[int, int]) -> Result:
        """SetVpRegisters with a list of (register, value)."""
        block = self._through_page(_whose_registers(partition, vp, 0, b""))
        return self.hypervisor.set_registers(self.partition, self.vp, block, partition, vp, registers)

    def post(self, connection: int, payload: bytes) -> Result:
        """PostMessage of VMBus' message type 1."""
        return self.call(
            "PostMessage",
            connection_id=connection,
            message_type=1,
            payload_size=len(payload),
            payload=payload,
        )

    def signal(self, connection: int, flag: int = 0) -> Result:
        """SignalEvent."""
        return self.hypervisor.signal(self.partition, self.vp, connection, flag)
