"""The two ends of the bus talking to each other, whatever either side wants and however messages and answers cross.

Messages lie in two queues and are delivered in any interleaving; devices open
and close late, or fail. What must hold at every moment: pages that the guest
believes its own are not the root's to use; the guest's channels are a part of
what the root knows; a number belongs to one device. And when everything that is
under way has arrived, both sides agree.
"""

from __future__ import annotations

import uuid
from collections import deque

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hvlab.vmbus import guest, host, messages
from hvlab.vmbus.decisions import CREATED
from hvlab.vmbus.guest import Connection
from hvlab.vmbus.host import Offer, Server
from hvlab.vmbus.messages import V1, WIN7, WIN8

DEVICES = st.sampled_from(["a", "b", "c"])
RELIDS = st.integers(1, 4)
GOOD = st.booleans()


class BusPair(RuleBasedStateMachine):
    """A server, a connection, what is on its way between them, and what devices still have to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.server = Server((WIN8, WIN7, V1))
        self.connection = Connection((WIN8, WIN7, V1), 0x5000, (0, 0))
        self.to_host: deque[bytes] = deque()
        self.to_guest: deque[bytes] = deque()
        self.opening: list[int] = []
        self.closing: list[int] = []
        self.next_page = 1000
        self.opens = 0
        self.results = 0
        self.server.offer(self.device("a"))

    @staticmethod
    def device(key: str) -> Offer:
        return Offer(key, uuid.UUID(int=7), uuid.UUID(int=ord(key)))

    def root_did(self, effects: list[host.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, host.Send):
                kind, _, _ = messages.parse(effect.message)
                self.results += kind.name == "OPEN_CHANNEL_RESULT"
                self.to_guest.append(effect.message)
            elif isinstance(effect, host.OpenDevice):
                self.opening.append(effect.relid)
            elif isinstance(effect, host.CloseDevice):
                if effect.relid in self.opening:
                    self.opening.remove(effect.relid)
                assert effect.relid not in self.closing, "told twice to let go"
                self.closing.append(effect.relid)

    def guest_did(self, effects: list[guest.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, guest.Post):
                kind, _, _ = messages.parse(effect.message)
                self.opens += kind.name == "OPEN_CHANNEL"
                self.to_host.append(effect.message)

    def pages(self, count: int) -> list[int]:
        self.next_page += count
        return list(range(self.next_page - count, self.next_page))

    # -- what the guest wants ------------------------------------------------------------------

    @precondition(lambda self: self.connection.state in (guest.IDLE, guest.GONE) and not self.to_host)
    @rule()
    def connect(self) -> None:
        self.guest_did(self.connection.connect())

    @rule(relid=RELIDS, count=st.sampled_from([4, 8, 34, 60]))
    def open(self, relid: int, count: int) -> None:
        self.guest_did(self.connection.open_channel(relid, self.pages(count), count // 2))

    @rule(relid=RELIDS, count=st.sampled_from([1, 40]))
    def describe(self, relid: int, count: int) -> None:
        self.guest_did(self.connection.describe_pages(relid, self.pages(count))[1])

    @rule(relid=RELIDS, number=st.integers(0xE1E10, 0xE1E18))
    def take_back(self, relid: int, number: int) -> None:
        self.guest_did(self.connection.take_back_pages(relid, number))

    @rule(relid=RELIDS)
    def close(self, relid: int) -> None:
        self.guest_did(self.connection.close_channel(relid))

    @precondition(lambda self: self.connection.state in (guest.ASKING, guest.CONNECTED))
    @rule(often=st.integers(0, 7))
    def unload(self, often: int) -> None:
        if often == 0:
            self.guest_did(self.connection.unload())

    # -- what the root wants ---------------------------------------------------------------------

    @rule(key=DEVICES)
    def offer(self, key: str) -> None:
        if key not in [offer.key for offer in self.server.offers]:
            self.root_did(self.server.offer(self.device(key)))

    @rule(key=DEVICES)
    def revoke(self, key: str) -> None:
        self.root_did(self.server.revoke(key))

    @precondition(lambda self: self.opening)
    @rule(good=GOOD)
    def device_opens(self, good: bool) -> None:
        self.root_did(self.server.open_complete(self.opening.pop(0), 0 if good else messages.STATUS_FAILED))

    @precondition(lambda self: self.closing)
    @rule(which=st.integers(0, 9))
    def device_lets_go(self, which: int) -> None:
        self.root_did(self.server.close_complete(self.closing.pop(which % len(self.closing))))

    # -- delivery ----------------------------------------------------------------------------------

    @precondition(lambda self: self.to_host)
    @rule(count=st.integers(1, 9))
    def host_hears(self, count: int) -> None:
        for _ in range(min(count, len(self.to_host))):
            effects = self.server.handle(self.to_host.popleft())
            # An honest guest over a bus that loses nothing is never refused but for what crossed a revocation.
            self.root_did(effects)

    @precondition(lambda self: self.to_guest)
    @rule(count=st.integers(1, 9))
    def guest_hears(self, count: int) -> None:
        for _ in range(min(count, len(self.to_guest))):
            self.guest_did(self.connection.handle(self.to_guest.popleft()))

    @rule()
    def all_is_quiet(self) -> None:
        """Everything under way arrives, every device answers; then both sides agree."""
        while self.to_host or self.to_guest or self.opening or self.closing:
            if self.to_host:
                self.host_hears(1)
            elif self.to_guest:
                self.guest_hears(1)
            elif self.opening:
                self.device_opens(True)
            else:
                self.device_lets_go(0)
        assert self.connection.state not in (guest.CONTACTING, guest.ASKING, guest.UNLOADING)
        joined = self.connection.state == guest.CONNECTED
        assert joined == (self.server.state == host.CONNECTED)
        assert self.server.state in (host.CONNECTED, host.DISCONNECTED)
        theirs = {r: c.state for r, c in self.connection.channels.items()}
        ours = {r: c.state for r, c in self.server.channels.items()}
        assert {r for r, s in theirs.items() if s == guest.OPEN} == {
            r for r, s in ours.items() if s == host.OPEN
        }
        assert theirs.keys() == ours.keys() and set(theirs.values()) <= {guest.OFFERED, guest.OPEN}
        assert sorted(c.offer.key for c in self.server.channels.values()) == (
            sorted(offer.key for offer in self.server.offers) if joined else []
        )
        lent = {(g.relid, g.number): g.pages for g in self.connection.gpadls.values()}
        assert {key: g.ranges[0][2] for key, g in self.server.gpadls.known.items()} == lent
        assert self.server.leaving == {} == self.server.offered_after

    # -- always --------------------------------------------------------------------------------

    @invariant()
    def the_root_has_no_page_that_the_guest_calls_its_own(self) -> None:
        """While the guest is on the bus: in between, what it forgot may still be on its way."""
        if self.connection.state in (guest.ASKING, guest.CONNECTED):
            lent = {page for gpadl in self.connection.gpadls.values() for page in gpadl.pages}
            held = {
                page for gpadl in self.server.gpadls.known.values() for r in gpadl.ranges for page in r[2]
            }
            assert held <= lent

    @invariant()
    def no_number_is_two_devices(self) -> None:
        """A number is known exactly while it is not released, and is nobody else's while a device holds on to it."""
        keys = [channel.offer.identity for channel in self.server.channels.values()]
        assert len(set(keys)) == len(keys)
        for relid, channel in self.server.channels.items():
            assert channel.relid == relid
            if relid in self.server.leaving:
                assert channel.state in (host.CLOSING, host.REOPENING, host.REVOKED, host.REOFFERED)
        assert sorted(self.server.leaving) == sorted(self.closing)
        if self.connection.state == guest.CONNECTED:
            known = {
                relid
                for relid, channel in self.connection.channels.items()
                if channel.state != guest.RESCINDED
            }
            assert known <= set(self.server.channels)

    @invariant()
    def an_open_channel_has_rings(self) -> None:
        for channel in self.server.channels.values():
            if channel.state in (host.OPEN, host.OPENING):
                assert self.server.ring_pages(channel) is not None
        for mine in self.connection.channels.values():
            if mine.state == guest.OPEN:
                assert self.connection.gpadls[mine.gpadl].state == CREATED and mine.pages

    @invariant()
    def no_opening_is_answered_twice(self) -> None:
        assert self.results <= self.opens


TestBusPair = BusPair.TestCase
TestBusPair.settings = settings(max_examples=80, stateful_step_count=60, deadline=None)
