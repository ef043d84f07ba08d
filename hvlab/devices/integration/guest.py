"""The guest's end of an integration component: a pure state machine for one channel."""

from __future__ import annotations

from dataclasses import dataclass

from hvlab.devices.integration import protocol
from hvlab.devices.integration.protocol import (
    FLAG_RESPONSE,
    FLAG_TRANSACTION,
    HEARTBEAT,
    NEGOTIATE,
    SHUTDOWN,
    STATUS_FAIL,
    STATUS_OK,
    Version,
)


@dataclass(frozen=True)
class Say:
    """Put this pipe message into the ring."""

    payload: bytes


@dataclass(frozen=True)
class Agreed:
    """A version was agreed."""

    version: Version


@dataclass(frozen=True)
class ShutDown:
    """The host asked the guest to shut down, and it has accepted."""

    force: bool


@dataclass(frozen=True)
class SetClock:
    """The host says what time it is (100 ns since 1601); `sync`: take it whatever the clock shows."""

    parent_time: int
    sync: bool


@dataclass(frozen=True)
class KvpChanged:
    """The host has put something into a pool, or taken it out."""

    pool: int
    key: str


@dataclass(frozen=True)
class Writers:
    """The writers are to do this: check, freeze or thaw. `VssGuest.did` says how it went."""

    operation: int


Effect = Say | Agreed | ShutDown | SetClock | KvpChanged | Writers


@dataclass
class IcGuest:
    """One service's driver; it accepts the highest versions that both sides know."""

    kind: int
    frameworks: tuple[Version, ...]
    versions: tuple[Version, ...]
    ready: bool = False
    version: Version = (0, 0)
    refuses: bool = False
    """A guest that hangs in its shutdown answers with failure."""

    def received(self, payload: bytes) -> list[Effect]:
        """A pipe message of the host; rubbish is ignored."""
        parts = protocol.unwrap(payload)
        if parts is None:
            return []
        header, body = parts
        if header["message_type"] == NEGOTIATE:
            return self._negotiate(header, body)
        if header["message_type"] != self.kind or not self.ready:
            return []
        return self.asked(header, body)

    def asked(self, header: dict[str, int], body: bytes) -> list[Effect]:
        """A request of the service's kind."""
        if self.kind == HEARTBEAT and len(body) >= 8:
            sequence = int.from_bytes(body[:8], "little") + 1
            answer = protocol.HEARTBEAT_BODY.pack(sequence=sequence, application_state=1)
            return [self.answer(header, answer, STATUS_OK)]
        if self.kind == SHUTDOWN and len(body) >= 12:
            accepted = not self.refuses
            say = self.answer(header, body, STATUS_OK if accepted else STATUS_FAIL)
            force = bool(protocol.SHUTDOWN_BODY.unpack(body.ljust(2060, b"\0"))["flags"] & 1)
            return [say, ShutDown(force)] if accepted else [say]
        return []

    def _negotiate(self, header: dict[str, int], body: bytes) -> list[Effect]:
        try:
            frameworks, versions = protocol.read_versions(body)
        except ValueError:
            return []
        common = [version for version in self.frameworks if version in frameworks]
        known = [version for version in self.versions if version in versions]
        if not common or not known:
            return [self.answer(header, protocol.pack_versions((), ()), STATUS_OK)]
        self.ready = True
        self.version = known[0]
        answer = protocol.pack_versions((common[0],), (known[0],))
        return [self.answer(header, answer, STATUS_OK), Agreed(known[0])]

    def answer(self, header: dict[str, int], body: bytes, status: int) -> Say:
        """The answer to a request: its header again, as a response."""
        return Say(
            protocol.wrap(
                header["message_type"],
                body,
                (header["framework_major"], header["framework_minor"]),
                (header["message_major"], header["message_minor"]),
                header["transaction_id"],
                FLAG_TRANSACTION | FLAG_RESPONSE,
                status,
            )
        )
