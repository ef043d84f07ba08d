"""Disks that leave the lab are what other programs read, and disks of other programs come in; each damage is named."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hvlab.console.host import RecordingHost
from hvlab.session.replay import replay
from hvlab.session.session import MissingFile, Session
from hvlab.session.store import beside
from hvlab.text import LANGUAGES, Text

SECTOR, SIZE = 512, 4 * 17 * 512 * 1205
"""The size is a whole number of cylinders, which qemu reads alike by size and by geometry."""
PYTHON = "/usr/bin/python3"
"""The system's Python: the bindings of libvhdi are a package of the system's."""
READ_CHAIN = """
import sys, pyvhdi
paths, target = sys.argv[1:-1], sys.argv[-1]
disks = []
for path in paths:
    disk = pyvhdi.file(); disk.open(path)
    if disks: disk.set_parent(disks[-1])
    disks.append(disk)
top = disks[-1]
with open(target, "wb") as out:
    left = top.get_media_size()
    while left:
        data = top.read(min(left, 1 << 20)); out.write(data); left -= len(data)
"""


def needs(tool: str) -> pytest.MarkDecorator:
    """Skipped only where the program is not there; .ci/run installs all of them."""
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


def has_libvhdi() -> bool:
    try:
        return (
            subprocess.run([PYTHON, "-c", "import pyvhdi"], check=False, capture_output=True).returncode == 0
        )
    except OSError:
        return False


needs_libvhdi = pytest.mark.skipif(not has_libvhdi(), reason="python3-libvhdi is not installed")


class Work:
    """A session whose record lies in a folder, and its errors' ids."""

    def __init__(self, folder: Path) -> None:
        self.host = RecordingHost()
        self.log = folder / "session.jsonl"
        self.session = Session(host=self.host, log=self.log)

    def run(self, text: str) -> list[Any]:
        """A script that must not fail; what it emits."""
        assert self.tried(text) == [], text
        return list(self.host.objects)

    def tried(self, text: str) -> list[str]:
        """A script; the reasons of its errors."""
        self.host.objects.clear()
        self.host.errors.clear()
        self.session.run(text)
        return [str(error.explain[0] if error.explain else error.error_id) for error in self.host.errors]


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


