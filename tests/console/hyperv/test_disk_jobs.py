"""Work on virtual disks at the prompt: what a guest would see stays, what is refused leaves everything as it was."""

from __future__ import annotations

import pytest

from hvlab.host.disks import HostStorage
from hvlab.session.session import Session

SIZE = 64 << 20
CHAIN = r"""
New-VHD D:\p.vhd -SizeBytes 64MB -Dynamic
New-VHD D:\c.vhd -ParentPath D:\p.vhd -Differencing
"""


def storage(session: Session) -> HostStorage:
    return session.world.get(f"{session.host}/root/storage", HostStorage)


def put(session: Session, path: str, lba: int, data: bytes) -> None:
    storage(session).open(path).write(lba, data)


def content(session: Session, path: str) -> bytes:
    disk = storage(session).open(path)
    return disk.read(0, disk.size // 512)


@pytest.fixture
def session() -> Session:
    session = Session()
    assert session.run("New-VHD D:\\p.vhd -SizeBytes 64MB -Dynamic").ok
    put(session, r"D:\p.vhd", 8, b"a" * 4096)
    put(session, r"D:\p.vhd", 80_000, b"b" * 512)
    assert session.run("New-VHD D:\\c.vhd -ParentPath D:\\p.vhd -Differencing").ok
    put(session, r"D:\c.vhd", 10, b"c" * 1024)
    return session


def error(session: Session, script: str) -> str:
    before = session.world.digest()
    outcome = session.run(script)
    assert outcome.errors, "it was not refused"
    assert session.world.digest() == before, "a refusal changes nothing"
    return outcome.errors[-1].explain[0] if outcome.errors[-1].explain else outcome.errors[-1].error_id


@pytest.mark.parametrize("kind", ["Fixed", "Dynamic"])
@pytest.mark.parametrize("source", [r"D:\p.vhd", r"D:\c.vhd"])
def test_converting_keeps_what_a_guest_sees(session: Session, kind: str, source: str) -> None:
    before = content(session, source)
    began = session.world.now
    assert session.run(rf"Convert-VHD {source} D:\n.vhd -VHDType {kind}").ok
    assert content(session, r"D:\n.vhd") == before == content(session, source)
    disk = storage(session).open(r"D:\n.vhd")
    assert (disk.kind, disk.size, disk.parent) == (kind, SIZE, None)
    assert disk.identifier != storage(session).open(source).identifier, "it is another disk"
    assert session.world.now > began, "it takes its time"
    assert session.run(r"Test-VHD D:\n.vhd").ok


def test_a_dynamic_copy_takes_only_what_is_needed(session: Session) -> None:
    assert session.run(r"Convert-VHD D:\p.vhd D:\f.vhd -VHDType Fixed").ok
    assert session.run(r"Convert-VHD D:\f.vhd D:\d.vhd -VHDType Dynamic -DeleteSource").ok
    assert storage(session).open(r"D:\d.vhd").allocated_blocks == 2
    assert not storage(session).files.exists(r"D:\f.vhd")


@pytest.mark.parametrize("kind", ["Fixed", "Dynamic"])
def test_growing_adds_zeros_behind(session: Session, kind: str) -> None:
    assert session.run(rf"Convert-VHD D:\p.vhd D:\g.vhd -VHDType {kind}").ok
    before, identifier = content(session, r"D:\g.vhd"), storage(session).open(r"D:\g.vhd").identifier
    assert session.run(r"Resize-VHD D:\g.vhd 6GB").ok
    disk = storage(session).open(r"D:\g.vhd")
    assert disk.size == 6 << 30 and disk.identifier == identifier
    assert disk.read(0, SIZE // 512) == before and not any(disk.read(SIZE // 512, 4096))


def test_compacting_gives_back_what_is_zero(session: Session) -> None:
    assert session.run(r"Convert-VHD D:\p.vhd D:\o.vhd").ok
    put(session, r"D:\o.vhd", 80_000, bytes(512))
    before = content(session, r"D:\o.vhd")
    size = storage(session).files.open(r"D:\o.vhd").size
    assert session.run(r"Optimize-VHD D:\o.vhd").ok
    assert content(session, r"D:\o.vhd") == before
    assert storage(session).files.open(r"D:\o.vhd").size == size - (2 << 20) - 512


def test_merging_writes_the_child_into_its_parent(session: Session) -> None:
    before = content(session, r"D:\c.vhd")
    assert session.run(r"Merge-VHD D:\c.vhd").ok
    assert content(session, r"D:\p.vhd") == before and not storage(session).files.exists(r"D:\c.vhd")


def test_a_moved_parent_is_found_again_by_set_vhd(session: Session) -> None:
    before = content(session, r"D:\c.vhd")
    assert session.run(r"mkdir D:\away; Move-Item D:\p.vhd D:\away\q.vhd").ok
    assert error(session, r"Get-VHD D:\c.vhd") == "explain.parent-missing"
    assert session.run(r"Set-VHD D:\c.vhd -ParentPath D:\away\q.vhd").ok
    assert content(session, r"D:\c.vhd") == before


def test_another_parent_needs_force(session: Session) -> None:
    assert session.run(r"New-VHD D:\x.vhd -SizeBytes 64MB -Dynamic").ok
    assert error(session, r"Set-VHD D:\c.vhd -ParentPath D:\x.vhd") == "explain.id-mismatch"
    assert session.run(r"Set-VHD D:\c.vhd -ParentPath D:\x.vhd -IgnoreIdMismatch").ok
    seen = content(session, r"D:\c.vhd")
    assert seen[10 * 512 : 12 * 512] == b"c" * 1024 and not any(seen[8 * 512 : 10 * 512])


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (r"Resize-VHD D:\p.vhd 128MB", "explain.has-children"),
        (r"Optimize-VHD D:\p.vhd", "explain.has-children"),
        (r"Convert-VHD D:\p.vhd D:\n.vhd -DeleteSource", "explain.has-children"),
        (r"Resize-VHD D:\c.vhd 32MB", "explain.no-shrink"),
        (r"Resize-VHD D:\c.vhd 128MB", "explain.not-differencing"),
        (r"Optimize-VHD D:\c.vhd", "explain.only-dynamic"),
        (r"Merge-VHD D:\p.vhd", "explain.has-children"),
        (r"Merge-VHD C:\Images\NT4.vhd", "explain.no-parent"),
        (r"Merge-VHD D:\c.vhd D:\n.vhd", "explain.merge-elsewhere"),
        (r"Set-VHD C:\Images\NT4.vhd -ParentPath D:\p.vhd", "explain.no-parent"),
        (r"Test-VHD D:\none.vhd", "explain.no-such-file"),
        (r"Convert-VHD D:\c.vhd D:\n.txt", "explain.vhd-extension"),
    ],
)
def test_what_is_refused_changes_nothing(session: Session, script: str, reason: str) -> None:
    assert error(session, script) == reason


