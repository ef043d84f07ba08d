"""The VHD format, field by field, and what two strangers (qemu and libvhdi) say to our files."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from hvlab.storage import vhd
from hvlab.storage.content import FileContent
from hvlab.storage.vhd_layout import FOOTER, HEADER, SECTOR, geometry, sealed
from hvlab.storage.volume import DiskFull, FileHandle, HostFiles, Volume

IDENTIFIER = uuid.UUID("12345678-9abc-def0-1122-334455667788")
MB, GB = 1 << 20, 1 << 30
BLOCK = 2 * MB


def file(room: int = 4096 * GB) -> FileHandle:
    """An empty file on a volume with so much room."""
    return HostFiles([Volume("C", room)]).create(r"C:\disk.vhd")


def fixed(size: int = 4 * MB) -> FileHandle:
    """A fixed disk's file."""
    handle = file()
    vhd.create_fixed(handle, size, identifier=IDENTIFIER, timestamp=267_408_000)
    return handle


def dynamic(size: int = 16 * MB, room: int = 4096 * GB) -> FileHandle:
    """A dynamic disk's file."""
    handle = file(room)
    vhd.create_dynamic(handle, size, identifier=IDENTIFIER, timestamp=267_408_000)
    return handle


def sectors(seed: int, count: int) -> bytes:
    """Sectors that differ from each other and are nowhere zero."""
    return b"".join(bytes([1 + (seed + n) % 255]) * SECTOR for n in range(count))


# -- the bytes --------------------------------------------------------------------------------


def test_a_fixed_disk_is_its_data_and_a_footer() -> None:
    handle = fixed(4 * MB)
    assert handle.size == 4 * MB + 512
    assert handle.read(0, 4 * MB) == bytes(4 * MB)
    raw = handle.read(4 * MB, 512)
    assert raw[0:8] == b"conectix"
    assert int.from_bytes(raw[8:12], "big") & 2
    assert raw[12:16] == b"\0\x01\0\0"
    assert raw[16:24] == b"\xff" * 8
    assert int.from_bytes(raw[24:28], "big") == 267_408_000
    assert raw[28:32] == b"win " and raw[36:40] == b"Wi2k"
    assert int.from_bytes(raw[40:48], "big") == int.from_bytes(raw[48:56], "big") == 4 * MB
    assert (int.from_bytes(raw[56:58], "big"), raw[58], raw[59]) == geometry(8192)
    assert int.from_bytes(raw[60:64], "big") == 2
    assert int.from_bytes(raw[64:68], "big") == ~(sum(raw[:64]) + sum(raw[68:])) & 0xFFFFFFFF
    assert raw[68:84] == IDENTIFIER.bytes
    assert raw[84:] == bytes(428)


def test_a_dynamic_disk_is_footer_header_table_footer() -> None:
    handle = dynamic(16 * MB)
    first, header = handle.read(0, 512), handle.read(512, 1024)
    assert first == handle.read(handle.size - 512, 512)
    assert int.from_bytes(first[60:64], "big") == 3 and int.from_bytes(first[16:24], "big") == 512
    assert header[:8] == b"cxsparse" and header[8:16] == b"\xff" * 8
    assert int.from_bytes(header[16:24], "big") == 1536
    assert header[24:28] == b"\0\x01\0\0"
    assert int.from_bytes(header[28:32], "big") == 8
    assert int.from_bytes(header[32:36], "big") == BLOCK
    assert int.from_bytes(header[36:40], "big") == ~(sum(header[:36]) + sum(header[40:])) & 0xFFFFFFFF
    assert header[40:] == bytes(984)
    assert handle.read(1536, 512) == b"\xff" * 512
    assert handle.size == 1536 + 512 + 512


def test_an_empty_dynamic_disk_of_127_gb_takes_256_kib() -> None:
    handle = dynamic(127 * GB)
    assert handle.size == 262_144
    disk = vhd.open_vhd(handle)
    assert disk.size == 127 * GB and disk.allocated_blocks == 0 and disk.kind == "Dynamic"


