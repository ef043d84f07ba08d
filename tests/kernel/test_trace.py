"""Events by kind, in a trace that grows and that goes back."""

from __future__ import annotations

import random

from hvlab.kernel.trace import RawEvent, Trace

KINDS = ("command", "exit", "hypercall", "interrupt")


def event(kind: str) -> RawEvent:
    fields = {"command": 1, "exit": 3, "hypercall": 9, "interrupt": 4}[kind]
    return 0, kind, 0, "a", "b", None, None, None, (0,) * fields


def test_events_of_kinds_are_those_that_stand_there_now() -> None:
    chosen = random.Random(3)
    trace, past = Trace(), []
    for _ in range(400):
        turn = chosen.randrange(10)
        if turn < 6:
            trace.events.extend(event(chosen.choice(KINDS)) for _ in range(chosen.randrange(5)))
        elif turn < 8:
            del trace.events[chosen.randrange(len(trace) + 1) :]
        elif turn < 9:
            past.append(list(trace.events))
        elif past:
            trace.events[:] = chosen.choice(past)
        wanted = set(chosen.sample(KINDS, chosen.randrange(len(KINDS))))
        since = chosen.randrange(len(trace) + 2)
        found = [(one.seq, one.kind) for one in trace.of_kinds(wanted, since)]
        assert found == [(one.seq, one.kind) for one in trace.since(since) if one.kind in wanted]
