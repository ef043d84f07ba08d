"""Two kinds of monitor: what a hosted one offers, and what the same work takes on both."""

from __future__ import annotations

import pytest

from hvlab import catalog
from hvlab.datacenter.compare import COSTS, NotComparable, Tally, measure
from hvlab.guests.screen import guest_screen
from tests.host.support import OLD, SYSTEM, Lab

HYPERV_ONLY = ("hypercall", "intercept", "partition", "vmbus.message", "ring.packet", "message.queued")


def tally(platform: str, image: str = OLD, operation: str = "write", count: int = 4) -> Tally:
    return measure(platform, "one-host", image, operation, count, 4096, {})


def test_the_same_disk_boots_on_the_hosted_platform_and_meets_nothing_of_a_hypervisor() -> None:
    lab = Lab(platform="vs2005")
    guest = lab.boot(path=OLD)
    kinds = {event.kind for event in lab.world.trace}
    assert kinds.isdisjoint(HYPERV_ONLY)
    ports = [e for e in lab.events("exit") if e.get("reason") == "io port"]
    completions = lab.events("disk.io")
    assert len(lab.events("context.switch")) == 2 * len(ports) + len(completions)
    lab.run("Start-LabWorkload web01 -Count 3; Start-LabWorkload web01 Read -Count 3")
    assert [work.errors for work in guest.workloads] == [0, 0]
    assert lab.tried("Stop-VM web01") == ["OperationFailed"], "nobody in the guest could be asked"
    lab.run("Stop-VM web01 -TurnOff")
    assert lab.state() == "Off"
    assert lab.root.free_pages == lab.hypervisor.memory.page_count - (2 << 30) // 4096
    assert all(page < 0x200 for page, *_ in lab.hypervisor.memory.digest_state())


def test_the_hosted_platform_refuses_64_bits_a_second_processor_and_much_memory() -> None:
    lab = Lab(platform="vs2005")
    lab.run(f"New-VM a -VHDPath {SYSTEM}; Start-VM a")
    assert lab.tried("Wait-Lab a -Timeout 30") == ["OperationTimeout"]
    assert "64 bits" in "".join(guest_screen(lab.world, "host1", "a"))
    assert lab.tried("New-VM b -MemoryStartupBytes 4GB") == ["InvalidParameter"]
    assert catalog.platform("vs2005").limits["processors_per_vm"].value == 1
    assert lab.tried("Get-LabPartition") == ["NotSupported"]
    assert lab.run("(Get-VMHost).Platform") == ["Microsoft Virtual Server 2005 R2 SP1"]


@pytest.mark.parametrize("platform", ["ws2008", "vs2005"])
def test_the_time_is_the_sum_of_counts_and_shown_costs(platform: str) -> None:
    found = tally(platform)
    timing = catalog.platform(platform).timing
    shown = {counter: getattr(timing, cost) if cost else 0 for counter, cost in COSTS.items()}
    assert found.total == sum(found.counts[counter] * shown[counter] for counter in COSTS)
    assert found.clock <= found.total, "what overlaps makes the clock show less, never more"
    assert found.clock > found.total * 9 // 10


def test_over_the_vmbus_nothing_overlaps_and_the_clock_shows_the_sum() -> None:
    found = tally("ws2008", SYSTEM)
    assert found.clock == found.total
    assert (found.counts["hypercall"], found.counts["interrupt"], found.counts["trap"]) == (8, 8, 0)


@pytest.mark.parametrize("counter", [counter for counter, cost in COSTS.items() if cost])
def test_a_changed_cost_can_be_predicted(counter: str) -> None:
    plain = tally("vs2005", count=2)
    dearer = measure("vs2005", "one-host", OLD, "write", 2, 4096, {counter: plain.costs[counter] + 1000})
    assert dearer.counts == plain.counts
    assert dearer.total == plain.total + 1000 * plain.counts[counter]


