"""An IP station on one adapter: ARP, echo, a small service, and the tables behind them.

A pure state machine, the same for guests, for a host's own adapter and for
computers on the wire. Frames and wishes come in, frames and outcomes go out;
time limits belong to whoever asked, who says when one has passed (`give_up`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.network import frames
from hvlab.network.addresses import BROADCAST, NOBODY, BadAddress, ip_text, read_ip, same_network
from hvlab.network.frames import BadFrame, Datagram
from hvlab.network.nlb import Cluster

SECOND = 1_000_000_000
ARP_AGE = 120 * SECOND
"""How long an address that was asked for is trusted (K: some minutes; a station asks again)."""
ARP_AGAIN = SECOND
"""How long to wait for whoever has an address, before asking again for another packet (K)."""
AUTOMATIC_PREFIX = 16
ECHO_IDENTIFIER = 1
FIRST_CLIENT_PORT = 49152
SERVICE_PORT = 80
DISCARD_PORT = 9
"""What comes here is counted and thrown away (RFC 863)."""
LARGEST_DATAGRAM = frames.MAXIMUM_FRAME - frames.ETHERNET.size - frames.IPV4.size - frames.UDP_HEADER.size
"""Bytes that go into one frame: nothing is ever cut into pieces here."""
PING_DATA = b"abcdefghijklmnopqrstuvwabcdefghi"
"""The 32 bytes that Windows puts into an echo request (K)."""
OK, TIMED_OUT, UNREACHABLE, NO_ADDRESS, NO_ROUTE = "ok", "timed out", "unreachable", "no address", "no route"
NO_CABLE = "no cable"
"""How a question ends at once where every adapter says that its cable is out."""


@dataclass(frozen=True)
class Transmit:
    """Put this frame on the wire."""

    data: bytes


@dataclass(frozen=True)
class Answered:
    """What was asked for has ended: `outcome` ok or why not, `text` what a service said, `ttl` of the answer."""

    tag: int
    outcome: str
    text: str = ""
    ttl: int = 0


Effect = Transmit | Answered


@dataclass
class Question:
    """An echo request or a client's request under way; `sent` once it is on the wire."""

    tag: int
    target: str
    hop: str
    payload: bytes
    protocol: int
    sent: bool = False


