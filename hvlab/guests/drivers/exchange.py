"""Time, key-value pairs and VSS in the guest: the services behind the components with more to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hvlab import catalog
from hvlab.catalog.versions import pair_versions
from hvlab.devices.integration import guest as ic
from hvlab.devices.integration import kvp, protocol, vss
from hvlab.devices.integration.kvp import KvpGuest
from hvlab.devices.integration.timesync import TimeGuest
from hvlab.devices.integration.vss import VssGuest
from hvlab.guests.drivers.integration import IntegrationDriver
from hvlab.guests.writers import HOLD
from hvlab.kernel.calendar import TICK
from hvlab.vmbus.guest import GuestChannel
from hvlab.vmbus.packets import Packet

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem

BITS_64, BITS_32 = "9", "0"
"""Windows' numbers of processor architectures, as texts."""


@dataclass
class TimeDriver(IntegrationDriver):
    """Sets the system's clock to what the host says."""

    @classmethod
    def make(cls, guest: GuestSystem, channel: GuestChannel) -> TimeDriver | None:
        """Systems without the component know no version of it."""
        known = catalog.guest(guest.system)
        versions = pair_versions(known.time_versions)
        if not versions:
            return None
        return cls("timesync", TimeGuest(protocol.TIMESYNC, pair_versions(known.ic_frameworks), versions))

    def act(self, guest: GuestSystem, relid: int, effect: ic.Effect) -> None:
        """A time."""
        assert isinstance(effect, ic.SetClock)
        off = (effect.parent_time - guest.clock_time) * TICK
        if off or effect.sync:
            guest.set_clock(effect.parent_time, "sync" if effect.sync else "sample")


@dataclass
class KvpDriver(IntegrationDriver):
    """Says what the system is, and keeps what the host gives."""

    machine: KvpGuest

    @classmethod
    def make(cls, guest: GuestSystem, channel: GuestChannel) -> KvpDriver | None:
        """Systems without the component know no version of it."""
        known = catalog.guest(guest.system)
        versions = pair_versions(known.kvp_versions)
        if not versions:
            return None
        return cls("kvp", KvpGuest(protocol.KVP, pair_versions(known.ic_frameworks), versions))

    def packet(self, guest: GuestSystem, relid: int, packet: Packet) -> None:
        """A request; what the system says of itself is what holds now."""
        self.machine.pools[kvp.AUTO] = auto_items(guest)
        super().packet(guest, relid, packet)

    def act(self, guest: GuestSystem, relid: int, effect: ic.Effect) -> None:
        """The host has changed its pool."""
        assert isinstance(effect, ic.KvpChanged)
        guest.note_driver("kvp", "changed", effect.key)


def auto_items(guest: GuestSystem) -> dict[str, str]:
    """What the system says of itself, in the order of its items."""
    known = catalog.guest(guest.system)
    record = guest.record
    version = known.build.split(".")
    addresses = [adapter.station.address for adapter in guest.network.adapters.values()]
    return {
        "FullyQualifiedDomainName": record.computer if record else "",
        "IntegrationServicesVersion": record.integration_version if record else "",
        "NetworkAddressIPv4": ";".join(addresses),
        "NetworkAddressIPv6": "",
        "OSBuildNumber": version[2] if len(version) > 2 else "",
        "OSName": known.name,
        "OSMajorVersion": version[0],
        "OSMinorVersion": version[1] if len(version) > 1 else "",
        "OSVersion": known.build,
        "ProcessorArchitecture": BITS_64 if known.bits == 64 else BITS_32,
    }


@dataclass
class VssDriver(IntegrationDriver):
    """Has the system's writers hold still when the host asks."""

    machine: VssGuest

    @classmethod
    def make(cls, guest: GuestSystem, channel: GuestChannel) -> VssDriver | None:
        """Systems without the component know no version of it."""
        known = catalog.guest(guest.system)
        versions = pair_versions(known.vss_versions)
        if not versions:
            return None
        return cls("vss", VssGuest(protocol.VSS, pair_versions(known.ic_frameworks), versions))

    def act(self, guest: GuestSystem, relid: int, effect: ic.Effect) -> None:
        """Check, freeze or thaw."""
        assert isinstance(effect, ic.Writers)
        if effect.operation == vss.CHECK:
            self.serve(guest, relid, self.machine.did(True))
        elif effect.operation == vss.THAW:
            guest.thaw("asked")
            self.serve(guest, relid, self.machine.did(True))
        elif not guest.freeze():
            self.serve(guest, relid, self.machine.did(False))
        else:
            guest.later(HOLD, relid)
            self.quiet(guest, relid)

    def quiet(self, guest: GuestSystem, relid: int) -> None:
        """Perhaps nothing is being written any more: then everything is on the disk, or a writer has failed."""
        if self.machine.step == vss.FREEZING and not guest.writing:
            whole = not guest.writers.failed
            if not whole:
                guest.thaw("failed")
            self.serve(guest, relid, self.machine.did(whole))

    def tick(self, guest: GuestSystem, relid: int) -> None:
        """Writes have been held back for as long as they can be."""
        if guest.writers.frozen and guest.world.now - guest.writers.since >= HOLD:
            guest.writers.too_long()
            guest.thaw("too long")
            self.machine.thawed_alone()

    def lost(self, guest: GuestSystem, relid: int) -> None:
        """Nobody will ask for the thaw."""
        if guest.writers.frozen:
            guest.thaw("channel gone")
