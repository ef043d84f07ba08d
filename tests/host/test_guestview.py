"""What a guest believes is the same on both paths; what is true differs."""

from __future__ import annotations

import pytest

from hvlab.host import guestview
from hvlab.host.guestview import Aspect
from hvlab.text import LANGUAGES, Text
from tests.host.support import OLD, Lab


def view(lab: Lab, name: str) -> dict[str, Aspect]:
    return {one.key: one for one in guestview.look(lab.vmms, lab.vmms.machine(name), lab.guest(name))}


def test_the_same_call_stands_above_two_different_truths() -> None:
    lab = Lab()
    lab.boot("new")
    lab.boot("old", OLD, "256MB")
    lab.run(
        "Start-LabWorkload new Write -Count 3 | Out-Null; Start-LabWorkload old Write -Count 3 | Out-Null"
    )
    new, old = view(lab, "new"), view(lab, "old")
    assert (new["call"].believed, new["call"].belief) == (old["call"].believed, old["call"].belief)
    assert (new["call"].true, old["call"].true) == ("call-synthetic", "call-emulated")
    assert new["call"].truth["out"] != 0 and old["call"].truth["out"] == 0
    assert (new["hypervisor"].believed, old["hypervisor"].believed) == ("enlightened", "bare-metal")
    assert (new["disk"].believed, old["disk"].believed) == ("disk-synthetic", "disk-emulated")


def test_its_memory_begins_at_page_0_and_lies_elsewhere() -> None:
    lab = Lab()
    lab.boot("new")
    lab.boot("old", OLD, "256MB")
    places = {view(lab, name)["memory"].truth["spa"] for name in ("new", "old")}
    assert len(places) == 2 and "0x0" not in places
    partition = lab.hypervisor.partitions[lab.vmms.machine("old").partition]
    assert view(lab, "old")["memory"].truth["spa"] == f"{partition.translate(0):#x}"


def test_processors_are_what_it_has_started_beside_what_it_was_given() -> None:
    lab = Lab()
    lab.run("New-VM nt4 -MemoryStartupBytes 256MB -VHDPath C:\\Images\\NT4.vhd; Set-VMProcessor nt4 -Count 2")
    lab.run("Start-VM nt4; Wait-Lab nt4")
    lab.settle(1)
    aspect = view(lab, "nt4")["processors"]
    assert aspect.truth["count"] == 2
    assert aspect.belief["count"] == len(lab.guest("nt4").processors)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("platform", ["ws2008", "vs2005"])
def test_every_aspect_has_its_words(platform: str, language: str) -> None:
    lab = Lab(platform=platform, language=language)
    lab.run(f"New-VM old -MemoryStartupBytes 256MB -VHDPath {OLD}; Start-VM old; Wait-Lab old")
    lab.run("Start-LabWorkload old Write | Out-Null")
    rows = lab.run("Get-LabGuestView old | ForEach-Object { $_.GuestBelieves; $_.True }")
    assert len(rows) >= 12 and all(rows)
    text = Text(language)
    for one in view(lab, "old").values():
        assert text.has(f"guestview.aspect.{one.key}")
