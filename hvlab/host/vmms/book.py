"""The machines that one host's management keeps: looked up by name, defined, their settings checked and changed.

Every request is checked here against the host's state and the platform's
limits; a refusal names its reason and its figures (`Refusal`), and changes nothing.
"""

from __future__ import annotations

import uuid
from typing import Any

from hvlab.catalog import Platform
from hvlab.host import mounted, outcome
from hvlab.host.disks import HostStorage
from hvlab.host.link import BusLink
from hvlab.host.machine import (
    OFF,
    Refusal,
    VirtualMachine,
)
from hvlab.host.networks import VirtualNetworks
from hvlab.host.root import RootKernel
from hvlab.host.server import ServerSystem, server_of
from hvlab.host.worker import Worker
from hvlab.kernel import Component, derived

MINIMUM_MEMORY = 32 << 20
RESERVED_NAMES = ("root", "hypervisor")
"""A machine's name is a part of paths in the trace; these stand there for the host's own parts."""


class MachineBook(Component):
    """The virtual machines of one host, and the parts of the host that their management works with."""

    STATE = ("machines", "ran_before")

    def __init__(self, host: str, platform: Platform) -> None:
        self.host = host
        self.platform = platform
        self.machines: dict[str, VirtualMachine] = {}
        """By case-folded name, in the order of creation."""
        self.ran_before: tuple[str, ...] = ()
        """The machines that ran when the host was switched off, by folded name."""

    @derived
    def views(self) -> dict[str, Any]:
        """What whoever shows the machines has made of them, by identifier; it is made again when they are put back."""
        return {}

    @property
    def root(self) -> RootKernel:
        """The root's kernel."""
        return self.world.get(f"{self.host}/root", RootKernel)

    @property
    def server(self) -> ServerSystem:
        """The server that it runs on, with its firmware, its role and its event log."""
        return server_of(self.world, self.host)

    @property
    def storage(self) -> HostStorage:
        """The host's volumes."""
        return self.world.get(f"{self.host}/root/storage", HostStorage)

    @property
    def networks(self) -> VirtualNetworks:
        """The host's virtual switches."""
        return self.world.get(f"{self.host}/root/vmswitch", VirtualNetworks)

    def outcome(self) -> list[object]:
        """The machines, by name."""
        disks = outcome.Disks(self.storage.files)
        return [outcome.machine_outcome(one, disks) for _, one in sorted(self.machines.items())]

    # -- looking -----------------------------------------------------------------------------------

    def find(self, name: str) -> VirtualMachine | None:
        """The machine of that name, in any case."""
        return self.machines.get(name.casefold())

    def machine(self, name: str) -> VirtualMachine:
        """The machine of that name; Refusal if there is none."""
        found = self.find(name)
        if found is None:
            raise Refusal("no-such-vm", name=name)
        return found

    def check_free(self, machine: VirtualMachine) -> None:
        """Refusal while a job has the machine's files in hand."""
        if machine.job:
            raise Refusal("vm-busy", name=machine.name, job=machine.job)

    def usage(self, machine: VirtualMachine) -> int:
        """What a machine's processors use of the host's at this moment, in per cent."""
        hypervisor = self.root.hypervisor
        running = hypervisor.scheduler.running_of(machine.partition) if machine.partition else 0
        return 100 * running // hypervisor.processors

    def link(self, name: str) -> BusLink | None:
        """The root's end of a running machine's VMBus."""
        path = f"{self.host}/root/vmbus/{self.machine(name).name}"
        return self.world.get(path, BusLink) if self.world.has(path) else None

    def _worker(self, machine: VirtualMachine) -> Worker:
        return self.world.get(f"{self.host}/root/vmwp/{machine.name}", Worker)

    def mounted(self) -> tuple[str, ...]:
        """The virtual disks that the host itself has attached, by folded path."""
        path = mounted.path_of(self.host)
        return tuple(self.world.get(path, mounted.Mounts).mounts) if self.world.has(path) else ()

    # -- settings ----------------------------------------------------------------------------------

    def check_limit(self, name: str, asked: int) -> None:
        """Refusal if the platform allows fewer."""
        limit = self.platform.limits[name]
        if asked > limit.value and asked > (most := max(limit.value, self.server.raised(name))):
            values: dict[str, str | int] = {"asked": asked, "limit": most}
            if limit.handout is not None:
                values["handout"] = limit.handout
            raise Refusal(f"limit-{name.replace('_', '-')}", **values)

    def create(self, name: str, memory: int, processors: int = 1) -> VirtualMachine:
        """Define a virtual machine; it gets one SCSI controller, no disks."""
        self.check_new(name, memory, processors)
        identifier = str(uuid.UUID(bytes=self.world.stream(f"{self.name}/ids").uuid_bytes()))
        machine = VirtualMachine(name, identifier, memory, processors, self.world.now)
        self.machines[name.casefold()] = machine
        self._note(machine, "")
        self.server.log.write_of("vm-created", machine)
        return machine

    def check_new(self, name: str, memory: int, processors: int = 1) -> None:
        """Refusal if no machine of that name and size can be defined."""
        self.server.check_role()
        self.check_name(name)
        self.check_memory(memory)
        self.check_limit("processors_per_vm", processors)

    def check_name(self, name: str) -> None:
        """Refusal if no machine can have that name, or one has it."""
        bad = not name.strip() or len(name) > 100 or any(ord(c) < 32 or c in "/\\" for c in name)
        if bad or name.casefold() in RESERVED_NAMES:
            raise Refusal("bad-name", name=name)
        if self.find(name) is not None:
            raise Refusal("name-taken", name=name)

    def check_memory(self, memory: int) -> None:
        """Refusal if no machine can have so many bytes."""
        if memory < MINIMUM_MEMORY or memory % (2 << 20):
            raise Refusal("bad-memory", asked=memory >> 20, minimum=MINIMUM_MEMORY >> 20)
        self.check_limit("memory_per_vm_mb", memory >> 20)
        if not self.platform.handout:
            self.server.check_memory(memory)

    def note_settings(self, machine: VirtualMachine, what: str, value: str) -> int:
        """A machine's settings were changed: the trace tells which."""
        return self.world.emit(
            "vm.setting",
            self.name,
            f"{self.host}/{machine.name}",
            None,
            None,
            None,
            machine.name,
            what,
            value,
        )

    def set_processors(
        self,
        name: str,
        count: int | None = None,
        weight: int | None = None,
        reserve: int | None = None,
        maximum: int | None = None,
    ) -> None:
        """Change a machine's processors: their number while it is off, their share (per cent, weight) at any time."""
        machine = self.machine(name)
        if count is not None and count != machine.processors:
            if machine.state != OFF:
                raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=OFF)
            self.check_limit("processors_per_vm", count)
            machine.processors = count
        new_reserve = machine.reserve if reserve is None else reserve
        new_maximum = machine.maximum if maximum is None else maximum
        if new_reserve > new_maximum:
            raise Refusal("reserve-over-maximum", reserve=new_reserve, maximum=new_maximum)
        machine.weight = machine.weight if weight is None else weight
        machine.reserve, machine.maximum = new_reserve, new_maximum
        path = f"{self.host}/root/vmwp/{machine.name}"
        if machine.partition and self.world.has(path):
            self.world.get(path, Worker).share_again(machine)

    def reserved(self) -> int:
        """Per cent of a logical processor that running machines have reserved in all."""
        running = (machine for machine in self.machines.values() if machine.state != OFF)
        return sum(machine.reserve * machine.processors for machine in running)

    # -- their state -------------------------------------------------------------------------------

    def _note(self, machine: VirtualMachine, previous: str) -> int:
        return self.world.emit(
            "vm.state",
            self.name,
            f"{self.host}/{machine.name}",
            machine.partition or None,
            None,
            None,
            machine.name,
            previous or None,
            machine.state,
        )

    def _set_state(self, machine: VirtualMachine, state: str) -> int:
        previous, machine.state = machine.state, state
        machine.changed = self.world.now
        return self._note(machine, previous)
