"""Several virtual processors: who starts them, who wakes them, and what runs where."""

from __future__ import annotations

import pytest

from tests.host.support import OLD, SYSTEM, Lab

MILLISECOND = 1_000_000


def booted(count: int, path: str = SYSTEM) -> Lab:
    lab = Lab()
    lab.run(f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {path}")
    lab.vmms.machine("web01").processors = count
    lab.run("Start-VM web01; Wait-Lab web01 -For Booted; Wait-Lab web01 -For Idle; Start-Sleep 1")
    return lab


@pytest.mark.parametrize(("path", "present", "used"), [(SYSTEM, 4, 4), (SYSTEM, 1, 1), (OLD, 4, 1)])
def test_a_system_starts_the_processors_it_can_use(path: str, present: int, used: int) -> None:
    lab = booted(present, path)
    guest = lab.guest()
    vps = lab.hypervisor.partitions[guest.partition].vps
    assert [processor.index for processor in guest.processors] == list(range(used))
    assert [vp.state for vp in vps.values()] == ["Waiting"] * used + ["Stopped"] * (present - used)
    startups = [event for event in lab.events("exit") if "SIPI" in (event.get("detail") or "")]
    assert [event.vp for event in startups] == [0] * (used - 1)


def test_threads_run_side_by_side_on_processors_of_their_own() -> None:
    lab = booted(4)
    guest, begin = lab.guest(), lab.world.now
    for number in range(4):
        guest.spawn(f"work {number}", [("cpu", 100 * MILLISECOND)])
    lab.until(lambda: lab.guest().idle)
    assert lab.world.now - begin < 101 * MILLISECOND
    runs = lab.events("vp.run")[-4:]
    assert {event.vp for event in runs} == {0, 1, 2, 3} and {event.get("lp") for event in runs} == {
        0,
        1,
        2,
        3,
    }


def test_on_one_processor_they_take_turns() -> None:
    lab = booted(1)
    guest, begin = lab.guest(), lab.world.now
    for number in range(4):
        guest.spawn(f"work {number}", [("cpu", 100 * MILLISECOND), ("cpu", 100 * MILLISECOND)])
    lab.until(lambda: lab.guest().idle)
    assert 800 * MILLISECOND <= lab.world.now - begin < 801 * MILLISECOND


def test_a_processor_that_halts_is_woken_by_another_with_an_interrupt() -> None:
    lab = booted(2)
    guest = lab.guest()
    mark = len(lab.world.trace)
    guest.spawn("writer", [("io", True, "ide:0:0", 4096, 1, 0x200000), ("cpu", 1000)], vp=1)
    lab.until(lambda: lab.guest().idle)
    woken = [event for event in lab.events("interrupt", mark) if event.vp == 1]
    assert [event.get("reason") for event in woken] == ["processor"]
    assert lab.events("vp.run", mark)[-1].vp == 1


def test_two_requests_are_under_way_at_once_on_a_synthetic_disk() -> None:
    lab = booted(2)
    guest = lab.guest()
    for vp in (0, 1):
        guest.spawn(f"reader {vp}", [("io", False, "ide:0:0", 4096 + 8 * vp, 8, 0x200000 + 4096 * vp)], vp)
    lab.until(lambda: len(lab.guest().requests) == 2)
    lab.until(lambda: lab.guest().idle)


def test_the_emulated_controller_takes_one_request_after_the_other() -> None:
    lab = booted(1, OLD)
    guest = lab.guest()
    for number in range(3):
        guest.spawn(f"reader {number}", [("io", False, "ide:0:0", 4096 + number, 1, 0x200000 + 512 * number)])
    lab.until(lambda: lab.guest().idle)
    ios = [event.get("action") for event in lab.events("guest.io")][-6:]
    assert ios == ["start", "end"] * 3
