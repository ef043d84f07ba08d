"""Frames through the whole chain: guest, ring, service, switch, cable; counts, refusals and consequences."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab.devices.network import protocol
from hvlab.guests.drivers.network import NetworkDriver
from hvlab.guests.network import Adapter, GuestNetwork
from hvlab.host.machine import NetworkAdapter, Refusal
from hvlab.host.networks import EXTERNAL, INTERNAL, PRIVATE, VirtualNetworks
from hvlab.host.services.network import NetworkService
from hvlab.network.talk import Asked
from tests.host.support import NEWER, SYSTEM, Lab

SECOND = 1_000_000_000


class Net:
    """A lab with its networks."""

    def __init__(self, **options: Any) -> None:
        self.lab = Lab(**options)

    @property
    def networks(self) -> VirtualNetworks:
        """The host's switches."""
        return self.lab.vmms.networks

    def boot(self, name: str, switch: str, disk: str = SYSTEM) -> None:
        """A machine with one adapter, booted; its disk is a copy-free second machine's own."""
        self.lab.run(f"New-VM {name} -MemoryStartupBytes 512MB -VHDPath {disk} -SwitchName {switch}")
        self.lab.run(f"Start-VM {name}; Wait-Lab {name} -For Heartbeat")
        self.lab.settle()

    def adapter(self, name: str) -> NetworkAdapter:
        """A machine's first adapter, as the host knows it."""
        return self.lab.vmms.machine(name).adapters[0]

    def network(self, name: str) -> GuestNetwork:
        """The guest's network."""
        return self.lab.world.get(f"host1/{name}/network", GuestNetwork)

    def inside(self, name: str) -> Adapter:
        """A machine's first adapter, as its guest knows it."""
        return next(iter(self.network(name).adapters.values()))

    def address(self, name: str, ip: str) -> None:
        """Give a guest an address."""
        self.network(name).configure(self.inside(name), ip, 24, "")

    def ping(self, name: str, target: str) -> Asked:
        """A ping from a guest (or `host`), and how it ended."""
        source = self.networks if name == "host" else self.network(name)
        asked = source.ask("ping", target)
        self.lab.settle(5)
        assert asked.finished
        return asked


@pytest.fixture(scope="module")
def booted() -> Net:
    """One guest on an external switch; tests only look at it."""
    net = Net()
    net.networks.create("LAN", EXTERNAL, "Local Area Connection")
    net.boot("web01", "LAN")
    return net


def test_the_first_boot_with_an_adapter_keeps_within_the_budget(booted: Net) -> None:
    assert 900 < len(booted.lab.world.trace) < 1500
    opened = [
        event for event in booted.lab.events("vmbus.message") if event.get("name", "").startswith("GPADL")
    ]
    assert len(opened) < 60


def test_netvsc_and_netvsp_have_come_together(booted: Net) -> None:
    service = booted.lab.link().services["net:0"]
    driver = booted.lab.guest().bus.state.drivers[booted.inside("web01").relid]
    assert isinstance(service, NetworkService) and isinstance(driver, NetworkDriver)
    assert service.netvsp.version == driver.netvsc.version == protocol.V1
    assert service.netvsp.mac == driver.netvsc.mac == booted.adapter("web01").mac
    assert service.netvsp.mac[:3] == bytes.fromhex("00155d")
    assert service.netvsp.held == {} and driver.netvsc.busy == {}


def test_a_guest_to_whom_nobody_gives_an_address_takes_one(booted: Net) -> None:
    station = booted.inside("web01").station
    mac = booted.adapter("web01").mac
    assert station.address == f"169.254.{mac[4] + 1}.{mac[5] + 1}" and station.prefix == 16


