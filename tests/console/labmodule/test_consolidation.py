"""Consolidation by command: what is reckoned, and that the machines really take what was reckoned."""

from __future__ import annotations

from typing import Any, cast

import pytest

from hvlab.console.objects import PSObject
from tests.host.support import Lab


def rows(lab: Lab, text: str) -> list[dict[str, Any]]:
    return [dict(cast(PSObject, one).items()) for one in lab.run(text)]


@pytest.fixture(scope="module")
def room() -> Lab:
    return Lab(scenario="consolidation")


def test_ten_lightly_used_servers_pay_and_three_busy_ones_do_not(room: Lab) -> None:
    (light,) = rows(room, "Measure-LabConsolidation")
    assert (light["Servers"], light["Hosts"], light["Pays"]) == (10, 1, True)
    assert light["UtilizationAfter"] > light["UtilizationBefore"]
    assert light["CostBefore"] - light["CostAfter"] == light["Saving"]
    (busy,) = rows(Lab(scenario="busy-servers"), "Measure-LabConsolidation")
    assert (busy["Servers"], busy["Hosts"], busy["Pays"]) == (3, 3, False)


def test_the_sheet_adds_up_and_the_places_are_the_servers(room: Lab) -> None:
    sheet = {row["Item"]: row for row in rows(room, "Measure-LabConsolidation -CostSheet")}
    for side in ("Before", "After"):
        items = ("Energy", "Space", "Upkeep", "Hardware", "Licenses", "Conversion")
        assert sheet["Total"][side] == sum(sheet[item][side] for item in items)
    places = [row["Server"] for row in rows(room, "Measure-LabConsolidation -Placement")]
    assert sorted(places) == sorted(row["Name"] for row in rows(room, "Get-LabSourceServer"))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Measure-LabConsolidation -Figure @{Power = 1}", "InvalidParameter"),
        ("Measure-LabConsolidation -Figure @{EnergyPrice = 'much'}", "BadFigure"),
        ("Measure-LabConsolidation -LicensePrice @{Home = 1}", "InvalidParameter"),
        ("Measure-LabConsolidation NOBODY", "ObjectNotFound"),
        ("Set-LabSourceServer WEB01 -Load 50 -Peak 10", "InvalidParameter"),
    ],
)
def test_bad_questions_are_refused(room: Lab, text: str, error: str) -> None:
    before = room.world.digest()
    assert room.tried(text) == [error]
    assert room.world.digest() == before


def test_where_there_is_nothing_to_consolidate_it_is_said() -> None:
    assert Lab().tried("Measure-LabConsolidation") == ["ObjectNotFound"]
    assert Lab(scenario="machine-room").tried("Measure-LabConsolidation FILE01") == ["InvalidParameter"]


def test_a_machine_takes_the_load_that_it_is_given_and_others_find_the_rest() -> None:
    lab = Lab()
    guest = lab.boot()
    lab.run("Start-LabWorkload web01 -Kind Load -Megahertz 700 -Milliseconds 20000 -NoWait")
    (machine, total) = rows(lab, "Measure-LabUtilization 10")
    assert 695 <= machine["Megahertz"] <= 705
    assert total["Percent"] == round(100 * 700 / total["Capacity"])
    lab.run("Wait-Lab -Seconds 12")
    assert guest.workloads[-1].finished
    assert rows(lab, "Measure-LabUtilization 5")[0]["Megahertz"] < 10
    assert lab.tried("Start-LabWorkload web01 -Kind Load -Megahertz 9999") == ["OutOfRange"]


def test_a_load_goes_on_after_the_machine_was_saved() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Start-LabWorkload web01 -Kind Load -Megahertz 700 -Milliseconds 60000 -NoWait")
    lab.run("Start-Sleep 5; Save-VM web01; Start-Sleep 100; Start-VM web01; Start-Sleep 5")
    assert 690 <= rows(lab, "Measure-LabUtilization 5")[0]["Megahertz"] <= 710


def test_converted_servers_take_what_was_reckoned_for_them() -> None:
    lab = Lab(scenario="consolidation")
    lab.run("'FILE01', 'WEB01' | ForEach-Object { New-LabP2V $_ D:\\VMs | Out-Null; Start-VM $_ }")
    lab.run("Wait-Lab FILE01 -For Booted; Wait-Lab WEB01 -For Booted")
    lab.run("Get-LabSourceServer FILE01, WEB01 | ForEach-Object { Start-LabWorkload $_.Name -Kind Load"
            " -Megahertz $_.Megahertz -Milliseconds 20000 -NoWait | Out-Null }")  # fmt: skip
    reckoned = {row["Name"]: row["Megahertz"] for row in rows(lab, "Get-LabSourceServer FILE01, WEB01")}
    measured = {row["Name"]: row["Megahertz"] for row in rows(lab, "Measure-LabUtilization 10")}
    for name, megahertz in reckoned.items():
        assert abs(measured[name] - megahertz) <= 2
