"""The worker process of one virtual machine (vmwp.exe): it builds the partition, and plays its board (`Board`).

Building and tearing down are plans, lists of steps that take simulated time one
after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from hvlab.catalog import Platform
from hvlab.devices.emulated import atapi, ide, nic
from hvlab.devices.emulated.nic import LegacyNic
from hvlab.guests import startup
from hvlab.guests.guest import GuestSystem
from hvlab.guests.legacy import DEVICE_TABLE_GPA
from hvlab.guests.network import GuestNetwork
from hvlab.guests.programs import POWER_PORT, RESET_PORT
from hvlab.host import metering, saved
from hvlab.host.board import Board
from hvlab.host.machine import VirtualMachine
from hvlab.host.root import EVENT_PORT, MESSAGE_PORT, partition_of_port, port_number
from hvlab.hypervisor.calls import CPU_CAP, CPU_RESERVE, CPU_WEIGHT, Status
from hvlab.hypervisor.hypervisor import ROOT
from hvlab.hypervisor.life import (
    PAGES_PER_TABLE,
    POOL_PAGES,
    REGISTER_EXPLICIT_SUSPEND,
)
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.hypervisor.results import Result
from hvlab.kernel import handler
from hvlab.vmbus.signals import EVENT_CONNECTION, MESSAGE_CONNECTION, VMBUS_SINT

Step = tuple[Any, ...]


def shares(machine: VirtualMachine, everything: bool = False) -> list[tuple[int, int]]:
    """The partition properties that give a machine its share of the processors; defaults need not be said."""
    wanted = [
        (CPU_WEIGHT, machine.weight, 100),
        (CPU_RESERVE, machine.reserve * 1000, 0),
        (CPU_CAP, machine.maximum * 1000, 100_000),
    ]
    return [(code, value) for code, value, default in wanted if everything or value != default]


class Worker(Board):
    """One virtual machine's worker process."""

    STATE: ClassVar[tuple[str, ...]] = (*Board.STATE, "plan", "pool", "ram", "restart")

    def __init__(self, host: str, vm: str, platform: Platform) -> None:
        super().__init__(host, vm, platform)
        self.plan: list[Step] = []
        self.pool: list[tuple[int, int]] = []
        self.ram: list[tuple[int, int]] = []
        self.restart = False

    # -- plans ----------------------------------------------------------------------------------

    def build(self, machine: VirtualMachine, sizes: dict[str, int]) -> None:
        """Build the machine's partition and start its processor."""
        pages = machine.memory // PAGE_SIZE
        begin: list[Step] = [("offer", tuple(sorted(sizes.items()))), ("guest", pages), ("start",)]
        if machine.saved is not None:
            reading = pages * (PAGE_SIZE // 512) * self.platform.timing.disk_sector
            begin = [("read_memory", reading), ("put_back",), ("go_on",)]
        self._build(machine, sizes, begin)

    def receive(self, machine: VirtualMachine, sizes: dict[str, int]) -> None:
        """Build a partition for a machine that comes from another host while it runs; it is empty until `take_over`."""
        self._build(machine, sizes, [])

    def take_over(self) -> None:
        """What the partition was built for is in it now: the machine goes on here."""
        self._step_go_on()

    def give_back(self) -> None:
        """The machine does not come: delete the partition that was built for it."""
        self.plan = [("finalize",), ("withdraw",), ("delete",), ("give_up", "not-moved")]
        self.after(self.platform.timing.management, Worker.on_step, None)

    def _build(self, machine: VirtualMachine, sizes: dict[str, int], begin: list[Step]) -> None:
        pages = machine.memory // PAGE_SIZE
        pool = POOL_PAGES["InitializePartition"] + machine.processors * POOL_PAGES["CreateVp"]
        pool += -(-pages // PAGES_PER_TABLE)
        self.board = self.make_board(machine, sizes)
        self.cd = self._make_drives(machine)
        cd_ports = atapi.PORTS if machine.dvds else ()
        self.nics = [
            (adapter.key, LegacyNic(adapter.mac, bool(adapter.switch) and adapter.cable))
            for adapter in machine.adapters
            if adapter.legacy
        ]
        nic_ports = [
            nic.port_of(place, register) for place in range(len(self.nics)) for register in nic.REGISTERS
        ]
        ports: list[Step] = [
            ("intercept", port) for port in (*ide.PORTS, *cd_ports, POWER_PORT, RESET_PORT, *nic_ports)
        ]
        self.plan = [
            ("reserve", pages, pool),
            ("create",),
            ("deposit",),
            ("initialize",),
            ("map",),
            *(("vp", number) for number in range(machine.processors)),
            *(("share", code, value) for code, value in shares(machine)),
            *ports,
            ("ports",),
            *begin,
        ]
        self.after(self.platform.timing.process_start, Worker.on_step, None)

    def tear_down(self, restart: bool = False) -> None:
        """Destroy the partition; with `restart` the machine is started again at once, from its disk."""
        if self.stopping:
            return
        self.restart = restart
        self.stopping = True
        self.plan = [("remove_guest",), ("finalize",), ("withdraw",), ("delete",), ("end",)]
        self.after(self.platform.timing.management, Worker.on_step, None)

    @handler
    def on_step(self, payload: None) -> int | None:
        """Do the plan's next step."""
        if not self.plan:
            return None
        step = self.plan.pop(0)
        cost = self._STEPS[step[0]](self, *step[1:])
        return cost if self.plan else None

    def pause(self) -> None:
        """Stop the machine's processors where they are."""
        self._suspend(1)

    def resume(self) -> None:
        """Let the machine's processors go on; services that must know are told."""
        self._suspend(0)
        self.link.going_on()

    def _suspend(self, value: int) -> None:
        for vp in self.hypervisor.partitions[self.partition].vps:
            self.root.hypercalls.set_registers(self.partition, vp, {REGISTER_EXPLICIT_SUSPEND: value})

    def _call(self, name: str, **arguments: Any) -> Result:
        result = self.root.hypercalls.call(name, **arguments)
        if not result.ok:
            raise AssertionError(f"the root's {name} failed: {Status(result.status).name}")
        return result

    def _cost(self, result: Result) -> int:
        return self.hypervisor.cost_of(result)

    def _step_reserve(self, pages: int, pool: int) -> int:
        ram = self.root.reserve(pages)
        pool_pages = self.root.reserve(pool) if ram is not None else None
        if ram is None or pool_pages is None:
            if ram is not None:
                self.root.release(ram)
            self.plan = []
            self.management.worker_failed(self.vm, "not-enough-memory")
            return 0
        self.ram, self.pool = ram, pool_pages
        return 1

    def _step_create(self) -> int:
        result = self._call("CreatePartition")
        self.partition = result.value
        return self._cost(result)

    def _step_deposit(self) -> int:
        return self._cost(self._call("DepositMemory", runs=self.pool, partition_id=self.partition))

    def _step_initialize(self) -> int:
        return self._cost(self._call("InitializePartition", partition_id=self.partition))

    def _step_map(self) -> int:
        return self._cost(self._call("MapGpaPages", runs=self.ram, partition_id=self.partition, map_flags=7))

    def _step_vp(self, number: int) -> int:
        return self._cost(self._call("CreateVp", partition_id=self.partition, vp_index=number))

    def _step_share(self, code: int, value: int) -> int:
        return self._cost(
            self._call(
                "SetPartitionProperty",
                partition_id=self.partition,
                property_code=code,
                property_value=value,
            )
        )

    def share_again(self, machine: VirtualMachine) -> None:
        """The running machine's share of the processors has been changed."""
        for code, value in shares(machine, everything=True):
            self._step_share(code, value)

    def watch_port(self, port: int) -> None:
        """Have the guest's accesses to one more port intercepted."""
        self._step_intercept(port)

    def _step_intercept(self, port: int) -> int:
        return self._cost(
            self._call(
                "InstallIntercept",
                partition_id=self.partition,
                access_type=3,
                intercept_type=0,
                parameter=port,
            )
        )

    def _step_ports(self) -> int:
        """A message and an event port each way, and the connections to them."""
        child = self.partition
        flag = self.root.claim_flag(child, 0)
        plan = [
            (ROOT, port_number(child, MESSAGE_PORT), child, MESSAGE_CONNECTION, 1, 0, 0),
            (ROOT, port_number(child, EVENT_PORT), child, EVENT_CONNECTION, 2, flag, 1),
            (child, MESSAGE_PORT, ROOT, port_number(child, MESSAGE_PORT), 1, 0, 0),
            (child, EVENT_PORT, ROOT, port_number(child, EVENT_PORT), 2, 0, 2048),
        ]
        cost = 0
        for owner, port, source, connection, kind, base, count in plan:
            cost += self._cost(
                self._call(
                    "CreatePort",
                    port_partition=owner,
                    port_id=port,
                    connection_partition=source,
                    port_type=kind,
                    target_sint=VMBUS_SINT,
                    base_flag_number=base,
                    flag_count=count,
                )
            )
            cost += self._cost(
                self._call(
                    "ConnectPort",
                    connection_partition=source,
                    connection_id=connection,
                    port_partition=owner,
                    port_id=port,
                    connection_type=kind,
                )
            )
        self.root.workers[child] = self.name
        self.root.buses[child] = self.link.name
        return cost

    def _step_offer(self, sizes: tuple[tuple[str, int], ...]) -> int:
        machine = cast(Any, self.management).machine(self.vm)
        self.link.prepare(machine, self.partition, dict(sizes))
        return 1

    def _step_guest(self, pages: int) -> int:
        guest = self.world.add(
            f"{self.host}/{self.vm}", GuestSystem(self.vm, self.host, self.partition, pages)
        )
        self.world.add(f"{guest.name}/network", GuestNetwork(guest.name))
        if self.nics:
            self.hypervisor.write_gpa(self.partition, DEVICE_TABLE_GPA, bytes([len(self.nics)]))
        self._set_boot_order()
        self.hypervisor.partitions[self.partition].software = guest.index
        return 1

    def _set_boot_order(self) -> None:
        """Tell the firmware what to boot from. The table leaves out drives without a disc, and what is not modelled:

        booting over a network, and floppy drives. If that leaves the disk alone it stays empty, as after power-on.
        """
        machine = cast(Any, self.management).machine(self.vm)
        discs = [
            startup.CD | unit << startup.UNIT_SHIFT
            for unit, drive in enumerate(self.cd.drives)
            if drive is not None and drive.sectors
        ]
        entries = {"CD": discs, "IDE": [startup.DISK]}
        order = [entry for device in machine.boot_order for entry in entries.get(device, [])]
        if order != [startup.DISK]:
            self.hypervisor.write_gpa(self.partition, startup.BOOT_TABLE_GPA, bytes(order))

    def _step_start(self) -> int:
        calls = self.root.hypercalls
        for number in sorted(self.hypervisor.partitions[self.partition].vps):
            result = calls.set_registers(self.partition, number, {REGISTER_EXPLICIT_SUSPEND: 0})
        self.management.worker_running(self.vm, self.partition)
        self.world.because(result.seq, self.world.get(f"{self.host}/{self.vm}", GuestSystem).power_on)
        return 0

    def _step_read_memory(self, nanoseconds: int) -> int:
        """The saved memory is read from its file."""
        return nanoseconds

    def _step_put_back(self) -> int:
        machine = cast(Any, self.management).machine(self.vm)
        try:
            saved.put(self.world, self.host, machine, self, self.disks.files)
        except saved.Unreadable:
            self.plan = [("finalize",), ("withdraw",), ("delete",), ("give_up", "saved-state-unreadable")]
        return 1

    def _step_give_up(self, reason: str) -> int:
        self.root.forget(self.partition)
        self.management.worker_failed(self.vm, reason)
        return 0

    def _step_go_on(self) -> int:
        """The machine goes on where it was; its saved state is used up."""
        self.management.worker_running(self.vm, self.partition)
        self.resume()
        return 0

    def _step_remove_guest(self) -> int:
        metering.settle(self.world, self.host, cast(Any, self.management).machine(self.vm))
        self.link.partition_gone()
        self.root.forget(self.partition)
        self.world.remove(self.world.get(f"{self.host}/{self.vm}/network", GuestNetwork))
        self.world.remove(self.world.get(f"{self.host}/{self.vm}", GuestSystem))
        self.hypervisor.partitions[self.partition].software = -1
        return 1

    def _step_finalize(self) -> int:
        for kind in (MESSAGE_PORT, EVENT_PORT):
            self._call(
                "DisconnectPort", connection_partition=ROOT, connection_id=port_number(self.partition, kind)
            )
        cost = self._cost(self._call("FinalizePartition", partition_id=self.partition))
        for kind in (MESSAGE_PORT, EVENT_PORT):
            port = port_number(self.partition, kind)
            self.root.hypercalls.call("DeletePort", port_partition=ROOT, port_id=port)
        for port in [
            p for p in self.hypervisor.partitions[ROOT].ports if partition_of_port(p) == self.partition
        ]:
            self.root.hypercalls.call("DeletePort", port_partition=ROOT, port_id=port)
        return cost

    def _step_withdraw(self) -> int:
        return self._cost(self._call("WithdrawMemory", partition_id=self.partition))

    def _step_delete(self) -> int:
        cost = self._cost(self._call("DeletePartition", partition_id=self.partition))
        self.root.release(self.ram)
        self.root.release(self.pool)
        return cost

    def _step_end(self) -> int:
        self.management.worker_gone(self.vm, self.restart)
        return 0

    _STEPS: ClassVar[dict[str, Callable[..., int]]] = {
        "reserve": _step_reserve,
        "create": _step_create,
        "deposit": _step_deposit,
        "initialize": _step_initialize,
        "map": _step_map,
        "vp": _step_vp,
        "share": _step_share,
        "intercept": _step_intercept,
        "ports": _step_ports,
        "offer": _step_offer,
        "guest": _step_guest,
        "start": _step_start,
        "read_memory": _step_read_memory,
        "put_back": _step_put_back,
        "give_up": _step_give_up,
        "go_on": _step_go_on,
        "remove_guest": _step_remove_guest,
        "finalize": _step_finalize,
        "withdraw": _step_withdraw,
        "delete": _step_delete,
        "end": _step_end,
    }
