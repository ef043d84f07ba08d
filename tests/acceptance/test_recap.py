"""`hvlab learn recap`, and the course opened again after some lessons, through the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import library
from hvlab.course.progress import Progress
from tests.acceptance.conftest import Run


@pytest.mark.parametrize(
    ("language", "taught"), [("en", "The last lessons taught:"), ("de", "Das lehrten die letzten Lektionen:")]
)
def test_the_record_of_real_work_is_told_and_told_again_when_one_comes_back(
    hvlab: Run, tmp_path: Path, language: str, taught: str
) -> None:
    lesson = library.find("three-groups")
    assert hvlab("learn", "recap").stdout.splitlines()[-1] == f"hvlab learn {library.ids()[0]}"
    hvlab("learn", "three-groups", "--plain", stdin=lesson.scripts["solution.ps1"] + "\nexit\n")
    data = next(tmp_path.rglob("progress.json")).parent
    assert Progress(data).passed("three-groups")
    hvlab("learn", "vlans", "--plain", stdin="Get-VM\nexit\n")
    told = hvlab("--lang", language, "learn", "recap")
    assert told.returncode == 0 and taught in told.stdout and lesson.title[language] in told.stdout
    assert told.stdout.splitlines()[-1] == "hvlab learn vlans"
    back = hvlab("--lang", language, "learn", "--plain", stdin="exit\n")
    assert 0 <= back.stdout.find(taught) < back.stdout.rfind(library.find("vlans").title[language])
