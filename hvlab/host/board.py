"""The emulated board of one virtual machine, played by its worker process.

While the machine runs, every port access that the hypervisor intercepted lands here, is played
on the devices' models (hvlab/devices/emulated), and is answered through SetVpRegisters.
"""

from __future__ import annotations

from typing import ClassVar, Protocol, cast

from hvlab import catalog
from hvlab.catalog import Platform
from hvlab.devices.emulated import atapi, i8042, ide, nic
from hvlab.devices.emulated.atapi import AtapiChannel
from hvlab.devices.emulated.i8042 import KeyboardController
from hvlab.devices.emulated.ide import IdeChannel
from hvlab.devices.emulated.nic import LegacyNic
from hvlab.guests.keys import VECTOR as KEY_VECTOR
from hvlab.guests.legacy import FIRST_VECTOR
from hvlab.guests.programs import POWER_PORT, RESET_NOW, RESET_PORT, SLEEP_NOW
from hvlab.host.disks import DiskRequest, HostStorage
from hvlab.host.link import BusLink
from hvlab.host.machine import VirtualMachine
from hvlab.host.root import RootKernel
from hvlab.hypervisor import Hypervisor
from hvlab.hypervisor.intercepts import MEMORY_MESSAGE, READ, REP, UNMAPPED_GPA, PortAccess, port_access
from hvlab.hypervisor.life import (
    REGISTER_INTERCEPT_SUSPEND,
    REGISTER_RAX,
    REGISTER_RCX,
)
from hvlab.kernel import Component, neighbour

CD_TOKEN = "cd"
CD_VECTOR = 0x3F
"""The vector of the secondary channel's interrupt line: one above the primary's."""
_DISK_PORTS = frozenset(ide.PORTS)


class Management(Protocol):
    """What a worker asks and tells the management service."""

    def machine(self, name: str) -> VirtualMachine:
        """The machine of that name."""

    def worker_running(self, vm: str, partition: int) -> None:
        """The machine's processor has started."""

    def worker_failed(self, vm: str, reason: str) -> None:
        """The machine could not be built."""

    def worker_gone(self, vm: str, restart: bool) -> None:
        """The machine's partition is deleted."""


class GuestMemory:
    """The memory of one partition by guest-physical address. LookupError where there is none."""

    def __init__(self, hypervisor: Hypervisor, partition: int) -> None:
        self.hypervisor = hypervisor
        self.partition = partition

    def read(self, gpa: int, count: int) -> bytes:
        """Bytes of it."""
        return self.hypervisor.read_gpa(self.partition, gpa, count)

    def write(self, gpa: int, data: bytes) -> None:
        """Change bytes of it."""
        self.hypervisor.write_gpa(self.partition, gpa, data)


