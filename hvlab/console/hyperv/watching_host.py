"""Whether the host has stayed up while a command let time pass: what it was about to do is not done if not."""

from __future__ import annotations

from hvlab.console.cmdlets import Call
from hvlab.console.errors import CmdletError
from hvlab.console.hyperv.objects import vmms


class HostWatch:
    """Begins to look when it is made."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._restarts = vmms(call.lab).server.restarts

    @property
    def went_down(self) -> bool:
        """Whether the host is down, or was meanwhile."""
        service = vmms(self._call.lab)
        return service.root.down or service.server.restarts != self._restarts

    def error(self, what: str, path: str) -> CmdletError:
        """The host went down in the middle of a job: nothing of it is there."""
        return CmdletError(
            f"{what} failed for '{path}': the remote procedure call failed. (0x800706BE)",
            "OperationFailed",
            "ResourceUnavailable",
            explain=("explain.job-lost", {"path": path}),
        )

    def check(self, what: str, path: str) -> None:
        """CmdletError if the host went down."""
        if self.went_down:
            raise self.error(what, path)
