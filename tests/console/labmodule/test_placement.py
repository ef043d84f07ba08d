"""Where one more machine goes: measured on each host, and what follows when the load or the memory changes."""

from __future__ import annotations

from typing import Any, cast

from hvlab.console.objects import PSObject
from tests.host.support import Lab


def places(lab: Lab, more: str = "") -> dict[str, dict[str, Any]]:
    return {
        str(row["Host"]): row
        for row in (dict(cast(PSObject, one).items()) for one in lab.run(f"Get-LabPlacement {more}"))
    }


def cluster() -> Lab:
    lab = Lab(scenario="two-nodes")
    lab.run(
        "New-Cluster C1 -Node HV01, HV02 | Out-Null; New-VM web01 512MB -VHDPath E:\\web01.vhd -Path E:\\ | Out-Null"
    )
    lab.run("Add-ClusterVirtualMachineRole web01 | Out-Null; Start-VM web01; Wait-Lab web01 -For Heartbeat")
    return lab


def test_the_emptier_host_comes_first_and_the_load_decides() -> None:
    lab = cluster()
    assert list(places(lab)) == ["HV02", "HV01"]
    lab.run("Start-LabWorkload web01 -Kind Load -Megahertz 2000 -Milliseconds 120000 -NoWait")
    busy = places(lab)
    assert (busy["HV01"]["Use"], busy["HV02"]["Use"]) == (21, 0)
    assert busy["HV01"]["Stars"] < busy["HV02"]["Stars"]
    lab.run("Move-ClusterVirtualMachineRole web01 -Node (Get-LabPlacement)[0].Host | Out-Null")
    moved = places(lab)
    assert list(moved) == ["HV01", "HV02"]
    assert moved["HV02"]["Machines"] == 1


def test_where_it_does_not_fit_is_said() -> None:
    lab = cluster()
    assert {row["Reason"] for row in places(lab, "-MemoryBytes 7GB").values()} == {"Memory"}
    assert {row["Reason"] for row in places(lab, "-Megahertz 99999").values()} == {"Processor"}
    assert {row["Stars"] for row in places(lab, "-MemoryBytes 7GB").values()} == {0}


def test_a_host_that_is_off_is_no_place() -> None:
    lab = cluster()
    lab.run("Stop-Computer -ComputerName HV02 -Force; Start-Sleep 60")
    found = places(lab)
    assert (found["HV02"]["Reason"], found["HV02"]["Stars"]) == ("Down", 0)
    assert next(iter(found)) == "HV01"
