"""A 4 KiB write by the full protocol: packet, hypercall, event flag, VSP, VHD, completion, each a trace event."""

from __future__ import annotations

import struct
import time
from functools import partial

import pytest

from hvlab.guests.system_record import data_sectors
from hvlab.kernel import Component, World, handler
from hvlab.session.session import Session
from tests.benchmarks.measure import medians, seconds, show
from tests.benchmarks.test_kernel import SHOTS, TIMERS, with_simpy

pytestmark = pytest.mark.benchmark

WRITES, ROUNDS = 150, 9
READY = r"""New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd
New-VHD D:\data.vhd -SizeBytes 1GB -Fixed
Add-VMHardDiskDrive web01 -ControllerType SCSI -Path D:\data.vhd
Start-VM web01
Wait-Lab web01 -For Heartbeat
"""
MOST = 30
"""SimPy timeouts that a write may cost; 19 to 22 were seen."""


def timeout() -> float:
    return with_simpy() / (TIMERS * SHOTS)


def test_a_full_protocol_write() -> None:
    session = Session()
    assert session.run(READY).ok

    def requests(operation: str, size: str) -> float:
        before = len(session.world.trace)
        begin = time.process_time()
        outcome = session.run(
            f"Start-LabWorkload web01 -Operation {operation} -Size {size} -Count {WRITES} -ControllerType SCSI"
        )
        taken = time.process_time() - begin
        assert outcome.ok and len(session.world.trace) - before >= 11 * WRITES
        return taken / WRITES

    ours, one, *others = medians(
        ROUNDS,
        partial(requests, "Write", "4KB"),
        timeout,
        partial(requests, "Read", "4KB"),
        partial(requests, "Write", "8KB"),
    )
    show("a full-protocol 4 KiB write, traced, snapshots on: SimPy timeouts", ours / one, f"<= {MOST}")
    for label, taken in zip(("a 4 KiB read", "an 8 KiB write"), others, strict=True):
        show(f"{label} of the same kind: SimPy timeouts", taken / one, "none")
    assert ours / one <= MOST


_packet = struct.Struct("<8sQ72sII").pack
_index = struct.Struct("<I").pack_into
CALL = ("SignalEvent", 93, 0, "HV_STATUS_SUCCESS", 65629, 0, 1, 1, bytes(8))
RAISED = ("event flag", 2, 65, 1)


class Bare(Component):
    """Writes down and moves what a write writes down and moves, and asks nothing."""

    STATE = ("left",)

    def __init__(self) -> None:
        self.left = WRITES
        self.page, self.ring, self.control = bytearray(4096), bytearray(1 << 16), bytearray(4096)
        self.chunks: dict[int, bytes] = {}

    def sent(self, cause: int) -> None:
        world, append = self.world, self.world.trace.events.append
        now, at = world.now, self.left * 96 % 60_000
        data = _packet(b"GPA dire", self.left, bytes(72), 0, at)
        self.ring[at : at + 96] = data
        _index(self.control, 0, at + 96)
        fields = ("guest->host", "GPA direct", self.left, at, True, data)
        append((now, "ring.packet", cause, "storvsc", "storvsp", 2, 0, 2, fields))
        append((now, "hypercall", cause + 1, "web01", "hypervisor", 2, 0, None, CALL))
        append((now, "interrupt", cause + 2, "hypervisor", "root", 1, 0, None, RAISED))

    @handler
    def on_write(self, payload: None) -> int | None:
        self.left -= 1
        self.page[:] = data_sectors(self.left, self.left * 8, 8)
        world, append, lba = self.world, self.world.trace.events.append, self.left * 8
        cause = len(world.trace.events)
        begun, done = ("start", "write", lba, 8, "synthetic", ""), ("end", "write", lba, 8, "synthetic", "ok")
        append((world.now, "guest.io", cause, "web01", "web01/storvsc", 2, 0, 2, begun))
        self.sent(cause)
        append((world.now, "exit", cause, "web01", "hypervisor", 2, 0, None, ("hlt", "", None)))
        asked, had = ("scsi:0", "WRITE", lba, 8), ("write", "data.vhd", lba, 8, "ok", 0)
        append((world.now, "device.command", cause, "storvsp", "storage", 2, None, 2, asked))
        self.chunks[lba] = bytes(self.page)
        append((world.now, "disk.io", cause, "vmbus", "storage", None, None, None, had))
        self.sent(cause)
        append((world.now, "guest.io", cause, "web01", "web01/storvsc", 2, 0, 2, done))
        return 79_000 if self.left else None


def test_the_floor_under_a_write() -> None:
    """What no way of doing it can go below: the record's bytes, the eleven events, the copies, one kernel event."""

    def bare() -> float:
        world = World()
        world.add("bare", Bare()).after(0, Bare.on_write, None)
        taken = seconds(world.run)
        assert len(world.trace) == 11 * WRITES
        return taken / WRITES

    def record() -> float:
        return seconds(lambda: [data_sectors(number, number * 8, 8) for number in range(WRITES)]) / WRITES

    least, filling, one = medians(ROUNDS, bare, record, timeout)
    show("its events and bytes alone, nothing asked: SimPy timeouts", least / one, "none")
    show("of that, making 4 KiB of records with their checksums", filling / one, "none")
    assert filling < least < MOST * one
