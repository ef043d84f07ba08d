"""Every refusal has its line in both languages, and the line can be filled in with what the code provides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import hvlab
from hvlab.console.host import RecordingHost
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text

SOURCES = sorted(Path(hvlab.__file__).parent.rglob("*.py"))


def ids_in_code() -> set[str]:
    found: set[str] = set()
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'"((?:explain\.[a-z0-9-]+|console\.[a-z_]+))"', text))
        if path.parent.name in ("classroom", "cli_class"):
            continue  # a class's refusals are no console's, and have their sentences under classroom.*
        found |= {f"explain.{reason}" for reason in re.findall(r'Refusal\(\s*"([a-z-]+)"', text)}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_line(language: str) -> None:
    text = Text(language)
    assert [name for name in sorted(ids_in_code()) if not text.has(name)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "command",
    [
        "Get-VM nobody",
        "Get-WM",
        "Start-VM -Nam x",
        "New-VM a -MemoryStartupBytes 70GB",
        "New-VM a -MemoryStartupBytes 7GB; Start-VM a",
        r"New-VHD D:\x.vhd 900GB -Fixed",
        r"New-VHD C:\x.vhd 1MB",
        r"New-VM a; Start-VM a; Stop-VM a",
        r"New-VM a; Add-VMHardDiskDrive a -ControllerType SCSI -ControllerLocation 99 -Path C:\Images\NT4.vhd",
        r"New-VM a; Start-VM a; Add-VMHardDiskDrive a -Path C:\Images\NT4.vhd",
        "New-VM a; New-VM a",
        "New-VM a; Wait-Lab a",
        "New-VM a; Start-LabWorkload a",
        "workflow x { }",
        "while ($true) { $i++ }",
        "New-VM",
    ],
)
def test_the_line_of_an_error_can_be_filled_in(language: str, command: str) -> None:
    host = RecordingHost()
    Session(host=host, step_limit=20_000).run(command)
    explained = [record.explain for record in host.errors if record.explain is not None]
    assert explained, [record.message for record in host.errors]
    for name, values in explained:
        line = Text(language)(name, **values)
        assert line and "{" not in line
