"""What a command led to, told in lines that stay in the window and in counts that add up."""

from __future__ import annotations

from collections import Counter

from hvlab.session.crossings import CROSSING_KINDS, crossings
from hvlab.session.rows import DEEPEST
from tests.host.support import Lab


def test_crossings_count_every_message_exit_hypercall_and_interrupt_once() -> None:
    lab = Lab()
    lab.boot()
    events = list(lab.world.trace)
    found = Counter[str]()
    for row in crossings(events, CROSSING_KINDS):
        found[row.kind] += row.count
    kinds = Counter(event.kind for event in events)
    assert found == {
        "Message": kinds["vmbus.message"],
        "Exit": kinds["exit"] + kinds["intercept"],
        "Hypercall": kinds["hypercall"],
        "Interrupt": kinds["interrupt"],
    }


def test_a_story_goes_no_further_to_the_right_than_a_window_holds() -> None:
    lab = Lab()
    lab.boot()
    lines = [str(line) for line in lab.run("Get-LabStory Start-VM -All | ForEach-Object Text")]
    indents = [len(line) - len(line.lstrip()) for line in lines]
    assert max(indents) == 2 * DEEPEST and indents[:3] == [0, 2, 4]
    assert any(line.lstrip().startswith(f"({DEEPEST + 1}) ") for line in lines)


def test_who_wants_to_go_is_told_how() -> None:
    lab = Lab()
    assert lab.tried("quit") == ["CommandNotFoundException"]
    assert lab.recorded.errors[0].explain == ("console.how_to_leave", {})
