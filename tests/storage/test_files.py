"""Volumes, paths and sparse file contents of a simulated host."""

from __future__ import annotations

import pytest

from hvlab.storage.content import CHUNK, FileContent
from hvlab.storage.spill import IN_MEMORY, SPILL, Spilled, SpillFile
from hvlab.storage.volume import (
    BadPath,
    DiskFull,
    FileExists,
    FileMissing,
    HostFiles,
    NoSuchVolume,
    Volume,
)


@pytest.fixture
def files() -> HostFiles:
    return HostFiles([Volume("C", 100_000, used=10_000), Volume("D", 4096)])


# -- paths --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"C:\a.vhd", r"C:\a.vhd"),
        (r"c:\a.vhd", r"C:\a.vhd"),
        ("c:/dir/a.vhd", r"C:\dir\a.vhd"),
        (r"C:\\dir\\\a.vhd", r"C:\dir\a.vhd"),
        (r"C:\dir\.\a.vhd", r"C:\dir\a.vhd"),
        (r"C:\dir\..\a.vhd", r"C:\a.vhd"),
        (r"C:\a\b\..\..\c", r"C:\c"),
        ("  C:\\a.vhd  ", r"C:\a.vhd"),
        (r"C:\Ordner mit Lücke\ß.vhd", r"C:\Ordner mit Lücke\ß.vhd"),
        (r"C:\...x", r"C:\...x"),
    ],
)
def test_paths_are_normalised(files: HostFiles, written: str, meant: str) -> None:
    assert files.normalise(written) == meant
    assert files.normalise(meant) == meant


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a.vhd",
        "C:",
        "C:\\",
        "C:/",
        "C:a.vhd",
        r"\\server\share\a.vhd",
        r"\a.vhd",
        "/etc/passwd",
        r"1:\a.vhd",
        r"Ä:\a.vhd",
        r"CC:\a.vhd",
        r"C:\..",
        r"C:\..\a.vhd",
        r"C:\a\..\..\b",
        r"C:\a<b",
        r"C:\a>b",
        'C:\\a"b',
        r"C:\a|b",
        r"C:\a?b",
        r"C:\*.vhd",
        r"C:\a:stream",
        r"C:\a.",
        r"C:\dir.\a",
        "C:\\a \\b",
        "C:\\a\0b",
        "C:\\a\nb",
        "C:\\a\x1fb",
    ],
)
def test_what_is_no_path_is_refused_everywhere(files: HostFiles, path: str) -> None:
    for action in (files.normalise, files.exists, files.create, files.open, files.delete):
        with pytest.raises(BadPath):
            action(path)
    assert files.paths() == []


def test_a_file_is_found_in_any_case_and_keeps_its_spelling(files: HostFiles) -> None:
    files.create(r"c:\Images\Web.VHD").write(0, b"x")
    assert files.exists(r"C:\IMAGES\WEB.vhd") and not files.exists(r"D:\images\web.vhd")
    assert files.open("c:/images/web.vhd").read(0, 9) == b"x"
    assert files.paths() == [r"C:\Images\Web.VHD"]
    with pytest.raises(FileExists):
        files.create(r"C:\images\WEB.VHD")
    files.delete(r"C:\IMAGES\web.vhd")
    assert files.paths() == []


def test_what_is_not_there_is_named(files: HostFiles) -> None:
    for action in (files.open, files.delete):
        with pytest.raises(FileMissing) as missing:
            action("c:/dir/../nothing.vhd")
        assert missing.value.path == r"C:\nothing.vhd"
    for every in (files.exists, files.open, files.create, files.delete):
        with pytest.raises(NoSuchVolume) as none:
            every(r"z:\a.vhd")
        assert none.value.letter == "Z:"


def test_paths_are_listed_by_volume_and_name(files: HostFiles) -> None:
    for path in (r"D:\a", r"C:\b", r"C:\A", r"C:\c"):
        files.create(path)
    assert files.paths() == [r"C:\A", r"C:\b", r"C:\c", r"D:\a"]


# -- room ---------------------------------------------------------------------------------------


def test_files_use_up_a_volume_and_give_it_back(files: HostFiles) -> None:
    volume = files.volumes[0]
    assert volume.free == 90_000
    handle = files.create(r"C:\a")
    handle.truncate(60_000)
    assert volume.free == 30_000
    handle.write(60_000, b"x" * 1000)
    assert volume.free == 29_000
    handle.truncate(100)
    assert volume.free == 89_900
    files.delete(r"C:\a")
    assert volume.free == 90_000


def test_a_full_volume_changes_nothing(files: HostFiles) -> None:
    handle = files.create(r"D:\a")
    handle.write(0, b"y" * 4096)
    with pytest.raises(DiskFull) as full:
        handle.write(4000, b"z" * 97)
    assert (full.value.volume, full.value.needed, full.value.free) == ("D:", 1, 0)
    with pytest.raises(DiskFull):
        handle.truncate(4097)
    assert handle.size == 4096 and handle.read(0, 5000) == b"y" * 4096
    handle.write(4000, b"z" * 96)
    handle.truncate(4096)
    assert handle.read(3999, 3) == b"yzz"


