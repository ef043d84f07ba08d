"""A disk answers when it is ready, whoever asked may be gone by then: nothing reaches the wrong hands or pages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.guests.system_record import DATA_START
from hvlab.host.disks import DiskRequest
from hvlab.kernel import WorldState
from tests.host.support import NEWER, OLD, SECOND, SYSTEM, Lab


def is_request(payload: object) -> bool:
    """Whether an event to come is the end of a disk request."""
    return isinstance(payload, DiskRequest)


@pytest.mark.parametrize("image", [OLD, SYSTEM])
def test_an_answer_for_an_earlier_life_of_a_machine_is_not_taken_for_its_own(image: str) -> None:
    """Turned off while it boots and started again: the first life's sectors come while the second waits for its own."""
    lab = Lab()
    lab.run(rf"New-VM a -MemoryStartupBytes 512MB -VHDPath {image}; Start-VM a")
    lab.until(lambda: lab.guest("a").phase == "kernel")
    lab.storage.busy_until = late = lab.world.now + 5 * SECOND  # the physical disk does something else
    lab.until(lambda: any(entry[0] > late and is_request(entry[4]) for entry in lab.world.pending()))
    lab.run("Stop-VM a -TurnOff; Start-VM a; Wait-Lab a")
    assert lab.guest("a").phase == "running"
    assert [event.get("outcome") for event in lab.events("guest.io") if event.get("outcome") == "error"] == []


@settings(max_examples=60, deadline=None)
@given(offset=st.integers(-4_000, 60_000), operation=st.sampled_from(["read", "write"]))
@pytest.mark.parametrize(("platform", "image"), [("ws2008", SYSTEM), ("ws2012", NEWER), ("ws2008", OLD)])
def test_an_answer_that_comes_while_a_partition_is_taken_down_changes_no_page(
    worlds: dict[tuple[str, str, str], tuple[Lab, WorldState]],
    platform: str,
    image: str,
    offset: int,
    operation: str,
) -> None:
    """Whenever in the taking down it comes: the pages are the root's again by then, and stay zero."""
    lab, moment = worlds[platform, image, operation]
    lab.world.restore(moment)
    timing = lab.session.platform.timing
    request = lab.world.now + timing.management + offset  # the first step of the taking down comes then
    lab.vmms.turn_off("web01")
    pending = next(entry for entry in lab.world.pending() if is_request(entry[4]))
    lab.world.cancel(pending[1])
    lab.world.schedule(request - lab.world.now, pending[2], pending[3], pending[4])
    lab.until(lambda: lab.state() == "Off")
    lab.settle(1)
    assert [event.get("outcome") for event in lab.events("disk.io")][-1] == "ok"
    root = lab.hypervisor.partitions[1]
    assert root.gpa_map == [(0, 0, lab.hypervisor.memory.page_count)]
    touched = [page for page, *_ in lab.hypervisor.memory.digest_state()]
    assert all(page < 0x200 for page in touched), "only the root's own pages hold anything"


@pytest.fixture(scope="module")
def worlds() -> dict[tuple[str, str, str], tuple[Lab, WorldState]]:
    """Machines that wait for their disk, as moments to go back to."""
    made: dict[tuple[str, str, str], tuple[Lab, WorldState]] = {}
    for platform, image in (("ws2008", SYSTEM), ("ws2012", NEWER), ("ws2008", OLD)):
        for operation in ("read", "write"):
            lab = Lab(platform=platform)
            lab.boot(path=image)
            lab.guest().start_workload(operation, "ide:0:0", 4096, 1, DATA_START)
            world = lab.world
            while not any(is_request(entry[4]) for entry in world.pending()):
                world.run(limit=1)
            made[platform, image, operation] = (lab, lab.world.save())
    return made
