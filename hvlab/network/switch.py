"""A learning switch with VLANs: a pure state machine, used for virtual and for physical ones.

A frame comes in at a port and the answer is a decision: where it goes, with or
without a tag, or by which rule it ends here. The switch learns where addresses
are from frames' senders, forgets them after a while, and floods what it does not
know, within the VLAN. Nothing goes back out at the port it came from.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hvlab.network import frames
from hvlab.network.addresses import is_group
from hvlab.network.frames import BadFrame

UNTAGGED, ACCESS, TRUNK = "Untagged", "Access", "Trunk"
SECOND = 1_000_000_000
AGEING = 300 * SECOND
"""How long an address is remembered without a frame from it (K: five minutes, as switches usually do)."""
LAST_VLAN = 4094


@dataclass
class Port:
    """A port: who is plugged in, which VLANs it carries, and what has passed.

    An access port belongs to `vlan`; a trunk carries `allowed` with tags (None: all)
    and `vlan` without; an untagged port carries what has no VLAN. Frames that do not
    come from `mac` are dropped unless `spoofing` (any sender may be behind an uplink).
    """

    number: int
    name: str
    mac: bytes = b""
    spoofing: bool = False
    mode: str = UNTAGGED
    vlan: int = 0
    allowed: tuple[int, ...] | None = None
    linked: bool = True
    frames_in: int = 0
    frames_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    dropped: int = 0

    def carries(self, vlan: int) -> bool:
        """Whether frames of that VLAN pass here (0: of none)."""
        if self.mode != TRUNK:
            return vlan == self.vlan
        return vlan == self.vlan or (vlan > 0 and (self.allowed is None or vlan in self.allowed))


@dataclass(frozen=True)
class Decision:
    """What becomes of a frame: `action` forward, flood or drop; `why` for a drop; its VLAN; port and bytes."""

    action: str
    why: str = ""
    vlan: int = 0
    out: tuple[tuple[int, bytes], ...] = ()


@dataclass
class Switch:
    """Ports by number, and the table of addresses: (VLAN, address) to (port, when last seen)."""

    ports: dict[int, Port] = field(default_factory=dict)
    table: dict[tuple[int, bytes], tuple[int, int]] = field(default_factory=dict)
    next_port: int = 1

    def plug(self, name: str, mac: bytes = b"", spoofing: bool = False) -> Port:
        """A new port for somebody; whoever's address is known was perhaps seen elsewhere before, and is here now."""
        if mac:
            self.table = {key: seen for key, seen in self.table.items() if key[1] != mac}
        port = self.ports[self.next_port] = Port(self.next_port, name, mac, spoofing)
        self.next_port += 1
        return port

    def unplug(self, number: int) -> None:
        """Take a port away, and what was learned there."""
        del self.ports[number]
        self.forget(number)

    def forget(self, number: int) -> None:
        """Drop what was learned at a port: its cable is out, or its VLAN has changed."""
        self.table = {key: seen for key, seen in self.table.items() if seen[0] != number}

    def link(self, number: int, linked: bool) -> None:
        """Put a port's cable in, or pull it."""
        self.ports[number].linked = linked
        if not linked:
            self.forget(number)

    def named(self, name: str) -> Port | None:
        """The port where somebody is plugged in."""
        return next((port for port in self.ports.values() if port.name == name), None)

    def forward(self, number: int, data: bytes, now: int) -> Decision:
        """A frame has come in at a port at time `now` (ns)."""
        port = self.ports[number]
        if not port.linked:
            return self._drop(port, "cable")
        port.frames_in += 1
        port.bytes_in += len(data)
        try:
            frame = frames.parse(data)
        except BadFrame:
            return self._drop(port, "bad frame")
        if is_group(frame.source):
            return self._drop(port, "bad sender")
        if not port.spoofing and frame.source != port.mac:
            return self._drop(port, "foreign sender")
        vlan = frame.vlan or (port.vlan if port.mode != UNTAGGED else 0)
        if (frame.vlan and port.mode != TRUNK) or not port.carries(vlan):
            return self._drop(port, "vlan", vlan)
        self.table[vlan, frame.source] = (number, now)
        plain = frames.untagged(data)
        known = None if is_group(frame.destination) else self._find(vlan, frame.destination, now)
        if known == number:
            return self._drop(port, "own segment", vlan)
        if known is not None:
            return Decision("forward", "", vlan, (self._send(known, plain, vlan),))
        others = [
            other.number
            for other in self.ports.values()
            if other.number != number and other.linked and other.carries(vlan)
        ]
        return Decision("flood", "", vlan, tuple(self._send(other, plain, vlan) for other in others))

    def _find(self, vlan: int, mac: bytes, now: int) -> int | None:
        """The port where an address was last seen; what is too old is forgotten."""
        seen = self.table.get((vlan, mac))
        if seen is None:
            return None
        if now - seen[1] > AGEING:
            del self.table[vlan, mac]
            return None
        return seen[0]

    def _drop(self, port: Port, why: str, vlan: int = 0) -> Decision:
        port.dropped += 1
        return Decision("drop", why, vlan)

    def _send(self, number: int, plain: bytes, vlan: int) -> tuple[int, bytes]:
        port = self.ports[number]
        data = frames.tagged(plain, vlan) if port.mode == TRUNK and vlan != port.vlan else plain
        port.frames_out += 1
        port.bytes_out += len(data)
        return number, data
