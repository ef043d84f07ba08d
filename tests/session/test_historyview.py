"""The history: every stop is dated, told in both languages and opens something to do that works."""

from __future__ import annotations

import pytest

from hvlab.catalog.history import Stop, stops
from hvlab.session import historyview
from hvlab.session.historyview import APPLICATION, KERNEL, MONITOR, Landing
from hvlab.session.managerview import Action
from hvlab.session.session import Session
from hvlab.text import LANGUAGES
from hvlab.tui.layout import VIEWS
from tests.conftest import IMAGE


def look(session: Session, stop: Stop) -> list[Action]:
    return historyview.actions(session.world, session.host, IMAGE, stop, "en")


def landings(session: Session) -> list[Landing]:
    events = enumerate(session.world.trace.events, 1)
    return [historyview.landing(seq, event) for seq, event in events if event[1] == "instruction"]


def test_the_stops_stand_in_the_order_of_their_dates_each_told_in_both_languages() -> None:
    found = stops()
    assert [stop.date for stop in found] == sorted(stop.date for stop in found)
    assert len({stop.id for stop in found}) == len(found) >= 12
    for stop in found:
        assert stop.source and stop.deeds, stop.id
        for texts in (stop.title, stop.text, *(deed.label for deed in stop.deeds)):
            assert set(texts) == set(LANGUAGES)
        assert set(stop.handout) in (set(), set(LANGUAGES))


def test_at_every_stop_everything_that_can_be_done_works() -> None:
    session = Session()
    done = 0
    for stop in stops():
        offered = look(session, stop)
        while offered[0].name == "boot":
            assert session.run(offered[0].command).ok
            offered = look(session, stop)
        for action in offered:
            if action.view:
                assert action.view in VIEWS
            else:
                assert session.run(action.command).ok, action
            done += 1
    assert done == sum(len(stop.deeds) for stop in stops())


def test_a_guest_that_rests_is_started_and_none_is_made_beside_it() -> None:
    session = Session()
    session.run(f"New-VM resting -MemoryStartupBytes 512MB -VHDPath {IMAGE}")
    stop = next(stop for stop in stops() if stop.id == "vm370")
    (boot,) = look(session, stop)
    assert boot.command == "Start-VM resting; Wait-Lab resting"


@pytest.fixture(scope="module")
def called() -> Session:
    session = Session()
    stop = next(stop for stop in stops() if stop.id == "vm370")
    for _ in range(2):
        assert session.run(look(session, stop)[0].command).ok
    return session


def test_a_supervisor_call_lands_in_the_guest_and_a_hypervisor_call_a_floor_deeper(called: Session) -> None:
    supervisor, hypervisor = landings(called)
    assert (supervisor.begins, supervisor.lands) == (APPLICATION, KERNEL)
    assert (hypervisor.begins, hypervisor.lands) == (KERNEL, MONITOR)


def test_what_runs_natively_lands_where_it_began(called: Session) -> None:
    assert called.run("Invoke-LabInstruction web01 ADD; Invoke-LabInstruction web01 ADD -User").ok
    kernel, application = landings(called)[-2:]
    assert (kernel.begins, kernel.lands) == (KERNEL, KERNEL)
    assert (application.begins, application.lands) == (APPLICATION, APPLICATION)
