"""The integration services of a running machine: the clock, the pairs, the writers, and what disabling does."""

from __future__ import annotations

from hvlab.host.faults import HUNG_GUEST, board
from hvlab.kernel.calendar import file_time
from tests.host.support import NEWER, OLD, SYSTEM, Lab

STATUS = ("PrimaryStatusDescription", "SecondaryStatusDescription")
SECOND = 1_000_000_000


def rows(lab: Lab, text: str, *names: str) -> list[tuple[object, ...]]:
    """Properties of what a command emits."""
    return [tuple(one.get(name) for name in names) for one in lab.run(text)]  # type: ignore[attr-defined]


def statuses(lab: Lab) -> dict[str, tuple[object, ...]]:
    """Each service with whether it is enabled and its status."""
    wanted = ("Name", "Enabled", "PrimaryStatusDescription")
    return {str(row[0]): row[1:] for row in rows(lab, "Get-VMIntegrationService web01", *wanted)}


def off(lab: Lab) -> int:
    """By how many microseconds the guest's clock differs from the host's."""
    ((difference,),) = rows(lab, "Get-LabGuestClock web01", "DifferenceUs")
    assert isinstance(difference, int)
    return difference


def test_all_services_answer_in_a_guest_that_has_them() -> None:
    lab = Lab()
    lab.boot()
    found = statuses(lab)
    assert list(found) == ["Heartbeat", "Key-Value Pair Exchange", "Shutdown", "Time Synchronization", "VSS"]
    assert set(found.values()) == {(True, "OK")}
    lab.run("Stop-VM web01")
    assert {row[1] for row in statuses(lab).values()} == {""}


def test_none_answers_in_a_guest_without_drivers() -> None:
    lab = Lab()
    lab.boot(path=OLD)
    assert set(statuses(lab).values()) == {(True, "No Contact")}
    assert lab.tried("Get-LabKvpItem web01") == ["OperationFailed"]
    assert lab.tried("Invoke-LabWriter web01 Freeze") == ["OperationFailed"]


# -- the clock ----------------------------------------------------------------------------------


def test_a_synchronized_clock_stays_near_and_another_drifts() -> None:
    lab = Lab()
    guest = lab.boot()
    assert guest.clock is not None and guest.clock.drift_ppm == -80
    lab.run("Disable-VMIntegrationService 'Time Synchronization' web01")
    start = off(lab)
    lab.settle(1000)
    assert off(lab) - start == -80_000, "80 ppm of 1000 s, too slow"
    lab.run("Enable-VMIntegrationService 'Time Synchronization' web01; Wait-Lab -Seconds 1")
    assert -200 < off(lab) < 0, "the way of the message, and one second of drift"
    lab.settle(300)
    assert -3000 < off(lab) <= 0, "never more than 30 s of drift"


def test_a_paused_guest_s_clock_stands_still_and_is_set_when_it_goes_on() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Suspend-VM web01; Wait-Lab -Seconds 100")
    assert -101_000_000 < off(lab) < -99_900_000
    lab.vmms.resume("web01")
    assert off(lab) < -99_000_000, "nobody has told it yet"
    lab.settle(1)
    assert -300 < off(lab) < 0


def test_a_saved_guest_s_clock_is_set_when_it_goes_on_in_another_partition() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Save-VM web01; Wait-Lab -Seconds 500; Start-VM web01; Wait-Lab -Seconds 1")
    assert -300 < off(lab) < 0
    ((corrected,),) = rows(lab, "Get-LabGuestClock web01", "LastCorrection")
    assert str(corrected) > "00:08:20", "500 s, and what writing and reading the memory took"


def test_the_guest_reads_the_time_to_the_second_at_its_start() -> None:
    lab = Lab()
    lab.boot(path=OLD)
    guest = lab.guest()
    assert guest.clock is not None
    assert guest.clock.base % 10_000_000 == 0 and guest.clock.corrections == 0
    assert guest.clock_time < file_time(lab.world.now)


# -- key-value pairs ----------------------------------------------------------------------------


def test_what_the_guest_says_of_itself_comes_over_the_bus() -> None:
    lab = Lab()
    guest = lab.boot()
    before = len(lab.world.trace)
    found = dict(rows(lab, "Get-LabKvpItem web01", "Name", "Data"))
    assert guest.record is not None
    assert found["FullyQualifiedDomainName"] == guest.record.computer
    assert found["IntegrationServicesVersion"] == guest.record.integration_version
    assert found["OSVersion"] == "6.0.6001" and found["OSBuildNumber"] == "6001"
    assert len(found) == 10
    packets = [
        event
        for event in lab.world.trace.since(before)
        if event.kind == "ring.packet" and len(bytes(event.get("bytes") or b"")) > 2580
    ]
    assert len(packets) == 22, "eleven questions with eleven answers"


def test_pairs_of_the_host_stay_in_the_guest_until_they_are_taken_back() -> None:
    lab = Lab()
    lab.boot(path=NEWER)
    lab.run("Set-LabKvpItem web01 Role Web; Set-LabKvpItem web01 Größe 'Ü 7'; Set-LabKvpItem web01 Role Mail")
    wanted = [("Role", "Mail"), ("Größe", "Ü 7")]
    assert rows(lab, "Get-LabKvpItem web01 -Pool External", "Name", "Data") == wanted
    assert rows(lab, "Get-LabKvpItem web01 role -Pool External", "Data") == [("Mail",)]
    lab.run("Remove-LabKvpItem web01 Role")
    assert lab.tried("Remove-LabKvpItem web01 Role") == ["ObjectNotFound"]
    assert lab.tried(f"Set-LabKvpItem web01 {'k' * 256} x") == ["InvalidParameter"]


