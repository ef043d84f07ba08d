"""What a virtual machine is offered on its VMBus: one function a kind of device, in the order of the offers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from hvlab.catalog import Platform
from hvlab.catalog.versions import pair_versions, wire_versions, word_versions
from hvlab.devices.input import keyboard, mouse
from hvlab.devices.integration import protocol as ic
from hvlab.devices.integration.host import IcHost
from hvlab.devices.integration.kvp import KvpHost
from hvlab.devices.integration.timesync import TimeHost
from hvlab.devices.integration.vss import VssHost
from hvlab.devices.network import protocol as network_protocol
from hvlab.devices.network.vsp import NetVsp
from hvlab.devices.storage.vsp import StorVsp
from hvlab.devices.video import protocol as video_protocol
from hvlab.devices.video.ends import VideoHost
from hvlab.host.machine import SERVICE_KEYS, VirtualMachine
from hvlab.host.services.base import Service
from hvlab.host.services.console import KeyboardService, MouseService, VideoService
from hvlab.host.services.exchange import KvpService, TimeService, VssService
from hvlab.host.services.integration import HeartbeatService, IntegrationService, ShutdownService
from hvlab.host.services.network import NetworkService
from hvlab.host.services.storage import StorageService
from hvlab.vmbus import interfaces, messages
from hvlab.vmbus.host import Offer

PIPE = messages.PIPE_MESSAGE_MODE.to_bytes(4, "little")


@dataclass(frozen=True)
class Plan:
    """What the decisions are made from. `sizes` gives the sectors of each file."""

    machine: VirtualMachine
    platform: Platform
    sizes: dict[str, int]

    def tail(self, key: str) -> bytes:
        """16 bytes that are the device's own: the same at every start, different in every machine."""
        return sha256(f"{self.machine.identifier}/{key}".encode()).digest()[:16]


Offered = Iterator[tuple[Offer, Service]]


def ide_disks(plan: Plan) -> Offered:
    """Each disk of an IDE controller, where the platform accelerates them."""
    versions = wire_versions(plan.platform.storage_versions)
    for drive in plan.machine.drives:
        if drive.controller == "IDE" and plan.platform.ide_accelerator:
            key = f"ide:{drive.number}:{drive.location}"
            instance = interfaces.ide_instance(drive.number, drive.location, plan.tail(key))
            vsp = StorVsp(versions, {0: plan.sizes[drive.path]}, single=True, identity=instance.bytes)
            yield Offer(key, interfaces.IDE_ACCELERATOR, instance), StorageService(key, vsp, {0: drive.path})


def scsi_controllers(plan: Plan) -> Offered:
    """Each SCSI controller with its disks."""
    versions = wire_versions(plan.platform.storage_versions)
    for number in range(plan.machine.scsi_controllers):
        key = f"scsi:{number}"
        paths = {
            drive.location: drive.path
            for drive in plan.machine.drives
            if drive.controller == "SCSI" and drive.number == number
        }
        instance = interfaces.scsi_instance(number, plan.tail(key))
        disks = {lun: plan.sizes[path] for lun, path in paths.items()}
        vsp = StorVsp(versions, disks, identity=instance.bytes)
        yield Offer(key, interfaces.SCSI, instance), StorageService(key, vsp, paths)


def network_adapters(plan: Plan) -> Offered:
    """Each synthetic adapter."""
    versions = word_versions(plan.platform.network_versions)
    for adapter in plan.machine.adapters:
        if not adapter.legacy:
            vsp = NetVsp(versions, adapter.mac, bool(adapter.switch) and adapter.cable)
            offer = Offer(adapter.key, network_protocol.INTERFACE, uuid.UUID(adapter.identifier))
            yield offer, NetworkService(adapter.key, vsp)


@dataclass(frozen=True)
class Component:
    """An integration component: its ids, what the worker process runs, and which versions a platform has of it."""

    key: str
    kind: int
    interface: uuid.UUID
    instance: uuid.UUID
    service: Callable[[str, Any], IntegrationService]
    machine: type[IcHost]
    versions: Callable[[Platform], list[str]]

    def offered(self, platform: Platform) -> tuple[Offer, IntegrationService] | None:
        """The offer and its service; None if the platform knows no version."""
        versions = pair_versions(self.versions(platform))
        if not versions:
            return None
        machine = self.machine(self.kind, pair_versions(platform.ic_frameworks), versions)
        offer = Offer(self.key, self.interface, self.instance, 0x10, PIPE)
        return offer, self.service(self.key, machine)


COMPONENTS: tuple[Component, ...] = (
    Component(
        "shutdown",
        ic.SHUTDOWN,
        ic.SHUTDOWN_INTERFACE,
        ic.SHUTDOWN_INSTANCE,
        ShutdownService,
        IcHost,
        lambda platform: platform.shutdown_versions,
    ),
    Component(
        "heartbeat",
        ic.HEARTBEAT,
        ic.HEARTBEAT_INTERFACE,
        ic.HEARTBEAT_INSTANCE,
        HeartbeatService,
        IcHost,
        lambda platform: platform.heartbeat_versions,
    ),
    Component(
        "timesync",
        ic.TIMESYNC,
        ic.TIMESYNC_INTERFACE,
        ic.TIMESYNC_INSTANCE,
        TimeService,
        TimeHost,
        lambda platform: platform.time_versions,
    ),
    Component(
        "kvp",
        ic.KVP,
        ic.KVP_INTERFACE,
        ic.KVP_INSTANCE,
        KvpService,
        KvpHost,
        lambda platform: platform.kvp_versions,
    ),
    Component(
        "vss",
        ic.VSS,
        ic.VSS_INTERFACE,
        ic.VSS_INSTANCE,
        VssService,
        VssHost,
        lambda platform: platform.vss_versions,
    ),
)


def integration(plan: Plan) -> Offered:
    """The integration components that are not disabled."""
    enabled = [SERVICE_KEYS[name] for name, wanted in plan.machine.services.items() if wanted]
    for component in COMPONENTS:
        found = component.offered(plan.platform) if component.key in enabled else None
        if found is not None:
            yield found


def console(plan: Plan) -> Offered:
    """Keyboard, mouse and video, as far as the platform has them."""
    platform = plan.platform
    versions = word_versions(platform.keyboard_versions)
    if versions:
        offer = Offer("keyboard", keyboard.INTERFACE, keyboard.INSTANCE)
        yield offer, KeyboardService("keyboard", keyboard.KeyboardHost(versions))
    versions = word_versions(platform.mouse_versions)
    if versions:
        offer = Offer("mouse", mouse.INTERFACE, mouse.INSTANCE, 0x10, PIPE)
        yield offer, MouseService("mouse", mouse.MouseHost(versions))
    shown = pair_versions(platform.video_versions)
    if shown:
        offer = Offer("video", video_protocol.INTERFACE, video_protocol.INSTANCE, 0x10, PIPE)
        yield offer, VideoService("video", VideoHost(shown))


def component_named(key: str) -> Component:
    """The component with that key."""
    return next(component for component in COMPONENTS if component.key == key)


PLANS: tuple[Callable[[Plan], Offered], ...] = (
    ide_disks,
    scsi_controllers,
    network_adapters,
    integration,
    console,
)


def offers(plan: Plan) -> Offered:
    """All that the machine is offered."""
    for device in PLANS:
        yield from device(plan)
