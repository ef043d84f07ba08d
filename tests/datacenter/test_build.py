"""The world at its beginning: what a scenario describes is there, and nothing else."""

from __future__ import annotations

import pytest

from hvlab import catalog
from hvlab.catalog.models import read_size
from hvlab.datacenter.build import build_world
from hvlab.guests import system_record
from hvlab.host.discs import SETUP_DISC
from hvlab.host.disks import HostStorage
from hvlab.host.root import RootKernel
from hvlab.host.vmms import Vmms
from hvlab.hypervisor import Hypervisor
from hvlab.storage import vhd

PLAN = catalog.scenario("one-host")


def test_the_same_choice_builds_the_same_world() -> None:
    one, two = build_world(seed=5), build_world(seed=5)
    assert one.digest() == two.digest() and one.trace.digest() == two.trace.digest()
    assert build_world(seed=6).digest() != one.digest()
    assert one.now == 0 and one.next_time() is None, "nothing happens by itself"


@pytest.mark.parametrize("platform", catalog.platforms())
def test_every_platform_builds(platform: str) -> None:
    world = build_world(platform=platform)
    assert world.get("host1/root/vmms", Vmms).machines == {}


def test_what_does_not_exist_is_refused_with_what_does() -> None:
    with pytest.raises(catalog.BadCatalog, match="one-host"):
        build_world(scenario="two-hosts")
    with pytest.raises(catalog.BadCatalog, match="ws2008"):
        build_world(platform="ws2003")
    with pytest.raises(catalog.BadCatalog):
        build_world(platform="../platforms/nothing")


def test_the_root_owns_the_machine() -> None:
    world = build_world()
    hypervisor = world.get("host1/hypervisor", Hypervisor)
    root = world.get("host1/root", RootKernel)
    pages = read_size(PLAN.memory) // 4096
    assert list(hypervisor.partitions) == [1] and hypervisor.partitions[1].mapped_pages == pages
    assert root.free_pages == pages - read_size(PLAN.root_memory) // 4096
    assert len(hypervisor.partitions[1].vps) == PLAN.logical_processors


def test_the_volumes_are_those_of_the_scenario() -> None:
    files = build_world().get("host1/root/storage", HostStorage).files
    assert [(volume.letter, volume.capacity, volume.used) for volume in files.volumes] == [
        (volume.letter, read_size(volume.size), read_size(volume.used)) for volume in PLAN.volumes
    ]
    assert sorted(files.paths()) == sorted([*(image.path for image in PLAN.images), SETUP_DISC])


@pytest.mark.parametrize("image", PLAN.images, ids=lambda image: image.path.rpartition("\\")[2])
def test_a_system_disk_is_what_it_says(image: catalog.Image) -> None:
    storage = build_world().get("host1/root/storage", HostStorage)
    disk = storage.open(image.path)
    assert disk.size == read_size(image.size)
    start = system_record.partition_start(disk.read(0, 1))
    assert start is not None
    record = system_record.read_record(disk.read(start, 1))
    assert record is not None and (record.guest, record.computer) == (image.guest, image.computer)
    for number in (0, record.boot_sectors - 1):
        sector = disk.read(record.boot_set_start + number, 1)
        assert sector == system_record.boot_set_sector(image.guest, number)
    assert disk.read(record.boot_set_start + record.boot_sectors, 1) == bytes(512)
    assert record.boot_set_start + record.boot_sectors < system_record.DATA_START


def test_identifiers_come_from_the_seed() -> None:
    def identifiers(seed: int) -> list[object]:
        storage = build_world(seed=seed).get("host1/root/storage", HostStorage)
        return [
            vhd.open_vhd(storage.files.open(path)).identifier
            for path in storage.files.paths()
            if path != SETUP_DISC
        ]

    assert identifiers(0) == identifiers(0) and len(set(identifiers(0))) == len(PLAN.images)
    assert not set(identifiers(0)) & set(identifiers(1))


def test_seeds_differ_in_identifiers_and_nothing_else() -> None:
    one, two = (build_world(seed=seed) for seed in (1, 2))
    assert one.trace.digest() == two.trace.digest()
    for path in one.get("host1/root/storage", HostStorage).files.paths():
        if path == SETUP_DISC:
            continue
        first, second = (world.get("host1/root/storage", HostStorage).open(path) for world in (one, two))
        assert (first.size, first.file_size, first.kind) == (second.size, second.file_size, second.kind)
        assert first.read(0, 5000) == second.read(0, 5000)


@pytest.mark.parametrize(("platform", "codes"), [("ws2008", (0x57, 0x59)), ("ws2012", (0x95, 0x96))])
def test_a_platform_brings_its_hypercall_codes(platform: str, codes: tuple[int, int]) -> None:
    """The reference: TLFS 2.0 has other codes for these two than today's documents."""
    hypervisor = build_world(platform=platform).get("host1/hypervisor", Hypervisor)
    assert (hypervisor.code_of["CreatePort"], hypervisor.code_of["ConnectPort"]) == codes
    assert len(set(hypervisor.code_of.values())) == len(hypervisor.code_of)
    assert hypervisor.code_of["PostMessage"] == 0x5C
