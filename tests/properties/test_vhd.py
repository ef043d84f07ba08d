"""A virtual disk behaves as a plain array of bytes, whatever is done to it in whatever order."""

from __future__ import annotations

import uuid

from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.storage import vhd
from hvlab.storage.content import FileContent
from hvlab.storage.vhd_layout import SECTOR, geometry
from hvlab.storage.volume import DiskFull, FileHandle, HostFiles, Volume

SECTORS = 6144 + 3
BLOCK = 64 << 10
"""Small blocks, so that a few writes cross many of them."""
IDENTIFIER = uuid.UUID(int=5)
WRITES = st.lists(
    st.tuples(st.integers(0, SECTORS - 1), st.sampled_from([1, 2, 7, 128, 129, 300]), st.integers(0, 255)),
    max_size=12,
)


def make(dynamic: bool, room: int) -> FileHandle:
    handle = HostFiles([Volume("C", room)]).create(r"C:\a.vhd")
    if dynamic:
        vhd.create_dynamic(handle, SECTORS * SECTOR, identifier=IDENTIFIER, timestamp=0, block_size=BLOCK)
    else:
        vhd.create_fixed(handle, SECTORS * SECTOR, identifier=IDENTIFIER, timestamp=0)
    return handle


@settings(max_examples=60, deadline=None)
@given(WRITES, st.booleans())
def test_a_disk_reads_as_it_was_written(writes: list[tuple[int, int, int]], dynamic: bool) -> None:
    handle = make(dynamic, 1 << 30)
    model = bytearray(SECTORS * SECTOR)
    blocks = set()
    for lba, count, value in writes:
        count = min(count, SECTORS - lba)
        data = bytes((value + n) & 0xFF for n in range(count) for _ in range(SECTOR))
        disk = vhd.open_vhd(handle)
        disk.write(lba, data)
        model[lba * SECTOR : lba * SECTOR + len(data)] = data
        blocks |= set(range(lba * SECTOR // BLOCK, -(-(lba + count) * SECTOR // BLOCK)))
        assert disk.read(lba, count) == data
    disk = vhd.open_vhd(handle)
    assert disk.read(0, SECTORS) == bytes(model)
    assert disk.allocated_blocks == (len(blocks) if dynamic else 0)
    if dynamic:
        empty = make(True, 1 << 30).size
        assert handle.size == empty + len(blocks) * (BLOCK + 512)
        assert handle.read(0, 512) == handle.read(handle.size - 512, 512)


@settings(max_examples=60, deadline=None)
@given(WRITES, st.integers(0, 12))
def test_a_write_happens_whole_or_not_at_all(writes: list[tuple[int, int, int]], blocks: int) -> None:
    handle = make(True, 4096 + blocks * (BLOCK + 512))
    model = bytearray(SECTORS * SECTOR)
    for lba, count, value in writes:
        data = bytes([value]) * (min(count, SECTORS - lba) * SECTOR)
        disk = vhd.open_vhd(handle)
        before = handle.file.content.digest_state()
        try:
            disk.write(lba, data)
        except DiskFull:
            assert handle.file.content.digest_state() == before
            continue
        model[lba * SECTOR : lba * SECTOR + len(data)] = data
        assert handle.volume.free >= 0
    assert vhd.open_vhd(handle).read(0, SECTORS) == bytes(model)


@settings(max_examples=150, deadline=None)
@given(st.booleans(), st.integers(0, 1 << 20), st.binary(min_size=1, max_size=8))
def test_a_file_with_any_bytes_changed_is_read_or_refused(dynamic: bool, at: int, junk: bytes) -> None:
    handle = make(dynamic, 1 << 40)
    handle.write(at % 2560 if at & 1 else handle.size - 1 - at % 512, junk)
    try:
        disk = vhd.open_vhd(handle)
        last = min(disk.size // SECTOR, SECTORS)
        assert len(disk.read(0, last)) == last * SECTOR
        disk.write(0, b"x" * SECTOR)
        assert disk.read(0, 1) == b"x" * SECTOR
    except vhd.BadVhd as error:
        assert error.reason


@settings(max_examples=200, deadline=None)
@given(st.integers(6144, 2040 << 21))
def test_a_geometry_is_one_that_a_footer_can_hold(sectors: int) -> None:
    cylinders, heads, per_track = geometry(sectors)
    assert 1 <= cylinders <= 65535 and 1 <= heads <= 16 and 1 <= per_track <= 255
    assert cylinders * heads * per_track <= sectors


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("write"), st.integers(0, 20_000), st.binary(max_size=9000)),
            st.tuples(st.just("cut"), st.integers(0, 30_000), st.just(b"")),
        ),
        max_size=10,
    )
)
def test_a_file_is_an_array_of_bytes(changes: list[tuple[str, int, bytes]]) -> None:
    content, model = FileContent(), bytearray()
    for kind, at, data in changes:
        if kind == "write":
            content.write(at, data)
            if data:
                model.extend(bytes(max(0, at + len(data) - len(model))))
            model[at : at + len(data)] = data
        else:
            content.truncate(at)
            model = model[:at].ljust(at, b"\0")
    assert content.size == len(model)
    assert content.read(0, content.size) == bytes(model)
    assert all(any(chunk) for chunk in content.chunks.values()), "no chunk of zeros is kept"