class Board(Component):
    """The devices of a board, and the accesses of one partition to them."""

    STATE: ClassVar[tuple[str, ...]] = (
        "host",
        "vm",
        "platform_id",
        "partition",
        "board",
        "cd",
        "nics",
        "keys",
        "stopping",
    )

    def __init__(self, host: str, vm: str, platform: Platform) -> None:
        self.host = host
        self.vm = vm
        self.platform_id = platform.id
        self.partition = 0
        self.board = IdeChannel((0, 0))
        self.cd = AtapiChannel()
        self.nics: list[tuple[str, LegacyNic]] = []
        """Legacy network adapters by their settings' keys."""
        self.keys = KeyboardController()
        self.stopping = False

    @property
    def platform(self) -> Platform:
        """The virtualization platform."""
        return catalog.platform(self.platform_id)

    @neighbour
    def root(self) -> RootKernel:
        """The root's kernel."""
        return self.world.get(f"{self.host}/root", RootKernel)

    @property
    def hypervisor(self) -> Hypervisor:
        """The host's hypervisor."""
        return self.root.hypervisor

    @property
    def management(self) -> Management:
        """The management service."""
        return cast(Management, self.world.get(f"{self.host}/root/vmms", Component))

    @property
    def link(self) -> BusLink:
        """The root's end of the machine's VMBus."""
        return self.world.get(f"{self.host}/root/vmbus/{self.vm}", BusLink)

    @property
    def disks(self) -> HostStorage:
        """The host's storage."""
        return self.world.get(f"{self.host}/root/storage", HostStorage)

    def tear_down(self, restart: bool = False) -> None:
        """The guest has switched its machine off, or pressed its reset (`restart`)."""
        raise NotImplementedError

    def watch_port(self, port: int) -> None:
        """Have the guest's accesses to one more port intercepted."""
        raise NotImplementedError

    def make_board(self, machine: VirtualMachine, sizes: dict[str, int]) -> IdeChannel:
        """The emulated channel with the machine's disks."""
        first, second = (
            sizes[drive.path] if (drive := machine.drive_at("IDE", 0, location)) is not None else 0
            for location in (0, 1)
        )
        return IdeChannel((first, second))

    def _make_drives(self, machine: VirtualMachine) -> AtapiChannel:
        """The emulated channel with the machine's DVD drives."""
        channel = AtapiChannel()
        for drive in machine.dvds:
            sectors = self.disks.disc(drive.path).size // atapi.SECTOR if drive.path else 0
            channel.drives[drive.location] = atapi.DvdDrive(sectors)
        return channel

    # -- IDE disks, and what belongs to the board as a whole ----------------------------------------

    def intercepted(self, kind: int, message: bytes) -> None:
        """A port access of the guest: play the device, then let the processor go on."""
        if self.stopping:
            return
        if kind == UNMAPPED_GPA:
            self._nothing_there(message)
            return
        access = port_access(message)
        port, value = access.port, access.rax
        registers: dict[int, int] = {}
        if port in _DISK_PORTS:
            registers = self._disk_access(access)
        elif port == POWER_PORT:
            if value & SLEEP_NOW:
                self.tear_down()
                return
        elif port == RESET_PORT:
            if value & RESET_NOW == RESET_NOW:
                self.tear_down(restart=True)
                return
        elif (place := nic.place_of(port)) is not None:
            registers = self._nic_access(place, access)
        elif port in i8042.PORTS:
            registers = self._key_access(access)
        elif port in atapi.PORTS:
            registers = self._cd_access(access)
        else:
            registers = self._disk_access(access)
        registers[REGISTER_INTERCEPT_SUSPEND] = 0
        self._answer(access.vp_index, registers)

    def _answer(self, vp: int, registers: dict[int, int]) -> None:
        """Give the processor the access's result and let it go on."""
        self.root.hypercalls.set_registers(self.partition, vp, registers)

    def _nothing_there(self, message: bytes) -> None:
        """An access to memory that the machine has not got: a read gives all ones, a write is lost."""
        registers = {REGISTER_RAX: (1 << 64) - 1, REGISTER_INTERCEPT_SUSPEND: 0}
        vp = MEMORY_MESSAGE.unpack(message)["vp_index"]
        self.root.hypercalls.set_registers(self.partition, vp, registers)

    def _disk_access(self, access: PortAccess) -> dict[int, int]:
        """A register or the data port of the channel with the disks."""
        if access.access_info & REP:
            self._play(self._string(access))
            return {REGISTER_RCX: 0}
        if access.access_type == READ:
            return {REGISTER_RAX: self.board.read(access.port)}
        self._play(self.board.write(access.port, access.rax))
        return {}

    def _string(self, access: PortAccess) -> list[ide.Effect]:
        """REP INS or OUTS of a sector: the worker reads or writes the guest's buffer for it."""
        length = access.rcx * (access.access_info & 7)
        if access.access_type == READ:
            data, effects = self.board.take_sector()
            self.hypervisor.write_gpa(self.partition, access.rdi, data[:length])
            return effects
        return self.board.give_sector(self.hypervisor.read_gpa(self.partition, access.rsi, length))

    def _play(self, effects: list[ide.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, ide.Interrupt):
                self.hypervisor.line_interrupt(self.partition, 0x3E, ide.IRQ)
                continue
            sectors = effect.sectors if isinstance(effect, ide.Fetch) else len(effect.data) // ide.SECTOR
            drive = self.management.machine(self.vm).drive_at("IDE", 0, effect.unit)
            assert drive is not None, "the channel knows only the disks that the machine has"
            self.world.emit(
                "device.command",
                self.name,
                self.disks.name,
                self.partition,
                None,
                None,
                f"ide:0:{effect.unit}",
                ide.COMMAND_NAMES[self.board.command],
                effect.lba,
                sectors,
            )
            data = effect.data if isinstance(effect, ide.Store) else b""
            token = ("ide", self.partition)
            self._submit(DiskRequest(self.name, token, drive.path, effect.lba, sectors, data))

    def _submit(self, request: DiskRequest) -> None:
        self.disks.submit(request)

    def disk_done(self, token: object, status: str, data: bytes) -> None:
        """The host's disk has ended a request of the emulated channel; one for an earlier partition is late."""
        if not self.stopping and token == (CD_TOKEN, self.partition):
            self._play_cd(self.cd.fetched(data if status == "ok" else None))
            return
        if self.stopping or token != ("ide", self.partition):
            return
        if self.board.command == ide.WRITE_SECTORS:
            self._play(self.board.stored(status == "ok"))
        else:
            self._play(self.board.fetched(data if status == "ok" else None, status == "medium"))

    # -- the keyboard -----------------------------------------------------------------------------

    def press(self, code: int, info: int) -> None:
        """A person types where no driver listens to the synthetic keyboard (`Key`'s codes).

        Until then the controller's ports are not intercepted: no system touches them before a key comes.
        """
        if not self.hypervisor.intercepts_port(self.partition, i8042.DATA):
            for port in i8042.PORTS:
                self.watch_port(port)
        if self.keys.press(code, info):
            self.hypervisor.line_interrupt(self.partition, KEY_VECTOR, i8042.IRQ)

    def _key_access(self, access: PortAccess) -> dict[int, int]:
        if access.access_type == READ:
            return {REGISTER_RAX: self.keys.read(access.port)}
        self.keys.write(access.port, access.rax & 0xFF)
        return {}

    # -- DVD drives -------------------------------------------------------------------------------

    def _cd_access(self, access: PortAccess) -> dict[int, int]:
        """A register or the data port of the channel with the DVD drives."""
        if not access.access_info & REP:
            if access.access_type == READ:
                return {REGISTER_RAX: self.cd.read(access.port)}
            self._play_cd(self.cd.write(access.port, access.rax))
            return {}
        length = access.rcx * (access.access_info & 7)
        if access.access_type == READ:
            data, effects = self.cd.take(length)
            self.hypervisor.write_gpa(self.partition, access.rdi, data)
        else:
            effects = self.cd.give(self.hypervisor.read_gpa(self.partition, access.rsi, length))
        self._play_cd(effects)
        return {REGISTER_RCX: 0}

    def _play_cd(self, effects: list[atapi.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, ide.Interrupt):
                self.hypervisor.line_interrupt(self.partition, CD_VECTOR, atapi.IRQ)
                continue
            machine = self.management.machine(self.vm)
            path = next((one.path for one in machine.dvds if one.location == effect.unit), "")
            self.world.emit(
                "device.command",
                self.name,
                self.disks.name,
                self.partition,
                None,
                None,
                f"ide:1:{effect.unit}",
                atapi.NAMES[effect.code],
                effect.lba,
                effect.sectors,
            )
            ratio = atapi.SECTOR // ide.SECTOR
            token = (CD_TOKEN, self.partition)
            self.disks.submit(
                DiskRequest(self.name, token, path, effect.lba * ratio, effect.sectors * ratio, b"")
            )

    # -- legacy network adapters ------------------------------------------------------------------

    def _nic_access(self, place: tuple[int, int], access: PortAccess) -> dict[int, int]:
        number, register = place
        device = self.nics[number][1]
        if access.access_type == READ:
            return {REGISTER_RAX: device.read_register(register)}
        memory = GuestMemory(self.hypervisor, self.partition)
        self._play_nic(number, device.write_register(register, access.rax & 0xFFFFFFFF, memory))
        return {}

    def _play_nic(self, number: int, effects: list[nic.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, nic.Frame):
                self.link.network.from_machine(self.vm, self.nics[number][0], effect.data)
            else:
                self.hypervisor.line_interrupt(
                    self.partition, FIRST_VECTOR + nic.LINES[number], nic.LINES[number]
                )

    def adapter_frame(self, key: str, data: bytes) -> None:
        """The switch has a frame for a legacy adapter."""
        for number, (known, device) in enumerate(self.nics):
            if known == key and not self.stopping:
                self._play_nic(number, device.receive(data, GuestMemory(self.hypervisor, self.partition)))

    def adapter_cable(self, key: str, linked: bool) -> None:
        """A legacy adapter was connected or disconnected; the device tells nobody."""
        for known, device in self.nics:
            if known == key:
                device.linked = linked
