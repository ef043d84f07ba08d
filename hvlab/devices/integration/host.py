"""The host's end of an integration component: a pure state machine for one channel.

It runs in the virtual machine's worker process in the root. It offers versions
first; what follows depends on the service: a heartbeat asks every two seconds, a
shutdown asks when told to. The services with more to say have modules of their
own beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.devices.integration import protocol
from hvlab.devices.integration.protocol import (
    FLAG_REQUEST,
    FLAG_RESPONSE,
    FLAG_TRANSACTION,
    HEARTBEAT,
    NEGOTIATE,
    SHUTDOWN,
    Version,
)

HEARTBEAT_INTERVAL = 2_000_000_000
"""Nanoseconds between two heartbeats."""
NEGOTIATING, READY, REFUSED = "Negotiating", "Ready", "Refused"


@dataclass(frozen=True)
class Say:
    """Put this pipe message into the ring."""

    payload: bytes


@dataclass(frozen=True)
class Agreed:
    """A version was agreed; the service is usable."""

    version: Version


@dataclass(frozen=True)
class Beat:
    """The guest answered a heartbeat."""

    sequence: int


@dataclass(frozen=True)
class ShutdownAnswer:
    """The guest answered a shutdown request."""

    accepted: bool


@dataclass(frozen=True)
class Done:
    """What was asked of the guest has come to an end: `what` names it, `status` is the guest's."""

    what: str
    status: int


Effect = Say | Agreed | Beat | ShutdownAnswer | Done


@dataclass
class IcHost:
    """One service. HEARTBEAT and SHUTDOWN are this class's own kinds; others override `answered_with`."""

    kind: int
    frameworks: tuple[Version, ...]
    versions: tuple[Version, ...]
    state: str = NEGOTIATING
    framework: Version = (1, 0)
    version: Version = (1, 0)
    transaction: int = 0
    sequence: int = 0
    answered: int = 0
    """The sequence number that the last answer stood for."""

    def opened(self) -> list[Effect]:
        """The channel is open: the host speaks first."""
        self.state = NEGOTIATING
        body = protocol.pack_versions(self.frameworks, self.versions)
        flags = FLAG_TRANSACTION | FLAG_REQUEST
        return [Say(protocol.wrap(NEGOTIATE, body, self.frameworks[0], self.versions[0], 0, flags))]

    def received(self, payload: bytes) -> list[Effect]:
        """A pipe message of the guest; rubbish is ignored."""
        parts = protocol.unwrap(payload)
        if parts is None:
            return []
        header, body = parts
        if header["message_type"] == NEGOTIATE:
            return self._negotiated(body)
        if header["message_type"] != self.kind or not header["flags"] & FLAG_RESPONSE:
            return []
        if self.state != READY:
            return []
        return self.answered_with(header, body)

    def answered_with(self, header: dict[str, int], body: bytes) -> list[Effect]:
        """The guest has answered a request of the service's kind."""
        if self.kind == HEARTBEAT and len(body) >= 8:
            self.answered = int.from_bytes(body[:8], "little") - 1
            return [Beat(self.answered)]
        if self.kind == SHUTDOWN:
            return [ShutdownAnswer(header["status"] == protocol.STATUS_OK)]
        return []

    def reset(self) -> None:
        """The channel is closed: nothing is agreed and nothing is asked any more."""
        self.state = NEGOTIATING

    def _negotiated(self, body: bytes) -> list[Effect]:
        try:
            frameworks, versions = protocol.read_versions(body)
        except ValueError:
            frameworks, versions = [], []
        chosen = len(frameworks) == len(versions) == 1
        if not chosen or frameworks[0] not in self.frameworks or versions[0] not in self.versions:
            self.state = REFUSED
            return []
        self.framework, self.version = frameworks[0], versions[0]
        self.state = READY
        return [Agreed(self.version)]

    def beat(self) -> list[Effect]:
        """Ask whether the guest lives."""
        if self.state != READY:
            return []
        self.sequence += 1
        return [self.ask(HEARTBEAT, protocol.HEARTBEAT_BODY.pack(sequence=self.sequence))]

    def shut_down(self, force: bool) -> list[Effect]:
        """Ask the guest to shut down; nothing if the service is not ready."""
        if self.state != READY:
            return []
        body = protocol.SHUTDOWN_BODY.pack(reason=0x80000000, timeout_seconds=300, flags=int(force))
        return [self.ask(SHUTDOWN, body)]

    def ask(self, kind: int, body: bytes) -> Say:
        """A request with the next transaction number."""
        self.transaction = self.transaction + 1 & 0xFF
        flags = FLAG_TRANSACTION | FLAG_REQUEST
        return Say(protocol.wrap(kind, body, self.framework, self.version, self.transaction, flags))
