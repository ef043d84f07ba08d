"""P2V and V2V: a server becomes a virtual machine, as System Center Virtual Machine Manager does it.

Its version decides which hosts it can put a machine on and which systems it converts. A system with writers that can
hold still is copied while it runs; an older one stands still meanwhile, started from a boot image that must know its
disk controller. The copy is mended last: the driver of the board's IDE controller, and integration services. Without
that it finds no disk when it boots. Whatever fails, the source is as it was, and nothing of the copy is left.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from hvlab import catalog
from hvlab.catalog.managers import Manager, managers
from hvlab.catalog.models import read_size
from hvlab.datacenter.sources import Records, SourceServer, compare, path_of
from hvlab.guests import system_record
from hvlab.guests.system_record import PARTITION_START, read_record
from hvlab.host import discs
from hvlab.host.machine import Refusal, VirtualMachine
from hvlab.host.vmms import Vmms
from hvlab.kernel import World
from hvlab.kernel.calendar import LAB_BEGIN
from hvlab.storage import editing
from hvlab.storage.volume import StorageError

PHYSICAL = "physical"


@dataclass(frozen=True)
class Conversion:
    """A conversion that can begin: who converts what, whether it stands still meanwhile, and into which file."""

    manager: Manager
    source: SourceServer
    name: str
    path: str
    offline: bool
    fix_up: bool
    fixed: bool


def find(world: World, name: str) -> SourceServer:
    """The server of that name, in any case. Refusal."""
    path = path_of(name.upper())
    if not world.has(path):
        raise Refusal("no-source", name=name)
    return world.get(path, SourceServer)


def check_host(manager: Manager, service: Vmms, *, through: bool = False) -> None:
    """Refusal if this version manages no host like this one; `through`: VirtualCenter between them will do."""
    platform = service.platform
    if platform.id not in (*manager.hosts, *(manager.virtual_center if through else ())):
        first = next((one.name for one in managers().versions if platform.id in one.hosts), "")
        raise Refusal(
            "vmm-host" if first else "vmm-no-host", manager=manager.name, platform=platform.name, first=first
        )


def check(service: Vmms, plan: Conversion, *, drivers: tuple[str, ...]) -> None:
    """Refusal unless the conversion can be done; `drivers` are those that were given for the boot image."""
    check_host(plan.manager, service)
    known = plan.source.plan
    guest = catalog.guest(known.guest).name
    values = {"name": known.name, "guest": guest, "manager": plan.manager.name}
    if known.kind == PHYSICAL:
        if known.guest in plan.manager.offline:
            if not plan.offline:
                raise Refusal("p2v-offline", **values)
        elif known.guest not in plan.manager.live:
            raise Refusal("vmm-guest", **values)
    elif known.kind not in plan.manager.monitors:
        raise Refusal("vmm-monitor", monitor=known.kind, **values)
    elif known.guest not in plan.manager.guests:
        raise Refusal("vmm-guest", **values)
    booted = plan.offline and known.kind == PHYSICAL  # the files of a virtual machine need no boot image
    if booted and known.driver not in ("", *managers().boot_image_drivers, *drivers):
        raise Refusal("p2v-driver", driver=known.driver, **values)
    service.check_new(plan.name, read_size(known.memory))
    try:
        service.storage.files.volume(plan.path)
    except StorageError:
        raise Refusal("no-such-folder", path=plan.path) from None
    if service.storage.files.exists(plan.path):
        raise Refusal("file-there", path=plan.path)


def duration(service: Vmms, plan: Conversion) -> int:
    """How long the copying takes, in ns: each sector is read at the source and written at the host."""
    sectors = plan.source.disk.size // 512 if plan.fixed else editing.sectors_held(plan.source.disk)
    return 2 * sectors * service.platform.timing.disk_sector


def begin(service: Vmms, plan: Conversion) -> None:
    """The conversion starts: from here on its steps can be followed in the trace."""
    _note(service, plan, "converting_offline" if plan.offline else "converting", plan.source.plan.name)


def copy(service: Vmms, plan: Conversion) -> None:
    """The source's disk as a virtual disk of this host. StorageError, with nothing left behind."""
    world = service.world
    editing.convert(
        service.storage.files,
        plan.source.disk,
        plan.path,
        fixed=plan.fixed,
        identifier=uuid.UUID(bytes=world.stream(f"{service.name}/conversions").uuid_bytes()),
        timestamp=LAB_BEGIN + world.now // 1_000_000_000,
    )
    _note(service, plan, "copied", plan.path)


def mend(service: Vmms, plan: Conversion) -> None:
    """Change the copy so that it boots as a virtual machine: its disk's driver, and integration services."""
    if not plan.fix_up:
        return
    disk = service.storage.open(plan.path)
    disk.write(0, system_record.with_boot_driver(disk.read(0, 1), ""))
    record = read_record(disk.read(PARTITION_START, 1))
    guest = catalog.guest(plan.source.plan.guest)
    version = service.platform.integration_disc
    if record is not None and guest.has_vmbus and version and not service.platform.hosted:
        version = service.server.integration(version)
        hal = system_record.APIC if guest.drivers == "manual" else record.hal
        changed = replace(record, integration_version=version, hal=hal, additions="")
        disk.write(PARTITION_START, system_record.pack_record(changed))
    _note(service, plan, "mended", plan.source.plan.driver or "ide")


def define(service: Vmms, plan: Conversion) -> VirtualMachine:
    """The machine with the copy as its disk. Refusal."""
    machine = service.create(plan.name, read_size(plan.source.plan.memory))
    service.networks.add_first_adapter(machine, "")
    if not service.platform.hosted:
        discs.add(service, machine, discs.CONTROLLER, 0)
    service.add_drive(machine.name, plan.path, "IDE", 0, 0)
    machine.notes = f"{plan.source.plan.name} ({plan.source.plan.kind})"
    _note(service, plan, "converted", plan.name)
    return machine


def undo(service: Vmms, plan: Conversion) -> None:
    """The conversion has failed after the copy: nothing of it is left."""
    if service.find(plan.name) is None and service.storage.files.exists(plan.path):
        service.storage.files.delete(plan.path)


def set_running(service: Vmms, plan: Conversion, running: bool) -> None:
    """The source is shut down for its conversion, or starts again."""
    plan.source.running = running
    _note(service, plan, "source_started" if running else "source_stopped", plan.source.plan.name)


def add_stood(world: World, name: str, nanoseconds: int) -> int:
    """The source has stood still for so long; returns that."""
    find(world, name).stood += nanoseconds
    return nanoseconds


def verify(service: Vmms, plan: Conversion) -> Records:
    """What of the source's records the copy holds."""
    return compare(plan.source, service.storage.open(plan.path))


def _note(service: Vmms, plan: Conversion, action: str, detail: str) -> None:
    source = path_of(plan.source.plan.name)
    service.world.emit("transfer", service.name, source, None, None, None, action, plan.name, detail)
