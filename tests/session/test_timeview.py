"""The strip of time: it knows what lies ahead after going back, until one goes another way."""

from __future__ import annotations

from hvlab.session.session import Session
from hvlab.session.timeview import Known, marks
from tests.conftest import IMAGE

CREATE = f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE}"


def known(session: Session, before: Known | None = None) -> Known:
    found = before or Known()
    found.follow(session)
    return found


def test_density_counts_every_event_once() -> None:
    session = Session()
    session.run(f"{CREATE}; Start-VM web01; Wait-Lab -Seconds 3")
    strip = known(session)
    span = max(session.world.now, 1)
    for width in (1, 7, 80):
        assert sum(strip.density(width, span)) == len(session.world.trace)
    half = strip.density(2, span)
    assert half[0] == sum(event.time <= span // 2 for event in session.world.trace)


def test_what_was_left_stays_known_until_one_goes_another_way() -> None:
    session = Session()
    session.run(CREATE)
    session.run("Start-VM web01; Wait-Lab -Seconds 1")
    whole = len(session.world.trace)
    strip = known(session)
    for command in ("Move-Lab -Event 20", "Undo-Lab", "Move-Lab -Event 5", "Move-Lab end"):
        session.run(command)
        assert len(known(session, strip).times) == whole, command
    session.run("Undo-Lab")
    session.run("New-VM another")
    assert strip.times != []
    assert len(known(session, strip).times) == len(session.world.trace) < whole
    assert strip.times == [event.time for event in session.world.trace]


def test_event_and_time_lead_to_each_other() -> None:
    session = Session()
    session.run(f"{CREATE}; Start-VM web01; Wait-Lab -Seconds 1")
    strip = known(session)
    assert strip.time_of(0) == 0
    for event in (1, 30, len(strip.times)):
        assert strip.event_at(strip.time_of(event)) >= event
    assert strip.event_at(session.world.now) == len(strip.times)
    assert strip.time_of(10**9) == strip.times[-1]


def test_marks_are_the_ends_of_commands_and_the_bookmarks() -> None:
    session = Session()
    session.run(CREATE)
    created = len(session.world.trace)
    session.run("New-LabBookmark made")
    session.run("Start-VM web01")
    started = len(session.world.trace)
    session.run("Wait-Lab -Seconds 1")
    found = [(mark.event, mark.name, mark.is_bookmark) for mark in marks(session, known(session))]
    assert found == [
        (created, CREATE, False),
        (created, "made", True),
        (started, "Start-VM web01", False),
        (len(session.world.trace), "Wait-Lab -Seconds 1", False),
    ]
    session.run("Undo-Lab")
    strip = known(session)
    assert [mark.event for mark in marks(session, strip)][-1] > created, "what can be done again is there"
