"""Storage as it is looked at: chains, snapshots, open files, and the blocks that really lie in the files."""

from __future__ import annotations

import pytest

from hvlab.host.disks import HostStorage
from hvlab.session import storageview
from hvlab.session.session import Session
from hvlab.session.storageview import StorageView
from tests.conftest import IMAGE

CREATE = f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE}"


def look(session: Session) -> StorageView:
    view = storageview.look(session.world, session.host)
    assert view is not None
    return view


@pytest.fixture(scope="module")
def grown() -> Session:
    session = Session()
    session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01; Checkpoint-VM web01 -SnapshotName before")
    session.run("Start-LabWorkload web01 -Operation Write -Count 20; Wait-Lab web01 -For Idle")
    session.run("Checkpoint-VM web01 -SnapshotName after")
    return session


def test_a_child_stands_under_its_parent_and_says_who_needs_it(grown: Session) -> None:
    chain = [disk for disk in look(grown).disks if "WS2008-x64" in disk.path]
    assert [disk.depth for disk in chain] == [0, 1, 2]
    assert [disk.kind for disk in chain] == ["Dynamic", "Differencing", "Differencing"]
    assert [disk.frozen for disk in chain] == [("web01 before",), ("web01 after",), ()]
    assert [disk.plugged for disk in chain] == [(), (), ("web01 IDE 0:0",)]
    assert [disk.parent for disk in chain[1:]] == [chain[0].path, chain[1].path]


def test_blocks_are_those_of_the_file(grown: Session) -> None:
    storage = grown.world.get("host1/root/storage", HostStorage)
    for disk in look(grown).disks:
        opened = storage.open(disk.path)
        assert len(disk.present) == opened.allocated_blocks
        assert all(opened.block_is_allocated(block) for block in disk.present)
        assert disk.file_size == opened.file_size
    written = [disk for disk in look(grown).disks if disk.frozen == ("web01 after",)]
    assert written[0].present, "what the workload wrote lies between the two snapshots"


def test_the_tree_of_snapshots_has_the_present_at_its_end(grown: Session) -> None:
    found = look(grown).snapshots
    assert [(view.name, view.depth, view.is_base) for view in found] == [
        ("before", 0, False),
        ("after", 1, True),
    ]
    assert all(view.with_memory for view in found)


def test_a_running_machine_holds_its_disk_and_all_below_it(grown: Session) -> None:
    found = look(grown).open_files
    assert [file.writes for file in found] == [True, False, False]
    assert {file.machine for file in found} == {"web01"}
    assert found[-1].path.casefold() == IMAGE.casefold()


def test_nothing_is_held_while_no_machine_runs() -> None:
    session = Session()
    session.run(CREATE)
    view = look(session)
    assert view.open_files == ()
    assert view.snapshots == ()
    assert next(disk for disk in view.disks if disk.plugged).plugged == ("web01 IDE 0:0",)


def test_requests_that_wait_for_the_disk_are_seen() -> None:
    session = Session()
    session.run(f"{CREATE}; Start-VM web01")
    seen: set[tuple[str, int]] = set()
    world = session.world
    for _ in range(3_000):
        seen |= set(look(session).under_way)
        moment = world.next_time()
        if moment is None or seen:
            break
        session.let_run(moment, 1)
    assert seen == {("web01", 1)}


def test_a_child_without_its_parent_says_why_it_cannot_be_opened() -> None:
    session = Session()
    session.run(f"New-VHD C:\\VMs\\child.vhd -ParentPath {IMAGE} -Differencing")
    storage = session.world.get("host1/root/storage", HostStorage)
    storage.files.delete(IMAGE)
    child = next(disk for disk in look(session).disks if disk.path.endswith("child.vhd"))
    assert child.problem == "parent-missing"
    assert child.depth == 0


def test_volumes_add_up(grown: Session) -> None:
    storage = grown.world.get("host1/root/storage", HostStorage)
    for view, volume in zip(look(grown).volumes, storage.files.volumes, strict=True):
        assert (view.letter, view.capacity, view.free) == (volume.letter, volume.capacity, volume.free)


def test_a_host_without_storage_has_nothing_to_show() -> None:
    assert storageview.look(Session().world, "elsewhere") is None


def test_a_physical_disk_is_held_by_its_machine_and_has_nothing_below_it() -> None:
    session = Session(scenario="storage-host")
    session.run("New-VM web01 512MB -NoVHD; Add-VMHardDiskDrive web01 IDE 0 0 -DiskNumber 5; Start-VM web01")
    session.run("Wait-Lab web01 -For Heartbeat")
    assert [(one.path, one.machine, one.writes) for one in look(session).open_files] == [
        (r"\\.\PHYSICALDRIVE5", "web01", True)
    ]
