"""Licences by command: what is assigned, what runs, and what the rules say of it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from hvlab.console.objects import PSObject
from tests.host.support import OLD, Lab


def rows(lab: Lab, text: str) -> list[dict[str, Any]]:
    """The properties of what a command emits."""
    return [dict(cast(PSObject, one).items()) for one in lab.run(text)]


def test_machines_count_while_they_run() -> None:
    lab = Lab()
    lab.run("Remove-LabLicense 1; Add-LabLicense Enterprise")
    assert rows(lab, "Test-LabLicense")[0]["Running"] == 0
    lab.boot("a", OLD)
    (verdict,) = rows(lab, "Test-LabLicense HV01")
    assert (verdict["Legal"], verdict["Running"], verdict["Covered"]) == (True, 1, ["a"])
    lab.run("Remove-LabLicense 2")
    (verdict,) = rows(lab, "Test-LabLicense")
    assert (verdict["Legal"], verdict["Rule"], verdict["Uncovered"]) == (False, "R1", ["a"])
    lab.run("Add-LabLicense Standard")
    assert rows(lab, "Test-LabLicense")[0]["Rule"] == "R9"
    lab.run("Stop-VM a -TurnOff")
    assert rows(lab, "Test-LabLicense")[0]["Running"] == 0


def test_other_work_on_the_hardware_takes_a_place() -> None:
    lab = Lab()
    assert rows(lab, "Measure-LabLicense 4")[0]["Licenses"] == 1
    lab.run("Set-LabServer -OtherWork $true")
    assert rows(lab, "Measure-LabLicense 4")[0]["Licenses"] == 2
    ways = {row["Way"]: row for row in rows(lab, "Measure-LabLicense 4 -OtherWork $false -Sockets 2")}
    assert ways["Cheapest"]["Set"] == "1 Enterprise"
    assert ways["Datacenter only"]["Licenses"] == 2


@pytest.mark.parametrize(
    "refused",
    ["Move-LabLicense 1 HV09", "Move-LabLicense 7 HV01", "Remove-LabLicense 9", "Test-LabLicense nobody"],
)
def test_what_does_not_exist_is_named(refused: str) -> None:
    assert len(Lab().tried(refused)) == 1


def test_a_licence_stays_for_ninety_days() -> None:
    lab = Lab()
    assert lab.tried("Move-LabLicense 1 HV01") == ["InvalidOperation"]
    lab.run("Move-LabLicense 1 HV01 -HardwareFailed")
    lab.settle(90 * 86_400)
    assert rows(lab, "Move-LabLicense 1 HV01")[0]["Held"].nanoseconds == 0
    lab.run("Add-LabLicense Standard -Oem")
    assert lab.tried("Move-LabLicense 2 HV01 -HardwareFailed") == ["InvalidOperation"]
