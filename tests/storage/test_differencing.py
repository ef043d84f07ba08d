"""Differencing disks: chains read and written through, parents found where they lie, and each broken chain named."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.storage import differencing, vhd
from hvlab.storage.vhd import BadVhd, Vhd
from hvlab.storage.vhd_layout import FOOTER, sealed
from hvlab.storage.volume import DiskFull, HostFiles, Volume

SIZE = 5 << 20
BASE = r"C:\disks\base.vhd"


def files_with_base(room: int = 1 << 30, dynamic: bool = True) -> HostFiles:
    files = HostFiles([Volume("C", room), Volume("D", room)])
    make = vhd.create_dynamic if dynamic else vhd.create_fixed
    make(files.create(BASE), SIZE, identifier=uuid.UUID(int=1), timestamp=5)
    return files


def child(files: HostFiles, path: str, parent: str, number: int) -> Vhd:
    below = differencing.open_chain(files, parent)
    differencing.create_differencing(
        files.create(path),
        below,
        path=path,
        parent_path=parent,
        parent_modified=below.timestamp,
        identifier=uuid.UUID(int=number),
        timestamp=6,
    )
    return differencing.open_chain(files, path)


def broken(files: HostFiles, path: str) -> tuple[str, dict[str, object]]:
    with pytest.raises(BadVhd) as caught:
        differencing.open_chain(files, path)
    return caught.value.reason, dict(caught.value.details)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(0, (SIZE >> 9) - 40), st.integers(1, 40), st.integers(1, 255)
        ),
        max_size=40,
    ),
    st.booleans(),
)
def test_a_chain_reads_as_the_layers_that_were_written(
    writes: list[tuple[int, int, int, int]], dynamic: bool
) -> None:
    """Four files, each a child of the one before, each written before the next is made; against plain bytes."""
    files = files_with_base(dynamic=dynamic)
    model = bytearray(SIZE)
    path = BASE
    for level in range(4):
        disk = differencing.open_chain(files, path)
        for where, lba, sectors, value in writes:
            if where == level:
                data = bytes([value]) * (512 * sectors)
                disk.write(lba, data)
                model[lba * 512 : lba * 512 + len(data)] = data
        if level < 3:
            parent, path = path, rf"C:\disks\child{level}.vhd"
            child(files, path, parent, level + 2)
    top = differencing.open_chain(files, path)
    for _, lba, sectors, _ in writes:
        assert top.read(lba, sectors) == model[lba * 512 : (lba + sectors) * 512]
    assert top.read(0, 64) == model[: 64 * 512]
    for sector in {lba for _, lba, _, _ in writes}:
        written_last = any(where == 3 and lba <= sector < lba + count for where, lba, count, _ in writes)
        assert top.sector_is_present(sector) == written_last
    top.verify()


def test_writing_a_child_leaves_its_parent_byte_for_byte() -> None:
    files = files_with_base()
    differencing.open_chain(files, BASE).write(0, b"\1" * 512)
    before = b"".join(data for _, data in files.open(BASE).file.content.pieces())
    disk = child(files, r"C:\disks\a.vhd", BASE, 2)
    disk.write(0, b"\2" * 1024)
    assert disk.read(0, 3) == b"\2" * 1024 + bytes(512)
    assert b"".join(data for _, data in files.open(BASE).file.content.pieces()) == before
    assert disk.file_size < SIZE and disk.allocated_blocks == 1


def test_a_parent_is_found_beside_its_child_and_where_it_was() -> None:
    files = files_with_base()
    child(files, r"C:\disks\sub\a.vhd", BASE, 2)
    assert differencing.parent_path(files, r"C:\disks\sub\a.vhd") == BASE
    assert differencing.parent_path(files, BASE) == ""
    # Both moved together, to another volume even: the relative path leads there.
    for old, new in ((r"C:\disks\sub\a.vhd", r"D:\moved\sub\a.vhd"), (BASE, r"D:\moved\base.vhd")):
        files.create(new).file.content.write(0, files.open(old).read(0, files.open(old).size))
        files.delete(old)
    assert differencing.parent_path(files, r"D:\moved\sub\a.vhd") == r"D:\moved\base.vhd"
    assert differencing.open_chain(files, r"D:\moved\sub\a.vhd").kind == "Differencing"
    # Only the child moved: the absolute path leads back.
    again = files_with_base()
    child(again, r"C:\disks\b.vhd", BASE, 3)
    content = again.open(r"C:\disks\b.vhd")
    again.create(r"D:\far\away\b.vhd").file.content.write(0, content.read(0, content.size))
    assert differencing.parent_path(again, r"D:\far\away\b.vhd") == BASE


def test_a_missing_a_wrong_and_a_circular_parent_are_named() -> None:
    files = files_with_base()
    child(files, r"C:\disks\a.vhd", BASE, 2)
    child(files, r"C:\disks\b.vhd", r"C:\disks\a.vhd", 3)
    files.delete(BASE)
    reason, details = broken(files, r"C:\disks\b.vhd")
    assert (reason, details["name"], details["path"]) == ("parent-missing", BASE, r"C:\disks\a.vhd")
    assert details["identifier"] == uuid.UUID(int=1)
    vhd.create_dynamic(files.create(BASE), SIZE, identifier=uuid.UUID(int=77), timestamp=5)
    reason, details = broken(files, r"C:\disks\b.vhd")
    assert (reason, details["expected"], details["found"]) == (
        "parent-identifier",
        uuid.UUID(int=1),
        uuid.UUID(int=77),
    )
    files.delete(BASE)
    content = files.open(r"C:\disks\b.vhd")
    data = bytearray(content.read(0, content.size))
    data[:512] = data[-512:] = _with_identifier(bytes(data[-512:]), uuid.UUID(int=1))
    files.create(BASE).file.content.write(0, bytes(data))
    assert broken(files, r"C:\disks\a.vhd")[0] == "parent-loop"


def _with_identifier(footer: bytes, identifier: uuid.UUID) -> bytes:
    fields = FOOTER.unpack(footer)
    return sealed(FOOTER, FOOTER.pack(**{**fields, "identifier": identifier}))


def test_no_room_leaves_the_child_as_it_was() -> None:
    files = files_with_base(room=3 << 20)
    path = r"C:\disks\a.vhd"
    disk = child(files, path, BASE, 2)
    before = files.open(path).read(0, files.open(path).size)
    with pytest.raises(DiskFull):
        for lba in range(0, SIZE >> 9, 4096):
            before = files.open(path).read(0, files.open(path).size)
            disk.write(lba, b"\7" * 512)
    assert files.open(path).read(0, files.open(path).size) == before


@pytest.mark.skipif(shutil.which("vhdiinfo") is None, reason="vhdiinfo is not installed")
def test_another_reader_finds_the_parent(tmp_path: Path) -> None:
    files = files_with_base()
    child(files, r"C:\disks\a.vhd", BASE, 2).write(3, b"x" * 512)
    handle = files.open(r"C:\disks\a.vhd")
    (tmp_path / "a.vhd").write_bytes(handle.read(0, handle.size))
    said = subprocess.run(
        ["vhdiinfo", str(tmp_path / "a.vhd")], capture_output=True, text=True, check=True
    ).stdout
    assert "Differential" in said and "base.vhd" in said
    assert str(uuid.UUID(int=1)) in said and str(uuid.UUID(int=2)) in said