def test_volumes_have_room_of_their_own(files: HostFiles) -> None:
    files.create(r"D:\a").truncate(4096)
    files.create(r"C:\a").truncate(90_000)
    assert [volume.free for volume in files.volumes] == [0, 0]


# -- contents -----------------------------------------------------------------------------------


def test_zeros_take_no_room() -> None:
    content = FileContent()
    content.truncate(1 << 40)
    content.write(1 << 30, bytes(3 * CHUNK))
    assert content.stored_bytes == 0 and content.size == 1 << 40
    content.write(5 * CHUNK + 7, b"abc")
    assert content.stored_bytes == CHUNK
    content.write(5 * CHUNK, bytes(20))
    assert content.stored_bytes == 0


def test_reading_past_the_end_gives_less() -> None:
    content = FileContent.from_bytes(b"abcdef")
    assert content.read(4, 10) == b"ef" and content.read(6, 1) == b"" and content.read(1000, 5) == b""


def test_what_was_cut_off_does_not_come_back() -> None:
    content = FileContent.from_bytes(b"x" * (2 * CHUNK))
    content.truncate(CHUNK + 10)
    content.truncate(2 * CHUNK)
    assert content.read(CHUNK, CHUNK) == b"x" * 10 + bytes(CHUNK - 10)
    content.truncate(0)
    assert content.stored_bytes == 0
    content.truncate(5)
    assert content.read(0, 9) == bytes(5)


def test_a_copy_is_independent() -> None:
    content = FileContent.from_bytes(b"abc" * CHUNK)
    before = content.digest_state()
    twin = content.copy()
    twin.write(0, b"ZZZ")
    twin.truncate(100)
    assert content.digest_state() == before and content.size == 3 * CHUNK
    assert twin.read(0, 4) == b"ZZZa"


def test_equal_bytes_have_equal_digests_however_they_came() -> None:
    one, two = FileContent(), FileContent()
    one.write(0, b"a" * 10_000)
    for at in range(9_999, -1, -1):
        two.write(at, b"b")
    assert one.digest_state() != two.digest_state()
    for at in range(0, 10_000, 10):
        two.write(at, b"a" * 10)
    assert one.digest_state() == two.digest_state()
    two.truncate(10_001)
    assert one.digest_state() != two.digest_state(), "the size counts, zeros or not"


@pytest.mark.parametrize("length", [CHUNK, 3 * CHUNK, 1000, 1 << 20])
def test_the_pieces_are_the_file(length: int) -> None:
    content = FileContent(10 * CHUNK + 5)
    content.write(4 * CHUNK - 3, b"abcdef")
    content.write(10 * CHUNK + 4, b"!")
    whole = bytearray(content.size)
    for offset, data in content.pieces(length):
        whole[offset : offset + len(data)] = data
    assert bytes(whole) == content.read(0, content.size)
    assert [offset for offset, _ in content.pieces(length)] == list(range(0, content.size, length))


@pytest.fixture
def full_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory holds enough of long runs: the next ones go into a file."""
    monkeypatch.setattr(SPILL, "seen", IN_MEMORY)


@pytest.mark.usefixtures("full_memory")
def test_a_long_run_is_the_same_bytes_wherever_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(1, 252)) * 2000 + bytes(20 * CHUNK) + b"end" * 30_000
    spilled, held = FileContent(), FileContent()
    spilled.write(100, data)
    assert any(type(chunk) is Spilled for chunk in spilled.chunks.values())
    monkeypatch.setattr(SPILL, "seen", -(1 << 40))
    held.write(100, data)
    assert not any(type(chunk) is Spilled for chunk in held.chunks.values())
    twin = spilled.copy()
    for content in (spilled, held):
        content.write(30 * CHUNK + 5, b"over it")  # in the middle of the run
        content.truncate(len(data) - 5000)
    assert spilled.size == held.size
    for at, count in (
        (0, spilled.size),
        (99, 3),
        (29 * CHUNK + 1, 3 * CHUNK),
        (30 * CHUNK, 10),
        (400_000, 1 << 20),
    ):
        assert spilled.read(at, count) == held.read(at, count)
    assert spilled.digest_state() == held.digest_state()
    assert twin.read(100, len(data)) == data, "a copy is untouched"
    assert sorted(spilled.chunks) == sorted(held.chunks), "no chunk of zeros is kept"


@pytest.mark.usefixtures("full_memory")
def test_the_room_of_a_run_is_used_again() -> None:
    data = b"x" * (64 << 10)
    for _ in range(50):
        FileContent.from_bytes(data)
    assert SPILL.file is not None
    end = SPILL.file.end
    for _ in range(50):
        FileContent.from_bytes(data)
    assert SPILL.file.end == end


@pytest.mark.usefixtures("full_memory")
def test_without_room_for_a_file_a_run_stays_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(SpillFile, "put", none)
    content = FileContent.from_bytes(b"y" * (1 << 20))
    assert content.read(0, 1 << 20) == b"y" * (1 << 20)
    assert all(type(chunk) is bytes for chunk in content.chunks.values())
