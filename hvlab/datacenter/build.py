"""Builds a world from a scenario and a platform: hosts with their volumes and images, and what joins them."""

from __future__ import annotations

import uuid

from hvlab import catalog
from hvlab.catalog import Image, Platform, Scenario, servers
from hvlab.catalog.models import ServerPlan, Source, read_size
from hvlab.datacenter.licence_book import BOOK, LicenceBook
from hvlab.datacenter.licensing import Server
from hvlab.datacenter.san import SAN, Lun, SharedStorage
from hvlab.datacenter.sources import DISK, SourceServer, path_of, record_place
from hvlab.guests import system_record
from hvlab.guests.system_record import SystemRecord
from hvlab.host import discs
from hvlab.host.disks import HostStorage
from hvlab.host.eventlog import EventLog
from hvlab.host.faults import FaultBoard
from hvlab.host.hardware import Hardware, used
from hvlab.host.hosted import HostedMonitor, VirtualServer
from hvlab.host.networks import LAN, VirtualNetworks
from hvlab.host.physical import PhysicalDisk, PhysicalDisks
from hvlab.host.root import RootKernel
from hvlab.host.server import Build, Firmware, ServerSystem
from hvlab.host.vmms import Vmms
from hvlab.hypervisor import Costs, Hypervisor
from hvlab.hypervisor.memory import PAGE_SIZE
from hvlab.kernel import World
from hvlab.kernel.calendar import LAB_BEGIN
from hvlab.network.addresses import read_mac
from hvlab.network.segment import PhysicalNetwork
from hvlab.network.station import Station
from hvlab.storage import iso, vhd
from hvlab.storage.content import FileContent
from hvlab.storage.raw import RawDisk
from hvlab.storage.volume import HostFiles, Volume

HOST = "host1"
"""The first host: commands speak to it unless they name another."""
POOL = (0x0A, 0x0A)
"""The bytes of the first host's own adapter addresses that tell it from other hosts; each further host counts on."""


def build_world(scenario: str = "one-host", platform: str = "ws2008", seed: int = 0) -> World:
    """A world at its beginning. Raises catalog.BadCatalog for an unknown scenario or platform."""
    plan = catalog.scenario(scenario)
    release = catalog.platform(platform)
    world = World(seed)
    for number, server in enumerate([plan, *plan.more_hosts]):
        own = catalog.platform(server.platform) if server.platform else release
        _build_host(world, f"host{number + 1}", server, own, (POOL[0], POOL[1] + number))
        if not number:
            _plug_computers(world, plan)
    if plan.luns:
        _build_san(world, plan)
    for source in plan.sources:
        _build_source(world, source)
    return world