def tool(*command: str | Path) -> str:
    done = subprocess.run([*map(str, command)], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def written(work: Work, how: str) -> bytes:
    """A disk D:\\a.vhd on which a guest has written; what a guest would read of it."""
    work.run(
        rf"New-VHD D:\a.vhd -SizeBytes {SIZE} -{how}; New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd; "
        r"Add-VMHardDiskDrive web01 -ControllerType SCSI -Path D:\a.vhd; Start-VM web01; "
        "Wait-Lab web01 -For Heartbeat; Start-LabWorkload web01 -ControllerType SCSI -Count 40; "
        "Start-LabWorkload web01 -ControllerType SCSI -Offset 20MB -Count 3; Stop-VM web01"
    )
    return content(work, r"D:\a.vhd")


def content(work: Work, path: str) -> bytes:
    from hvlab.host.disks import HostStorage

    disk = work.session.world.get("host1/root/storage", HostStorage).open(path)
    return disk.read(0, disk.size // SECTOR)


def out(work: Work, path: str, real: Path) -> Path:
    work.run(f"Export-LabFile {path} '{real}'")
    return real


@needs("qemu-img")
@pytest.mark.parametrize("how", ["Fixed", "Dynamic"])
def test_qemu_reads_what_a_guest_wrote(work: Work, how: str, tmp_path: Path) -> None:
    data = written(work, how)
    assert data.count(b"HVREC") == 43 * 8
    real, raw = out(work, r"D:\a.vhd", tmp_path / "a.vhd"), tmp_path / "a.raw"
    tool("qemu-img", "convert", "-f", "vpc", "-O", "raw", real, raw)
    assert raw.read_bytes() == data


@needs("vhdiinfo")
@pytest.mark.parametrize("how", ["Fixed", "Dynamic"])
def test_libvhdi_names_what_it_is(work: Work, how: str, tmp_path: Path) -> None:
    written(work, how)
    told = tool("vhdiinfo", out(work, r"D:\a.vhd", tmp_path / "a.vhd"))
    (row,) = work.run(r"Get-VHD D:\a.vhd")
    assert how in told and f"({SIZE} bytes)" in told
    assert str(row.get("DiskIdentifier")).lower() in told.lower()


@needs("7z")
@pytest.mark.parametrize("how", ["Fixed", "Dynamic"])
def test_7z_finds_no_fault(work: Work, how: str, tmp_path: Path) -> None:
    written(work, how)
    assert "Everything is Ok" in tool("7z", "t", "-tVHD", out(work, r"D:\a.vhd", tmp_path / "a.vhd"))


def chain(work: Work, folder: Path) -> tuple[list[Path], bytes]:
    """Three files, each the parent of the next, as real ones; and what a guest would read of the last."""
    written(work, "Dynamic")
    work.run("Remove-VM web01 -Force")
    for path, parent, offset in (("b", "a", "1MB"), ("c", "b", "30MB")):
        work.run(
            rf"New-VHD D:\{path}.vhd -ParentPath D:\{parent}.vhd; "
            rf"New-VM {path} 512MB -VHDPath C:\Images\NT4.vhd; Add-VMHardDiskDrive {path} IDE 0 1 -Path D:\{path}.vhd; "
            f"Start-VM {path}; Wait-Lab {path}; Start-LabWorkload {path} -ControllerType IDE -ControllerLocation 1 "
            f"-Offset {offset} -Count 5; Stop-VM {path} -TurnOff -Force; Remove-VM {path} -Force"
        )
    return [out(work, rf"D:\{name}.vhd", folder / f"{name}.vhd") for name in "abc"], content(
        work, r"D:\c.vhd"
    )


@needs_libvhdi
def test_libvhdi_reads_a_chain_byte_for_byte(work: Work, tmp_path: Path) -> None:
    files, data = chain(work, tmp_path)
    script, raw = tmp_path / "read.py", tmp_path / "c.raw"
    script.write_text(READ_CHAIN)
    tool(PYTHON, script, *files, raw)
    assert raw.read_bytes() == data


@needs("7z")
def test_7z_takes_a_chain_apart_byte_for_byte(work: Work, tmp_path: Path) -> None:
    files, data = chain(work, tmp_path)
    done = subprocess.run(["7z", "e", "-so", "-tVHD", str(files[-1])], check=True, capture_output=True)
    assert done.stdout == data


@needs("qemu-img")
@pytest.mark.parametrize("how", ["fixed", "dynamic"])
def test_a_disk_that_qemu_made_comes_in_and_a_machine_uses_it(work: Work, how: str, tmp_path: Path) -> None:
    raw, real = tmp_path / "r.raw", tmp_path / "r.vhd"
    data = bytes(range(256)) * (SIZE // 256)
    raw.write_bytes(data)
    tool("qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", f"subformat={how}", raw, real)
    work.run(f"Import-LabFile '{real}' D:\\in.vhd")
    (row,) = work.run(r"Get-VHD D:\in.vhd")
    assert str(row.get("VhdType")) == how.capitalize() and row.get("Size") == SIZE
    assert work.run(r"Test-VHD D:\in.vhd") == [True]
    assert content(work, r"D:\in.vhd") == data
    work.run(
        r"New-VM web01 512MB -VHDPath C:\Images\NT4.vhd; Add-VMHardDiskDrive web01 IDE 0 1 -Path D:\in.vhd; "
        "Start-VM web01; Wait-Lab web01; "
        "Start-LabWorkload web01 -ControllerType IDE -ControllerLocation 1 -Count 2; Stop-VM web01 -TurnOff -Force"
    )
    after = content(work, r"D:\in.vhd")
    assert after.count(b"HVREC") == 16 and after[:1048576] == data[:1048576]
    assert real.read_bytes() != b"" and raw.read_bytes() == data, "the file at home is as it was"
    back = out(work, r"D:\in.vhd", tmp_path / "back.vhd")
    tool("qemu-img", "convert", "-f", "vpc", "-O", "raw", back, raw)
    assert raw.read_bytes() == after


def flipped(*places: int) -> Callable[[bytes], bytes]:
    """Each of these bytes changed, counted from the end if negative."""

    def change(data: bytes) -> bytes:
        changed = bytearray(data)
        for at in places:
            changed[at] ^= 0xFF
        return bytes(changed)

    return change


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no cookie at the end": (flipped(-512), "no-footer"),
    "a byte of the footer": (flipped(-500), "footer-checksum"),
    "the size in the footer": (flipped(-512 + 48), "footer-checksum"),
    "a reserved byte of the footer": (flipped(-1), "footer-checksum"),
    "the footer's copy": (flipped(3), "footer-copy"),
    "no cookie of the header": (flipped(512), "no-header"),
    "a byte of the header": (flipped(512 + 700), "header-checksum"),
    "a block outside the file": (flipped(1536), "block-place"),
    "two blocks over one another": (
        lambda data: data[:1540] + data[1536:1540] + data[1544:],
        "block-overlap",
    ),
    "a piece of the beginning": (lambda data: data[:100], "too-short"),
    "no end": (lambda data: data[:-512], "no-footer"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_each_kind_of_damage_is_named(work: Work, what: str, tmp_path: Path) -> None:
    written(work, "Dynamic")
    work.run(
        "New-VM web02 512MB -NoVHD; New-VHD D:\\x.vhd 64MB; "
        "Start-VM web01; Wait-Lab web01 -For Heartbeat; Start-LabWorkload web01 -ControllerType SCSI -Count 900 "
        "-Offset 5MB; Stop-VM web01"
    )
    real = out(work, r"D:\a.vhd", tmp_path / "a.vhd")
    change, reason = DAMAGE[what]
    real.write_bytes(change(real.read_bytes()))
    work.run(f"Import-LabFile '{real}' D:\\in.vhd")
    assert work.tried(r"Test-VHD D:\in.vhd") == [f"explain.vhd-{reason}"]
    record = work.host.errors[0]
    assert record.explain is not None
    for language in LANGUAGES:
        sentence = Text(language)(record.explain[0], **record.explain[1])
        assert r"D:\in.vhd" in sentence and "{" not in sentence


# -- the record of what was brought in -------------------------------------------------------------


def test_a_replay_finds_what_was_brought_in_and_believes_no_other_bytes(work: Work, tmp_path: Path) -> None:
    real = tmp_path / "x.bin"
    real.write_bytes(b"first" + bytes(100_000) + b"last")
    work.run(f"Import-LabFile '{real}' D:\\x.bin; Undo-Lab; Redo-Lab; Add-Content D:\\y.txt one")
    digest = work.session.world.digest()
    work.session.close()
    real.unlink()
    data = work.log.read_bytes()
    assert replay(data, "x", store=beside(work.log)).world.digest() == digest
    (kept,) = beside(work.log).iterdir()
    kept.write_bytes(b"First" + bytes(100_000) + b"last")
    with pytest.raises(MissingFile, match=r"'x.bin' \(100009 bytes"):
        replay(data, "x", store=beside(work.log))
    with pytest.raises(MissingFile):
        replay(data, "x")


def test_a_session_that_is_resumed_has_its_files(work: Work, tmp_path: Path) -> None:
    real = tmp_path / "x.txt"
    real.write_text("hello")
    work.run(f"Import-LabFile '{real}' D:\\x.txt")
    work.session.close()
    host = RecordingHost()
    session = Session.resume(work.log, host=host)
    host.objects.clear()
    session.run("Get-Content D:\\x.txt")
    assert host.objects == ["hello"]
    session.close()


def test_what_cannot_be_brought_in_is_told_and_replayed_alike(work: Work, tmp_path: Path) -> None:
    assert work.tried(f"Import-LabFile '{tmp_path / 'gone'}' D:\\x") == ["explain.file-not-read"]
    real = tmp_path / "x.bin"
    real.write_bytes(b"1")
    work.run(f"Import-LabFile '{real}' D:\\x.bin")
    assert work.tried(f"Import-LabFile '{real}' D:\\x.bin") == ["explain.file-exists"]
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(300 << 30)
    work.session.close()
    assert (
        replay(work.log.read_bytes(), "x", store=beside(work.log)).world.digest()
        == work.session.world.digest()
    )
    quiet = Session(host=work.host, exports=False)
    work.host.errors.clear()
    quiet.run(f"Import-LabFile '{real}' D:\\x.bin")
    assert work.host.errors[0].explain == ("explain.import-not-here", {})
