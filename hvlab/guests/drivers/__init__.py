"""The guest's drivers for devices on the VMBus: one module a kind, and the table that finds a channel's driver."""

from __future__ import annotations

import uuid

from hvlab.devices.input import keyboard, mouse
from hvlab.devices.integration import protocol as ic_protocol
from hvlab.devices.network import protocol as network_protocol
from hvlab.devices.video import protocol as video_protocol
from hvlab.guests.drivers.base import Driver
from hvlab.guests.drivers.console import KeyboardDriver, MouseDriver, VideoDriver
from hvlab.guests.drivers.exchange import KvpDriver, TimeDriver, VssDriver
from hvlab.guests.drivers.integration import HeartbeatDriver, ShutdownDriver
from hvlab.guests.drivers.network import NetworkDriver
from hvlab.guests.drivers.storage import StorageDriver
from hvlab.vmbus import interfaces

DRIVERS: dict[uuid.UUID, type[Driver]] = {
    interfaces.IDE_ACCELERATOR: StorageDriver,
    interfaces.SCSI: StorageDriver,
    network_protocol.INTERFACE: NetworkDriver,
    ic_protocol.SHUTDOWN_INTERFACE: ShutdownDriver,
    ic_protocol.HEARTBEAT_INTERFACE: HeartbeatDriver,
    ic_protocol.TIMESYNC_INTERFACE: TimeDriver,
    ic_protocol.KVP_INTERFACE: KvpDriver,
    ic_protocol.VSS_INTERFACE: VssDriver,
    keyboard.INTERFACE: KeyboardDriver,
    mouse.INTERFACE: MouseDriver,
    video_protocol.INTERFACE: VideoDriver,
}
"""Which driver drives the channels of an interface."""