def _build_host(
    world: World,
    host: str,
    plan: ServerPlan,
    release: Platform,
    pool: tuple[int, int],
) -> None:
    """One host, switched on, with its network adapters in the network between the hosts."""
    timing = release.timing
    _, processors, memory = used(
        _hardware(plan), servers.server_facts().editions[plan.edition], release, plan.updates
    )
    pages = (memory.used << 20) // PAGE_SIZE
    costs = Costs(
        timing.hypercall,
        timing.exit,
        timing.intercept,
        timing.interrupt,
        timing.repeat_element,
        timing.native,
        timing.system_call,
        timing.scheduler_slice,
        timing.scheduler_window,
    )
    monitor: Hypervisor
    if release.hosted:
        monitor = HostedMonitor(pages, costs, timing.context_switch, processors.used)
    else:
        codes, nested = release.hypercall_codes, release.nested_paging
        monitor = Hypervisor(pages, costs, codes, processors.used, nested, release.architecture)
    hypervisor = world.add(f"{host}/hypervisor", monitor)
    root = world.add(f"{host}/root", RootKernel(host, read_size(plan.root_memory) // PAGE_SIZE, pages))
    volumes = [
        Volume(drive.letter, read_size(drive.size), read_size(drive.used), drive.label)
        for drive in plan.volumes
    ]
    files = HostFiles(volumes)
    world.add(f"{host}/root/storage", HostStorage(host, files, timing.disk_access, timing.disk_sector))
    _build_disks(world, host, plan)
    world.add(f"{host}/root/vmms", VirtualServer(host, release) if release.hosted else Vmms(host, release))
    book = world.get(BOOK, LicenceBook) if world.has(BOOK) else world.add(BOOK, LicenceBook())
    book.add_server(_licensed_server(plan, release), host)
    for edition in plan.licences:
        book.hold(edition, plan.host)
    _build_networks(world, host, plan, release, pool)
    world.add(f"{host}/faults", FaultBoard(host))
    server = _build_server(world, host, plan, release)
    if server.launched:
        hypervisor.launch(root.index)
        if not release.hosted:
            root.start()
    else:
        hypervisor.have_scheduler()
    for image in plan.images:
        _put_image(world, host, files, image)
    if release.integration_disc:
        discs.put_setup_disc(files, server.integration(release.integration_disc))


def _build_disks(world: World, host: str, plan: ServerPlan) -> None:
    """The host's disks: one for each of its volumes, then those that it has no volume on."""
    found = world.add(f"{host}/root/disks", PhysicalDisks())

    def identifier() -> str:
        return str(uuid.UUID(bytes=world.stream(f"{host}/disks").uuid_bytes()))

    for drive in plan.volumes:
        model = f"Disk of volume {drive.letter}:"
        found.add(PhysicalDisk(0, model, "SAS", read_size(drive.size), identifier(), letter=drive.letter))
    for entry in plan.disks:
        size = read_size(entry.size)
        content = FileContent(size)
        disk = found.add(PhysicalDisk(0, entry.model, entry.bus, size, identifier(), content=content))
        disk.offline = not entry.online
        if entry.guest:
            image = Image(disk.path, entry.size, entry.guest, entry.computer)
            _put_system(RawDisk(disk.path, content, uuid.UUID(disk.identifier)), image)


def _licensed_server(plan: ServerPlan, release: Platform) -> Server:
    """The server as licences see it; Hyper-V Server is free and brings no right to a Windows guest.

    Where another maker's monitor has the hardware, no Windows Server runs on it.
    """
    windows = plan.edition.casefold() if plan.edition != "Hyper-V Server" and release.windows else ""
    architecture = "itanium" if plan.architecture == "ia64" else "x64"
    return Server(plan.host, plan.sockets, windows, architecture=architecture)


def _hardware(plan: ServerPlan) -> Hardware:
    return Hardware(plan.sockets, plan.logical_processors, read_size(plan.memory))


def _build_server(world: World, host: str, plan: ServerPlan, release: Platform) -> ServerSystem:
    """The server as it stands, with what its system wrote down when it was switched on."""
    log = world.add(f"{host}/eventlog", EventLog())
    server = world.add(
        f"{host}/server",
        ServerSystem(
            Build(plan.edition, plan.architecture, plan.installation, plan.processor_name, _hardware(plan)),
            Firmware(plan.virtualization, plan.execute_disable),
            plan.role or release.hosted,
            plan.updates,
            plan.launch_type,
            release.hosted,
            release.beta_integration,
        ),
    )
    log.write("log-started")
    server.launch()
    return server


def _build_san(world: World, plan: Scenario) -> None:
    """The disks of the storage network; the first host has them online."""
    san = world.add(SAN, SharedStorage())
    for lun in plan.luns:
        volume = Volume(lun.letter, read_size(lun.size), 0, lun.label)
        san.add_lun(Lun(lun.name, lun.letter, volume.capacity), volume)
        san.give(lun.letter, HOST)
        identifier = str(uuid.UUID(bytes=world.stream(f"san/{lun.letter}").uuid_bytes()))
        for number in range(len(plan.more_hosts) + 1):
            disks = world.get(f"host{number + 1}/root/disks", PhysicalDisks)
            disks.add(
                PhysicalDisk(
                    0, lun.name, "Fibre Channel", volume.capacity, identifier, lun.letter, shared=True
                )
            )
        for image in lun.images:
            _put_image(world, HOST, world.get(f"{HOST}/root/storage", HostStorage).files, image)


def _build_networks(
    world: World,
    host: str,
    plan: ServerPlan,
    release: Platform,
    pool: tuple[int, int],
) -> None:
    """The host's adapters in the physical network; with the first host comes that network."""
    if not world.has(LAN):
        world.add(LAN, PhysicalNetwork(release.timing.wire))
    networks = world.add(f"{host}/root/vmswitch", VirtualNetworks(host, release, pool))
    for nic in plan.nics:
        networks.add_nic(nic, read_mac(nic.mac))


def _plug_computers(world: World, plan: Scenario) -> None:
    """The other computers of the physical network; their ports come after the first host's."""
    network = world.get(LAN, PhysicalNetwork)
    for computer in plan.lan:
        station = Station(computer.name, read_mac(computer.mac))
        station.configure(computer.address, computer.prefix, computer.gateway)
        network.plug_station(station)


def _build_source(world: World, plan: Source) -> None:
    """A server with its disk: the system, and what its applications have written."""
    files = HostFiles([Volume(DISK[0], 1 << 42)])
    _put_image(
        world, path_of(plan.name), files, Image(DISK, plan.disk, plan.guest, plan.name, plan.integration)
    )
    disk = vhd.open_vhd(files.open(DISK))
    disk.write(0, system_record.with_boot_driver(disk.read(0, 1), plan.driver))
    for number in range(plan.records):
        lba = record_place(number)
        disk.write(lba, system_record.data_sector(number + 1, lba))
    world.add(path_of(plan.name), SourceServer(plan, files))


def _put_media(files: HostFiles, image: Image) -> None:
    """Write a disc that sets a guest up: the image it boots is the system record, then comes the boot set."""
    guest = catalog.guest(image.guest)
    count = sum(phase.sectors for phase in [*guest.loader, *guest.kernel, *guest.services])
    record = SystemRecord(
        guest.id, image.computer, guest.integration_version, count, system_record.BOOT_SET_START
    )
    boot_set = b"".join(system_record.boot_set_sector(guest.id, number) for number in range(count))
    label = guest.id.upper().replace("-", "_")
    files.create(image.path).write(0, iso.boot_disc(label, system_record.pack_record(record), boot_set))


def _put_image(world: World, host: str, files: HostFiles, image: Image) -> None:
    """Write a system disk: boot record, system record, boot set; or a set-up disc, if the file is an .iso."""
    if image.path.casefold().endswith(".iso"):
        _put_media(files, image)
        return
    stream = f"images/{image.path}" if host == HOST else f"{host}/images/{image.path}"
    size = read_size(image.size)
    handle = files.create(image.path)
    identifier = uuid.UUID(bytes=world.stream(stream).uuid_bytes())
    create = vhd.create_dynamic if image.dynamic else vhd.create_fixed
    create(handle, size, identifier=identifier, timestamp=LAB_BEGIN)
    if not image.guest:
        return
    _put_system(vhd.open_vhd(handle), image)


def _put_system(disk: vhd.Vhd, image: Image) -> None:
    """Boot record, system record and boot set of an installed system."""
    guest = catalog.guest(image.guest)
    count = sum(phase.sectors for phase in [*guest.loader, *guest.kernel, *guest.services])
    integration = guest.integration_version if image.integration is None else image.integration
    hal = system_record.APIC if guest.drivers == "manual" and integration else ""
    start = system_record.BOOT_SET_START
    record = SystemRecord(guest.id, image.computer, integration, count, start, hal, image.additions)
    disk.write(0, system_record.boot_record(disk.size // 512 - system_record.PARTITION_START))
    disk.write(system_record.PARTITION_START, system_record.pack_record(record))
    boot_set = b"".join(system_record.boot_set_sector(guest.id, number) for number in range(count))
    disk.write(system_record.BOOT_SET_START, boot_set)
