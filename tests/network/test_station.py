"""Stations on a switch: ARP, echo, a service, and load balancing with its conditions."""

from __future__ import annotations

import pytest

from hvlab.network import frames, nlb, station
from hvlab.network.addresses import BadAddress
from hvlab.network.nlb import MULTICAST, UNICAST, Cluster
from hvlab.network.station import Answered, Station, Transmit
from hvlab.network.switch import Switch

SECOND = 1_000_000_000


class Wire:
    """Stations on a switch, without any delay."""

    def __init__(self, count: int, spoofing: bool = False) -> None:
        self.switch = Switch()
        self.now = 0
        self.stations: dict[int, Station] = {}
        self.frames: list[tuple[int, bytes]] = []
        self.answers: list[Answered] = []
        for number in range(1, count + 1):
            mac = bytes([0, 0x15, 0x5D, 0, 0, number])
            self.switch.plug(f"s{number}", mac, spoofing)
            self.stations[number] = Station(f"s{number}", mac)
            self.stations[number].configure(f"10.0.0.{number}", 24)

    def serve(self, number: int, effects: list[station.Effect]) -> None:
        """Carry every frame that follows to where it goes."""
        for effect in effects:
            if isinstance(effect, Answered):
                self.answers.append(effect)
                continue
            self.frames.append((number, effect.data))
            for port, data in self.switch.forward(number, effect.data, self.now).out:
                self.serve(port, self.stations[port].frame(data, self.now))

    def ping(self, number: int, target: str, tag: int = 1) -> Answered:
        """One ping and how it ended."""
        self.serve(number, self.stations[number].ping(tag, target, self.now))
        self.serve(number, self.stations[number].give_up(tag))
        return self.answers[-1]

    def ask(self, number: int, target: str, tag: int) -> str:
        """Who answered a client's request, or why nobody did."""
        self.serve(number, self.stations[number].request(tag, target, self.now))
        self.serve(number, self.stations[number].give_up(tag))
        answer = self.answers[-1]
        return answer.text if answer.outcome == station.OK else answer.outcome

    def beat(self) -> None:
        """A second passes, and every member of a cluster says so."""
        self.now += SECOND
        for number, one in self.stations.items():
            if one.cluster:
                self.serve(number, [Transmit(one.cluster.beat(one.mac))])


def test_a_ping_asks_for_the_address_first_and_only_once() -> None:
    wire = Wire(3)
    assert wire.ping(1, "10.0.0.2") == Answered(1, station.OK, "10.0.0.2", 128)
    kinds = [frames.summary(data)[0] for _, data in wire.frames]
    assert kinds == ["ARP request", "ARP reply", "ICMP echo request", "ICMP echo reply"]
    wire.frames.clear()
    assert wire.ping(1, "10.0.0.2", 2).outcome == station.OK
    assert [frames.summary(data)[0] for _, data in wire.frames] == ["ICMP echo request", "ICMP echo reply"]
    wire.frames.clear()
    wire.now += station.ARP_AGE + 1
    wire.ping(1, "10.0.0.2", 3)
    assert frames.summary(wire.frames[0][1])[0] == "ARP request", "what is old is asked for again"


def test_many_questions_at_once_ask_for_the_address_once() -> None:
    wire = Wire(3)
    one = wire.stations[1]
    sent = [effect for tag in range(1, 20) for effect in one.ping(tag, "10.0.0.2", wire.now)]
    assert len(sent) == 1
    wire.now += station.ARP_AGAIN
    again = one.ping(20, "10.0.0.2", wire.now)
    assert len(again) == 1, "the first may be lost"
    wire.serve(1, again)
    assert [answer.tag for answer in wire.answers] == list(range(1, 21))
    assert one.questions == {}


def test_how_a_ping_ends() -> None:
    wire = Wire(2)
    assert wire.ping(1, "10.0.0.9").outcome == station.UNREACHABLE
    assert wire.ping(1, "10.0.0.1").outcome == station.OK
    assert wire.ping(1, "10.9.0.1").outcome == station.NO_ROUTE
    wire.stations[2].answers_echo = False
    assert wire.ping(1, "10.0.0.2").outcome == station.TIMED_OUT
    wire.stations[1].address = ""
    assert wire.ping(1, "10.0.0.2").outcome == station.NO_ADDRESS


def test_a_far_target_goes_to_the_gateway() -> None:
    wire = Wire(2)
    wire.stations[1].configure("10.0.0.1", 24, "10.0.0.2")
    assert wire.ping(1, "172.16.0.1").outcome == station.TIMED_OUT
    sent = frames.parse(wire.frames[-1][1])
    assert sent.destination == wire.stations[2].mac
    assert frames.read_datagram(sent.payload).destination == bytes([172, 16, 0, 1])
    assert wire.stations[2].ignored == 1, "who is no router does not pass it on"


