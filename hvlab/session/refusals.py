"""What the session's cmdlets refuse, in the console's form of an error."""

from __future__ import annotations

from hvlab.console.errors import CmdletError
from hvlab.session.travel import CannotGo

_MESSAGES = {
    "nothing-to-undo": "There is nothing to undo.",
    "nothing-to-redo": "There is nothing to redo.",
    "before-the-start": "That lies before the beginning of the lesson.",
    "not-yet": "The lab has not come so far: it stands at {reached}, {wanted} was asked for.",
    "no-such-step": "There is no step {number} on the present branch.",
    "no-such-branch": "There is no branch {number}.",
    "no-such-bookmark": "There is no bookmark '{name}'.",
    "no-such-breakpoint": "There is no breakpoint {number}.",
    "no-such-place": "'{text}' is no event, no time and no bookmark.",
    "stands-alone": "{command} moves the whole session and must stand alone in its statement.",
    "nothing-to-watch": "A breakpoint needs a condition, a kind of event, or both.",
    "no-such-command": "No command on the present way begins with '{text}'.",
    "no-request": "No guest has asked its disk for anything yet.",
    "file-exists": "The file '{path}' exists already.",
    "file": "The file '{path}' cannot be written: {why}.",
    "no-event-before": "There are not {count} events of the kind '{kind}' behind this place.",
}


def refused(reason: str, **values: str | int) -> CmdletError:
    """A refusal by its reason, with what its sentence needs to be told."""
    return CmdletError(
        _MESSAGES[reason].format(**values),
        "".join(part.capitalize() for part in reason.split("-")),
        "InvalidOperation",
        exception="InvalidOperationException",
        explain=(f"explain.travel-{reason}", values),
    )


def refusal(error: CannotGo) -> CmdletError:
    """A way that there is not, as the console's error."""
    return refused(error.reason, **error.values)
