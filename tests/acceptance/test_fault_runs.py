"""Each fault through `hvlab run`: what is seen, that the rest of the lab goes on, and that the repair repairs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.acceptance.conftest import Run

READY = r"""
New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd | Out-Null
New-VM other -MemoryStartupBytes 512MB -NewVHDPath D:\other.vhd -NewVHDSizeBytes 2GB | Out-Null
New-VM nt4 -MemoryStartupBytes 256MB -VHDPath C:\Images\NT4.vhd | Out-Null
New-VMSwitch lan -SwitchType Private | Out-Null
Get-VMNetworkAdapter web01 | Connect-VMNetworkAdapter -SwitchName lan
Start-VM web01, nt4
Wait-Lab web01 -For Heartbeat; Wait-Lab nt4
Set-LabGuestAddress web01 10.0.0.1 | Out-Null
Wait-Lab -Seconds 2
"""
REST = "(Start-LabWorkload nt4 Write -Count 2).Errors"
"""The other machine's work; it must print 0."""
ERRORS = "(Start-LabWorkload web01 Write -Count 2).Errors"
HEARTBEAT = "(Get-VM web01).Heartbeat"

RUNS: dict[str, tuple[str, list[str], str, list[str]]] = {
    # kind: what is typed after the fault and what it prints, then after the repair
    "ServiceSilent web01 ide:0:0": (
        f"Start-LabWorkload web01 Write -NoWait | Out-Null; Wait-Lab -Seconds 5\n"
        f"(Get-LabWorkload web01).Count; {HEARTBEAT}; {REST}",
        ["0", "OkApplicationsUnknown", "0"],
        "Wait-Lab web01 -For Idle; (Get-LabWorkload web01).Count",
        ["1"],
    ),
    "LostInterrupt web01 ide:0:0": (
        f"Start-LabWorkload web01 Write -NoWait | Out-Null; Wait-Lab -Seconds 1\n(Get-LabFault).Hits; {REST}",
        ["1", "0"],
        # at version 0.13 the flag that all channels share stays set, and no edge follows: only a restart helps
        f"Stop-VM web01 -TurnOff -Force; Start-VM web01; Wait-Lab web01 -For Heartbeat; {ERRORS}",
        ["0"],
    ),
    r"BadSector -Path C:\Images\WS2008-x64.vhd -Sector 131080": (
        f"{ERRORS}; (Get-LabFault).Hits; {REST}",
        ["1", "1", "0"],
        ERRORS,
        ["0"],
    ),
    "VolumeFull -Volume C": (
        "Start-LabWorkload web01 Write -Count 2 -NoWait | Out-Null; Wait-Lab -Seconds 2\n"
        "(Get-VM web01).Status; (Get-VM nt4).State",
        ["Paused: there is no room left for its disk", "Running"],
        f"Resume-VM web01; Wait-Lab web01 -For Idle; (Get-LabWorkload web01).Errors; {REST}",
        ["0", "0"],
    ),
    "HungGuest web01": (
        f"Wait-Lab -Seconds 30; {HEARTBEAT}; (Get-VM web01).State; {REST}",
        ["LostCommunication", "Running", "0"],
        f"Stop-VM web01 -TurnOff -Force; Start-VM web01; Wait-Lab web01 -For Heartbeat; {HEARTBEAT}",
        ["OkApplicationsUnknown"],
    ),
    "PulledCable web01 net:0": (
        f"Wait-Lab -Seconds 1; (Get-LabGuestAddress web01).Media; {ERRORS}; {REST}",
        ["Disconnected", "0", "0"],
        "Wait-Lab -Seconds 1; (Get-LabGuestAddress web01).Media",
        ["Connected"],
    ),
    "RootCrash": (
        "(Get-LabPartition | Measure-Object).Count; (Get-VM web01).State",
        ["0", "Off"],
        "",
        [],
    ),
}


@pytest.mark.parametrize("fault", list(RUNS), ids=[fault.split()[0] for fault in RUNS])
def test_a_fault_shows_and_the_rest_goes_on(fault: str, hvlab: Run, script: Callable[[str], str]) -> None:
    after, seen, repaired, well = RUNS[fault]
    lines = [READY, f"Add-LabFault {fault} | Out-Null", after]
    if repaired:
        lines += ["Remove-LabFault 1" if "Hung" not in fault else "", repaired]
    done = hvlab("run", script("\n".join(lines)))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert done.stdout.split("\n")[:-1] == [*seen, *well]
