"""Network load balancing: one cluster member's view, a pure state machine.

All members get every frame for the cluster's address; each decides alone, from
the same rule, which of them answers. They hear of each other by heartbeats. In
unicast mode all members' adapters share one address, which the members hide when
they send, so that no switch ever learns where it is; in multicast mode each keeps
its own and listens to a group address as well. (K: the forms of the addresses, one
heartbeat a second, a member lost after five, sixty buckets.)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.kernel import Field, Layout
from hvlab.network import frames
from hvlab.network.addresses import BROADCAST, read_ip
from hvlab.network.frames import BadFrame

UNICAST, MULTICAST = "Unicast", "Multicast"
HEARTBEAT = 1_000_000_000
LOST_AFTER = 5
"""Heartbeats missed until a member counts as lost."""
BUCKETS = 60
MAXIMUM_MEMBERS = 32
"""Members of a cluster at most, numbered from 1 (K)."""

BEAT = Layout(
    "NlbHeartbeat",
    Field("magic", "u32", shown="hex"),
    Field("member", "u32"),
    Field("cluster", "bytes", 4),
    Field("mode", "u32", names={1: UNICAST, 2: MULTICAST}),
)
"""A heartbeat's parts that the lab uses; the real one's layout is in no source at hand (our reading)."""
MAGIC = 0x4E4C4221


@dataclass
class Cluster:
    """A member: the cluster's address and mode, its own number, and whom it has heard of last (number to ns)."""

    address: str
    mode: str
    member: int
    heard_of: dict[int, int] = field(default_factory=dict)

    @property
    def mac(self) -> bytes:
        """The cluster's adapter address: 02-BF or 03-BF and the IP address."""
        return bytes([2 if self.mode == UNICAST else 3, 0xBF]) + read_ip(self.address)

    def own_mac(self, mac: bytes) -> bytes:
        """The member's own adapter address: in unicast mode the shared one has taken its place."""
        return self.mac if self.mode == UNICAST else mac

    def sender_mac(self, mac: bytes) -> bytes:
        """Where its frames come from: in unicast mode 02, its number and the IP address, which nobody else has."""
        return bytes([2, self.member]) + read_ip(self.address) if self.mode == UNICAST else mac

    def beat(self, mac: bytes) -> bytes:
        """The heartbeat's frame."""
        body = BEAT.pack(
            magic=MAGIC,
            member=self.member,
            cluster=read_ip(self.address),
            mode=1 if self.mode == UNICAST else 2,
        )
        return frames.build(BROADCAST, self.sender_mac(mac), frames.NLB_TYPE, body)

    def heard(self, payload: bytes, now: int) -> None:
        """A heartbeat of a member of this cluster. BadFrame."""
        if len(payload) < BEAT.size:
            raise BadFrame("short heartbeat")
        fields = BEAT.unpack(payload)
        if fields["magic"] != MAGIC:
            raise BadFrame("heartbeat")
        if fields["cluster"] == read_ip(self.address) and fields["member"] != self.member:
            self.heard_of[fields["member"]] = now

    def members(self, now: int) -> list[int]:
        """The numbers of those that live as far as this member knows, itself among them."""
        alive = [n for n, when in self.heard_of.items() if now - when <= LOST_AFTER * HEARTBEAT]
        return sorted([self.member, *alive])

    def takes(self, client: bytes, port: int, now: int) -> bool:
        """Whether this member answers that client: the living members share the buckets in turn."""
        mixed = (int.from_bytes(client, "big") * 0x9E3779B1 + port * 0x85EBCA77) & 0xFFFFFFFF
        mixed ^= mixed >> 15
        mixed = mixed * 0x2C1B3C6D & 0xFFFFFFFF
        bucket = (mixed >> 12) % BUCKETS
        members = self.members(now)
        return members[bucket % len(members)] == self.member
