"""Computing on one, two and four processors: what is gained follows from who ran where."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hvlab import paths
from hvlab.guests import computing
from hvlab.guests.records import Workload
from hvlab.text import LANGUAGES
from tests.guests.test_processors import MILLISECOND, booted
from tests.host.support import OLD, SYSTEM, Lab


def computed(lab: Lab, parallel: int, threads: int, milliseconds: int = 1200) -> Workload:
    work = computing.start(lab.guest(), milliseconds * MILLISECOND, parallel, threads)
    lab.until(lambda: work.finished > 0)
    lab.until(lambda: lab.guest().idle)
    return work


def took(work: Workload) -> int:
    """Whole milliseconds between begin and end."""
    return (work.finished - work.started) // MILLISECOND


@pytest.mark.parametrize("processors", [1, 2, 4])
@pytest.mark.parametrize("parallel", [0, 50, 100])
def test_only_the_parallel_part_gains_from_processors(processors: int, parallel: int) -> None:
    work = computed(booted(processors), parallel, processors)
    part = Fraction(parallel, 100)
    assert took(work) == 1200 * (1 - part + part / processors)
    assert (work.done, work.processors) == (processors, processors)


def test_more_threads_than_processors_gain_nothing() -> None:
    assert took(computed(booted(2), 100, 4)) == took(computed(booted(2), 100, 2)) == 600


def test_three_threads_on_two_processors_leave_one_idle_half_of_the_time() -> None:
    assert took(computed(booted(2), 100, 3)) == 800


def test_one_thread_gains_nothing_from_four_processors() -> None:
    assert took(computed(booted(4), 100, 1)) == 1200


def test_a_system_that_knows_one_processor_uses_one() -> None:
    work = computed(booted(4, OLD), 100, 4)
    assert (work.processors, took(work)) == (1, 1200)


def test_each_thread_runs_on_a_processor_of_its_own_and_is_woken_by_an_interrupt() -> None:
    lab = booted(4)
    mark = len(lab.world.trace)
    computed(lab, 100, 4)
    assert {event.vp for event in lab.events("vp.run", mark)} == {0, 1, 2, 3}
    woken = [event.vp for event in lab.events("interrupt", mark) if event.get("reason") == "processor"]
    assert sorted(woken) == [0, 1, 2, 3] or sorted(woken) == [1, 2, 3]


def test_guests_with_more_processors_than_the_host_share_them() -> None:
    """Two guests of four on a host of four: each gets half of the machine."""
    lab = booted(4)
    lab.run(f"New-VHD C:\\b.vhd -ParentPath {SYSTEM} -Differencing; New-VM b -VHDPath C:\\b.vhd")
    lab.vmms.machine("b").processors = 4
    lab.run("Start-VM b; Wait-Lab b; Wait-Lab b -For Idle; Wait-Lab web01 -For Idle")
    assert lab.hypervisor.processors == 4
    alone = computed(lab, 100, 4)
    works = [computing.start(lab.guest(name), 1200 * MILLISECOND, 100, 4) for name in ("web01", "b")]
    lab.until(lambda: all(work.finished > 0 for work in works))
    last = max(work.finished for work in works) - works[0].started
    assert took(alone) == 300
    assert 590 <= last // MILLISECOND <= 610


def test_the_heartbeat_goes_on_while_it_computes() -> None:
    lab = booted(1)
    mark = len(lab.world.trace)
    computed(lab, 0, 1, 10_000)
    assert (
        len([event for event in lab.events("integration", mark) if event.get("service") == "heartbeat"]) >= 4
    )


def test_the_command_reports_what_it_took() -> None:
    lab = booted(2)
    lab.run("Start-LabWorkload web01 -Kind Processor -Milliseconds 1000 -ParallelPercent 50")
    lab.run("$w = Get-LabWorkload web01; $w.SpeedUp; $w.Threads; $w.Processors; $w.Kind")
    assert lab.recorded.objects == [1.33, 2, 2, "Processor"]


def test_two_guests_can_be_started_one_after_the_other_without_waiting() -> None:
    lab = booted(1)
    lab.run("Start-LabWorkload web01 -Kind Processor -Milliseconds 500 -NoWait")
    assert lab.guest().workloads[0].finished == 0
    lab.run("Wait-Lab web01 -For Idle")
    assert took(lab.guest().workloads[0]) == 500


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_of_its_article_run(language: str) -> None:
    article = (paths.assets() / "help" / language / "about_Processors.txt").read_text(encoding="utf-8")
    lab = Lab()
    lab.run("\n".join(line[2:] for line in article.splitlines() if line.startswith("  ")))
    whole, half, alone = lab.guest().workloads
    assert [took(work) for work in (whole, half, alone)] == [500, 1250, 2000]