@dataclass
class Station:
    """One adapter's addresses and tables. `address` is empty while there is none."""

    name: str
    mac: bytes
    address: str = ""
    prefix: int = 24
    gateway: str = ""
    time_to_live: int = 128
    answers_echo: bool = True
    neighbours: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    """IP address to the adapter's address, and when that was learned (ns)."""
    sought: dict[str, int] = field(default_factory=dict)
    """When it was last asked whose an IP address is (ns)."""
    questions: dict[int, Question] = field(default_factory=dict)
    cluster: Cluster | None = None
    served: int = 0
    """Requests of clients that this station's service has answered."""
    discarded: int = 0
    discarded_bytes: int = 0
    """What came for the discard service: datagrams, and the bytes in them."""
    received: int = 0
    ignored: int = 0

    # -- wishes -------------------------------------------------------------------------------

    def configure(self, address: str, prefix: int, gateway: str = "") -> None:
        """Give the station its address; what it knew of neighbours is forgotten. BadAddress."""
        for text in (address, *([gateway] if gateway else [])):
            read_ip(text)
        if not 1 <= prefix <= 30:
            raise BadAddress(f"/{prefix}")
        self.address, self.prefix, self.gateway = address, prefix, gateway
        self.neighbours, self.sought = {}, {}

    def ping(self, tag: int, target: str, now: int) -> list[Effect]:
        """Send an echo request; `Answered` tells how it ended. `tag` is the caller's own, 1 to 65535."""
        payload = frames.echo(frames.ECHO_REQUEST, ECHO_IDENTIFIER, tag, PING_DATA)
        return self._ask(tag, target, payload, frames.ICMP, now)

    def request(self, tag: int, target: str, now: int) -> list[Effect]:
        """Ask the service of another station as a client, from a port of its own for each request."""
        if not self.address:
            return [Answered(tag, NO_ADDRESS)]
        port = FIRST_CLIENT_PORT + tag % (65536 - FIRST_CLIENT_PORT)
        ends = (read_ip(self.address), read_ip(target))
        payload = frames.udp(*ends, (port, SERVICE_PORT), b"GET")
        return self._ask(tag, target, payload, frames.UDP, now)

    def discard(self, target: str, size: int) -> list[Effect]:
        """Send so many bytes to another's discard service; nothing if it is not known who the next hop is."""
        known = self.neighbours.get(self._hop(target)) if self.address else None
        if known is None:
            return []
        ends = (read_ip(self.address), read_ip(target))
        payload = frames.udp(*ends, (FIRST_CLIENT_PORT, DISCARD_PORT), bytes(size))
        return [self._ip(known[0], target, frames.UDP, payload)]

    def announce(self) -> list[Effect]:
        """Tell the network which adapter has this address: asking for one's own address (RFC 5227) does it."""
        return [self._arp(frames.ARP_REQUEST, (BROADCAST, NOBODY), self.address)] if self.address else []

    def _hop(self, target: str) -> str:
        """The next station on the way: the target itself, or the gateway; empty if there is none."""
        return target if same_network(self.address, target, self.prefix) else self.gateway

    def give_up(self, tag: int) -> list[Effect]:
        """The time for an answer is over; nothing happens if it came."""
        question = self.questions.pop(tag, None)
        if question is None:
            return []
        return [Answered(tag, TIMED_OUT if question.sent else UNREACHABLE)]

    def _ask(self, tag: int, target: str, payload: bytes, protocol: int, now: int) -> list[Effect]:
        if not self.address:
            return [Answered(tag, NO_ADDRESS)]
        hop = self._hop(target)
        if not hop:
            return [Answered(tag, NO_ROUTE)]
        if target == self.address:
            return [Answered(tag, OK, self.name, self.time_to_live)]
        question = self.questions[tag] = Question(tag, target, hop, payload, protocol)
        known = self.neighbours.get(hop)
        if known is not None and now - known[1] <= ARP_AGE:
            return [self._send_question(question, known[0])]
        others = any(one.hop == hop and one.tag != tag and not one.sent for one in self.questions.values())
        if others and now - self.sought.get(hop, -ARP_AGAIN) < ARP_AGAIN:
            return []
        self.sought[hop] = now
        return [self._arp(frames.ARP_REQUEST, (BROADCAST, NOBODY), hop)]

    def _send_question(self, question: Question, mac: bytes) -> Transmit:
        question.sent = True
        return self._ip(mac, question.target, question.protocol, question.payload)

    def _arp(self, operation: int, to: tuple[bytes, bytes], ip: str, sender: str = "") -> Transmit:
        own_ip = sender or self.address
        own_mac = self.cluster.mac if self.cluster and own_ip == self.cluster.address else self.mac
        payload = frames.arp(operation, (own_mac, read_ip(own_ip)), (to[1], read_ip(ip)))
        return Transmit(frames.build(to[0], self.sender_mac, frames.ARP_TYPE, payload))

    def _ip(self, mac: bytes, target: str, protocol: int, payload: bytes, sender: str = "") -> Transmit:
        source = read_ip(sender or self.address)
        packet = frames.datagram(source, read_ip(target), protocol, payload, self.time_to_live)
        return Transmit(frames.build(mac, self.sender_mac, frames.IPV4_TYPE, packet))

    @property
    def sender_mac(self) -> bytes:
        """The address that its frames come from: a unicast cluster's member hides the shared one."""
        return self.cluster.sender_mac(self.mac) if self.cluster else self.mac

    # -- frames ---------------------------------------------------------------------------------

    def receives(self, destination: bytes) -> bool:
        """Whether the adapter takes a frame for that address at all."""
        mine = [BROADCAST, self.cluster.own_mac(self.mac), self.cluster.mac] if self.cluster else []
        return destination in (mine or [BROADCAST, self.mac])

    def frame(self, data: bytes, now: int) -> list[Effect]:
        """A frame from the wire; what is not for this station, or makes no sense, is ignored."""
        try:
            frame = frames.parse(data)
            if frame.vlan or not self.receives(frame.destination):
                self.ignored += 1
                return []
            self.received += 1
            if frame.ethertype == frames.ARP_TYPE:
                return self._on_arp(frame.payload, now)
            if frame.ethertype == frames.NLB_TYPE and self.cluster:
                self.cluster.heard(frame.payload, now)
            elif frame.ethertype == frames.IPV4_TYPE:
                return self._on_ip(frames.read_datagram(frame.payload), frame.source, now)
        except BadFrame:
            self.ignored += 1
        return []

    def _addresses(self) -> list[str]:
        return [self.address] + ([self.cluster.address] if self.cluster else [])

    def _on_arp(self, payload: bytes, now: int) -> list[Effect]:
        fields = frames.read_arp(payload)
        sender, target = ip_text(fields["sender_ip"]), ip_text(fields["target_ip"])
        for_me = bool(self.address) and target in self._addresses()
        if for_me or sender in self.neighbours:
            self.neighbours[sender] = (fields["sender_mac"], now)
        effects: list[Effect] = []
        if for_me and fields["operation"] == frames.ARP_REQUEST:
            asker = (fields["sender_mac"], fields["sender_mac"])
            effects.append(self._arp(frames.ARP_REPLY, asker, sender, target))
        if sender in self.neighbours:
            for question in list(self.questions.values()):
                if question.hop == sender and not question.sent:
                    effects.append(self._send_question(question, fields["sender_mac"]))
        return effects

    def _on_ip(self, packet: Datagram, from_mac: bytes, now: int) -> list[Effect]:
        target, sender = ip_text(packet.destination), ip_text(packet.source)
        if not self.address or target not in self._addresses():
            self.ignored += 1
            return []
        clustered = self.cluster is not None and target == self.cluster.address
        back = self._way_back(sender, from_mac, now)
        if packet.protocol == frames.ICMP:
            head, data = frames.read_echo(packet.payload)
            if head["type"] == frames.ECHO_REPLY:
                return self._answer(head["sequence"], sender, packet, self._pinged(head["sequence"]))
            if head["type"] != frames.ECHO_REQUEST or not self.answers_echo:
                return []
            if clustered and not self._mine(packet.source, 0, now):
                return []
            reply = frames.echo(frames.ECHO_REPLY, head["identifier"], head["sequence"], data)
            return [self._ip(back, sender, frames.ICMP, reply, target)]
        if packet.protocol == frames.UDP:
            return self._on_udp(packet, back, clustered, now)
        return []

    def _on_udp(self, packet: Datagram, back: bytes, clustered: bool, now: int) -> list[Effect]:
        sender_port, port, data = frames.read_udp(packet)
        sender, target = ip_text(packet.source), ip_text(packet.destination)
        if port == SERVICE_PORT:
            if clustered and not self._mine(packet.source, sender_port, now):
                return []
            self.served += 1
            ends = (packet.destination, packet.source)
            reply = frames.udp(*ends, (SERVICE_PORT, sender_port), self.name.encode())
            return [self._ip(back, sender, frames.UDP, reply, target)]
        if port == DISCARD_PORT:
            self.discarded += 1
            self.discarded_bytes += len(data)
            return []
        for tag, question in self.questions.items():
            if question.protocol == frames.UDP and question.payload[:2] == port.to_bytes(2, "big"):
                return self._answer(tag, sender, packet, data.decode(errors="replace"))
        return []

    def _way_back(self, sender: str, from_mac: bytes, now: int) -> bytes:
        """Where an answer goes: to the neighbour as ARP knows it, else back where the packet came from."""
        known = self.neighbours.get(sender)
        return known[0] if known is not None and now - known[1] <= ARP_AGE else from_mac

    def _mine(self, client: bytes, port: int, now: int) -> bool:
        assert self.cluster is not None
        return self.cluster.takes(client, port, now)

    def _pinged(self, tag: int) -> str:
        question = self.questions.get(tag)
        return "" if question is None or question.protocol != frames.ICMP else question.target

    def _answer(self, tag: int, sender: str, packet: Datagram, text: str) -> list[Effect]:
        question = self.questions.get(tag)
        if question is None or question.target != sender or question.protocol != packet.protocol:
            return []
        del self.questions[tag]
        return [Answered(tag, OK, text, packet.time_to_live)]


def automatic_address(mac: bytes) -> tuple[str, int]:
    """The address that Windows takes for itself where nobody gives it one: 169.254 and two bytes of the adapter's."""
    return f"169.254.{mac[4] % 254 + 1}.{mac[5] % 254 + 1}", AUTOMATIC_PREFIX


def way_to(target: str, stations: list[tuple[str, Station]]) -> str:
    """The key of the station that reaches a target: one in its network, else one with a gateway, else any."""
    with_address = [(key, station) for key, station in stations if station.address]
    for key, station in with_address:
        if same_network(station.address, target, station.prefix):
            return key
    for key, station in with_address:
        if station.gateway:
            return key
    return with_address[0][0] if with_address else ""
