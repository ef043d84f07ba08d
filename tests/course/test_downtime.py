"""How long machines did not answer, as the trace tells it."""

from __future__ import annotations

import pytest

from hvlab.course import cmdlets
from hvlab.course.downtime import ANY, downtime, unknown
from hvlab.session.session import Session

SECOND = 1_000_000_000
BOOTED = (
    "New-VM web01 512MB -VHDPath C:\\Images\\WS2008-x64.vhd; Start-VM web01; Wait-Lab web01 -For Heartbeat"
)
CLUSTERED = """New-Cluster C1 -Node HV01, HV02
New-VM web01 512MB -VHDPath E:\\web01.vhd -Path E:\\
Add-ClusterVirtualMachineRole web01
Start-VM web01
Wait-Lab web01 -For Heartbeat"""


def begun(start: str, **options: str) -> Session:
    session = Session(cmdlets=cmdlets.CMDLETS, exports=False, **options)
    session.run(start)
    session.travel.floor = session.travel.timeline.head
    return session


def test_a_machine_that_goes_on_running_was_never_missed() -> None:
    session = begun(BOOTED)
    session.run("Start-LabWorkload web01; Start-Sleep 30")
    assert downtime(session, ["web01"]) == 0


@pytest.mark.parametrize(
    ("scenario", "platform", "kind"), [("two-nodes", "ws2008", "Quick"), ("two-nodes", "ws2008r2", "Live")]
)
def test_a_move_is_missed_for_as_long_as_the_cluster_says(scenario: str, platform: str, kind: str) -> None:
    session = begun(CLUSTERED, scenario=scenario, platform=platform)
    session.run(f"Move-ClusterVirtualMachineRole web01 -Node HV02 -MigrationType {kind}")
    session.run("(Get-LabMigration web01)[-1].DowntimeMs")
    told = session.shell.host.objects[-1]  # type: ignore[attr-defined]
    assert told > 0
    assert abs(downtime(session, ["web01"]) / 1_000_000 - told) <= 10


def test_it_is_missed_until_its_system_is_up_again_and_to_the_end_if_it_is_not() -> None:
    session = begun(BOOTED)
    session.run("Stop-VM web01 -TurnOff; Start-Sleep 5; Start-VM web01")
    running = downtime(session, ["web01"])
    assert running >= 5 * SECOND
    session.run("Wait-Lab web01 -For Heartbeat")
    again = downtime(session, ["web01"])
    assert again > running + SECOND, "a machine that runs and boots does not answer yet"
    session.run("Start-Sleep 60")
    assert downtime(session, ["web01"]) == again
    session.run("Save-VM web01; Start-Sleep 60")
    assert downtime(session, ["web01"]) > again + 60 * SECOND
    session.run("Undo-Lab -Count 2")
    assert downtime(session, ["web01"]) == again, "what was undone was not missed"


def test_only_those_count_that_are_named_and_have_answered() -> None:
    session = begun(BOOTED)
    session.run(
        "New-VM other 256MB -VHDPath C:\\Images\\NT4.vhd; Start-Sleep 20; Start-VM other; Wait-Lab other"
    )
    assert downtime(session, [ANY, "other"]) == 0, "before it answered for the first time, nobody missed it"
    session.run("Stop-VM other -TurnOff; Start-Sleep 20")
    assert downtime(session, [ANY]) == downtime(session, ["WEB01"]) == 0
    assert downtime(session, ["other"]) >= 20 * SECOND
    assert unknown(session, [ANY, "Web01", "other", "nobody"]) == ["nobody"]


def test_the_start_does_not_count() -> None:
    session = begun(
        BOOTED + "; Stop-VM web01 -TurnOff; Start-Sleep 30; Start-VM web01; Wait-Lab web01 -For Heartbeat"
    )
    assert downtime(session, [ANY]) == 0


def test_a_server_stands_still_while_it_is_converted_offline() -> None:
    session = begun("", scenario="machine-room")
    session.run("New-LabP2V WEB01 D:\\VMs web")
    assert downtime(session, ["WEB01", "FILE01"]) == 0
    session.run("New-LabP2V FILE01 D:\\VMs -Offline")
    assert downtime(session, ["WEB01", "file01"]) > 10 * SECOND
    assert unknown(session, ["WEB01", "WEB99"]) == ["WEB99"]
