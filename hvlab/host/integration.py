"""What a person can ask of a machine's integration services: switch them, read and write pairs, freeze and thaw.

Freezing and thawing is what a backup of a running guest begins and ends with.
"""

from __future__ import annotations

from hvlab.devices.integration import kvp
from hvlab.devices.integration.kvp import Wish
from hvlab.host.link import BusLink
from hvlab.host.machine import RUNNING, SERVICE_KEYS, Refusal, VirtualMachine
from hvlab.host.services.exchange import KvpService, VssService
from hvlab.host.services.plans import component_named
from hvlab.host.vmms import Vmms


def set_service(vmms: Vmms, name: str, service: str, enabled: bool) -> None:
    """Enable or disable a service; of a running machine its channel is offered, or taken back, at once."""
    machine = vmms.machine(name)
    if machine.services[service] == enabled:
        return
    machine.services[service] = enabled
    key = SERVICE_KEYS[service]
    seq = vmms.world.emit(
        "integration",
        vmms.name,
        f"{vmms.host}/{machine.name}",
        machine.partition or None,
        None,
        None,
        key,
        "enabled" if enabled else "disabled",
        "",
    )
    link = vmms.link(machine.name)
    if link is None or not link.partition:
        return
    if not enabled:
        vmms.world.because(seq, link.take_back, key)
        return
    found = component_named(key).offered(vmms.platform)
    if found is not None:
        vmms.world.because(seq, link.add_service, *found)


def _ready(vmms: Vmms, name: str, service: str) -> tuple[VirtualMachine, BusLink]:
    """The machine with its bus, if that service answers; else Refusal."""
    machine = vmms.machine(name)
    if machine.state != RUNNING:
        raise Refusal("wrong-state", name=machine.name, state=machine.state, wanted=RUNNING)
    link = vmms.link(machine.name)
    if link is None or not link.ready(SERVICE_KEYS[service]):
        raise Refusal("no-integration-service", name=machine.name, service=service)
    return machine, link


def ask_pairs(vmms: Vmms, name: str, wish: Wish) -> KvpService:
    """Ask the guest about its pairs; the answer is there when the service waits no longer. Refusal."""
    machine, link = _ready(vmms, name, "Key-Value Pair Exchange")
    if not kvp.fits(wish.key, wish.value):
        raise Refusal("pair-too-long", key=kvp.MAXIMUM_KEY, value=kvp.MAXIMUM_VALUE)
    service = link.services["kvp"]
    assert isinstance(service, KvpService)
    if service.waiting:
        raise Refusal("service-busy", name=machine.name, service="Key-Value Pair Exchange")
    service.wish(link, wish)
    return service


def ask_writers(vmms: Vmms, name: str, operation: int) -> VssService:
    """Ask the guest to check, freeze or thaw; it is done when the service waits no longer. Refusal."""
    machine, link = _ready(vmms, name, "VSS")
    service = link.services["vss"]
    assert isinstance(service, VssService)
    if service.waiting:
        raise Refusal("service-busy", name=machine.name, service="VSS")
    if not service.begin(link, operation):
        raise Refusal("wrong-writers-state", name=machine.name, state=service.machine.step)
    return service
