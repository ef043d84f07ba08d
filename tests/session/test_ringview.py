"""Rings and pages as they are looked at: what is shown is what lies in the guest's memory."""

from __future__ import annotations

import pytest

from hvlab.host.link import BusLink
from hvlab.hypervisor import Hypervisor
from hvlab.session import ringview
from hvlab.session.session import Session
from tests.conftest import IMAGE

CREATE = f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE}"


@pytest.fixture(scope="module")
def booted() -> Session:
    session = Session()
    session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01")
    return session


def test_there_is_nothing_to_see_before_a_machine_runs() -> None:
    session = Session()
    session.run(CREATE)
    assert ringview.channels(session.world, session.host) == []
    assert ringview.look(session.world, session.host, "web01", 1) is None
    memory = ringview.memory(session.world, session.host)
    assert memory is not None
    assert memory.owners == []


def test_the_newest_packet_of_each_ring_lies_where_the_trace_says(booted: Session) -> None:
    newest = {}
    for event in booted.world.trace:
        if event.kind == "ring.packet":
            newest[event.channel, event.get("direction")] = event
    assert len(newest) >= 6
    for (relid, direction), event in newest.items():
        assert relid is not None
        view = ringview.look(booted.world, booted.host, "web01", relid)
        assert view is not None
        ring = next(ring for ring in view.rings if ring.direction == direction)
        data = event.get("bytes")
        at = event.get("ring_offset")
        assert (ring.data + ring.data)[at : at + len(data)] == data
        assert (at + len(data)) % ring.size == ring.write


def test_the_indices_are_those_that_the_root_works_with(booted: Session) -> None:
    link = booted.world.get("host1/root/vmbus/web01", BusLink)
    for relid in link.opened:
        view = ringview.look(booted.world, booted.host, "web01", relid)
        assert view is not None
        out, back = view.rings
        assert (out.write, out.read, out.mask, out.pending) == link.end(relid).incoming.indices()
        assert (back.write, back.read, back.mask, back.pending) == link.end(relid).outgoing.indices()
        assert out.used == link.end(relid).incoming.used()
        assert out.free + out.used == out.size


def test_what_waits_is_what_lies_between_the_indices() -> None:
    pages = ((1, 1), (2, 2))
    ring = ringview.RingView("guest->host", 4096, 16, 4088, 0, 0, bytes(4096), pages, True)
    assert ring.used == 24
    assert [offset for offset in (4080, 4088, 4095, 0, 15, 16) if ring.waits(offset)] == [4088, 4095, 0, 15]


def test_a_closed_channel_has_no_rings() -> None:
    session = Session()
    session.run(f"New-VM web01 512MB -VHDPath {IMAGE}; Start-VM web01; Set-LabBreakpoint -Kind vmbus.channel")
    session.run("Wait-Lab web01")  # which stops at the first offer, before any channel is open
    link = session.world.get("host1/root/vmbus/web01", BusLink)
    closed = next(relid for relid, channel in link.server.channels.items() if channel.state == "Closed")
    view = ringview.look(session.world, session.host, "web01", closed)
    assert view is not None
    assert view.rings == ()


def test_every_page_is_somebodys_and_the_sums_are_the_hypervisors(booted: Session) -> None:
    memory = ringview.memory(booted.world, booted.host)
    assert memory is not None
    hypervisor = booted.world.get("host1/hypervisor", Hypervisor)
    partition = hypervisor.partitions[2]
    assert memory.owned("web01", "memory") == partition.mapped_pages == 512 * 256
    assert memory.owned("web01", "pool") == partition.pool_size
    assert memory.owned("root", "free") == memory.free
    ends = 0
    for extent in memory.extents:
        assert extent.first >= ends, "no page has two owners"
        ends = extent.first + extent.count
    assert ends <= memory.pages


def test_indices_that_make_no_sense_are_shown_as_they_are() -> None:
    session = Session()
    session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01")
    hypervisor = session.world.get("host1/hypervisor", Hypervisor)
    view = ringview.look(session.world, session.host, "web01", 1)
    assert view is not None
    control = view.rings[0].pages[0][1]
    hypervisor.memory.page_for_write(control)[0:4] = (70_000).to_bytes(4, "little")
    broken = ringview.look(session.world, session.host, "web01", 1)
    assert broken is not None
    assert not broken.rings[0].sound
    assert broken.rings[0].write == 70_000
    assert broken.rings[1].sound


def test_looking_changes_nothing(booted: Session) -> None:
    before = booted.world.digest()
    for machine, relid in ringview.channels(booted.world, booted.host):
        ringview.look(booted.world, booted.host, machine, relid)
    ringview.memory(booted.world, booted.host)
    assert booted.world.digest() == before