def test_two_children_keep_their_parent(session: Session) -> None:
    assert session.run(r"New-VHD D:\e.vhd -ParentPath D:\p.vhd -Differencing").ok
    assert error(session, r"Merge-VHD D:\c.vhd") == "explain.has-children"


def test_a_running_machine_s_disk_is_left_alone(session: Session) -> None:
    assert session.run(
        r"New-VM a -VHDPath C:\Images\NT4.vhd; Add-VMHardDiskDrive a -Path D:\c.vhd; Start-VM a"
    ).ok
    for script in (
        r"Convert-VHD D:\c.vhd D:\n.vhd",
        r"Merge-VHD D:\c.vhd",
        r"Set-VHD D:\c.vhd -ParentPath D:\p.vhd",
    ):
        outcome = session.run(script)
        assert outcome.errors and outcome.errors[0].error_id.startswith("FileInUse"), script


@pytest.mark.parametrize(
    ("offset", "reason"), [(-512, "no-footer"), (0, "footer-copy"), (600, "header-checksum")]
)
def test_damage_is_found(session: Session, offset: int, reason: str) -> None:
    handle = storage(session).files.open(r"D:\p.vhd")
    place = offset if offset >= 0 else handle.size + offset
    handle.write(place, b"\x13")
    assert error(session, r"Test-VHD D:\p.vhd") == f"explain.vhd-{reason}"


def test_no_room_leaves_everything_as_it_was(session: Session) -> None:
    put(session, r"D:\c.vhd", 100_000, b"z" * 512)  # where the parent has no block yet
    session.run("Add-LabFault VolumeFull -Volume D")
    names = storage(session).files.paths()
    before = content(session, r"D:\c.vhd")
    for script in (r"Convert-VHD D:\c.vhd D:\n.vhd -VHDType Fixed", r"Merge-VHD D:\c.vhd"):
        outcome = session.run(script)
        assert outcome.errors, script
        assert storage(session).files.paths() == names and content(session, r"D:\c.vhd") == before
