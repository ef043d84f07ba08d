"""The services that a guest's system runs for the host: each holds a channel open, and can be stopped and started.

Whoever stops one in the guest closes its channel; the host notices as it would
notice any other silence. All of them start by themselves with the system.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hvlab.devices.integration import protocol
from hvlab.guests.drivers import DRIVERS
from hvlab.vmbus import guest as client
from hvlab.vmbus.guest import GuestChannel

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem

RUNNING, STOPPED, START_PENDING, STOP_PENDING = "Running", "Stopped", "StartPending", "StopPending"


@dataclass(frozen=True)
class GuestService:
    """A service: its short and its long name (K), and the interface of the channel that it serves."""

    name: str
    title: str
    interface: uuid.UUID


SERVICES = (
    GuestService("vmicheartbeat", "Hyper-V Heartbeat Service", protocol.HEARTBEAT_INTERFACE),
    GuestService("vmickvpexchange", "Hyper-V Data Exchange Service", protocol.KVP_INTERFACE),
    GuestService("vmicshutdown", "Hyper-V Guest Shutdown Service", protocol.SHUTDOWN_INTERFACE),
    GuestService("vmictimesync", "Hyper-V Time Synchronization Service", protocol.TIMESYNC_INTERFACE),
    GuestService("vmicvss", "Hyper-V Volume Shadow Copy Requestor", protocol.VSS_INTERFACE),
)


def installed(guest: GuestSystem) -> list[GuestService]:
    """The services for which its system has a component, and its machine a channel or had one."""
    return [one for one in SERVICES if one.name in guest.stopped_services or _channel(guest, one) is not None]


def state(guest: GuestSystem, service: GuestService) -> str:
    """Whether it runs, by the state of its channel; starting and stopping take their messages' time."""
    channel = _channel(guest, service)
    if channel is None or channel.state == client.OFFERED:
        return STOPPED
    if channel.state == client.OPEN:
        return RUNNING
    return STOP_PENDING if channel.state == client.CLOSED else START_PENDING


def stop(guest: GuestSystem, service: GuestService) -> None:
    """Its driver goes, and its channel is closed."""
    if service.name not in guest.stopped_services:
        guest.stopped_services.append(service.name)
    channel = _channel(guest, service)
    if channel is not None and channel.state == client.OPEN:
        guest.bus.give_up(channel.relid, "stopped")


def start(guest: GuestSystem, service: GuestService) -> None:
    """Its channel is opened again, if the host still offers it."""
    if service.name in guest.stopped_services:
        guest.stopped_services.remove(service.name)
    channel = _channel(guest, service)
    if channel is not None and channel.state == client.OFFERED:
        guest.offered(channel.relid)


def may_open(guest: GuestSystem, interface: uuid.UUID) -> bool:
    """Whether nobody has stopped the service behind that interface."""
    return not any(one.interface == interface and one.name in guest.stopped_services for one in SERVICES)


def _channel(guest: GuestSystem, service: GuestService) -> GuestChannel | None:
    """The channel on offer that it serves; None without a bus, or if the system has no component for it."""
    if guest.bus_state is None:
        return None
    for channel in guest.bus_state.connection.channels.values():
        if channel.interface == service.interface:
            known = channel.relid in guest.bus_state.drivers or DRIVERS[service.interface].make(
                guest, channel
            )
            return channel if known else None
    return None
