"""What a machine uses is counted where the platform does so, across stops, saves and crashes, and refused elsewhere."""

from __future__ import annotations

from typing import Any, cast

import pytest

from hvlab.console.objects import PSObject
from tests.host.support import Lab


def measured(lab: Lab, name: str = "web01") -> dict[str, Any]:
    (row,) = lab.run(f"Measure-VM {name}")
    return dict(cast(PSObject, row).items())


@pytest.mark.parametrize("command", ["Enable-VMResourceMetering web01", "Measure-VM web01"])
@pytest.mark.parametrize("platform", ["ws2008", "ws2008r2"])
def test_before_2012_it_is_refused_with_the_reason(platform: str, command: str) -> None:
    lab = Lab(platform=platform)
    lab.run("New-VM web01 256MB -NoVHD")
    before = lab.world.digest()
    assert lab.tried(command) == ["NotSupported"]
    assert lab.world.digest() == before


def test_it_has_to_be_enabled_and_can_be_disabled() -> None:
    lab = Lab(platform="ws2012")
    lab.run("New-VM web01 256MB -NoVHD")
    assert lab.tried("Measure-VM web01") == ["InvalidState"]
    assert lab.tried("Reset-VMResourceMetering web01") == ["InvalidState"]
    lab.run("Enable-VMResourceMetering web01")
    assert measured(lab)["AvgCPU"] == 0
    lab.run("Disable-VMResourceMetering web01")
    assert lab.tried("Measure-VM web01") == ["InvalidState"]


def test_a_steady_load_is_what_is_measured_and_it_stays_counted_after_the_end() -> None:
    lab = Lab(platform="ws2012")
    lab.boot("web01")
    lab.run("Enable-VMResourceMetering web01")
    lab.run("Start-LabWorkload web01 -Kind Load -Megahertz 700 -Milliseconds 20000 -NoWait; Start-Sleep 20")
    found = measured(lab)
    assert 690 <= found["AvgCPU"] <= 710
    assert (found["AvgRAM"], found["MaxRAM"], found["MinRAM"]) == (512, 512, 512)
    had = found["ProcessorTime"].nanoseconds
    lab.run("Save-VM web01")
    saved = measured(lab)["ProcessorTime"].nanoseconds
    assert saved >= had
    lab.run("Start-VM web01; Start-Sleep 10")
    assert measured(lab)["ProcessorTime"].nanoseconds >= saved
    lab.run("Stop-VM web01 -TurnOff -Force; Start-Sleep 100")
    off = measured(lab)
    assert off["ProcessorTime"].nanoseconds >= saved
    assert off["AvgCPU"] < found["AvgCPU"]
    lab.run("Start-Sleep 100")
    assert measured(lab)["ProcessorTime"] == off["ProcessorTime"]
    lab.run("Set-VM web01 -MemoryStartupBytes 1GB; Start-VM web01; Start-Sleep 200")
    later = measured(lab)
    assert (later["MinRAM"], later["MaxRAM"]) == (512, 1024)
    assert 512 < later["AvgRAM"] < 1024


def test_counting_begins_where_it_is_enabled_and_anew_where_it_is_reset() -> None:
    lab = Lab(platform="ws2012")
    lab.boot("web01")
    lab.run("Enable-VMResourceMetering web01")
    assert measured(lab)["ProcessorTime"].nanoseconds == 0, "the boot was before"
    lab.run("Start-LabWorkload web01 -Kind Load -Megahertz 700 -Milliseconds 10000 -NoWait; Start-Sleep 10")
    assert measured(lab)["ProcessorTime"].nanoseconds > 0
    lab.run("Reset-VMResourceMetering web01")
    assert measured(lab)["ProcessorTime"].nanoseconds == 0


def test_a_crash_of_the_root_loses_nothing_that_was_counted() -> None:
    lab = Lab(platform="ws2012")
    lab.boot("web01")
    lab.run("Enable-VMResourceMetering web01")
    lab.run("Start-LabWorkload web01 -Kind Load -Megahertz 700 -Milliseconds 60000 -NoWait; Start-Sleep 10")
    had = measured(lab)["ProcessorTime"].nanoseconds
    lab.run("Add-LabFault RootCrash; Start-Sleep 5")
    assert measured(lab)["ProcessorTime"].nanoseconds >= had
