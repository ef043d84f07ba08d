"""What grading costs: alone in a lab of its own, in the open lab of its lesson, and in a process kept warm.

Three kinds of submissions (`learners`): a class as it is, strangers who have not a line in common from their first on,
and a script that was handed in before. The goals are a hundred a second of 30 commands and about 1 000 events, and
fifteen a second of 10 000 events, on one core. Strangers cannot reach them: that many events alone cost more. A class
does where most of it begins alike. Absolute figures are shown; what is asserted are ratios within one run.

The isolated grade is measured side by side with `check50 --dev` and two trivial checks, where that is installed: look
for it on PATH, or name it by CHECK50. It needs no network, just a folder with the problem and one with the file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle
from pathlib import Path

import pytest

from hvlab.course import batch, grading, library
from tests.benchmarks import learners
from tests.benchmarks.measure import medians, seconds, show

pytestmark = pytest.mark.benchmark

SMALL, LARGE = "either-or", "final-exam"
"""Some 30 commands and 1 400 events; 38 commands and 10 500 events, a fourth of them the start's own."""
CLASS = 200
ROUNDS = 3
PROBLEM = '''
import check50

@check50.check()
def exists():
    """the file exists"""
    check50.exists("answer.txt")

@check50.check(exists)
def says():
    """the file says yes"""
    if "yes" not in open("answer.txt").read():
        raise check50.Failure("no")
'''
LOOKS = "\nGet-VM\nGet-VMSwitch\nGet-VHD C:\\Images\\WS2008-x64.vhd\nGet-LabServer" * 3


def alone(name: str, source: str) -> float:
    """Processor seconds of a grade in a lab of its own, opened for it: what every grade cost before."""
    lesson = library.find(name)

    def work() -> None:
        grading.report(lesson, grading.run_script(lesson, source, "x.ps1"), "x.ps1", "en")

    return seconds(work)


def together(name: str, sources: Sequence[str]) -> float:
    """Processor seconds of one of these, graded one after the other, with nothing known but the lesson's start."""
    lesson = library.find(name)
    grading.close_labs()
    grading.grade_bytes(lesson, "nothing.ps1", b"")

    def work() -> None:
        for source in sources:
            grading.grade_bytes(lesson, "x.ps1", source.encode())

    return seconds(work) / len(sources)


@pytest.mark.parametrize(("name", "goal", "count"), [(SMALL, 100, 20), (LARGE, 15, 10)])
def test_a_grade_in_the_open_lab_costs_less(name: str, goal: int, count: int) -> None:
    solution = library.find(name).scripts["solution.ps1"] + LOOKS * (name == SMALL)
    strange = [f"$learner = {number}\n{solution}" for number in range(count // 5)]
    again = [solution] * count
    own, apart, same = medians(
        ROUNDS,
        lambda: alone(name, solution),
        lambda: together(name, strange),
        lambda: together(name, again),
    )
    lesson = library.find(name)
    session = grading.run_script(lesson, solution, "x.ps1")
    size = f"{len(session.parse(solution).statements)} commands, {len(session.world.trace)} events"
    show(f"{name} ({size}): a second, in a lab of its own", 1 / own, str(goal))
    show(f"{name}: a second, strangers", 1 / apart, str(goal))
    show(f"{name}: a second, the same script {count} times", 1 / same, str(goal))
    assert (
        apart < 1.15 * own
    )  # a lab is put back for less than one is opened for; the rest is the world's own work
    assert own > 3 * same


def test_a_class_costs_a_part_of_so_many_grades_alone() -> None:
    """Everybody's own script, graded from the opening of the lab on."""
    for name, least in ((SMALL, 1.3), ("who-handles-what", 5)):
        sources = learners.submissions(name, CLASS)
        some = sources[:: CLASS // 20]
        own, shared = medians(
            1,
            lambda some=some, name=name: sum(alone(name, one) for one in some) / len(some),  # type: ignore[misc]
            lambda sources=sources, name=name: together(name, sources),  # type: ignore[misc]
        )
        show(f"{name}: a second, a class of {CLASS}", 1 / shared, "100")
        show(f"{name}: a class against each in a lab of its own", own / shared, f"> {least}")
        assert own > least * shared


# -- isolated --------------------------------------------------------------------------------------


@pytest.fixture
def check50(tmp_path: Path) -> list[str]:
    """The command that runs two trivial checks on a file."""
    program = os.environ.get("CHECK50") or shutil.which("check50")
    if program is None:
        pytest.skip("check50 is not installed (pip install check50, in an environment of its own)")
    problem = tmp_path / "problem"
    problem.mkdir()
    (problem / "__init__.py").write_text(PROBLEM)
    (problem / ".cs50.yaml").write_text('check50:\n  files:\n    - !exclude "*"\n    - !require answer.txt\n')
    (tmp_path / "answer.txt").write_text("yes\n")
    return [program, "--dev", "--output", "json", "--", str(problem)]


@pytest.fixture
def warm() -> Iterator[ProcessPoolExecutor]:
    """A process that grades, as those of `hvlab grade` on a folder: one world a submission, limits on memory."""
    with ProcessPoolExecutor(1, initializer=batch.begin_worker) as pool:
        yield pool


def test_an_isolated_grade_beside_check50(
    check50: list[str], warm: ProcessPoolExecutor, tmp_path: Path
) -> None:
    folder = str(library.find(SMALL).folder)

    def handed_in(kind: str, sources: Sequence[str]) -> Iterator[str]:
        for number, source in enumerate(sources):
            path = tmp_path / f"{kind}{number}.ps1"
            path.write_text(source)
            yield str(path)

    solution = library.find(SMALL).scripts["solution.ps1"] + LOOKS
    everybody = cycle(list(handed_in("learner", learners.submissions(SMALL, CLASS))))
    nobody = handed_in("stranger", [f"$learner = {number}\n{solution}" for number in range(1000)])

    def theirs() -> float:
        begun = time.perf_counter()
        done = subprocess.run(check50, cwd=tmp_path, capture_output=True, check=True)
        took = time.perf_counter() - begun
        assert done.stdout.count(b'"passed": true') == 2
        return took

    def ours(files: Iterator[str], count: int) -> float:
        begun = time.perf_counter()
        for _ in range(count):
            outcome = batch.decoded(warm.submit(batch.grade_one, folder, next(files), "en").result())
            assert outcome.report is not None
        return (time.perf_counter() - begun) / count

    ours(nobody, 1)
    other, class_of, strangers = medians(
        9, theirs, lambda: ours(everybody, CLASS // 9), lambda: ours(nobody, 4)
    )
    show("check50 --dev with two trivial checks, against one of a class, isolated", other / class_of, "> 15")
    show("check50 --dev with two trivial checks, against a stranger, isolated", other / strangers, "> 15")
    assert other > 15 * class_of
    assert other > 5 * strangers