def test_a_frame_is_56_bytes_in_the_ring_and_the_frame_lies_in_the_send_buffer() -> None:
    net = Net()
    net.networks.create("Own", INTERNAL)
    net.boot("web01", "Own")
    before = len(net.lab.world.trace)
    host = net.networks.stations["switch:Own"].address
    assert net.ping("web01", host).outcome == "ok"
    packets = net.lab.events("ring.packet", before)

    def sizes(sender: str) -> list[tuple[str, int]]:
        return [(e.get("packet_type"), len(e.get("bytes"))) for e in packets if e.source.endswith(sender)]

    assert sizes("/netvsc") == [("in-band", 56), ("completion", 56)] * 2, (
        "a frame, and the answer's room back"
    )
    assert sizes("/netvsp") == [("completion", 56), ("transfer pages", 72)] * 2
    frames = net.lab.events("net.frame", before)
    assert [event.get("protocol") for event in frames] == [
        "ARP request", "ARP reply", "ICMP echo request", "ICMP echo reply"
    ]  # fmt: skip
    assert all(event.cause for event in frames)
    assert [event.get("action") for event in frames] == ["flood", "forward", "forward", "forward"]


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        (EXTERNAL, {"web02", "host", "fileserver"}),
        (INTERNAL, {"web02", "host"}),
        (PRIVATE, {"web02"}),
    ],
)
def test_the_ping_matrix_of_the_three_kinds(kind: str, reached: set[str]) -> None:
    net = Net()
    made = net.networks.create("S", kind, "Local Area Connection" if kind == EXTERNAL else "")
    net.boot("web01", "S")
    net.boot("web02", "S", NEWER)
    if kind == INTERNAL:
        net.networks.stations["switch:S"].configure("192.168.0.10", 24)
        net.networks.stations["nic:Local Area Connection"].address = ""
    for name, ip in (("web01", "192.168.0.21"), ("web02", "192.168.0.22")):
        net.address(name, ip)
    targets = {"web02": "192.168.0.22", "host": "192.168.0.10", "fileserver": "192.168.0.5"}
    outcomes = {name: net.ping("web01", ip).outcome for name, ip in targets.items()}
    assert {name for name, outcome in outcomes.items() if outcome == "ok"} == reached
    assert set(outcomes.values()) <= {"ok", "unreachable"}
    if "host" in reached:
        assert net.ping("host", "192.168.0.21").outcome == "ok"
    assert made.switch.table


def test_vlans_part_what_one_switch_joins() -> None:
    net = Net()
    net.networks.create("S", PRIVATE)
    net.boot("web01", "S")
    net.boot("web02", "S", NEWER)
    net.address("web01", "10.0.0.1")
    net.address("web02", "10.0.0.2")
    machine = net.lab.vmms.machine
    net.networks.set_vlan(machine("web01"), net.adapter("web01"), "Access", 10)
    assert net.ping("web01", "10.0.0.2").outcome == "unreachable"
    net.networks.set_vlan(machine("web02"), net.adapter("web02"), "Access", 10)
    assert net.ping("web01", "10.0.0.2").outcome == "ok"
    net.networks.set_vlan(machine("web02"), net.adapter("web02"), "Access", 20)
    assert net.ping("web02", "10.0.0.1").outcome != "ok"


def test_a_pulled_cable_and_what_the_guest_knows_of_it() -> None:
    net = Net()
    net.networks.create("LAN", EXTERNAL, "Local Area Connection")
    net.boot("web01", "LAN")
    net.address("web01", "192.168.0.21")
    machine, adapter = net.lab.vmms.machine("web01"), net.adapter("web01")
    assert net.ping("web01", "192.168.0.5").outcome == "ok"
    net.networks.cable(machine, adapter, False)
    net.lab.settle()
    assert net.ping("web01", "192.168.0.5").outcome == "no cable"
    assert not net.inside("web01").linked, "the adapter tells its guest"
    net.networks.cable(machine, adapter, True)
    net.lab.settle()
    assert net.ping("web01", "192.168.0.5").outcome == "ok"
    assert net.inside("web01").linked
    net.networks.cable_nic("Local Area Connection", False)
    assert net.ping("web01", "192.168.0.10").outcome == "ok", "the switch itself goes on"
    net.lab.settle(200)
    assert net.ping("web01", "192.168.0.5").outcome == "unreachable"
    assert net.inside("web01").linked, "a guest does not see the physical cable"
    net.networks.cable_nic("Local Area Connection", True)
    assert net.ping("web01", "192.168.0.5").outcome == "ok"


