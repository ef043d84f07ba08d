"""`hvlab learn practice` and what helps between lessons, as a learner gets it: through the command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hvlab.course import library
from tests.acceptance.conftest import Run


@pytest.mark.parametrize(
    ("language", "solved", "practised"),
    [
        ("en", "Solved. :next sets the next task", "Practice of VLAN: Task: One switch"),
        ("de", "Gelöst. :next stellt die nächste Aufgabe", "Übung zu VLAN: Aufgabe: Ein Switch"),
    ],
)
def test_a_task_by_its_seed_is_solved_graded_and_set_again(
    hvlab: Run, language: str, solved: str, practised: str
) -> None:
    task = library.find("vlans.alone", 7)
    work = task.scripts["solution.ps1"] + "\n:lesson\n:next\nexit\n"
    done = hvlab("--lang", language, "learn", "practice", "VLAN", "--seed", "7", "--plain", stdin=work)
    first, _, rest = done.stdout.partition(solved)
    assert done.returncode == 0 and "Seed 7" in first and rest, done.stdout + done.stderr
    assert task.drawn[next(iter(task.drawn))] in first, "the page says what the seed drew"
    assert library.find("four-unheard").title[language] in rest, "another task follows"
    assert practised in done.stderr
    record = re.search(r"\S+vlans\.alone-001\.jsonl", done.stderr)
    assert record is not None and Path(record[0]).is_file()
    graded = hvlab("grade", "vlans.alone", record[0])
    assert graded.returncode == 0, graded.stdout
    assert hvlab("grade", "vlans", record[0]).returncode != 0, "it is no record of the whole lesson"
