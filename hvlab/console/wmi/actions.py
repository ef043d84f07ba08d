"""What Register-WmiEvent's -Action does: the block is run outside the world, whenever a command waits.

The world keeps the block's text. As soon as an event has come, the waiting command stands still for a moment, the
block runs with $Event set, and the command waits on. A block that waits itself sees no further events meanwhile; they
are dealt with when it has ended. Between commands nothing is run: an event that comes while the clock runs freely
is dealt with when a command waits next.
"""

from __future__ import annotations

from collections.abc import Callable

from hvlab.console.errors import ParseError
from hvlab.console.parser import Parser
from hvlab.console.runtime import Runtime
from hvlab.console.scriptblock import ScriptBlock
from hvlab.console.source import Source, Span
from hvlab.console.wmi.eventcmdlets import event_object
from hvlab.console.wmi.watching import watcher_of
from hvlab.kernel import World

EVENT = "event"
"""The variable that a block finds its event in."""


def pending(world: World) -> Callable[[], bool] | None:
    """Whether an action has something to do; None while nobody has registered any."""
    watcher = watcher_of(world)
    if watcher is None or not any(one.action is not None for one in watcher.subscriptions.values()):
        return None
    return lambda: bool(watcher.to_do)


def run_pending(runtime: Runtime) -> None:
    """Run the blocks of all events that have come so far, the oldest first."""
    while (watcher := watcher_of(runtime.lab.world)) is not None and watcher.to_do:
        one = watcher.to_do.pop(0)
        subscription = watcher.subscriptions.get(one.subscription)
        if subscription is None or subscription.action is None:
            continue
        variables = runtime.globals.variables
        before = variables.get(EVENT)
        variables[EVENT] = event_object(one, subscription, subscription.computer)
        try:
            runtime.invoke(_block(runtime, subscription.action), [], None)
        finally:
            variables[EVENT] = before
            if before is None:
                del variables[EVENT]


def _block(runtime: Runtime, text: str) -> ScriptBlock:
    """The block of a text that was a block's once."""
    from hvlab.console.statements import StatementCompiler  # late: statements run commands, too

    source = Source(text, "")
    try:
        body = StatementCompiler(source, runtime).body(Parser(source).block_body(""))
    except ParseError as error:  # it was parsed before, as part of a command
        raise AssertionError(text) from error
    return ScriptBlock(source, Span(0, len(text)), body, runtime.globals)