def test_the_guest_makes_the_same_accesses_on_both_platforms() -> None:
    here, there = tally("ws2008"), tally("vs2005")
    assert here.counts["trap"] == there.counts["trap"] == 4 * (6 + 1 + 2 * 8)
    assert here.counts["hypercall"] and not there.counts["hypercall"]
    assert there.counts["context switch"] == 2 * there.counts["trap"] + 4
    assert here.counts["context switch"] == 2 * here.counts["round trip"] == 2 * here.counts["trap"]
    assert here.counts["copy"] == 4 * 8, "a sector at a time, by the worker's hand"
    assert there.counts["copy"] == here.counts["copy"] + 4, (
        "and once more into the host's file buffer, a write"
    )
    bus = tally("ws2008", SYSTEM)
    assert (bus.counts["context switch"], bus.counts["copy"]) == (8, 0), "there and back; no copy at all"
    assert bus.total < min(here.total, there.total)


def test_the_learners_own_world_is_left_alone_and_what_cannot_boot_is_named() -> None:
    lab = Lab()
    before = lab.world.digest()
    rows = lab.run("Compare-LabPlatform -Count 2 | ForEach-Object Counter")
    assert rows[-2:] == ["total", "clock"]
    assert lab.world.digest() == before
    assert lab.run(
        "(Compare-LabPlatform -Count 1 -Cost @{trap=0} | Where-Object Counter -eq trap).vs2005Time"
    ) == [0]
    with pytest.raises(NotComparable):
        tally("vs2005", SYSTEM)
    assert lab.tried(f"Compare-LabPlatform vs2005 -Image {SYSTEM}") == ["InvalidOperation"]
    assert lab.tried("Compare-LabPlatform xen") == ["ObjectNotFound"]
    assert lab.tried("Compare-LabPlatform -Cost @{luck=1}") != []


@pytest.mark.parametrize(
    ("command", "documented", "handout"),
    [
        ("New-VM a -MemoryStartupBytes 65GB", ["InvalidParameter"], []),
        (
            rf"New-VM a; Add-VMHardDiskDrive a -ControllerType SCSI -ControllerLocation 200 -Path {OLD}",
            ["InvalidParameter"],
            [],
        ),
    ],
)
def test_the_handouts_wrong_figures_hold_on_its_own_platform(
    command: str, documented: list[str], handout: list[str]
) -> None:
    assert Lab().tried(command) == documented
    assert Lab(platform="ws2008-handout").tried(command) == handout


def test_the_way_to_a_device_has_a_vsp_and_a_channel_or_an_emulated_board() -> None:
    lab = Lab()
    lab.boot()
    lab.run(f"New-VM old -VHDPath {OLD}; Start-VM old; Wait-Lab old")
    layers = [
        "physical device",
        "virtual disk",
        "driver of the host",
        "VSP",
        "channel",
        "VSC",
        "guest device",
    ]
    assert lab.run("(Get-LabDevicePath web01 ide:0:0).Layer") == layers
    assert lab.run("(Get-LabDevicePath old ide:0:0).Layer") == [*layers[:3], "emulation", "guest device"]
    assert lab.run("(Get-LabPlatform).Id") == catalog.platforms()


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_platform_is_described_in_the_learners_language(language: str) -> None:
    lab = Lab(language=language)
    for name in catalog.platforms():
        known = catalog.platform(name)
        assert known.summary["en"] != known.summary["de"]
        assert lab.run(f"(Get-LabPlatform {name}).Summary") == [known.summary[language]]
        assert lab.run(f"(Get-LabPlatform {name}).NotModelled") == [known.missing[language]]


@pytest.mark.parametrize("operation", ["Write", "Read"])
def test_the_application_and_the_disk_see_no_difference_between_the_paths(operation: str) -> None:
    lab = Lab()
    before = lab.world.digest()
    rows = lab.run(f"Compare-LabPath -Workload {operation} -Count 3 | ForEach-Object {{ $_.Layer; $_.Same }}")
    same = dict(zip(rows[::2], rows[1::2], strict=True))
    assert [layer for layer in same if same[layer]] == ["application", "system call", "host disk"]
    assert lab.world.digest() == before
    plain = lab.run("(Compare-LabPath -Count 1)[3].Plain")[0]
    assert (
        plain
        == ", ".join(f"port 0x1f{place} x1" for place in (6, 2, 3, 4, 5)) + ", port 0x1f7 x10, port 0x1f0 x8"
    )


def test_a_path_needs_a_guest_that_boots() -> None:
    lab = Lab()
    assert lab.tried(r"Compare-LabPath C:\Images\None.vhd") != []
    assert Lab(platform="vs2005").tried("Compare-LabPath") == ["InvalidOperation"]
