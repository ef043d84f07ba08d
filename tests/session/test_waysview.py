"""Two ways side by side: counted in their own traces, and nothing claimed of what is not kept."""

from __future__ import annotations

from collections import Counter

from hvlab.session.sentences import EXITS
from hvlab.session.session import Session
from hvlab.session.waysview import KINDS, look
from tests.tui.conftest import CREATE

WRITE = ["Start-LabWorkload web01 -Operation Write -Count 9", "Wait-Lab web01 -For Idle"]


def test_without_a_way_left_there_is_nothing_beside_the_present_one() -> None:
    session = Session()
    assert look(session, 0) is None
    session.run(CREATE)
    session.run("Undo-Lab")
    assert look(session, 0) is None, "what can be redone is not another way"


def test_both_ways_are_counted_from_the_fork_in_their_own_traces() -> None:
    session = Session()
    for command in (f"{CREATE}; Start-VM web01; Wait-Lab web01", *WRITE):
        assert session.run(command).ok
    one_end = list(session.world.trace.events)
    session.run("Undo-Lab 2")
    fork = len(session.world.trace.events)
    for command in ("Stop-VM web01 -TurnOff", "New-VM db01"):
        assert session.run(command).ok
    ways = look(session, 0)
    assert ways is not None
    assert [step.command for step in ways.here.steps] == ["Stop-VM web01 -TurnOff", "New-VM db01"]
    assert [step.command for step in ways.other.steps] == WRITE
    assert len(ways.common) == 3
    for way, events in ((ways.other, one_end), (ways.here, session.world.trace.events)):
        counted = Counter(event[1] for event in events[fork:])
        counted["exit"] = sum(counted[kind] for kind in EXITS)  # hypercalls are exits, too
        assert way.counts == {kind: counted[kind] for kind in KINDS}
        assert way.steps[-1].event == len(events)
    assert ways.other.machines == {"web01": "Running"}
    assert ways.here.machines["web01"] == "Off"
    switch = next(action.command for action in ways.actions if action.name == "switch")
    assert session.run(switch).ok
    assert session.world.trace.events == one_end
    again = look(session, 5)
    assert again is not None
    assert [step.command for step in again.here.steps] == WRITE
