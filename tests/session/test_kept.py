"""Entered lines outlast the session, whole, and a damaged file does no harm."""

from __future__ import annotations

from pathlib import Path

from hvlab.session.kept import LIMIT, NAME, KeptHistory


def test_what_one_session_keeps_the_next_one_has(tmp_path: Path) -> None:
    first = KeptHistory(tmp_path)
    for line in ("Get-VM", "if ($true) {\n  'ä'\n}", "Get-VMHost", "Get-VMHost", "  "):
        first.add(line)
    assert KeptHistory(tmp_path).entries() == ["Get-VM", "if ($true) {\n  'ä'\n}", "Get-VMHost"]


def test_lines_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b'"Get-VM"\n\xff\xfe\n{"a": 1}\n"Get-VMHost"\n"torn')
    assert KeptHistory(tmp_path).entries() == ["Get-VM", "Get-VMHost"]


def test_a_torn_last_line_does_not_swallow_the_next(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b'"Get-VM"\n"torn')
    KeptHistory(tmp_path).add("Get-VMHost")
    assert KeptHistory(tmp_path).entries() == ["Get-VM", "Get-VMHost"]


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("".join(f'"line {n}"\n' for n in range(2 * LIMIT + 1)), encoding="utf-8")
    assert len(KeptHistory(tmp_path)) == LIMIT
    lines = (tmp_path / NAME).read_text(encoding="utf-8").splitlines()
    assert (len(lines), lines[-1]) == (LIMIT, f'"line {2 * LIMIT}"')


def test_without_a_folder_that_can_be_written_it_is_kept_for_now_only(tmp_path: Path) -> None:
    history = KeptHistory(tmp_path / "missing")
    history.add("Get-VM")
    assert history.entries() == ["Get-VM"]
    assert KeptHistory(tmp_path / "missing").entries() == []
