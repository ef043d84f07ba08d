"""A process that works without a screen looks seldom for garbage, and leaves others' habits alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from hvlab import garbage
from hvlab.cli import cli
from hvlab.course import grading, library


@pytest.fixture(autouse=True)
def usual() -> Iterator[tuple[int, int, int]]:
    before = gc.get_threshold()
    gc.set_threshold(701, 11, 12)
    try:
        yield 701, 11, 12
    finally:
        gc.set_threshold(*before)


def test_the_command_looks_seldom() -> None:
    assert CliRunner().invoke(cli, ["course"]).exit_code == 0
    assert gc.get_threshold() == garbage.SELDOM


def test_a_grade_in_a_process_of_others_leaves_their_habit(
    usual: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def reporting(*arguments: object, **options: object) -> None:
        seen.append(gc.get_threshold())
        raise grading.TooLong

    monkeypatch.setattr(grading, "_report", reporting)
    with pytest.raises(grading.BadSubmission):
        grading.grade_bytes(library.find("either-or"), "x.ps1", b"Get-VM")
    assert seen == [garbage.SELDOM]
    assert gc.get_threshold() == usual