# -- writers ------------------------------------------------------------------------------------


def test_no_write_reaches_the_disk_while_the_writers_are_frozen() -> None:
    lab = Lab()
    guest = lab.boot()
    assert rows(lab, "Invoke-LabWriter web01 Freeze", "State") == [("Frozen",)] * 5
    work = guest.start_workload("write", "ide:0:0", 4096, 3, 131072)
    lab.settle(5)
    assert (work.done, work.finished) == (0, 0)
    assert rows(lab, "Invoke-LabWriter web01 Thaw", "State") == [("Stable",)] * 5
    lab.settle(1)
    assert (lab.guest().workloads[0].done, lab.guest().workloads[0].errors) == (3, 0)


def test_reads_go_on_while_the_writers_are_frozen() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Invoke-LabWriter web01 Freeze; Start-LabWorkload web01 Read -Count 2")
    assert lab.guest().workloads[0].done == 2


def test_a_freeze_waits_for_the_writes_that_are_under_way() -> None:
    lab = Lab()
    guest = lab.boot()
    guest.start_workload("write", "ide:0:0", 65536, 50, 131072)
    lab.until(lambda: lab.guest().writing)
    lab.run("Invoke-LabWriter web01 Freeze")
    assert not lab.guest().writing and lab.guest().workloads[0].done < 50
    lab.run("Invoke-LabWriter web01 Thaw; Wait-Lab -Seconds 5")
    assert lab.guest().workloads[0].done == 50


def test_a_guest_that_is_frozen_too_long_thaws_by_itself() -> None:
    lab = Lab()
    guest = lab.boot()
    lab.run("Invoke-LabWriter web01 Freeze")
    work = guest.start_workload("write", "ide:0:0", 4096, 1, 131072)
    lab.settle(9)
    assert work.done == 0
    lab.settle(2)
    assert lab.guest().workloads[0].done == 1
    assert rows(lab, "Get-LabWriter web01", "State") == [("Failed",)] * 5
    assert lab.tried("Invoke-LabWriter web01 Thaw") == ["OperationFailed"]
    assert rows(lab, "Invoke-LabWriter web01 Freeze", "State") == [("Frozen",)] * 5, "and can be frozen again"


def test_a_channel_that_is_taken_back_thaws_the_writers() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Invoke-LabWriter web01 Freeze; Disable-VMIntegrationService VSS web01; Wait-Lab -Seconds 1")
    assert rows(lab, "Get-LabWriter web01", "State") == [("Stable",)] * 5
    lab.run("Enable-VMIntegrationService VSS web01; Wait-Lab -Seconds 1")
    assert rows(lab, "Invoke-LabWriter web01 Check", "State") == [("Stable",)] * 5


def test_a_hung_guest_does_not_answer_and_is_lost() -> None:
    lab = Lab()
    lab.boot()
    board(lab.world, "host1").add(HUNG_GUEST, lab.storage.files, vm="web01")
    started = lab.world.now
    assert lab.tried("Get-LabKvpItem web01") == ["OperationTimeout"]
    assert lab.tried("Invoke-LabWriter web01 Freeze") == ["OperationTimeout"]
    assert lab.world.now - started >= 70 * SECOND
    found = statuses(lab)
    assert {found[name][1] for name in ("Heartbeat", "Key-Value Pair Exchange", "VSS")} == {
        "Lost Communication"
    }


# -- enabling and disabling ---------------------------------------------------------------------


def test_disabling_takes_the_channel_back_and_enabling_offers_it_again() -> None:
    lab = Lab()
    lab.boot()
    before = len(lab.world.trace)
    lab.run("Disable-VMIntegrationService Shutdown web01; Wait-Lab -Seconds 1")
    names = [
        str(event.get("name")) for event in lab.world.trace.since(before) if event.kind == "vmbus.message"
    ]
    assert names == ["RESCIND_CHANNEL_OFFER", "GPADL_TEARDOWN", "GPADL_TORNDOWN", "REL_ID_RELEASED"]
    assert statuses(lab)["Shutdown"] == (False, "")
    assert lab.tried("Stop-VM web01") == ["OperationFailed"] and lab.state() == "Running"
    lab.run("Enable-VMIntegrationService Shutdown web01; Wait-Lab -Seconds 1; Stop-VM web01")
    assert lab.state() == "Off"


def test_a_machine_that_is_off_starts_with_what_is_enabled() -> None:
    lab = Lab()
    lab.run(f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}")
    lab.run("Get-VM web01 | Disable-VMIntegrationService Heartbeat, VSS; Start-VM web01; Wait-Lab web01")
    lab.settle(1)
    found = statuses(lab)
    assert found["Heartbeat"] == found["VSS"] == (False, "") and found["Shutdown"] == (True, "OK")
    assert "heartbeat" not in lab.link().services
    assert rows(lab, "Get-VM web01", "Heartbeat") == [("NoContact",)]


def test_disabling_twice_says_nothing_to_the_guest() -> None:
    lab = Lab()
    lab.boot()
    lab.run("Disable-VMIntegrationService VSS web01; Wait-Lab -Seconds 1")
    before = len(lab.world.trace)
    lab.run("Disable-VMIntegrationService vss web01")
    kinds = {event.kind for event in lab.world.trace.since(before)}
    assert "vmbus.message" not in kinds and "integration" not in kinds


def test_an_older_component_is_a_mismatch_that_works() -> None:
    lab = Lab(platform="ws2012")
    lab.boot()
    found = rows(lab, "Get-VMIntegrationService web01 Heartbeat", *STATUS)
    assert found[0][0] == "OK" and "protocol version" in str(found[0][1])
