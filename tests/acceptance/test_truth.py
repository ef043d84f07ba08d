"""One truth: what is checked is read from the trace; without the event, the check does not hold."""

from __future__ import annotations

import pytest

from hvlab.course import grading, library
from hvlab.course.checks import Examiner


@pytest.mark.parametrize(
    ("kind", "field", "value", "check"),
    [
        ("guest.io", "route", "synthetic", "synthetic-writes"),
        ("vmbus.channel", "state", "open", "channel"),
        ("guest.phase", "phase", "running", "logon"),
        ("integration", "action", "accepted", "orderly"),
    ],
)
def test_one_event_less_and_its_check_fails(kind: str, field: str, value: str, check: str) -> None:
    lesson = library.find("first-child-partition")
    source = (lesson.folder / "solution.ps1").read_text(encoding="utf-8")
    session = grading.run_script(lesson, source, "solution.ps1")
    examiner = Examiner(lesson, session)
    assert all(result.verdict == "pass" for result in examiner.results())
    events = session.world.trace
    victim = next(
        event
        for event in events
        if event.kind == kind
        and event.get(field) == value
        and event.get("operation", "write") == "write"
        and event.get("action", "end") in ("end", "accepted")
        and "nt4" not in event.target
        and event.get("device", "ide:0:0") == "ide:0:0"
    )
    del session.world.trace.events[victim.seq - 1]
    verdicts = {result.check.id: result.verdict for result in examiner.results()}
    assert verdicts[check] == "fail"