def test_disconnecting_connecting_and_removing_a_switch_under_a_running_guest() -> None:
    net = Net()
    net.networks.create("A", INTERNAL)
    net.networks.create("B", INTERNAL)
    net.boot("web01", "A")
    machine, adapter = net.lab.vmms.machine("web01"), net.adapter("web01")
    here, there = (net.networks.stations[f"switch:{name}"] for name in "AB")
    assert net.ping("web01", here.address).outcome == "ok"
    net.networks.connect(machine, adapter, "b")
    assert adapter.switch == "B"
    assert net.ping("web01", there.address).outcome == "ok"
    net.networks.remove("B")
    assert adapter.switch == "" and "switch:B" not in net.networks.stations
    net.lab.settle()
    assert not net.inside("web01").linked
    net.networks.connect(machine, adapter, "A")
    net.lab.settle()
    assert net.ping("web01", here.address).outcome == "ok"


def test_shutting_down_gives_every_page_back_and_the_next_boot_has_the_same_address() -> None:
    net = Net()
    net.networks.create("S", PRIVATE)
    net.boot("web01", "S")
    mac = net.adapter("web01").mac
    guest = net.lab.guest()
    net.lab.run("Stop-VM web01")
    assert guest.bus_state is not None and guest.bus_state.connection.gpadls == {}
    assert net.networks.named("S").switch.ports == {} and not net.lab.world.has("host1/web01/network")
    net.lab.run("Start-VM web01; Wait-Lab web01 -For Heartbeat")
    net.lab.settle()
    assert net.adapter("web01").mac == mac and net.inside("web01").station.mac == mac


def test_refusals() -> None:
    net = Net()
    networks, lab = net.networks, net.lab
    networks.create("LAN", EXTERNAL, "Local Area Connection")

    def refused(act: Any, *arguments: Any) -> str:
        with pytest.raises(Refusal) as caught:
            act(*arguments)
        return caught.value.reason

    assert refused(networks.create, "lan", PRIVATE) == "switch-name-taken"
    assert refused(networks.create, "a/b", PRIVATE) == "bad-switch-name"
    assert refused(networks.create, "X", EXTERNAL, "Local Area Connection") == "nic-in-use"
    assert refused(networks.create, "X", EXTERNAL, "nothing") == "no-such-nic"
    assert refused(networks.create, "X", EXTERNAL, "Wireless Network Connection") == "wireless-nic"
    assert refused(networks.remove, "X") == "no-such-switch"
    lab.run("New-VM a")
    machine = lab.vmms.machine("a")
    for _ in range(7):  # it has one already
        networks.add_adapter(machine, "Network Adapter", False)
    assert refused(networks.add_adapter, machine, "Network Adapter", False) == "limit-synthetic-adapters"
    for _ in range(4):
        networks.add_adapter(machine, "Legacy", True)
    assert refused(networks.add_adapter, machine, "Legacy", True) == "limit-legacy-adapters"
    assert [adapter.number for adapter in machine.adapters] == list(range(12))
    networks.remove_adapter(machine, machine.adapters[3])
    assert networks.add_adapter(machine, "again", False).number == 3
    lab.run("Start-VM a")
    assert refused(networks.remove_adapter, machine, machine.adapters[0]) == "wrong-state"
    assert len({adapter.mac for adapter in machine.adapters}) == 12


def test_the_pool_ends_and_a_static_address_helps() -> None:
    net = Net()
    for number in range(33):
        net.lab.run(f"New-VM a{number} 32MB")
        for _ in range(7):
            net.networks.add_adapter(net.lab.vmms.machine(f"a{number}"), "n", False)
        net.networks.power_on(net.lab.vmms.machine(f"a{number}")) if number < 32 else None
    assert net.lab.tried("Start-VM a32") == ["OperationFailed"]
    assert net.lab.state("a32") == "Off"
    for adapter in net.lab.vmms.machine("a32").adapters:
        net.networks.set_address(
            net.lab.vmms.machine("a32"), adapter, bytes([0, 0x15, 0x5D, 9, 9, adapter.number])
        )
    assert net.lab.tried("Start-VM a32") == []


def test_two_runs_are_the_same_and_going_back_changes_nothing() -> None:
    digests = []
    for _ in range(2):
        net = Net()
        net.networks.create("LAN", EXTERNAL, "Local Area Connection")
        net.boot("web01", "LAN")
        state = net.lab.world.save()
        first = net.ping("web01", net.networks.stations["switch:LAN"].address).outcome
        after = net.lab.world.digest()
        net.lab.world.restore(state)
        assert net.ping("web01", net.networks.stations["switch:LAN"].address).outcome == first
        assert net.lab.world.digest() == after
        digests.append((after, net.lab.world.trace.digest()))
    assert digests[0] == digests[1]
