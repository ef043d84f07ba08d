"""What a virtual machine is offered on its VMBus: one function a kind of device, in the order of the offers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hvlab.catalog import Platform
from hvlab.catalog.versions import pair_versions, wire_versions, word_versions
from hvlab.devices.integration import protocol as ic_protocol
from hvlab.devices.integration.host import IcHost
from hvlab.devices.network import protocol as network_protocol
from hvlab.devices.network.vsp import NetVsp
from hvlab.devices.storage.vsp import StorVsp
from hvlab.host.machine import VirtualMachine
from hvlab.host.services.base import Service
from hvlab.host.services.integration import HeartbeatService, ShutdownService
from hvlab.host.services.network import NetworkService
from hvlab.host.services.storage import StorageService
from hvlab.kernel import Stream
from hvlab.vmbus import interfaces, messages
from hvlab.vmbus.host import Offer

PIPE = messages.PIPE_MESSAGE_MODE.to_bytes(4, "little")


@dataclass(frozen=True)
class Plan:
    """What the decisions are made from. `sizes` gives the sectors of each file; `stream` draws instance ids."""

    machine: VirtualMachine
    platform: Platform
    sizes: dict[str, int]
    stream: Stream


Offered = Iterator[tuple[Offer, Service]]


def ide_disks(plan: Plan) -> Offered:
    """Each disk of an IDE controller, where the platform accelerates them."""
    versions = wire_versions(plan.platform.storage_versions)
    for drive in plan.machine.drives:
        if drive.controller == "IDE" and plan.platform.ide_accelerator:
            key = f"ide:{drive.number}:{drive.location}"
            instance = interfaces.ide_instance(drive.number, drive.location, plan.stream.take(10))
            vsp = StorVsp(versions, {0: plan.sizes[drive.path]}, single=True)
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
        vsp = StorVsp(versions, {lun: plan.sizes[path] for lun, path in paths.items()})
        instance = interfaces.scsi_instance(number, plan.stream.take(12))
        yield Offer(key, interfaces.SCSI, instance), StorageService(key, vsp, paths)


def network_adapters(plan: Plan) -> Offered:
    """Each synthetic adapter."""
    versions = word_versions(plan.platform.network_versions)
    for adapter in plan.machine.adapters:
        if not adapter.legacy:
            vsp = NetVsp(versions, adapter.mac, bool(adapter.switch) and adapter.cable)
            offer = Offer(adapter.key, network_protocol.INTERFACE, uuid.UUID(adapter.identifier))
            yield offer, NetworkService(adapter.key, vsp)


def shutdown(plan: Plan) -> Offered:
    """The shutdown component, if it is not disabled."""
    if plan.machine.services["Shutdown"]:
        platform = plan.platform
        component = IcHost(
            ic_protocol.SHUTDOWN,
            pair_versions(platform.ic_frameworks),
            pair_versions(platform.shutdown_versions),
        )
        offer = Offer("shutdown", ic_protocol.SHUTDOWN_INTERFACE, ic_protocol.SHUTDOWN_INSTANCE, 0x10, PIPE)
        yield offer, ShutdownService("shutdown", component)


def heartbeat(plan: Plan) -> Offered:
    """The heartbeat component, if it is not disabled."""
    if plan.machine.services["Heartbeat"]:
        platform = plan.platform
        component = IcHost(
            ic_protocol.HEARTBEAT,
            pair_versions(platform.ic_frameworks),
            pair_versions(platform.heartbeat_versions),
        )
        offer = Offer(
            "heartbeat", ic_protocol.HEARTBEAT_INTERFACE, ic_protocol.HEARTBEAT_INSTANCE, 0x10, PIPE
        )
        yield offer, HeartbeatService("heartbeat", component)


PLANS: tuple[Callable[[Plan], Offered], ...] = (
    ide_disks,
    scsi_controllers,
    network_adapters,
    shutdown,
    heartbeat,
)


def offers(plan: Plan) -> Offered:
    """All that the machine is offered."""
    for device in PLANS:
        yield from device(plan)