def test_the_first_write_to_a_block_puts_it_where_the_footer_was() -> None:
    handle = dynamic(16 * MB)
    footer = handle.read(0, 512)
    disk = vhd.open_vhd(handle)
    disk.write(3 * BLOCK // SECTOR + 5, sectors(9, 2))
    assert handle.size == 2560 + 512 + BLOCK
    assert handle.read(1536 + 12, 4) == (2048 // SECTOR).to_bytes(4, "big")
    assert handle.read(2048, 512) == b"\xff" * 512
    assert handle.read(2560 + 5 * SECTOR, 2 * SECTOR) == sectors(9, 2)
    assert handle.read(2560, 5 * SECTOR) == bytes(5 * SECTOR)
    assert handle.read(handle.size - 512, 512) == handle.read(0, 512) == footer
    assert disk.allocated_blocks == 1
    disk.write(3 * BLOCK // SECTOR, sectors(1, 1))
    assert handle.size == 2560 + 512 + BLOCK, "a block that is there is not allocated twice"


def test_a_write_across_blocks_lands_in_both() -> None:
    disk = vhd.open_vhd(dynamic())
    at = BLOCK // SECTOR - 1
    disk.write(at, sectors(1, 3))
    assert disk.allocated_blocks == 2
    assert disk.read(at - 1, 5) == bytes(SECTOR) + sectors(1, 3) + bytes(SECTOR)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (3 * MB, (90, 4, 17)),
        (127 * MB, (1019, 15, 17)),
        (136 * MB, (561, 16, 31)),
        (512 * MB, (1040, 16, 63)),
        (127 * GB, (65278, 16, 255)),
        (2040 * GB, (65535, 16, 255)),
        # sizes and geometries as qemu-img 7.2 writes them
        (3_168_256, (91, 4, 17)),
        (67_125_248, (964, 8, 17)),
        (133_171_200, (1020, 15, 17)),
        (142_721_024, (562, 16, 31)),
        (273_014_784, (529, 16, 63)),
        (33_286_127_616, (64496, 16, 63)),
        (34_361_303_040, (16449, 16, 255)),
        (136_365_219_840, (65279, 16, 255)),
    ],
)
def test_geometry_follows_the_formats_rule(size: int, expected: tuple[int, int, int]) -> None:
    total = min(size // 512, 65535 * 16 * 255)
    cylinders, heads, per_track = geometry(size // 512)
    assert (cylinders, heads, per_track) == expected
    assert total - cylinders * heads * per_track < heads * per_track


@pytest.mark.parametrize("size", [0, 512, 3 * MB - 512, 3 * MB + 1, 2040 * GB + 512, -1])
@pytest.mark.parametrize("create", [vhd.create_fixed, vhd.create_dynamic])
def test_sizes_that_no_disk_has_are_refused(create: Callable[..., None], size: int) -> None:
    handle = file()
    with pytest.raises(vhd.BadSize):
        create(handle, size, identifier=IDENTIFIER, timestamp=0)
    assert handle.size == 0


# -- what is no disk ----------------------------------------------------------------------------


def damage_footer(handle: FileHandle, **changes: object) -> None:
    """Change fields of the footer at the end, checksum and all."""
    raw = handle.read(handle.size - 512, 512)
    handle.write(handle.size - 512, sealed(FOOTER, FOOTER.pack(**{**FOOTER.unpack(raw), **changes})))


def damage_header(handle: FileHandle, **changes: object) -> None:
    """Change fields of the dynamic header, checksum and all."""
    raw = handle.read(512, 1024)
    handle.write(512, sealed(HEADER, HEADER.pack(**{**HEADER.unpack(raw), **changes})))


DAMAGE: list[tuple[str, Callable[[], FileHandle], Callable[[FileHandle], None]]] = [
    ("too-short", fixed, lambda f: f.truncate(511)),
    ("too-short", fixed, lambda f: f.truncate(0)),
    ("no-footer", fixed, lambda f: f.truncate(4 * MB)),
    ("no-footer", fixed, lambda f: f.write(4 * MB, b"C")),
    ("no-footer", dynamic, lambda f: f.write(f.size, b"x")),
    ("footer-checksum", fixed, lambda f: f.write(4 * MB + 511, b"\1")),
    ("footer-checksum", fixed, lambda f: f.write(4 * MB + 64, b"\0")),
    ("footer-checksum", dynamic, lambda f: f.write(f.size - 512 + 50, b"\7")),
    ("fixed-size", fixed, lambda f: damage_footer(f, current_size=5 * MB)),
    ("disk-type", fixed, lambda f: damage_footer(f, disk_type=0)),
    ("disk-type", dynamic, lambda f: damage_footer(f, disk_type=5)),
    ("disk-type", dynamic, lambda f: damage_footer(f, disk_type=6)),
    ("no-header", dynamic, lambda f: damage_footer(f, data_offset=f.size - 100)),
    ("no-header", dynamic, lambda f: damage_footer(f, data_offset=0xFFFFFFFFFFFFFFFF)),
    ("no-header", dynamic, lambda f: damage_footer(f, data_offset=0)),
    ("no-header", dynamic, lambda f: f.write(512, b"X")),
    ("header-checksum", dynamic, lambda f: f.write(512 + 1000, b"\1")),
    ("header-checksum", dynamic, lambda f: f.write(512 + 36, b"\0")),
    ("block-size", dynamic, lambda f: damage_header(f, block_size=0)),
    ("block-size", dynamic, lambda f: damage_header(f, block_size=BLOCK + 512)),
    ("block-size", dynamic, lambda f: damage_header(f, block_size=256)),
    ("table-size", dynamic, lambda f: damage_header(f, table_entries=7)),
    ("table-size", dynamic, lambda f: damage_header(f, table_entries=0)),
    ("table-size", dynamic, lambda f: damage_header(f, table_entries=0xFFFFFFFF)),
    ("table-size", dynamic, lambda f: damage_header(f, table_offset=f.size - 8)),
    ("table-size", dynamic, lambda f: damage_footer(f, current_size=18 * MB)),
]


@pytest.mark.parametrize(("reason", "make", "damage"), DAMAGE)
def test_a_damaged_file_is_refused_with_its_reason(
    reason: str, make: Callable[[], FileHandle], damage: Callable[[FileHandle], None]
) -> None:
    handle = make()
    vhd.open_vhd(handle)  # sound before
    damage(handle)
    with pytest.raises(vhd.BadVhd) as error:
        vhd.open_vhd(handle)
    assert error.value.reason == reason


def test_a_disk_of_no_size_is_refused() -> None:
    handle = fixed()
    damage_footer(handle, current_size=0)
    raw = handle.read(handle.size - 512, 512)
    handle.truncate(0)
    handle.write(0, raw)
    with pytest.raises(vhd.BadVhd):
        vhd.open_vhd(handle)


@pytest.mark.parametrize("entry", [0xFFFFFFFE, 4096, 5])
def test_a_table_entry_that_leads_out_of_the_file_is_never_followed(entry: int) -> None:
    handle = dynamic()
    handle.write(1536 + 4, entry.to_bytes(4, "big"))
    disk = vhd.open_vhd(handle)
    before = handle.file.content.digest_state()
    with pytest.raises(vhd.BadVhd):
        disk.read(BLOCK // SECTOR, 8)
    with pytest.raises(vhd.BadVhd):
        disk.write(BLOCK // SECTOR - 1, sectors(1, 2))
    assert handle.file.content.digest_state() == before
    assert disk.read(0, 8) == bytes(8 * SECTOR), "the other blocks are still there"


# -- access -------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [fixed, dynamic])
def test_sectors_outside_the_disk_and_parts_of_sectors_are_refused(make: Callable[[], FileHandle]) -> None:
    handle = make()
    disk = vhd.open_vhd(handle)
    last = disk.size // SECTOR
    before = handle.file.content.digest_state()
    for lba, count in ((last, 1), (last - 1, 2), (-1, 1)):
        with pytest.raises(ValueError):
            disk.read(lba, count)
        with pytest.raises(ValueError):
            disk.write(lba, bytes(count * SECTOR))
    with pytest.raises(ValueError):
        disk.write(0, b"x" * 511)
    assert handle.file.content.digest_state() == before
    assert disk.read(last - 1, 1) == bytes(SECTOR)


def test_a_full_volume_leaves_a_dynamic_disk_as_it_was() -> None:
    handle = dynamic(16 * MB, room=2 * BLOCK + 4096)
    disk = vhd.open_vhd(handle)
    disk.write(0, sectors(1, 4))
    before = handle.file.content.digest_state()
    with pytest.raises(DiskFull) as error:
        disk.write(BLOCK // SECTOR - 1, sectors(5, BLOCK // SECTOR + 2))  # one block there, two that are not
    assert error.value.volume == "C:" and error.value.needed == 2 * (BLOCK + 512) > error.value.free
    assert handle.file.content.digest_state() == before
    disk.write(4, sectors(5, 4))
    assert disk.read(0, 8) == sectors(1, 8), "what needs no room goes on"


@pytest.mark.parametrize("create", [vhd.create_fixed, vhd.create_dynamic])
def test_a_disk_that_does_not_fit_is_not_begun(create: Callable[..., None]) -> None:
    handle = file(room=2000)
    with pytest.raises(DiskFull):
        create(handle, 4 * MB, identifier=IDENTIFIER, timestamp=0)
    assert handle.size == 0 and handle.volume.free == 2000


# -- strangers ----------------------------------------------------------------------------------

needs_qemu = pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")
needs_vhdiinfo = pytest.mark.skipif(shutil.which("vhdiinfo") is None, reason="vhdiinfo is not installed")


def written(make: Callable[[], FileHandle]) -> tuple[FileHandle, bytes]:
    """A disk with something on it, and what the guest would read."""
    handle = make()
    disk = vhd.open_vhd(handle)
    disk.write(0, sectors(1, 3))
    disk.write(BLOCK // SECTOR - 2, sectors(40, 5))
    disk.write(disk.size // SECTOR - 1, sectors(99, 1))
    return handle, disk.read(0, disk.size // SECTOR)


def export(content: FileContent, path: Path) -> Path:
    """The simulated file as a real one."""
    with path.open("wb") as out:
        for _, data in content.pieces():
            out.write(data)
            if not data:
                out.seek(min(1 << 20, content.size - out.tell()), 1)
        out.truncate(content.size)
    return path


def exact(make: Callable[..., FileHandle]) -> Callable[[], FileHandle]:
    """A disk whose size is a whole number of cylinders, which qemu reads alike by size and by geometry."""
    return lambda: make(4 * 17 * 512 * 241)


def run(*command: str | Path) -> str:
    """A tool's output; it must be content."""
    done = subprocess.run([*map(str, command)], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_qemu
@pytest.mark.parametrize(("make", "kind"), [(exact(fixed), "fixed"), (exact(dynamic), "dynamic")])
def test_qemu_reads_the_same_disk(make: Callable[[], FileHandle], kind: str, tmp_path: Path) -> None:
    handle, data = written(make)
    path = export(handle.file.content, tmp_path / f"{kind}.vhd")
    info = json.loads(run("qemu-img", "info", "--output=json", "-f", "vpc", path))
    assert info["format"] == "vpc" and info["virtual-size"] == len(data)
    raw = tmp_path / "raw"
    run("qemu-img", "convert", "-f", "vpc", "-O", "raw", path, raw)
    assert raw.read_bytes() == data
    run("qemu-img", "compare", "-f", "vpc", "-F", "raw", path, raw)


@needs_qemu
@pytest.mark.parametrize("subformat", ["fixed", "dynamic"])
def test_what_qemu_writes_is_read_here(subformat: str, tmp_path: Path) -> None:
    data = sectors(3, 4 * 17 * 241)
    raw, path = tmp_path / "raw", tmp_path / "disk.vhd"
    raw.write_bytes(data)
    run("qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", f"subformat={subformat}", raw, path)
    handle = file()
    handle.write(0, path.read_bytes())
    disk = vhd.open_vhd(handle)
    assert disk.kind.lower() == subformat
    assert disk.read(0, disk.size // SECTOR) == data


@needs_vhdiinfo
@pytest.mark.parametrize(("make", "words"), [(fixed, "Fixed"), (dynamic, "Dynamic")])
def test_libvhdi_knows_the_disk(make: Callable[[], FileHandle], words: str, tmp_path: Path) -> None:
    handle, data = written(make)
    told = run("vhdiinfo", export(handle.file.content, tmp_path / "disk.vhd"))
    assert re.search(rf"Disk type\s+: {words}\n", told)
    assert f"({len(data)} bytes)" in told and str(IDENTIFIER) in told


# -- what is known of a file already ----------------------------------------------------------


@pytest.mark.parametrize("make", [fixed, dynamic])
def test_what_was_sound_before_is_not_believed_after_it_was_damaged(make: Callable[[], FileHandle]) -> None:
    store = make()
    vhd.open_vhd(store)
    at = store.size - 400
    store.write(at, b"\x01")
    with pytest.raises(vhd.BadVhd):
        vhd.open_vhd(store)
    store.write(at, b"\x00")
    assert vhd.open_vhd(store).identifier == IDENTIFIER
    if make is dynamic:
        store.write(600, b"\x01")
        with pytest.raises(vhd.BadVhd):
            vhd.open_vhd(store)