def test_a_wrong_address_or_prefix_is_refused() -> None:
    one = Station("s", bytes(6))
    for address, prefix, gateway in (("10.0.0", 24, ""), ("10.0.0.1", 31, ""), ("10.0.0.1", 24, "x")):
        with pytest.raises(BadAddress):
            one.configure(address, prefix, gateway)
    assert one.address == ""


def test_a_damaged_packet_is_ignored() -> None:
    wire = Wire(2)
    wire.ping(1, "10.0.0.2")
    data = bytearray(wire.frames[2][1])
    for place in (20, 45):
        bad = bytearray(data)
        bad[place] ^= 0xFF
        assert wire.stations[2].frame(bytes(bad), 0) == []
    assert wire.stations[2].frame(bytes(data), 0) != []


def test_an_answer_from_somebody_else_is_none() -> None:
    wire = Wire(2)
    wire.stations[1].neighbours["10.0.0.2"] = (wire.stations[2].mac, 0)
    wire.stations[1].ping(5, "10.0.0.2", 0)
    reply = frames.echo(frames.ECHO_REPLY, 1, 5, b"")
    packet = frames.datagram(bytes([10, 0, 0, 3]), bytes([10, 0, 0, 1]), frames.ICMP, reply, 64)
    frame = frames.build(wire.stations[1].mac, wire.stations[2].mac, frames.IPV4_TYPE, packet)
    assert wire.stations[1].frame(frame, 0) == [] and 5 in wire.stations[1].questions


# -- load balancing -----------------------------------------------------------------------------


def clustered(mode: str, spoofing: bool) -> Wire:
    """Stations 1 and 2 share 10.0.0.100; 3 is a client."""
    wire = Wire(3, spoofing)
    for number in (1, 2):
        one = wire.stations[number]
        one.cluster = Cluster("10.0.0.100", mode, number)
    wire.beat()
    return wire


@pytest.mark.parametrize("mode", [UNICAST, MULTICAST])
def test_two_members_share_the_clients_and_each_request_has_one_answer(mode: str) -> None:
    wire = clustered(mode, spoofing=True)
    who = [wire.ask(3, "10.0.0.100", tag) for tag in range(1, 61)]
    assert set(who) == {"s1", "s2"}
    assert [wire.stations[n].served for n in (1, 2)] == [who.count("s1"), who.count("s2")]
    assert min(who.count("s1"), who.count("s2")) >= 15
    replies = [data for number, data in wire.frames if number < 3 and frames.summary(data)[0] == "UDP"]
    assert len(replies) == 60


@pytest.mark.parametrize("mode", [UNICAST, MULTICAST])
def test_when_a_member_is_lost_the_other_takes_all(mode: str) -> None:
    wire = clustered(mode, spoofing=True)
    wire.switch.link(2, False)
    before = [wire.ask(3, "10.0.0.100", tag) for tag in range(1, 31)]
    assert set(before) == {"s1", station.TIMED_OUT}, "until the loss is noticed, its share has no answer"
    for _ in range(nlb.LOST_AFTER + 1):
        wire.beat()
    assert wire.stations[1].cluster and wire.stations[1].cluster.members(wire.now) == [1]
    assert {wire.ask(3, "10.0.0.100", tag) for tag in range(31, 61)} == {"s1"}
    wire.switch.link(2, True)
    wire.beat()
    assert {wire.ask(3, "10.0.0.100", tag) for tag in range(61, 121)} == {"s1", "s2"}


def test_unicast_mode_fails_where_a_port_takes_one_sender_only() -> None:
    wire = clustered(UNICAST, spoofing=False)
    assert wire.ask(3, "10.0.0.100", 1) == station.UNREACHABLE
    assert wire.switch.ports[1].dropped and wire.switch.ports[2].dropped
    assert wire.stations[1].cluster and wire.stations[1].cluster.members(wire.now) == [1], "each is alone"


def test_multicast_mode_does_not_mind() -> None:
    wire = clustered(MULTICAST, spoofing=False)
    assert wire.ask(3, "10.0.0.100", 1) in ("s1", "s2")


def test_the_shared_address_is_never_learned() -> None:
    wire = clustered(UNICAST, spoofing=True)
    for tag in range(1, 20):
        wire.ask(3, "10.0.0.100", tag)
    shared = bytes.fromhex("02bf0a000064")
    assert wire.stations[3].neighbours["10.0.0.100"][0] == shared
    assert (0, shared) not in wire.switch.table
    assert (0, bytes.fromhex("02010a000064")) in wire.switch.table


def test_another_clusters_heartbeat_concerns_nobody() -> None:
    wire = clustered(UNICAST, spoofing=True)
    other = Cluster("10.0.0.200", UNICAST, 7)
    one = wire.stations[1]
    one.frame(other.beat(bytes(6)), wire.now)
    one.frame(frames.build(b"\xff" * 6, bytes(6), frames.NLB_TYPE, bytes(46)), wire.now)
    assert one.cluster and one.cluster.members(wire.now) == [1, 2] and one.ignored == 1
