"""The help about integration services works as it is printed, and the views look as on a real host."""

from __future__ import annotations

import pytest

from hvlab import paths
from hvlab.text import LANGUAGES
from tests.host.support import Lab
from tests.host.test_integration import rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_in_the_help_works(language: str) -> None:
    article = (paths.assets() / "help" / language / "about_IntegrationServices.txt").read_text(
        encoding="utf-8"
    )
    lines = [line.strip() for line in article.splitlines() if line.startswith("  ")]
    example = lines[lines.index("New-VM web01 -VHDPath C:\\Images\\WS2008-x64.vhd") :]
    assert len(example) == 18
    lab = Lab()
    lab.run("\n".join(example[:13]))
    ((paused,),) = rows(lab, "Get-LabGuestClock web01", "DifferenceUs")
    assert isinstance(paused, int) and -61_000_000 < paused < -60_000_000
    lab.run("\n".join(example[13:]))
    ((again,),) = rows(lab, "Get-LabGuestClock web01", "DifferenceUs")
    assert isinstance(again, int) and -500 < again < 0


def test_switching_passes_the_service_on_and_can_be_tried_first() -> None:
    lab = Lab()
    lab.run("New-VM a -MemoryStartupBytes 64MB")
    wanted = ("Name", "Enabled")
    assert rows(lab, "Disable-VMIntegrationService VSS a -WhatIf -Passthru", *wanted) == []
    assert rows(lab, "Disable-VMIntegrationService VSS, shutdown a -Passthru", *wanted) == [
        ("Shutdown", False),
        ("VSS", False),
    ]
    assert rows(lab, "Get-VM a | Get-VMIntegrationService -Name VSS", *wanted) == [("VSS", False)]
    assert rows(lab, "Enable-VMIntegrationService VSS a -Passthru", *wanted) == [("VSS", True)]
    assert lab.tried("Disable-VMIntegrationService Nonsense a") != []


def test_waiting_for_a_heartbeat_waits_for_the_present_one() -> None:
    lab = Lab()
    lab.run(
        "New-VM web01 512MB -VHDPath C:\\Images\\WS2008-x64.vhd; Start-VM web01; Wait-Lab web01 -For Heartbeat\n"
        "Disable-VMIntegrationService Heartbeat web01; Wait-Lab -Seconds 2\n"
        "Enable-VMIntegrationService Heartbeat web01"
    )
    assert rows(lab, "Get-VM web01", "Heartbeat") == [("NoContact",)]
    lab.run("Wait-Lab web01 -For Heartbeat")
    assert rows(lab, "Get-VM web01", "Heartbeat") == [("OkApplicationsUnknown",)]


def test_what_comes_after_an_instruction_has_its_own_story() -> None:
    lab = Lab()
    lab.run(
        "New-VM web01 512MB -VHDPath C:\\Images\\WS2008-x64.vhd; Start-VM web01; Wait-Lab web01 -For Heartbeat\n"
        "Wait-Lab -Seconds 2; Invoke-LabInstruction web01 'IN AL, 0xCF8' | Out-Null\n"
        "Start-LabWorkload web01 Write -Count 1 | Out-Null"
    )
    begun = max(
        event.seq
        for event in lab.world.trace
        if event.kind == "command" and "Start-LabWorkload" in str(event.fields)
    )
    (write,) = (event for event in lab.world.trace if event.seq > begun and event.kind == "disk.io")
    cause = write.cause
    while cause is not None and cause > begun:
        cause = lab.world.trace[cause].cause
    assert cause == begun
