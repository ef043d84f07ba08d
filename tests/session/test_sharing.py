"""Snapshots share what nobody touched; that nothing else is shared is looked at in worlds that work."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from hvlab.course.grading import run_script
from hvlab.course.loading import load
from hvlab.kernel import World
from hvlab.session import travel
from hvlab.session.session import Session

LESSONS = Path(__file__).parents[2] / "lessons"
SOLUTIONS = sorted(LESSONS.glob("*/*/solution*.ps1"))
SAMPLE = [path for path in SOLUTIONS if path.parent.parent.name[:2] in ("01", "05", "12")][:4]

WORK = (
    r"New-VM a -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd",
    "Start-VM a; Wait-Lab a -For Heartbeat",
    "Start-LabWorkload a -Operation Write -Count 20",
    "Checkpoint-VM a; Save-VM a",
)


def changeable(value: Any) -> Iterator[Any]:
    """Every part of a component's state that could be changed in place."""
    if value is None or isinstance(value, (bool, int, str, bytes, uuid.UUID, enum.Enum)):
        return
    if hasattr(value, "copy_state"):
        yield value  # it shares what it holds by its own rules, and is tested where it stands
    elif isinstance(value, (tuple, list)):
        if isinstance(value, list):
            yield value
        for item in value:
            yield from changeable(item)
    elif isinstance(value, dict):
        yield value
        for item in value.values():
            yield from changeable(item)
    elif is_dataclass(value):
        if not value.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            yield value
        for each in fields(value):
            yield from changeable(getattr(value, each.name))
    else:
        yield value


def test_a_snapshot_shares_nothing_that_can_change_with_the_world() -> None:
    session = Session()
    for text in WORK:
        assert session.run(text).ok
        world = session.world
        saved = world.save()
        digest = world.digest()
        live = {
            id(part)
            for component in world.components()
            for name in component.STATE
            for part in changeable(getattr(component, name))
        }
        kept = [
            part
            for state in saved.components
            if state is not None
            for value in state.values
            for part in changeable(value)
        ]
        assert len(kept) > 100
        assert not [part for part in kept if id(part) in live]
        world.restore(saved)
        assert world.digest() == digest


def check_marks(solution: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a lesson's solution with many snapshots; before each, whoever changed must have been touched."""
    looked = 0
    whole = World.snapshot

    def snapshot(world: World) -> Any:
        nonlocal looked
        looked += 1
        assert world.find_unmarked_changes() == []
        return whole(world)

    ticks = 0

    def due(self: travel.Travel) -> bool:
        nonlocal ticks
        ticks += 1
        return ticks % 5 == 0

    monkeypatch.setattr(World, "snapshot", snapshot)
    monkeypatch.setattr(travel.Travel, "_due", due)
    monkeypatch.setattr(travel, "SPACING", 0.0)
    monkeypatch.setattr(travel, "SHARE", 0)
    session = run_script(load(solution.parent), solution.read_text(encoding="utf-8"), solution.name)
    assert session.world.find_unmarked_changes() == []
    return looked


@pytest.mark.parametrize("solution", SAMPLE, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_whoever_changes_has_been_touched(solution: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_marks(solution, monkeypatch) > 3


@pytest.mark.slow
@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_whoever_changes_has_been_touched_in_every_lesson(
    solution: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check_marks(solution, monkeypatch) > 0
