"""What an application's reads and writes cost a guest, each on its own account."""

from __future__ import annotations

import pytest

from hvlab.guests import system_record
from hvlab.guests.records import Workload
from hvlab.session.task import Task
from hvlab.storage import vhd
from tests.host.support import NEWER, OLD, SYSTEM, Lab

START = system_record.DATA_START


def only(lab: Lab, operation: str, size: int, count: int = 1) -> Workload:
    """A workload on the boot disk, run to its end."""
    guest = lab.guest()
    work = guest.start_workload(operation, "ide:0:0", size, count, START)
    lab.until(lambda: work.finished > 0)
    return work


@pytest.mark.parametrize(
    ("platform", "image", "out", "back"),
    [("ws2008", SYSTEM, 96, 72), ("ws2012", SYSTEM, 96, 72), ("ws2012", NEWER, 112, 88)],
)
@pytest.mark.parametrize("operation", ["write", "read"])
def test_a_request_of_one_page_costs_one_packet_each_way(
    platform: str, image: str, out: int, back: int, operation: str
) -> None:
    lab = Lab(platform=platform)
    lab.boot(path=image)
    work = only(lab, operation, 4096, 7)
    assert (work.ring_out, work.ring_back, work.done, work.errors) == (7 * out, 7 * back, 7, 0)


def test_each_further_page_costs_eight_bytes_in_the_ring_and_no_exit() -> None:
    lab = Lab()
    lab.boot()
    lab.settle()
    one, four = only(lab, "write", 4096), only(lab, "write", 4 * 4096)
    assert four.ring_out - one.ring_out == 3 * 8
    assert (four.exits, four.ring_back) == (one.exits, one.ring_back)


@pytest.mark.parametrize("sectors", [1, 8, 64])
def test_the_emulated_disk_costs_an_exit_for_every_access(sectors: int) -> None:
    """Six registers; then for each sector its status and its data; a write asks for the status once more before."""
    lab = Lab()
    lab.boot(path=OLD)
    for operation, ports in (("read", 6 + 2 * sectors), ("write", 6 + 1 + 2 * sectors)):
        before = len(lab.world.trace)
        work = only(lab, operation, sectors * 512)
        assert (work.route, work.ring_out, work.errors) == ("emulated", 0, 0)
        assert len(lab.events("intercept", before)) == ports
        assert work.exits > ports  # and it halts while it waits for the disk's line


def test_workloads_that_wait_for_one_another_have_accounts_of_their_own() -> None:
    lab = Lab()
    guest = lab.boot()
    first = guest.start_workload("write", "ide:0:0", 4096, 5, START)
    second = guest.start_workload("read", "ide:0:0", 4096, 3, START)
    lab.until(lambda: second.finished > 0)
    assert (first.done, first.ring_out, first.moved) == (5, 5 * 96, 5 * 4096)
    assert (second.done, second.ring_out, second.moved) == (3, 3 * 96, 3 * 4096)
    assert first.started < first.finished == second.started < second.finished
    ends = [event.get("operation") for event in lab.events("guest.workload") if event.get("action") == "end"]
    assert ends == ["write", "read"]


def test_a_workload_whose_command_was_stopped_goes_on_and_the_next_one_waits() -> None:
    lab = Lab()
    guest = lab.boot()
    task = Task(lab.session, "Start-LabWorkload web01 -Count 20")
    task.pump(lab.world.now + 1_000_000_000, 60)
    task.cancel()
    assert 0 < guest.workloads[0].done < 20
    lab.run("Start-LabWorkload web01 -Operation Read -Count 2")
    assert [(work.done, work.finished > 0) for work in guest.workloads] == [(20, True), (2, True)]


@pytest.mark.parametrize("image", [SYSTEM, OLD])
def test_what_was_written_lies_on_the_disk_sector_by_sector(image: str) -> None:
    lab = Lab()
    lab.boot(path=image)
    only(lab, "write", 4096, 3)
    disk = vhd.open_vhd(lab.file(image))
    for number in range(24):
        sector = disk.read(START + number, 1)
        assert sector == system_record.data_sector(number, START + number)
        assert system_record.is_sound(sector)
