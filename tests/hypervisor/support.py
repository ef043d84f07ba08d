"""A hypervisor with a root that keeps what it is given, for tests."""

from __future__ import annotations

from hvlab.hypervisor import Costs, Hypercalls, Hypervisor, PartitionSoftware
from hvlab.hypervisor.hypervisor import ROOT
from hvlab.hypervisor.partition import MSR_SCONTROL, MSR_SIEFP, MSR_SIMP, MSR_SINT0
from hvlab.kernel import World

COSTS = Costs(hypercall=10, exit=5, intercept=100, interrupt=7, repeat_element=1)


class Recorder(PartitionSoftware):
    """Software that notes its interrupts and resumptions."""

    STATE = ("seen",)

    def __init__(self) -> None:
        self.seen: list[tuple[object, ...]] = []

    def interrupt(self, vp: int, sint: int, vector: int) -> None:
        self.seen.append(("interrupt", vp, sint, vector, self.world.now))

    def resumed(self, vp: int) -> None:
        self.seen.append(("resumed", vp, self.world.now))

    def started_up(self, vp: int) -> None:
        self.seen.append(("started", vp, self.world.now))

    def computed(self, vp: int) -> None:
        self.seen.append(("computed", vp, self.world.now))


class Machine:
    """A world with a hypervisor, a root, and ways to make children."""

    def __init__(self, pages: int = 4096) -> None:
        self.world = World()
        self.hypervisor = self.world.add("hv", Hypervisor(pages, COSTS, {}, 2))
        self.root = self.world.add("root", Recorder())
        self.hypervisor.launch(self.root.index)
        self.calls = Hypercalls(self.hypervisor, ROOT, 0, 0x3000)
        self.next_page = pages

    def pages(self, count: int) -> list[tuple[int, int]]:
        """A run of the root's pages, from the end."""
        self.next_page -= count
        return [(self.next_page, count)]

    def child(self, memory: int = 64, pool: int = 64) -> int:
        """An active child with memory, a processor that runs and recording software; its number."""
        number = self.calls.call("CreatePartition").value
        assert self.calls.call("DepositMemory", runs=self.pages(pool), partition_id=number).ok
        assert self.calls.call("InitializePartition", partition_id=number).ok
        assert self.calls.call("CreateVp", partition_id=number).ok
        assert self.calls.call("MapGpaPages", runs=self.pages(memory), partition_id=number, map_flags=7).ok
        software = self.world.add(f"child{number}", Recorder())
        self.hypervisor.partitions[number].software = software.index
        self.hypervisor.partitions[number].vps[0].suspended = False
        return number

    def software(self, number: int) -> Recorder:
        return self.world.get(f"child{number}", Recorder)

    def inside(self, number: int) -> Hypercalls:
        """Hypercalls as the child makes them."""
        return Hypercalls(self.hypervisor, number, 0, 0x1000)

    def switch_on_synic(self, number: int, sint: int = 2, vector: int = 0x52) -> None:
        """SIM at page 8, SIEF at page 9, one SINT unmasked."""
        for msr, value in (
            (MSR_SIMP, 0x8001),
            (MSR_SIEFP, 0x9001),
            (MSR_SINT0 + sint, vector),
            (MSR_SCONTROL, 1),
        ):
            self.hypervisor.write_msr(number, 0, msr, value)

    def connect(self, source: int, connection: int, owner: int, port: int, kind: int, flags: int = 0) -> None:
        """A port of `owner` and a connection of `source` to it."""
        assert self.calls.call(
            "CreatePort",
            port_partition=owner,
            port_id=port,
            connection_partition=source,
            port_type=kind,
            target_sint=2,
            flag_count=flags,
        ).ok
        assert self.calls.call(
            "ConnectPort",
            connection_partition=source,
            connection_id=connection,
            port_partition=owner,
            port_id=port,
            connection_type=kind,
        ).ok
