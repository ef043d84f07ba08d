"""The guest's driver for legacy network adapters: it works by port accesses alone, without any VMBus.

What it must do on the processor it does as operations of the guest's threads;
descriptors and buffers lie in the guest's memory, where the device reads them.
The firmware has left a table in memory that says how many adapters there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hvlab.devices.emulated import nic
from hvlab.hypervisor.memory import PAGE_SIZE

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem
    from hvlab.guests.threads import Op

DEVICE_TABLE_GPA = 0xE0000
"""Where the firmware says what is on the board: the number of legacy adapters (the lab's own form of such a table)."""
RING = 8
"""Descriptors of each of an adapter's two rings."""
BUFFER = 1536
FIRST_VECTOR = 0x30
"""An interrupt line's vector is this and the line's number."""
WANTED = nic.REASONS | nic.NORMAL | nic.ABNORMAL


@dataclass
class LegacyDriver:
    """One adapter (0 to 3): where its rings and buffers lie, and what waits to be sent."""

    number: int
    rings: int
    buffers: list[int]
    """GPA of each buffer: the receive ring's, then the transmit ring's."""
    mac: bytes = b""
    next_receive: int = 0
    next_transmit: int = 0
    waiting: list[bytes] = field(default_factory=list)
    ready: bool = False

    @property
    def key(self) -> str:
        """How the guest's network knows it."""
        return f"legacy:{self.number}"

    def receive_entry(self, index: int) -> int:
        """GPA of a receive descriptor."""
        return self.rings + index * nic.DESCRIPTOR.size

    def transmit_entry(self, index: int) -> int:
        """GPA of a transmit descriptor."""
        return self.rings + (RING + index) * nic.DESCRIPTOR.size


def _out(driver: LegacyDriver, register: int, value: int) -> Op:
    return ("out", nic.port_of(driver.number, register), value, 4)


def _in(driver: LegacyDriver, register: int) -> Op:
    return ("in", nic.port_of(driver.number, register), 4)


def find(guest: GuestSystem) -> int:
    """Look into the firmware's table, and start each adapter that it names."""
    count = guest.read(DEVICE_TABLE_GPA, 1)[0]
    program: list[Op] = []
    for number in range(min(count, len(nic.BASES))):
        pages = guest.allocate(1 + RING)
        buffers = [page * PAGE_SIZE + half for page in pages[1:] for half in (0, PAGE_SIZE // 2)]
        driver = LegacyDriver(number, pages[0] * PAGE_SIZE, buffers)
        guest.legacy.append(driver)
        _lay_rings(guest, driver)
        program += _start(driver)
    guest.current.program[:0] = program
    return 0


def _lay_rings(guest: GuestSystem, driver: LegacyDriver) -> None:
    for index in range(RING):
        end = nic.END_OF_RING if index == RING - 1 else 0
        given = nic.DESCRIPTOR.pack(
            status=nic.OWNED_BY_DEVICE, control=end | BUFFER, buffer=driver.buffers[index]
        )
        guest.write(driver.receive_entry(index), given)
        own = nic.DESCRIPTOR.pack(control=end, buffer=driver.buffers[RING + index])
        guest.write(driver.transmit_entry(index), own)


def _start(driver: LegacyDriver) -> list[Op]:
    program = [_out(driver, nic.BUS_MODE, nic.RESET)]
    for place in range(6):
        program += [
            _out(driver, nic.ROM_ADDRESS, place),
            _out(driver, nic.ROM_PORT, nic.ROM_READ),
            _in(driver, nic.ROM_PORT),
            ("legacy_address", driver.number),
        ]
    return [
        *program,
        _out(driver, nic.RECEIVE_LIST, driver.receive_entry(0)),
        _out(driver, nic.TRANSMIT_LIST, driver.transmit_entry(0)),
        _out(driver, nic.ENABLE, WANTED),
        _out(driver, nic.OPERATION, nic.START_RECEIVE | nic.START_TRANSMIT),
        ("legacy_ready", driver.number),
    ]


def address(guest: GuestSystem, number: int) -> int:
    """A byte of the adapter's address has been read."""
    guest.legacy[number].mac += bytes([guest.current.value & 0xFF])
    return 0


def ready(guest: GuestSystem, number: int) -> int:
    """The adapter works."""
    driver = guest.legacy[number]
    driver.ready = True
    guest.note_driver(driver.key, "ready", "DEC 21140")
    device = driver.key.encode().ljust(16, b"\0")
    guest.network.adapter_ready(driver.key, 0, driver.mac, device)
    return 0


def transmit(guest: GuestSystem, number: int, frame: bytes) -> None:
    """Send a frame as soon as the processor has time for it."""
    driver = guest.legacy[number]
    driver.waiting.append(frame)
    if len(driver.waiting) == 1:
        guest.soon([("legacy_send", number)])


def sending(guest: GuestSystem, driver: LegacyDriver) -> bool:
    """Whether frames wait, the device has not sent all that it was given, or the driver has not heard of it yet."""
    status = [guest.read(driver.transmit_entry(index), 4) for index in range(RING)]
    given = any(int.from_bytes(one, "little") & nic.OWNED_BY_DEVICE for one in status)
    return bool(driver.waiting) or given or any(one.name == "deferred" for one in guest.threads.values())


def send(guest: GuestSystem, number: int) -> int:
    """Put what waits into free descriptors, then tell the device with one access."""
    driver = guest.legacy[number]
    filled = False
    while driver.waiting:
        at = driver.transmit_entry(driver.next_transmit)
        entry = nic.DESCRIPTOR.unpack(guest.read(at, nic.DESCRIPTOR.size))
        if entry["status"] & nic.OWNED_BY_DEVICE:
            break
        frame = driver.waiting.pop(0)
        guest.write(entry["buffer"], frame)
        entry["control"] = entry["control"] & nic.END_OF_RING | nic.FIRST | nic.LAST | len(frame)
        entry["status"] = nic.OWNED_BY_DEVICE
        guest.write(at, nic.DESCRIPTOR.pack(**entry))
        driver.next_transmit = (driver.next_transmit + 1) % RING
        filled = True
    if filled:
        guest.current.program.insert(0, _out(driver, nic.TRANSMIT_POLL, 1))
    return 0


def interrupted(guest: GuestSystem, vector: int) -> bool:
    """Whether an interrupt is that of a legacy adapter; its work follows when the processor has time."""
    for driver in guest.legacy:
        if vector == FIRST_VECTOR + nic.LINES[driver.number]:
            guest.soon([_in(driver, nic.STATUS), ("legacy_serve", driver.number)])
            return True
    return False


def serve(guest: GuestSystem, number: int) -> int:
    """The status has been read: acknowledge it, take what has come, go on sending."""
    driver = guest.legacy[number]
    follow: list[Op] = [_out(driver, nic.STATUS, guest.current.value & 0x1FFFF), ("legacy_take", number)]
    if driver.waiting:
        follow.append(("legacy_send", number))
    guest.current.program[:0] = follow
    return 0


def take(guest: GuestSystem, number: int) -> int:
    """Take the frames out of the receive ring and give their descriptors back to the device."""
    driver = guest.legacy[number]
    while True:
        at = driver.receive_entry(driver.next_receive)
        entry = nic.DESCRIPTOR.unpack(guest.read(at, nic.DESCRIPTOR.size))
        if entry["status"] & nic.OWNED_BY_DEVICE:
            return 0
        size = (entry["status"] >> 16) - nic.FRAME_CHECK
        frame = guest.read(entry["buffer"], size)
        entry["status"] = nic.OWNED_BY_DEVICE
        guest.write(at, nic.DESCRIPTOR.pack(**entry))
        driver.next_receive = (driver.next_receive + 1) % RING
        guest.network.received(driver.key, frame)


OPERATIONS: dict[str, Callable[..., int]] = {
    "legacy_network": find,
    "legacy_address": address,
    "legacy_ready": ready,
    "legacy_send": send,
    "legacy_serve": serve,
    "legacy_take": take,
}
