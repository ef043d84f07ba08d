"""A child that does what no driver does: the root stays up, and so does the neighbour."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hvlab.guests.guest import GuestSystem
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel import WorldState
from hvlab.vmbus import messages, packets
from hvlab.vmbus.messages import V1
from tests.host.support import NEWER, SYSTEM, Lab
from tests.properties.test_vmbus import anything


def connect_again(lab: Lab, guest: GuestSystem) -> None:
    """The guest's drivers begin anew without having said goodbye, as after a crash."""
    guest.units.clear()
    guest.drivers.clear()
    guest.spawn("drivers", [("enlighten",), ("vmbus",), ("integration",)], 0)
    lab.settle(3)


@pytest.mark.parametrize(("platform", "image"), [("ws2008", SYSTEM), ("ws2012", NEWER)])
def test_a_second_contact_closes_everything_and_all_of_it_works_again(platform: str, image: str) -> None:
    lab = Lab(platform=platform)
    guest = lab.boot(path=image)
    before = len(lab.world.trace)
    connect_again(lab, guest)
    states = [(event.get("device"), event.get("state")) for event in lab.events("vmbus.channel", before)]
    names = ["ide:0:0", "scsi:0", "net:0", "shutdown", "heartbeat", "timesync", "kvp", "vss"]
    names += ["keyboard", "mouse", "video"]
    assert [state for state in states if state[1] == "closed"] == [(name, "closed") for name in names]
    names[2] = (
        f"net:{next(iter(guest.network.adapters.values())).relid}"  # the guest names an adapter by its channel
    )
    assert {name: state for name, (state, _) in guest.drivers.items()} == {
        "vmbus": "connected",
        **dict.fromkeys(names, "ready"),
    }
    lab.run("Start-LabWorkload web01 -Count 2")
    assert (guest.workloads[-1].route, guest.workloads[-1].errors) == ("synthetic", 0)
    lab.run("Stop-VM web01")
    assert lab.state() == "Off"


def test_there_is_one_heartbeat_however_often_a_guest_agrees() -> None:
    lab = Lab()
    guest = lab.boot()
    for _ in range(3):
        connect_again(lab, guest)
    before = len(lab.world.trace)
    lab.settle(20)
    beats = [event for event in lab.events("integration", before) if event.get("action") == "beat"]
    assert len(beats) == 10


def test_a_guest_that_names_no_page_of_its_own_for_signals_hears_nothing_and_breaks_nothing() -> None:
    lab = Lab()
    guest = lab.boot()
    for page in (0, 1 << 40, (512 << 20) + 4096):
        guest.hypercalls.post(1, messages.pack("INITIATE_CONTACT", version=V1, interrupt_page=page))
        guest.hypercalls.post(1, messages.pack("REQUEST_OFFERS"))
        guest.hypercalls.signal(2)
        lab.settle(3)
    assert guest.read(0, PAGE_SIZE) == bytes(PAGE_SIZE)
    lab.run("Stop-VM web01 -TurnOff; Get-VM web01")
    assert lab.state() == "Off"


def test_a_channel_over_pages_that_are_no_rings_is_stopped_at_its_opening() -> None:
    lab = Lab()
    guest = lab.boot()
    pages = [0x40000 // PAGE_SIZE + number for number in range(8)]
    for page in pages:
        guest.write(page * PAGE_SIZE, b"\xff" * PAGE_SIZE)
    post: Callable[[bytes], object] = lambda data: guest.hypercalls.post(1, data)  # noqa: E731
    post(messages.pack("INITIATE_CONTACT", version=V1, interrupt_page=0x60000))
    post(messages.pack("REQUEST_OFFERS"))
    lab.settle(1)
    for message in messages.gpadl_messages(1, 0xAA, pages, 8 * PAGE_SIZE):
        post(message)
    post(messages.pack("OPEN_CHANNEL", channel_id=1, ring_gpadl=0xAA, downstream_ring_page_offset=4))
    before = len(lab.world.trace)
    lab.settle(1)
    # The guest's own driver, behind whose back all this went on, then gives back pages that are none any more.
    refused = [event.get("name") for event in lab.events("vmbus.refused", before)]
    assert refused == ["ring", "GPADL_TEARDOWN"]
    lab.run("Get-VM web01; Stop-VM web01 -TurnOff")


# -- anything at all ------------------------------------------------------------------------------------


class Neighbours:
    """Two machines that run, kept as a moment to go back to."""

    def __init__(self, platform: str, image: str) -> None:
        self.lab = Lab(platform=platform)
        self.lab.boot("web01", image)
        copy = r"C:\VMs\second.vhd"
        source = self.lab.file(image)
        target = self.lab.storage.files.create(copy)
        for offset, data in source.file.content.pieces():
            target.write(offset, data)
        target.truncate(source.size)
        self.lab.boot("web02", copy)
        self.moment: WorldState = self.lab.world.save()

    def fresh(self) -> Lab:
        self.lab.world.restore(self.moment)
        return self.lab


@pytest.fixture(scope="module", params=[("ws2008", SYSTEM), ("ws2012", NEWER)], ids=["ws2008", "ws2012"])
def neighbours(request: pytest.FixtureRequest) -> Neighbours:
    return Neighbours(*request.param)


def second_is_well(lab: Lab) -> None:
    """The other machine's heart beats, and its disk works; the lab's commands do too."""
    before = lab.link("web02").last_beat
    lab.settle(5)
    assert lab.link("web02").last_beat > before
    lab.run("Start-LabWorkload web02 -Count 1; Stop-VM web01 -TurnOff; Stop-VM web02")
    assert (lab.state("web01"), lab.state("web02")) == ("Off", "Off")
    assert sorted(lab.hypervisor.partitions) == [1]


fuzzed = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzzed
@given(sent=st.lists(anything(), min_size=1, max_size=12))
def test_whatever_a_child_posts_the_root_and_the_neighbour_go_on(
    neighbours: Neighbours, sent: list[bytes]
) -> None:
    lab = neighbours.fresh()
    guest = lab.guest("web01")
    for data in sent:
        guest.hypercalls.post(1, data[:240])
        lab.settle(1)
    second_is_well(lab)


POKES = st.lists(
    st.tuples(
        st.integers(1, 4),  # relid
        st.integers(0, 1),  # which of its rings
        st.one_of(st.integers(0, 127), st.integers(4096, 4096 + 2000)),  # control page or data
        st.sampled_from([0, 1, 2, 4, 8, 9, 0x10, 0x40, 0x7F, 0x80, 0xFF]),
    ),
    min_size=1,
    max_size=8,
)


@fuzzed
@given(pokes=POKES, while_busy=st.booleans())
def test_whatever_lies_in_a_childs_rings_the_root_and_the_neighbour_go_on(
    neighbours: Neighbours, pokes: list[tuple[int, int, int, int]], while_busy: bool
) -> None:
    lab = neighbours.fresh()
    guest = lab.guest("web01")
    if while_busy:
        guest.start_workload("write", "ide:0:0", 4096, 20, 1 << 17)
    for relid, half, at, value in pokes:
        channel = guest.bus.state.connection.channels.get(relid)
        if channel is None or not channel.pages:
            continue
        ring = channel.pages[channel.downstream_offset * half :]
        guest.write(ring[at // PAGE_SIZE] * PAGE_SIZE + at % PAGE_SIZE, bytes([value]))
        lab.world.run(limit=40)
    for event in lab.events("ring.packet", neighbours.moment.trace_length):
        packets.parse(event.get("bytes"))  # what the two ends have written is well formed, whatever they read
    second_is_well(lab)
