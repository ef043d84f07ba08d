"""The services that a guest runs for its host: each holds a channel, and the host notices when one is stopped."""

from __future__ import annotations

import pytest

from hvlab.guests import services
from hvlab.guests.services import RUNNING, SERVICES, STOPPED
from tests.host.support import OLD, Lab


def states(lab: Lab) -> dict[str, str]:
    guest = lab.guest()
    return {one.name: services.state(guest, one) for one in services.installed(guest)}


@pytest.mark.parametrize("name", [one.name for one in SERVICES])
def test_one_that_is_stopped_closes_its_channel_alone_and_comes_back(name: str) -> None:
    lab = Lab()
    lab.boot()
    lab.settle(2)
    assert states(lab) == {one.name: RUNNING for one in SERVICES}
    mark = len(lab.world.trace)
    lab.run(f"Stop-LabGuestService web01 {name}")
    closes = [one for one in lab.events("vmbus.message", mark) if one.get("name") == "CLOSE_CHANNEL"]
    assert len(closes) == 1
    assert states(lab) == {one.name: STOPPED if one.name == name else RUNNING for one in SERVICES}
    lab.run(f"Stop-LabGuestService web01 {name}; Start-LabGuestService web01 {name.upper()}")
    assert states(lab) == {one.name: RUNNING for one in SERVICES}


def test_without_its_heartbeat_service_a_guest_that_runs_has_no_contact() -> None:
    lab = Lab()
    lab.boot()
    lab.settle(2)
    lab.run("Stop-LabGuestService web01 vmicheartbeat")
    lab.settle(10)
    assert lab.run("(Get-VM web01).Heartbeat")[0] != "OkApplicationsUnknown"
    lab.run("Start-LabWorkload web01 Write | Out-Null")
    lab.run("Start-LabGuestService web01 vmicheartbeat")
    lab.settle(10)
    assert lab.run("(Get-VM web01).Heartbeat") == ["OkApplicationsUnknown"]


def test_a_stopped_service_starts_with_the_system_again() -> None:
    lab = Lab()
    lab.boot()
    lab.settle(2)
    lab.run("Stop-LabGuestService web01 vmicvss; Stop-VM web01 -Force; Start-VM web01; Wait-Lab web01")
    lab.settle(2)
    assert states(lab)["vmicvss"] == RUNNING


def test_without_the_services_nothing_is_listed_and_a_name_that_is_not_there_is_refused() -> None:
    lab = Lab()
    lab.boot(path=OLD)
    assert lab.run("Get-LabGuestService web01") == []
    assert lab.tried("Stop-LabGuestService web01 vmicvss") == ["NoServiceFoundForGivenName"]
